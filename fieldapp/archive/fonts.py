"""Sets text in the bundled fonts: character by character the first font that has it, and never a blank box.

A character that no font has becomes a visible 〔U+XXXXX〕 and is reported with its place.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fieldapp.domain.private_use import normalised
from fieldapp.words import say

from .faces import Face
from .rare import RareFonts

SONG_FILE = "FieldSong-Regular.ttf"
HEI_FILE = "FieldHei-Bold.ttf"

# Controls of shaping and direction, tags, and the selectors between text and emoji: they show nothing by themselves.
_INVISIBLE = {
    *(0x00AD, 0x034F, 0x061C, *range(0x180B, 0x1810), *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070)),
    *(*range(0xFE00, 0xFE10), 0xFEFF, *range(0xFFF9, 0xFFFC), *range(0xE0000, 0xE0080)),
}
_VARIANTS = range(0xE0100, 0xE01F0)
"""Ideographic variation selectors: the character before keeps its meaning and gets the usual form."""
_SPACES = {0x09, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F}
_PLACE = 24
"""Signs of a text that tell where it stands."""
_BREAKS = str.maketrans(dict.fromkeys("\r\v\f\x85\u2028\u2029", "\n"))


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that could not be put on paper as it is."""

    kind: str
    """glyph, variant or photo."""
    what: str
    """The character (with its variation selector), or the attachment id."""
    where: str
    """The person, question or place on paper."""

    def __str__(self) -> str:
        """The sentence for people."""
        code = "" if self.kind == "photo" else f"U+{ord(self.what[-1]):04X}"
        return say(f"archive-missing-{self.kind}", char=self.what, code=code, where=self.where)


class Faces:
    """The opened font files; one set may serve any number of documents."""

    def __init__(self, folder: Path) -> None:
        self.song = Face(folder / SONG_FILE)
        self.hei = Face(folder / HEI_FILE)
        self.rare = RareFonts(folder)
        self.song_widths = Widths((self.song, self.hei), self.rare)
        self.hei_widths = Widths((self.hei, self.song), self.rare)
        self.printable: set[str] = set("\n")
        """Characters that are known to have a glyph."""

    def has(self, code: int) -> bool:
        """Whether any font has the character."""
        return bool(self.song.glyph(code) or self.hei.glyph(code) or self.rare.face(code))


class Widths(dict[str, float]):
    """Character → advance in thousandths of the size, looked up once for all documents."""

    def __init__(self, chain: tuple[Face, ...], rare: RareFonts) -> None:
        super().__init__({"\n": 0.0})
        self._chain = chain
        self._rare = rare

    def __missing__(self, char: str) -> float:
        code = ord(char)
        face = next((face for face in self._chain if face.glyph(code)), None) or self._rare.face(code)
        if face is None:
            raise LookupError(char)
        self[char] = width = face.metrics(face.glyph(code))[0] * 1000 / face.units
        return width


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


class RareSubsets:
    """What one document uses of the rare fonts: a subset for each small font, made when its first character comes."""

    def __init__(self, fonts: RareFonts) -> None:
        self._fonts = fonts
        self._made: dict[Face, Subset] = {}

    def find(self, code: int) -> Subset | None:
        """The subset for a character that the usual fonts lack, None if no font has it."""
        face = self._fonts.face(code)
        if face is None:
            return None
        if face not in self._made:
            self._made[face] = Subset(face, f"R{len(self._made) + 1}")
        return self._made[face]

    @property
    def subsets(self) -> tuple[Subset, ...]:
        """Those made so far."""
        return tuple(self._made.values())


class Typeface:
    """A chain of fonts that reads as one: widths in thousandths of the size, and PDF operators that show text."""

    def __init__(self, chain: tuple[Subset, ...], rare: RareSubsets, widths: Widths) -> None:
        self._chain = chain
        self._rare = rare
        self._first = chain[0].name
        self._plain: dict[str, str] = {}
        self._known: dict[str, tuple[str, str]] = {}
        self.widths = widths

    def width(self, text: str, size: float) -> float:
        """Length of a line in points."""
        return sum(map(self.widths.__getitem__, text)) * size / 1000

    def show(self, text: str, size: float) -> str:
        """Operators for use between BT and ET: font, size and the text as hexadecimal character ids."""
        try:
            return f"/{self._first} {size:g} Tf <{''.join(map(self._plain.__getitem__, text))}> Tj" if text else ""
        except KeyError:
            return self._show_mixed(text, size)

    def _show_mixed(self, text: str, size: float) -> str:
        """The same for text that is not all in the first font, or not yet known to be."""
        known = self._known
        for char in text:
            if char not in known:
                known[char] = name, cid = self._take(char)
                if name == self._first:
                    self._plain[char] = cid
        runs = [known[char] for char in text]
        parts: list[str] = []
        font = ""
        for name, cid in runs:
            if name != font:
                parts.append(f"{'> Tj ' if font else ''}/{name} {size:g} Tf <")
                font = name
            parts.append(cid)
        return "".join(parts) + "> Tj"

    def _take(self, char: str) -> tuple[str, str]:
        subset, glyph = _first(self._chain, self._rare, char)
        return subset.name, f"{subset.add(glyph, ord(char)):04X}"


def _first(chain: tuple[Subset, ...], rare: RareSubsets, char: str) -> tuple[Subset, int]:
    """The first font that has the character, and its glyph. Raises LookupError for text that was not made printable."""
    code = ord(char)
    for subset in chain:
        if glyph := subset.face.glyph(code):
            return subset, glyph
    found = rare.find(code)
    if found is None:
        raise LookupError(char)
    return found, found.face.glyph(code)


class Typesetter:
    """The typefaces of one document and what it could not print."""

    def __init__(self, faces: Faces) -> None:
        song, hei = Subset(faces.song, "S"), Subset(faces.hei, "H")
        self._usual = (song, hei)
        self._rare = RareSubsets(faces.rare)
        self.song = Typeface((song, hei), self._rare, faces.song_widths)
        self.hei = Typeface((hei, song), self._rare, faces.hei_widths)
        self._faces = faces
        self._printable = faces.printable
        self._missing: dict[Missing, None] = {}

    @property
    def subsets(self) -> tuple[Subset, ...]:
        """Every font that the document uses."""
        return (*self._usual, *self._rare.subsets)

    @property
    def missing(self) -> tuple[Missing, ...]:
        """Characters without a glyph or in another form than was typed, in order of appearance."""
        return tuple(self._missing)

    def take_missing(self) -> tuple[Missing, ...]:
        """The same, and forget them: what comes next is another household's."""
        taken, self._missing = tuple(self._missing), {}
        return taken

    def printable(self, text: str, where: str) -> str:
        """The text as it can be printed; what has no glyph becomes 〔U+XXXXX〕 and is remembered with its place (or the text)."""
        if self._printable.issuperset(text):
            return text
        whole = unicodedata.normalize("NFC", normalised(text).replace("\r\n", "\n").translate(_BREAKS))
        return "".join(self._replaced(whole, where or text.strip()[:_PLACE]))

    def _replaced(self, text: str, where: str) -> Iterable[str]:
        for place, char in enumerate(text):
            code = ord(char)
            if char in self._printable:
                yield char
            elif code in _SPACES:
                yield " "
            elif code in _VARIANTS and place:
                self._missing[Missing("variant", text[place - 1 : place + 1], where)] = None
            elif code in _INVISIBLE or code in _VARIANTS:
                continue
            elif self._faces.has(code):
                if not unicodedata.combining(char):
                    self._printable.add(char)
                yield char
            else:
                self._missing[Missing("glyph", char, where)] = None
                yield f"〔U+{code:04X}〕"
