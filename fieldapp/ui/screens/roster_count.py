"""How many households a search finds: at once as far as they were read, in all only when nobody types."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLabel

from fieldapp.ui.desk import Desk
from fieldapp.usecases import roster
from fieldapp.words import say

if TYPE_CHECKING:
    from fieldapp.usecases.workspaces import Workspace

_AFTER_MS = 250


class RosterCount(QLabel):
    """The line below the table; counting never stands in the way of the next keystroke."""

    def __init__(self, desk: Desk, workspace: Workspace) -> None:
        super().__init__()
        self._desk, self._workspace = desk, workspace
        self._asked = 0
        self._search = ("", "")
        self._shown, self._more = 0, False
        self._total = (0, True)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_AFTER_MS)
        self._later.timeout.connect(self._count)

    def forget(self) -> None:
        """Another search is under way."""
        self._asked += 1
        self._later.stop()

    def show_first(self, page: roster.RosterPage, query: str, village: str) -> None:
        """The first page of a search is on the screen."""
        self._search, self._total = (query, village), (page.total, page.exact)
        self.show_so_far(len(page.lines), bool(page.more))
        if not page.exact:
            self._later.start()

    def show_so_far(self, shown: int, more: bool) -> None:
        """So many lines are on the screen, and perhaps more can follow."""
        self._shown, self._more = shown, more
        self._tell()

    def _count(self) -> None:
        if not self.isVisible():
            return
        mine, workspace, (query, village) = self._asked, self._workspace, self._search
        self._desk.background.run(
            lambda report: roster.tally(workspace, query, village), owner=self, done=lambda total: self._counted(mine, total)
        )

    def _counted(self, mine: int, total: tuple[int, bool]) -> None:
        if mine == self._asked:
            self._total = total
            self._tell()

    def _tell(self) -> None:
        total, exact = self._total if self._more else (self._shown, True)
        told = "ui-roster-count" if exact else "ui-roster-count-many"
        self.setText(say(told, shown=self._shown, total=max(self._shown, total)))
