"""Every question type and appearance in the real window: it is shown, the keyboard answers it, it shows the answer when opened again."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from fieldapp.domain.clock import CHINA, FixedClock
from fieldapp.engine.session import FormSession, Surroundings
from fieldapp.engine.xlsform import Converted
from fieldapp.ui.form.cell import QuestionCell
from fieldapp.ui.form.page import FormPage
from fieldapp.ui.questions import factory
from fieldapp.ui.questions.base import Helps
from fieldapp.ui.questions.drawing import AnnotateQuestion, DrawnQuestion
from fieldapp.ui.questions.text import in_words
from fieldapp.usecases import interview as interviews
from fieldapp.usecases import media_files, roster
from tests.robots import widgets
from tests.robots.hands import press, write
from tests.robots.widgets import keyboard, type_over
from tests.robots.window import LONG_MS, WindowRobot

from . import village, widget_form
from .conftest import START
from .test_accessible import nameless
from .widget_form import FORM, ROOT
from .widget_rows import ROWS


@pytest.fixture(scope="session")
def converted() -> Converted:
    return widget_form.convert()


@pytest.fixture(scope="session")
def widgets_folder(tmp_path_factory: pytest.TempPathFactory, converted: Converted) -> Path:
    """A closed workspace with one household and the form of all widgets, with its media."""
    folder = tmp_path_factory.mktemp("widgets") / "workspace"
    workspace = village.build(folder, FixedClock(START), households=1)
    widget_form.install(workspace, converted)
    workspace.close()
    return folder


@dataclass
class Sheet:
    """The form's page over a live session, without a workspace behind it."""

    page: FormPage
    session: FormSession

    def at(self, path: str) -> QuestionCell:
        """Go to a question."""
        assert self.page.go_to(f"{ROOT}/{path}"), path
        cell = self.page.cell(f"{ROOT}/{path}")
        assert cell is not None
        return cell


@pytest.fixture
def sheet(qtbot, theme, clock, converted) -> Sheet:
    around = Surroundings(clock.now, CHINA, lambda: uuid4().hex, widget_form.MEDIA)
    session = FormSession.start(converted.definition, around)
    page = FormPage(session, Helps(clock, lambda mediatype: None, session.medium), theme)
    qtbot.addWidget(page)
    page.answered.connect(lambda path, value: page.apply(session.answer(path, value)))
    page.resize(900, 600)
    with qtbot.waitSignal(page.complete):
        page.start()
        page.show()
    with qtbot.waitActive(page):
        page.activateWindow()
    return Sheet(page, session)


@pytest.fixture
def window(qtbot, desk, widgets_folder) -> Iterator[WindowRobot]:
    shutil.copytree(widgets_folder, desk.folder)
    robot = WindowRobot(qtbot, desk)
    opened(robot)
    yield robot
    robot.end()


def opened(robot: WindowRobot) -> None:
    robot.unlocked(village.PASSPHRASE)
    household = roster.search(robot.work.workspace).lines[0].id
    robot.work.go("interview")
    with robot.bot.waitSignal(robot.work.interview.opened, timeout=LONG_MS):
        robot.work.interview.open(household, FORM)
    robot.built()


def cell_at(robot: WindowRobot, path: str) -> QuestionCell:
    form = robot.work.interview.form
    assert form is not None
    assert form.page.go_to(f"{ROOT}/{path}"), path
    cell = form.page.cell(f"{ROOT}/{path}")
    assert cell is not None
    return cell


def test_every_appearance_has_its_widget_takes_the_keyboard_and_shows_its_answer_again(window: WindowRobot):
    wrong: list[tuple[str, str, str, str]] = []
    for row in ROWS:
        cell = cell_at(window, row.path)
        assert factory.kind_of(cell.view) == row.kind, row.path
        assert widgets.QApplication.focusWidget() is not None, row.path
        row.act(cell)
        value = window.work.interview.form.session.view(f"{ROOT}/{row.path}").value
        if value != row.value:
            wrong.append((row.path, "value", value, row.value))
    window.lock()
    opened(window)
    for row in ROWS:
        shown = widgets.shown_in(cell_at(window, row.path).widget)
        if shown != row.shown:
            wrong.append((row.path, "shown", shown, row.shown))
    assert wrong == []


FILE_ROWS = (
    ("files/f_image", "upload", "image/png", "picture"),
    ("files/f_new", "upload", "image/png", "picture"),
    ("files/f_audio", "upload", "audio/x-wav", "录音 wav（7.9 KB）"),
    ("files/f_video", "upload", "video/mp4", "视频 mp4（0.1 KB）"),
    ("files/f_file", "upload", "application/pdf", "文件 pdf（0.1 KB）"),
    ("files/f_draw", "draw", "image/png", "drawn"),
    ("files/f_sign", "signature", "image/png", "drawn"),
    ("files/f_annotate", "annotate", "image/png", "picture"),
)


def kept(robot: WindowRobot, path: str, before: str = "") -> bytes:
    """Wait until a question holds another file; its bytes."""
    session = robot.work.interview.form.session
    robot.bot.waitUntil(lambda: session.view(f"{ROOT}/{path}").value not in ("", before), timeout=LONG_MS)
    robot.settle()
    return interviews.picture(robot.work.workspace, session.view(f"{ROOT}/{path}").value)


def give(robot: WindowRobot, path: str, folder: Path) -> bytes:
    """Answer an upload: a drawing by mouse, anything else by the file that the person chooses."""
    cell = cell_at(robot, path)
    if isinstance(cell.widget, DrawnQuestion):
        widgets.draw(cell.widget.pad)
        press(cell.widget.take, Qt.Key.Key_Space)
    else:
        robot.desk.dialogs.open_file = widgets.file_for(cell.view.mediatype, folder)
        press(keyboard(), Qt.Key.Key_Space)
    return kept(robot, path)


def test_files_recordings_and_drawings_are_kept_encrypted_and_shown_again(window: WindowRobot, tmp_path, person):
    given = {path: give(window, path, tmp_path) for path, _, _, _ in FILE_ROWS}
    marked = cell_at(window, "files/f_annotate").widget
    assert isinstance(marked, AnnotateQuestion)
    window.bot.waitUntil(marked.mark.isEnabled, timeout=LONG_MS)
    press(marked.mark, Qt.Key.Key_Space)
    widgets.draw(marked.pad)
    press(marked.done, Qt.Key.Key_Space)
    before = window.work.interview.form.session.view(f"{ROOT}/files/f_annotate").value
    given["files/f_annotate"] = kept(window, "files/f_annotate", before)
    assert QImage.fromData(given["files/f_annotate"]).size() == QImage.fromData(given["files/f_new"]).size()
    assert given["files/f_annotate"] != given["files/f_new"]
    assert b"36.59" not in given["files/f_video"]
    assert QImage.fromData(given["files/f_image"]).width() == 320
    files = [file.read_bytes() for file in window.desk.folder.rglob("*") if file.is_file()]
    assert not [head for head in (b"\x89PNG", b"RIFF", b"ftypisom", b"%PDF") for data in files if head in data]
    window.lock()
    opened(window)
    for path, kind, _, shown in FILE_ROWS:
        cell = cell_at(window, path)
        assert factory.kind_of(cell.view) == kind
        window.bot.waitUntil(lambda cell=cell, shown=shown: widgets.shown_in(cell.widget) == shown, timeout=LONG_MS)
    assert person.told == []


def test_a_file_of_another_kind_and_one_that_is_too_large_are_refused_with_their_code(window: WindowRobot, tmp_path, person, monkeypatch):
    cell = cell_at(window, "files/f_audio")
    window.desk.dialogs.open_file = widgets.file_for("image/*", tmp_path)
    press(keyboard(), Qt.Key.Key_Space)
    window.bot.waitUntil(lambda: len(person.told) == 1, timeout=LONG_MS)
    monkeypatch.setattr(media_files, "MOST_BYTES", 1000)
    window.desk.dialogs.open_file = widgets.file_for("audio/*", tmp_path)
    press(keyboard(), Qt.Key.Key_Space)
    window.bot.waitUntil(lambda: len(person.told) == 2, timeout=LONG_MS)
    assert [error.code for error in person.told] == ["attachment-unfit", "attachment-too-large"]
    assert cell.view.value == ""


def test_a_refused_answer_is_told_in_place_and_what_was_typed_stays(window: WindowRobot):
    cell = cell_at(window, "numbers/n_whole")
    type_over("99999999999")
    assert cell.message() == "这个值不能填在这里"
    assert cell.widget.field.text() == "99999999999"
    assert cell.view.value == ""


def test_a_quick_choice_leads_to_the_next_question(sheet: Sheet):
    sheet.at("one/s_quick")
    write(keyboard(), "1")
    assert "33 分栏" in keyboard().accessibleName()


def test_guidance_is_shown_and_hidden_with_f1(sheet: Sheet):
    cell = sheet.at("texts/t_plain")
    assert cell.extras.guidance.isHidden()
    press(keyboard(), Qt.Key.Key_F1)
    assert cell.extras.guidance.isVisible()
    assert cell.extras.guidance.text() == "先出示证件，再请对方说出姓名。"
    press(keyboard(), Qt.Key.Key_F1)
    assert cell.extras.guidance.isHidden()


def test_labels_show_markdown_outputs_pictures_and_names_of_recordings(sheet: Sheet):
    sheet.at("texts/t_plain")
    type_over("王建国")
    note = sheet.at("files/f_told")
    assert note.label.text() == "王建国 户共  人，加一为 "
    assert note.extras.picture.pixmap().width() == 200
    assert note.extras.said.text() == "录音：told.mp3（本机不播放）"
    intro = sheet.at("intro").label.text()
    assert "<b>粗体</b>、<i>斜体</i>、<u>帮助</u> (help.html) 与 标签" in intro
    assert "href" not in intro
    assert sheet.at("files/f_fixed").widget.text.text() == "枣林村"


def test_the_masked_word_is_nowhere_on_the_page(sheet: Sheet):
    cell = sheet.at("texts/t_masked")
    type_over("pass-9")
    assert in_words(cell.view) == "••••••"
    assert "pass-9" not in cell.widget.field.displayText()
    press(cell.widget.reveal, Qt.Key.Key_Space)
    assert cell.widget.field.displayText() == "pass-9"


def test_a_table_list_has_its_title_and_a_heading_that_is_not_asked(sheet: Sheet):
    assert "自动表格" in [block.section.title for block in sheet.page.blocks]
    heading = sheet.at("grid/w_head")
    assert heading.widget.board.texts() == ["1 很好", "2 较好", "3 一般", "4 较差", "5 很差"]
    assert not heading.can_be_answered()
    rows = [sheet.at(f"grid/{name}").widget.board for name in ("w_road", "w_water")]
    assert [option.x() for option in rows[0].options] == [option.x() for option in rows[1].options]


def test_everything_of_every_widget_has_a_name_for_readers(sheet: Sheet):
    assert nameless(sheet.page) == []


@pytest.mark.conformance
def test_every_question_of_the_reference_form_is_answered_by_keyboard(qtbot, desk, widgets_folder, conformance, tmp_path):
    shutil.copytree(widgets_folder, desk.folder)
    robot = WindowRobot(qtbot, desk)
    robot.unlocked(village.PASSPHRASE)
    source = next((conformance / "forms").rglob("all-question-types-*.xml"))
    form = widget_form.install_xform(robot.work.workspace, source.read_text(encoding="utf-8"))
    with qtbot.waitSignal(robot.work.interview.opened, timeout=LONG_MS):
        robot.work.interview.open(roster.search(robot.work.workspace).lines[0].id, form)
    robot.built()
    page, session = robot.work.interview.form.page, robot.work.interview.form.session
    asked = [cell.view.path for cell in page.cells() if cell.can_be_answered()]
    for path in asked:
        assert page.go_to(path)
        widgets.answer_somehow(page.cell(path).widget, robot.desk, tmp_path)
        robot.settle()
    empty = [session.view(path) for path in asked if not session.view(path).value]
    # The reference form's map takes its places from a file that does not come with it, so it has no choices.
    assert (len(asked), [view.name for view in empty if view.choices or not view.looks("map")]) == (78, [])
    robot.end()
