"""Reads TrueType files where they lie: mapped into memory, so that opening 14 MB costs a millisecond."""

from __future__ import annotations

import mmap
from array import array
from bisect import bisect_right
from pathlib import Path
from struct import unpack_from

from fieldapp.errors import FontMissing

_NAME_POSTSCRIPT = 6
_PLATFORM_WINDOWS = 3
_TRUETYPE = b"\x00\x01\x00\x00"


class Face:
    """One font file with glyf outlines and a format 12 character map (ISO/IEC 14496-22); lengths in font units.

    Raises FontMissing if the file is not there or is another kind of font.
    """

    def __init__(self, path: Path, data: bytes | None = None) -> None:
        """`data`: the bytes, if they are in memory already; the path is then only the name for an error."""
        self._data = data or _mapped(path)
        if self._data[:4] != _TRUETYPE:
            raise FontMissing(file=path.name)
        count = unpack_from(">H", self._data, 4)[0]
        self._tables: dict[str, tuple[int, int]] = {}
        for index in range(count):
            tag, _, start, length = unpack_from(">4sLLL", self._data, 12 + 16 * index)
            self._tables[tag.decode("latin-1")] = (start, length)
        if not {"glyf", "loca", "cmap", "head", "hhea", "hmtx", "maxp", "OS/2", "name"} <= self._tables.keys():
            raise FontMissing(file=path.name)
        self._read_metrics()
        self._read_locations()
        self._read_characters(path)
        self.name = self._read_name()

    def glyph(self, code: int) -> int:
        """The glyph of a code point, 0 if there is none."""
        index = bisect_right(self._starts, code) - 1
        if index >= 0 and code <= self._ends[index]:
            return self._glyphs[index] + code - self._starts[index]
        return 0

    def metrics(self, glyph: int) -> tuple[int, int]:
        """Advance width and left side bearing."""
        if glyph < self._long:
            return self._advances[2 * glyph], self._advances[2 * glyph + 1]
        return self._advances[2 * self._long - 2], self._bearings[glyph - self._long]

    def outline(self, glyph: int) -> bytes:
        """The glyf entry, empty for a space."""
        return self._data[self._glyf + self._locations[glyph] : self._glyf + self._locations[glyph + 1]]

    def table(self, tag: str) -> bytes:
        """A whole table as it is in the file."""
        start, length = self._tables[tag]
        return self._data[start : start + length]

    def _read_metrics(self) -> None:
        data, head = self._data, self._tables["head"][0]
        self.units: int = unpack_from(">H", data, head + 18)[0]
        self.box: tuple[int, ...] = unpack_from(">4h", data, head + 36)
        self._long_locations = bool(unpack_from(">h", data, head + 50)[0])
        self.ascent, self.descent = unpack_from(">2h", data, self._tables["hhea"][0] + 4)
        os2 = self._tables["OS/2"][0]
        self.weight: int = unpack_from(">H", data, os2 + 4)[0]
        self.cap_height: int = unpack_from(">h", data, os2 + 88)[0]
        self._long: int = unpack_from(">H", data, self._tables["hhea"][0] + 34)[0]
        total = unpack_from(">H", data, self._tables["maxp"][0] + 4)[0]
        start = self._tables["hmtx"][0]
        self._advances = _big_endian("H", data[start : start + 4 * self._long])
        self._bearings = _big_endian("H", data[start + 4 * self._long : start + 4 * self._long + 2 * (total - self._long)])

    def _read_locations(self) -> None:
        places = _big_endian("I" if self._long_locations else "H", self.table("loca"))
        self._locations = places if self._long_locations else array("I", [2 * place for place in places])
        self._glyf = self._tables["glyf"][0]

    def _read_characters(self, path: Path) -> None:
        start = self._tables["cmap"][0]
        for index in range(unpack_from(">H", self._data, start + 2)[0]):
            place = start + unpack_from(">L", self._data, start + 8 + 8 * index)[0]
            if unpack_from(">H", self._data, place)[0] == 12:
                groups = unpack_from(">L", self._data, place + 12)[0]
                numbers = _big_endian("I", self._data[place + 16 : place + 16 + 12 * groups])
                self._starts, self._ends, self._glyphs = numbers[0::3], numbers[1::3], numbers[2::3]
                return
        raise FontMissing(file=path.name)

    def _read_name(self) -> str:
        start = self._tables["name"][0]
        count, strings = unpack_from(">HH", self._data, start + 2)
        for index in range(count):
            platform, _, _, number, length, offset = unpack_from(">6H", self._data, start + 6 + 12 * index)
            if number == _NAME_POSTSCRIPT and platform == _PLATFORM_WINDOWS:
                return self._data[start + strings + offset : start + strings + offset + length].decode("utf-16-be")
        return "Field"


def _mapped(path: Path) -> mmap.mmap:
    try:
        with path.open("rb") as file:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:
        raise FontMissing(file=path.name) from error


def _big_endian(kind: str, data: bytes) -> array[int]:
    numbers = array(kind, data)
    numbers.byteswap()
    return numbers
