"""The window as a person uses it: unlock, find a household, answer by keyboard, finalize, look at the archive."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from fieldapp.ui.desk import Desk
from fieldapp.ui.main_window import MainWindow, Work

from .hands import press, write

LONG_MS = 60_000


class WindowRobot:
    """Drives one main window."""

    def __init__(self, qtbot: QtBot, desk: Desk) -> None:
        self.bot, self.desk = qtbot, desk
        self.window = MainWindow(desk)
        self.window.resize(1366, 768)
        self.window.show()
        qtbot.waitExposed(self.window)
        self.window.activateWindow()

    @property
    def work(self) -> Work:
        """What stands behind the lock."""
        assert self.window.work is not None
        return self.window.work

    def unlock(self, passphrase: str) -> None:
        """Type the passphrase and press Enter."""
        write(self.window.unlock.passphrase, passphrase)
        press(self.window.unlock.passphrase, Qt.Key.Key_Return)

    def unlocked(self, passphrase: str) -> WindowRobot:
        """Unlock and wait for the roster."""
        self.unlock(passphrase)
        self.bot.waitUntil(lambda: self.window.work is not None and self.work.roster.model.rowCount() > 0, timeout=LONG_MS)
        return self

    def find(self, text: str) -> list[str]:
        """Search in the roster; the heads that are found."""
        screen = self.work.roster
        asked = screen._asked
        screen.search.clear()
        write(screen.search, text)
        self.bot.waitUntil(lambda: screen._asked > asked and not self.desk.background.busy(), timeout=LONG_MS)
        return [line.head_name for line in screen.model.lines]

    def open_first(self) -> None:
        """Open the form of the first household in the list, by keyboard."""
        screen = self.work.roster
        screen.table.selectRow(0)
        with self.bot.waitSignal(self.work.interview.opened, timeout=LONG_MS):
            press(screen.table, Qt.Key.Key_Return)
        form = self.work.interview.form
        assert form is not None
        self.built()

    def built(self) -> None:
        """Wait until every relevant section stands on the page."""
        form = self.work.interview.form
        assert form is not None
        self.bot.waitUntil(lambda: not form.page._next.isActive(), timeout=LONG_MS)

    def answer(self, path: str, text: str) -> None:
        """Go to a question and type into the field that has the keyboard."""
        form = self.work.interview.form
        assert form is not None
        assert form.page.go_to(path), path
        field = self.field()
        write(field, text)
        press(field, Qt.Key.Key_Return)

    def pick(self, path: str, digit: Qt.Key) -> None:
        """Go to a question and press a digit."""
        form = self.work.interview.form
        assert form is not None
        assert form.page.go_to(path), path
        press(self.field(), digit)

    def field(self) -> QWidget:
        """The widget that has the keyboard."""
        widget = QApplication.focusWidget()
        assert widget is not None
        return widget

    def settle(self) -> None:
        """Wait until the worker has nothing to do."""
        self.bot.waitUntil(lambda: not self.desk.background.busy(), timeout=LONG_MS)

    def autosaved(self) -> None:
        """Wait until everything typed so far is on disk."""
        form = self.work.interview.form
        assert form is not None
        if form.keeper._later.isActive():
            self.bot.waitSignal(form.keeper.saved, timeout=LONG_MS).wait()
        self.settle()

    def end(self) -> None:
        """Lock if need be, then let the window go; pytest-qt would delete it before the workspace is closed."""
        if self.window.work is not None:
            self.lock()
        self.settle()
        self.window.close()
        self.window.deleteLater()

    def lock(self) -> None:
        """Lock and wait for the unlock screen."""
        self.window.lock()
        self.bot.waitUntil(lambda: self.window.work is None, timeout=LONG_MS)
        self.settle()
