"""Helping a laptop whose passphrase is lost: the district opens its recovery slot and answers; or a key that is kept offline does."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import RecoveryRefused
from ..recovery import Request, answer, fingerprint, read_request, write
from . import people
from .district import District
from .errors import NotKnown

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

_MAX_TEXT = 10_000


@dataclass(frozen=True, slots=True)
class Opened:
    """Who was helped."""

    file: str
    device: str
    person: str
    """Empty where the key was used away from the district's database."""
    user: str
    workspace: str


def open_request(district: District, file: Path, digits: str, out: Path) -> Opened:
    """Answer a request of a device that the district knows and has not revoked; `digits` as the asker reads them out.

    Raises RecoveryRefused (garbled, fingerprint, unknown-device, revoked, other-district), NotKnown (file).
    """
    request = _request(file, digits)
    with district.reading() as session:
        found = [(device.revoked_at, person) for device, person in people.devices(session) if device.id == request.device]
    if not found:
        raise RecoveryRefused(reason="unknown-device")
    revoked, person = found[0]
    if revoked:
        raise RecoveryRefused(reason="revoked")
    return _write(request, district.seal_key, person, out)


def open_offline(key: Path, file: Path, digits: str, out: Path) -> Opened:
    """Answer with a key of `make_key`; whether the laptop may be helped, whoever holds the key has to know."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    if not key.is_file():
        raise NotKnown(what="file", name=str(key))
    try:
        private = X25519PrivateKey.from_private_bytes(bytes.fromhex(key.read_text(encoding="ascii")))
    except ValueError:
        raise RecoveryRefused(reason="other-district") from None
    return _write(_request(file, digits), private, "", out)


def make_key(file: Path) -> str:
    """A recovery key for laptops, for its owner's eyes only; the public half as 64 hex digits. An existing file is never overwritten."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    from .errors import AlreadyKnown

    private = X25519PrivateKey.generate()
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise AlreadyKnown(what="file", name=str(file)) from None
    with os.fdopen(handle, "w", encoding="ascii") as stream:
        stream.write(private.private_bytes_raw().hex())
        stream.flush()
        os.fsync(stream.fileno())
    return private.public_key().public_bytes_raw().hex()


def _request(file: Path, digits: str) -> Request:
    if not file.is_file():
        raise NotKnown(what="file", name=str(file))
    try:
        with file.open(encoding="ascii") as stream:
            request = read_request(stream.read(_MAX_TEXT))
    except UnicodeDecodeError:
        raise RecoveryRefused(reason="garbled") from None
    if "".join(digits.split()) != fingerprint(request).replace(" ", ""):
        raise RecoveryRefused(reason="fingerprint")
    return request


def _write(request: Request, private: X25519PrivateKey, person: str, out: Path) -> Opened:
    out.write_text(write(answer(request, private)) + "\n", encoding="ascii")
    return Opened(str(out), request.device, person, request.user, request.workspace)
