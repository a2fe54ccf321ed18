"""Fonts for rare characters: some hundred characters each, packed in zip files; one is unpacked when its first character is asked for.

Nothing is read before that and nothing is unpacked to disk, so a document without rare characters pays nothing.
"""

from __future__ import annotations

import lzma
import re
import zipfile
from bisect import bisect_right
from pathlib import Path

from fieldapp.errors import FontMissing

from .faces import Face

FILES = ("FieldRareC.zip", "FieldRareB.zip")
"""In order of preference: the forms of the Chinese mainland first."""
_NAME = re.compile(r"([0-9A-F]{5})-([0-9A-F]{5})\.ttf")


class RareFonts:
    """The rare fonts of a folder; those that were needed stay open. Raises FontMissing if a file is broken; none is like an empty one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._indexes: dict[str, list[tuple[int, int, str]]] = {}
        self._packed: dict[tuple[str, str], bytes] = {}
        self._faces: dict[tuple[str, str], Face] = {}

    @property
    def opened(self) -> int:
        """How many small fonts were unpacked."""
        return len(self._faces)

    def face(self, code: int) -> Face | None:
        """The first font that has the character, None if none has."""
        found = self._find(code)
        return self._faces[found] if found else None

    def font(self, code: int) -> bytes | None:
        """The whole TrueType file of the font that has the character."""
        found = self._find(code)
        return self._packed[found] if found else None

    def _find(self, code: int) -> tuple[str, str] | None:
        for file in FILES:
            index = self._index(file)
            place = bisect_right(index, (code, 0x110000, "")) - 1
            if place < 0 or code > index[place][1]:
                continue
            key = file, index[place][2]
            if key not in self._faces:
                self._packed[key] = self._unpack(*key)
                self._faces[key] = Face(self._folder / file, self._packed[key])
            if self._faces[key].glyph(code):
                return key
        return None

    def _index(self, file: str) -> list[tuple[int, int, str]]:
        """First and last character of each font in a file, and its name."""
        if file not in self._indexes:
            try:
                with zipfile.ZipFile(self._folder / file) as archive:
                    fonts = [found for name in archive.namelist() if (found := _NAME.fullmatch(name))]
            except FileNotFoundError:
                fonts = []
            except (OSError, zipfile.BadZipFile) as error:
                raise FontMissing(file=file) from error
            self._indexes[file] = sorted((int(found[1], 16), int(found[2], 16), found[0]) for found in fonts)
        return self._indexes[file]

    def _unpack(self, file: str, name: str) -> bytes:
        try:
            with zipfile.ZipFile(self._folder / file) as archive:
                return archive.read(name)
        except (OSError, EOFError, zipfile.BadZipFile, lzma.LZMAError) as error:
            raise FontMissing(file=file) from error
