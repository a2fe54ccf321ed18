"""The district's recovery sheet: a code on paper that opens every backup made since, after the machine and its key file are gone.

The code is 130 random bits, so it is not stretched. The district keeps only the public key that follows from it; each backup holds the
district's own key sealed for that (HPKE), which is why backups need nobody to type anything.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .. import bundle
from ..keys import DeviceKey, seal, unseal
from .errors import SheetUnfit
from .tables import Fact

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
    from sqlalchemy import Connection
    from sqlmodel import Session

_FACT = "recovery-sheet"
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: no I, L, O, U, which are misread from paper."""
_RANDOM, _GROUP = 26, 4


@dataclass(frozen=True, slots=True)
class Sheet:
    """The sheet that backups open by just now."""

    public: bytes
    made_at: str


def make(session: Session, stamp: str) -> tuple[str, Sheet]:
    """A new code and its sheet; backups from now on open by this one, earlier ones by theirs."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(_RANDOM))
    code = letters + _check(letters)
    sheet = Sheet(_of_code(code).public_key().public_bytes_raw(), stamp)
    session.merge(Fact(name=_FACT, value=json.dumps({"public": sheet.public.hex(), "made_at": sheet.made_at}, sort_keys=True)))
    return "-".join(code[at : at + _GROUP] for at in range(0, len(code), _GROUP)), sheet


def current(connection: Connection) -> Sheet | None:
    """The sheet as the database tells, None before there is one."""
    from sqlalchemy import text

    value = connection.execute(text("SELECT value FROM fact WHERE name = :name"), {"name": _FACT}).scalar()
    told = json.loads(value) if value else None
    return Sheet(bytes.fromhex(told["public"]), told["made_at"]) if told else None


def slot(sheet: Sheet, key: DeviceKey) -> str:
    """The district's key sealed for the sheet, as hex."""
    return seal(sheet.public, key.private(), _purpose(key.device)).hex()


def open_slot(file: Path, code: str) -> DeviceKey:
    """The district's key out of a backup. Raises SheetUnfit(no-sheet, mistyped, wrong-code), BundleDamaged."""
    typed = _typed(code, file)
    header = bundle.read_header(file)
    if not header.recovery:
        raise SheetUnfit(file=file.name, reason="no-sheet")
    try:
        key = DeviceKey(unseal(_of_code(typed), bytes.fromhex(header.recovery), _purpose(header.sender)))
    except ValueError:
        raise SheetUnfit(file=file.name, reason="wrong-code") from None
    return key


def _purpose(district: str) -> bytes:
    return f"fieldapp district key for its recovery sheet 1\n{district}".encode()


def _of_code(code: str) -> X25519PrivateKey:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"fieldapp district recovery sheet 1").derive(code.encode())
    return X25519PrivateKey.from_private_bytes(derived)


def _typed(code: str, file: Path) -> str:
    letters = "".join(char for char in code.upper() if char.isalnum()).translate(str.maketrans("OIL", "011"))
    if len(letters) != _RANDOM + 2 or set(letters) - set(_LETTERS) or _check(letters[:_RANDOM]) != letters[_RANDOM:]:
        raise SheetUnfit(file=file.name, reason="mistyped")
    return letters


def _check(letters: str) -> str:
    number = int.from_bytes(hashlib.sha256(letters.encode()).digest()[:2], "big")
    return _LETTERS[number >> 5 & 31] + _LETTERS[number & 31]
