"""Files that are either whole or not there: written beside, flushed to the disk, moved into place; folders whose names stay."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from fieldapp.errors import CodedError, DiskFull


def write_safely(path: Path, data: bytes, verify: Callable[[Path], object] | None = None) -> None:
    """Put `data` at `path` so that a crash leaves the old bytes or the new ones; raises DiskFull.

    Order: temporary file, its fsync, `verify` (may raise, then nothing changed), rename, fsync of the folder.
    """
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        with open(temporary, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        if verify is not None:
            verify(temporary)
        os.replace(temporary, path)
        sync_folder(path.parent)
    except CodedError:
        temporary.unlink(missing_ok=True)
        raise
    except OSError as error:
        temporary.unlink(missing_ok=True)
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(folder=str(path.parent)) from error
        raise


def make_folder(folder: Path) -> None:
    """Make a folder and its name durable; nothing happens if it is there."""
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    for place in reversed(missing):
        place.mkdir(mode=0o700, exist_ok=True)
        sync_folder(place.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable; Windows does so by itself."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
