"""Several of many, an order, a yes."""

from __future__ import annotations

from collections.abc import Sequence, Set

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QListView,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
)

from fieldapp.engine.views import ChoiceView, NodeView
from fieldapp.words import say

from .base import QuestionWidget
from .markup import plain

_NAME = Qt.ItemDataRole.UserRole


class CheckList(QListWidget):
    """Check boxes flowing in columns, one thing for the keyboard: arrows move, space or the choice's digit toggles."""

    toggled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # A chosen look without a tick would be read as an answer.
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.itemChanged.connect(lambda _item: self.toggled.emit())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A digit that is a choice's whole code toggles it; Enter goes on to the page."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.ignore()
            return
        for at in range(self.count()):
            item = self.item(at)
            if event.text() and item.data(_NAME) == event.text():
                self.setCurrentItem(item)
                item.setCheckState(Qt.CheckState.Unchecked if item.checkState() == Qt.CheckState.Checked else Qt.CheckState.Checked)
                return
        super().keyPressEvent(event)

    def show_choices(self, choices: Sequence[ChoiceView], ticked: Set[str]) -> None:
        """Show these choices, the ticked ones ticked; the line with the keyboard keeps it while it is there."""
        names = [choice.name for choice in choices]
        if names != self.names() or [self._line(choice) for choice in choices] != [self.item(at).text() for at in range(self.count())]:
            here = self.currentItem().data(_NAME) if self.currentItem() is not None else None
            self.clear()
            for choice in choices:
                item = QListWidgetItem(self._line(choice))
                item.setToolTip(plain(choice.label))
                item.setData(_NAME, choice.name)
                item.setCheckState(Qt.CheckState.Unchecked)
                self.addItem(item)
            self.setCurrentRow(names.index(here) if here in names else 0)
            self.fit()
        for at, name in enumerate(names):
            state = Qt.CheckState.Checked if name in ticked else Qt.CheckState.Unchecked
            if self.item(at).checkState() != state:
                self.item(at).setCheckState(state)

    def names(self) -> list[str]:
        """The names of the choices that are shown."""
        return [str(self.item(at).data(_NAME)) for at in range(self.count())]

    def ticked(self) -> set[str]:
        """The names that are ticked."""
        return {name for at, name in enumerate(self.names()) if self.item(at).checkState() == Qt.CheckState.Checked}

    @staticmethod
    def _line(choice: ChoiceView) -> str:
        label = plain(choice.label)
        return f"{choice.name} {label}" if choice.name.isdigit() and len(choice.name) <= 2 else label

    def fit(self) -> None:
        """As high as all its lines, so that nothing scrolls inside the page."""
        if not self.count():
            self.setFixedHeight(30)
            return
        widest = max(self.sizeHintForColumn(0), 60) + 14
        line = self.sizeHintForRow(0) + 4
        columns = max((self.viewport().width() - 2) // widest, 1)
        rows = -(-self.count() // columns)
        height = rows * line + 8
        size = QSize((self.viewport().width() - 2) // columns, line)
        if self.gridSize() != size:
            self.setGridSize(size)
        if self.height() != height:
            self.setFixedHeight(height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A new width may need another height."""
        super().resizeEvent(event)
        self.fit()


class MultipleQuestion(QuestionWidget):
    """Several of many, as a check list; the answer is the names in choice order, joined by spaces."""

    def __init__(self, view: NodeView) -> None:
        super().__init__(view)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        self.list = CheckList()
        page.addWidget(self.list)
        self.setFocusProxy(self.list)
        self._showing = False
        self.list.toggled.connect(self._toggled)
        self.show_view(view)

    def show_view(self, view: NodeView) -> None:
        """Show which ones are chosen."""
        super().show_view(view)
        self._showing = True
        self.list.show_choices(view.choices, set(view.value.split()))
        self._showing = False

    def _toggled(self) -> None:
        if not self._showing:
            ticked = self.list.ticked()
            self.tell(" ".join(choice.name for choice in self.view.choices if choice.name in ticked))


class _RankList(QListWidget):
    """Alt+Up and Alt+Down move a line; Space takes the order as it stands."""

    moved = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.ignore()
            return
        if event.key() == Qt.Key.Key_Space:
            self.moved.emit()
            return
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        if step and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            at = self.currentRow()
            if 0 <= at + step < self.count():
                self.insertItem(at + step, self.takeItem(at))
                self.setCurrentRow(at + step)
                self.moved.emit()
            return
        super().keyPressEvent(event)


class RankQuestion(QuestionWidget):
    """All choices in an order; the answer is the names in that order."""

    def __init__(self, view: NodeView) -> None:
        super().__init__(view)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        self.list = _RankList()
        self.list.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.list.moved.connect(self._tell_order)
        self.list.model().rowsMoved.connect(lambda *_: self._tell_order())
        hint = QLabel(say("ui-rank-hint"))
        hint.setEnabled(False)
        page.addWidget(self.list)
        page.addWidget(hint)
        self.setFocusProxy(self.list)
        self.show_view(view)

    def show_view(self, view: NodeView) -> None:
        """Show the order; what is not ranked yet stands below in the form's order."""
        super().show_view(view)
        ranked = view.value.split()
        order = sorted(view.choices, key=lambda choice: ranked.index(choice.name) if choice.name in ranked else len(ranked))
        current = self.list.currentRow()
        self.list.clear()
        for at, choice in enumerate(order):
            place = f"{at + 1}." if choice.name in ranked else "–"
            item = QListWidgetItem(f"{place} {plain(choice.label)}")
            item.setData(_NAME, choice.name)
            self.list.addItem(item)
        self.list.setCurrentRow(max(current, 0))
        self.list.setFixedHeight(max(len(order), 1) * max(self.list.sizeHintForRow(0), 20) + 8)

    def _tell_order(self) -> None:
        self.tell(" ".join(str(self.list.item(at).data(_NAME)) for at in range(self.list.count())))


class AcknowledgeQuestion(QuestionWidget):
    """A yes: the box is ticked or the question is not answered."""

    def __init__(self, view: NodeView) -> None:
        super().__init__(view)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self.box = QCheckBox(say("ui-acknowledge"))
        self.box.clicked.connect(lambda ticked: self.tell("OK" if ticked else ""))
        row.addWidget(self.box)
        self.setFocusProxy(self.box)
        self.show_view(view)

    def show_view(self, view: NodeView) -> None:
        """Show whether it is ticked."""
        super().show_view(view)
        self.box.setChecked(bool(view.value))
