"""The archives of a village as a whole: the list of volumes (案卷目录) and the labels of the boxes that hold them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

from fieldapp.domain.ids import HouseholdId
from fieldapp.errors import BadInput
from fieldapp.words import say

if TYPE_CHECKING:
    from fieldapp.archive.labels import Box, Volume
    from fieldapp.store.database import Database as Workspace
    from fieldapp.store.transaction import Transaction

_SHEETS_PER_MM = 8.5
"""Sheets of 80 g a box takes for each mm of its thickness and still closes."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A village's papers as a PDF, and what is not in it: households without an archive, and those whose archive a revision superseded."""

    pdf: bytes
    volumes: int
    boxes: int
    absent: tuple[HouseholdId, ...]
    stale: tuple[HouseholdId, ...]


@dataclass(frozen=True, slots=True)
class _Kept:
    """The newest archive of one household, as its record says."""

    household: HouseholdId
    head_name: str
    revision: int
    fields: Mapping[str, str]
    newest: int

    @property
    def sheets(self) -> int:
        """Sheets of paper of one copy."""
        copies = max(1, len(self.fields.get("copies", "").split(",")))
        sides = -(-int(self.fields.get("pages", "0") or 0) // copies)
        return -(-sides // 2) if self.fields.get("duplex") == "1" else sides

    @property
    def pages(self) -> int:
        """Numbered pages of one copy."""
        from fieldapp.archive import pagemarks

        volumes = pagemarks.read(self.fields.get("marks", "")).values()
        return max((sum(page.name.isdigit() for page in volume) for volume in volumes), default=self.sheets)


def catalogue(workspace: Workspace, village: str) -> Listed:
    """The 案卷目录 of a village (or a division above it). Raises BadInput (village) where no archive was made."""
    from fieldapp.archive.labels import Catalogue, print_catalogue
    from fieldapp.store import audit

    with workspace.begin() as tx:
        kept, absent = _kept(tx, village)
        place, now = _place(tx, kept), tx.now()
        first = kept[0].fields
        audit.record(tx, "catalogue", village or "all", str(len(kept)))
        user = tx.user
    pdf = print_catalogue(
        Catalogue(
            fonds=first.get("fonds", ""),
            place=place,
            year=_span(kept),
            made_at=now,
            volumes=tuple(_volume(one) for one in kept),
            maker=user,
        )
    )
    return Listed(pdf, len(kept), 0, absent, _stale(kept))


def box_labels(workspace: Workspace, village: str, width_mm: int = 30) -> Listed:
    """Labels of the boxes that a village's volumes fill, in the order of their numbers. Raises BadInput (width, village)."""
    from fieldapp.archive.labels import WIDTHS, print_labels
    from fieldapp.store import audit

    if width_mm not in WIDTHS:
        raise BadInput(what="width", value=width_mm)
    with workspace.begin() as tx:
        kept, absent = _kept(tx, village)
        now = tx.now()
        audit.record(tx, "box-labels", village or "all", str(len(kept)))
    boxes = [_box(number, held) for number, held in enumerate(_filled(kept, int(width_mm * _SHEETS_PER_MM)), 1)]
    return Listed(print_labels(boxes, width_mm, now), len(kept), len(boxes), absent, _stale(kept))


def _kept(tx: Transaction, village: str) -> tuple[list[_Kept], tuple[HouseholdId, ...]]:
    """The newest archives of a division's households by their numbers, and the households without one."""
    from fieldapp.store import attachments, households, ledger, operations

    chosen = households.ids(tx, village)
    names, newest = households.heads(tx, chosen), ledger.newest_revisions(tx)
    wanted = set(chosen)
    first: dict[str, _Kept] = {}
    for one in attachments.archives(tx):
        if one.household in wanted and one.household not in first:
            home = HouseholdId(one.household)
            fields = {name: value or "" for name, value in operations.state(tx, one.record).values().items()}
            first[home] = _Kept(home, names.get(home, ""), one.revision, fields, newest.get(home, 0))
    if not first:
        raise BadInput(what="village", value=village or say("catalogue-all"))
    ordered = sorted(first.values(), key=lambda one: (one.fields.get("number", ""), one.household))
    return ordered, tuple(one for one in chosen if one not in first)


def _volume(one: _Kept) -> Volume:
    from fieldapp.archive.labels import Volume

    remark = say("catalogue-stale", newest=one.newest) if one.newest > one.revision else ""
    if one.fields.get("gaps"):
        remark = "　".join(filter(None, [say("catalogue-incomplete"), remark]))
    return Volume(
        number=one.fields.get("number", ""),
        title=one.fields.get("title", "") or one.head_name,
        begun_on=one.fields.get("begun_on", ""),
        until=one.fields.get("made_at", "")[:10].replace("-", ""),
        pages=one.pages,
        retention=one.fields.get("retention", ""),
        remark=remark,
    )


def _filled(kept: Sequence[_Kept], sheets: int) -> list[list[_Kept]]:
    """The volumes box by box; one that is thicker than a box has a box to itself."""
    boxes: list[list[_Kept]] = []
    room = 0
    for one in kept:
        if not boxes or one.sheets > room:
            boxes.append([])
            room = sheets
        boxes[-1].append(one)
        room -= one.sheets
    return boxes


def _box(number: int, held: Sequence[_Kept]) -> Box:
    from fieldapp.archive.labels import Box

    first, last = held[0].fields, held[-1].fields
    return Box(
        fonds_no=first.get("fonds_no", ""),
        fonds=first.get("fonds", ""),
        category=first.get("category", ""),
        year=_span(held),
        retention=first.get("retention", ""),
        first=first.get("number", ""),
        last=last.get("number", ""),
        volumes=len(held),
        number=number,
    )


def _span(kept: Sequence[_Kept]) -> str:
    years = sorted({year for one in kept if (year := one.fields.get("made_at", "")[:4])})
    return years[0] if len(years) == 1 else "—".join([years[0], years[-1]]) if years else ""


def _stale(kept: Sequence[_Kept]) -> tuple[HouseholdId, ...]:
    return tuple(one.household for one in kept if one.newest > one.revision)


def _place(tx: Transaction, kept: Sequence[_Kept]) -> str:
    """The names of the divisions that all lie in."""
    from fieldapp.store import areas, households

    villages = {households.get(tx, one.household).village for one in kept}
    levels = zip(*(areas.names(tx, village) for village in villages), strict=False)
    return "".join(level[0] for level in takewhile(lambda level: len(set(level)) == 1, levels))
