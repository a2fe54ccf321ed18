"""The fictitious county: divisions, families and their answers, all pure functions of a seed."""

from __future__ import annotations

from .answers import Sheet, answers, pictures
from .divisions import areas_csv, divisions, villages
from .families import Family, Kind, Person
from .families import families as _families
from .fill import fill

__all__ = ["TOWN", "Family", "Kind", "Person", "Sheet", "answers", "areas_csv", "divisions", "families", "fill", "pictures", "villages"]

TOWN = "990121101"
"""青泉镇, whose villages the demonstration surveys: sixteen, one with a character of U+20000 and above in its name."""


def families(seed: int, count: int, within: str = TOWN) -> tuple[Family, ...]:
    """The first `count` families of a seed, spread over the villages inside a division."""
    return _families(seed, count, [area.code for area in villages(within)])
