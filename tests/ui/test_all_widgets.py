"""Every question type and appearance in the real window: it is shown, the keyboard answers it, it shows the answer when opened again."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
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

LONG = "正在办理，材料已经交到乡镇（街道）便民服务中心，等待审批"


@dataclass(frozen=True)
class Row:
    """One question of the form: where it is, its widget, what a person does, what the form holds then and what is to be seen."""

    path: str
    kind: str
    act: Callable[[QuestionCell], object]
    value: str
    shown: str


def typed(text: str) -> Callable[[QuestionCell], object]:
    return lambda cell: type_over(text)


def keys(*codes: Qt.Key, alt: bool = False) -> Callable[[QuestionCell], object]:
    modifier = Qt.KeyboardModifier.AltModifier if alt else Qt.KeyboardModifier.NoModifier
    return lambda cell: [press(keyboard(), code, modifier) for code in codes]


def digits(text: str) -> Callable[[QuestionCell], object]:
    return lambda cell: [write(keyboard(), digit) for digit in text]


def searched(*texts: str) -> Callable[[QuestionCell], object]:
    def act(cell: QuestionCell) -> None:
        for text in texts:
            write(keyboard(), text)
            press(keyboard(), Qt.Key.Key_Return)

    return act


ROWS = (
    Row("texts/t_plain", "text", typed("王建国"), "王建国", "王建国"),
    Row("texts/t_multiline", "long_text", lambda cell: (write(keyboard(), "三组12号"), cell.widget.commit()), "三组12号", "三组12号"),
    Row("texts/t_numbers", "code", typed("0912-3.4"), "0912-3.4", "0912-3.4"),
    Row("texts/t_grouped", "code", typed("1234567"), "1234567", "1,234,567"),
    Row("texts/t_masked", "masked", typed("pass-9"), "pass-9", "●●●●●●"),
    Row("texts/t_external", "text", typed("18"), "18", "18"),
    Row("texts/t_unknown", "text", typed("随便"), "随便", "随便"),
    Row("numbers/n_whole", "integer", typed("5"), "5", "5"),
    Row("numbers/n_grouped", "integer", typed("3.5w"), "35000", "35,000"),
    Row("numbers/n_counter", "counter", keys(Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Down), "2", "2"),
    Row("numbers/n_decimal", "decimal", typed("2.50"), "2.5", "2.5"),
    Row("numbers/n_bearing", "bearing", typed("271.5"), "271.5", "271.5"),
    Row("numbers/n_external", "integer", typed("72"), "72", "72"),
    Row("numbers/r_plain", "range", keys(Qt.Key.Key_Right, Qt.Key.Key_Right), "3", "3"),
    Row("numbers/r_decimal", "range", keys(Qt.Key.Key_Right), "2", "2"),
    Row("numbers/r_vertical", "vertical", keys(Qt.Key.Key_Up, Qt.Key.Key_Up), "10", "10"),
    Row("numbers/r_picker", "picker", typed("12"), "12", "12"),
    Row("numbers/r_rating", "rating", digits("4"), "4", "4 / 5 星"),
    Row("days/d_plain", "date", typed("20160414"), "2016-04-14", "2016-04-14"),
    Row("days/d_spinner", "date", typed("1962.3.5"), "1962-03-05", "1962-03-05"),
    Row("days/d_month", "month", typed("201604"), "2016-04-01", "2016年4月"),
    Row("days/d_year", "year", typed("1998"), "1998-01-01", "1998年"),
    Row("days/d_persian", "date", typed("2026-03-20"), "2026-03-20", "2026-03-20"),
    Row("days/d_time", "time", typed("0830"), "08:30:00.000+08:00", "08:30"),
    Row(
        "days/d_moment",
        "datetime",
        lambda cell: widgets.moment(cell.widget, "20261120", "0905"),
        "2026-11-20T09:05:00.000+08:00",
        "2026-11-20 09:05",
    ),
    Row("one/s_plain", "radio", digits("1"), "1", "1 是"),
    Row("one/s_many", "search", typed("tp"), "2", "2 脱贫户"),
    Row("one/s_minimal", "search", keys(Qt.Key.Key_F4, Qt.Key.Key_Down, Qt.Key.Key_Return), "2", "2 脱贫户"),
    Row("one/s_search", "search", typed("分散"), "5", "5 分散供养户"),
    Row("one/s_quick", "radio", digits("0"), "0", "0 否"),
    Row("one/s_columns", "options", digits("3"), "3", "3 边缘易致贫户"),
    Row("one/s_two", "options", keys(Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Space), "4", "4 突发严重困难户"),
    Row("one/s_packed", "options", digits("7"), "99", "7 其他"),
    Row("one/s_pictures", "options", digits("2"), "cave", "2 窑洞"),
    Row("one/s_nobuttons", "options", digits("1"), "brick", "1 砖混"),
    Row("one/s_likert", "options", digits("2"), "2", "2 较好"),
    Row("one/s_imagemap", "options", digits("2"), "cave", "2 窑洞"),
    Row("one/s_map", "search", typed("监测"), "6", "6 监测户"),
    Row(
        "one/s_long", "options", keys(Qt.Key.Key_Down, Qt.Key.Key_Space), "b", "2 正在办理，材料已经交到乡镇（街道）便民服务中心，等待审批"
    ),
    Row("many/m_plain", "multiple", digits("31"), "1 3", "1、3"),
    Row("many/m_minimal", "folded", searched("监测"), "6", "已选 1 项：监测户"),
    Row("many/m_search", "searched", searched("tp", "其他"), "2 99", "已选 2 项：脱贫户、其他"),
    Row("many/m_packed", "options", digits("21"), "1 2", "1 一般户、2 脱贫户"),
    Row("many/m_three", "options", keys(Qt.Key.Key_Right, Qt.Key.Key_Space), "2", "2 脱贫户"),
    Row("many/m_pictures", "options", digits("31"), "brick tent", "1 砖混、3 临时板房"),
    Row("many/m_imagemap", "options", digits("1"), "brick", "1 砖混"),
    Row(
        "many/k_rank",
        "rank",
        keys(Qt.Key.Key_Down, alt=True),
        "2 1 3 4 5 6 99",
        "1. 脱贫户、2. 一般户、3. 边缘易致贫户、4. 突发严重困难户、5. 分散供养户、6. 监测户、7. 其他",
    ),
    Row("grid/w_road", "row", digits("2"), "2", "2 较好"),
    Row("grid/w_water", "row", digits("4"), "4", "4 较差"),
    Row("grid/w_several", "row", digits("35"), "3 5", "3 一般、5 很差"),
    Row("grid/w_list", "options", digits("1"), "1", "1 很好"),
    Row("auto/a_tv", "row", digits("1"), "1", "1 是"),
    Row("auto/a_car", "row", digits("0"), "0", "0 否"),
    Row("places/g_point", "place", typed("36.59, 109.49"), "36.59 109.49 0.0 0.0", "36.59, 109.49"),
    Row("places/g_map", "place", typed("北纬36度35分24秒 东经109度29分24秒"), "36.59 109.49 0.0 0.0", "36.59, 109.49"),
    Row(
        "places/g_trace",
        "points",
        lambda cell: widgets.add_points("36.5 109.4; 36.6 109.5 1200"),
        "36.5 109.4 0.0 0.0;36.6 109.5 1200.0 0.0",
        "1.  36.5, 109.4、2.  36.6, 109.5, 1200",
    ),
    Row(
        "places/g_shape",
        "points",
        lambda cell: widgets.add_points("36.5 109.4; 36.6 109.4; 36.6 109.5"),
        "36.5 109.4 0.0 0.0;36.6 109.4 0.0 0.0;36.6 109.5 0.0 0.0;36.5 109.4 0.0 0.0",
        "1.  36.5, 109.4、2.  36.6, 109.4、3.  36.6, 109.5",
    ),
    Row("files/f_code", "code", typed("HS-2026-0001"), "HS-2026-0001", "HS-2026-0001"),
    Row("files/f_hidden", "masked", typed("secret7"), "secret7", "●●●●●●●"),
    Row("files/f_read", "acknowledge", keys(Qt.Key.Key_Space), "OK", "✔"),
    Row("member[1]/m_name", "text", typed("李秀英"), "李秀英", "李秀英"),
    Row("member[1]/m_health", "rating", keys(Qt.Key.Key_Right, Qt.Key.Key_Right), "2", "2 / 5 星"),
)


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
    page.activateWindow()
    qtbot.waitActive(page)
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
