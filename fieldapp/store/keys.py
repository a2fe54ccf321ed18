"""Who may unlock the workspace, and the random data key that every other key is derived from.

A passphrase is stretched by Argon2id into a key that unwraps the slot's own key, for which the data key is sealed (HPKE); one
slot a user. Everything in the key file is authenticated under the data key, so that weaker parameters, somebody else's slot or a
foreign public key cannot be slipped in, and every algorithm is named, so that another suite can follow. Nothing here needs the
database libraries.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from fieldapp.errors import AlreadyThere, BadInput, NotAllowed, NotFound, WorkspaceDamaged, WrongPassphrase
from sync.keys import seal, unseal
from sync.recovery import USER, purpose

from . import keyfile
from .keyfile import CEILING, COPY, FILE, Kdf, KeyFile, Realm, Slot, damaged, read, unreadable

__all__ = [
    "COPY", "FILE", "QUICK", "Kdf", "KeyFile", "Keys", "Realm", "Slot", "add_user", "change_passphrase", "create", "damaged",
    "mend", "new_slot", "next_file", "open_slot", "prove", "read", "realm", "remove_user", "reset_passphrase", "unlock",
    "unreadable", "users", "write",
]  # fmt: skip

QUICK = Kdf(memory_kib=8_192, passes=1, lanes=1)
"""For demonstrations and tests only; refused in a real workspace."""
_USUAL = (Kdf(), QUICK)
FLOOR = {Realm.REAL: Kdf(19_456, 2, 1), Realm.DEMO: Kdf(1_024, 1, 1)}


class Keys:
    """The data key of an unlocked workspace, 32 bytes, and what was derived from it; its repr says nothing."""

    __slots__ = ("_derived", "data")

    def __init__(self, data: bytes) -> None:
        self.data = bytearray(data)
        self._derived: dict[str, bytearray] = {}

    def derive(self, purpose: str) -> bytearray:
        """The key for one purpose: `database`, `attachments`, `names`, `header`, `check`; the same object always, wiped by `wipe`."""
        if purpose not in self._derived:
            key = bytearray(32)
            HKDFExpand(SHA256(), 32, b"fieldapp/1/" + purpose.encode()).derive_into(self.data, key)
            self._derived[purpose] = key
        return self._derived[purpose]

    def wipe(self) -> None:
        """Overwrite all keys, wherever they are held; what Python and the libraries copied elsewhere in memory is out of reach."""
        for key in (self.data, *self._derived.values()):
            key[:] = bytes(len(key))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Keys) and hmac.compare_digest(self.data, other.data)

    __hash__ = None  # type: ignore[assignment]


def users(folder: Path) -> tuple[str, ...]:
    """Who can unlock the workspace in a folder, in the order of their slots; raises WorkspaceMissing."""
    return tuple(slot.name for slot in read(folder).of(USER))


def realm(folder: Path) -> Realm:
    """Whether the workspace in a folder is a real one, as its key file says."""
    return read(folder).realm


def create(folder: Path, user: str, passphrase: str, realm: Realm, kdf: Kdf) -> Keys:
    """A new key file with one slot and a fresh data key."""
    if (folder / FILE).exists() or (folder / COPY).exists():
        raise AlreadyThere(what="workspace", id=str(folder))
    keys = Keys(secrets.token_bytes(32))
    file = KeyFile(secrets.token_hex(16), realm, ())
    _put(folder, file, new_slot(file, user, passphrase, keys, kdf), passphrase, keys)
    return keys


def unlock(folder: Path, user: str, passphrase: str) -> Keys:
    """The keys; raises WrongPassphrase, NotFound (no such user), WorkspaceDamaged (key-file).

    The detail says what is wrong with a key file: `weak-parameters`, `costly-parameters`, `altered-parameters`, `swapped-slot`, `altered`.
    """
    file = read(folder)
    keys = open_slot(file, find(file, user), passphrase)
    prove(file, keys)
    return keys


def change_passphrase(folder: Path, user: str, old: str, new: str, kdf: Kdf | None = None) -> None:
    """Make a slot anew for a user; raises WrongPassphrase."""
    keys = unlock(folder, user, old)
    reset_passphrase(folder, keys, user, new, kdf)


def reset_passphrase(folder: Path, keys: Keys, user: str, new: str, kdf: Kdf | None = None) -> None:
    """Give a user a new slot under a new passphrase, as whoever holds the data key may; raises NotFound."""
    file = _own(folder, keys)
    known = find(file, user)
    _put(folder, file, new_slot(file, user, new, keys, kdf or known.kdf or Kdf()), new, keys)


def add_user(folder: Path, keys: Keys, user: str, passphrase: str, kdf: Kdf) -> None:
    """One more slot; raises AlreadyThere."""
    file = _own(folder, keys)
    if any(slot.name == user for slot in file.of(USER)):
        raise AlreadyThere(what="user", id=user)
    _put(folder, file, new_slot(file, user, passphrase, keys, kdf), passphrase, keys)


def remove_user(folder: Path, keys: Keys, user: str) -> None:
    """One slot less; the last one stays (BadInput). What that user once unlocked is not rotated by this."""
    file = _own(folder, keys)
    gone = find(file, user)
    if len(file.of(USER)) == 1:
        raise BadInput(what="user", value=user)
    write(folder, replace(file, slots=tuple(slot for slot in file.slots if slot != gone)), keys)


def write(folder: Path, file: KeyFile, keys: Keys) -> None:
    """Authenticate a key file under the data key and put it in the old one's place."""
    sealed = sign(file, keys)
    keyfile.write(folder, sealed, lambda fresh: prove(fresh, keys))


def sign(file: KeyFile, keys: Keys) -> KeyFile:
    """The file as it is written: in the newest format that it needs, with check value and authentication."""
    file = replace(file, format=keyfile.FORMAT if file.generation else keyfile.FIRST_GENERATION, check=_hmac(keys, "check", b""))
    return replace(file, mac=_hmac(keys, "header", keyfile.authenticated(file)))


def prove(file: KeyFile, keys: Keys) -> None:
    """That a file is what the holder of this data key wrote, to the last byte; raises WorkspaceDamaged (key-file)."""
    if not hmac.compare_digest(file.check, _hmac(keys, "check", b"")):
        raise WorkspaceDamaged(part="key-file", detail="swapped-slot")
    if not hmac.compare_digest(file.mac, _hmac(keys, "header", keyfile.authenticated(file))):
        raise WorkspaceDamaged(part="key-file", detail="altered")


def mend(folder: Path, keys: Keys) -> None:
    """Write both files again from the one that is whole."""
    write(folder, read(folder), keys)


def next_file(file: KeyFile, fresh: Keys, without: Iterable[str] = ()) -> KeyFile:
    """The same slots for another data key and its files, without a passphrase; raises NotAllowed (slot-too-old) for a slot of format 1."""
    gone = set(without)
    slots = []
    for slot in file.slots:
        if slot.kind == USER and slot.name in gone:
            continue
        if not slot.public:
            raise NotAllowed(reason="slot-too-old", detail=slot.name)
        slots.append(replace(slot, sealed=_seal(file, slot, fresh)))
    return sign(replace(file, slots=tuple(slots), generation=file.generation + 1), fresh)


def new_slot(file: KeyFile, user: str, passphrase: str, keys: Keys | None, kdf: Kdf) -> Slot:
    """A user's slot; without `keys` nothing is sealed for it yet."""
    if not user or user != user.strip() or not user.isprintable() or len(user) > 100:
        raise BadInput(what="user", value=user)
    if not passphrase:
        raise BadInput(what="passphrase", value="")
    if not kdf.within(FLOOR[file.realm], CEILING):
        raise BadInput(what="kdf", value=str(kdf))
    own = X25519PrivateKey.generate()
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    slot = Slot(USER, user, own.public_key().public_bytes_raw().hex(), "", kdf, salt.hex(), nonce.hex())
    wrapped = AESGCM(_stretch(slot, kdf, passphrase)).encrypt(nonce, own.private_bytes_raw(), _header(slot, kdf))
    slot = replace(slot, wrapped=wrapped.hex())
    return slot if keys is None else replace(slot, sealed=_seal(file, slot, keys))


def open_slot(file: KeyFile, slot: Slot, passphrase: str) -> Keys:
    """The data key through a user's slot, not yet proved; raises WrongPassphrase, WorkspaceDamaged (key-file)."""
    kdf = slot.kdf or Kdf()
    if not kdf.within(FLOOR[file.realm], kdf):
        raise WorkspaceDamaged(part="key-file", detail="weak-parameters")
    if not kdf.within(Kdf(1, 1, 1), CEILING) or kdf.memory_kib < 8 * kdf.lanes:
        raise WorkspaceDamaged(part="key-file", detail="costly-parameters")
    private = _unwrap(slot, kdf, passphrase)
    if private is None:
        # Whoever edits the parameters cannot edit what they were bound to: the usual ones still open the slot.
        usual = () if kdf in _USUAL else _USUAL
        if any(_unwrap(slot, other, passphrase) is not None for other in usual):
            raise WorkspaceDamaged(part="key-file", detail="altered-parameters")
        raise WrongPassphrase(user=slot.name)
    return Keys(private) if not slot.public else unsealed(file, slot, X25519PrivateKey.from_private_bytes(private))


def unsealed(file: KeyFile, slot: Slot, own: X25519PrivateKey) -> Keys:
    """The data key through a slot's own key; raises WorkspaceDamaged (key-file, swapped-slot)."""
    try:
        return Keys(unseal(own, bytes.fromhex(slot.sealed), purpose(file.workspace, slot.kind, slot.name)))
    except ValueError:
        raise WorkspaceDamaged(part="key-file", detail="swapped-slot") from None


def find(file: KeyFile, user: str) -> Slot:
    """A user's slot; raises NotFound."""
    for slot in file.of(USER):
        if slot.name == user:
            return slot
    raise NotFound(what="user", id=user)


def _own(folder: Path, keys: Keys) -> KeyFile:
    """The key file, if it is still that of this data key."""
    file = read(folder)
    prove(file, keys)
    return file


def _put(folder: Path, file: KeyFile, slot: Slot, passphrase: str, keys: Keys) -> None:
    """Write the file with one user's slot new or in place of the old one, once that slot was seen to open."""
    slots = tuple(slot if (one.kind, one.name) == (USER, slot.name) else one for one in file.slots)
    file = sign(replace(file, slots=slots if slot in slots else (*slots, slot)), keys)

    def proof(fresh: KeyFile) -> None:
        prove(fresh, open_slot(fresh, find(fresh, slot.name), passphrase))

    keyfile.write(folder, file, proof)


def _seal(file: KeyFile, slot: Slot, keys: Keys) -> str:
    return seal(bytes.fromhex(slot.public), bytes(keys.data), purpose(file.workspace, slot.kind, slot.name)).hex()


def _unwrap(slot: Slot, kdf: Kdf, passphrase: str) -> bytes | None:
    cipher = AESGCM(_stretch(slot, kdf, passphrase))
    try:
        return cipher.decrypt(bytes.fromhex(slot.nonce), bytes.fromhex(slot.wrapped), _header(slot, kdf))
    except InvalidTag:
        return None


def _stretch(slot: Slot, kdf: Kdf, passphrase: str) -> bytes:
    stretching = Argon2id(salt=bytes.fromhex(slot.salt), length=32, iterations=kdf.passes, lanes=kdf.lanes, memory_cost=kdf.memory_kib)
    return stretching.derive(passphrase.encode("utf-8", "surrogatepass"))


def _header(slot: Slot, kdf: Kdf) -> bytes:
    """What is authenticated with the wrapped key; whose slot it is stands in the seal, so that a swapped slot is told from a wrong word."""
    if not slot.public:
        return keyfile.canonical({"user": slot.name, "kdf": asdict(kdf), "salt": slot.salt, "wrap": "aes256-gcm", "format": 1})
    return keyfile.canonical({"kdf": asdict(kdf), "salt": slot.salt, "public": slot.public, "wrap": "aes256-gcm", "slot": 2})


def _hmac(keys: Keys, purpose: str, data: bytes) -> str:
    return hmac.new(keys.derive(purpose), data, hashlib.sha256).hexdigest()
