"""The questions of a section, or of one row of a repeat, in two columns as on the printed form; skipped ones collapse to one grey line."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from fieldapp.engine.views import Kind, NodeView
from fieldapp.ui.questions.base import Helps
from fieldapp.ui.questions.markup import plain, rich
from fieldapp.ui.theme import Theme
from fieldapp.words import say

from .cell import QuestionCell
from .live import Item

MakeRepeat = Callable[[str], QWidget]
_COLUMN_EMS = 17
"""Narrower than two of these the page has one column."""


class QuestionGrid(QWidget):
    """Cells by path; it builds them once and arranges them anew when something appears or is skipped."""

    answered = Signal(str, object)
    explained = Signal(str, str)
    picture_wanted = Signal(str, str)

    def __init__(self, items: Iterable[Item], view: Callable[[str], NodeView], helps: Helps, theme: Theme, repeat: MakeRepeat) -> None:
        super().__init__()
        self._view, self._helps, self._theme, self._make_repeat = view, helps, theme, repeat
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(0)
        self.items = tuple(items)
        self.cells: dict[str, QuestionCell] = {}
        self.headings: dict[str, QLabel] = {}
        self.repeats: dict[str, QWidget] = {}
        self._grey: list[QLabel] = []
        self._columns = 0
        self._layout_of: tuple[object, ...] = ()
        for item in self.items:
            self._build(item)
        self.arrange()

    def _build(self, item: Item) -> None:
        if item.kind is Kind.REPEAT:
            self.repeats[item.path] = self._make_repeat(item.path)
        elif item.kind is Kind.GROUP:
            heading = QLabel(rich(self._view(item.path).label))
            heading.setTextFormat(Qt.TextFormat.RichText)
            heading.setWordWrap(True)
            heading.setFont(self._theme.font(bold=True))
            heading.setContentsMargins(12, 10, 4, 2)
            self.headings[item.path] = heading
        else:
            cell = QuestionCell(self._view(item.path), self._helps, self._theme.inks)
            cell.answered.connect(self.answered)
            cell.explained.connect(self.explained)
            cell.picture_wanted.connect(self.picture_wanted)
            self.cells[item.path] = cell

    def show_paths(self, paths: Iterable[str]) -> None:
        """Paint these questions again; arrange only if something appeared, was skipped or changed its width."""
        touched = False
        for path in paths:
            cell = self.cells.get(path)
            if cell is not None:
                cell.show_view(self._view(path))
                touched = True
            elif path in self.headings:
                self.headings[path].setText(rich(self._view(path).label))
                touched = True
        if touched:
            self.arrange()

    def rebind(self, items: tuple[Item, ...]) -> bool:
        """Show another row of the same repeat in the same cells; False if its shape is another."""
        if self.repeats or [item.kind for item in items] != [item.kind for item in self.items]:
            return False
        cells, headings = {}, {}
        for old, new in zip(self.items, items, strict=True):
            if old.path in self.cells:
                cells[new.path] = self.cells[old.path]
            elif old.path in self.headings:
                headings[new.path] = self.headings[old.path]
        self.items, self.cells, self.headings = items, cells, headings
        for path, cell in cells.items():
            cell.show_view(self._view(path))
        self.arrange()
        return True

    def arrange(self) -> None:
        """Put everything that is asked into the grid, and one grey line for every run of skipped questions."""
        columns = self._columns or 2
        plan = self._plan()
        key = (columns, *(entry if isinstance(entry, str) else tuple(entry) for entry in plan))
        if key == self._layout_of:
            return
        self._layout_of = key
        self.setUpdatesEnabled(False)
        while self._grid.count():
            self._grid.takeAt(0)
        for line in self._grey:
            line.hide()
        row, column, greys = 0, 0, 0
        for entry in plan:
            widget: QWidget
            if isinstance(entry, list):
                widget, wide = self._grey_line(greys, entry), False
                greys += 1
            else:
                widget = self.cells.get(entry) or self.headings.get(entry) or self.repeats[entry]
                wide = not isinstance(widget, QuestionCell) or widget.wide
            if wide and column:
                row, column = row + 1, 0
            self._grid.addWidget(widget, row, column, 1, columns if wide else 1, Qt.AlignmentFlag(0))
            widget.show()
            column = columns if wide else column + 1
            if column >= columns:
                row, column = row + 1, 0
        for at in range(2):
            self._grid.setColumnStretch(at, 1 if at < columns else 0)
        self.setUpdatesEnabled(True)

    def settle(self) -> None:
        """Let the layout take its places now."""
        self._grid.activate()

    def _plan(self) -> list[str | list[str]]:
        """Paths of what is shown, and lists of the paths that are skipped between them."""
        plan: list[str | list[str]] = []
        for item in self.items:
            view = self._view(item.path) if item.path not in self.cells else self.cells[item.path].view
            if view.relevant and (item.kind is not Kind.GROUP or self._any_relevant(item.path)):
                plan.append(item.path)
                continue
            if item.kind is Kind.QUESTION:
                if plan and isinstance(plan[-1], list):
                    plan[-1].append(item.path)
                else:
                    plan.append([item.path])
            hidden = self.cells.get(item.path) or self.headings.get(item.path) or self.repeats.get(item.path)
            if hidden is not None:
                hidden.hide()
        return plan

    def _any_relevant(self, group: str) -> bool:
        return any(cell.view.relevant for path, cell in self.cells.items() if path.startswith(group + "/"))

    def _grey_line(self, at: int, paths: list[str]) -> QLabel:
        while len(self._grey) <= at:
            line = QLabel(self)
            line.setEnabled(False)
            line.setContentsMargins(12, 3, 4, 3)
            line.setWordWrap(True)
            line.setTextFormat(Qt.TextFormat.PlainText)
            self._grey.append(line)
        line = self._grey[at]
        names = [self.cells[path].view.number or plain(self.cells[path].view.label) for path in paths]
        if len(names) > 2 and all(name.isdigit() for name in names):
            names = [names[0], names[-1]]
            line.setText(say("ui-form-skipped-run", first=names[0], last=names[-1], count=len(paths)))
        else:
            line.setText(say("ui-form-skipped", names="、".join(names)))
        line.setToolTip("\n".join(plain(self.cells[path].view.label) for path in paths))
        return line

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Two columns if there is room for them."""
        super().resizeEvent(event)
        columns = 2 if event.size().width() >= 2 * _COLUMN_EMS * self.fontMetrics().horizontalAdvance("国") else 1
        if columns != self._columns:
            self._columns = columns
            self.arrange()

    def minimumSizeHint(self) -> QSize:
        """Narrow is possible; the page never scrolls sideways."""
        return QSize(200, super().minimumSizeHint().height())
