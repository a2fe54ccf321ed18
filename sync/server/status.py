"""Figures of the district, counted in the database."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session, col, func, select

from . import joined
from .tables import Area, Device, File, Op, Quarantine, Record, VillageCounter


@dataclass(frozen=True, slots=True)
class AreaFigures:
    """One village that something came from."""

    code: str
    name: str
    households: int
    submissions: int
    last_seen: str
    """When it last took something in, ISO 8601 in UTC."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The whole district. Records that were deleted are not counted."""

    records: int
    heads: int
    conflicts: int
    devices: int
    operations: int
    files: int
    quarantined: int
    areas: tuple[AreaFigures, ...]


def figures(session: Session) -> Figures:
    """Count."""
    kinds: dict[str, dict[str, int]] = {}
    alive = select(Record.vil, Record.kind, func.count()).where(col(Record.deleted).is_(False)).group_by(col(Record.vil), col(Record.kind))
    for village, kind, count in session.exec(alive).all():
        kinds.setdefault(village, {})[kind] = count
    doubles = joined.doubles(session).by_village
    names = dict(session.exec(select(Area.code, Area.name)).all())
    counters = session.exec(select(VillageCounter).where(VillageCounter.n > 0).order_by(col(VillageCounter.vil))).all()
    heads = session.exec(select(func.sum(func.length(Record.heads) + 1)).where(col(Record.deleted).is_(False))).one()
    return Figures(
        records=sum(count for by_kind in kinds.values() for count in by_kind.values()),
        heads=(heads or 0) // 65,
        conflicts=session.exec(select(func.count()).select_from(Record).where(col(Record.in_conflict).is_(True))).one(),
        devices=session.exec(select(func.count()).select_from(Device).where(Device.revoked_at == "")).one(),
        operations=session.exec(select(func.count()).select_from(Op)).one(),
        files=session.exec(select(func.count()).select_from(File)).one(),
        quarantined=session.exec(select(func.count()).select_from(Quarantine).where(Quarantine.decision == "")).one(),
        areas=tuple(
            AreaFigures(
                code=counter.vil,
                name=names.get(counter.vil, ""),
                households=kinds.get(counter.vil, {}).get("household", 0) - doubles[counter.vil],
                submissions=kinds.get(counter.vil, {}).get("submission", 0),
                last_seen=counter.last_seen,
            )
            for counter in counters
        ),
    )


@dataclass(frozen=True, slots=True)
class OpenConflict:
    """A record that waits for a person."""

    village: str
    record: str
    kind: str


def open_conflicts(session: Session, limit: int = 200) -> tuple[OpenConflict, ...]:
    """Records in conflict."""
    found = session.exec(
        select(Record).where(col(Record.in_conflict).is_(True)).order_by(col(Record.vil), col(Record.rec)).limit(limit)
    ).all()
    return tuple(OpenConflict(village=row.vil, record=row.rec, kind=row.kind) for row in found)


def set_apart(session: Session, limit: int = 200) -> tuple[Quarantine, ...]:
    """The newest operations in quarantine."""
    return tuple(session.exec(select(Quarantine).order_by(col(Quarantine.received_at).desc(), col(Quarantine.id)).limit(limit)).all())
