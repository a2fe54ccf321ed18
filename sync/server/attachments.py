"""Files by content hash: taken in piece by piece at an explicit offset, encrypted from the first byte, whole once the hash is right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlmodel import Session, select

from ..errors import Refused
from ..wire import MAX_FILE
from . import feed, left, people, service, vault
from .district import District
from .errors import FileDamaged
from .parts import Part
from .tables import File, FileRef
from .vault import Vault


@dataclass(slots=True)
class Leases:
    """Who may write a part just now: a later request for the same part takes the lease from the earlier one."""

    turns: dict[Path, int] = field(default_factory=dict)

    def take(self, part: Path) -> int:
        """A new turn for a part; every earlier turn is over."""
        self.turns[part] = self.turns.get(part, 0) + 1
        return self.turns[part]

    def holds(self, part: Path, turn: int) -> bool:
        """Whether a turn is still the latest."""
        return self.turns.get(part) == turn


def vault_of(district: District) -> Vault:
    """Where the district's files lie, encrypted."""
    return Vault.of(district.folder, district.key)


def path_of(district: District, sha: str) -> Path:
    """Where a whole file lies, encrypted."""
    return vault_of(district).path(vault.FILE, sha)


def part_of(district: District, sha: str, device: str) -> Part:
    """A device's unfinished upload; devices do not share parts."""
    return Part.of(vault_of(district), sha, device)


def is_here(district: District, sha: str) -> bool:
    """Whether the whole file is here; one whose bytes were lost is asked for again."""
    with district.reading() as session:
        return session.get(File, sha) is not None and path_of(district, sha).is_file()


def size_of(session: Session, sha: str) -> int:
    """Bytes of a whole file, 0 if it is not here."""
    file = session.get(File, sha)
    return file.size if file else 0


def check_length(length: int) -> None:
    """Raises Refused(file-too-large)."""
    if not 0 < length <= MAX_FILE:
        raise Refused(reason="file-too-large")


def finish(district: District, sha: str, device: str) -> None:
    """The last byte is here: check the hash and publish. Raises Refused(wrong-hash), after which the upload begins anew."""
    part = part_of(district, sha, device)
    try:
        _keep(district, sha, part.pieces(), device)
    finally:
        part.remove()


def keep(district: District, sha: str, data: bytes, device: str) -> None:
    """Store a whole file: bytes first, then the row that says so. Raises Refused(wrong-hash)."""
    _keep(district, sha, (data,), device)


def _keep(district: District, sha: str, pieces: Iterable[bytes], device: str) -> None:
    try:
        size = vault_of(district).put(vault.FILE, sha, pieces)
    except FileDamaged:
        raise Refused(reason="wrong-hash") from None
    with district.writing() as session:
        feed.insert_new(session, File, [{"sha": sha, "size": size, "device": device, "received_at": district.stamp()}])
        left.arrived(session, device)


def read(district: District, sha: str) -> bytes:
    """The plain bytes of a whole file. Raises FileDamaged."""
    try:
        return vault_of(district).read(vault.FILE, sha)
    except FileNotFoundError:
        raise FileDamaged(sha=sha) from None


def preview(district: District, sha: str) -> bytes | None:
    """The preview of a photo, if it is here and whole."""
    try:
        return vault_of(district).read(vault.PREVIEW, sha)
    except (FileNotFoundError, FileDamaged):
        return None


def keep_previews(district: District, found: Mapping[str, bytes]) -> list[str]:
    """Keep previews of photos; the first that came stays. Returns which are here now."""
    kept = vault_of(district)
    for sha, data in found.items():
        if not kept.path(vault.PREVIEW, sha).exists():
            kept.put(vault.PREVIEW, sha, (data,), is_hash=False)
    return sorted(found)


def may_see(session: Session, device: str, sha: str) -> bool:
    """Whether a record in the device's villages names the file, or the device brought it."""
    known = people.require_device(session, device)
    if known.revoked_at:
        return False
    file = session.get(File, sha)
    villages = session.exec(select(FileRef.vil).where(FileRef.sha == sha)).all()
    return (file is not None and file.device == device) or bool(set(villages) & set(service.device_scope(session, known)))
