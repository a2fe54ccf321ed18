"""A village in one go (整村印制): household by household, kept step by step, so that it goes on where it was cancelled or killed.

A household's step ends with its line in the run: archive kept, file written or job handed over, ledger. Killed in between, the step is done
again: the archive that was kept is used, and at worst the ledger names one file or job twice; none is without a line.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from fieldapp.domain.ids import HouseholdId
from fieldapp.errors import BadInput, CodedError, DiskFull, NotAllowed
from fieldapp.words import say

from . import printing, printing_facts, printing_ledger
from .printing_archive import HOLDERS, Archive

if TYPE_CHECKING:
    from fieldapp.archive.sheet import ArchiveSheet
    from fieldapp.store.database import Database as Workspace
    from fieldapp.store.runs import Run, RunLine
    from fieldapp.store.transaction import Transaction

    from .printers import Printer

Report = Callable[[int, int, str], None]
ONE_FILE = "archives.pdf"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a run is to do: with a folder files, one a household or one for all; without one the printer."""

    village: str = ""
    """A division; empty for all households here."""
    copies: tuple[str, ...] = HOLDERS
    duplex: bool | None = None
    """None: as the archive's parameters say."""
    out: Path | None = None
    one_file: bool = False
    incomplete: bool = True
    """Whether archives that lack something (待补) go along; else they are set aside and named."""
    households: tuple[HouseholdId, ...] = ()
    """Empty: all of the division."""


@dataclass(frozen=True, slots=True)
class Step:
    """What became of one household."""

    household: HouseholdId
    archive: Archive
    """Without its bytes where all go into one file: a village must not be held in memory."""
    file: Path | None
    number: int
    """In the ledger, 0 for a household of a file that is not whole yet."""


@dataclass(frozen=True, slots=True)
class RunView:
    """A run as people see it."""

    id: str
    name: str
    village: str
    begun_at: str
    user: str
    total: int
    done: int
    skipped: tuple[tuple[HouseholdId, str, str], ...]
    """Household, head and code: not-finalized, incomplete, or why it failed."""
    is_over: bool
    out: str
    one_file: bool
    copies: tuple[str, ...]


Told = Callable[[Step], None]


def begin(workspace: Workspace, wanted: Wanted) -> RunView:
    """Set a run up; nothing is made yet. Raises BadInput (copies)."""
    from fieldapp.store import areas, households, runs, submissions

    if not wanted.copies or any(holder not in HOLDERS for holder in wanted.copies):
        raise BadInput(what="copies", value=",".join(wanted.copies))
    with workspace.begin() as tx:
        chosen = wanted.households or households.ids(tx, wanted.village)
        finished = {one.household for one in submissions.finalized(tx)}
        name = "".join(areas.names(tx, wanted.village)[-2:]) if wanted.village else say("run-all")
        run = runs.begin(tx, wanted.village, name or wanted.village, _options(wanted), chosen)
        for line in run.lines:
            if line.household not in finished:
                runs.note(tx, run.id, line.place, runs.SKIPPED, detail="not-finalized")
        return _view(tx, runs.get(tx, run.id))


def go_on(workspace: Workspace, run: str, report: Report, printer: Printer | None = None, told: Told | None = None) -> RunView:
    """Do what is left of a run; `report` raises Cancelled between two households, and what was done stays done.

    What one household is refused for is noted and the others go on; a printer that takes no job ends the round. Raises NotFound, NotAllowed
    (printer, folder, closed-run), DiskFull.
    """
    from fieldapp.store import runs

    with workspace.read() as tx:
        kept = runs.get(tx, run)
    if kept.state != runs.OPEN:
        raise NotAllowed(reason="closed-run")
    options = _wanted(kept)
    if options.out is None and printer is None:
        raise NotAllowed(reason="printer", detail=say("run-no-printer"))
    if options.out is not None:
        with _writable(options.out):
            options.out.mkdir(parents=True, exist_ok=True)
    waiting = [line for line in kept.lines if line.state in (runs.WAITING, runs.MADE)]
    work = _Work(workspace, kept, options, report, told)
    if options.out is not None and options.one_file:
        work.bind(waiting, options.out / ONE_FILE)
    else:
        for line in waiting:
            work.step(line, printer)
    with workspace.begin() as tx:
        runs.close(tx, run)
        view = _view(tx, runs.get(tx, run))
    report(len(kept.lines), len(kept.lines), "")
    return view


def drop(workspace: Workspace, run: str) -> None:
    """The rest of a run is not wanted any more; what was made stays."""
    from fieldapp.store import runs

    with workspace.begin() as tx:
        runs.get(tx, run)
        runs.close(tx, run, runs.DROPPED)


def unfinished(workspace: Workspace) -> tuple[RunView, ...]:
    """Runs that can go on, the newest first."""
    from fieldapp.store import runs

    with workspace.read() as tx:
        return tuple(_view(tx, run) for run in runs.listed(tx, runs.OPEN))


def like(workspace: Workspace, wanted: Wanted) -> RunView | None:
    """The newest unfinished run that wants the same, so that the command line can go on with it."""
    from fieldapp.store import runs

    with workspace.read() as tx:
        found = (run for run in runs.listed(tx, runs.OPEN) if run.village == wanted.village and dict(run.options) == _options(wanted))
        return next((_view(tx, run) for run in found if _is_of(run, wanted.households)), None)


def show(workspace: Workspace, run: str) -> RunView:
    """One run; raises NotFound."""
    from fieldapp.store import runs

    with workspace.read() as tx:
        return _view(tx, runs.get(tx, run))


def file_name(archive: Archive) -> str:
    """`<head>-<first 8 of the id>.pdf`."""
    head = "".join(char for char in archive.head_name if char.isalnum() or char in "·-") or "household"
    return f"{head}-{archive.household[:8]}.pdf"


class _Work:
    """One round of a run."""

    def __init__(self, workspace: Workspace, run: Run, wanted: Wanted, report: Report, told: Told | None) -> None:
        self._workspace, self._run, self._wanted = workspace, run, wanted
        self._report, self._told = report, told
        self._done = sum(line.state not in ("waiting", "made") for line in run.lines)

    def step(self, line: RunLine, printer: Printer | None) -> None:
        """One household: its archive, then its file or its job, then its line in the ledger."""
        from fieldapp.store import runs

        made = self._made(line)
        if made is None:
            return
        archive, _ = made
        file, number = None, 0
        if self._wanted.out is not None:
            file = self._wanted.out / file_name(archive)
            number = self._write(archive, file)
        elif printer is not None:
            number = printing_ledger.send(self._workspace, archive, printer).number
        self._note(line, runs.OUT, archive.record)
        self._tell(Step(archive.household, archive, file, number))

    def _write(self, archive: Archive, file: Path) -> int:
        """A file is whole or not there, and never there without its line in the ledger."""
        started = file.with_name(f"{file.name}.part")
        with _writable(file.parent):
            started.write_bytes(archive.pdf)
            number = printing_ledger.note(self._workspace, archive, printing_ledger.FILE, file.name).number
            started.replace(file)
        return number

    def bind(self, lines: Sequence[RunLine], file: Path) -> None:
        """All in one file, which appears when it is whole; then its households stand in the ledger."""
        from fieldapp.archive.copies import copies_of
        from fieldapp.archive.village import VillageLabels, bind_village
        from fieldapp.store import runs

        started = file.with_name(f"{file.name}.part")
        title = say("archive-village-title", area=self._run.name, households=len(lines))
        with self._workspace.read() as tx:
            labels = VillageLabels(title, self._run.name, tx.now())
        bound: list[tuple[RunLine, Archive]] = []
        with _writable(file.parent):
            try:
                with started.open("wb") as out:
                    bind_village(
                        self._sheets(lines, bound), len(lines), out, self._workspace.device, labels, copies_of(self._wanted.copies)
                    )
                if bound:
                    started.replace(file)
            finally:
                started.unlink(missing_ok=True)
        for line, archive in bound:
            number = printing_ledger.note(self._workspace, archive, printing_ledger.FILE, file.name).number
            self._note(line, runs.OUT, archive.record)
            self._tell(Step(archive.household, archive, file, number))

    def _sheets(self, lines: Sequence[RunLine], bound: list[tuple[RunLine, Archive]]) -> Iterator[ArchiveSheet]:
        for line in lines:
            made = self._made(line)
            if made is not None:
                archive, prepared = made
                bound.append((line, replace(archive, pdf=b"")))
                yield (prepared or self._prepared(line)).sheet

    def _made(self, line: RunLine) -> tuple[Archive, printing_facts.Prepared | None] | None:
        """The archive that was kept before the run stopped, unless it is superseded by now, else a new one; None for one set aside."""
        from fieldapp.store import runs

        self._report(self._done, len(self._run.lines), _head(self._workspace, line.household))
        self._done += 1
        kept = printing.kept_archive(self._workspace, HouseholdId(line.household), line.archive) if line.archive else None
        prepared = None
        if kept is None or kept.stale:
            try:
                prepared = self._prepared(line)
                kept = printing.keep(self._workspace, prepared, self._wanted.copies)
            except DiskFull:
                raise
            except CodedError as error:
                self._note(line, runs.SKIPPED, detail=str(error.values.get("reason", error.code)))
                return None
            self._note(line, runs.MADE, kept.record)
        if kept.gaps and not self._wanted.incomplete:
            self._note(line, runs.SKIPPED, kept.record, "incomplete")
            return None
        return kept, prepared

    def _prepared(self, line: RunLine) -> printing_facts.Prepared:
        return printing_facts.prepared(self._workspace, HouseholdId(line.household), self._wanted.copies, self._wanted.duplex)

    def _note(self, line: RunLine, state: str, archive: str = "", detail: str = "") -> None:
        from fieldapp.store import runs

        with self._workspace.begin() as tx:
            runs.note(tx, self._run.id, line.place, state, archive, detail)

    def _tell(self, step: Step) -> None:
        if self._told is not None:
            self._told(step)


@contextmanager
def _writable(folder: Path) -> Iterator[None]:
    """What a folder may have against being written to. Raises DiskFull, NotAllowed (folder)."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise DiskFull(folder=str(folder)) from error
        raise NotAllowed(reason="folder", detail=str(folder)) from error


def _head(workspace: Workspace, household: str) -> str:
    from fieldapp.store import households

    with workspace.read() as tx:
        return households.heads(tx, [household]).get(household, "")


def _is_of(run: Run, households: Sequence[str]) -> bool:
    return not households or [line.household for line in run.lines] == list(households)


def _options(wanted: Wanted) -> dict[str, str]:
    return {
        "copies": ",".join(wanted.copies),
        "duplex": "" if wanted.duplex is None else str(int(wanted.duplex)),
        "out": "" if wanted.out is None else str(wanted.out.absolute()),
        "one_file": str(int(wanted.one_file)),
        "incomplete": str(int(wanted.incomplete)),
    }


def _wanted(run: Run) -> Wanted:
    told = run.options
    return Wanted(
        village=run.village,
        copies=tuple(told["copies"].split(",")),
        duplex=told["duplex"] == "1" if told["duplex"] else None,
        out=Path(told["out"]) if told["out"] else None,
        one_file=told["one_file"] == "1",
        incomplete=told["incomplete"] == "1",
    )


def _view(tx: Transaction, run: Run) -> RunView:
    from fieldapp.store import households, runs

    options = _wanted(run)
    aside = [line for line in run.lines if line.state == runs.SKIPPED]
    names = households.heads(tx, {line.household for line in aside})
    return RunView(
        id=run.id,
        name=run.name,
        village=run.village,
        begun_at=run.begun_at,
        user=run.user,
        total=len(run.lines),
        done=sum(line.state == runs.OUT for line in run.lines),
        skipped=tuple((HouseholdId(line.household), names.get(line.household, ""), line.detail) for line in aside),
        is_over=run.state != runs.OPEN,
        out="" if options.out is None else str(options.out),
        one_file=options.one_file,
        copies=options.copies,
    )
