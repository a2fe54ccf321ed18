"""Unfinished uploads at rest: every piece that arrived is one sealed record behind the others, so nothing of it is lost when the line,
the program or the power goes, and nothing of it is readable.

A record is the length of the piece, a nonce of its own and the piece under AES-256-GCM. Whether the pieces are the file, its hash says.
"""

from __future__ import annotations

import os
import secrets
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .errors import FileDamaged
from .vault import PART, Vault, part_key

_LENGTH = struct.Struct(">I")
_NONCE, _TAG = 12, 16
_LONGEST = 16 << 20
"""Bytes of one piece."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a device has sent so far of one file."""

    file: Path
    key: bytes

    @classmethod
    def of(cls, vault: Vault, sha: str, device: str) -> Part:
        """The part of a device's upload; devices do not share parts."""
        file = vault.path(PART, sha, device)
        return cls(file, part_key(vault, file))

    def length(self) -> int:
        """How many plain bytes are here."""
        return sum(size for _, size in self._records())

    def append(self, piece: bytes) -> None:
        """Put a piece behind what is here, which ends with a whole record."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        nonce = secrets.token_bytes(_NONCE)
        with open(self.file, "ab") as out:
            out.write(_LENGTH.pack(len(piece)) + nonce + AESGCM(self.key).encrypt(nonce, piece, None))

    def whole(self) -> tuple[int, int]:
        """Where the last whole record ends in the file, and how many plain bytes there are up to it."""
        end = length = 0
        for at, size in self._records():
            end, length = at + _LENGTH.size + _NONCE + size + _TAG, length + size
        return end, length

    def trim(self, end: int) -> None:
        """Take away what stands behind the last whole record, which the power cut off."""
        if self.file.exists() and self.file.stat().st_size > end:
            os.truncate(self.file, end)

    def cut(self, length: int) -> None:
        """Take away the records behind so many plain bytes."""
        before = 0
        for at, size in self._records():
            if before >= length:
                os.truncate(self.file, at)
                return
            before += size

    def pieces(self) -> Iterator[bytes]:
        """The plain bytes. Raises FileDamaged."""
        cipher = AESGCM(self.key)
        with open(self.file, "rb") as source:
            while size := _next(source):
                nonce = source.read(_NONCE)
                try:
                    yield cipher.decrypt(nonce, source.read(size + _TAG), None)
                except (InvalidTag, ValueError) as wrong:
                    raise FileDamaged(sha=self.file.name) from wrong

    def remove(self) -> None:
        """Begin anew."""
        self.file.unlink(missing_ok=True)

    def _records(self) -> Iterator[tuple[int, int]]:
        """Where each whole record begins, and how many plain bytes it holds."""
        if not self.file.exists():
            return
        with open(self.file, "rb") as source:
            whole, at = os.fstat(source.fileno()).st_size, 0
            while size := _next(source):
                after = at + _LENGTH.size + _NONCE + size + _TAG
                if after > whole:
                    return
                yield at, size
                at = source.seek(after)


def _next(source: BinaryIO) -> int:
    """The length that the next record tells, 0 where there is none."""
    told = source.read(_LENGTH.size)
    size: int = _LENGTH.unpack(told)[0] if len(told) == _LENGTH.size else 0
    return size if size <= _LONGEST else 0
