"""Signed paper that comes back: scans are dropped here and file themselves; what a person has to look at waits in the tray."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from fieldapp.ui.background import Job, Lane, Progress
from fieldapp.ui.desk import Desk
from fieldapp.ui.theme import emphasize, paint
from fieldapp.usecases import scans
from fieldapp.words import say

from .scan_tray import TrayPanel

if TYPE_CHECKING:
    from fieldapp.usecases.scans import Intake, TakenPage
    from fieldapp.usecases.workspaces import Workspace

_MOST_LINES = 500


class ScanScreen(QWidget):
    """Drop files or folders, see what became of every page, and file by hand what could not be filed."""

    def __init__(self, desk: Desk, workspace: Workspace) -> None:
        super().__init__()
        self._desk, self._workspace = desk, workspace
        self.job: Job | None = None
        self.setAcceptDrops(True)
        self.message = QLabel(say("ui-scans-none"))
        self.message.setWordWrap(True)
        self.files, self.folder, self.stop = (QPushButton(say(f"ui-scans-{name}")) for name in ("files", "folder", "stop"))
        self.taken = QListWidget()
        self.taken.setAccessibleName(say("ui-scans-taken"))
        self.bar = QProgressBar()
        self.tray = TrayPanel(desk, workspace)
        self._build()
        self._bind()
        self._be_busy(False)

    def _build(self) -> None:
        page = QVBoxLayout(self)
        title = QLabel(say("ui-scans-title"))
        title.setFont(self._desk.theme.font(1.2, bold=True))
        page.addWidget(title)
        zone = QFrame()
        zone.setFrameShape(QFrame.Shape.StyledPanel)
        paint(zone, ground=self._desk.theme.inks.paper)
        row = QHBoxLayout(zone)
        hint = QLabel(say("ui-scans-hint"))
        hint.setWordWrap(True)
        row.addWidget(hint, 1)
        for button in (self.files, self.folder, self.stop):
            button.setAutoDefault(False)
            row.addWidget(button)
        page.addWidget(zone)
        row = QHBoxLayout()
        row.addWidget(self.message, 2)
        row.addWidget(self.bar, 1)
        page.addLayout(row)
        halves = QSplitter(Qt.Orientation.Horizontal)
        halves.addWidget(self.taken)
        halves.addWidget(self.tray)
        halves.setSizes([300, 720])
        halves.setChildrenCollapsible(False)
        page.addWidget(halves, 1)
        emphasize(self.files, self._desk.theme.inks)

    def _bind(self) -> None:
        self.files.clicked.connect(self._ask_file)
        self.folder.clicked.connect(self._ask_folder)
        self.stop.clicked.connect(lambda: self.job.cancel() if self.job else None)

    def showEvent(self, event: QShowEvent) -> None:
        """What waits may have become clear by an exchange."""
        super().showEvent(event)
        self.tray.read_again()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files and folders may be dropped anywhere on the screen."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Take in what was dropped; it stays where it is."""
        self.take_in([Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()])
        event.acceptProposedAction()

    def take_in(self, paths: list[Path]) -> None:
        """Take files and folders in, one intake at a time."""
        if self.job is not None or not paths:
            return
        workspace = self._workspace
        self._be_busy(True)
        self.job = self._desk.background.run(
            lambda report: scans.take_in(workspace, paths, report),
            owner=self,
            done=self._show,
            failed=self._failed,
            progress=self._progress,
            cancelled=lambda: self._ended(say("ui-scans-stopped")),
            lane=Lane.OUTSIDE,
        )

    def _show(self, intake: Intake) -> None:
        self.taken.clear()
        for page in intake.pages[:_MOST_LINES]:
            item = QListWidgetItem(_line(page))
            item.setToolTip(page.file)
            self.taken.addItem(item)
        counts = {name: intake.count(name) for name in (scans.FILED, scans.TRAY, scans.KNOWN, scans.BLANK, scans.REFUSED)}
        self._ended(say("cli-archive-scanned", **counts))

    def _failed(self, error: Exception) -> None:
        self._ended("")
        self._desk.dialogs.tell(error)

    def _ended(self, sentence: str) -> None:
        self.job = None
        self._be_busy(False)
        self.message.setText(sentence)
        self.tray.read_again()

    def _progress(self, step: Progress) -> None:
        self.bar.setMaximum(step.total)
        self.bar.setValue(step.done)
        self.message.setText(step.text)

    def _be_busy(self, busy: bool) -> None:
        for button in (self.files, self.folder):
            button.setEnabled(not busy)
        self.stop.setEnabled(busy)
        self.bar.setVisible(busy)

    def _ask_file(self) -> None:
        chosen = self._desk.dialogs.ask_open(say("ui-scans-files"), say("ui-scans-kinds"))
        if chosen is not None:
            self.take_in([chosen])

    def _ask_folder(self) -> None:
        chosen = self._desk.dialogs.ask_folder(say("ui-scans-folder"))
        if chosen is not None:
            self.take_in([chosen])


def _line(page: TakenPage) -> str:
    outcome = say(f"scan-outcome-{page.outcome}")
    where = f"{page.file} · {page.page}" if page.page else page.file
    told = page.head_name if page.outcome == scans.FILED else say(f"scan-reason-{page.reason}") if page.reason else ""
    return f"{outcome}　{told}　{where}" if told else f"{outcome}　{where}"
