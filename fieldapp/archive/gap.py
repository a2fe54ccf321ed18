"""One thing that an archive lacks, as a value: found by completeness, shown on the list page and in the print dialog."""

from __future__ import annotations

from dataclasses import dataclass

from fieldapp.words import say


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that is missing; `code` completes the message id `archive-gap-…`.

    no-signature, no-date, no-seal-place, no-evidence, no-picture, no-material, notice-short, members-differ,
    dates-order, no-glyph.
    """

    code: str
    what: str
    is_internal: bool = False
    """Not named in the household's copy."""

    @property
    def text(self) -> str:
        """The sentence for people."""
        return say(f"archive-gap-{self.code}", what=self.what)

    @property
    def kind(self) -> str:
        """The kind in a word or two, for a table."""
        return say(f"archive-gap-{self.code}.kind")
