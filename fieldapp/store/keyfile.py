"""The key file's bytes: what stands in it, read strictly, written beside, verified and only then moved into place.

The file and its copy are written one after the other; at any instant one of the two is whole. A plain checksum tells rot, the
authentication under the data key tells alteration. Nothing of it is believed beyond its bounds: sizes, counts and the cost of
stretching a passphrase are limited before anything is computed from them. Nothing here needs the database libraries.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from enum import Enum
from pathlib import Path

from fieldapp.errors import WorkspaceDamaged, WorkspaceMissing, WorkspaceTooNew
from sync.recovery import DISTRICT, SHEET, USER

from .safely import write_safely

FILE = "keys.json"
COPY = "keys.copy.json"
FORMAT = 3
"""1 had user slots only, which wrap the data key itself; 2 seals it for the slot's own key; 3 tells which generation of files it opens."""
FIRST_GENERATION = 2
"""The format as long as the data key was never exchanged: programs that know no generations read it."""
DATABASE = "workspace.db"
FILES = "files"
DATABASE_SUITE = "sqlcipher-4"
FILES_SUITE = "aes256-gcm-stream-64k"
SUITES = {
    1: {"database": DATABASE_SUITE, "files": FILES_SUITE, "kdf": "argon2id-1.3", "wrap": "aes256-gcm", "derive": "hkdf-sha256"},
}
SUITES[2] = {**SUITES[1], "seal": "hpke-x25519-hkdf-sha256-aes256-gcm"}
SUITES[3] = SUITES[2]
MAX_BYTES = 1 << 18
MAX_SLOTS = 64
_MAX_NAME = 200
_HEX = re.compile(r"(?:[0-9a-f]{2})*")


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

    def within(self, least: Kdf, most: Kdf) -> bool:
        """Whether every parameter lies between two others'."""
        return (
            least.memory_kib <= self.memory_kib <= most.memory_kib
            and least.passes <= self.passes <= most.passes
            and least.lanes <= self.lanes <= most.lanes
        )


CEILING = Kdf(131_072, 16, 8)
"""More than this is never computed, whatever a file asks for: 128 MiB."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One way to the data key; bytes as hex.

    A user's slot has the private half of its own X25519 key `wrapped` under the stretched passphrase, and the data key `sealed` for
    the public half: so the data key can be exchanged without knowing anybody's passphrase. The private half of a sheet's key
    follows from the code on paper, that of a district's key is at the district. In format 1 the data key itself is wrapped.
    """

    kind: str
    name: str
    public: str = ""
    sealed: str = ""
    kdf: Kdf | None = None
    salt: str = ""
    nonce: str = ""
    wrapped: str = ""


@dataclass(frozen=True, slots=True)
class KeyFile:
    """What the key file says; `check` and `mac` are HMAC-SHA-256 under keys derived from the data key, as hex.

    `generation` counts the data keys before this one; every generation has a database file and a folder of attachments of its own.
    """

    workspace: str
    realm: Realm
    slots: tuple[Slot, ...]
    check: str = ""
    mac: str = ""
    format: int = FIRST_GENERATION
    generation: int = 0

    @property
    def database(self) -> str:
        """The name of the database file that the data key opens."""
        return f"workspace-{self.generation}.db" if self.generation else DATABASE

    @property
    def files(self) -> str:
        """The name of the folder of attachments that the data key opens."""
        return f"{FILES}-{self.generation}" if self.generation else FILES

    def of(self, kind: str) -> tuple[Slot, ...]:
        """The slots of a kind, in their order."""
        return tuple(slot for slot in self.slots if slot.kind == kind)


def read(folder: Path) -> KeyFile:
    """The key file, or its copy when the first is damaged; raises WorkspaceMissing, WorkspaceDamaged, WorkspaceTooNew."""
    if not (folder / FILE).exists() and not (folder / COPY).exists():
        raise WorkspaceMissing(folder=str(folder))
    for name in (FILE, COPY):
        found = parse(folder / name)
        if found is not None:
            return found
    raise WorkspaceDamaged(part="key-file", detail="unreadable")


def damaged(folder: Path) -> tuple[str, ...]:
    """Names of those of the two files that are missing, unreadable or behind the other."""
    bad = unreadable(folder)
    return bad if bad or parse(folder / COPY) == parse(folder / FILE) else (COPY,)


def unreadable(folder: Path) -> tuple[str, ...]:
    """Names of those of the two files that are missing or not what was written."""
    return tuple(name for name in (FILE, COPY) if parse(folder / name) is None)


def write(folder: Path, file: KeyFile, proof: Callable[[KeyFile], object], names: tuple[str, ...] = (COPY, FILE)) -> None:
    """Write the file and its copy; the old one stays until the new bytes were read back and `proof` did not raise.

    The file itself comes last: until it is in place the old slots are in force, and a copy that ran ahead is mended from it.
    """

    def verify(fresh: Path) -> None:
        again = parse(fresh)
        if again != file:
            raise WorkspaceDamaged(part="key-file", detail="unverified")
        proof(file)

    plain = to_plain(file)
    plain["sum"] = _sum(plain)
    data = json.dumps(plain, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"
    for number, name in enumerate(names):
        write_safely(folder / name, data, None if number else verify)
    if os.name == "posix":
        os.chmod(folder, 0o700)


def authenticated(file: KeyFile) -> bytes:
    """The bytes that `mac` covers: everything but itself."""
    return canonical(to_plain(replace(file, mac="")))


def canonical(value: object) -> bytes:
    """JSON with sorted keys and no white space."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")


def to_plain(file: KeyFile) -> dict[str, object]:
    """The file as JSON values, without its checksum."""
    return {
        "format": file.format,
        **SUITES[file.format],
        **({"generation": file.generation} if file.format > FIRST_GENERATION else {}),
        "workspace": file.workspace,
        "realm": file.realm.value,
        "slots": [_first_slot(slot) if file.format == 1 else plain_slot(slot) for slot in file.slots],
        "check": file.check,
        "mac": file.mac,
    }


def parse(path: Path) -> KeyFile | None:
    """None when the file is missing or not what was written; raises WorkspaceTooNew."""
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
        plain = json.loads(data) if len(data) <= MAX_BYTES else None
        if not isinstance(plain, dict) or plain.pop("sum", None) != _sum(plain):
            return None
        number = plain.get("format")
        if isinstance(number, int) and number > FORMAT:
            raise WorkspaceTooNew(schema=number, known=FORMAT)
        return _typed(plain)
    except (OSError, ValueError, RecursionError):
        return None


def typed_slot(plain: object) -> Slot:
    """A slot of the present format that was kept by itself, not sealed yet; raises ValueError."""
    return _slot(plain, FORMAT, waits=True)


def _sum(plain: Mapping[str, object]) -> str:
    return hashlib.sha256(canonical(plain)).hexdigest()


def plain_slot(slot: Slot) -> dict[str, object]:
    """A slot as JSON values."""
    plain = asdict(slot)
    return {name: value for name, value in plain.items() if value not in ("", None)}


def _first_slot(slot: Slot) -> dict[str, object]:
    assert slot.kdf is not None
    return {"user": slot.name, "kdf": asdict(slot.kdf), "salt": slot.salt, "nonce": slot.nonce, "wrapped": slot.wrapped}


def _typed(plain: Mapping[str, object]) -> KeyFile:
    """Raises ValueError for anything that this program would not have written."""
    number, slots = plain.get("format"), plain.get("slots")
    if not isinstance(number, int) or isinstance(number, bool) or number not in SUITES:
        raise ValueError("format")
    if any(plain.get(name) != value for name, value in SUITES[number].items()):
        raise ValueError("suite")
    if not isinstance(slots, list) or len(slots) > MAX_SLOTS:
        raise ValueError("slots")
    read_slots = tuple(_slot(slot, number) for slot in slots)
    if len({(slot.kind, slot.name) for slot in read_slots}) != len(read_slots):
        raise ValueError("two slots of one name")
    file = KeyFile(
        _hex(plain, "workspace", 16),
        Realm(plain.get("realm")),
        read_slots,
        _hex(plain, "check", 32),
        _hex(plain, "mac", 32),
        number,
        _generation(plain) if number > FIRST_GENERATION else 0,
    )
    if to_plain(file) != plain:
        raise ValueError("more than is known")
    return file


def _generation(plain: Mapping[str, object]) -> int:
    number = plain.get("generation")
    if type(number) is not int or not 0 < number < 1 << 31:
        raise ValueError("generation")
    return number


def _slot(plain: object, number: int, waits: bool = False) -> Slot:
    if not isinstance(plain, dict):
        raise ValueError("slot")
    kind, name = (USER, plain.get("user")) if number == 1 else (plain.get("kind"), plain.get("name"))
    if kind not in (USER, SHEET, DISTRICT) or not isinstance(name, str) or not 0 < len(name) <= _MAX_NAME:
        raise ValueError("name")
    public, sealed = _hex(plain, "public", 32, optional=True), _hex(plain, "sealed", 80, optional=True)
    if bool(public) != bool(sealed or waits) or (kind != USER and not public):
        raise ValueError("seal")
    if kind != USER:
        return Slot(kind, name, public, sealed)
    wrapped = _hex(plain, "wrapped", 48)
    return Slot(kind, name, public, sealed, _kdf(plain.get("kdf")), _hex(plain, "salt", 16), _hex(plain, "nonce", 12), wrapped)


def _kdf(plain: object) -> Kdf:
    names = ("memory_kib", "passes", "lanes")
    if not isinstance(plain, dict) or plain.keys() != set(names):
        raise ValueError("kdf")
    values = [plain[name] for name in names]
    if not all(type(value) is int and 0 < value < 1 << 31 for value in values):
        raise ValueError("kdf")
    return Kdf(*values)


def _hex(plain: Mapping[str, object], name: str, size: int, optional: bool = False) -> str:
    text = plain.get(name, "" if optional else None)
    if not isinstance(text, str) or not _HEX.fullmatch(text) or (len(text) != size * 2 and not (optional and not text)):
        raise ValueError(name)
    return text
