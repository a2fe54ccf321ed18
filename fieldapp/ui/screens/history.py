"""What happened to a household, field by field, beside the roster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QAbstractItemView, QTableWidget, QTableWidgetItem

from fieldapp.domain.ids import HouseholdId
from fieldapp.ui.desk import Desk
from fieldapp.usecases import roster
from fieldapp.words import say

if TYPE_CHECKING:
    from fieldapp.usecases.workspaces import Workspace

_HISTORY = ("when", "who", "about", "field", "before", "value", "why")


class HistoryPanel(QTableWidget):
    """Every change of every field of the household under the cursor: when, who, which field, old, new, why."""

    def __init__(self, desk: Desk, workspace: Workspace) -> None:
        super().__init__(0, len(_HISTORY))
        self._desk, self._workspace = desk, workspace
        self._household = ""
        self.setHorizontalHeaderLabels([say(f"ui-history-{name}") for name in _HISTORY])
        self.setAccessibleName(say("ui-history-title"))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.horizontalHeader().setStretchLastSection(True)

    def show_household(self, household: str) -> None:
        """Read a household's history in the worker and show it."""
        self._household, workspace = household, self._workspace
        self._desk.background.run(
            lambda report: roster.field_history(workspace, HouseholdId(household)),
            owner=self,
            done=lambda lines: self._show(household, lines),
        )

    def _show(self, household: str, lines: tuple[roster.FieldLine, ...]) -> None:
        if household != self._household:
            return
        self.setRowCount(len(lines))
        for row, line in enumerate(lines):
            told = (line.when.replace("T", " ")[:16], line.who, line.about, line.label, line.before, line.value, line.why)
            for column, text in enumerate(told):
                self.setItem(row, column, QTableWidgetItem(text))
