"""The way back to a workspace whose passphrase is lost: a request from the locked laptop, an answer from the district.

The laptop holds its data key sealed for the district (a recovery slot). Its request carries that slot and the public key of a new
user slot; the district opens the one and seals the data key for the other. Neither text holds a secret that helps a third
person. The district has to know whom it answers: sixteen digits, read out over the telephone, stand for the whole request.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, TypeVar

from .errors import RecoveryRefused
from .keys import seal, unseal
from .operation import canonical

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

USER, SHEET, DISTRICT = "user", "sheet", "district"
"""The kinds of slots."""
SUFFIX = ".fieldrecovery"
_REQUEST, _ANSWER = "FIELD-RECOVERY-REQUEST-1", "FIELD-RECOVERY-ANSWER-1"
_MAX_TEXT = 4_000
_HEX = re.compile(r"(?:[0-9a-f]{2})*")


@dataclass(frozen=True, slots=True)
class Request:
    """What a locked laptop asks; bytes as hex."""

    workspace: str
    device: str
    """Device id that the recovery slot was made for; bound to what is sealed, so it cannot be exchanged."""
    sealed: str
    """The data key, sealed for the district."""
    user: str
    """Whose passphrase is set anew."""
    public: str
    """X25519 key of the user's new slot."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the district answers; bytes as hex."""

    workspace: str
    user: str
    public: str
    """The key it is sealed for: that of the request."""
    sealed: str
    """The data key, sealed for the user's new slot."""


T = TypeVar("T", Request, Answer)


def purpose(workspace: str, kind: str, name: str) -> bytes:
    """What a sealed data key is bound to, so that no slot passes for another one."""
    return b"fieldapp data key 1\n" + canonical([workspace, kind, name])


def write(value: Request | Answer) -> str:
    """One line of text, for a file, a message or a QR code."""
    mark = _REQUEST if isinstance(value, Request) else _ANSWER
    return f"{mark}.{base64.urlsafe_b64encode(canonical(asdict(value))).decode().rstrip('=')}"


def read_request(text: str) -> Request:
    """Raises RecoveryRefused (garbled)."""
    return _read(text, _REQUEST, Request)


def read_answer(text: str) -> Answer:
    """Raises RecoveryRefused (garbled)."""
    return _read(text, _ANSWER, Answer)


def fingerprint(request: Request) -> str:
    """Sixteen digits in fours that stand for the whole request."""
    digits = f"{int.from_bytes(hashlib.sha256(write(request).encode()).digest()[:16], 'big') % 10**16:016d}"
    return " ".join(digits[at : at + 4] for at in range(0, 16, 4))


def answer(request: Request, private: X25519PrivateKey) -> Answer:
    """Seal the data key anew for who asks; whether they may is decided before. Raises RecoveryRefused (other-district)."""
    try:
        data = unseal(private, bytes.fromhex(request.sealed), purpose(request.workspace, DISTRICT, request.device))
        sealed = seal(bytes.fromhex(request.public), data, purpose(request.workspace, USER, request.user))
    except ValueError:
        raise RecoveryRefused(reason="other-district") from None
    return Answer(request.workspace, request.user, request.public, sealed.hex())


def _read(text: str, mark: str, kind: type[T]) -> T:
    head, _, body = "".join(text.split()).partition(".")
    if head != mark or len(body) > _MAX_TEXT:
        raise RecoveryRefused(reason="garbled")
    try:
        plain = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        raise RecoveryRefused(reason="garbled") from None
    names = {field.name for field in fields(kind)}
    if not isinstance(plain, dict) or plain.keys() != names or not all(isinstance(value, str) for value in plain.values()):
        raise RecoveryRefused(reason="garbled")
    if not all(_HEX.fullmatch(plain[name]) for name in names - {"user", "device"}):
        raise RecoveryRefused(reason="garbled")
    return kind(**plain)
