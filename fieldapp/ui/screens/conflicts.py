"""Conflicts, one field at a time: every value that stands against another, who wrote it and when; a digit or a click decides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget

from fieldapp.ui.theme import Theme, paint
from fieldapp.words import say

if TYPE_CHECKING:
    from fieldapp.usecases.exchange import ConflictLine


class ConflictsPanel(QWidget):
    """The list of conflicts at the left, the values of the chosen one at the right."""

    decided = Signal(str, str, str)
    """Record, field, value."""
    shown = Signal(bool)
    """Whether there are any."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._lines: tuple[ConflictLine, ...] = ()
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        self.title = QLabel(say("ui-conflicts-title"))
        self.title.setFont(theme.font(bold=True))
        self.hint = QLabel(say("ui-conflicts-hint"))
        self.hint.setWordWrap(True)
        self.list = QListWidget()
        self.list.setAccessibleName(say("ui-conflicts-title"))
        self.values = QFrame()
        paint(self.values, ground=theme.inks.paper)
        self._values = QVBoxLayout(self.values)
        row = QHBoxLayout()
        row.addWidget(self.list, 1)
        row.addWidget(self.values, 2)
        page.addWidget(self.title)
        page.addWidget(self.hint)
        page.addLayout(row, 1)
        self.list.currentRowChanged.connect(self._show_values)
        self.show_conflicts(())

    def show_conflicts(self, lines: Sequence[ConflictLine]) -> None:
        """List the conflicts; without any the panel is hidden."""
        at = self.list.currentRow()
        self._lines = tuple(lines)
        self.list.clear()
        for line in self._lines:
            self.list.addItem(QListWidgetItem(f"⚠ {line.head_name} · {line.field_label or say('ui-conflicts-deleted')}"))
        self.setVisible(bool(self._lines))
        self.shown.emit(bool(self._lines))
        if self._lines:
            self.list.setCurrentRow(min(max(at, 0), len(self._lines) - 1))

    def _show_values(self, at: int) -> None:
        while self._values.count():
            item = self._values.takeAt(0)
            old = item.widget() if item is not None else None
            if old is not None:
                old.hide()
                old.deleteLater()
        if not 0 <= at < len(self._lines):
            return
        line = self._lines[at]
        heading = QLabel(say("ui-conflicts-field", name=line.head_name, field=line.field_label or say("ui-conflicts-deleted")))
        heading.setFont(self._theme.font(bold=True))
        heading.setWordWrap(True)
        self._values.addWidget(heading)
        for number, write in enumerate(line.writes, 1):
            value = write.told or write.value or say("ui-conflicts-empty")
            button = QPushButton(say("ui-conflicts-take", number=number, value=value))
            button.setShortcut(f"Alt+{number}")
            button.setAutoDefault(False)
            button.setStyleSheet("text-align: left; padding: 8px;")
            button.clicked.connect(lambda _=False, line=line, value=write.value: self.decided.emit(line.record, line.field, value))
            who = QLabel(say("ui-conflicts-who", who=write.who, when=write.when.replace("T", " ")[:16]))
            paint(who, text=self._theme.inks.faint)
            who.setContentsMargins(12, 0, 0, 8)
            self._values.addWidget(button)
            self._values.addWidget(who)
        self._values.addStretch(1)
        self.values.setFocusPolicy(Qt.FocusPolicy.NoFocus)
