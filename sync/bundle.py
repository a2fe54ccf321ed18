"""A bundle on a stick is a peer: one immutable file that holds the same bodies that travel over a line, and files.

Layout: magic · length and JSON of the header · body in sealed chunks · signature. Everything before the signature is signed by the
sender (Ed25519 over the SHA-256); the body is AES-256-GCM in chunks under a key that is sealed (HPKE, RFC 9180) for one recipient.
Nothing is believed before the whole file was read and its signature checked, and reading twice changes nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING

from .errors import BundleDamaged, BundleForeign, BundleUnwritable, GarbledReply, ProtocolTooOld
from .keys import is_signed, sealing_key
from .operation import Signer, canonical, device_id
from .protocol import decode_reply, encode_request
from .replica import Replica
from .session import Summary, receive, send
from .wire import DEVICE, MAX_FILE, MAX_PACKED, a_number, a_text, an_object, read_json, some_bytes

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
    from cryptography.hazmat.primitives.hpke import Suite

MAGIC = b"FIELDAPP-BUNDLE-1\n"
SUFFIX = ".fab"
CHUNK = 1 << 16
_TAG, _SIGNATURE, _LENGTH = 16, 64, 4
_MAX_HEADER = 1 << 16
_INFO = b"fieldapp bundle 1"
_HEX = re.compile("(?:[0-9a-f]{2})*")
BODY, FILE, CARDS = b"B", b"F", b"C"
_BATCH = 500
"""Operations in one body."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a written bundle holds."""

    file: str
    operations: int
    files: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Header:
    """What stands readable at the beginning; no names and no village codes."""

    sender: str
    """Device id of the signer."""
    recipient: str
    """`device_id` of the X25519 key that it is sealed for."""
    district: str
    """`device_id` of the district's key, whoever wrote it: whom a forgotten stick belongs to."""
    created: str
    """ISO 8601."""
    serial: str
    sealed_key: bytes
    recovery: str = ""
    """Hex; of a district's backup: its own key, sealed for whoever holds the recovery sheet."""
    key: bytes = b""
    """Ed25519 of the sender, where the recipient may not know it yet: believed only with the card that lies inside."""


@dataclass(slots=True)
class Read(Summary):
    """What reading a bundle did here; `files` were in it."""

    files: int = 0
    receipts: int = 0
    created: str = ""
    late: bool = False
    """It is from an earlier life of the district, so it gave its operations but no receipts."""
    elsewhere: int = 0
    """Operations of villages that are not this device's: left in the bundle."""
    sender: str = ""


def write_to_district(replica: Replica, file: Path, peer: str, district_key: bytes, district_seal_key: bytes, now: datetime) -> Written:
    """Write everything that the district has no receipt for; it counts as sent only when a receipt comes back. Raises BundleUnwritable."""
    request = send(replica, peer, 1 << 40)
    batches = [request.operations[at : at + _BATCH] for at in range(0, len(request.operations), _BATCH)] or [()]
    shas = list(replica.files_to_send(peer))

    def entries() -> Iterator[tuple[bytes, bytes]]:
        for batch in batches:
            yield BODY, encode_request(replace(request, operations=batch, left=(0, 0)))
        for sha in shas:
            yield FILE, bytes.fromhex(sha) + replica.file(sha)

    size = write(file, replica.signer(), district_seal_key, device_id(district_key), now, entries())
    replica.hand_over(peer)
    return Written(file=str(file), operations=len(request.operations), files=len(shas), bytes=size)


def read_from_district(replica: Replica, file: Path, peer: str, district_key: bytes) -> Read:
    """Take in a bundle of the district that is sealed for this device. Raises BundleDamaged, BundleForeign."""
    header = check(file, {device_id(district_key): district_key})
    done = Read(created=header.created, sender=header.sender)
    for kind, payload in unsealed(file, sealing_key(replica.signer())):
        if kind == FILE:
            done.files += 1
            keep_file(replica, file, payload, done, "" if done.late else peer)
        else:
            _take_reply(replica, file, peer, payload, done)
    return done


def check(file: Path, senders: Mapping[str, bytes], *, anybody: bool = False) -> Header:
    """Read the whole file once; one of the senders (device id → Ed25519 key) must have signed it, or `anybody` with the key it shows.

    Raises BundleDamaged, BundleForeign.
    """
    with _reading(file) as source:
        header = _header(file, source)
        source.seek(0)
        digest = hashlib.sha256()
        left = file.stat().st_size - _SIGNATURE
        while left > 0:
            piece = source.read(min(left, 1 << 20))
            if not piece:
                break
            digest.update(piece)
            left -= len(piece)
        signature = source.read()
    key = senders.get(header.sender) or (header.key if anybody and device_id(header.key) == header.sender else b"")
    if not key:
        raise BundleForeign(file=file.name, recipient=header.recipient)
    if not is_signed(key, signature, digest.digest()):
        raise BundleDamaged(file=file.name, what="signature")
    return header


def read_header(file: Path) -> Header:
    """What stands at the beginning, not yet to be believed. Raises BundleDamaged."""
    with _reading(file) as source:
        return _header(file, source)


def lying_in(folder: Path) -> list[tuple[Path, Header]]:
    """The bundles of a folder, whatever their names, with what stands at their beginning, not yet to be believed; by name."""
    found = []
    for file in sorted(folder.iterdir()):
        with contextlib.suppress(BundleDamaged, ProtocolTooOld):
            if file.is_file() and not file.name.startswith("."):
                found.append((file, read_header(file)))
    return found


def write(
    file: Path,
    signer: Signer,
    recipient_key: bytes,
    district: str,
    now: datetime,
    entries: Iterable[tuple[bytes, bytes]],
    *,
    recovery: str = "",
    show_key: bool = False,
) -> int:
    """Write a bundle beside its place and move it there whole; returns its bytes. Raises BundleUnwritable."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

    key = secrets.token_bytes(32)
    header = canonical(
        {
            "v": 1,
            "sender": signer.device,
            "recipient": device_id(recipient_key),
            "district": district,
            "created": now.astimezone(UTC).isoformat(timespec="seconds"),
            "serial": secrets.token_hex(8),
            "sealed_key": _suite().encrypt(key, X25519PublicKey.from_public_bytes(recipient_key), info=_INFO).hex(),
            **({"recovery": recovery} if recovery else {}),
            **({"key": signer.public_key.hex()} if show_key else {}),
        }
    )
    fresh = file.with_name(f".{file.name}.{secrets.token_hex(4)}.new")
    try:
        with open(fresh, "xb") as out:
            signed = _Hashing(out)
            signed.write(MAGIC + struct.pack(">I", len(header)) + header)
            _seal(signed, key, hashlib.sha256(header).digest(), entries)
            out.write(signer.sign(signed.digest.digest()))
            out.flush()
            os.fsync(out.fileno())
            size = out.tell()
        fresh.replace(file)
        _sync_folder(file.parent)
    except OSError as wrong:
        raise BundleUnwritable(file=file.name, detail=wrong.strerror or "") from wrong
    finally:
        with contextlib.suppress(OSError):
            fresh.unlink(missing_ok=True)
    return size


def unsealed(file: Path, private: X25519PrivateKey) -> Iterator[tuple[bytes, bytes]]:
    """The entries of a bundle that was checked: (BODY, FILE or CARDS, payload). Raises BundleForeign, BundleDamaged."""
    from cryptography.exceptions import InvalidTag

    with _reading(file) as source:
        header = _header(file, source)
        try:
            key = _suite().decrypt(header.sealed_key, private, info=_INFO)
        except (InvalidTag, ValueError) as wrong:
            raise BundleForeign(file=file.name, recipient=header.recipient) from wrong
        plain = _Plain(file, source, key)
        while head := plain.take(1):
            (length,) = struct.unpack(">I", plain.take(_LENGTH, whole=True))
            if head not in (BODY, FILE, CARDS) or length > max(MAX_PACKED, MAX_FILE + 32):
                raise BundleDamaged(file=file.name, what="entry")
            yield head, plain.take(length, whole=True)


def split_file(file: Path, payload: bytes) -> tuple[str, bytes]:
    """The hash and the bytes of a FILE entry. Raises BundleDamaged unless they belong together."""
    sha, data = payload[:32], payload[32:]
    if hashlib.sha256(data).digest() != sha:
        raise BundleDamaged(file=file.name, what="file-hash")
    return sha.hex(), data


def _take_reply(replica: Replica, file: Path, peer: str, payload: bytes, done: Read) -> None:
    try:
        reply = decode_reply(payload)
    except GarbledReply as wrong:
        raise BundleDamaged(file=file.name, what=str(wrong.values.get("what", ""))) from wrong
    if reply.epoch >= replica.epoch(peer):
        receive(replica, peer, reply, done)
        done.receipts += len(reply.receipts)
        return
    done.late = True
    pages = [replace(page, start=0, next=0) for page in reply.pages]
    taken = replica.take_in(f"{peer} {reply.epoch}", pages, reply.authors)
    done.received += taken.new
    done.set_aside += taken.set_aside


def keep_file(replica: Replica, file: Path, payload: bytes, done: Read, peer: str = "") -> None:
    """A FILE entry, if a record here asks for it; `peer` has it, too, if one is named. Raises BundleDamaged."""
    sha, data = split_file(file, payload)
    if sha in replica.files_wanted():
        replica.keep_file(sha, data)
        if peer:
            replica.file_sent(peer, sha)
        done.files_received += 1


def _header(file: Path, source: IO[bytes]) -> Header:
    if source.read(len(MAGIC)) != MAGIC:
        raise BundleDamaged(file=file.name, what="magic")
    told = source.read(_LENGTH)
    length = struct.unpack(">I", told)[0] if len(told) == _LENGTH else _MAX_HEADER + 1
    if length > _MAX_HEADER:
        raise BundleDamaged(file=file.name, what="header")
    try:
        body = an_object(read_json(source.read(length)), "header")
        if a_number(body, "v") != 1:
            raise ProtocolTooOld(mine=1, theirs=a_number(body, "v"))
        return Header(
            sender=a_text(body, "sender", DEVICE),
            recipient=a_text(body, "recipient", DEVICE),
            district=a_text(body, "district", DEVICE),
            created=a_text(body, "created"),
            serial=a_text(body, "serial"),
            sealed_key=some_bytes(body, "sealed_key"),
            recovery=a_text(body, "recovery", _HEX) if "recovery" in body else "",
            key=some_bytes(body, "key", 32) if "key" in body else b"",
        )
    except GarbledReply as wrong:
        raise BundleDamaged(file=file.name, what="header") from wrong


def _seal(out: _Hashing, key: bytes, context: bytes, entries: Iterable[tuple[bytes, bytes]]) -> None:
    """Chunks of CHUNK plain bytes; number and last-mark stand in the nonce, so none can be dropped, moved or added."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    cipher, number, waiting = AESGCM(key), 0, bytearray()
    for kind, payload in entries:
        waiting += kind + struct.pack(">I", len(payload)) + payload
        while len(waiting) > CHUNK:
            out.write(cipher.encrypt(_nonce(number, last=False), bytes(waiting[:CHUNK]), context))
            del waiting[:CHUNK]
            number += 1
    out.write(cipher.encrypt(_nonce(number, last=True), bytes(waiting), context))


def _nonce(number: int, *, last: bool) -> bytes:
    return struct.pack(">7xIB", number, last)


class _Hashing:
    """Writes and hashes."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self.digest = hashlib.sha256()

    def write(self, data: bytes) -> None:
        self._out.write(data)
        self.digest.update(data)


class _Plain:
    """The plain bytes of the sealed body, as much at a time as is asked for."""

    def __init__(self, file: Path, source: IO[bytes], key: bytes) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        start = source.tell()
        source.seek(len(MAGIC) + _LENGTH)
        self._context = hashlib.sha256(source.read(start - len(MAGIC) - _LENGTH)).digest()
        self._file, self._source, self._cipher = file, source, AESGCM(key)
        self._left = file.stat().st_size - _SIGNATURE - start
        self._number = 0
        self._here = bytearray()

    def take(self, length: int, *, whole: bool = False) -> bytes:
        while len(self._here) < length and self._left > 0:
            self._open_chunk()
        taken = bytes(self._here[:length])
        del self._here[:length]
        if whole and len(taken) < length:
            raise BundleDamaged(file=self._file.name, what="short")
        return taken

    def _open_chunk(self) -> None:
        from cryptography.exceptions import InvalidTag

        size = min(self._left, CHUNK + _TAG)
        self._left -= size
        try:
            self._here += self._cipher.decrypt(_nonce(self._number, last=self._left == 0), self._source.read(size), self._context)
        except (InvalidTag, ValueError) as wrong:
            raise BundleDamaged(file=self._file.name, what="chunk") from wrong
        self._number += 1


def _suite() -> Suite:
    from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

    return Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


@contextlib.contextmanager
def _reading(file: Path) -> Iterator[IO[bytes]]:
    try:
        with open(file, "rb") as source:
            yield source
    except OSError as wrong:
        raise BundleDamaged(file=file.name, what=wrong.strerror or "unreadable") from wrong


def _sync_folder(folder: Path) -> None:
    """So that the new name outlasts a pulled stick; some file systems cannot."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):
            os.fsync(handle)
    finally:
        os.close(handle)
