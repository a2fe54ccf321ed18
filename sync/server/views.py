"""What the district's page shows, read from the database as values: one page of rows at a time."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import or_
from sqlmodel import Session, col, func, select

from ..merge import Write, merge
from . import feed, left, questions, retiring, roles
from .counts import Counts, span
from .errors import NotKnown
from .left import Left
from .tables import AuditLine, Device, Op, Person, Phone, Quarantine, Record, VillageCounter

Row = TypeVar("Row")
ROWS = 100
"""Rows on one page."""


@dataclass(frozen=True, slots=True)
class Leaf(Generic[Row]):
    """One page of a long list; pages are numbered from 1."""

    rows: Sequence[Row]
    page: int
    total: int

    @property
    def first(self) -> int:
        """Number of the first row."""
        return (self.page - 1) * ROWS + 1

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.total // ROWS))


@dataclass(frozen=True, slots=True)
class DeviceLine:
    """One laptop or phone."""

    id: str
    name: str
    person: str
    area: str
    enrolled_at: str
    last_seen: str
    revoked_at: str
    left: Left | None = None
    """What still waited there; None if it never told."""


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """What is known of how far a device is; what it has not sent it tells with each exchange (`line.left`)."""

    line: DeviceLine
    behind: int
    """Changes of others that came after the place it last told: at most so many are not there yet."""
    apart: int
    """Operations that it brought and that wait in quarantine."""


@dataclass(frozen=True, slots=True)
class PersonLine:
    """Somebody who works or worked here."""

    id: str
    name: str
    role: str
    area: str
    devices: int
    """Laptops and phones that are not revoked."""
    signs_in: bool
    retired_at: str


@dataclass(frozen=True, slots=True)
class PhoneLine:
    """The account of a phone."""

    user: str
    person: str
    area: str
    device: str
    revoked_at: str


@dataclass(frozen=True, slots=True)
class ApartLine:
    """An operation that was set apart."""

    id: str
    village: str
    reason: str
    received_at: str
    sender: str
    decision: str
    decided_by: str
    why: str


@dataclass(frozen=True, slots=True)
class Deed:
    """A line of the audit trail."""

    n: int
    at: str
    who: str
    action: str
    subject: str
    detail: str


@dataclass(frozen=True, slots=True)
class ConflictLine:
    """A record that waits for a person at a laptop."""

    village: str
    record: str
    kind: str


@dataclass(frozen=True, slots=True)
class Said:
    """A value that somebody gave a field."""

    value: str | None
    user: str
    device: str
    at: str
    """ISO 8601 in UTC, by the writer's clock."""
    is_shown: bool


@dataclass(frozen=True, slots=True)
class Conflict:
    """A record with its fields that disagree."""

    line: ConflictLine
    title: str
    fields: Sequence[tuple[str, Sequence[Said]]]
    deleted_elsewhere: bool
    labels: Mapping[str, str]
    """Path → what the form calls it."""


def cut(rows: Sequence[Row], page: int) -> Leaf[Row]:
    """One page of rows that are all here."""
    page = min(max(page, 1), max(1, -(-len(rows) // ROWS)))
    return Leaf(rows[(page - 1) * ROWS : page * ROWS], page, len(rows))


def devices(session: Session, page: int, wanted: str = "") -> Leaf[DeviceLine]:
    """Laptops and phones by area and name; `wanted` is a part of a name or the beginning of an id or area."""
    chosen = select(Device, Person.name).join(Person, col(Person.id) == col(Device.person))
    if wanted:
        chosen = chosen.where(
            or_(
                col(Device.name).contains(wanted, autoescape=True),
                col(Person.name).contains(wanted, autoescape=True),
                col(Device.id).startswith(wanted, autoescape=True),
                col(Device.area).startswith(wanted, autoescape=True),
            )
        )
    total, page = _pages(session, chosen, page)
    rows = session.exec(chosen.order_by(col(Device.area), col(Device.name), col(Device.id)).offset((page - 1) * ROWS).limit(ROWS)).all()
    told = left.of(session, [device.id for device, _ in rows])
    return Leaf([_device(device, person, told.get(device.id)) for device, person in rows], page, total)


def unsent(session: Session, area: str, page: int) -> Leaf[DeviceLine]:
    """The laptops of an area that are in use: first those that hold what is nowhere else, then those that were not here for longest."""
    low, high = span(area)
    chosen = select(Device, Person.name).join(Person, col(Person.id) == col(Device.person))
    chosen = chosen.where(Device.revoked_at == "", col(Device.id).not_in(select(Phone.device)))
    rows = [(device, person) for device, person in session.exec(chosen).all() if low <= device.area.ljust(12, "0") <= high]
    told = left.of(session, [device.id for device, _ in rows]) if len(rows) <= ROWS else left.every(session)
    lines = [_device(device, person, told.get(device.id)) for device, person in rows]
    return cut(sorted(lines, key=lambda line: (line.left is not None and line.left.is_all_here, line.last_seen, line.id)), page)


def device(session: Session, identity: str) -> DeviceFacts:
    """Raises NotKnown(device)."""
    found = session.get(Device, identity)
    if found is None:
        raise NotKnown(what="device", name=identity)
    person = session.get(Person, found.person)
    low, high = span(found.area)
    told: dict[str, int] = json.loads(found.cursors)
    behind = 0
    for counter in session.exec(select(VillageCounter).where(col(VillageCounter.vil).between(low, high))).all():
        place = told.get(counter.vil, 0)
        if place < counter.n:
            others = select(func.count()).where(Op.vil == counter.vil, Op.vseq >= place, Op.sender != identity)
            behind += session.exec(others).one()
    apart = select(func.count()).where(Quarantine.sender == identity, Quarantine.decision == "")
    line = _device(found, person.name if person else "", left.of(session, {identity}).get(identity))
    return DeviceFacts(line, behind, session.exec(apart).one())


def people(session: Session, page: int, wanted: str = "") -> Leaf[PersonLine]:
    """Everybody by area and name; `wanted` is a part of the name or the beginning of the area."""
    chosen = select(Person)
    if wanted:
        chosen = chosen.where(or_(col(Person.name).contains(wanted, autoescape=True), col(Person.area).startswith(wanted, autoescape=True)))
    total, page = _pages(session, chosen, page)
    rows = session.exec(chosen.order_by(col(Person.area), col(Person.name)).offset((page - 1) * ROWS).limit(ROWS)).all()
    used = select(Device.person, func.count()).where(Device.revoked_at == "", col(Device.person).in_([row.id for row in rows]))
    devices, gone = dict(session.exec(used.group_by(col(Device.person))).all()), retiring.everybody(session)
    told = [
        PersonLine(row.id, row.name, row.role, row.area, devices.get(row.id, 0), bool(row.secret), gone.get(row.id, "")) for row in rows
    ]
    return Leaf(told, page, total)


def phones(session: Session, page: int) -> Leaf[PhoneLine]:
    """Accounts by user name."""
    chosen = (
        select(Phone, Device, Person.name)
        .join(Device, col(Device.id) == col(Phone.device))
        .join(Person, col(Person.id) == col(Device.person))
    )
    total, page = _pages(session, chosen, page)
    rows = session.exec(chosen.order_by(col(Phone.user)).offset((page - 1) * ROWS).limit(ROWS)).all()
    return Leaf([PhoneLine(phone.user, person, device.area, device.id, device.revoked_at) for phone, device, person in rows], page, total)


def enrollable(session: Session) -> list[tuple[str, str, str]]:
    """(name, role, area) of everybody who works with households."""
    rows = session.exec(select(Person).where(col(Person.role).in_(roles.FIELD)).order_by(col(Person.name))).all()
    gone = retiring.everybody(session)
    return [(row.name, row.role, row.area) for row in rows if row.id not in gone]


def conflicts(session: Session, counts: Counts, area: str, page: int) -> Leaf[ConflictLine]:
    """Records in conflict by village; villages without one are not looked at."""
    numbers = {village: tally.conflicts for village, tally in sorted(counts.villages(session, area).items()) if tally.conflicts}
    total = sum(numbers.values())
    page = min(max(page, 1), max(1, -(-total // ROWS)))
    skip = (page - 1) * ROWS
    rows: list[ConflictLine] = []
    for village, number in numbers.items():
        if skip >= number:
            skip -= number
            continue
        chosen = select(Record).where(Record.vil == village, col(Record.in_conflict).is_(True), col(Record.deleted).is_(False))
        found = session.exec(chosen.order_by(col(Record.rec)).offset(skip).limit(ROWS - len(rows))).all()
        rows += [ConflictLine(row.vil, row.rec, row.kind) for row in found]
        skip = 0
        if len(rows) >= ROWS:
            break
    return Leaf(rows, page, total)


def conflict(session: Session, village: str, record: str, language: str) -> Conflict:
    """A record's fields that disagree, every value with its author. Raises NotKnown(record)."""
    row = session.get(Record, (village, record))
    if row is None:
        raise NotKnown(what="record", name=record)
    operations = feed.of_record(session, village, record)
    state = merge(operations)
    names = _device_names(session, {write.device for path in state.conflicts for write in state.fields[path].writes})
    fields = []
    for path in state.conflicts:
        field = state.fields[path]
        fields.append((path, [_said(write, names, write.operation == field.operation) for write in reversed(field.writes)]))
    values = state.values()
    title = values.get("name") or values.get("address") or values.get("natural_village") or ""
    filled = max((one for one in operations if one.form), key=lambda one: (one.hlc, one.id), default=None)
    paths = list(state.conflicts)
    labels = questions.labels(session, filled.form, filled.form_ver, values, paths, language) if filled is not None else {}
    return Conflict(ConflictLine(village, record, row.kind), title, fields, state.deleted_elsewhere, labels)


def quarantine(session: Session, area: str, page: int, *, everything: bool) -> Leaf[ApartLine]:
    """What was set apart, the newest first; with an area only what claims to be of one of its villages."""
    chosen = select(Quarantine)
    if not everything:
        chosen = chosen.where(Quarantine.decision == "")
    if area:
        low, high = span(area)
        chosen = chosen.where(col(Quarantine.vil).between(low, high))
    total, page = _pages(session, chosen, page)
    ordered = chosen.order_by(col(Quarantine.received_at).desc(), col(Quarantine.id), col(Quarantine.sender))
    rows = session.exec(ordered.offset((page - 1) * ROWS).limit(ROWS)).all()
    told = [ApartLine(row.id, row.vil, row.reason, row.received_at, row.sender, row.decision, row.decided_by, row.why) for row in rows]
    return Leaf(told, page, total)


def audit_lines(session: Session, page: int, wanted: str = "") -> Leaf[Deed]:
    """Who did what, the newest first; `wanted` is a part of the name, or of what it was about."""
    chosen = select(AuditLine)
    if wanted:
        chosen = chosen.where(
            or_(col(AuditLine.who).contains(wanted, autoescape=True), col(AuditLine.subject).contains(wanted, autoescape=True))
        )
    total, page = _pages(session, chosen, page)
    rows = session.exec(chosen.order_by(col(AuditLine.n).desc()).offset((page - 1) * ROWS).limit(ROWS)).all()
    return Leaf([Deed(row.n, row.at, row.who, row.action, row.subject, row.detail) for row in rows], page, total)


def _pages(session: Session, chosen: Any, page: int) -> tuple[int, int]:
    """How many rows there are, and the page that exists nearest to the one that was asked for."""
    total = session.exec(select(func.count()).select_from(chosen.subquery())).one()
    return total, min(max(page, 1), max(1, -(-total // ROWS)))


def _device(row: Device, person: str, told: Left | None) -> DeviceLine:
    return DeviceLine(row.id, row.name, person, row.area, row.enrolled_at, row.last_seen, row.revoked_at, told)


def _device_names(session: Session, ids: set[str]) -> Mapping[str, str]:
    return dict(session.exec(select(Device.id, Device.name).where(col(Device.id).in_(ids))).all()) if ids else {}


def _said(write: Write, names: Mapping[str, str], is_shown: bool) -> Said:
    milliseconds = write.hlc.partition("-")[0]
    at = datetime.fromtimestamp(int(milliseconds) / 1000, UTC).isoformat(timespec="seconds") if milliseconds.isdigit() else ""
    return Said(write.value, write.user, names.get(write.device, write.device[:8]), at, is_shown)
