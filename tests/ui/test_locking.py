"""Locking by itself: nothing typed is lost, nothing stays readable, and unlocking leads back to the same question."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QDialog

from fieldapp.store.keys import Keys
from tests.robots.hands import write
from tests.robots.window import LONG_MS, WindowRobot

from .village import PASSPHRASE

ROOT = "/household_survey"
FIELD = f"{ROOT}/a_visit/guide_name"


def _typing(robot: WindowRobot) -> None:
    """A form is open and a name typed, not yet told to anybody."""
    robot.unlocked(PASSPHRASE)
    blank = next(line for line in robot.work.roster.model.lines if not line.state)
    robot.find(blank.head_name)
    robot.open_first()
    form = robot.work.interview.form
    assert form is not None
    form.page.go_to(FIELD)
    write(robot.field(), "钱村长")


@pytest.mark.parametrize("why", ["idle", "suspend"])
def test_what_is_typed_is_kept_and_unlocking_returns_to_the_same_field(robot, qtbot, why):
    _typing(robot)
    keys: Keys = robot.work.workspace._keys
    assert any(keys.data)
    if why == "idle":
        robot.window._idle.timeout.emit()
    else:
        robot.window._watch.leaving.emit(why)
    qtbot.waitUntil(lambda: robot.window.work is None, timeout=LONG_MS)
    assert not any(keys.data)
    assert not any(keys.derive("database"))
    robot.settle()
    robot.unlock(PASSPHRASE)
    qtbot.waitUntil(lambda: robot.window.work is not None and robot.work.place().path == FIELD, timeout=LONG_MS)
    assert robot.work.interview.form.session.view(FIELD).value == "钱村长"
    assert robot.work.stack.currentWidget() is robot.work.interview


def test_locking_twice_at_once_locks_once(robot, qtbot):
    _typing(robot)
    robot.window._watch.leaving.emit("suspend")
    robot.window._watch.leaving.emit("session-lock")
    qtbot.waitUntil(lambda: robot.window.work is None, timeout=LONG_MS)
    robot.settle()
    assert robot.window.stack.count() == 1


def test_clipboard_is_cleared_if_it_is_ours(robot):
    robot.unlocked(PASSPHRASE)
    QApplication.clipboard().setText("990101198001011236")
    robot.lock()
    assert QApplication.clipboard().text() == ""


def test_clipboard_of_another_program_is_left_alone(robot, monkeypatch):
    robot.unlocked(PASSPHRASE)
    monkeypatch.setattr(QGuiApplication, "applicationState", lambda: Qt.ApplicationState.ApplicationInactive)
    QApplication.clipboard().setText("from elsewhere")
    monkeypatch.undo()
    robot.lock()
    assert QApplication.clipboard().text() == "from elsewhere"


def test_open_dialog_goes_with_the_lock(robot, qtbot):
    robot.unlocked(PASSPHRASE)
    dialog = QDialog(robot.window)
    dialog.setModal(True)
    dialog.show()
    qtbot.waitUntil(lambda: QApplication.activeModalWidget() is dialog, timeout=LONG_MS)
    robot.lock()
    assert not dialog.isVisible()


def test_after_wrong_tries_the_button_waits_and_says_how_long(robot, qtbot, clock):
    unlock = robot.window.unlock
    for count in range(1, 5):
        robot.unlock("wrong-passphrase")
        qtbot.waitUntil(lambda count=count: not robot.desk.background.busy() and bool(unlock.message.text()), timeout=LONG_MS)
        if count < 4:
            assert f"第 {count} 次" in unlock.message.text()
    assert "5 秒" in unlock.message.text()
    assert not unlock.button.isEnabled()
    clock.pass_time(seconds=3)
    unlock.count_down()
    assert "2 秒" in unlock.message.text()
    clock.pass_time(seconds=2)
    unlock.count_down()
    assert unlock.button.isEnabled()
    assert unlock.message.text() == ""
    robot.unlocked(PASSPHRASE)
