"""Files by content hash: taken in piece by piece at an explicit offset, whole only once the hash is right."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlmodel import Session, select

from ..errors import Refused
from ..wire import MAX_FILE
from . import feed, left, people, service
from .district import District
from .tables import File, FileRef


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


def path_of(district: District, sha: str) -> Path:
    """Where a whole file lies."""
    return district.folder / "files" / sha[:2] / sha


def part_of(district: District, sha: str, device: str) -> Path:
    """Where a device's unfinished upload lies; devices do not share parts."""
    return district.folder / "incoming" / f"{device}-{sha}.part"


def is_here(district: District, sha: str) -> bool:
    """Whether the whole file is here."""
    with district.reading() as session:
        return session.get(File, sha) is not None


def size_of(session: Session, sha: str) -> int:
    """Bytes of a whole file, 0 if it is not here."""
    file = session.get(File, sha)
    return file.size if file else 0


def offset(part: Path) -> int:
    """How much of an upload is here."""
    return part.stat().st_size if part.exists() else 0


def check_length(length: int) -> None:
    """Raises Refused(file-too-large)."""
    if not 0 < length <= MAX_FILE:
        raise Refused(reason="file-too-large")


def write_piece(part: Path, at: int, piece: bytes) -> None:
    """Put a piece at its offset; what was written stays when the line breaks."""
    part.parent.mkdir(parents=True, exist_ok=True)
    with open(part, "r+b" if part.exists() else "wb") as out:
        out.seek(at)
        out.write(piece)


def finish(district: District, sha: str, device: str) -> None:
    """The last byte is here: check the hash and publish. Raises Refused(wrong-hash), after which the upload begins anew."""
    part = part_of(district, sha, device)
    keep(district, sha, part.read_bytes(), device)
    part.unlink(missing_ok=True)


def keep(district: District, sha: str, data: bytes, device: str) -> None:
    """Store a whole file: bytes first, then the row that says so. Raises Refused(wrong-hash)."""
    if hashlib.sha256(data).hexdigest() != sha:
        part_of(district, sha, device).unlink(missing_ok=True)
        raise Refused(reason="wrong-hash")
    place(district, sha, data, device)
    with district.writing() as session:
        feed.insert_new(session, File, [{"sha": sha, "size": len(data), "device": device, "received_at": district.stamp()}])
        left.arrived(session, device)


def place(district: District, sha: str, data: bytes, part: str = "restored") -> None:
    """Put the bytes where a whole file lies, safe on the disk; `part` tells the unfinished name from others' of the same file."""
    target = path_of(district, sha)
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(f"{sha}.{part}.new")
    with open(fresh, "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def cut(part: Path, length: int) -> None:
    """Take away what came after a place."""
    with open(part, "r+b") as out:
        out.truncate(length)


def preview_path(district: District, sha: str) -> Path:
    """Where the preview of a photo lies."""
    return district.folder / "previews" / sha[:2] / f"{sha}.jpg"


def keep_previews(district: District, found: Mapping[str, bytes]) -> list[str]:
    """Keep previews of photos; the first that came stays. Returns which are here now."""
    for sha, data in found.items():
        file = preview_path(district, sha)
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            fresh = file.with_name(f"{sha}.{secrets.token_hex(4)}.new")
            fresh.write_bytes(data)
            fresh.replace(file)
    return sorted(found)


def may_see(session: Session, device: str, sha: str) -> bool:
    """Whether a record in the device's villages names the file, or the device brought it."""
    known = people.require_device(session, device)
    if known.revoked_at:
        return False
    file = session.get(File, sha)
    villages = session.exec(select(FileRef.vil).where(FileRef.sha == sha)).all()
    return (file is not None and file.device == device) or bool(set(villages) & set(service.device_scope(session, known)))
