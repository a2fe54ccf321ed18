"""The archive of a household: its pages as they will be printed, what they lack, the ledger of copies; kept, saved, printed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QPushButton, QSplitter, QVBoxLayout, QWidget

from fieldapp.domain.ids import HouseholdId
from fieldapp.errors import CodedError, NotAllowed
from fieldapp.ui import paper
from fieldapp.ui.background import Lane, Report
from fieldapp.ui.desk import Desk
from fieldapp.ui.error_dialog import words_for
from fieldapp.ui.theme import emphasize, paint
from fieldapp.usecases import printing
from fieldapp.usecases.printing_archive import HOLDERS
from fieldapp.words import say

from .archive_pages import PagePanel
from .archive_papers import Known, PapersPanel
from .archive_printing import ArchivePrinting
from .print_run import RunDialog

if TYPE_CHECKING:
    from fieldapp.usecases.printers import Printer
    from fieldapp.usecases.printing import Archive
    from fieldapp.usecases.workspaces import Workspace


@dataclass(frozen=True, slots=True)
class _Shown:
    archive: Archive
    copies: tuple[paper.Copy, ...]
    kept: bool


class ArchiveScreen(QWidget):
    """One household's archive; from here also a whole village."""

    made = Signal(str)
    """Household id whose archive was made and kept."""

    def __init__(self, desk: Desk, workspace: Workspace) -> None:
        super().__init__()
        self._desk, self._workspace = desk, workspace
        self._household = HouseholdId("")
        self._asked = 0
        self._known: Known | None = None
        self._both_sides: bool | None = None
        """What the person chose; None: as the archive's parameters say."""
        self.shown: _Shown | None = None
        self.title, self.stale, self.state = QLabel(say("ui-archive-none")), QLabel(), QLabel()
        self.holders = {holder: QCheckBox(say(f"ledger-holder-{holder}")) for holder in HOLDERS}
        self.duplex = QCheckBox(say("ui-archive-duplex"))
        self.make, self.save, self.print, self.changes, self.village = (
            QPushButton(say(f"ui-archive-{name}")) for name in ("make", "save", "print", "changes", "village")
        )
        self.pages = PagePanel(desk.theme)
        self.papers = PapersPanel(desk, workspace)
        self.printing = ArchivePrinting(desk, workspace, self)
        self.run = RunDialog(desk, workspace, self)
        self._build()
        self._bind()
        self._enable()

    def _build(self) -> None:
        page = QVBoxLayout(self)
        top = QHBoxLayout()
        self.title.setFont(self._desk.theme.font(1.2, bold=True))
        top.addWidget(self.title, 1)
        self.stale.setWordWrap(True)
        paint(self.stale, text=self._desk.theme.inks.wrong)
        self.stale.hide()
        for button in (self.make, self.save, self.print, self.changes, self.village):
            button.setAutoDefault(False)
            top.addWidget(button)
        page.addLayout(top)
        page.addWidget(self.stale)
        row = QHBoxLayout()
        row.addWidget(QLabel(say("ui-archive-holders")))
        for box in self.holders.values():
            box.setChecked(True)
            row.addWidget(box)
        row.addSpacing(16)
        row.addWidget(self.duplex)
        self.state.setWordWrap(True)
        row.addWidget(self.state, 1)
        page.addLayout(row)
        halves = QSplitter(Qt.Orientation.Horizontal)
        halves.addWidget(self.pages)
        halves.addWidget(self.papers)
        halves.setStretchFactor(0, 1)
        halves.setSizes([840, 360])
        halves.setChildrenCollapsible(False)
        page.addWidget(halves, 1)
        emphasize(self.make, self._desk.theme.inks)

    def _bind(self) -> None:
        self.make.clicked.connect(self._make)
        self.save.clicked.connect(lambda: self.printing.save(self.shown.archive) if self.shown else None)
        self.print.clicked.connect(self._print)
        self.changes.clicked.connect(lambda: self.printing.changes(self._household, self.copies, self.duplex.isChecked()))
        self.village.clicked.connect(lambda: self.printing.with_printers(self._begin_run))
        for box in self.holders.values():
            box.clicked.connect(self._preview)
        self.duplex.clicked.connect(self._turn_sides)
        self.run.advanced.connect(self.papers.read_again)
        self.printing.done.connect(self._done)
        self.papers.known.connect(self._show_ledger)
        self.papers.told.connect(self.state.setText)

    def open(self, household: str) -> None:
        """Preview the archive of a household's newest finalized form."""
        self._household = HouseholdId(household)
        self._preview()
        self.papers.read(self._household)

    def show_copy(self, at: int) -> None:
        """Show the first page of a copy."""
        self.pages.show_copy(at)

    @property
    def copies(self) -> tuple[str, ...]:
        """The holders whose copies are wanted."""
        return tuple(holder for holder, box in self.holders.items() if box.isChecked())

    def _turn_sides(self, both: bool) -> None:
        self._both_sides = both
        self._preview()

    def _preview(self) -> None:
        if self._household and self.copies:
            workspace, one, copies, duplex = self._workspace, self._household, self.copies, self._both_sides
            self._draw(lambda report: printing.preview(workspace, one, report, copies, duplex), kept=False)
        self._enable()

    def _make(self) -> None:
        workspace, one, copies, duplex = self._workspace, self._household, self.copies, self._both_sides
        self._draw(lambda report: printing.make_archive(workspace, one, report, copies, duplex), kept=True)

    def _draw(self, work: Callable[[Report], Archive], kept: bool) -> None:
        self._asked += 1
        mine = self._asked
        self.state.setText(say("ui-archive-busy"))
        self.make.setEnabled(False)

        def drawn(report: Report) -> tuple[Archive, tuple[paper.Copy, ...]]:
            made = work(report)
            return made, paper.copies(made.pdf)

        self._desk.background.run(
            drawn,
            owner=self,
            done=lambda pair: self._show(mine, _Shown(pair[0], pair[1], kept)),
            failed=self._failed,
            lane=Lane.OUTSIDE,
        )

    def _show(self, mine: int, shown: _Shown) -> None:
        if mine != self._asked:
            return
        self.shown = shown
        archive = shown.archive
        self.title.setText(say("ui-archive-title", name=archive.head_name, revision=archive.revision))
        self.duplex.setChecked(archive.duplex)
        self.pages.show_pdf(archive.pdf, shown.copies)
        self.papers.show_archive(archive)
        if shown.kept:
            self.state.setText(say("ui-archive-kept", digest=archive.digest[:12], pages=archive.pages))
            self.made.emit(str(archive.household))
            self.papers.read_again()
        elif archive.gaps:
            self.state.setText(say("ui-archive-incomplete", pages=archive.pages, count=len(archive.gaps)))
        elif archive.missing:
            self.state.setText(say("ui-archive-missing", what="、".join(archive.missing[:5])))
        elif archive.findings:
            self.state.setText(say("ui-archive-findings", pages=archive.pages, count=len(archive.findings), what=archive.findings[0]))
        else:
            self.state.setText(say("ui-archive-preview", pages=archive.pages))
        self._enable()
        self.pages.view.setFocus()

    def _failed(self, error: Exception) -> None:
        self.shown = None
        self.pages.clear()
        self._enable()
        if isinstance(error, NotAllowed) and error.values.get("reason") == "not-finalized":
            self.title.setText(say("ui-archive-none"))
            self.state.setText(say("ui-archive-not-finalized"))
        elif isinstance(error, CodedError):
            self.state.setText(say("ui-archive-failed", what=words_for(error).happened))
        else:
            self._desk.dialogs.tell(error)

    def _enable(self) -> None:
        there, printer = self.shown is not None and bool(self.copies), paper.may_print()
        printed = self._known is not None and bool(self._known.papers.stale or self._known.papers.incomplete)
        self.make.setEnabled(there)
        self.save.setEnabled(there)
        self.print.setEnabled(there and printer)
        self.print.setToolTip("" if printer else say("ui-archive-no-printer"))
        self.changes.setEnabled(there and printed)
        self.changes.setToolTip("" if printed else say("ui-archive-nothing-stale"))

    def _show_ledger(self, known: Known) -> None:
        self._known = known
        stale = known.papers.stale
        copies = "、".join(say(f"ledger-holder-{holder}") for holder in stale)
        before = min((known.papers.made[holder] for holder in stale), default=0)
        self.stale.setText(say("ui-archive-stale", copies=copies, before=before, newest=known.papers.newest) if stale else "")
        self.stale.setVisible(bool(stale))
        self._enable()

    def _print(self) -> None:
        if self.shown is not None:
            self.printing.print(self.shown.archive, self._known.made if self._known else ())

    def _begin_run(self, found: tuple[Printer, ...]) -> None:
        self.run.begin(found, self._household, self.duplex.isChecked())

    def _done(self, text: str) -> None:
        self.state.setText(text)
        self.papers.read_again()
