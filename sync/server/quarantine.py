"""What could not be believed, before a person: released into the feed of its village, or rejected. Nothing is ever thrown away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from ..errors import BadOperation
from ..operation import Operation, from_plain, verify
from ..wire import unpack
from . import arrivals, audit, feed, records, roles, staff
from .areas import contains
from .district import District
from .errors import NotKnown, NotReleasable
from .tables import Device, Person, Quarantine

RELEASED, REJECTED = "released", "rejected"


@dataclass(frozen=True, slots=True)
class Apart:
    """One operation in quarantine."""

    id: str
    village: str
    reason: str
    received_at: str
    sender: str
    decision: str
    decided_by: str
    why: str


def listed(session: Session, *, by: str = "", everything: bool = False, limit: int = 500) -> tuple[Apart, ...]:
    """What waits for a decision, or everything that ever was set apart; a reviewer sees what is of their area. The newest first."""
    wanted = select(Quarantine).order_by(col(Quarantine.received_at).desc(), col(Quarantine.id)).limit(limit)
    if not everything:
        wanted = wanted.where(Quarantine.decision == "")
    person = session.exec(select(Person).where(Person.name == by)).first() if by else None
    area = person.area if person is not None and person.role not in roles.OFFICES else ""
    return tuple(_told(row) for row in session.exec(wanted).all() if not area or (row.vil and contains(area, row.vil)))


def release(district: District, identity: str, why: str, *, by: str = "") -> Apart:
    """Let an operation into the feed all the same: it was written by an enrolled device and is whole.

    Raises NotKnown(operation), NotReleasable where no laptop could believe it, NotPermitted(area).
    """
    with district.writing() as session:
        rows = _waiting(session, identity)
        operation = _believable(session, rows[0])
        staff.require_area(session, by, operation.vil, "quarantine-release")
        counter = feed.lock(session, operation.vil)
        if not feed.known(session, operation.vil, [identity]):
            feed.append(session, counter, [operation], rows[0].sender, district.stamp(), arrivals.packed_one(operation))
            session.flush()
            records.follow(session, operation.vil, [operation])
        return _decide(district, session, rows, RELEASED, why, by)


def reject(district: District, identity: str, why: str, *, by: str = "") -> Apart:
    """Leave an operation where it is, for good; whoever brought it is told. Raises NotKnown(operation), NotPermitted(area)."""
    with district.writing() as session:
        rows = _waiting(session, identity)
        if rows[0].vil:
            staff.require_area(session, by, rows[0].vil, "quarantine-reject")
        return _decide(district, session, rows, REJECTED, why, by)


def told_to(session: Session, device: str) -> tuple[tuple[str, str], ...]:
    """(operation id, reason) of all that a device brought and that is not in the feed: why it waits, or that it was rejected."""
    rows = session.exec(
        select(Quarantine.id, Quarantine.reason, Quarantine.decision)
        .where(Quarantine.sender == device, Quarantine.decision != RELEASED)
        .order_by(col(Quarantine.id))
    ).all()
    return tuple((identity, decision or reason) for identity, reason, decision in rows)


def _waiting(session: Session, identity: str) -> Sequence[Quarantine]:
    rows = session.exec(select(Quarantine).where(Quarantine.id == identity, Quarantine.decision == "")).all()
    if not rows:
        raise NotKnown(what="operation", name=identity)
    return rows


def _believable(session: Session, row: Quarantine) -> Operation:
    try:
        operation = from_plain(unpack(row.body))
        author = session.get(Device, operation.dev)
        if author is None:
            raise BadOperation(reason="unknown-author", id=row.id)
        verify(operation, author.public_key)
    except BadOperation as bad:
        raise NotReleasable(id=row.id, reason=bad.values["reason"]) from bad
    return operation


def _decide(district: District, session: Session, rows: Sequence[Quarantine], decision: str, why: str, by: str) -> Apart:
    for row in rows:
        row.decision, row.decided_at, row.decided_by, row.why = decision, district.stamp(), by, why
        session.add(row)
    audit.record(session, district.stamp(), by, f"quarantine-{decision}", rows[0].id, why)
    return _told(rows[0])


def _told(row: Quarantine) -> Apart:
    return Apart(row.id, row.vil, row.reason, row.received_at, row.sender, row.decision, row.decided_by, row.why)
