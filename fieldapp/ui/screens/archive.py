"""The archive of a household: its pages as they will be printed, copy by copy; make and keep it, save a file, print."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QImage, QKeyEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from fieldapp.domain.ids import HouseholdId
from fieldapp.errors import AlreadyThere, CodedError, NotAllowed
from fieldapp.ui import paper
from fieldapp.ui.background import Lane, Report
from fieldapp.ui.desk import Desk
from fieldapp.ui.error_dialog import words_for
from fieldapp.ui.theme import checkable, emphasize
from fieldapp.usecases import printing
from fieldapp.words import say

if TYPE_CHECKING:
    from fieldapp.usecases.printing import Archive
    from fieldapp.usecases.workspaces import Workspace

_STEPS = (0.6, 0.8, 1.0, 1.25, 1.6)


@dataclass(frozen=True, slots=True)
class _Shown:
    archive: Archive
    copies: tuple[paper.Copy, ...]
    kept: bool


class PageView(QScrollArea):
    """One page; PageUp and PageDown turn, plus and minus zoom."""

    turned = Signal(int)
    zoomed = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(say("ui-archive-page-view"))
        self.sheet = QLabel()
        self.sheet.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setWidget(self.sheet)
        self.setWidgetResizable(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Turn and zoom by keyboard."""
        step = {Qt.Key.Key_PageDown: 1, Qt.Key.Key_PageUp: -1}.get(Qt.Key(event.key()))
        zoom = {Qt.Key.Key_Plus: 1, Qt.Key.Key_Equal: 1, Qt.Key.Key_Minus: -1}.get(Qt.Key(event.key()))
        if step is not None:
            self.turned.emit(step)
        elif zoom is not None:
            self.zoomed.emit(zoom)
        else:
            super().keyPressEvent(event)


class ArchiveScreen(QWidget):
    """Preview and making of one household's archive."""

    made = Signal(str)
    """Household id whose archive was made and kept."""

    def __init__(self, desk: Desk, workspace: Workspace) -> None:
        super().__init__()
        self._desk, self._workspace = desk, workspace
        self._household = ""
        self._asked = 0
        self._page, self._zoom = 0, 2
        self.shown: _Shown | None = None
        self.title = QLabel(say("ui-archive-none"))
        self.title.setFont(desk.theme.font(1.2, bold=True))
        self.state = QLabel()
        self.state.setWordWrap(True)
        self.place = QLabel()
        self.view = PageView()
        self.copies = QButtonGroup(self)
        self.make, self.save, self.print = (QPushButton(say(f"ui-archive-{name}")) for name in ("make", "save", "print"))
        self.back, self.forth = QPushButton(say("ui-archive-back")), QPushButton(say("ui-archive-forth"))
        self._redraw = QTimer(self)
        self._redraw.setSingleShot(True)
        self._redraw.timeout.connect(self._draw)
        self._build()
        self._enable()

    def _build(self) -> None:
        page = QVBoxLayout(self)
        top = QHBoxLayout()
        top.addWidget(self.title, 1)
        for button in (self.make, self.save, self.print):
            button.setAutoDefault(False)
            top.addWidget(button)
        page.addLayout(top)
        page.addWidget(self.state)
        row = QHBoxLayout()
        self._copy_row = QHBoxLayout()
        row.addLayout(self._copy_row)
        row.addStretch(1)
        for widget in (self.back, self.place, self.forth):
            row.addWidget(widget)
        page.addLayout(row)
        self.view.setFrameShape(QFrame.Shape.StyledPanel)
        page.addWidget(self.view, 1)
        emphasize(self.make, self._desk.theme.inks)
        self.make.clicked.connect(self._make)
        self.save.clicked.connect(self._save)
        self.print.clicked.connect(self._print)
        self.back.clicked.connect(lambda: self.turn(-1))
        self.forth.clicked.connect(lambda: self.turn(1))
        self.view.turned.connect(self.turn)
        self.view.zoomed.connect(self._zoom_by)
        self.copies.idClicked.connect(self.show_copy)

    def open(self, household: str) -> None:
        """Preview the archive of a household's newest finalized form."""
        self._household = household
        workspace, identity = self._workspace, HouseholdId(household)
        self._run(lambda report: printing.preview(workspace, identity, report), kept=False)

    def turn(self, step: int) -> None:
        """Show the page before or after."""
        if self.shown is not None:
            self._page = min(max(self._page + step, 0), self.shown.archive.pages - 1)
            self._draw()

    def show_copy(self, at: int) -> None:
        """Show the first page of a copy."""
        if self.shown is not None:
            self._page = self.shown.copies[at].first
            self._draw()

    def _make(self) -> None:
        workspace, identity = self._workspace, HouseholdId(self._household)
        self._run(lambda report: printing.make_archive(workspace, identity, report), kept=True)

    def _run(self, work: Callable[[Report], Archive], kept: bool) -> None:
        self._asked += 1
        mine = self._asked
        self._say("ui-archive-busy")
        self.make.setEnabled(False)
        self._desk.background.run(
            lambda report: (made := work(report), paper.copies(made.pdf)),
            owner=self,
            done=lambda pair: self._show(mine, _Shown(pair[0], pair[1], kept)),
            failed=self._failed,
            lane=Lane.OUTSIDE,
        )

    def _show(self, mine: int, shown: _Shown) -> None:
        if mine != self._asked:
            return
        self.shown = shown
        self._page = 0
        archive = shown.archive
        self.title.setText(say("ui-archive-title", name=archive.head_name, revision=archive.revision))
        for button in self.copies.buttons():
            self.copies.removeButton(button)
            button.deleteLater()
        for at, copy in enumerate(shown.copies):
            button = QPushButton(copy.title)
            button.setCheckable(True)
            button.setStyleSheet("QPushButton { padding: 6px 12px; }" + checkable(self._desk.theme.inks))
            button.setAutoDefault(False)
            self.copies.addButton(button, at)
            self._copy_row.addWidget(button)
        if archive.missing:
            self._say("ui-archive-missing", what="、".join(str(one) for one in archive.missing[:5]))
        elif shown.kept:
            self._say("ui-archive-kept", digest=archive.digest[:12], pages=archive.pages)
            self.made.emit(str(archive.household))
        elif archive.gaps:
            what = "；".join(gap.text for gap in archive.gaps[:3])
            self._say("ui-archive-gaps", pages=archive.pages, count=len(archive.gaps), what=what)
        elif archive.findings:
            self._say("ui-archive-findings", pages=archive.pages, count=len(archive.findings), what="；".join(archive.findings[:3]))
        else:
            self._say("ui-archive-preview", pages=archive.pages)
        self._enable()
        self._draw()
        self.view.setFocus()

    def _failed(self, error: Exception) -> None:
        self.shown = None
        self.view.sheet.clear()
        self._enable()
        if isinstance(error, NotAllowed) and error.values.get("reason") == "not-finalized":
            self.title.setText(say("ui-archive-none"))
            self._say("ui-archive-not-finalized")
        elif isinstance(error, CodedError):
            self._say("ui-archive-failed", what=words_for(error).happened)
        else:
            self._desk.dialogs.tell(error)

    def _enable(self) -> None:
        there = self.shown is not None
        for button in (self.save, self.back, self.forth):
            button.setEnabled(there)
        self.make.setEnabled(there)
        printer = paper.has_printer()
        self.print.setEnabled(there and printer)
        self.print.setToolTip("" if printer else say("ui-archive-no-printer"))

    def _draw(self) -> None:
        if self.shown is None:
            return
        archive = self.shown.archive
        width = max(self.view.viewport().width() - 24, 200)
        scale = _STEPS[self._zoom]
        # One page takes some 30 ms: near enough to a frame to be drawn where it is shown.
        image: QImage = paper.picture(archive.pdf, self._page, min(width, round(width * 0.72 * scale)))
        self.view.sheet.setPixmap(QPixmap.fromImage(image))
        at = max(at for at, copy in enumerate(self.shown.copies) if copy.first <= self._page)
        self.copies.button(at).setChecked(True)
        copy = self.shown.copies[at]
        self.place.setText(say("ui-archive-place", page=self._page - copy.first + 1, pages=copy.pages))
        self.view.sheet.setAccessibleName(say("ui-archive-sheet", copy=copy.title, page=self._page - copy.first + 1))

    def _zoom_by(self, step: int) -> None:
        self._zoom = min(max(self._zoom + step, 0), len(_STEPS) - 1)
        self._draw()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The page follows the window, once it stands still."""
        super().resizeEvent(event)
        self._redraw.start(60)

    def _save(self) -> None:
        if self.shown is None:
            return
        archive = self.shown.archive
        file = self._desk.dialogs.ask_save(say("ui-archive-save-title"), f"{archive.head_name}.pdf", say("ui-pick-pdf"))
        if file is None:
            return
        workspace = self._workspace
        self._desk.background.run(
            lambda report: printing.save_copy(workspace, archive, file),
            owner=self,
            done=lambda saved: self._say("ui-archive-saved", file=str(saved)),
            failed=self._not_saved,
            lane=Lane.OUTSIDE,
        )

    def _not_saved(self, error: Exception) -> None:
        if isinstance(error, AlreadyThere):
            self._say("ui-archive-file-there")
        else:
            self._desk.dialogs.tell(error)

    def _print(self) -> None:
        if self.shown is None or not paper.print_pdf(self.shown.archive.pdf, self):
            return
        workspace, archive = self._workspace, self.shown.archive
        self._desk.background.run(
            lambda report: printing.printed(workspace, archive),
            owner=self,
            done=lambda number: self._say("ui-archive-printed", number=number),
        )

    def _say(self, message: str, **values: object) -> None:
        self.state.setText(say(message, **values))
