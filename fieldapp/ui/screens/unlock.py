"""The first window: who and which passphrase, or the making of a workspace. It imports Qt only; what unlocking needs loads in a worker
while the person types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QShowEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QFrame, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from fieldapp.errors import TooManyTries, WorkspaceDamaged, WrongPassphrase
from fieldapp.ui.background import Report
from fieldapp.ui.desk import Desk
from fieldapp.ui.error_dialog import words_for
from fieldapp.ui.theme import emphasize, outline, paint
from fieldapp.words import say

from .forgotten import SHORTEST_PASSPHRASE, Forgotten

if TYPE_CHECKING:
    from fieldapp.usecases.workspaces import Workspace


class PassphraseField(QLineEdit):
    """Typed unseen, without input method."""

    focused = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Coming here selects all."""
        super().focusInEvent(event)
        self.selectAll()


class UnlockScreen(QWidget):
    """Unlocks the workspace, or creates it at the first run."""

    unlocked = Signal(object, str)
    """The workspace and the user's name."""
    damaged = Signal(str, str)
    """User and passphrase that fit a workspace which cannot be read as it is."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._tick = QTimer(self)
        self._tick.setInterval(1000)
        self._tick.timeout.connect(self.count_down)
        self.user = QComboBox()
        self.user.setEditable(False)
        self.new_user = QLineEdit()
        self.passphrase = PassphraseField()
        self.again = PassphraseField()
        self.shown = QCheckBox(say("ui-unlock-show"))
        self.button = QPushButton()
        self.lost = QPushButton(say("ui-forgotten"))
        self.lost.setFlat(True)
        self.forgotten = Forgotten(desk, self)
        self.message = QLabel()
        self.warming = QLabel(say("ui-unlock-warming"))
        self._build()
        outline(self, desk.theme.inks)
        self.refresh()

    def _build(self) -> None:
        desk = self._desk
        outer = QVBoxLayout(self)
        card = QFrame()
        paint(card, ground=desk.theme.inks.paper)
        card.setFrameShape(QFrame.Shape.StyledPanel)
        card.setFixedWidth(round(desk.theme.font().pixelSize() * 30))
        page = QVBoxLayout(card)
        page.setContentsMargins(36, 30, 36, 26)
        page.setSpacing(12)
        title = QLabel(say("app-title"))
        title.setFont(desk.theme.font(2.0, bold=True))
        title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        paint(title, text=desk.theme.inks.accent)
        self.heading = QLabel()
        self.heading.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.heading.setWordWrap(True)
        page.addWidget(title)
        page.addWidget(self.heading)
        self.form = QFormLayout()
        self.form.setVerticalSpacing(10)
        rows = (("user", self.user), ("new-user", self.new_user), ("passphrase", self.passphrase), ("again", self.again))
        for name, field in rows:
            self.form.addRow(say(f"ui-unlock-{name}"), field)
            field.setAccessibleName(say(f"ui-unlock-{name}"))
        page.addLayout(self.form)
        page.addWidget(self.shown)
        self.message.setWordWrap(True)
        paint(self.message, text=desk.theme.inks.wrong)
        page.addWidget(self.message)
        self.button.setDefault(True)
        emphasize(self.button, desk.theme.inks)
        self.button.setMinimumHeight(round(desk.theme.font().pixelSize() * 2.4))
        page.addWidget(self.button)
        page.addWidget(self.lost)
        self.warming.setEnabled(False)
        self.warming.setAlignment(Qt.AlignmentFlag.AlignCenter)
        page.addWidget(self.warming)
        outer.addWidget(card, 0, Qt.AlignmentFlag.AlignCenter)
        self.shown.toggled.connect(self._show_passphrase)
        self.button.clicked.connect(self.go)
        self.lost.clicked.connect(lambda: self.forgotten.begin(self.user.currentText()))
        self.forgotten.told.connect(self.message.setText)
        self.user.currentIndexChanged.connect(lambda _: self.count_down())
        for field in (self.new_user, self.passphrase, self.again):
            field.returnPressed.connect(self._enter)

    def refresh(self, user: str = "") -> None:
        """Read anew whether there is a workspace and who may unlock it; choose a user."""
        from fieldapp.usecases import workspaces

        self.first_run = not workspaces.exists(self._desk.folder)
        names = () if self.first_run else workspaces.users(self._desk.folder)
        self._be_busy(False)
        self.lost.setVisible(not self.first_run)
        self.user.clear()
        self.user.addItems(list(names))
        self.user.setCurrentText(user)
        for field in (self.new_user, self.again):
            self.form.setRowVisible(field, self.first_run)
        self.form.setRowVisible(self.user, not self.first_run)
        self.heading.setText(say("ui-unlock-first" if self.first_run else "ui-unlock-heading"))
        self.button.setText(say("ui-unlock-create" if self.first_run else "ui-unlock-go"))
        self.passphrase.clear()
        self.again.clear()
        self.message.clear()
        self.count_down()

    def hold(self, sentence: str) -> None:
        """Let nobody in while something is done that needs everything closed."""
        self._be_busy(True)
        self.message.setText(sentence)

    def showEvent(self, event: QShowEvent) -> None:
        """Start loading what comes after unlocking, and put the keyboard where it is needed."""
        super().showEvent(event)
        (self.new_user if self.first_run else self.passphrase).setFocus()
        self.warming.setVisible(True)
        self._desk.background.run(_warm, owner=self, done=lambda _: self.warming.setVisible(False))

    def go(self) -> None:
        """Unlock or create, in the worker."""
        problem = self._not_ready()
        if not self.button.isEnabled():
            return
        if problem:
            self.message.setText(say(problem, least=SHORTEST_PASSPHRASE))
            return
        name = self.new_user.text().strip() if self.first_run else self.user.currentText()
        passphrase, folder, clock, realm, first = (
            self.passphrase.text(),
            self._desk.folder,
            self._desk.clock,
            self._desk.realm,
            self.first_run,
        )

        def work(report: Report) -> Workspace:
            from fieldapp.usecases import workspaces

            if first:
                return workspaces.create(folder, name, passphrase, realm, clock)
            return workspaces.unlock(folder, name, passphrase, clock)

        self._be_busy(True)
        self._desk.background.run(work, owner=self, done=lambda workspace: self._done(workspace, name), failed=self._failed)

    def _done(self, workspace: object, name: str) -> None:
        self._be_busy(False)
        self._tick.stop()
        self.passphrase.clear()
        self.again.clear()
        self.unlocked.emit(workspace, name)

    def _failed(self, error: Exception) -> None:
        self._be_busy(False)
        if isinstance(error, WrongPassphrase | TooManyTries):
            self.message.setText(say("ui-unlock-wrong", count=error.values["count"]))
            self.passphrase.setFocus()
            self.passphrase.selectAll()
            self.count_down()
            return
        self.message.setText(words_for(error).happened)
        self._desk.dialogs.tell(error)
        if isinstance(error, WorkspaceDamaged) and error.values["part"] in ("database", "journal"):
            self.damaged.emit(self.user.currentText(), self.passphrase.text())

    def count_down(self) -> None:
        """Say how long the next try has to wait, until it need not."""
        from fieldapp.usecases import workspaces

        left = 0 if self.first_run else workspaces.wait_s(self._desk.folder, self.user.currentText(), self._desk.clock)
        self.button.setEnabled(not left)
        if left:
            minutes, seconds = divmod(left, 60)
            self.message.setText(say("ui-unlock-wait", minutes=minutes, seconds=seconds))
            self._tick.start()
        elif self._tick.isActive():
            self._tick.stop()
            self.message.clear()

    def _not_ready(self) -> str:
        if not self.passphrase.text():
            return "ui-unlock-empty"
        if not self.first_run:
            return ""
        if not self.new_user.text().strip():
            return "ui-unlock-no-user"
        if len(self.passphrase.text()) < SHORTEST_PASSPHRASE:
            return "ui-unlock-short"
        return "" if self.passphrase.text() == self.again.text() else "ui-unlock-differ"

    def _be_busy(self, busy: bool) -> None:
        self.message.setText(say("ui-unlock-busy") if busy else "")
        for field in (self.user, self.new_user, self.passphrase, self.again, self.button, self.lost):
            field.setEnabled(not busy)

    def _show_passphrase(self, shown: bool) -> None:
        mode = QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password
        self.passphrase.setEchoMode(mode)
        self.again.setEchoMode(mode)

    def _enter(self) -> None:
        order = [field for field in (self.new_user, self.passphrase, self.again) if field.isVisible()]
        empty = [field for field in order if not field.text()]
        if empty:
            empty[0].setFocus()
        else:
            self.go()


def _warm(report: Report) -> None:
    from fieldapp.usecases import workspaces

    workspaces.warm()
