"""Keeping the data safe: backups, one button for the stick, putting one back, checking, mending; every outcome in plain words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QListWidget, QListWidgetItem, QProgressBar, QPushButton, QVBoxLayout, QWidget

from fieldapp.ui.background import Job, Lane, Progress
from fieldapp.ui.desk import Desk
from fieldapp.ui.theme import paint
from fieldapp.usecases import upkeep, workspaces
from fieldapp.words import say

from .unlock import PassphraseField

if TYPE_CHECKING:
    from fieldapp.usecases.upkeep import Damage, Difference
    from fieldapp.usecases.workspaces import Workspace

_ENDINGS = "*.fieldbackup"


class UpkeepScreen(QWidget):
    """The backups that are there, and what can be done."""

    put_back_wanted = Signal(Path)
    """This backup shall take the workspace's place; the person has seen what that changes."""
    repair_wanted = Signal(str)
    """The passphrase with which the locked workspace is mended."""

    def __init__(self, desk: Desk, workspace: Workspace, user: str) -> None:
        super().__init__()
        self._desk, self._workspace, self._user = desk, workspace, user
        self._job: Job | None = None
        self.list = QListWidget()
        self.list.setAccessibleName(say("ui-upkeep-backups"))
        self.to_stick, self.put_back, self.other, self.check, self.repair, self.stop = (
            QPushButton(say(f"ui-upkeep-{name}")) for name in ("to-stick", "put-back", "other", "check", "repair", "stop")
        )
        self.passphrase = PassphraseField()
        self.passphrase.setPlaceholderText(say("ui-upkeep-passphrase"))
        self.passphrase.setAccessibleName(say("ui-upkeep-passphrase"))
        self.bar = QProgressBar()
        self.message = QLabel()
        self.message.setWordWrap(True)
        self.message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByKeyboard | Qt.TextInteractionFlag.TextSelectableByMouse)
        self._build()
        self._bind()
        self._busy(False)

    def _build(self) -> None:
        page = QVBoxLayout(self)
        title = QLabel(say("ui-upkeep-title"))
        title.setFont(self._desk.theme.font(1.2, bold=True))
        hint = QLabel(say("ui-upkeep-hint"))
        hint.setWordWrap(True)
        paint(hint, text=self._desk.theme.inks.faint)
        page.addWidget(title)
        page.addWidget(hint)
        for widgets in ((self.to_stick, self.put_back, self.other), (self.check, self.repair, self.passphrase)):
            row = QHBoxLayout()
            for widget in widgets:
                row.addWidget(widget)
            row.addStretch(1)
            page.addLayout(row)
        page.addWidget(self.list, 1)
        row = QHBoxLayout()
        row.addWidget(self.bar, 1)
        row.addWidget(self.stop)
        page.addLayout(row)
        page.addWidget(self.message)

    def _bind(self) -> None:
        self.to_stick.clicked.connect(self._to_stick)
        self.put_back.clicked.connect(self._chosen)
        self.other.clicked.connect(self._other)
        self.check.clicked.connect(self.begin_check)
        self.repair.clicked.connect(self._repair)
        self.stop.clicked.connect(lambda: self._job.cancel() if self._job else None)

    def showEvent(self, event: QShowEvent) -> None:
        """List what is there now."""
        super().showEvent(event)
        self.refresh()

    def refresh(self) -> None:
        """Read the list of backups anew."""
        self.list.clear()
        for one in upkeep.backups(self._desk.folder):
            why = say(f"backup-why-{one.why}") if one.why else ""
            item = QListWidgetItem(say("ui-upkeep-line", when=f"{one.made_at:%Y-%m-%d %H:%M}", why=why, size=f"{one.size / 1e6:.1f}"))
            item.setData(Qt.ItemDataRole.UserRole, str(one.file))
            self.list.addItem(item)
        if self.list.count():
            self.list.setCurrentRow(0)
        self.put_back.setEnabled(bool(self.list.count()))

    def back_up_daily(self) -> None:
        """The backup of today, while the person works; one that is overtaken by locking is made the next time."""
        workspace = self._workspace
        self._desk.background.run(
            lambda report: upkeep.back_up_daily(workspace),
            owner=self,
            done=lambda _: self.refresh(),
            failed=lambda error: self._desk.dialogs.tell(error) if self.isEnabled() else None,
            lane=Lane.OUTSIDE,
        )

    def begin_check(self) -> None:
        """Check everything, with progress, until it is done or stopped."""
        workspace = self._workspace
        self._busy(True)
        self._job = self._desk.background.run(
            lambda report: workspaces.check(workspace, report),
            owner=self,
            done=self._checked,
            failed=self._failed,
            progress=self._progress,
            cancelled=lambda: self._tell(say("ui-upkeep-stopped")),
            lane=Lane.OUTSIDE,
        )

    def _checked(self, damages: tuple[Damage, ...]) -> None:
        self._tell("\n".join(map(upkeep.explain, damages[:20])) or say("cli-workspace-clean"))

    def _to_stick(self) -> None:
        """Where the last one went if that is there, else the person is asked once."""
        workspace = self._workspace
        folder = Path(upkeep.second_folder(workspace) or "-")
        if not folder.is_dir():
            chosen = self._desk.dialogs.ask_save(say("ui-upkeep-where"), "fieldapp.fieldbackup", _ENDINGS)
            if chosen is None:
                return
            folder = chosen.parent
        self._busy(True)
        self._job = self._desk.background.run(
            lambda report: upkeep.back_up_to(workspace, folder),
            owner=self,
            done=lambda file: self._tell(say("cli-workspace-backed-up", file=str(file))),
            failed=self._failed,
            lane=Lane.OUTSIDE,
        )

    def _other(self) -> None:
        file = self._desk.dialogs.ask_open(say("ui-upkeep-other"), _ENDINGS)
        if file is not None:
            self._look_at(file)

    def _chosen(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            self._look_at(Path(str(item.data(Qt.ItemDataRole.UserRole))))

    def _look_at(self, file: Path) -> None:
        """First what it would change, then the question, then the change."""
        workspace, user, passphrase = self._workspace, self._user, self.passphrase.text()
        self._busy(True)
        self._job = self._desk.background.run(
            lambda report: upkeep.difference(workspace, file, user, passphrase),
            owner=self,
            done=lambda found: self._ask(file, found),
            failed=self._failed,
            lane=Lane.OUTSIDE,
        )

    def _ask(self, file: Path, found: Difference) -> None:
        kinds = {"households": found.households, "submissions": found.submissions, "drafts": found.drafts, "attachments": found.attachments}
        lines = [say("backup-change", what=name, added=one.added, lost=one.lost, changed=one.changed) for name, one in kinds.items()]
        names = "、".join(name for name, what in found.names if what == "lost")
        lines += [say("ui-upkeep-lost-names", names=names)] if names else []
        self._tell("\n".join(lines))
        if self._desk.dialogs.ask(say("ui-upkeep-put-back-ask", when=found.made_at.replace("T", " ")[:16], changes="\n".join(lines))):
            self.put_back_wanted.emit(file)

    def _repair(self) -> None:
        if not self.passphrase.text():
            self._tell(say("ui-upkeep-repair-needs"))
            self.passphrase.setFocus()
        elif self._desk.dialogs.ask(say("ui-upkeep-repair-ask")):
            passphrase = self.passphrase.text()
            self.passphrase.clear()
            self.repair_wanted.emit(passphrase)

    def _progress(self, progress: Progress) -> None:
        self.bar.setMaximum(progress.total)
        self.bar.setValue(progress.done)
        self.message.setText(say(f"check-{progress.text}"))

    def _failed(self, error: Exception) -> None:
        self._tell("")
        self._desk.dialogs.tell(error)

    def _tell(self, text: str) -> None:
        self._busy(False)
        self.message.setText(text)
        self.refresh()

    def _busy(self, busy: bool) -> None:
        if busy:
            self.bar.setRange(0, 0)
        for button in (self.to_stick, self.put_back, self.other, self.check, self.repair):
            button.setEnabled(not busy)
        self.bar.setVisible(busy)
        self.stop.setVisible(busy)
