"""Files of the workspace, encrypted one by one outside the database under names that tell nothing.

A file begins with a header (magic, suite, 7 random bytes) and goes on in chunks of 64 KiB, each AES-256-GCM under a key of its
own file; the nonce holds the chunk's number and whether it is the last, the header and the plain bytes' SHA-256 are
authenticated with it (STREAM), so cutting, reordering and swapping files are noticed. The name is an HMAC of the SHA-256.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterator
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from fieldapp.errors import AttachmentMissing, BadInput, WorkspaceDamaged

from .keys import Keys
from .safely import make_folder, write_safely

MAX_BYTES = 64 << 20
"""Of one file, plain."""
CHUNK = 64 << 10
_MAGIC = b"FAF1\x01"
"""Format 1, suite 1: AES-256-GCM STREAM with chunks of 64 KiB."""
_HEADER = len(_MAGIC) + 7
_TAG = 16
Key = bytes | bytearray
"""32 bytes; a bytearray can be overwritten."""


class Vault:
    """The encrypted files in one folder."""

    def __init__(self, folder: Path, keys: Keys) -> None:
        self.folder = folder
        self._key = keys.derive("attachments")
        self._names = keys.derive("names")

    def path(self, sha: str) -> Path:
        """Where the file of a plain hash lies."""
        return self.folder / hmac.new(self._names, bytes.fromhex(sha), hashlib.sha256).hexdigest()

    def put(self, data: bytes) -> str:
        """Keep a file and return its SHA-256; durable on return. Raises BadInput (size), DiskFull."""
        if len(data) > MAX_BYTES:
            raise BadInput(what="file-size", value=len(data))
        sha = hashlib.sha256(data).hexdigest()
        if not self._is_whole(sha, len(data)):
            make_folder(self.folder)
            write_safely(self.path(sha), seal(self._key, sha, data))
        return sha

    def get(self, sha: str) -> bytes:
        """The plain bytes; raises AttachmentMissing, WorkspaceDamaged (attachment)."""
        try:
            with self.path(sha).open("rb") as stream:
                sealed = stream.read(MAX_BYTES + MAX_BYTES // CHUNK * _TAG + _HEADER + _TAG)
        except FileNotFoundError:
            raise AttachmentMissing(id=sha) from None
        return unseal(self._key, sha, sealed)

    def has(self, sha: str) -> bool:
        """Whether a file lies there, unread."""
        return self.path(sha).exists()

    def sweep(self, known: Iterator[str]) -> int:
        """Remove what belongs to none of the known hashes: leftovers of a crash. Returns how many files went."""
        keep = {self.path(sha).name for sha in known}
        gone = 0
        for file in self.folder.iterdir() if self.folder.exists() else ():
            if file.name not in keep:
                file.unlink()
                gone += 1
        return gone

    def _is_whole(self, sha: str, size: int) -> bool:
        """Whether the same file is here already; read, so that a damaged one is mended by storing it again."""
        try:
            return len(self.get(sha)) == size
        except (AttachmentMissing, WorkspaceDamaged):
            return False


def seal(key: Key, sha: str, data: bytes, salt: bytes | None = None) -> bytes:
    """The encrypted form of plain bytes whose SHA-256 is `sha`; `salt` is 7 random bytes unless a known answer is wanted."""
    header = _MAGIC + (salt or secrets.token_bytes(7))
    cipher = _cipher(key, sha, header)
    parts = [header]
    last = max(0, (len(data) - 1) // CHUNK)
    for index in range(last + 1):
        chunk = data[index * CHUNK : (index + 1) * CHUNK]
        parts.append(cipher.encrypt(_nonce(header, index, index == last), chunk, _bound(header, sha)))
    return b"".join(parts)


def unseal(key: Key, sha: str, sealed: bytes) -> bytes:
    """The plain bytes; raises WorkspaceDamaged (attachment) for anything that is not exactly what was sealed."""
    header, body = sealed[:_HEADER], memoryview(sealed)[_HEADER:]
    if len(header) < _HEADER or not header.startswith(_MAGIC) or len(body) < _TAG:
        raise WorkspaceDamaged(part="attachment", detail=sha)
    cipher = _cipher(key, sha, header)
    size = CHUNK + _TAG
    last = (len(body) - 1) // size
    try:
        plain = b"".join(
            cipher.decrypt(_nonce(header, index, index == last), body[index * size : (index + 1) * size], _bound(header, sha))
            for index in range(last + 1)
        )
    except InvalidTag:
        raise WorkspaceDamaged(part="attachment", detail=sha) from None
    if hashlib.sha256(plain).hexdigest() != sha:
        raise WorkspaceDamaged(part="attachment", detail=sha)
    return plain


def _cipher(key: Key, sha: str, header: bytes) -> AESGCM:
    return AESGCM(HKDFExpand(SHA256(), 32, b"file/1/" + bytes.fromhex(sha) + header).derive(key))


def _nonce(header: bytes, index: int, last: bool) -> bytes:
    return header[len(_MAGIC) :] + index.to_bytes(4, "big") + (b"\x01" if last else b"\x00")


def _bound(header: bytes, sha: str) -> bytes:
    return header + bytes.fromhex(sha)
