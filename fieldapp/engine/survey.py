"""Which node of the form each row of the survey sheet becomes: the way back from a path to sheet, row and column."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from .limits import GROUPS_DEEP
from .sheets import Sheet, refusal

_TYPE = ("type", "command")
_NAME = ("name", "tag", "value")
_BEGIN = re.compile(r"begin[ _](group|lgroup|repeat|looped group|loop)\b", re.IGNORECASE)
_END = re.compile(r"end[ _](group|lgroup|repeat|looped group|loop)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the survey sheet: its number (the header is 1), and what stands in its cells by column title."""

    number: int
    type: str
    name: str
    cells: dict[str, str] = field(default_factory=dict)


def rows_of(sheet: Sheet, root: str) -> dict[str, Row]:
    """Path of a node → its row, following groups and repeats. Raises FormInvalid when groups are nested too deeply."""
    found: dict[str, Row] = {}
    around = [root]
    for number in range(2, len(sheet.rows) + 2):
        cells = sheet.cells(number)
        kind = " ".join(value_of(cells, _TYPE).split())
        if _END.match(kind):
            if len(around) > 1:
                around.pop()
            continue
        name = value_of(cells, _NAME)
        if (not name and not kind) or value_of(cells, ("disabled",)).lower() in ("yes", "true", "true()"):
            continue
        name = name or (f"generated_note_name_{number}" if kind == "note" else "")
        row = Row(number, kind, name, cells)
        if name:
            found.setdefault("/" + "/".join([*([root, "meta"] if kind == "audit" else around), name]), row)
        if _BEGIN.match(kind):
            around.append(name or f"row_{number}")
            if len(around) > GROUPS_DEEP:
                raise refusal("too-deep", str(GROUPS_DEEP), sheet.name, number)
    return found


def elsewhere(path: str) -> tuple[str, int, str] | None:
    """Sheet, row and column of a node that is asked for on another sheet than the survey."""
    if path.endswith("/meta/instanceName"):
        return "settings", 2, "instance_name"
    if "/meta/entity" in path:
        return "entities", 2, path.rpartition("/")[2].lstrip("@") if path.endswith("/label") else ""
    return None


def names_of(sheet: Sheet) -> frozenset[str]:
    """Every name on the sheet."""
    return frozenset(value_of(sheet.cells(number), _NAME) for number in range(2, len(sheet.rows) + 2))


def value_of(cells: dict[str, str], names: Iterable[str]) -> str:
    """The text of the first column among `names` (any case) that is not blank."""
    lower = {title.lower(): text for title, text in cells.items()}
    return next((lower[name] for name in names if lower.get(name)), "")
