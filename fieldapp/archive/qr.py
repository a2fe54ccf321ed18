"""Makes the QR codes of paper: always error correction M and mask 3, so that what a size of code has in common is worked out once.

An archive bears six to nine codes; segno, which tries every way for every code, takes a fifth of the whole file's time for them. It
stands in for texts that are not of the 45 characters of the alphanumeric kind or too long for the table here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import compress

_ALPHABET = {char: value for value, char in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")}
_CHECKS = (10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22)
"""Error correction bytes a block at level M, versions 1 to 12 (ISO/IEC 18004, table 9)."""
_BLOCKS = (1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8)
_ALIGNED = ((), (18,), (22,), (26,), (30,), (34,), (22, 38), (24, 42), (26, 46), (28, 50), (30, 54), (32, 58))
"""Centres of the alignment patterns beside the first, 6."""
_FORMAT = 0b00_011
"""Level M, mask 3."""
_PLAIN_MODE, _END = "0010", "0000"
_FILL = (0xEC, 0x11)
_VALUE = bytes.maketrans(b"01", b"\0\1")
_RUN = re.compile(b"\1+")


def matrix(text: str) -> list[bytes]:
    """The rows of a code from the top, a byte a module, 1 dark, without its quiet zone."""
    version = _version(len(text)) if _ALPHABET.keys() >= set(text) else 0
    if not version:
        import segno

        return [bytes(row) for row in segno.make(text, error="m", micro=False, boost_error=False, mask=3).matrix]
    grid = _grid(version)
    bits = f"{int.from_bytes(_with_checks(_bytes(text, version), version), 'big'):0{8 * grid.capacity}b}"
    flat = bytearray(grid.modules)
    for place in compress(grid.places, bits.encode("ascii").translate(_VALUE)):
        flat[place] ^= 1
    return [bytes(flat[start : start + grid.side]) for start in range(0, len(flat), grid.side)]


def path(text: str, side: float) -> str:
    """A code with its quiet zone of 4 modules as one path of rectangles, a run of dark modules each; `side` in points."""
    rows = matrix(text)
    unit = side / (len(rows) + 8)
    corners, lengths = _words(len(rows))
    spans = [run.span() for run in _RUN.finditer(b"\0".join(rows))]
    drawn = "\n".join([corners[start] + lengths[end - start] for start, end in spans])
    return f"q {unit:.4f} 0 0 {unit:.4f} {4 * unit:.4f} {4 * unit:.4f} cm\n{drawn}\nf Q"


@lru_cache
def _words(side: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Where a run that begins at a module stands (a module more a row, the gap between rows), and what a run of a length is."""
    corners = tuple(f"{column} {side - 1 - row} " for row in range(side) for column in range(side + 1))
    return corners, tuple(f"{length} 1 re" for length in range(side + 1))


@dataclass(frozen=True, slots=True)
class _Grid:
    """What all codes of a version share."""

    side: int
    modules: bytes
    """Every module, row by row: the patterns, and the mask where data comes."""
    places: tuple[int, ...]
    """Where the bits go, one after the other."""

    @property
    def capacity(self) -> int:
        """Whole bytes that fit."""
        return len(self.places) // 8


@lru_cache
def _version(length: int) -> int:
    """The smallest version of the table that holds so many characters, 0 if none does."""
    for version in range(1, len(_CHECKS) + 1):
        needed = 4 + _length_bits(version) + length // 2 * 11 + length % 2 * 6
        if needed <= 8 * _room(version):
            return version
    return 0


def _length_bits(version: int) -> int:
    return 9 if version < 10 else 11


def _room(version: int) -> int:
    """Bytes of data."""
    return _grid(version).capacity - _CHECKS[version - 1] * _BLOCKS[version - 1]


def _bytes(text: str, version: int) -> bytes:
    values = [_ALPHABET[char] for char in text]
    pairs = [f"{first * 45 + second:011b}" for first, second in zip(values[::2], values[1::2], strict=False)]
    last = f"{values[-1]:06b}" if len(values) % 2 else ""
    bits = f"{_PLAIN_MODE}{len(values):0{_length_bits(version)}b}{''.join(pairs)}{last}"
    room = _room(version)
    bits += _END[: 8 * room - len(bits)]
    bits += "0" * (-len(bits) % 8)
    data = int(bits, 2).to_bytes(len(bits) // 8, "big")
    return data + bytes(_FILL[index % 2] for index in range(room - len(data)))


def _with_checks(data: bytes, version: int) -> bytes:
    """The data and its Reed-Solomon bytes, the blocks interleaved (ISO/IEC 18004, 7.5 and 7.6)."""
    checks, count = _CHECKS[version - 1], _BLOCKS[version - 1]
    short, longer = divmod(len(data), count)
    blocks, start = [], 0
    for index in range(count):
        end = start + short + (index >= count - longer)
        blocks.append(data[start:end])
        start = end
    table = _products(checks)
    tails = [_remainder(block, table, checks) for block in blocks]
    mixed = [block[index] for index in range(short + 1) for block in blocks if index < len(block)]
    return bytes(mixed) + bytes(tail[index] for index in range(checks) for tail in tails)


def _remainder(block: bytes, table: tuple[int, ...], checks: int) -> bytes:
    top, rest, whole = 8 * (checks - 1), 0, (1 << 8 * checks) - 1
    for byte in block:
        rest = ((rest << 8) & whole) ^ table[(rest >> top) ^ byte]
    return rest.to_bytes(checks, "big")


@lru_cache
def _products(checks: int) -> tuple[int, ...]:
    """The generator polynomial (without its first 1) times every byte."""
    generator, root = [0] * (checks - 1) + [1], 1
    for _ in range(checks):
        for index in range(checks):
            generator[index] = _times(generator[index], root) ^ (generator[index + 1] if index + 1 < checks else 0)
        root = _times(root, 2)
    return tuple(int.from_bytes(bytes(_times(byte, factor) for factor in generator), "big") for byte in range(256))


def _times(first: int, second: int) -> int:
    """Product in the field of 256 with x⁸ + x⁴ + x³ + x² + 1."""
    product = 0
    for bit in range(7, -1, -1):
        product = (product << 1) ^ (product >> 7) * 0x11D
        product ^= (second >> bit & 1) * first
    return product


@lru_cache
def _grid(version: int) -> _Grid:
    side = 17 + 4 * version
    modules: dict[tuple[int, int], int] = {}
    for row, column in ((3, 3), (3, side - 4), (side - 4, 3)):
        _square(modules, row, column, 4, side)
    for index in range(8, side - 8):
        modules[6, index] = modules[index, 6] = 1 - index % 2
    centres = (6, *_ALIGNED[version - 1])
    for row in centres if version > 1 else ():
        for column in centres:
            if (row, column) not in {(6, 6), (6, centres[-1]), (centres[-1], 6)}:
                _square(modules, row, column, 2, side)
    _told(modules, version, side)
    places = tuple(row * side + column for row, column in _zigzag(side) if (row, column) not in modules)
    masked = ((row + column) % 3 == 0 for row in range(side) for column in range(side))
    flat = bytearray(masked)
    for (row, column), dark in modules.items():
        flat[row * side + column] = dark
    return _Grid(side, bytes(flat), places)


def _square(modules: dict[tuple[int, int], int], row: int, column: int, reach: int, side: int) -> None:
    """A finder (reach 4, with its white border) or alignment pattern (reach 2): rings around a centre."""
    for down in range(-reach, reach + 1):
        for right in range(-reach, reach + 1):
            if 0 <= row + down < side and 0 <= column + right < side:
                ring = max(abs(down), abs(right))
                modules[row + down, column + right] = int(ring not in ({2, 4} if reach == 4 else {1}))


def _told(modules: dict[tuple[int, int], int], version: int, side: int) -> None:
    """Format and version information, each twice (ISO/IEC 18004, 7.9 and 7.10)."""
    bits = (_FORMAT << 10 | _code(_FORMAT, 10, 0x537)) ^ 0x5412
    around = [*((row, 8) for row in (0, 1, 2, 3, 4, 5, 7, 8)), *((8, column) for column in (7, 5, 4, 3, 2, 1, 0))]
    beside = [*((8, side - 1 - index) for index in range(8)), *((side - 7 + index, 8) for index in range(7))]
    for index in range(15):
        modules[around[index]] = modules[beside[index]] = bits >> index & 1
    modules[side - 8, 8] = 1
    if version >= 7:
        bits = version << 12 | _code(version, 12, 0x1F25)
        for index in range(18):
            far, near = side - 11 + index % 3, index // 3
            modules[far, near] = modules[near, far] = bits >> index & 1


def _code(value: int, width: int, polynomial: int) -> int:
    rest = value
    for _ in range(width):
        rest = (rest << 1) ^ (rest >> width - 1) * polynomial
    return rest


def _zigzag(side: int) -> Iterator[tuple[int, int]]:
    """Two columns at a time from the right, up and down in turn, leaving out the timing column."""
    up = True
    for right in [*range(side - 1, 6, -2), *range(5, 0, -2)]:
        for row in range(side - 1, -1, -1) if up else range(side):
            yield row, right
            yield row, right - 1
        up = not up
