"""Keeps a draft: a moment after the last change what differs from the last save goes to the STORE lane, in order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from fieldapp.ui.background import Report
from fieldapp.ui.desk import Desk
from fieldapp.ui.form.live import Section
from fieldapp.usecases import interview as interviews

if TYPE_CHECKING:
    from fieldapp.usecases.interview import Interview
    from fieldapp.usecases.workspaces import Workspace

_GONE = "\x00"
"""Stands for an answer whose removal was not kept yet; no answer holds this character."""


def difference(before: Mapping[str, str], now: Mapping[str, str]) -> dict[str, str | None]:
    """What must be written to come from one snapshot to another; None takes an answer away."""
    changes: dict[str, str | None] = {path: value for path, value in now.items() if before.get(path) != value}
    changes.update((path, None) for path in before if path not in now)
    return changes


class DraftKeeper(QObject):
    """Saves one open draft."""

    saved = Signal(object)
    """The moment (datetime) up to which everything is on disk."""
    failed = Signal(object)

    def __init__(self, desk: Desk, workspace: Workspace, interview: Interview) -> None:
        super().__init__()
        self._desk, self._workspace, self._interview = desk, workspace, interview
        self._kept = dict(interview.session.snapshot())
        self._looked: set[str] = set()
        self.touched = False
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(desk.autosave_after_ms)
        self._later.timeout.connect(self.save)

    def shown(self, section: Section) -> None:
        """The audit trail tells who was shown which sensitive answers; a section with none is not noted, and may be once it has one."""
        path, names = section.path, self._interview.session.sensitive(*(section.paths or (section.path,)))
        if not names or path in self._looked:
            return
        self._looked.add(path)
        workspace, household = self._workspace, self._interview.household.id

        def work(report: Report) -> None:
            interviews.looked_at(workspace, household, path.rpartition("/")[2], names)

        self._desk.background.run(work, owner=self, done=lambda _: None)

    def changed(self) -> None:
        """An answer changed: save a moment after the last one."""
        self.touched = True
        self._later.start()

    def save(self, then: Callable[[], object] | None = None) -> None:
        """Save what differs now; `then` runs when it and everything before it is on disk."""
        self._later.stop()
        snapshot = dict(self._interview.session.snapshot())
        changes = difference(self._kept, snapshot)
        self._kept = snapshot
        workspace, draft = self._workspace, self._interview.draft

        def done(moment: datetime | None) -> None:
            if moment is not None:
                self.saved.emit(moment)
            if then is not None:
                then()

        if changes or then is not None:
            self._desk.background.run(
                lambda report: interviews.save_draft(workspace, draft, changes) if changes else None,
                owner=self,
                done=done,
                failed=lambda error: self._lost(changes, error),
            )

    def stop(self) -> None:
        """Save nothing any more."""
        self._later.stop()

    def _lost(self, changes: Mapping[str, str | None], error: Exception) -> None:
        """Nothing of this save was kept: the next one carries it again."""
        for path, value in changes.items():
            if value is None:
                self._kept[path] = _GONE
            else:
                self._kept.pop(path, None)
        self.failed.emit(error)
