"""The workspace itself: passphrase, users, ways back, data key, clearing away, handing the computer over."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from fieldapp.ui import paper
from fieldapp.ui.background import Report
from fieldapp.ui.desk import Desk
from fieldapp.usecases import clearing, recovery, workspaces
from fieldapp.words import say

from .forgotten import SHORTEST_PASSPHRASE

if TYPE_CHECKING:
    from fieldapp.usecases.clearing import Clearing
    from fieldapp.usecases.recovery import Sheet
    from fieldapp.usecases.workspaces import Workspace

ACTS = ("passphrase", "add-user", "remove-user", "sheet", "rekey", "check", "clear", "hand-over")


class WorkspaceScreen(QWidget):
    """One button an act, with a sentence on what it does; what came of it stands below."""

    away = Signal(object)
    """Work (report → sentence) for which the workspace has to be locked."""

    def __init__(self, desk: Desk, workspace: Workspace, user: str) -> None:
        super().__init__()
        self._desk, self._workspace, self._user = desk, workspace, user
        self.state, self.message = QLabel(), QLabel()
        self.buttons = {name: QPushButton(say(f"ui-workspace-{name}")) for name in ACTS}
        self._build()

    def _build(self) -> None:
        page = QVBoxLayout(self)
        title = QLabel(say("ui-workspace-title"))
        title.setFont(self._desk.theme.font(1.2, bold=True))
        page.addWidget(title)
        page.addWidget(self.state)
        grid = QGridLayout()
        grid.setColumnStretch(1, 1)
        acts: tuple[Callable[[], object], ...] = (
            self.change_passphrase, self.add_user, self.remove_user, self.make_sheet, self.rekey, self.check, self.clear, self.hand_over,
        )  # fmt: skip
        for row, (name, act) in enumerate(zip(ACTS, acts, strict=True)):
            button, told = self.buttons[name], QLabel(say(f"ui-workspace-{name}-told"))
            told.setWordWrap(True)
            told.setBuddy(button)
            button.setAutoDefault(False)
            button.clicked.connect(lambda _=False, act=act: act())
            grid.addWidget(button, row, 0)
            grid.addWidget(told, row, 1)
        page.addLayout(grid)
        for label in (self.state, self.message):
            label.setWordWrap(True)
        page.addWidget(self.message)
        page.addStretch(1)

    def showEvent(self, event: QShowEvent) -> None:
        """Read who may unlock whenever the screen comes back."""
        super().showEvent(event)
        self.refresh()

    def refresh(self) -> None:
        """Users and ways back."""
        folder = self._desk.folder
        ways = "、".join(say(f"recovery-way-{way}") for way in recovery.ways(folder)) or say("recovery-way-none")
        self.state.setText(say("ui-workspace-state", users="、".join(workspaces.users(folder)), ways=ways))

    def change_passphrase(self) -> None:
        """The present one, then the new one twice."""
        old = self._desk.dialogs.ask_secret(say("ui-workspace-old"))
        fresh = self._fresh() if old else ""
        if old and fresh:
            workspace, user = self._workspace, self._user
            self._run(lambda report: workspaces.change_passphrase(workspace, user, old, fresh), "ui-workspace-passphrase-done")

    def add_user(self) -> None:
        """A name and a passphrase of their own, typed by them."""
        name = self._desk.dialogs.ask_text(say("ui-workspace-name"))
        fresh = self._fresh() if name else ""
        if name and fresh:
            workspace = self._workspace
            self._run(lambda report: workspace.add_user(name, fresh), "ui-workspace-add-user-done")

    def remove_user(self) -> None:
        """The data key is exchanged with it: who is gone may have kept the old one."""
        others = [name for name in workspaces.users(self._desk.folder) if name != self._user]
        name = self._desk.dialogs.ask_text(say("ui-workspace-remove-who", users="、".join(others))) if others else None
        if name in others:
            self._rekey((name,))
        elif others and name:
            self.message.setText(say("ui-workspace-no-such-user"))

    def make_sheet(self) -> None:
        """Printed at once where there is a printer; else into a file that the person names."""
        if not self._desk.dialogs.ask(say("ui-workspace-sheet-ask")):
            return
        workspace = self._workspace
        self._desk.background.run(
            lambda report: recovery.make_sheet(workspace), owner=self, done=self._sheet_made, failed=self._desk.dialogs.tell
        )

    def rekey(self) -> None:
        """Everything is encrypted anew while the workspace is locked."""
        self._rekey(())

    def check(self) -> None:
        """Verify everything there is."""
        workspace = self._workspace

        def shown(found: tuple[object, ...]) -> None:
            self.message.setText(say("ui-workspace-check-found", count=len(found)) if found else say("cli-workspace-clean"))

        self._desk.background.run(lambda report: workspaces.check(workspace), owner=self, done=shown, failed=self._desk.dialogs.tell)

    def clear(self) -> None:
        """First what would go, then the question, then the act."""
        workspace = self._workspace

        def planned(plan: Clearing) -> None:
            if not plan.households:
                self.message.setText(say("ui-workspace-clear-none", days=clearing.DEFAULT_DAYS))
            elif self._desk.dialogs.ask(say("ui-workspace-clear-ask", households=plan.households, days=clearing.DEFAULT_DAYS)):
                self._run(lambda report: clearing.clear(workspace), "ui-workspace-clear-done")

        self._desk.background.run(
            lambda report: clearing.clear(workspace, dry_run=True), owner=self, done=planned, failed=self._desk.dialogs.tell
        )

    def hand_over(self) -> None:
        """What is unsent is told and has to be confirmed by the workspace's number; then passphrase, receipt, last backup."""
        workspace = self._workspace
        self._desk.background.run(
            lambda report: clearing.unsent(workspace), owner=self, done=self._hand_over, failed=self._desk.dialogs.tell
        )

    def _hand_over(self, left: clearing.Unsent) -> None:
        dialogs, identity = self._desk.dialogs, self._workspace.keyring.workspace()[:8]
        question = say("ui-workspace-over-unsent", operations=left.operations, files=left.files, drafts=left.drafts, id=identity)
        confirmed = (dialogs.ask_text(question) or "") if left else ""
        if left and confirmed != identity:
            self.message.setText(say("ui-workspace-over-refused"))
            return
        if not dialogs.ask(say("ui-workspace-over-ask")):
            return
        receipt = dialogs.ask_save(say("ui-workspace-over-receipt"), "receipt.pdf", "*.pdf")
        backup = dialogs.ask_save(say("ui-workspace-over-backup"), "last.fieldbackup", "*.fieldbackup") if receipt is not None else None
        passphrase = dialogs.ask_secret(say("ui-workspace-old")) if receipt is not None else None
        if receipt is None or not passphrase:
            return
        folder, user, clock = self._desk.folder, self._user, self._desk.clock

        def work(report: Report) -> str:
            done = clearing.hand_over(folder, user, passphrase, clock, receipt=receipt, backup=backup, confirmed=confirmed)
            return say("cli-handed-over", files=done.files, receipt=str(receipt))

        self.away.emit(work)

    def _rekey(self, without: tuple[str, ...]) -> None:
        passphrase = self._desk.dialogs.ask_secret(say("ui-workspace-old"))
        if not passphrase:
            return
        folder, user, clock = self._desk.folder, self._user, self._desk.clock

        def work(report: Report) -> str:
            count = workspaces.rekey(folder, user, passphrase, clock, report, without)
            return say("cli-rekeyed", attachments=count)

        self.away.emit(work)

    def _sheet_made(self, sheet: Sheet) -> None:
        self.refresh()
        if paper.has_printer() and paper.print_pdf(sheet.pdf, self):
            self.message.setText(say("ui-workspace-sheet-printed"))
            return
        file = self._desk.dialogs.ask_save(say("ui-workspace-sheet-save"), "sheet.pdf", "*.pdf")
        if file is not None:
            Path(file).write_bytes(sheet.pdf)
            self.message.setText(say("cli-recovery-made", file=str(file)))

    def _fresh(self) -> str:
        first = self._desk.dialogs.ask_secret(say("ui-forgotten-new"))
        if not first:
            return ""
        if len(first) < SHORTEST_PASSPHRASE:
            self.message.setText(say("ui-unlock-short", least=SHORTEST_PASSPHRASE))
            return ""
        if self._desk.dialogs.ask_secret(say("ui-unlock-again")) != first:
            self.message.setText(say("ui-unlock-differ"))
            return ""
        return first

    def _run(self, work: Callable[[Report], object], done: str) -> None:
        def shown(_: object) -> None:
            self.refresh()
            self.message.setText(say(done))

        self._desk.background.run(work, owner=self, done=shown, failed=self._desk.dialogs.tell)
