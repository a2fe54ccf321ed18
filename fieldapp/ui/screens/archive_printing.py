"""What leaves the laptop on paper or as a file: an archive, or only its changed pages; asked for first, in the ledger afterwards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from fieldapp.domain.ids import HouseholdId
from fieldapp.errors import AlreadyThere
from fieldapp.ui import paper
from fieldapp.ui.background import Lane, Report
from fieldapp.ui.desk import Desk
from fieldapp.usecases import printers, printing, printing_changes, printing_ledger
from fieldapp.words import say

from .print_dialog import PrintDialog

if TYPE_CHECKING:
    from fieldapp.usecases.printers import Printer
    from fieldapp.usecases.printing import Archive
    from fieldapp.usecases.printing_changes import ChangedPages
    from fieldapp.usecases.printing_ledger import MadeLine
    from fieldapp.usecases.workspaces import Workspace

T = TypeVar("T")


class ArchivePrinting(QWidget):
    """Works for the archive's screen; invisible itself."""

    done = Signal(str)
    """What to tell the person."""

    def __init__(self, desk: Desk, workspace: Workspace, parent: QWidget) -> None:
        super().__init__(parent)
        self._desk, self._workspace = desk, workspace
        self.dialog: PrintDialog | None = None
        self.hide()

    def with_printers(self, then: Callable[[tuple[Printer, ...]], None]) -> None:
        """Look for printers, then go on."""
        self._outside(lambda report: printers.cups_printers(), lambda queues: then(paper.printers(queues)))

    def save(self, archive: Archive) -> None:
        """Into a file that the person names."""
        workspace = self._workspace
        file = self._desk.dialogs.ask_save(say("ui-archive-save-title"), f"{archive.head_name}.pdf", say("ui-pick-pdf"))
        if file is not None:
            self._outside(
                lambda report: printing.save_copy(workspace, _kept(workspace, archive, report), file),
                lambda saved: self.done.emit(say("ui-archive-saved", file=str(saved))),
            )

    def print(self, archive: Archive, made: Sequence[MadeLine]) -> None:
        """Ask for printer, what is missing and why once more; then print."""
        copies = "、".join(say(f"ledger-holder-{holder}") for holder in archive.copies)
        about = say("ui-print-about", head=archive.head_name, revision=archive.revision, copies=copies, pages=archive.pages)
        again = [line for line in made if line.made.revision == archive.revision]
        before = say("ui-print-again", times=len(again), at=again[0].made.at[:16].replace("T", " ")) if again else ""
        lacks = list(dict.fromkeys([*(gap.text for gap in archive.gaps), *archive.missing]))

        def work(printer: Printer, reason: str, report: Report) -> int:
            kept = _kept(self._workspace, archive, report)
            return printing_ledger.send(self._workspace, kept, printer, reason).number

        self.with_printers(lambda found: self._ask(PrintDialog(self._desk.theme, about, lacks, before, found, self.window()), work))

    def changes(self, household: HouseholdId, copies: tuple[str, ...], duplex: bool) -> None:
        """Find the pages that differ from the printed ones, show which, then print or save them with their slips."""
        workspace = self._workspace
        self._outside(
            lambda report: (printing_changes.changed_pages(workspace, household, report, copies, duplex), printers.cups_printers()),
            lambda found: self._ask_changes(found[0], paper.printers(found[1])),
        )

    def _ask_changes(self, changed: ChangedPages, found: tuple[Printer, ...]) -> None:
        workspace = self._workspace
        lines = [say("ui-print-changes", head=changed.archive.head_name, pages=changed.pages, whole=changed.archive.pages)]
        for one in changed.copies:
            out, into = printing_changes.page_words(one.out), printing_changes.page_words(one.into)
            lines.append(say("cli-changes-copy", holder=say(f"ledger-holder-{one.holder}"), out=out, into=into))

        def work(printer: Printer, reason: str, report: Report) -> int:
            return printing_changes.print_changed(workspace, changed, printer, reason)

        dialog = PrintDialog(self._desk.theme, "\n".join(lines), (), "", found, self.window(), into_file=True)
        self._ask(dialog, work, lambda: self._save_changes(changed))

    def _save_changes(self, changed: ChangedPages) -> None:
        workspace = self._workspace
        name = say("ui-archive-changes-name", head=changed.archive.head_name)
        file = self._desk.dialogs.ask_save(say("ui-archive-changes-title"), f"{name}.pdf", say("ui-pick-pdf"))
        if file is None:
            return

        def work(report: Report) -> Path:
            if file.exists():
                raise AlreadyThere(what="file", id=str(file))
            printing_changes.note_changed(workspace, changed, printing_ledger.FILE, file.name)
            file.write_bytes(changed.pdf)
            return file

        self._outside(work, lambda saved: self.done.emit(say("ui-archive-saved", file=str(saved))))

    def _ask(self, dialog: PrintDialog, work: Callable[[Printer, str, Report], int], into_file: Callable[[], None] | None = None) -> None:
        self.dialog = dialog

        def accepted() -> None:
            printer, reason = dialog.chosen, dialog.reason.text().strip()
            if printer is None:
                if into_file is not None:
                    into_file()
                return
            self._outside(
                lambda report: work(printer, reason, report),
                lambda number: self.done.emit(say("ui-archive-printed", number=number)),
            )

        dialog.accepted.connect(accepted)
        dialog.open()

    def _refused(self, error: Exception) -> None:
        if isinstance(error, AlreadyThere):
            self.done.emit(say("ui-archive-file-there"))
        else:
            self._desk.dialogs.tell(error)

    def _outside(self, work: Callable[[Report], T], done: Callable[[T], object]) -> None:
        self._desk.background.run(work, owner=self, done=done, failed=self._refused, lane=Lane.OUTSIDE)


def _kept(workspace: Workspace, archive: Archive, report: Report) -> Archive:
    """What goes on paper is kept: a preview is made again as an archive with a record."""
    return archive if archive.record else printing.make_archive(workspace, archive.household, report, archive.copies, archive.duplex)
