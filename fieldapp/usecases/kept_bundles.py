"""The last bundles that were written here stay, sealed for their recipients as they are, for the day when a stick is lost."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fieldapp.errors import CodedError, NotFound

if TYPE_CHECKING:
    from fieldapp.store.database import Database as Workspace

SENT = "sent"
"""The folder below the workspace's in which the last written bundles stay."""
KEPT, KEPT_BYTES = 5, 256 << 20
"""So many, and together so large; a single larger one does not stay."""


@dataclass(frozen=True, slots=True)
class KeptBundle:
    """A bundle that was written from here and stayed."""

    file: str
    bytes: int


def keep(workspace: Workspace, file: Path) -> None:
    """A copy stays here, as sealed as the bundle itself; where there is no room for it the bundle alone has to do."""
    folder = workspace.folder / SENT
    if file.stat().st_size > KEPT_BYTES:
        return
    try:
        folder.mkdir(exist_ok=True)
        put(folder / f"{workspace.place.clock.now():%Y%m%d-%H%M%S-%f}-{file.name}", file.read_bytes())
    except (OSError, CodedError):
        return
    size = 0
    for number, old in enumerate(files(folder)):
        size += old.stat().st_size
        if number >= KEPT or size > KEPT_BYTES:
            old.unlink()


def files(folder: Path) -> list[Path]:
    """The kept bundles, the newest first."""
    if not folder.is_dir():
        return []
    return sorted((file for file in folder.iterdir() if file.is_file() and not file.name.startswith(".")), reverse=True)


def kept(workspace: Workspace) -> tuple[KeptBundle, ...]:
    """The last bundles that were written from here, the newest first."""
    return tuple(KeptBundle(file.name, file.stat().st_size) for file in files(workspace.folder / SENT))


def copy_kept(workspace: Workspace, name: str, out: Path) -> int:
    """Write a kept bundle once more; returns its bytes. Raises NotFound, BundleUnwritable."""
    found = next((file for file in files(workspace.folder / SENT) if file.name == name), None)
    if found is None:
        raise NotFound(what="file", id=name)
    return put(out, found.read_bytes())


def put(out: Path, data: bytes) -> int:
    """Write a file beside its place, then there whole; returns its bytes. Raises BundleUnwritable."""
    from sync.errors import BundleUnwritable

    fresh = out.with_name(f".{out.name}.new")
    try:
        with fresh.open("wb") as written:
            written.write(data)
            written.flush()
            os.fsync(written.fileno())
        fresh.replace(out)
    except OSError as wrong:
        raise BundleUnwritable(file=out.name, detail=wrong.strerror or "") from wrong
    finally:
        with contextlib.suppress(OSError):
            fresh.unlink(missing_ok=True)
    return len(data)
