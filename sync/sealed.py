"""Finished archive files as both sides read them: the seal of the laptop over the file, and the objects that its own writer put there.

A file is the sealed part, which ends with the first end mark after the seal, and whatever was appended to it later (`pades`).
"""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .keys import is_signed
from .operation import device_id

CONTEXT = b"fieldapp archive file 1\n"
"""Before the SHA-256 in what a seal signs."""
SEAL = re.compile(rb"FASEAL1:([0-9a-f]{32}):([0-9a-f]{64}):([0-9a-f]{128})")
"""Device, its public key, signature."""
_END = b"\n%%EOF\n"
_TAIL = re.compile(
    rb"trailer\n<</Size (\d+)/Root (\d+) 0 R/Info (\d+) 0 R/ID\[<([0-9a-f]{32})><[0-9a-f]{32}>\]>>\nstartxref\n(\d+)\n%%EOF\n\Z"
)
_TABLE = re.compile(rb"xref\n0 (\d+)\n")
_FILE = re.compile(rb"<</Type/EmbeddedFile/Subtype/application#2Fjson[^\0]*?/Length (\d+)>>\nstream\n")
_ENTRY = 20
_LONGEST = 64 << 20
"""Bytes of attached content that are unpacked at most."""


@dataclass(frozen=True, slots=True)
class Trailer:
    """What the end of a sealed part tells: how many objects, which is the catalog, the document information, the file's id."""

    size: int
    root: int
    info: int
    identity: str
    table: int
    """Where the cross-references stand."""


def sealed_part(data: bytes) -> bytes:
    """The file as the laptop sealed it, without what was appended; all of it if it bears no seal."""
    found = SEAL.search(data)
    end = data.find(_END, found.end()) if found else -1
    return data if end < 0 or end + len(_END) == len(data) else data[: end + len(_END)]


def signer_of(sealed: bytes, known_keys: Mapping[str, bytes]) -> str | None:
    """The device whose seal covers every byte of a sealed part, None if a byte was altered or the key is not known."""
    found = list(SEAL.finditer(sealed))
    if len(found) != 1:
        return None
    device, signature = found[0][1].decode("ascii"), bytes.fromhex(found[0][3].decode("ascii"))
    unsealed = sealed[: found[0].start(3)] + b"0" * 128 + sealed[found[0].end(3) :]
    key = known_keys.get(device)
    return device if key and is_signed(key, signature, CONTEXT + hashlib.sha256(unsealed).digest()) else None


def named_keys(data: bytes) -> dict[str, bytes]:
    """The keys that a file itself names, by device id; one that is not the device's own is left out. They prove that nothing was altered
    since it was signed, not who signed it."""
    pairs = {found[1].decode("ascii"): bytes.fromhex(found[2].decode("ascii")) for found in SEAL.finditer(data)}
    return {device: key for device, key in pairs.items() if device_id(key) == device}


def trailer(sealed: bytes) -> Trailer:
    """Read the end of a sealed part. Raises ValueError if our writer did not write it."""
    found = _TAIL.search(sealed, max(0, len(sealed) - 400))
    if found is None:
        raise ValueError("trailer")
    told = Trailer(int(found[1]), int(found[2]), int(found[3]), found[4].decode("ascii"), int(found[5]))
    table = _TABLE.match(sealed, told.table)
    if table is None or int(table[1]) != told.size:
        raise ValueError("table")
    return told


def body(sealed: bytes, told: Trailer, number: int) -> bytes:
    """The body of an object by its number. Raises ValueError."""
    first = told.table + len(b"xref\n0 %d\n" % told.size) + number * _ENTRY
    entry = sealed[first : first + _ENTRY]
    if not 0 < number < told.size or not re.fullmatch(rb"\d{10} 00000 n \n", entry):
        raise ValueError("entry")
    head = b"%d 0 obj\n" % number
    place = int(entry[:10])
    end = sealed.find(b"\nendobj\n", place)
    if end < 0 or not sealed.startswith(head, place):
        raise ValueError("object")
    return sealed[place + len(head) : end]


def contents(sealed: bytes) -> Iterator[dict[str, object]]:
    """The JSON objects attached to a sealed part whose seal is good. Raises ValueError."""
    told = trailer(sealed)
    for number in range(1, told.size):
        found = _FILE.match(object_body := body(sealed, told, number))
        if found is None:
            continue
        data = object_body[found.end() : found.end() + int(found[1])]
        if b"/Filter/FlateDecode" in found[0]:
            data = _unpacked(data)
        content = json.loads(data)
        if not isinstance(content, dict):
            raise ValueError("content")
        yield content


def _unpacked(data: bytes) -> bytes:
    unpacking = zlib.decompressobj()
    try:
        plain = unpacking.decompress(data, _LONGEST)
    except zlib.error as wrong:
        raise ValueError("stream") from wrong
    if not unpacking.eof:
        raise ValueError("stream")
    return plain
