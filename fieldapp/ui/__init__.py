"""The only floor with Qt: what a person sees."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fieldapp.domain.clock import Clock


def run(
    folder: Path,
    clock: Clock,
    *,
    user: str | None = None,
    realm: str = "real",
    font_size_pt: int = 12,
    lock_after_minutes: int = 10,
    autosave_after_ms: int = 400,
    arguments: Sequence[str] = (),
) -> int:
    """Open the window over the workspace in `folder` and stay until it is closed; the exit code."""
    from .application import Options, start

    return start(folder, clock, Options(user or "", realm, font_size_pt, lock_after_minutes, autosave_after_ms), arguments)
