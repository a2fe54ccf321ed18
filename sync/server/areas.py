"""Divisions: which code lies in which, the list as the district imported it, and the villages of a scope."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from ..card import contains, prefix
from ..replica import AreaRow
from .district import District
from .errors import NotKnown, TableUnreadable
from .tables import Area, VillageCounter

__all__ = ["contains", "import_areas", "prefix", "require_area", "rows_for", "villages_in"]
_CODE = re.compile(r"[0-9]{2}([0-9]{2}){0,2}|[0-9]{9}|[0-9]{12}")
_COLUMNS = ("code", "name", "parent")


def import_areas(district: District, file: Path) -> tuple[int, int]:
    """Take in a CSV with the columns code, name, parent; all rows or none. Returns how many rows, how many new. Raises TableUnreadable."""
    rows = _read(file)
    with district.writing() as session:
        known = set(session.exec(select(Area.code)).all())
        for row in rows:
            session.merge(Area(code=row.code, name=row.name, parent=row.parent))
    return len(rows), sum(row.code not in known for row in rows)


def require_area(session: Session, code: str) -> Area:
    """Raises NotKnown(area)."""
    area = session.get(Area, code)
    if area is None:
        raise NotKnown(what="area", name=code)
    return area


def villages_in(session: Session, area: str) -> tuple[str, ...]:
    """The villages of an area, sorted: those that are listed and those that records came from."""
    listed = session.exec(select(Area.code).where(_inside(Area.code, area))).all()
    used = session.exec(select(VillageCounter.vil).where(_inside(VillageCounter.vil, area))).all()
    return tuple(sorted({code for code in listed if len(code) == 12 and prefix(code) == code} | set(used)))


def rows_for(session: Session, area: str) -> tuple[AreaRow, ...]:
    """What a laptop of the area is told: the divisions inside it and those above it."""
    inside = prefix(area)
    above = {code for length in (2, 4, 6, 9, 12) if length < len(inside) for code in _codes(inside[:length])}
    wanted = select(Area.code, Area.name, Area.parent).where(_inside(Area.code, area) | col(Area.code).in_(above)).order_by(Area.code)
    return tuple(
        AreaRow(code=code, name=name, parent=parent)
        for code, name, parent in session.exec(wanted).all()
        if code.startswith(inside) or inside.startswith(prefix(code))
    )


def _inside(code: str, area: str) -> ColumnElement[bool]:
    """Codes that begin as the area's, as a range, which an index answers; codes have at most twelve digits."""
    return col(code).between(prefix(area), prefix(area).ljust(12, "9"))


def _codes(beginning: str) -> Iterator[str]:
    """What a division of this prefix may be called: with trailing zero groups or without."""
    return (beginning.ljust(length, "0") for length in (2, 4, 6, 9, 12) if length >= len(beginning))


def _read(file: Path) -> list[AreaRow]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError as wrong:
        raise NotKnown(what="file", name=str(file)) from wrong
    except (OSError, UnicodeDecodeError) as wrong:
        raise TableUnreadable(file=str(file), row=0, what="utf-8") from wrong
    lines = csv.DictReader(text.splitlines())
    if not set(_COLUMNS) <= set(lines.fieldnames or ()):
        raise TableUnreadable(file=str(file), row=1, what="columns")
    rows = []
    for number, line in enumerate(lines, 2):
        code, name, parent = ((line[column] or "").strip() for column in _COLUMNS)
        if not _CODE.fullmatch(code) or (parent and not _CODE.fullmatch(parent)) or not name:
            raise TableUnreadable(file=str(file), row=number, what=code or "code")
        rows.append(AreaRow(code=code, name=name, parent=parent))
    return rows
