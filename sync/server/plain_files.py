"""Files that an earlier program left readable: encrypted once, when the district is first opened, and overwritten.

Each file is whole in the vault before what was readable goes, so the power may fail anywhere and the next opening goes on.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

from ..keys import DeviceKey
from .errors import FileDamaged
from .parts import Part
from .vault import CHUNK, FILE, PREVIEW, Vault

_FILES, _PREVIEWS, _PARTS = "files", "previews", "incoming"
_SHA = re.compile(r"[0-9a-f]{64}")
_PART_NAME = re.compile(r"([0-9a-f]{32})-([0-9a-f]{64})\.part")


def left(folder: Path) -> list[Path]:
    """Readable files below a district's folder."""
    return [file for name in (_FILES, _PREVIEWS, _PARTS) for file in sorted((folder / name).rglob("*")) if file.is_file()]


def encrypt(folder: Path, key: DeviceKey) -> int:
    """Bring every readable file into the vault; returns how many. One that is not what its name says stays where it is, for the check."""
    done, vault = 0, Vault.of(folder, key)
    for file in left(folder):
        with contextlib.suppress(FileNotFoundError):
            if _encrypt(vault, file):
                _overwrite(file)
                done += 1
    for name in (_FILES, _PREVIEWS, _PARTS):
        for empty in (*sorted((folder / name).glob("*/")), folder / name):
            with contextlib.suppress(OSError):
                empty.rmdir()
    return done


def _encrypt(vault: Vault, file: Path) -> bool:
    """Whether the file is in the vault now, or worth nothing."""
    top = file.parent.name if file.parent.name == _PARTS else file.parent.parent.name
    if top == _PARTS:
        return _take_part(vault, file)
    if not _SHA.fullmatch(file.stem) or file.suffix not in ("", ".jpg"):
        # The unfinished copy of a file that was being moved to its place.
        return file.suffix == ".new"
    kind = FILE if top == _FILES else PREVIEW
    try:
        if not (vault.is_whole(file.stem) if kind == FILE else vault.path(kind, file.stem).exists()):
            vault.put(kind, file.stem, _pieces(file), is_hash=kind == FILE)
    except FileDamaged:
        return False
    return True


def _take_part(vault: Vault, file: Path) -> bool:
    named = _PART_NAME.fullmatch(file.name)
    if named:
        part = Part.of(vault, named[2], named[1])
        part.remove()
        for piece in _pieces(file):
            part.append(piece)
        _sync(part.file)
    return True


def _pieces(file: Path) -> Iterator[bytes]:
    with open(file, "rb") as source:
        while piece := source.read(CHUNK):
            yield piece


def _overwrite(file: Path) -> None:
    with open(file, "r+b") as old:
        left_over = file.stat().st_size
        while left_over > 0:
            left_over -= old.write(bytes(min(left_over, 1 << 20)))
        old.flush()
        os.fsync(old.fileno())
    file.unlink()


def _sync(file: Path) -> None:
    if file.exists():
        with open(file, "rb") as written:
            os.fsync(written.fileno())
