"""Two households side by side: every field of both, who of their members is one person, and which household stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QRadioButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from fieldapp.domain import codes, masking
from fieldapp.domain.household import HouseholdLine, Member
from fieldapp.domain.ids import HouseholdId, MemberId
from fieldapp.ui.theme import Theme
from fieldapp.words import say

if TYPE_CHECKING:
    from fieldapp.usecases.duplicates import Comparison

_SIDES = ("first", "second")


class SideBySide(QWidget):
    """Shows a comparison; the person chooses what stays and unticks who is not one person."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._shown: Comparison | None = None
        self.keep = tuple(QRadioButton() for _ in _SIDES)
        for button in self.keep:
            button.toggled.connect(lambda _: self._tell_sides())
        self.fields = self._table(say("ui-duplicates-fields"))
        self.people = self._table(say("ui-duplicates-people"))
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        row = QHBoxLayout()
        for button in self.keep:
            row.addWidget(button, 1)
        page.addLayout(row)
        page.addWidget(self.fields, 5)
        self.same = QLabel(say("ui-duplicates-same"))
        page.addWidget(self.same)
        page.addWidget(self.people, 2)
        self.clear()

    def clear(self) -> None:
        """Nothing is chosen."""
        self._shown = None
        self.setEnabled(False)
        for table in (self.fields, self.people):
            table.setRowCount(0)
        for button in self.keep:
            button.setText("")

    def show_comparison(self, found: Comparison, decided: bool) -> None:
        """Show two households; of a join that was `decided` nothing can be chosen, the second one stays."""
        self._shown = found
        self.setEnabled(True)
        stays = 1 if decided else (found.first.id, found.second.id).index(found.better)
        self.keep[stays].setChecked(True)
        for button in self.keep:
            button.setEnabled(not decided)
        self.fields.setRowCount(len(found.fields))
        for at, line in enumerate(found.fields):
            sign = say("ui-duplicates-differs") if line.differs else say("ui-duplicates-equal")
            for column, text in enumerate((line.label, line.first, line.second, sign)):
                self._put(self.fields, at, column, text, line.differs)
        self.people.setRowCount(len(found.people))
        for at, pair in enumerate(found.people):
            for column, member in enumerate((pair.first, pair.second), 1):
                self._put(self.people, at, column, _member(member), differs=False)
            self.people.setItem(at, 0, _tick(pair.first is not None and pair.second is not None, decided))
        self.same.setVisible(not decided)
        self._tell_sides()

    def decision(self) -> tuple[HouseholdId, HouseholdId, list[tuple[MemberId, MemberId]]]:
        """The household that goes, the one that stays, and pairs of their members who are one person, in that order."""
        assert self._shown is not None
        stays = 1 if self.keep[1].isChecked() else 0
        sides = (self._shown.first.id, self._shown.second.id)
        people = []
        for at, pair in enumerate(self._shown.people):
            tick = self.people.item(at, 0)
            if pair.first is not None and pair.second is not None and tick is not None and tick.checkState() == Qt.CheckState.Checked:
                both = (pair.first.id, pair.second.id)
                people.append((both[1 - stays], both[stays]))
        return sides[1 - stays], sides[stays], people

    def _table(self, name: str) -> QTableWidget:
        table = QTableWidget(0, 4 if name == say("ui-duplicates-fields") else 3)
        table.setAccessibleName(name)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setTabKeyNavigation(False)
        table.setWordWrap(True)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(round(self._theme.font().pixelSize() * 1.65))
        header = table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        for column in (1, 2):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        return table

    def _put(self, table: QTableWidget, row: int, column: int, text: str, differs: bool) -> None:
        item = QTableWidgetItem(text)
        item.setToolTip(text)
        if differs:
            item.setBackground(QColor(self._theme.inks.warning_ground))
            item.setForeground(QColor(self._theme.inks.text))
        table.setItem(row, column, item)

    def _tell_sides(self) -> None:
        if self._shown is None:
            return
        heads = []
        for at, line in enumerate((self._shown.first, self._shown.second)):
            stays = self.keep[at].isChecked()
            self.keep[at].setText(say(f"ui-duplicates-keep-{_SIDES[at]}", name=_named(line)))
            self.keep[at].setShortcut(f"Alt+{at + 1}")  # a new text takes the old key away
            heads.append(say("ui-duplicates-stays" if stays else "ui-duplicates-goes", name=line.head_name))
        self.fields.setHorizontalHeaderLabels([say("ui-duplicates-field"), *heads, say("ui-duplicates-compared")])
        self.people.setHorizontalHeaderLabels([say("ui-duplicates-one-person"), *heads])


def _named(line: HouseholdLine) -> str:
    return " · ".join(filter(None, (line.head_name, line.address)))


def _member(member: Member | None) -> str:
    if member is None:
        return ""
    relation = codes.RELATION.get(member.relation, member.relation)
    left = "" if member.active else say("ui-duplicates-left")
    return " · ".join(filter(None, (member.name, relation, member.birth, masking.citizen_id(member.citizen_id), left)))


def _tick(both: bool, decided: bool) -> QTableWidgetItem:
    item = QTableWidgetItem()
    item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
    if both and not decided:
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        item.setCheckState(Qt.CheckState.Checked)
    elif both:
        item.setText("✔")
    return item
