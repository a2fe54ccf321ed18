"""Keyboard and screen reader alone are enough: everything that takes the keyboard has a name, on every screen."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QScrollBar, QWidget

from tests.robots.window import LONG_MS, WindowRobot

from .village import PASSPHRASE


def nameless(root: QWidget) -> list[str]:
    """Visible widgets that take the keyboard and say nothing to a reader."""
    found = []
    for widget in root.findChildren(QWidget):
        inner = widget.objectName().startswith("qt_") or isinstance(widget, QScrollBar)
        if inner or not widget.isVisible() or not widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            continue
        said = QAccessible.queryAccessibleInterface(widget)
        if not (said.text(QAccessible.Text.Name) or (isinstance(widget, QAbstractButton) and widget.text())):
            found.append(f"{type(widget).__name__} in {type(widget.parentWidget()).__name__}")
    return found


def test_every_screen_names_everything_that_takes_the_keyboard(robot: WindowRobot, qtbot):
    assert nameless(robot.window) == []
    robot.unlocked(PASSPHRASE)
    assert nameless(robot.window) == []
    robot.work.new_household()
    assert nameless(robot.window) == []
    done = next(line for line in robot.work.roster.model.lines if line.state == "finalized")
    robot.find(done.head_name)
    robot.open_first()
    assert nameless(robot.window) == []
    robot.work.open_archive(done.id)
    qtbot.waitUntil(lambda: robot.work.archive.shown is not None, timeout=LONG_MS)
    assert nameless(robot.window) == []
    robot.work.show_screen("exchange")
    robot.settle()
    assert nameless(robot.window) == []
