"""Files of the district at rest: each encrypted under a key of its own, under a name that tells nothing, read and written in chunks.

A file begins with a header (magic, suite, 7 random bytes) and goes on in chunks of 64 KiB, each AES-256-GCM; the nonce holds the
chunk's number and whether it is the last, the header and the SHA-256 the file goes by are authenticated with it (STREAM), so cutting,
reordering and exchanging files are noticed, and a part in the middle is read without what stands before it. It is the laptops' format.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

from ..keys import DeviceKey
from .errors import FileDamaged

FOLDER = "vault"
FILE, PREVIEW, PART = "file", "preview", "part"
"""What a name stands for."""
CHUNK = 64 << 10
_MAGIC = b"FAF1\x01"
"""Format 1, suite 1: AES-256-GCM STREAM with chunks of 64 KiB."""
_HEADER = len(_MAGIC) + 7
_TAG = 16


@dataclass(frozen=True, slots=True)
class Vault:
    """The encrypted files below one folder."""

    folder: Path
    key: bytes
    names: bytes

    @classmethod
    def of(cls, folder: Path, key: DeviceKey) -> Vault:
        """The vault in a district's folder, under keys that are derived from the district's."""
        return cls(folder / FOLDER, _derived(key, b"fieldapp district files 1"), _derived(key, b"fieldapp district file names 1"))

    def path(self, kind: str, sha: str, device: str = "") -> Path:
        """Where the file lies that goes by a SHA-256; parts are a device's own."""
        name = hmac.new(self.names, f"{kind}/{sha}/{device}".encode(), hashlib.sha256).hexdigest()
        return self.folder / kind / name[:2] / name

    def size(self, kind: str, sha: str) -> int:
        """Plain bytes of a file. Raises FileNotFoundError."""
        return _plain_size(self.path(kind, sha).stat().st_size)

    def put(self, kind: str, sha: str, pieces: Iterable[bytes], *, is_hash: bool = True) -> int:
        """Write a file beside its place and move it there, safe on the disk; returns its plain bytes.

        Raises FileDamaged and keeps nothing if the pieces are not what the SHA-256 says, where it says it.
        """
        target = self.path(kind, sha)
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = target.with_name(f"{target.name}.{secrets.token_hex(4)}.new")
        digest, size = hashlib.sha256(), 0
        try:
            with open(fresh, "xb") as out:
                for sealed, plain in self._sealed(sha, pieces):
                    out.write(sealed)
                    digest.update(plain)
                    size += len(plain)
                out.flush()
                os.fsync(out.fileno())
            if is_hash and digest.hexdigest() != sha:
                raise FileDamaged(sha=sha)
            fresh.replace(target)
        finally:
            fresh.unlink(missing_ok=True)
        sync_folder(target.parent)
        return size

    def pieces(self, kind: str, sha: str, start: int = 0, end: int = 1 << 62) -> Iterator[bytes]:
        """The plain bytes from `start` to before `end`, chunk by chunk. Raises FileDamaged, FileNotFoundError."""
        with open(self.path(kind, sha), "rb") as source:
            header = source.read(_HEADER)
            size = os.fstat(source.fileno()).st_size
            if not header.startswith(_MAGIC) or size < _HEADER + _TAG:
                raise FileDamaged(sha=sha)
            last = (size - _HEADER - 1) // (CHUNK + _TAG)
            cipher = _cipher(self.key, sha, header)
            for index in range(start // CHUNK, min(last, (max(end, 1) - 1) // CHUNK) + 1):
                plain = _opened(cipher, sha, header, source, index, last)
                begin = index * CHUNK
                yield plain[max(0, start - begin) : max(0, end - begin)]

    def read(self, kind: str, sha: str) -> bytes:
        """All plain bytes. Raises FileDamaged, FileNotFoundError."""
        return b"".join(self.pieces(kind, sha))

    def is_whole(self, sha: str) -> bool:
        """Whether a file is here and every byte of it is what its SHA-256 says."""
        digest = hashlib.sha256()
        try:
            for piece in self.pieces(FILE, sha):
                digest.update(piece)
        except (OSError, FileDamaged):
            return False
        return digest.hexdigest() == sha

    def _sealed(self, sha: str, pieces: Iterable[bytes]) -> Iterator[tuple[bytes, bytes]]:
        """Header and sealed chunks, each with the plain bytes that are in it."""
        header = _MAGIC + secrets.token_bytes(7)
        cipher, waiting, index = _cipher(self.key, sha, header), bytearray(), 0
        yield header, b""
        for piece in pieces:
            waiting += piece
            while len(waiting) > CHUNK:
                plain = bytes(waiting[:CHUNK])
                del waiting[:CHUNK]
                yield cipher.encrypt(_nonce(header, index, last=False), plain, _bound(header, sha)), plain
                index += 1
        plain = bytes(waiting)
        yield cipher.encrypt(_nonce(header, index, last=True), plain, _bound(header, sha)), plain


def part_key(vault: Vault, file: Path) -> bytes:
    """The 32 bytes that an unfinished upload is encrypted with."""
    return HKDFExpand(SHA256(), 32, b"part/1/" + file.name.encode()).derive(vault.key)


def sync_folder(folder: Path) -> None:
    """So that new names outlast the power."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _derived(key: DeviceKey, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(key.private())


def _plain_size(size: int) -> int:
    body = max(size - _HEADER, 0)
    return body - -(-body // (CHUNK + _TAG)) * _TAG


def _opened(cipher: AESGCM, sha: str, header: bytes, source: BinaryIO, index: int, last: int) -> bytes:
    source.seek(_HEADER + index * (CHUNK + _TAG))
    try:
        return cipher.decrypt(_nonce(header, index, last=index == last), source.read(CHUNK + _TAG), _bound(header, sha))
    except (InvalidTag, ValueError) as wrong:
        raise FileDamaged(sha=sha) from wrong


def _cipher(key: bytes, sha: str, header: bytes) -> AESGCM:
    return AESGCM(HKDFExpand(SHA256(), 32, b"file/1/" + bytes.fromhex(sha) + header).derive(key))


def _nonce(header: bytes, index: int, *, last: bool) -> bytes:
    return header[len(_MAGIC) :] + index.to_bytes(4, "big") + (b"\x01" if last else b"\x00")


def _bound(header: bytes, sha: str) -> bytes:
    return header + bytes.fromhex(sha)
