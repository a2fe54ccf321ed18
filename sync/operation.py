"""What travels: a signed change of one record, identified by its hash and naming the record heads it saw.

Canonical bytes: JSON with sorted keys, no white space, UTF-8, text in NFC. `id` is the SHA-256 of the canonical bytes of
all fields but `id` and `sig`; `sig` is the author device's Ed25519 signature over the id's 32 bytes.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Protocol

VERSION = 1
KINDS = ("household", "member", "submission", "attachment", "archive", "resolution")


class Signer(Protocol):
    """Whoever holds a device's private key."""

    @property
    def device(self) -> str:
        """The device id."""
        ...

    def sign(self, data: bytes) -> bytes:
        """64 bytes of Ed25519 signature."""
        ...


@dataclass(frozen=True, slots=True)
class Operation:
    """One change of one record; see the module's text for id and signature."""

    dev: str
    """Author device id."""
    prev: str
    """Id of this device's previous operation, empty for its first."""
    rec: str
    """Record id (UUID hex)."""
    kind: str
    """One of KINDS."""
    vil: str
    """12-digit village code, under which it is distributed."""
    par: tuple[str, ...]
    """Heads of the record that the author saw, sorted."""
    set: Mapping[str, str | None]
    """Field path → canonical text; None says the field was taken away."""
    hlc: str
    """Hybrid logical time, `milliseconds since 1970 (13 digits)-counter (6 digits)`; for people only, never decides what is right."""
    user: str
    delete: bool = False
    """The record is deleted (a tombstone)."""
    form: str = ""
    form_ver: str = ""
    why: str = ""
    """Reason given for a change after finalizing."""
    v: int = VERSION
    id: str = ""
    sig: str = ""
    """Hex."""


def canonical(value: object) -> bytes:
    """Canonical JSON bytes of plain values."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return unicodedata.normalize("NFC", text).encode("utf-8")


def to_plain(operation: Operation) -> dict[str, object]:
    """The JSON object that travels and is stored."""
    plain: dict[str, object] = {field.name: getattr(operation, field.name) for field in fields(operation)}
    plain["par"] = list(operation.par)
    plain["set"] = dict(operation.set)
    return plain


def content_id(operation: Operation) -> str:
    """SHA-256 over the canonical bytes of all but id and sig, as hex."""
    plain = to_plain(operation)
    del plain["id"], plain["sig"]
    return hashlib.sha256(canonical(plain)).hexdigest()


def signed(operation: Operation, signer: Signer) -> Operation:
    """The operation with its id and the signature of its author."""
    identity = content_id(operation)
    return replace(operation, id=identity, sig=signer.sign(bytes.fromhex(identity)).hex())
