"""The key file: who may unlock the workspace, and the random data key that every other key is derived from.

A passphrase is stretched by Argon2id into a key that unwraps the data key (AES-256-GCM, the slot's header authenticated with
it); one slot a user. Everything in the file is authenticated under the data key, so that weaker parameters cannot be slipped
in, and every algorithm is named, so that another suite can follow. The file is never changed in place and a second copy
lies beside it: at any instant one of the two is whole. Nothing here needs the database libraries.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from enum import Enum
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from fieldapp.errors import AlreadyThere, BadInput, NotFound, WorkspaceDamaged, WorkspaceMissing, WorkspaceTooNew, WrongPassphrase

from .safely import write_safely

FILE = "keys.json"
COPY = "keys.copy.json"
FORMAT = 1
DATABASE_SUITE = "sqlcipher-4"
FILES_SUITE = "aes256-gcm-stream-64k"
MAX_BYTES = 1 << 20


class Realm(Enum):
    """Whether a workspace holds real people or the fictitious county."""

    REAL = "real"
    DEMO = "demo"


@dataclass(frozen=True, slots=True)
class Kdf:
    """Argon2id parameters; the default takes about 0.3 s and 64 MiB."""

    memory_kib: int = 65_536
    passes: int = 3
    lanes: int = 4


QUICK = Kdf(memory_kib=8_192, passes=1, lanes=1)
"""For demonstrations and tests only; refused in a real workspace."""
_FLOOR = {Realm.REAL: Kdf(19_456, 2, 1), Realm.DEMO: Kdf(1_024, 1, 1)}
_CEILING = Kdf(1_048_576, 20, 16)


@dataclass(frozen=True, slots=True)
class Slot:
    """One user's way to the data key; bytes as hex."""

    user: str
    kdf: Kdf
    salt: str
    nonce: str
    wrapped: str


@dataclass(frozen=True, slots=True)
class KeyFile:
    """What the key file says; `check` and `mac` are HMAC-SHA-256 under keys derived from the data key, as hex."""

    workspace: str
    realm: Realm
    slots: tuple[Slot, ...]
    check: str = ""
    mac: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """The keys of an unlocked workspace, 32 bytes each; its repr says nothing."""

    data: bytes

    def derive(self, purpose: str) -> bytes:
        """The key for one purpose: `database`, `attachments`, `names`, `header`, `check`."""
        return HKDFExpand(SHA256(), 32, b"fieldapp/1/" + purpose.encode()).derive(self.data)


def users(folder: Path) -> tuple[str, ...]:
    """Who can unlock the workspace in a folder, in the order of their slots; raises WorkspaceMissing."""
    return tuple(slot.user for slot in read(folder).slots)


def realm(folder: Path) -> Realm:
    """Whether the workspace in a folder is a real one, as its key file says."""
    return read(folder).realm


def create(folder: Path, user: str, passphrase: str, realm: Realm, kdf: Kdf) -> Keys:
    """A new key file with one slot and a fresh data key."""
    if (folder / FILE).exists() or (folder / COPY).exists():
        raise AlreadyThere(what="workspace", id=str(folder))
    keys = Keys(secrets.token_bytes(32))
    file = KeyFile(secrets.token_hex(16), realm, (_slot(user, passphrase, keys, kdf, realm),))
    _write(folder, file, keys)
    return keys


def unlock(folder: Path, user: str, passphrase: str) -> Keys:
    """The keys; raises WrongPassphrase, NotFound (no such user), WorkspaceDamaged (key-file)."""
    file = read(folder)
    slot = _find(file, user)
    keys = Keys(_unwrap(slot, passphrase))
    if not hmac.compare_digest(file.check, _hmac(keys, "check", b"")) or not hmac.compare_digest(file.mac, _mac(file, keys)):
        raise WorkspaceDamaged(part="key-file", detail="altered")
    if _below(slot.kdf, _FLOOR[file.realm]):
        raise WorkspaceDamaged(part="key-file", detail="weak-parameters")
    return keys


def change_passphrase(folder: Path, user: str, old: str, new: str, kdf: Kdf | None = None) -> None:
    """Wrap the data key anew for a user; raises WrongPassphrase."""
    keys = unlock(folder, user, old)
    file = read(folder)
    fresh = _slot(user, new, keys, kdf or _find(file, user).kdf, file.realm)
    _write(folder, replace(file, slots=tuple(fresh if slot.user == user else slot for slot in file.slots)), keys)


def add_user(folder: Path, keys: Keys, user: str, passphrase: str, kdf: Kdf) -> None:
    """One more slot; raises AlreadyThere."""
    file = read(folder)
    if any(slot.user == user for slot in file.slots):
        raise AlreadyThere(what="user", id=user)
    _write(folder, replace(file, slots=(*file.slots, _slot(user, passphrase, keys, kdf, file.realm))), keys)


def remove_user(folder: Path, keys: Keys, user: str) -> None:
    """One slot less; the last one stays (BadInput). What that user once unlocked is not rotated by this."""
    file = read(folder)
    _find(file, user)
    if len(file.slots) == 1:
        raise BadInput(what="user", value=user)
    _write(folder, replace(file, slots=tuple(slot for slot in file.slots if slot.user != user)), keys)


def read(folder: Path) -> KeyFile:
    """The key file, or its copy when the first is damaged; raises WorkspaceMissing, WorkspaceDamaged, WorkspaceTooNew."""
    if not (folder / FILE).exists() and not (folder / COPY).exists():
        raise WorkspaceMissing(folder=str(folder))
    for name in (FILE, COPY):
        found = _parse(folder / name)
        if found is not None:
            return found
    raise WorkspaceDamaged(part="key-file", detail="unreadable")


def damaged(folder: Path) -> tuple[str, ...]:
    """Names of those of the two files that are missing, unreadable or behind the other."""
    first = _parse(folder / FILE)
    bad = [name for name in (FILE, COPY) if _parse(folder / name) is None]
    if not bad and _parse(folder / COPY) != first:
        bad.append(COPY)
    return tuple(bad)


def mend(folder: Path, keys: Keys) -> None:
    """Write both files again from the one that is whole."""
    _write(folder, read(folder), keys)


def _slot(user: str, passphrase: str, keys: Keys, kdf: Kdf, realm: Realm) -> Slot:
    if not user or user != user.strip() or not user.isprintable():
        raise BadInput(what="user", value=user)
    if not passphrase:
        raise BadInput(what="passphrase", value="")
    if _below(kdf, _FLOOR[realm]) or _above(kdf):
        raise BadInput(what="kdf", value=str(kdf))
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    slot = Slot(user, kdf, salt.hex(), nonce.hex(), "")
    wrapped = AESGCM(_stretch(slot, passphrase)).encrypt(nonce, keys.data, _header(slot))
    return replace(slot, wrapped=wrapped.hex())


def _unwrap(slot: Slot, passphrase: str) -> bytes:
    if _above(slot.kdf):
        raise WorkspaceDamaged(part="key-file", detail="parameters")
    try:
        return AESGCM(_stretch(slot, passphrase)).decrypt(bytes.fromhex(slot.nonce), bytes.fromhex(slot.wrapped), _header(slot))
    except InvalidTag:
        raise WrongPassphrase(user=slot.user) from None


def _stretch(slot: Slot, passphrase: str) -> bytes:
    kdf = Argon2id(
        salt=bytes.fromhex(slot.salt), length=32, iterations=slot.kdf.passes, lanes=slot.kdf.lanes, memory_cost=slot.kdf.memory_kib
    )
    return kdf.derive(passphrase.encode("utf-8", "surrogatepass"))


def _header(slot: Slot) -> bytes:
    return _canonical({"user": slot.user, "kdf": asdict(slot.kdf), "salt": slot.salt, "wrap": "aes256-gcm", "format": FORMAT})


def _find(file: KeyFile, user: str) -> Slot:
    for slot in file.slots:
        if slot.user == user:
            return slot
    raise NotFound(what="user", id=user)


def _below(kdf: Kdf, floor: Kdf) -> bool:
    return kdf.memory_kib < floor.memory_kib or kdf.passes < floor.passes or kdf.lanes < floor.lanes


def _above(kdf: Kdf) -> bool:
    return kdf.memory_kib > _CEILING.memory_kib or kdf.passes > _CEILING.passes or kdf.lanes > _CEILING.lanes


def _hmac(keys: Keys, purpose: str, data: bytes) -> str:
    return hmac.new(keys.derive(purpose), data, hashlib.sha256).hexdigest()


def _mac(file: KeyFile, keys: Keys) -> str:
    return _hmac(keys, "header", _canonical(_plain(replace(file, mac=""))))


def _plain(file: KeyFile) -> dict[str, object]:
    return {
        "format": FORMAT,
        "database": DATABASE_SUITE,
        "files": FILES_SUITE,
        "kdf": "argon2id-1.3",
        "wrap": "aes256-gcm",
        "derive": "hkdf-sha256",
        "workspace": file.workspace,
        "realm": file.realm.value,
        "slots": [asdict(slot) for slot in file.slots],
        "check": file.check,
        "mac": file.mac,
    }


def _write(folder: Path, file: KeyFile, keys: Keys) -> None:
    file = replace(file, check=_hmac(keys, "check", b""))
    plain = _plain(replace(file, mac=_mac(file, keys)))
    plain["sum"] = hashlib.sha256(_canonical(plain)).hexdigest()
    data = json.dumps(plain, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"
    # The file itself comes last: until it is in place the old slots are in force, and a copy that ran ahead is mended from it.
    for name in (COPY, FILE):
        write_safely(folder / name, data)
    if os.name == "posix":
        os.chmod(folder, 0o700)


def _canonical(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")


def _parse(path: Path) -> KeyFile | None:
    """None when the file is missing or not what was written; raises WorkspaceTooNew."""
    try:
        with path.open("rb") as stream:
            plain = json.loads(stream.read(MAX_BYTES))
        claimed = plain.pop("sum")
        if claimed != hashlib.sha256(_canonical(plain)).hexdigest():
            return None
        if plain["format"] != FORMAT:
            raise WorkspaceTooNew(schema=plain["format"], known=FORMAT)
        return _typed(plain)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _typed(plain: dict[str, object]) -> KeyFile | None:
    suites = {"database": DATABASE_SUITE, "files": FILES_SUITE, "kdf": "argon2id-1.3", "wrap": "aes256-gcm", "derive": "hkdf-sha256"}
    if any(plain[name] != value for name, value in suites.items()):
        return None
    slots = plain["slots"]
    assert isinstance(slots, list)
    text: Callable[[object], str] = str
    return KeyFile(
        workspace=text(plain["workspace"]),
        realm=Realm(plain["realm"]),
        slots=tuple(Slot(**{**slot, "kdf": Kdf(**{key: int(value) for key, value in slot["kdf"].items()})}) for slot in slots),
        check=text(plain["check"]),
        mac=text(plain["mac"]),
    )
