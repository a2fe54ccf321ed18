"""Division codes (行政区划): their levels, their parents and what lies inside what.

A code has 2, 4, 6, 9 or 12 digits: province, city, county (GB/T 2260), township, street or 苏木 (GB/T 10114), village, community or
嘎查. Lists that pad every code to twelve digits with zeros are read as well. Region 99 is unassigned, so it stands for fictitious data.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from fieldapp.errors import BadInput

from .ids import AreaCode

FICTITIOUS_REGION = "99"


class Level(IntEnum):
    """How deep a division lies; the numbers are those of the form's division list."""

    PROVINCE = 1
    CITY = 2
    COUNTY = 3
    TOWNSHIP = 4
    VILLAGE = 5


_LENGTHS = {2: Level.PROVINCE, 4: Level.CITY, 6: Level.COUNTY, 9: Level.TOWNSHIP, 12: Level.VILLAGE}


@dataclass(frozen=True, slots=True)
class Area:
    """One division of the tree; `parent` is empty at the top."""

    code: AreaCode
    name: str
    level: Level
    parent: str = ""


def read_code(text: str) -> AreaCode:
    """A typed or imported code without its padding zeros; BadInput if it has no level."""
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit()) or digits.startswith("0"):
        raise BadInput(what="area", value=text)
    if len(digits) == 12 and digits.endswith("000"):
        digits = digits[:9]
    if len(digits) == 9 and digits.endswith("000"):
        digits = digits[:6]
    if len(digits) == 6 and digits.endswith("00"):
        digits = digits[:4]
    if len(digits) == 4 and digits.endswith("00"):
        digits = digits[:2]
    if len(digits) not in _LENGTHS:
        raise BadInput(what="area", value=text)
    return AreaCode(digits)


def level(code: str) -> Level:
    """The level of a code; BadInput if its length is none."""
    found = _LENGTHS.get(len(code))
    if found is None:
        raise BadInput(what="area", value=code)
    return found


def parent(code: str) -> AreaCode | None:
    """The code one level up; None for a province."""
    shorter = [length for length in _LENGTHS if length < len(code)]
    return AreaCode(code[: shorter[-1]]) if shorter else None


def ancestors(code: str) -> tuple[AreaCode, ...]:
    """The codes above, the province first."""
    return tuple(AreaCode(code[:length]) for length in _LENGTHS if length < len(code))


def contains(outer: str, inner: str) -> bool:
    """Whether a division is another one or has it inside; nothing contains or is inside the empty code."""
    return bool(outer) and inner.startswith(outer)


def cut(code: str, to: Level) -> AreaCode:
    """The part of a code down to a level, as the county of a village; the code itself if it is not deeper."""
    length = next(digits for digits, found in _LENGTHS.items() if found is to)
    return AreaCode(code[:length])


def is_fictitious(code: str) -> bool:
    """Whether the code lies in region 99, which no real division has."""
    return code.startswith(FICTITIOUS_REGION)


def path(code: str, names: Mapping[str, str], top: Level = Level.COUNTY) -> str:
    """The names from a level down to the code, as 示范县柳湾镇石桥村; codes without a name are left out."""
    chain = (*ancestors(code), AreaCode(code))
    return "".join(names.get(one, "") for one in chain if level(one) >= top)
