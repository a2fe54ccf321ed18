"""A flood of deletions waits here for a person: how many, where, by whom, and two ways to decide."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from fieldapp.ui.theme import Theme, paint
from fieldapp.usecases.held import HeldDeletions
from fieldapp.words import say


class HeldPanel(QFrame):
    """Shown only while something is held."""

    decided = Signal(str, bool)
    """Village, and whether its deletions are meant."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._page = QVBoxLayout(self)
        self.setVisible(False)

    def show_held(self, lines: Sequence[HeldDeletions]) -> None:
        """One row a village."""
        while (item := self._page.takeAt(0)) is not None:
            row = item.widget()
            if row is not None:
                row.deleteLater()
        for line in lines:
            self._page.addWidget(self._row(line))
        self.setVisible(bool(lines))

    def _row(self, line: HeldDeletions) -> QFrame:
        row = QFrame()
        across = QHBoxLayout(row)
        told = say("ui-held-told", village=line.village_name, records=line.records, of=line.of, who=line.who)
        text = QLabel(told)
        text.setWordWrap(True)
        paint(row, text=self._theme.inks.wrong, ground=self._theme.inks.wrong_ground)
        across.addWidget(text, 1)
        for name, meant in (("keep", False), ("confirm", True)):
            button = QPushButton(say(f"ui-held-{name}"))
            button.setObjectName(f"held-{name}")
            button.setAutoDefault(False)
            button.setAccessibleDescription(told)
            button.clicked.connect(partial(self._decide, line.village, meant))
            across.addWidget(button)
        return row

    def _decide(self, village: str, meant: bool, _checked: bool = False) -> None:
        self.decided.emit(village, meant)
