"""The rows of a repeat as a table: one line a member, the leading questions as columns, and how far each row is."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from fieldapp.engine.views import Control, Flaw, Kind, NodeView
from fieldapp.ui.questions.markup import plain
from fieldapp.ui.questions.text import in_words
from fieldapp.words import say

from .live import LiveForm, items_below

MOST_COLUMNS = 8
_SHOWN = (Control.INPUT, Control.SELECT_ONE)
_Index = QModelIndex | QPersistentModelIndex


class RowsModel(QAbstractTableModel):
    """Reads cells from the session when they are painted; `refresh` after every change."""

    def __init__(self, form: LiveForm, repeat: str) -> None:
        super().__init__()
        self._form = form
        self.repeat = repeat
        self.rows: tuple[str, ...] = ()
        self._columns: tuple[str, ...] = ()
        self._views: dict[str, NodeView] = {}
        self.read()

    def read(self) -> None:
        """Read the rows anew: some were added, removed or moved."""
        self.beginResetModel()
        self._views.clear()
        self.rows = tuple(path for path in self._form.children(self.repeat) if self._form.view(path).kind is Kind.ROW)
        if self.rows:
            self._columns = self._leading()
        self.endResetModel()

    def refresh(self, paths: tuple[str, ...]) -> None:
        """These paths have changed: paint their rows again."""
        for path in paths:
            self._views.pop(path, None)
        for at, row in enumerate(self.rows):
            if any(path.startswith(row + "/") or path == row for path in paths):
                self.dataChanged.emit(self.index(at, 0), self.index(at, self.columnCount() - 1))

    def row_id(self, at: int) -> str:
        """The id that stays with a row."""
        return self._form.view(self.rows[at]).row_id if 0 <= at < len(self.rows) else ""

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """One line a row of the repeat."""
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """The leading questions and the state."""
        return 0 if parent.isValid() else len(self._columns) + 1

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Values in words; identity numbers masked."""
        if not index.isValid() or role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        row = self.rows[index.row()]
        if index.column() >= len(self._columns):
            return self._state(row)
        view = self._view(f"{row}/{self._columns[index.column()]}")
        return masked(view)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Labels of the questions; line numbers."""
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if orientation is Qt.Orientation.Vertical:
            return str(section + 1)
        if section >= len(self._columns):
            return say("ui-rows-state")
        return plain(self._view(f"{self.rows[0]}/{self._columns[section]}").label) if self.rows else ""

    def _leading(self) -> tuple[str, ...]:
        """The first plain questions of a row that are asked in any row."""
        row = self.rows[0]
        found: list[str] = []
        for item in items_below(self._form, row):
            view = self._form.view(item.path)
            name = item.path.rsplit("/", 1)[1]
            plain = view.kind is Kind.QUESTION and view.control in _SHOWN and item.path.count("/") == row.count("/") + 1
            if plain and any(self._form.view(f"{other}/{name}").relevant for other in self.rows):
                found.append(name)
        return tuple(found[:MOST_COLUMNS])

    def _view(self, path: str) -> NodeView:
        if path not in self._views:
            self._views[path] = self._form.view(path)
        return self._views[path]

    def _state(self, row: str) -> str:
        views = [self._form.view(item.path) for item in items_below(self._form, row) if item.kind is Kind.QUESTION]
        asked = [view for view in views if view.relevant and not view.readonly]
        flaws = [view.problem for view in asked if view.problem is not None]
        wrong = sum(1 for flaw in flaws if flaw.flaw is Flaw.CONSTRAINT)
        warned = sum(1 for flaw in flaws if flaw.flaw is Flaw.WARNING and not flaw.explanation)
        missing = sum(1 for flaw in flaws if flaw.flaw is Flaw.REQUIRED)
        answered = sum(1 for view in asked if view.value)
        sign = f"✖{wrong} " if wrong else f"▲{warned} " if warned else "✔ " if not missing else "◐ " if answered else "○ "
        return f"{sign}{answered}/{len(asked)}"


def masked(view: NodeView) -> str:
    """A value in words; sensitive numbers show only their ends."""
    text = in_words(view) if view.relevant else ""
    if (view.pii >= 2 or view.name.endswith(("id_no", "account", "cert_no"))) and len(text) >= 12 and view.control is Control.INPUT:
        return f"{text[:4]}…{text[-4:]}"
    return text
