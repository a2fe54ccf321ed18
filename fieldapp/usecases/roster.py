"""The roster (花名册): find, add, import and export households."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from fieldapp.domain.area import Level
from fieldapp.domain.household import Household, HouseholdLine
from fieldapp.domain.ids import AreaCode, HouseholdId
from fieldapp.errors import AlreadyThere, BadInput
from fieldapp.words import say

from . import labels

if TYPE_CHECKING:
    from fieldapp.store.database import Database as Workspace
    from fieldapp.store.households import Marks
    from fieldapp.store.transaction import Transaction

    from .roster_file import RosterFinding


Report = Callable[[int, int, str], None]
_TOGETHER = 1000
"""Households of an import that are kept in one transaction: the more, the fewer times a page of an index is written."""


def unseen(_done: int, _total: int, _text: str) -> None:
    """Nobody looks at the progress."""


@dataclass(frozen=True, slots=True)
class RosterPage:
    """Some lines of the roster and how many match at least."""

    lines: tuple[HouseholdLine, ...]
    total: int
    more: str = ""
    """Where the next page begins, empty on the last."""
    exact: bool = True
    """Otherwise there are `total` or more, and `tally` counts further."""


@dataclass(frozen=True, slots=True)
class VillageChoice:
    """A village of this workspace and how many households it has here."""

    code: str
    name: str
    households: int


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a household's history."""

    when: str
    what: str
    who: str
    detail: str


@dataclass(frozen=True, slots=True)
class FieldLine:
    """One value that a field of a household, of a member or of a survey was given; `about` is the member's or the form's name."""

    when: str
    who: str
    kind: str
    about: str
    field: str
    label: str
    before: str
    value: str
    why: str
    device: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, or would do."""

    households: int
    members: int
    new: int
    known: int
    findings: tuple[RosterFinding, ...]


def search(workspace: Workspace, query: str = "", village: str = "", limit: int = 200, near: str = "", after: str = "") -> RosterPage:
    """Households by name, initials, address, phone, identity number or national code; without a query in the roster's order.

    Exact names first, then beginnings, then the rest, each with the village `near` first; `after` is the `more` of the page before.
    Nothing is counted while somebody types: of more than one page the total is that of the lines that were read.
    """
    from fieldapp.store import households

    with workspace.read() as tx:
        page = households.find(tx, query, village, near, limit, after)
        return RosterPage(page.lines, len(page.lines), page.more, exact=not page.more and not after)


def tally(workspace: Workspace, query: str = "", village: str = "") -> tuple[int, bool]:
    """How many households a search finds, and whether there are no more; counting ends where it would be felt."""
    from fieldapp.store import households

    with workspace.read() as tx:
        return households.tally(tx, query, village)


def villages(workspace: Workspace) -> tuple[VillageChoice, ...]:
    """The villages this workspace knows."""
    from fieldapp.store import areas, households

    with workspace.read() as tx:
        held = households.count_by_village(tx)
        return tuple(VillageChoice(area.code, area.name, held.get(area.code, 0)) for area in areas.below(tx, ""))


def household(workspace: Workspace, identity: HouseholdId) -> Household:
    """One household with its members."""
    from fieldapp.store import households

    with workspace.read() as tx:
        return households.get(tx, identity)


def add_household(workspace: Workspace, village: str, head_name: str, address: str = "", phone: str = "") -> HouseholdId:
    """Add a household; one of the same head and address in the village raises AlreadyThere, a blank name BadInput."""
    name = head_name.strip()
    if not name:
        raise BadInput(what="head_name", value=head_name)
    from fieldapp.store import households

    with workspace.read() as tx:
        twin = households.twin(tx, village, name, address)
    if twin is not None:
        raise AlreadyThere(what="household", id=twin)
    return add(workspace, Household(HouseholdId(uuid4().hex), AreaCode(village), name, address=address, phone=phone))


def add(workspace: Workspace, one: Household) -> HouseholdId:
    """Add a household with what is known of it."""
    from fieldapp.store import areas, audit, households

    with workspace.begin() as tx:
        areas.get(tx, one.village)
        households.save(tx, one)
        audit.record(tx, "add-household", one.id)
    return one.id


def history(workspace: Workspace, identity: HouseholdId) -> tuple[Event, ...]:
    """What happened to a household and its submissions, the newest first."""
    from fieldapp.store import attachments, doubles, operations, submissions

    events: list[Event] = []
    with workspace.read() as tx:
        for part in doubles.parts(tx, identity):
            events += [
                Event(operations.written_at(one.hlc), f"{one.kind}-changed", one.user, ", ".join(sorted(one.set)))
                for one in operations.of_record(tx, part)
            ]
            for held in submissions.of_household(tx, part):
                events += [Event(one.at, "finalized", one.user, str(one.number)) for one in submissions.revisions(tx, held.id)]
            events += [Event(one.made_at, "archived", "", one.digest[:12]) for one in attachments.archives(tx, part)]
    return tuple(sorted(events, key=lambda one: one.when, reverse=True))


def field_history(workspace: Workspace, identity: HouseholdId, field: str = "") -> tuple[FieldLine, ...]:
    """Every field that changed in a household, its members and its surveys: old, new, who, when, why; the newest first.

    Of one field only where `field` names it (the whole path or its last part). Of households that were joined to this one too, marked so.
    """
    from fieldapp.store import operations

    lines: list[FieldLine] = []
    words = labels.Labels(workspace)
    with workspace.read() as tx:
        for kind, record, about in _records(tx, identity):
            for one in operations.history(tx, record):
                if (one.before or "") == (one.value or "") or field not in ("", one.field, one.field.rpartition("/")[2]):
                    continue
                before, value = (words.value(tx, record, one.field, text) for text in (one.before or "", one.value or ""))
                label = words.label(tx, record, one.field) if kind == "submission" else labels.field(one.field) or one.field
                lines.append(FieldLine(one.at, one.user, kind, about, one.field, label, before, value, one.why, one.device))
    return tuple(sorted(lines, key=lambda line: line.when)[::-1])


def _records(tx: Transaction, identity: HouseholdId) -> list[tuple[str, str, str]]:
    """Kind, record and name of all that belongs to a household; of those that were joined to it with the name that they have there."""
    from fieldapp.store import doubles, households, submissions

    records: list[tuple[str, str, str]] = []
    for part in doubles.parts(tx, identity):
        known = households.get(tx, part)
        found = [("household", part, known.head_name), *(("member", one.id, one.name) for one in known.members)]
        found += [("submission", one.id, one.form) for one in submissions.of_household(tx, part)]
        if part != identity:
            found = [(kind, record, say("duplicates-from", name=name, head=known.head_name)) for kind, record, name in found]
        records += found
    return records


def import_file(workspace: Workspace, file: Path, mapping: Path | None = None, dry_run: bool = False, report: Report = unseen) -> Imported:
    """Import a roster; households whose national code or head's identity number is here already are left alone.

    Households are kept some hundred at a time, so what is in stays in if the import is cancelled or breaks off, and importing the same
    file again goes on from there. A backup is made before.
    """
    from fieldapp.store import areas, audit, households, snapshots

    from . import roster_file

    with workspace.read() as tx:
        known = (*areas.below(tx, "", Level.TOWNSHIP), *areas.below(tx, ""))
        marks = households.marks(tx)
    read = roster_file.read(file, known, mapping)
    new = [one for one in read.households if not _known(marks, one)]
    if new and not dry_run:
        snapshots.take(workspace, snapshots.BEFORE_IMPORT)
    for start in range(0, 0 if dry_run else len(new), _TOGETHER):
        report(start, len(new), file.name)
        some = new[start : start + _TOGETHER]
        with workspace.begin(many=start + _TOGETHER < len(new)) as tx:
            for one in some:
                households.save(tx, one)
            audit.record(tx, "import-roster", file.name, str(len(some)))
    report(len(new), len(new), file.name)
    members = sum(len(one.members) for one in read.households)
    return Imported(len(read.households), members, len(new), len(read.households) - len(new), read.findings)


def export_file(workspace: Workspace, file: Path, layout: str, village: str = "") -> int:
    """Write households with their members to an Excel file in a layout; how many. The export is an audit line."""
    from fieldapp.store import areas, audit, households

    from . import roster_file

    with workspace.read() as tx:
        chosen = [households.whole(tx, identity) for identity in households.ids(tx, village)]
        names = {one.village: areas.path_name(tx, one.village) for one in chosen}
    roster_file.write(file, chosen, names, layout)
    with workspace.begin() as tx:
        audit.record(tx, "export", layout, f"{len(chosen)} {file.name}")
    return len(chosen)


def _known(marks: Marks, one: Household) -> bool:
    """Whether the household is here: by its national code, a member's identity number in the village, or its head and address."""
    if one.national_code:
        return (one.village, one.national_code) in marks.codes
    if any((one.village, member.citizen_id) in marks.citizen_ids for member in one.members if member.citizen_id):
        return True
    return (one.village, one.head_name, one.address) in marks.heads
