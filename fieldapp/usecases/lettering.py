"""Fonts for characters that the usual ones lack, for whoever shows text on a screen."""

from __future__ import annotations

from collections.abc import Callable


def rare_fonts() -> Callable[[int], bytes | None]:
    """Code point → the small TrueType file that has it, None if none has. Calls raise FontMissing if a file is broken."""
    from fieldapp.archive.rare import RareFonts
    from fieldapp.words import resources

    return RareFonts(resources() / "fonts").font
