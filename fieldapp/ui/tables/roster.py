"""The roster as a table model: lines as the search gave them, signs as shape and word."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from fieldapp.domain.household import HouseholdLine
from fieldapp.words import say

COLUMNS = ("state", "head", "members", "address", "group", "phone", "code", "revision", "sync")
_Index = QModelIndex | QPersistentModelIndex
_SIGNS = {"": "○", "draft": "◐", "finalized": "✔", "accepted": "✔", "returned": "▲"}


class RosterModel(QAbstractTableModel):
    """Shows HouseholdLines."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: tuple[HouseholdLine, ...] = ()
        self._marks: frozenset[str] = frozenset()

    def show_lines(self, lines: tuple[HouseholdLine, ...]) -> None:
        """Show these lines instead."""
        self.beginResetModel()
        self.lines = lines
        self.endResetModel()

    def show_marks(self, marks: frozenset[str]) -> None:
        """The households that may have been entered twice."""
        self._marks = marks
        if self.lines:
            head = COLUMNS.index("head")
            self.dataChanged.emit(self.index(0, head), self.index(len(self.lines) - 1, head))

    def add_lines(self, lines: tuple[HouseholdLine, ...]) -> None:
        """Show these lines behind the others."""
        if lines:
            self.beginInsertRows(QModelIndex(), len(self.lines), len(self.lines) + len(lines) - 1)
            self.lines += lines
            self.endInsertRows()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """One row a household."""
        return 0 if parent.isValid() else len(self.lines)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """The columns named in COLUMNS."""
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Words of the columns; line numbers."""
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return say(f"ui-roster-{COLUMNS[section]}") if orientation is Qt.Orientation.Horizontal else str(section + 1)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Words for people."""
        if not index.isValid() or role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        line, column = self.lines[index.row()], COLUMNS[index.column()]
        told = cell(line, column)
        return say("ui-roster-suspect", name=told) if column == "head" and line.id in self._marks else told


def cell(line: HouseholdLine, column: str) -> str:
    """One value of a line in words; the phone shows only its ends."""
    if column == "state":
        archived = say("ui-roster-archived") if line.archived else ""
        return f"{_SIGNS.get(line.state, '○')} {say('ui-state-' + (line.state or 'none'))}{archived}"
    if column == "sync":
        if line.conflicts:
            return f"⚠ {say('ui-roster-conflicts', count=line.conflicts)}"
        return f"⇅ {say('ui-roster-unsent', count=line.unsent)}" if line.unsent else say("ui-roster-sent")
    if column == "phone":
        return f"{line.phone[:3]}****{line.phone[-4:]}" if len(line.phone) >= 11 else line.phone
    return {
        "head": say("ui-roster-joined", name=line.head_name, count=line.joined) if line.joined else line.head_name,
        "members": str(line.members) if line.members else "",
        "address": line.address,
        "group": line.group,
        "code": line.national_code,
        "revision": str(line.revision) if line.revision else "",
    }[column]
