"""The division tree of the workspace, and the wall between the fictitious region 99 and real places."""

from __future__ import annotations

from collections.abc import Iterable

from sqlmodel import col, select

from fieldapp.domain.area import Area, ancestors, is_fictitious, level, parent, path
from fieldapp.domain.area import Level as AreaLevel
from fieldapp.domain.ids import AreaCode
from fieldapp.domain.private_use import normalised
from fieldapp.errors import NotFound, WrongRealm

from .keys import Realm
from .tables import AreaTableRow
from .transaction import Transaction


def guard(tx: Transaction, code: str) -> None:
    """Refuse a fictitious code in a real workspace and a real one in a demo workspace: WrongRealm."""
    if not fits(tx, code):
        raise WrongRealm(area=code, realm=tx.place.realm.value)


def fits(tx: Transaction, code: str) -> bool:
    """Whether a code belongs to this workspace's realm."""
    return is_fictitious(code) == (tx.place.realm is Realm.DEMO)


def in_scope(tx: Transaction, village: str) -> bool:
    """Whether this laptop may write of a village; where no district has said so, of every one."""
    return bool(tx.value("SELECT NOT EXISTS (SELECT 1 FROM scope) OR EXISTS (SELECT 1 FROM scope WHERE village = ?)", village))


def learn(tx: Transaction, areas: Iterable[Area]) -> None:
    """Add divisions or give them a new name; raises WrongRealm for the whole list."""
    for area in areas:
        guard(tx, area.code)
        tx.session.merge(AreaTableRow(code=area.code, name=normalised(area.name), parent=area.parent or parent(area.code) or ""))


def get(tx: Transaction, code: str) -> Area:
    """One division; raises NotFound."""
    row = tx.session.get(AreaTableRow, code)
    if row is None:
        raise NotFound(what="area", id=code)
    return _value(row)


def children(tx: Transaction, code: str = "") -> tuple[Area, ...]:
    """The divisions one level below, by code; those without a parent for the empty code."""
    rows = tx.session.exec(select(AreaTableRow).where(AreaTableRow.parent == code).order_by(AreaTableRow.code))
    return tuple(_value(row) for row in rows)


def every(tx: Transaction) -> tuple[Area, ...]:
    """All divisions by code, so that a parent comes before what is inside it."""
    return tuple(map(_value, tx.session.exec(select(AreaTableRow).order_by(AreaTableRow.code))))


def below(tx: Transaction, code: str, to: AreaLevel = AreaLevel.VILLAGE) -> tuple[Area, ...]:
    """All divisions of a level inside a division, itself included, by code."""
    rows = tx.session.exec(select(AreaTableRow).where(col(AreaTableRow.code).startswith(code)).order_by(AreaTableRow.code))
    return tuple(area for area in map(_value, rows) if area.level is to)


def names(tx: Transaction, code: str) -> tuple[str, ...]:
    """The names from the province down to the division; unknown ones are left out."""
    codes = [*ancestors(code), code]
    known = {row.code: row.name for row in tx.session.exec(select(AreaTableRow).where(col(AreaTableRow.code).in_(codes)))}
    return tuple(known[one] for one in codes if one in known)


def path_name(tx: Transaction, code: str, top: AreaLevel = AreaLevel.PROVINCE) -> str:
    """The names down to a division as one text, as 示范省示范市示范区柳湾镇石桥村; unknown divisions are left out."""
    codes = [*ancestors(code), code]
    rows = tx.session.exec(select(AreaTableRow).where(col(AreaTableRow.code).in_(codes)))
    return path(code, {row.code: row.name for row in rows}, top)


def _value(row: AreaTableRow) -> Area:
    return Area(AreaCode(row.code), row.name, level(row.code), row.parent)
