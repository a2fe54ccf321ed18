"""Work on the workspace while it is locked: putting a backup in its place, mending it; the outcome stands on the unlock screen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject

from fieldapp.words import say

from .background import Progress, Report
from .desk import Desk
from .screens.unlock import UnlockScreen


class LockedWork(QObject):
    """Locks the window, works, and tells; the person unlocks again afterwards."""

    def __init__(self, desk: Desk, unlock: UnlockScreen, lock: Callable[[Callable[[], object]], object]) -> None:
        super().__init__(unlock)
        self._desk, self._unlock, self._lock = desk, unlock, lock

    def away(self, user: Callable[[], str], act: Callable[[Report], str]) -> None:
        """What can only be done while everything is closed; the unlock screen says how far it is and what came of it."""

        def done(sentence: str) -> None:
            self._unlock.refresh(user())
            self._unlock.message.setText(sentence)

        def failed(error: Exception) -> None:
            self._unlock.refresh()
            self._desk.dialogs.tell(error)

        def work() -> None:
            self._unlock.hold(say("ui-workspace-away"))
            self._desk.background.run(
                act, owner=self, done=done, failed=failed, progress=lambda step: self._unlock.hold(f"{step.done}/{step.total}")
            )

        self._lock(work)

    def put_back(self, file: Path) -> None:
        """Put a backup in the workspace's place."""
        folder, clock = self._desk.folder, self._desk.clock

        def work(report: Report) -> str:
            from fieldapp.usecases import upkeep

            return say("cli-restored-over", folder=folder, before=upkeep.put_back(folder, file, clock))

        self._lock(lambda: self._run(work))

    def mend(self, user: str, passphrase: str) -> None:
        """Mend the workspace."""
        folder, clock = self._desk.folder, self._desk.clock

        def work(report: Report) -> str:
            from fieldapp.usecases import upkeep

            workspace, mended = upkeep.mend(folder, user, passphrase, clock, (), report)
            workspace.close()
            return upkeep.summary(mended)

        self._lock(lambda: self._run(work))

    def offer(self, user: str, passphrase: str) -> None:
        """The workspace cannot be unlocked because it is damaged: mend it if the person wants that."""
        if self._desk.dialogs.ask(say("ui-upkeep-repair-offer")):
            self.mend(user, passphrase)

    def _run(self, work: Callable[[Report], str]) -> None:
        self._unlock.setEnabled(False)
        self._unlock.message.setText(say("ui-upkeep-working"))
        self._desk.background.run(work, owner=self, done=self._done, failed=self._failed, progress=self._progress)

    def _progress(self, progress: Progress) -> None:
        self._unlock.message.setText(f"{say('ui-upkeep-working')} {progress.done}/{progress.total}")

    def _done(self, told: str) -> None:
        self._unlock.setEnabled(True)
        self._unlock.refresh()
        self._unlock.message.setText(told)
        self._unlock.passphrase.setFocus()

    def _failed(self, error: Exception) -> None:
        self._done("")
        self._desk.dialogs.tell(error)
