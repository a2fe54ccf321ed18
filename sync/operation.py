"""What travels: a signed change of one record, identified by its hash and naming the record heads it saw.

Canonical bytes: JSON with sorted keys, no white space, UTF-8, text in NFC. `id` is the SHA-256 of the canonical bytes of
all fields but `id` and `sig`; `sig` is the author device's Ed25519 signature over the id's 32 bytes, or over a batch of ids (`evidence`).
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import lru_cache
from typing import Protocol

from . import evidence
from .errors import BadOperation

VERSION = 1
KINDS = ("household", "member", "submission", "attachment", "archive", "copy_made", "copy_taken", "resolution")


MAX_BYTES = 4 << 20
"""Canonical bytes of one operation; photos travel as attachments."""
MAX_PARENTS = 1024


class Signer(Protocol):
    """Whoever holds a device's private key."""

    @property
    def device(self) -> str:
        """The device id."""
        ...

    @property
    def public_key(self) -> bytes:
        """32 bytes Ed25519; the device id is its hash."""
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
    """One of KINDS; an older program carries kinds that it does not know."""
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
    sig: str = field(default="", compare=False)
    """Hex; see `evidence`. It shows who wrote this and is no part of it: the same operation may have come with other evidence."""


def canonical(value: object) -> bytes:
    """Canonical JSON bytes of plain values."""
    return unicodedata.normalize("NFC", _ENCODER.encode(value)).encode("utf-8")


def to_plain(operation: Operation) -> dict[str, object]:
    """The JSON object that travels and is stored."""
    plain: dict[str, object] = {name: getattr(operation, name) for name in _NAMES}
    plain["par"] = list(operation.par)
    plain["set"] = dict(operation.set)
    return plain


def json_text(operation: Operation) -> str:
    """The JSON text with its keys in order."""
    return _ENCODER.encode(to_plain(operation))


def content_id(operation: Operation) -> str:
    """SHA-256 over the canonical bytes of all but id and sig, as hex."""
    return hashlib.sha256(canonical(_content(operation))).hexdigest()


def signed(operation: Operation, signer: Signer) -> Operation:
    """The operation with its text in NFC, its id and the signature of its author."""
    return sealed(operation, signer)[0]


def sealed(operation: Operation, signer: Signer) -> tuple[Operation, str]:
    """As `signed`, and the operation's canonical JSON text, which is made on the way."""
    content = _content(operation)
    told = _ENCODER.encode(content)
    if not unicodedata.is_normalized("NFC", told):
        operation = _built(json.loads(canonical(to_plain(operation))))
        content = _content(operation)
        told = _ENCODER.encode(content)
    identity = hashlib.sha256(told.encode()).hexdigest()
    signature = signer.sign(bytes.fromhex(identity)).hex()
    content |= {"par": operation.par, "set": operation.set, "id": identity, "sig": signature}
    return Operation(**content), _whole_text(told, identity, signature)  # type: ignore[arg-type]


class Told(dict[str, object]):
    """An operation's JSON object whose id was worked out here; `content` is the text that was hashed, `size` its bytes."""

    __slots__ = ("content", "size")
    content: str
    size: int


def identified(plain: dict[str, object]) -> Told:
    """The JSON object of an operation that came without an id, with the id that it has. Raises ValueError where text cannot be UTF-8."""
    known = Told(plain)
    known.content = _content_text(plain)
    known.size = len(known.content.encode())
    known["id"] = _identity(known.content)
    return known


def from_plain(plain: object) -> Operation:
    """Read an operation that came from elsewhere; strict. Raises BadOperation (malformed, version, too-large, bad-hash)."""
    return opened(plain)[0]


def opened(plain: object) -> tuple[Operation, str]:
    """As `from_plain`, and the operation's JSON text with its keys in order, which is made on the way."""
    identity = claimed_id(plain)
    if not isinstance(plain, dict):
        raise BadOperation(reason="malformed", id=identity)
    version = plain.get("v")
    if type(version) is int and version > VERSION:
        raise BadOperation(reason="version", id=identity)
    if not _well_formed(plain):
        raise BadOperation(reason="malformed", id=identity)
    try:
        known = plain if isinstance(plain, Told) else identified(plain)
    except (ValueError, RecursionError) as wrong:
        raise BadOperation(reason="malformed", id=identity) from wrong
    content = known.content
    if not _is_clean(content) and not all(map(_is_composed, _texts(plain))):
        raise BadOperation(reason="malformed", id=identity)
    if known.size + _AROUND + len(str(plain["sig"])) > MAX_BYTES:
        raise BadOperation(reason="too-large", id=identity)
    if known["id"] != identity:
        raise BadOperation(reason="bad-hash", id=identity)
    return _built(plain), _whole_text(content, identity, str(plain["sig"]))


def device_id(public_key: bytes) -> str:
    """A device is known by the first 32 hex digits of the SHA-256 of its Ed25519 public key."""
    return hashlib.sha256(public_key).hexdigest()[:32]


def verify(operation: Operation, public_key: bytes) -> None:
    """That the id is the hash of the content and the author's key signed it. Raises BadOperation (bad-hash, wrong-key, bad-signature)."""
    if content_id(operation) != operation.id:
        raise BadOperation(reason="bad-hash", id=operation.id)
    verify_author(operation, public_key)


def verify_author(operation: Operation, public_key: bytes) -> None:
    """That the author's key signed an operation whose id `from_plain` has checked. Raises BadOperation (wrong-key, bad-signature)."""
    if device_id(public_key) != operation.dev:
        raise BadOperation(reason="wrong-key", id=operation.id)
    try:
        signature, data = evidence.signed_bytes(operation.sig, bytes.fromhex(operation.id))
    except ValueError as wrong:
        raise BadOperation(reason="bad-signature", id=operation.id) from wrong
    if not _is_signed(public_key, signature, data):
        raise BadOperation(reason="bad-signature", id=operation.id)


@lru_cache(maxsize=256)
def _is_signed(public_key: bytes, signature: bytes, data: bytes) -> bool:
    """Operations of one batch share a signature, which is then checked once."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def _content_text(plain: Mapping[str, object]) -> str:
    """The JSON text, keys in order, of all but id and sig."""
    return _ENCODER.encode({name: plain[name] for name in _CONTENT})


def _identity(content: str) -> str:
    """The id that goes with the JSON text of a content."""
    return hashlib.sha256(unicodedata.normalize("NFC", content).encode()).hexdigest()


def _whole_text(content: str, identity: str, signature: str) -> str:
    """The JSON text of an operation; a quote inside a text is escaped, so these are the places where the two keys belong."""
    before, kind, rest = content.partition(',"kind":"')
    middle, user, after = rest.rpartition(',"user":"')
    return f'{before},"id":"{identity}"{kind}{middle},"sig":"{signature}"{user}{after}'


def _content(operation: Operation) -> dict[str, object]:
    plain = to_plain(operation)
    del plain["id"], plain["sig"]
    return plain


_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
_NAMES = tuple(one.name for one in fields(Operation))
_FIELDS = frozenset(_NAMES)
_CONTENT = tuple(name for name in _NAMES if name not in ("id", "sig"))
_AROUND = len(',"id":"","sig":""') + 64
"""What a signature's length adds to, beside the content, to make the canonical bytes."""
_SHAPES = {
    "dev": re.compile(r"[0-9a-f]{32}"),
    "prev": re.compile(r"([0-9a-f]{64})?"),
    "rec": re.compile(r"[0-9a-f]{32}"),
    "kind": re.compile(r"[a-z][a-z_]{0,31}"),
    "vil": re.compile(r"[0-9]{12}"),
    "hlc": re.compile(r"[0-9]{13}-[0-9]{6}"),
    "user": re.compile(r"[^\x00]{0,200}", re.DOTALL),
    "form": re.compile(r"[^\x00]{0,200}", re.DOTALL),
    "form_ver": re.compile(r"[^\x00]{0,200}", re.DOTALL),
    "why": re.compile(r"[^\x00]{0,4000}", re.DOTALL),
    "id": re.compile(r"[0-9a-f]{64}"),
    "sig": re.compile(evidence.SHAPE),
}.items()
_HASH = re.compile(r"[0-9a-f]{64}")


def _well_formed(plain: Mapping[str, object]) -> bool:
    """All but whether the texts are composed."""
    if plain.keys() != _FIELDS or type(plain["v"]) is not int or plain["v"] < 1 or type(plain["delete"]) is not bool:
        return False
    for name, shape in _SHAPES:
        value = plain[name]
        if type(value) is not str or shape.fullmatch(value) is None:
            return False
    parents, changes = plain["par"], plain["set"]
    if not isinstance(parents, list) or len(parents) > MAX_PARENTS or not all(_matches(_HASH, parent) for parent in parents):
        return False
    if any(parents[at] >= parents[at + 1] for at in range(len(parents) - 1)):
        return False
    return isinstance(changes, dict) and _are_changes(changes)


def _are_changes(changes: Mapping[object, object]) -> bool:
    """Paths of 1 to 500 characters; texts, or null."""
    if not changes:
        return True
    paths: list[object] = list(changes)
    return (
        set(map(type, paths)) == {str}
        and set(map(type, changes.values())) <= {str, type(None)}
        and "" not in changes
        and max(map(len, paths)) <= 500  # type: ignore[arg-type]
    )


def _texts(plain: Mapping[str, object]) -> Iterator[str]:
    """Every text of a well-formed operation."""
    changes = plain["set"]
    assert isinstance(changes, dict)
    for value in (*plain.values(), *changes, *changes.values()):
        if isinstance(value, str):
            yield value


def _is_clean(content: str) -> bool:
    """Whether every text in a JSON text is surely composed: a part of a composed text is composed, and U+0000 stands escaped."""
    return "\\u0000" not in content and unicodedata.is_normalized("NFC", content)


def _is_composed(text: str) -> bool:
    return "\x00" not in text and unicodedata.is_normalized("NFC", text)


def _matches(shape: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and shape.fullmatch(value) is not None and unicodedata.is_normalized("NFC", value)


def claimed_id(plain: object) -> str:
    """The id that a JSON value says it has, empty if it says none."""
    claimed = plain.get("id") if isinstance(plain, dict) else None
    return claimed if _matches(_HASH, claimed) and isinstance(claimed, str) else ""


def _built(plain: Mapping[str, object]) -> Operation:
    told = dict(plain)
    parents, changes = told.pop("par"), told.pop("set")
    return Operation(par=tuple(parents), set=dict(changes), **told)  # type: ignore[call-overload, arg-type]
