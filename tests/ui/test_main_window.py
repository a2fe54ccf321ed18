"""The window on a real encrypted workspace: unlock, find, answer, keep, finalize, archive, lock."""

from __future__ import annotations

import subprocess
import sys

from PySide6.QtCore import Qt

from fieldapp.errors import DiskFull
from fieldapp.usecases import interview as interviews
from fieldapp.usecases import roster
from tests.robots.hands import press, write
from tests.robots.window import LONG_MS

from .village import PASSPHRASE, USER

ROOT = "/household_survey"


def test_the_unlock_window_loads_qt_only():
    heavy = ("sqlmodel", "sqlalchemy", "pyxform", "reportlab", "starlette", "fastapi", "openpyxl", "httpx", "lark", "pypdfium2", "PIL")
    code = f"""
import os, sys, tempfile
os.environ["QT_QPA_PLATFORM"] = "offscreen"
from pathlib import Path
from fieldapp.domain.clock import SystemClock
from fieldapp.ui.application import make_application
from fieldapp.ui.background import Background
from fieldapp.ui.desk import Desk
from fieldapp.ui.error_dialog import WindowDialogs
from fieldapp.ui.main_window import MainWindow
application, theme = make_application([], 12)
with tempfile.TemporaryDirectory() as folder:
    window = MainWindow(Desk(Background(), SystemClock(), WindowDialogs(), theme, Path(folder) / "w"))
    print([name for name in {heavy!r} if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[]", done.stderr


def test_a_first_run_creates_the_workspace(first_run, qtbot):
    robot = first_run
    unlock = robot.window.unlock
    assert unlock.first_run
    write(unlock.new_user, USER)
    write(unlock.passphrase, "short")
    write(unlock.again, "short")
    press(unlock.again, Qt.Key.Key_Return)
    assert "8" in unlock.message.text()
    for field in (unlock.passphrase, unlock.again):
        field.clear()
        write(field, PASSPHRASE)
    press(unlock.again, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: robot.window.work is not None, timeout=LONG_MS)
    robot.settle()
    assert "还没有名册" in robot.work.roster.empty.text()
    robot.lock()
    assert not robot.window.unlock.first_run
    assert robot.window.unlock.user.currentText() == USER


def test_a_wrong_passphrase_is_told_in_place_and_counted(robot, qtbot, person):
    robot.unlock("wrong-passphrase")
    qtbot.waitUntil(lambda: "第 1 次" in robot.window.unlock.message.text(), timeout=LONG_MS)
    assert robot.window.work is None
    assert person.told == []


def test_the_roster_is_searched_while_typing(robot):
    robot.unlocked(PASSPHRASE)
    heads = [line.head_name for line in robot.work.roster.model.lines]
    assert len(heads) == 4
    assert robot.find(heads[2]) == [heads[2]]
    assert robot.find("没有这个人") == []
    assert "没有找到" in robot.work.roster.empty.text()


def test_letters_typed_on_the_table_begin_a_search(robot):
    robot.unlocked(PASSPHRASE)
    press(robot.work.roster.table, Qt.Key.Key_A)
    assert robot.work.roster.search.text() == "a"


def test_a_new_household_is_entered_by_keyboard_and_its_form_opens(robot, qtbot):
    robot.unlocked(PASSPHRASE)
    robot.work.new_household()
    robot.settle()
    panel = robot.work.roster.new_panel
    write(panel.head, "王建国")
    press(panel.head, Qt.Key.Key_Return)
    write(panel.address, "三组12号")
    press(panel.address, Qt.Key.Key_Return)
    with qtbot.waitSignal(robot.work.interview.opened, timeout=LONG_MS):
        press(panel.phone, Qt.Key.Key_Return)
    assert robot.work.interview.title.text() == "王建国 户"


def test_a_household_that_is_there_already_is_offered_instead(robot, qtbot):
    robot.unlocked(PASSPHRASE)
    line = robot.work.roster.model.lines[0]
    robot.work.new_household()
    robot.settle()
    panel = robot.work.roster.new_panel
    panel.village.setCurrentIndex(panel.village.findData(line.village))
    write(panel.head, line.head_name)
    write(panel.address, line.address)
    press(panel.save, Qt.Key.Key_Space)
    qtbot.waitUntil(panel.known.isVisible, timeout=LONG_MS)
    assert panel._known == line.id


def test_what_is_typed_is_kept_by_itself_and_comes_back_after_locking(robot, qtbot):
    robot.unlocked(PASSPHRASE)
    robot.work.roster.village.setCurrentIndex(0)
    blank = next(line for line in robot.work.roster.model.lines if not line.state)
    robot.find(blank.head_name)
    robot.open_first()
    robot.answer(f"{ROOT}/a_visit/second_interviewer", "赵敏")
    robot.autosaved()
    assert robot.window.state.text() == "已自动保存 10:42:07"
    robot.answer(f"{ROOT}/a_visit/guide_name", "钱村长")
    robot.lock()
    robot.unlocked(PASSPHRASE)
    robot.find(blank.head_name)
    robot.open_first()
    session = robot.work.interview.form.session
    assert session.view(f"{ROOT}/a_visit/second_interviewer").value == "赵敏"
    assert session.view(f"{ROOT}/a_visit/guide_name").value == "钱村长"
    assert "已恢复" in robot.work.interview.banner.text()


def test_a_form_that_was_only_looked_at_leaves_no_draft(robot):
    robot.unlocked(PASSPHRASE)
    blank = next(line for line in robot.work.roster.model.lines if not line.state)
    robot.find(blank.head_name)
    robot.open_first()
    left: list[bool] = []
    robot.work.interview.leave(lambda: left.append(True))
    robot.bot.waitUntil(lambda: bool(left), timeout=LONG_MS)
    assert roster.search(robot.work.workspace, blank.head_name).lines[0].state == ""


def test_an_incomplete_form_is_not_finalized_and_the_first_problem_has_the_keyboard(robot):
    robot.unlocked(PASSPHRASE)
    blank = next(line for line in robot.work.roster.model.lines if not line.state)
    robot.find(blank.head_name)
    robot.open_first()
    robot.work.interview.finalize()
    form = robot.work.interview.form
    assert form is not None
    assert form.strict
    assert "F8" in robot.work.interview.banner.text()
    first = form.problems.list.item(0).text()
    assert first.startswith("✖")
    assert robot.field().accessibleName().split(" ", 1)[-1].split(":")[0] in first


def test_a_finalized_household_gets_a_second_revision_with_a_reason_and_its_archive_is_shown(robot, qtbot, person):
    robot.unlocked(PASSPHRASE)
    done = next(line for line in robot.work.roster.model.lines if line.state == "finalized")
    robot.find(done.head_name)
    robot.open_first()
    assert "第 2 版" in robot.work.interview.banner.text()
    robot.answer(f"{ROOT}/o_sign/survey_note", "电话改了")
    with qtbot.waitSignal(robot.work.interview.finalized, timeout=LONG_MS) as told:
        robot.work.interview.finalize()
    assert told.args == [done.id, 2]
    assert "请写明原因" in person.asked[-1]
    qtbot.waitUntil(lambda: robot.work.archive.shown is not None, timeout=LONG_MS)
    assert len(robot.work.archive.shown.copies) == 3
    press(robot.work.archive.make, Qt.Key.Key_Space)
    with qtbot.waitSignal(robot.work.archive.made, timeout=LONG_MS):
        pass
    robot.settle()
    line = roster.search(robot.work.workspace, done.head_name).lines[0]
    assert (line.state, line.revision, line.archived) == ("finalized", 2, True)


def test_without_a_reason_nothing_is_finalized(robot, person):
    person.text = None
    robot.unlocked(PASSPHRASE)
    done = next(line for line in robot.work.roster.model.lines if line.state == "finalized")
    robot.find(done.head_name)
    robot.open_first()
    robot.work.interview.finalize()
    robot.settle()
    assert "没有写明原因" in robot.work.interview.banner.text()
    assert robot.work.interview.form is not None


def test_undo_takes_the_last_answer_back(robot):
    robot.unlocked(PASSPHRASE)
    blank = next(line for line in robot.work.roster.model.lines if not line.state)
    robot.find(blank.head_name)
    robot.open_first()
    robot.answer(f"{ROOT}/a_visit/guide_name", "钱村长")
    form = robot.work.interview.form
    press(robot.field(), Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert form.session.view(f"{ROOT}/a_visit/guide_name").value == ""
    press(robot.field(), Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert form.session.view(f"{ROOT}/a_visit/guide_name").value == "钱村长"


def test_the_archive_of_an_unfinished_household_says_why_there_is_none(robot, qtbot):
    robot.unlocked(PASSPHRASE)
    blank = next(line for line in robot.work.roster.model.lines if not line.state)
    robot.work.open_archive(blank.id)
    qtbot.waitUntil(lambda: "还没有定稿" in robot.work.archive.state.text(), timeout=LONG_MS)
    assert robot.work.archive.shown is None


def test_larger_letters_keep_the_open_form(robot, qtbot):
    robot.unlocked(PASSPHRASE)
    robot.open_first()
    before = robot.work
    size = robot.desk.theme.size_pt
    try:
        robot.window._resize(True)
        qtbot.waitUntil(lambda: robot.window.work is not before and robot.work.interview.form is not None, timeout=LONG_MS)
    finally:
        robot.desk.theme.size_pt = size
    assert robot.work.interview.household() == robot.work.roster.model.lines[0].id or robot.work.interview.household()


def test_a_full_disk_keeps_the_form_open_and_what_was_typed_in_it(robot, qtbot, person, monkeypatch):
    def full(workspace, draft, changes):
        raise DiskFull(folder="D:")

    robot.unlocked(PASSPHRASE)
    blank = next(line for line in robot.work.roster.model.lines if not line.state)
    robot.find(blank.head_name)
    robot.open_first()
    with monkeypatch.context() as patched:
        patched.setattr(interviews, "save_draft", full)
        robot.answer(f"{ROOT}/a_visit/guide_name", "钱村长")
        robot.window.lock()
        qtbot.waitUntil(lambda: bool(person.told), timeout=LONG_MS)
        robot.settle()
    assert isinstance(person.told[0], DiskFull)
    assert robot.work.isEnabled()
    assert robot.work.interview.form.session.view(f"{ROOT}/a_visit/guide_name").value == "钱村长"
    robot.lock()
    robot.unlocked(PASSPHRASE)
    robot.find(blank.head_name)
    robot.open_first()
    assert robot.work.interview.form.session.view(f"{ROOT}/a_visit/guide_name").value == "钱村长"


def test_closing_the_window_writes_what_was_typed(robot, qtbot, desk, clock):
    from fieldapp.usecases import workspaces

    robot.unlocked(PASSPHRASE)
    blank = next(line for line in robot.work.roster.model.lines if not line.state)
    robot.find(blank.head_name)
    robot.open_first()
    form = robot.work.interview.form
    form.page.go_to(f"{ROOT}/a_visit/guide_name")
    write(robot.field(), "钱村长")
    robot.window.close()
    qtbot.waitUntil(lambda: not robot.window.isVisible(), timeout=LONG_MS)
    workspace = workspaces.unlock(desk.folder, USER, PASSPHRASE, clock)
    try:
        again = interviews.start(workspace, blank.id)
        assert again.session.view(f"{ROOT}/a_visit/guide_name").value == "钱村长"
    finally:
        workspaces.lock(workspace)
