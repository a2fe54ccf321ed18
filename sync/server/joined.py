"""Households that were entered twice and joined (`joining`): each is counted once, wherever the one that stays is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, delete, func, select

from .. import joining
from ..merge import merge
from ..operation import Operation
from . import feed
from .tables import IS_HOUSEHOLD, Joined, Op, Record

_AT_ONCE = 400
_HOUSEHOLD = "household"


@dataclass(frozen=True, slots=True)
class Doubles:
    """How many households of each village count as another one; `outward` are villages whose number depends on other villages too."""

    by_village: Counter[str]
    outward: frozenset[str]


def follow(session: Session, village: str, operations: Sequence[Operation]) -> None:
    """Note what the households of operations just appended to the village's feed were joined to."""
    said = {operation.rec for operation in operations if operation.kind == _HOUSEHOLD and joining.FIELD in operation.set}
    _note(session, village, sorted(said))


def fill(session: Session) -> None:
    """Note every join anew; who was joined has more operations than the first."""
    session.exec(delete(Joined))
    held = (
        select(Op.vil, Op.rec)
        .join(Record, (col(Record.vil) == Op.vil) & (col(Record.rec) == Op.rec))
        .where(Record.kind == _HOUSEHOLD)
        .group_by(col(Op.vil), col(Op.rec))
        .having(func.count() > 1)
    )
    for village, record in session.exec(held).all():
        _note(session, village, [record])


def target(values: dict[str, str], record: str) -> str:
    """What the shown values of a household's record join it to; empty for nothing, or itself."""
    said = values.get(joining.FIELD, "")
    return "" if said == record else said


def doubles(session: Session, villages: Collection[str] | None = None) -> Doubles:
    """Of some villages, or of all; costs nothing where nothing was joined."""
    chosen = select(Joined.vil, Joined.rec, Joined.target)
    rows = [
        row for some in _parts(villages) for row in session.exec(chosen if some is None else chosen.where(col(Joined.vil).in_(some))).all()
    ]
    if not rows:
        return Doubles(Counter(), frozenset())
    joins = _with_what_follows(session, {record: target for _, record, target in rows})
    homes = _homes(session, {*joins, *joins.values()})
    stays = joining.stays(joins, {record for _, record in homes})
    counted = Counter(village for village, record, _ in rows if record in stays and (village, record) in homes)
    outward = frozenset(village for village, _, target in rows if (village, target) not in homes)
    return Doubles(counted, outward)


def _note(session: Session, village: str, records: Sequence[str]) -> None:
    rows: list[dict[str, object]] = []
    gone: list[str] = []
    for record in records:
        said = target(merge(feed.of_record(session, village, record)).values(), record)
        if said:
            rows.append({"vil": village, "rec": record, "target": said})
        else:
            gone.append(record)
    feed.put(session, Joined, rows)
    for some in _parts(gone):
        session.exec(delete(Joined).where(col(Joined.vil) == village, col(Joined.rec).in_(some or ())))


def _with_what_follows(session: Session, joins: dict[str, str]) -> dict[str, str]:
    """The joins with those of the records that they lead to, in whichever village these are."""
    found, wanted = dict(joins), set(joins.values()) - joins.keys()
    while wanted:
        more: dict[str, str] = {}
        for some in _parts(sorted(wanted)):
            more |= dict(session.exec(select(Joined.rec, Joined.target).where(col(Joined.rec).in_(some or ()))).all())
        found |= more
        wanted = set(more.values()) - found.keys()
    return found


def _homes(session: Session, records: Collection[str]) -> set[tuple[str, str]]:
    """(village, record) of those that are here and not deleted."""
    found: set[tuple[str, str]] = set()
    for some in _parts(sorted(records)):
        held = select(Record.vil, Record.rec).where(IS_HOUSEHOLD, col(Record.rec).in_(some or ()), col(Record.deleted).is_(False))
        found |= set(session.exec(held).all())
    return found


def _parts(whole: Collection[str] | None) -> Iterator[Sequence[str] | None]:
    if whole is None:
        yield None
        return
    listed = sorted(whole)
    yield from (listed[at : at + _AT_ONCE] for at in range(0, len(listed), _AT_ONCE))
