"""The folders that come to lie beside a workspace when a backup is put in its place."""

from __future__ import annotations

import os
from pathlib import Path

from .safely import sync_folder


def unfinished(folder: Path) -> Path:
    """A backup that is being laid out."""
    return folder.with_name(f"{folder.name}.restoring")


def restored(folder: Path) -> Path:
    """A backup that is laid out whole and waits to take the place of the workspace."""
    return folder.with_name(f"{folder.name}.restored")


def before(folder: Path, stamp: str) -> Path:
    """What was in the place until then."""
    return folder.with_name(f"{folder.name}.before-{stamp}")


def all_of(folder: Path) -> tuple[Path, ...]:
    """Those that are there."""
    found = (unfinished(folder), restored(folder), *folder.parent.glob(f"{folder.name}.before-*"))
    return tuple(place for place in found if place.is_dir())


def settle(folder: Path) -> None:
    """Finish an exchange that was broken off after the old workspace had been moved aside."""
    if not folder.exists() and restored(folder).is_dir():
        os.replace(restored(folder), folder)
        sync_folder(folder.parent)
