"""The three copies (一式三份): who holds each, its mark, and what it leaves out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from fnmatch import fnmatchcase
from functools import lru_cache

from fieldapp.engine.views import FilledAnswer, FilledForm
from fieldapp.words import say


class Holder(Enum):
    """Who keeps a copy; the value is the word of the command line."""

    TOWNSHIP = "township"
    VILLAGE = "village"
    HOUSEHOLD = "household"


@dataclass(frozen=True, slots=True)
class Copy:
    """One of the three."""

    holder: Holder
    number: int
    """1, 2 or 3; part of what its QR code says."""
    internal: bool
    """Whether it holds the internal pages: red lines, risk, internal notes."""

    @property
    def mark(self) -> str:
        """As 乡镇（街道）存档."""
        return say(f"archive-holder-{self.holder.value}")


COPIES = (Copy(Holder.TOWNSHIP, 1, True), Copy(Holder.VILLAGE, 2, True), Copy(Holder.HOUSEHOLD, 3, False))


@lru_cache(maxsize=4096)
def is_left_out(name: str, patterns: tuple[str, ...]) -> bool:
    """Whether a section or question of this name stays out of the household's copy."""
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def marked(filled: FilledForm, patterns: tuple[str, ...]) -> Iterable[tuple[FilledAnswer, bool]]:
    """Every answer in order, and whether the household's copy leaves it out."""
    for section in filled.sections:
        hidden = is_left_out(section.name, patterns)
        for answer in (*section.answers, *(answer for table in section.tables for row in table.rows for answer in row)):
            yield answer, hidden or is_left_out(answer.name, patterns)


def copies_of(holders: Iterable[str]) -> tuple[Copy, ...]:
    """The copies of the named holders, in the order of their numbers."""
    wanted = {Holder(holder) for holder in holders}
    return tuple(copy for copy in COPIES if copy.holder in wanted)
