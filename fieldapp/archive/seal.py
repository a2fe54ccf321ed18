"""Tamper evidence: the digest of what an archive says, the signed QR text on paper and the signature over the whole file.

QR text: `FA2:` and Base45 of 131 bytes: `FA` 0x02 · key id 4 · household 16 · revision 4 · copy 1 · days since 2000-01-01 2 ·
SHA-256 32 · kind of page 1 (128 more on the back of a sheet) · page number in the volume 2 · which of the document's pages 1 ·
of how many 1 · Ed25519 signature 64 over the 67 bytes before it. `FA1:` (126 bytes) has no page. It holds no personal data.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from struct import pack, unpack
from typing import BinaryIO

from sync import sealed
from sync.keys import is_signed
from sync.operation import Signer

from . import base45

PREFIX = "FA2:"
OLD_PREFIX = "FA1:"
_MAGIC = b"FA\x02"
_OLD_MAGIC = b"FA\x01"
_BODY = ">3s4s16sIBH32sBHBB"
_OLD_BODY = ">3s4s16sIBH32s"
_BODY_LENGTH = 67
_OLD_BODY_LENGTH = 62
_SIGNATURE_LENGTH = 64
_BACK = 0x80
_FIRST_DAY = date(2000, 1, 1)
SHORT = 12
"""Hex digits of the digest in every footer."""


class PageKind(Enum):
    """Which page of a volume a QR code stands on; the number is what the code says."""

    COVER = 0
    FORM = 1
    MEMBERS = 2
    SIGNATURES = 3
    PHOTOS = 4
    INTERNAL = 5
    NOTES = 6
    RECEIPT = 7


@dataclass(frozen=True, slots=True)
class Leaf:
    """The page that a QR code stands on."""

    kind: PageKind
    number: int = 0
    """Page number within the volume, 0 where none is printed."""
    part: int = 1
    """Which of the document's pages it is, from 1."""
    parts: int = 1
    is_back: bool = False
    """On the back of a sheet, where the margins are the other way round."""


COVER = Leaf(PageKind.COVER)


@dataclass(frozen=True, slots=True)
class Seal:
    """What a QR code says."""

    key: str
    """First 8 hex digits of the signing device's id."""
    household: str
    revision: int
    copy: int
    day: date
    digest: str
    signature: bytes
    body: bytes
    """The bytes that were signed."""
    leaf: Leaf | None = None
    """None in a code of the first kind, which does not tell its page."""


def digest(content: bytes) -> str:
    """SHA-256 of the canonical content as hex."""
    return hashlib.sha256(content).hexdigest()


def write(signer: Signer, household: str, revision: int, copy: int, day: date, content_digest: str, leaf: Leaf = COVER) -> str:
    """The QR text of one page of a copy; the household is its id of 32 hex digits."""
    key, days = bytes.fromhex(signer.device[:8]), (day - _FIRST_DAY).days
    page = (leaf.kind.value | (_BACK if leaf.is_back else 0), leaf.number, leaf.part, leaf.parts)
    body = pack(_BODY, _MAGIC, key, bytes.fromhex(household), revision, copy, days, bytes.fromhex(content_digest), *page)
    return PREFIX + base45.encode(body + signer.sign(body))


def read(text: str) -> Seal:
    """What a QR text says, not yet believed; raises ValueError if it is none of ours."""
    if not is_ours(text):
        raise ValueError(text)
    is_old = text.startswith(OLD_PREFIX)
    length, magic, form = (_OLD_BODY_LENGTH, _OLD_MAGIC, _OLD_BODY) if is_old else (_BODY_LENGTH, _MAGIC, _BODY)
    data = base45.decode(text[len(PREFIX) :])
    if len(data) != length + _SIGNATURE_LENGTH or not data.startswith(magic):
        raise ValueError(text)
    body = data[:length]
    _, key, household, revision, copy, days, content, *page = unpack(form, body)
    day = _FIRST_DAY + timedelta(days=days)
    leaf = Leaf(PageKind(page[0] & ~_BACK), page[1], page[2], page[3], bool(page[0] & _BACK)) if page else None
    return Seal(key.hex(), household.hex(), revision, copy, day, content.hex(), data[length:], body, leaf)


def is_ours(text: str) -> bool:
    """Whether a QR text means to be one of an archive."""
    return text.startswith((PREFIX, OLD_PREFIX))


def signer_of(seal: Seal, known_keys: Mapping[str, bytes]) -> str | None:
    """The device that signed it, None if no known key did. `known_keys`: device id → 32 bytes Ed25519 public key."""
    for device, key in known_keys.items():
        if device.startswith(seal.key) and verifies(key, seal.signature, seal.body):
            return device
    return None


def knows(seal: Seal, known_keys: Mapping[str, bytes]) -> bool:
    """Whether the key that the seal names is known at all."""
    return any(device.startswith(seal.key) for device in known_keys)


def placeholder(signer: Signer) -> str:
    """What stands in a file until it is sealed: the device, its public key and room for the signature."""
    return f"FASEAL1:{signer.device}:{signer.public_key.hex()}:{'0' * 128}"


def seal_file(data: bytes, signer: Signer) -> bytes:
    """The file with its placeholder filled: a signature over every byte but its own."""
    empty = placeholder(signer).encode("ascii")
    if data.count(empty) != 1:
        raise ValueError("the file holds no single placeholder")
    return data.replace(empty, empty[:-128] + _file_signature(hashlib.sha256(data).digest(), signer))


def seal_open(file: BinaryIO, sha256: bytes, place: int, signer: Signer) -> None:
    """The same in an open file that is too large to hold: its placeholder stands at `place`, `sha256` is of the file with it empty."""
    file.seek(place + len(placeholder(signer)) - 128)
    file.write(_file_signature(sha256, signer))


def file_signer(data: bytes, known_keys: Mapping[str, bytes]) -> str | None:
    """The device whose signature covers every byte of the file as it was sealed, None if a byte was altered or the key is not known.

    What was appended to the sealed file is not looked at: the district's signature alone may stand there (`sync.pades.judge`).
    """
    return sealed.signer_of(sealed.sealed_part(data), known_keys)


def named_keys(data: bytes) -> dict[str, bytes]:
    """The keys that a file itself names, by device id; one that is not the device's own is left out. They prove that nothing was altered
    since it was signed, not who signed it."""
    return sealed.named_keys(data)


def has_seal(data: bytes) -> bool:
    """Whether a file bears any seal of ours, good or not."""
    return sealed.SEAL.search(data) is not None


def is_known_file(data: bytes, known_keys: Mapping[str, bytes]) -> bool:
    """Whether the file names a known device as its maker (or none at all), so that a failing signature means alteration."""
    devices = {found[1].decode("ascii") for found in sealed.SEAL.finditer(data)}
    return not devices or bool(devices & known_keys.keys())


def _file_signature(sha256: bytes, signer: Signer) -> bytes:
    return signer.sign(sealed.CONTEXT + sha256).hex().encode("ascii")


def verifies(key: bytes, signature: bytes, data: bytes) -> bool:
    """Whether an Ed25519 signature holds."""
    return is_signed(key, signature, data)
