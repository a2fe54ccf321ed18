"""Ways back when a passphrase is lost: a sheet of paper with a code, and the district.

The code is 130 random bits: nobody tries that many, so it is not stretched. A sheet serves once. The district's slot is sealed
for a key that never was on this laptop; how request and answer go to and fro is told in `sync.recovery`.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from fieldapp.errors import BadInput
from sync.errors import RecoveryRefused
from sync.keys import seal
from sync.recovery import DISTRICT, SHEET, Request, purpose, read_answer, write

from . import keyfile, keys
from .keyfile import Kdf, KeyFile, Slot
from .keys import Keys
from .safely import write_safely

PENDING = "recovery.json"
"""The new user slot that waits for the district's answer."""
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: no I, L, O, U, which are misread from paper."""
_RANDOM, _GROUP = 26, 4
_PENDING_BYTES = 1 << 14


def make_sheet(folder: Path, found: Keys) -> str:
    """A new code that opens the workspace once; an older sheet opens nothing any more."""
    letters = "".join(secrets.choice(_LETTERS) for _ in range(_RANDOM))
    code = letters + _check(letters)
    file = keyfile.read(folder)
    public = _of_code(file, code).public_key().public_bytes_raw()
    _replace(folder, found, SHEET, _slot(file, SHEET, "sheet", public, found))
    return "-".join(code[at : at + _GROUP] for at in range(0, len(code), _GROUP))


def open_sheet(folder: Path, code: str) -> Keys:
    """The keys by a sheet's code; raises BadInput (recovery-code) for a typing error, RecoveryRefused (no-sheet, wrong-code)."""
    typed = _typed(code)
    file = keyfile.read(folder)
    slots = file.of(SHEET)
    if not slots:
        raise RecoveryRefused(reason="no-sheet")
    own = _of_code(file, typed)
    if own.public_key().public_bytes_raw().hex() != slots[0].public:
        raise RecoveryRefused(reason="wrong-code")
    found = keys.unsealed(file, slots[0], own)
    keys.prove(file, found)
    return found


def spend_sheet(folder: Path, found: Keys) -> None:
    """The sheet was used: its code opens nothing any more."""
    _replace(folder, found, SHEET, None)


def seal_for_district(folder: Path, found: Keys, device: str, public: bytes) -> None:
    """Let the holder of an X25519 key bring this workspace back, in the name of this device; raises BadInput (recovery-key)."""
    try:
        slot = _slot(keyfile.read(folder), DISTRICT, device, public, found)
    except ValueError:
        raise BadInput(what="recovery-key", value=public.hex()) from None
    _replace(folder, found, DISTRICT, slot)


def ways(folder: Path) -> tuple[str, ...]:
    """The kinds of recovery slots that are there: sheet, district."""
    file = keyfile.read(folder)
    return tuple(kind for kind in (SHEET, DISTRICT) if file.of(kind))


def ask(folder: Path, user: str, passphrase: str, kdf: Kdf | None = None) -> Request:
    """Begin anew with a passphrase of the user's choice, and what the district has to answer; raises RecoveryRefused (no-district)."""
    file = keyfile.read(folder)
    slots = file.of(DISTRICT)
    if not slots:
        raise RecoveryRefused(reason="no-district")
    fresh = keys.new_slot(file, user, passphrase, None, kdf or keys.find(file, user).kdf or Kdf())
    plain = keyfile.canonical(keyfile.plain_slot(fresh))
    write_safely(folder / PENDING, plain)
    return Request(file.workspace, slots[0].name, slots[0].sealed, user, fresh.public)


def request_text(request: Request) -> str:
    """The request as one line of text."""
    return write(request)


def take_answer(folder: Path, text: str, passphrase: str) -> tuple[Keys, str]:
    """Put the new slot in the place of the user's old one; returns the keys and the user.

    Raises RecoveryRefused (no-request, garbled, other-request, other-workspace), WrongPassphrase for another than was chosen when asking.
    """
    answer = read_answer(text)
    file = keyfile.read(folder)
    fresh = _pending(folder)
    if answer.workspace != file.workspace:
        raise RecoveryRefused(reason="other-workspace")
    if (answer.user, answer.public) != (fresh.name, fresh.public) or len(answer.sealed) != 160:
        raise RecoveryRefused(reason="other-request")
    slot = replace(fresh, sealed=answer.sealed)
    found = keys.open_slot(file, slot, passphrase)
    keys.prove(file, found)
    others = tuple(one for one in file.slots if (one.kind, one.name) != (slot.kind, slot.name))
    keys.write(folder, replace(file, slots=(*others, slot)), found)
    (folder / PENDING).unlink()
    return found, slot.name


def _pending(folder: Path) -> Slot:
    try:
        with (folder / PENDING).open("rb") as stream:
            return keyfile.typed_slot(json.loads(stream.read(_PENDING_BYTES)))
    except (OSError, ValueError, RecursionError):
        raise RecoveryRefused(reason="no-request") from None


def _slot(file: KeyFile, kind: str, name: str, public: bytes, found: Keys) -> Slot:
    return Slot(kind, name, public.hex(), seal(public, bytes(found.data), purpose(file.workspace, kind, name)).hex())


def _replace(folder: Path, found: Keys, kind: str, slot: Slot | None) -> None:
    file = keyfile.read(folder)
    keys.prove(file, found)
    others = tuple(one for one in file.slots if one.kind != kind)
    keys.write(folder, replace(file, slots=others if slot is None else (*others, slot)), found)


def _of_code(file: KeyFile, code: str) -> X25519PrivateKey:
    derived = HKDF(SHA256(), 32, bytes.fromhex(file.workspace), b"fieldapp recovery sheet 1").derive(code.encode())
    return X25519PrivateKey.from_private_bytes(derived)


def _typed(code: str) -> str:
    letters = "".join(char for char in code.upper() if char.isalnum()).translate(str.maketrans("OIL", "011"))
    if len(letters) != _RANDOM + 2 or set(letters) - set(_LETTERS) or _check(letters[:_RANDOM]) != letters[_RANDOM:]:
        raise BadInput(what="recovery-code", value=len(letters))
    return letters


def _check(letters: str) -> str:
    """Two letters that notice a slip of the pen."""
    number = int.from_bytes(hashlib.sha256(letters.encode()).digest()[:2], "big") >> 6
    return _LETTERS[number >> 5] + _LETTERS[number & 31]
