"""The review tray: a scanned page as a picture, why it waits, and the ways to file it by hand or to throw it away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from fieldapp.ui.background import Lane
from fieldapp.ui.desk import Desk
from fieldapp.ui.questions.base import TextField
from fieldapp.usecases import roster, scans
from fieldapp.words import say

if TYPE_CHECKING:
    from fieldapp.usecases.roster import RosterPage
    from fieldapp.usecases.scans import Waiting
    from fieldapp.usecases.workspaces import Workspace

_MOST_HOMES = 20
_MOST_REVISION, _MOST_NUMBER = 9_999, 999


class TrayPanel(QWidget):
    """What waits at the left, the page in the middle, where it belongs below."""

    def __init__(self, desk: Desk, workspace: Workspace) -> None:
        super().__init__()
        self._desk, self._workspace = desk, workspace
        self._waiting: tuple[Waiting, ...] = ()
        self._pixels = QPixmap()
        self.list = QListWidget()
        self.list.setAccessibleName(say("ui-scans-tray"))
        self.count = QLabel()
        self.picture = QLabel()
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._frame = QScrollArea()
        self._frame.setWidget(self.picture)
        self._frame.setWidgetResizable(True)
        self._frame.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._frame.setAccessibleName(say("ui-scans-picture"))
        self.search = TextField()
        self.homes, self.copy = QComboBox(), QComboBox()
        self.revision, self.number = QSpinBox(), QSpinBox()
        self.file, self.discard = QPushButton(say("ui-scans-file")), QPushButton(say("ui-scans-discard"))
        self._build()
        self._bind()
        self._enable()

    def _build(self) -> None:
        page = QHBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        left = QVBoxLayout()
        left.addWidget(self.count)
        left.addWidget(self.list, 1)
        page.addLayout(left, 1)
        right = QVBoxLayout()
        right.addWidget(self._frame, 1)
        for copy in scans.COPIES:
            self.copy.addItem(say("ui-scans-copy-number", number=copy), copy)
        self.revision.setRange(1, _MOST_REVISION)
        self.number.setRange(0, _MOST_NUMBER)
        form = QFormLayout()
        row = QHBoxLayout()
        row.addWidget(self.revision)
        row.addWidget(self.copy)
        row.addWidget(self.number)
        form.addRow(say("ui-scans-search"), self.search)
        form.addRow(say("ui-scans-home"), self.homes)
        form.addRow(say("ui-scans-page"), row)
        for widget, name in (
            (self.search, "search"), (self.homes, "home"), (self.revision, "revision"), (self.copy, "copy"), (self.number, "number"),
        ):  # fmt: skip
            widget.setAccessibleName(say(f"ui-scans-{name}"))
        right.addLayout(form)
        row = QHBoxLayout()
        row.addStretch(1)
        for button in (self.file, self.discard):
            button.setAutoDefault(False)
            row.addWidget(button)
        right.addLayout(row)
        page.addLayout(right, 2)

    def _bind(self) -> None:
        self.list.currentRowChanged.connect(self._choose)
        self.search.returnPressed.connect(self.look_for)
        self.search.editingFinished.connect(self.look_for)
        self.file.clicked.connect(self._file)
        self.discard.clicked.connect(self._discard)

    def read_again(self) -> None:
        """File what has become clear, and list what waits."""
        workspace = self._workspace
        self._desk.background.run(
            lambda report: (scans.look_again(workspace), scans.tray(workspace))[1],
            owner=self,
            done=self._list,
            failed=lambda error: self._desk.dialogs.tell(error) if self.isEnabled() else None,
        )

    def look_for(self) -> None:
        """Look for the household that was typed."""
        text = self.search.text().strip()
        if text:
            workspace = self._workspace
            self._desk.background.run(lambda report: roster.search(workspace, text, limit=_MOST_HOMES), owner=self, done=self._offer)

    def _list(self, waiting: tuple[Waiting, ...]) -> None:
        self._waiting = waiting
        self.list.clear()
        for one in waiting:
            item = QListWidgetItem(f"{say(f'scan-reason-{one.scan.reason}')}\n{one.head_name} {one.scan.name} · {one.scan.page}".strip())
            self.list.addItem(item)
        self.count.setText(say("ui-scans-waiting", count=len(waiting)))
        if waiting:
            self.list.setCurrentRow(0)
        else:
            self._show(None)
        self._enable()

    def _choose(self, row: int) -> None:
        if not 0 <= row < len(self._waiting):
            return
        one = self._waiting[row]
        workspace, scan = self._workspace, one.scan.id
        self.homes.clear()
        if one.scan.household:
            self.homes.addItem(one.head_name or one.scan.household, one.scan.household)
        ref = one.scan.ref
        self.revision.setValue(ref.revision if ref else 1)
        self.copy.setCurrentIndex((ref.copy if ref else 1) - 1)
        self.number.setValue(ref.number if ref else 0)
        self._desk.background.run(
            lambda report: (scan, scans.picture(workspace, scan)), owner=self, done=lambda pair: self._show(*pair), lane=Lane.OUTSIDE
        )
        self._enable()

    def _show(self, scan: str | None, data: bytes = b"") -> None:
        current = self._current()
        if scan is not None and (current is None or current.scan.id != scan):
            return
        self._pixels = QPixmap.fromImage(QImage.fromData(data)) if data else QPixmap()
        self._fit()

    def _fit(self) -> None:
        if self._pixels.isNull():
            self.picture.clear()
            return
        width = max(self._frame.viewport().width() - 4, 100)
        self.picture.setPixmap(self._pixels.scaledToWidth(width, Qt.TransformationMode.SmoothTransformation))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The page fills the width."""
        super().resizeEvent(event)
        self._fit()

    def _offer(self, page: RosterPage) -> None:
        self.homes.clear()
        for line in page.lines:
            self.homes.addItem(f"{line.head_name}　{line.address}".strip(), str(line.id))
        self._enable()

    def _current(self) -> Waiting | None:
        row = self.list.currentRow()
        return self._waiting[row] if 0 <= row < len(self._waiting) else None

    def _file(self) -> None:
        one, household = self._current(), self.homes.currentData()
        if one is None or not household:
            return
        copy, revision, number = self.copy.currentData(), self.revision.value(), self.number.value()
        known = one.scan.ref
        same = known is not None and (known.revision, known.copy, known.number) == (revision, copy, number)
        ref = known if known is not None and same else scans.page_by_hand(revision, copy, number)
        workspace, scan = self._workspace, one.scan.id
        self._desk.background.run(
            lambda report: scans.file_by_hand(workspace, scan, household, ref), owner=self, done=lambda _: self.read_again()
        )

    def _discard(self) -> None:
        one = self._current()
        if one is None or not self._desk.dialogs.ask(say("ui-scans-discard-ask", file=one.scan.name, page=one.scan.page)):
            return
        workspace, scan = self._workspace, one.scan.id
        self._desk.background.run(lambda report: scans.discard(workspace, scan), owner=self, done=lambda _: self.read_again())

    def _enable(self) -> None:
        there = self._current() is not None
        self.discard.setEnabled(there)
        self.file.setEnabled(there and self.homes.count() > 0)
