"""The feed of a village: every accepted operation at a gapless position, taken in the accepting transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import insert, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel, col, func, select

from ..operation import Operation, from_plain
from ..replica import FeedPage
from ..wire import unpack
from .tables import Op, Quarantine, VillageCounter

_NOTHING = "0" * 64
_ROWS = 2_000
"""Rows looked at for one page."""
_AT_ONCE = 500


def insert_new(session: Session, table: type[SQLModel], rows: Sequence[dict[str, object]]) -> None:
    """Insert the rows that are not there yet; both SQLite and PostgreSQL."""
    if not rows:
        return
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    session.connection().execute(dialect.insert(table).on_conflict_do_nothing(), rows)


def put(session: Session, table: type[SQLModel], rows: Sequence[dict[str, object]]) -> None:
    """Insert the rows or write them over those with the same key; both SQLite and PostgreSQL."""
    if not rows:
        return
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table)
    keys = {column.name for column in inspect(table).primary_key}
    changed = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    session.connection().execute(statement.on_conflict_do_update(index_elements=sorted(keys), set_=changed), rows)


def lock(session: Session, village: str) -> VillageCounter:
    """The counter of a village, held until the transaction ends: whoever comes next waits, so positions are seen in their order."""
    insert_new(session, VillageCounter, [{"vil": village, "n": 0, "xor": _NOTHING, "last_seen": ""}])
    return session.exec(select(VillageCounter).where(VillageCounter.vil == village).with_for_update()).one()


def known(session: Session, village: str, ids: Collection[str]) -> set[str]:
    """Which of these operations the village has."""
    found: set[str] = set()
    wanted = list(ids)
    for at in range(0, len(wanted), _AT_ONCE):
        found |= set(session.exec(select(Op.id).where(Op.vil == village, col(Op.id).in_(wanted[at : at + _AT_ONCE]))).all())
    return found


def append(
    session: Session, counter: VillageCounter, operations: Sequence[Operation], sender: str, stamp: str, bodies: Mapping[str, bytes]
) -> None:
    """Put new operations at the end of the feed, with their `packed` bodies by id; the caller holds the counter and has left out what is
    known.
    """
    if not operations:
        return
    xor = int(counter.xor, 16)
    rows = []
    for place, operation in enumerate(operations, counter.n):
        xor ^= int(operation.id, 16)
        rows.append(
            {
                "vil": counter.vil,
                "vseq": place,
                "id": operation.id,
                "rec": operation.rec,
                "dev": operation.dev,
                "sender": sender,
                "received_at": stamp,
                "body": bodies[operation.id],
            }
        )
    session.connection().execute(insert(Op), rows)
    counter.n += len(rows)
    counter.xor = f"{xor:064x}"
    counter.last_seen = stamp
    session.add(counter)


def page(session: Session, village: str, start: int, end: int, limit: int, skip: Collection[str] = ()) -> FeedPage:
    """Operations from `start` up to at most `end`, about `limit` packed bytes but at least one; `skip` the reader certainly has."""
    chosen: list[Operation] = []
    taken, size = start, 0
    wanted = select(Op.vseq, Op.id, Op.body).where(Op.vil == village, Op.vseq >= start, Op.vseq < end)
    for place, identity, body in session.exec(wanted.order_by(col(Op.vseq)).limit(_ROWS)).all():
        if size >= limit:
            break
        taken = place + 1
        if identity not in skip:
            size += len(body)
            chosen.append(read(body))
    return FeedPage(village=village, start=start, next=taken, operations=tuple(chosen))


def read(body: bytes) -> Operation:
    """An operation as it is kept."""
    return from_plain(unpack(body))


def of_record(session: Session, village: str, record: str) -> list[Operation]:
    """Everything that is known of one record."""
    return [read(body) for body in session.exec(select(Op.body).where(Op.vil == village, Op.rec == record)).all()]


def total(session: Session) -> int:
    """How many operations all feeds hold."""
    return session.exec(select(func.coalesce(func.sum(VillageCounter.n), 0))).one()


def apart(session: Session, device: str) -> dict[str, list[str]]:
    """By village the ids of what a device sent and was set apart here."""
    found: dict[str, list[str]] = {}
    for village, identity in session.exec(select(Quarantine.vil, Quarantine.id).where(Quarantine.sender == device)).all():
        found.setdefault(village, []).append(identity)
    return found


def digest(session: Session, counter: VillageCounter, apart: Collection[str]) -> tuple[int, str]:
    """Count and XOR of what a device holds once it has read the whole feed: that, and what it sent and was set apart here."""
    extra = set(apart) - known(session, counter.vil, apart)
    xor = int(counter.xor, 16)
    for identity in extra:
        xor ^= int(identity, 16)
    return counter.n + len(extra), f"{xor:064x}"
