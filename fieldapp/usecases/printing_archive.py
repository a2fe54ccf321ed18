"""One archive as made, as the value that use cases and screens hand on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fieldapp.domain.ids import HouseholdId

if TYPE_CHECKING:
    from fieldapp.archive.gap import Gap

HOLDERS = ("township", "village", "household")


@dataclass(frozen=True, slots=True)
class Archive:
    """One archive as made: the PDF with its copies."""

    household: HouseholdId
    head_name: str
    revision: int
    pdf: bytes
    pages: int
    digest: str
    missing: tuple[str, ...]
    """Characters that no bundled font has, each with where it stands."""
    findings: tuple[str, ...] = ()
    """What the rules noticed about the household, in words: a person looks before printing."""
    gaps: tuple[Gap, ...] = ()
    """缺件清单: what the archive lacks; with gaps it is marked 待补 on every page."""
    copies: tuple[str, ...] = HOLDERS
    duplex: bool = False
    """Laid out for both sides of the paper: margins mirrored, every copy on sheets of its own."""
    record: str = ""
    """The archive record; empty for a preview, which is kept nowhere."""
    newest: int = 0
    """The household's newest finalized revision, 0 if it is not known here."""

    @property
    def stale(self) -> bool:
        """Whether a newer revision supersedes it."""
        return self.newest > self.revision
