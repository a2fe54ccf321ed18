"""Only the pages that differ: after a revision, what to take out of each copy and what to put in, with a slip (换页单)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fieldapp.domain.ids import HouseholdId
from fieldapp.errors import NotAllowed
from fieldapp.words import say

from . import printing, printing_ledger

if TYPE_CHECKING:
    from fieldapp.archive.pagemarks import Swap, Volume
    from fieldapp.store.database import Database as Workspace
    from fieldapp.store.ledger import CopyMade

    from .printers import Printer
    from .printing import Archive

Report = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class ChangedCopy:
    """What is exchanged in one holder's copy."""

    holder: str
    before: int
    """The revision that was printed."""
    out: tuple[str, ...]
    """Names of the pages to take out: cover, index1, 1 …, notes."""
    into: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChangedPages:
    """The new archive, and a file of nothing but what is exchanged: a slip and the pages for each copy."""

    archive: Archive
    copies: tuple[ChangedCopy, ...]
    pdf: bytes
    pages: int
    """Sides of paper in `pdf`."""

    @property
    def part(self) -> str:
        """What was printed, as the ledger says it: `township cover 3; village cover 3`."""
        return "; ".join(" ".join([copy.holder, *copy.into]) for copy in self.copies if copy.into)


def changed_pages(
    workspace: Workspace, household: HouseholdId, report: Report, copies: Sequence[str] = printing.HOLDERS, duplex: bool = False
) -> ChangedPages:
    """Compare the newest revision with what was printed last of each copy; the archive of the newest revision is made if it is not kept.

    Raises NotAllowed: not-finalized, never-printed (a copy was never made here), pages-unknown (it was made before pages were compared
    and its archive is not here), up-to-date (the newest revision was printed already).
    """
    from fieldapp.archive import pagemarks

    last = _last_made(workspace, household, copies)
    archive = _newest(workspace, household, report, copies, duplex)
    incomplete = {holder: _was_incomplete(workspace, one) for holder, one in last.items()}
    if all(one.revision >= archive.revision and incomplete[holder] == bool(archive.gaps) for holder, one in last.items()):
        raise NotAllowed(reason="up-to-date")
    now = dict(zip(archive.copies, pagemarks.volumes(archive.pdf), strict=True))
    before = {holder: _pages_of(workspace, last[holder], holder) for holder in archive.copies}
    # When one of the two is marked 待补 on every page and the other is not, no page is the same.
    for holder in archive.copies:
        if incomplete[holder] != bool(archive.gaps):
            before[holder] = tuple(replace(page, mark="") for page in before[holder])
    swaps = {holder: pagemarks.swap(before[holder], now[holder], archive.duplex) for holder in archive.copies}
    slips = [_slip(workspace, archive, holder, last[holder].revision, swaps[holder]) for holder in archive.copies]
    pdf = pagemarks.picked(archive.pdf, [swaps[holder].places for holder in archive.copies], slips, pad=archive.duplex)
    changed = tuple(ChangedCopy(holder, last[holder].revision, swaps[holder].out, swaps[holder].into) for holder in archive.copies)
    return ChangedPages(archive, changed, pdf, pagemarks.sides(pdf))


def print_changed(workspace: Workspace, changed: ChangedPages, printer: Printer, reason: str = "") -> int:
    """Hand the changed pages to a printer as one job; gives the number in the ledger. Raises NotAllowed (printer)."""
    made = printing_ledger.send(workspace, changed.archive, printer, reason, changed.pdf, changed.part, changed.pages)
    return made.number


def note_changed(workspace: Workspace, changed: ChangedPages, way: str, target: str, reason: str = "") -> int:
    """The changed pages went to a printer or into a file; gives the number in the ledger."""
    made = printing_ledger.note(workspace, changed.archive, way, target, reason, part=changed.part, pages=changed.pages)
    return made.number


def page_words(names: Sequence[str]) -> str:
    """Names of pages for people: 封面、第 3 页."""
    return "、".join(_page_word(name) for name in names) if names else say("slip-exchange-nothing")


def _page_word(name: str) -> str:
    if name.isdigit():
        return say("ledger-page-number", number=name)
    kind = name.rstrip("0123456789").partition("-")[0]
    if kind not in ("cover", "index", "notes", "blank"):
        return say("ledger-page-other", name=name)
    return say(f"ledger-page-{kind}", number=name.removeprefix(kind) or "1")


def _last_made(workspace: Workspace, household: HouseholdId, copies: Sequence[str]) -> dict[str, CopyMade]:
    """The newest line of the ledger for each holder."""
    from fieldapp.store import ledger

    with workspace.read() as tx:
        made = ledger.made(tx, household)
    found = {holder: next((one for one in made if holder in one.holders), None) for holder in copies}
    known = {holder: one for holder, one in found.items() if one is not None}
    if len(known) < len(found):
        raise NotAllowed(reason="never-printed")
    return known


def _newest(workspace: Workspace, household: HouseholdId, report: Report, copies: Sequence[str], duplex: bool) -> Archive:
    """The archive of the newest revision with these copies, as it is kept, else made now."""
    kept = printing.kept_archive(workspace, household)
    wanted = tuple(holder for holder in printing.HOLDERS if holder in copies)
    if kept is not None and not kept.stale and not kept.gaps and (kept.copies, kept.duplex) == (wanted, duplex):
        return kept
    return printing.make_archive(workspace, household, report, wanted, duplex)


def _was_incomplete(workspace: Workspace, made: CopyMade) -> bool:
    return bool(_fields(workspace, made).get("gaps"))


def _fields(workspace: Workspace, made: CopyMade) -> Mapping[str, str]:
    """What the record of the archive says that the copies were made from."""
    from fieldapp.store import operations

    with workspace.read() as tx:
        return operations.state(tx, made.archive).values() if made.archive else {}


def _pages_of(workspace: Workspace, made: CopyMade, holder: str) -> Volume:
    """The pages of a copy as it was made: by its archive's marks, else by its PDF."""
    from fieldapp.archive import pagemarks

    fields = _fields(workspace, made)
    marked = pagemarks.read(fields.get("marks", ""))
    if holder in marked:
        return marked[holder]
    kept = printing.kept_archive(workspace, HouseholdId(made.household), made.archive) if made.archive else None
    if kept is None or holder not in kept.copies:
        raise NotAllowed(reason="pages-unknown")
    return pagemarks.volumes(kept.pdf)[kept.copies.index(holder)]


def _slip(workspace: Workspace, archive: Archive, holder: str, before: int, swap: Swap) -> bytes:
    from fieldapp.archive.slip import Slip, print_slip
    from fieldapp.store import ledger, operations

    with workspace.read() as tx:
        number, now = operations.state(tx, archive.record).values().get("number", ""), tx.now()
        times = max(one.number for one in ledger.made(tx, archive.household)) + 1
    return print_slip(
        Slip(
            title=say("slip-exchange-title"),
            lead=(
                say("slip-exchange-lead", head=archive.head_name, number=number, holder=say(f"ledger-holder-{holder}")),
                say("slip-exchange-why" if before < archive.revision else "slip-exchange-complete", before=before, after=archive.revision),
            ),
            rows=(
                (say("slip-exchange-out"), say("slip-exchange-pages", pages=page_words(swap.out), count=len(swap.out))),
                (say("slip-exchange-in"), say("slip-exchange-pages", pages=page_words(swap.into), count=len(swap.into))),
                (say("slip-exchange-number"), str(times)),
                (say("slip-exchange-digest"), archive.digest[:32]),
            ),
            made_at=now,
            notes=(say("slip-exchange-stays", before=before), say("slip-exchange-keep")),
            signatures=(say("slip-exchange-done-by"), say("slip-exchange-seen-by")),
        )
    )
