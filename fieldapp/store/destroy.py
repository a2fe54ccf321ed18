"""Makes a workspace unreadable for ever: first the keys, overwritten and removed, then everything else in its folder."""

from __future__ import annotations

import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from . import keys, recovery, siblings
from .lock import FolderLock
from .safely import sync_folder


@dataclass(frozen=True, slots=True)
class Destroyed:
    """What was there."""

    key_files: int
    files: int
    bytes: int


def destroy(folder: Path) -> Destroyed:
    """From the moment the first step is done nothing opens, whatever interrupts the others; raises AlreadyOpen.

    What lies beside it from backups that were put in its place goes with it.

    Overwriting reaches the bytes on a magnetic disk; on a solid-state disk old bytes may stay until they are reused, and then the
    passphrase still protects them. Backups elsewhere hold a key file of their own and are not touched.
    """
    lock = FolderLock(folder)
    beside = siblings.all_of(folder)
    try:
        everything = [file for place in (folder, *beside) for file in place.rglob("*") if file.is_file()]
        size = sum(file.stat().st_size for file in everything)
        with_keys = [file for file in everything if _holds_keys(file.name)]
        for file in with_keys:
            _overwrite(file)
        sync_folder(folder)
        for file in with_keys:
            file.unlink()
        sync_folder(folder)
        for place in folder.iterdir():
            if place.is_dir():
                shutil.rmtree(place)
            elif place.name != "lock":
                place.unlink()
    finally:
        lock.release()
    for place in (*beside, folder):
        shutil.rmtree(place)
    sync_folder(folder.parent)
    return Destroyed(len(with_keys), len(everything) - 1, size)


def _holds_keys(name: str) -> bool:
    """Key files, what is left of them, and backups, which hold one each."""
    return name.startswith((keys.FILE, keys.COPY, recovery.PENDING)) or ".fieldbackup" in name


def _overwrite(file: Path) -> None:
    with file.open("r+b") as stream:
        left = file.stat().st_size
        while left:
            piece = min(left, 1 << 20)
            stream.write(secrets.token_bytes(piece))
            left -= piece
        stream.flush()
        os.fsync(stream.fileno())
