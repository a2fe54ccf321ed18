"""The one place that builds every object, in order, and ends them; the composition root."""

from __future__ import annotations

import sys
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from . import log, settings
from .domain.clock import Clock, SystemClock
from .errors import NotFound

if TYPE_CHECKING:
    from .usecases.workspaces import Workspace


class App:
    """One run of a command: settings, clock and, when a command asks for it, the one open workspace."""

    def __init__(self, workspace: Path | None = None, user: str | None = None, clock: Clock | None = None) -> None:
        log.forbid_dumps()
        self.settings = settings.load(_settings_file(), workspace=workspace)
        self.clock: Clock = clock or SystemClock()
        self._user = user
        self._open: Workspace | None = None
        self._before = (0, 0)

    @property
    def folder(self) -> Path:
        """The workspace's folder."""
        return self.settings.workspace

    def user(self) -> str:
        """The given user, or the only one of the workspace."""
        from .usecases import workspaces

        if self._user:
            return self._user
        names = workspaces.users(self.folder)
        if len(names) != 1:
            raise NotFound(what="user", id=", ".join(names))
        return names[0]

    def workspace(self, passphrase: str) -> Workspace:
        """The unlocked workspace; opened once, closed when the command ends."""
        from .usecases import upkeep, workspaces

        if self._open is None:
            self._open = workspaces.unlock(self.folder, self.user(), passphrase, self.clock)
            self._before = upkeep.place(self._open)
        return self._open

    def let_go(self) -> None:
        """Close the workspace before the command ends."""
        if self._open is not None:
            self._open.close()
            self._open = None

    def __enter__(self) -> App:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._open is None:
            return
        from .usecases import upkeep

        try:
            if error is None:
                upkeep.back_up_when_changed(self._open, self._before)
        finally:
            self.let_go()


def open_window(workspace: Path | None = None, user: str | None = None) -> int:
    """Open the window and stay until it is closed; the exit code."""
    chosen = settings.load(_settings_file(), workspace=workspace)
    log.forbid_dumps()
    log.start(chosen.workspace.parent / "logs")
    from .ui import run

    return run(
        chosen.workspace,
        SystemClock(),
        user=user,
        font_size_pt=chosen.font_size_pt,
        lock_after_minutes=chosen.lock_after_minutes,
        autosave_after_ms=chosen.autosave_after_ms,
        arguments=sys.argv[:1],
    )


def _settings_file() -> Path:
    return settings.default_workspace().parent / "settings.toml"
