"""Sets text in the bundled fonts: character by character the first font that has it, and never a blank box.

A character that no font has becomes a visible 〔U+XXXXX〕 and is reported with its place.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fieldapp.words import say

from .faces import Face

SONG_FILE = "FieldSong-Regular.ttf"
HEI_FILE = "FieldHei-Bold.ttf"

# What Python's gb18030 codec decodes to the private use area although GB 18030-2022 (and -2005) name real characters.
_PRIVATE = {
    0xE81E: 0x9FB4, 0xE826: 0x9FB5, 0xE82B: 0x9FB6, 0xE82C: 0x9FB7, 0xE832: 0x9FB8, 0xE843: 0x9FB9, 0xE854: 0x9FBA, 0xE864: 0x9FBB,
    0xE816: 0x20087, 0xE817: 0x20089, 0xE818: 0x200CC, 0xE831: 0x215D7, 0xE83B: 0x2298F, 0xE855: 0x241FE,
    0xE78D: 0xFE10, 0xE78E: 0xFE12, 0xE78F: 0xFE11, **{0xE790 + step: 0xFE13 + step for step in range(7)},
}  # fmt: skip
# Shaping controls and variation selectors: they show nothing by themselves.
_INVISIBLE = {*range(0x200B, 0x2010), 0x2060, 0xFEFF, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0), 0x00AD}
_SPACES = {0x09, 0xA0, 0x2002, 0x2003, 0x2009, 0x202F}


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that could not be put on paper as it is."""

    kind: str
    """glyph or photo."""
    what: str
    """The character, or the attachment id."""
    where: str
    """The question or place on paper."""

    def __str__(self) -> str:
        """The sentence for people."""
        code = f"U+{ord(self.what):04X}" if self.kind == "glyph" else ""
        return say(f"archive-missing-{self.kind}", char=self.what, code=code, where=self.where)


def normalised(text: str) -> str:
    """Text with the private-use characters of the gb18030 codec replaced by the real ones."""
    return text.translate(_PRIVATE)


class Faces:
    """The opened font files; one set may serve any number of documents."""

    def __init__(self, folder: Path) -> None:
        self.song = Face(folder / SONG_FILE)
        self.hei = Face(folder / HEI_FILE)


class Subset:
    """The glyphs of one font file that one document uses, numbered in order of first use; one number a character."""

    def __init__(self, face: Face, name: str) -> None:
        self.face = face
        self.name = name
        self.glyphs = [0]
        self.codes = [0]

    def add(self, glyph: int, code: int) -> int:
        """The number (CID) of a character from now on."""
        self.glyphs.append(glyph)
        self.codes.append(code)
        return len(self.glyphs) - 1


class Typeface:
    """A chain of fonts that reads as one: widths in thousandths of the size, and PDF operators that show text."""

    def __init__(self, chain: tuple[Subset, ...]) -> None:
        self._chain = chain
        self._known: dict[str, tuple[str, str]] = {}
        self.widths = _Widths(chain)

    def width(self, text: str, size: float) -> float:
        """Length of a line in points."""
        widths = self.widths
        return sum([widths[char] for char in text]) * size / 1000

    def show(self, text: str, size: float) -> str:
        """Operators for use between BT and ET: font, size and the text as hexadecimal character ids."""
        known = self._known
        try:
            runs = [known[char] for char in text]
        except KeyError:
            for char in text:
                if char not in known:
                    known[char] = self._take(char)
            runs = [known[char] for char in text]
        parts: list[str] = []
        font = ""
        for name, cid in runs:
            if name != font:
                parts.append(f"{'> Tj ' if font else ''}/{name} {size:g} Tf <")
                font = name
            parts.append(cid)
        return "".join(parts) + "> Tj" if parts else ""

    def _take(self, char: str) -> tuple[str, str]:
        for subset in self._chain:
            glyph = subset.face.glyph(ord(char))
            if glyph:
                return subset.name, f"{subset.add(glyph, ord(char)):04X}"
        raise LookupError(char)


class _Widths(dict[str, float]):
    """Character → advance in thousandths of the size, looked up once."""

    def __init__(self, chain: tuple[Subset, ...]) -> None:
        super().__init__()
        self._faces = [subset.face for subset in chain]

    def __missing__(self, char: str) -> float:
        for face in self._faces:
            glyph = face.glyph(ord(char))
            if glyph:
                self[char] = width = face.metrics(glyph)[0] * 1000 / face.units
                return width
        raise LookupError(char)


class Typesetter:
    """The typefaces of one document and what it could not print."""

    def __init__(self, faces: Faces) -> None:
        song, hei = Subset(faces.song, "S"), Subset(faces.hei, "H")
        self.subsets = (song, hei)
        self.song = Typeface((song, hei))
        self.hei = Typeface((hei, song))
        self._printable: set[str] = set("\n")
        self._missing: dict[Missing, None] = {}

    @property
    def missing(self) -> tuple[Missing, ...]:
        """Characters without a glyph, in order of appearance."""
        return tuple(self._missing)

    def take_missing(self) -> tuple[Missing, ...]:
        """The same, and forget them: what comes next is another household's."""
        taken, self._missing = tuple(self._missing), {}
        return taken

    def printable(self, text: str, where: str) -> str:
        """The text as it can be printed; what has no glyph becomes 〔U+XXXXX〕 and is remembered with its place."""
        if self._printable.issuperset(text):
            return text
        return "".join(self._replaced(normalised(text).replace("\r\n", "\n").replace("\r", "\n"), where))

    def _replaced(self, text: str, where: str) -> Iterable[str]:
        for char in text:
            code = ord(char)
            if char in self._printable:
                yield char
            elif code in _SPACES:
                yield " "
            elif any(subset.face.glyph(code) for subset in self.subsets):
                self._printable.add(char)
                yield char
            elif code not in _INVISIBLE:
                self._missing[Missing("glyph", char, where)] = None
                yield f"〔U+{code:04X}〕"
