"""The pages of a closed database file: which are damaged, and those put right of which a single bit fell over.

SQLCipher 4 ends every page with 16 bytes of initialization vector and an HMAC-SHA512 of the page and its number, and begins the file with
a salt (SQLCipher design, "Database encryption and files"). A page fits its HMAC with one bit turned back or it does not: nobody has
to guess, and nothing else than what was written can come out.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Callable, Iterator
from pathlib import Path

PAGE = 4096
_SALT, _TAG = 16, 64
_MOST = 64
"""With more damaged pages, or with all, it is no single bits, and every page takes half a second."""
Fits = Callable[[int, bytes | bytearray], bool]


def put_right(file: Path, key: bytes | bytearray) -> int:
    """Turn single bits back, in place; returns how many. Pages that stay damaged are left as they are."""
    turned = 0
    with file.open("r+b") as stream:
        if (place := _wrong_bit_of_salt(stream.read(2 * PAGE), key)) is not None:
            _turn(file, place)
            turned += 1
        bad = damaged(file, key)
        if len(bad) > _MOST or len(bad) == file.stat().st_size // PAGE:
            return turned
        fits = _fitting(file, key)
        for number in bad:
            stream.seek((number - 1) * PAGE)
            page = bytearray(stream.read(PAGE))
            if (bit := _wrong_bit(number, page, fits)) is not None:
                _turn(file, (number - 1) * PAGE * 8 + bit)
                turned += 1
    return turned


def damaged(file: Path, key: bytes | bytearray) -> tuple[int, ...]:
    """Numbers of the pages that do not fit their HMAC, from 1."""
    fits = _fitting(file, key)
    return tuple(number for number, page in _pages(file) if not fits(number, page))


def _pages(file: Path) -> Iterator[tuple[int, bytes]]:
    with file.open("rb") as stream:
        number = 0
        while len(page := stream.read(PAGE)) == PAGE:
            number += 1
            yield number, page


def _fitting(file: Path, key: bytes | bytearray) -> Fits:
    with file.open("rb") as stream:
        return _fits(stream.read(_SALT), key)


def _fits(salt: bytes, key: bytes | bytearray) -> Fits:
    own = hashlib.pbkdf2_hmac("sha512", key, bytes(byte ^ 0x3A for byte in salt), 2, 32)

    def fits(number: int, page: bytes | bytearray) -> bool:
        content = bytes(page[_SALT if number == 1 else 0 : -_TAG])
        return hmac.compare_digest(hmac.digest(own, content + number.to_bytes(4, "little"), "sha512"), bytes(page[-_TAG:]))

    return fits


def _wrong_bit_of_salt(head: bytes, key: bytes | bytearray) -> int | None:
    """The bit of the file that fell over if it is one of the salt, on which every page's HMAC depends."""
    pages = [head[:PAGE], head[PAGE:]] if len(head) == 2 * PAGE else [head]
    whole = list(enumerate(pages, 1))
    if len(head) < PAGE or any(_fits(head[:_SALT], key)(number, page) for number, page in whole):
        return None
    for bit in range(_SALT * 8):
        salt = bytearray(head[:_SALT])
        salt[bit // 8] ^= 1 << bit % 8
        if any(_fits(bytes(salt), key)(number, page) for number, page in whole):
            return bit
    return None


def _wrong_bit(number: int, page: bytearray, fits: Fits) -> int | None:
    for bit in range(_SALT * 8 if number == 1 else 0, PAGE * 8):
        page[bit // 8] ^= 1 << bit % 8
        if fits(number, page):
            return bit
        page[bit // 8] ^= 1 << bit % 8
    return None


def _turn(file: Path, bit: int) -> None:
    """One byte is written: whatever interrupts this, it is the old one or the new one."""
    with file.open("r+b") as stream:
        stream.seek(bit // 8)
        byte = stream.read(1)[0]
        stream.seek(bit // 8)
        stream.write(bytes([byte ^ 1 << bit % 8]))
        stream.flush()
        os.fsync(stream.fileno())
