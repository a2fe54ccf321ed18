"""A repeat on the page: one table with one line a row, and below it a drawer with all questions of the chosen row."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHBoxLayout, QHeaderView, QLabel, QMenu, QPushButton, QTableView, QVBoxLayout, QWidget

from fieldapp.engine.views import Changes, Control
from fieldapp.ui.questions.base import Helps
from fieldapp.ui.theme import Theme
from fieldapp.words import say

from .grid import QuestionGrid
from .live import LiveForm, items_below, within
from .rows import RowsModel


class RowTable(QTableView):
    """Enter opens the row's questions, Insert adds a row, Delete takes one away, Alt+Up and Alt+Down move it."""

    opened = Signal()
    added = Signal()
    removed = Signal()
    moved = Signal(int)
    """By how many places: -1 up, 1 down."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setAlternatingRowColors(True)
        self.verticalHeader().setDefaultSectionSize(round(theme.font().pixelSize() * 1.9))
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.horizontalHeader().setStretchLastSection(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys of the table; the rest as usual."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit()
        elif event.key() == Qt.Key.Key_Insert:
            self.added.emit()
        elif event.key() == Qt.Key.Key_Delete:
            self.removed.emit()
        elif event.modifiers() & Qt.KeyboardModifier.AltModifier and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.moved.emit(-1 if event.key() == Qt.Key.Key_Up else 1)
        else:
            super().keyPressEvent(event)

    def fit(self) -> None:
        """As high as its rows, so that the page scrolls and not the table."""
        rows = max(self.model().rowCount(), 1)
        height = self.horizontalHeader().sizeHint().height() + rows * self.verticalHeader().defaultSectionSize() + 6
        if self.horizontalHeader().length() > self.viewport().width():
            height += self.horizontalScrollBar().sizeHint().height()
        if height != self.height():
            self.setFixedHeight(height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Narrower, it may need room for its scroll bar."""
        super().resizeEvent(event)
        self.fit()


class RepeatBlock(QWidget):
    """The table of a repeat with its drawer."""

    answered = Signal(str, object)
    explained = Signal(str, str)
    picture_wanted = Signal(str, str)
    add_wanted = Signal(str)
    remove_wanted = Signal(str, int)
    move_wanted = Signal(str, int, int)
    restore_wanted = Signal(str, str)

    def __init__(self, form: LiveForm, path: str, helps: Helps, theme: Theme) -> None:
        super().__init__()
        self.path = path
        self._form, self._helps, self._theme = form, helps, theme
        self._strict = False
        self.drawer: QuestionGrid | None = None
        self._shown_id = ""
        self.model = RowsModel(form, path)
        label = form.view(path).label or form.view(path).name
        self.table = RowTable(theme)
        self.table.setModel(self.model)
        self.table.setAccessibleName(label)
        self.table.opened.connect(self.enter_drawer)
        self.table.added.connect(lambda: self.add_wanted.emit(path))
        self.table.removed.connect(self._remove)
        self.table.moved.connect(self._move)
        self.table.setToolTip(say("ui-rows-keys"))
        self.table.setAccessibleDescription(say("ui-rows-keys"))
        self.add = QPushButton(say("ui-rows-add"))
        self.remove = QPushButton(say("ui-rows-remove"))
        self.restore = QPushButton(say("ui-rows-restore"))
        self.restore.setMenu(QMenu(self.restore))
        self.restore.menu().aboutToShow.connect(self._list_removed)
        for button in (self.add, self.remove, self.restore):
            button.setAutoDefault(False)
            button.setAccessibleName(f"{label}: {button.text()}")
        self.add.clicked.connect(lambda: self.add_wanted.emit(path))
        self.remove.clicked.connect(self._remove)
        self.title = QLabel()
        self.title.setFont(theme.font(bold=True))
        self._lay_out()
        self.table.selectionModel().currentRowChanged.connect(self._chosen)
        self.table.fit()
        self._known = self._ids()
        self.restore.setVisible(bool(form.removed(path)))
        if self.model.rows:
            self.table.selectRow(0)

    def _lay_out(self) -> None:
        self._page = QVBoxLayout(self)
        self._page.setContentsMargins(8, 4, 8, 8)
        self._page.addWidget(self.table)
        row = QHBoxLayout()
        row.addWidget(self.title, 1)
        row.addWidget(self.add)
        row.addWidget(self.remove)
        row.addWidget(self.restore)
        self._page.addLayout(row)

    def set_strict(self, strict: bool) -> None:
        """Pass strictness on to the drawer's questions."""
        self._strict = strict
        if self.drawer is not None:
            for cell in self.drawer.cells.values():
                cell.set_strict(strict)

    def apply(self, changes: Changes) -> None:
        """Paint what changed in this repeat."""
        moved = changes.rows and any(within(path, self.path) for path in (*changes.changed, *changes.removed))
        if moved:
            self._reread()
            return
        touched = tuple(path for path in changes.changed if within(path, self.path))
        if touched:
            self.model.refresh(touched)
            if self.drawer is not None:
                self.drawer.show_paths(touched)
                for nested in self.drawer.repeats.values():
                    if isinstance(nested, RepeatBlock):
                        nested.apply(changes)

    def choose(self, at: int) -> None:
        """Show row `at` (0-based) in the drawer."""
        self.table.selectRow(at)

    def enter_drawer(self) -> None:
        """The keyboard goes to the first question of the chosen row."""
        if self.drawer is not None:
            for cell in self.drawer.cells.values():
                if cell.can_be_answered():
                    cell.take_focus()
                    return

    def _reread(self) -> None:
        before, kept = set(self._known), self._shown_id
        at_before = max(self.table.currentIndex().row(), 0)
        self.model.read()
        self.table.fit()
        self._known = self._ids()
        self.restore.setVisible(bool(self._form.removed(self.path)))
        new = [at for at, row_id in enumerate(self._known) if row_id not in before]
        if not self._known:
            self._drop_drawer()
            return
        same = self._known.index(kept) if kept in self._known else min(at_before, len(self._known) - 1)
        at = new[-1] if len(new) == 1 else same
        self.table.selectRow(at)
        self._show_row(at)

    def _ids(self) -> list[str]:
        return [self.model.row_id(at) for at in range(len(self.model.rows))]

    def _chosen(self, current: QModelIndex, before: QModelIndex) -> None:
        if current.isValid():
            self._show_row(current.row())

    def _show_row(self, at: int) -> None:
        row = self.model.rows[at]
        self._shown_id = self.model.row_id(at)
        name = self.model.data(self.model.index(at, 0)) if self.model.columnCount() > 1 else ""
        items = items_below(self._form, row)
        if self.drawer is None or not self.drawer.rebind(items):
            self._drop_drawer()
            self.drawer = QuestionGrid(items, self._form.view, self._helps, self._theme, self._nested)
            self.drawer.answered.connect(self.answered)
            self.drawer.explained.connect(self.explained)
            self.drawer.picture_wanted.connect(self.picture_wanted)
            self._page.addWidget(self.drawer)
        self.title.setText(say("ui-rows-title", row=at + 1, name=str(name or "")))
        self.set_strict(self._strict)
        for path, cell in self.drawer.cells.items():
            if cell.view.value and cell.view.control is Control.UPLOAD:
                self.picture_wanted.emit(path, cell.view.value)

    def _nested(self, path: str) -> QWidget:
        block = RepeatBlock(self._form, path, self._helps, self._theme)
        block.answered.connect(self.answered)
        block.explained.connect(self.explained)
        block.picture_wanted.connect(self.picture_wanted)
        block.add_wanted.connect(self.add_wanted)
        block.remove_wanted.connect(self.remove_wanted)
        block.move_wanted.connect(self.move_wanted)
        block.restore_wanted.connect(self.restore_wanted)
        return block

    def _drop_drawer(self) -> None:
        if self.drawer is not None:
            self._page.removeWidget(self.drawer)
            self.drawer.hide()
            self.drawer.deleteLater()
            self.drawer = None
        self.title.setText("")

    def _remove(self) -> None:
        at = self.table.currentIndex().row()
        if at >= 0:
            self.remove_wanted.emit(self.path, at)

    def _move(self, by: int) -> None:
        at = self.table.currentIndex().row()
        if at >= 0 and 0 <= at + by < len(self.model.rows):
            self.move_wanted.emit(self.path, at, at + by)

    def _list_removed(self) -> None:
        menu = self.restore.menu()
        menu.clear()
        for row in self._form.removed(self.path):
            action = menu.addAction(row.title or say("ui-rows-untitled"))
            action.triggered.connect(lambda _=False, row_id=row.row_id: self.restore_wanted.emit(self.path, row_id))
