"""What the composition root hands to every screen: the worker, the clock, the way to ask a person, the look, and the settings it needs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fieldapp.domain.clock import Clock

from .background import Background
from .error_dialog import Dialogs
from .theme import Theme


@dataclass(frozen=True, slots=True)
class Desk:
    """Handed from screen to screen; nothing in it changes but the look."""

    background: Background
    clock: Clock
    dialogs: Dialogs
    theme: Theme
    folder: Path
    """The workspace's folder."""
    realm: str = "real"
    """`real`, or `demo` for the fictitious county."""
    autosave_after_ms: int = 400
    lock_after_minutes: int = 10
