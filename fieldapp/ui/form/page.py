"""The form as one page: every section with its title, built one after the other while the first ones can be used already."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPalette
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from fieldapp.engine.views import Changes, Control, NodeView
from fieldapp.ui.questions.base import Helps
from fieldapp.ui.theme import Theme, paint
from fieldapp.words import say

from .cell import QuestionCell
from .grid import QuestionGrid
from .live import LiveForm, Section, items, sections, within
from .repeat import RepeatBlock


class SectionBlock(QFrame):
    """One section: its title, and its questions once they are built."""

    def __init__(self, section: Section, theme: Theme) -> None:
        super().__init__()
        self.section = section
        self.grid: QuestionGrid | None = None
        # By role and not by palette: the palette would reach the frames of the fields inside.
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.setAutoFillBackground(True)
        self.page = QVBoxLayout(self)
        self.page.setContentsMargins(0, 0, 0, 0)
        self.page.setSpacing(0)
        self.title = QLabel(section.title)
        self.title.setFont(theme.font(1.15, bold=True))
        self.title.setContentsMargins(12, 8, 8, 8)
        paint(self.title, text=theme.inks.accent, ground=theme.inks.grey_ground)
        self.skipped = QLabel(say("ui-form-section-skipped"))
        self.skipped.setEnabled(False)
        self.skipped.setContentsMargins(12, 6, 4, 6)
        self.skipped.hide()
        self.page.addWidget(self.title)
        self.page.addWidget(self.skipped)

    def is_relevant(self, form: LiveForm) -> bool:
        """Whether anything of the section is asked; a run of loose questions always stands."""
        return bool(self.section.paths) or form.view(self.section.path).relevant

    def show_relevance(self, form: LiveForm) -> None:
        """Show the questions, or one grey line instead."""
        relevant = self.is_relevant(form)
        self.skipped.setVisible(not relevant)
        if self.grid is not None:
            self.grid.setVisible(relevant)

    def repeats(self) -> tuple[RepeatBlock, ...]:
        """The repeats that stand directly in the section."""
        found = self.grid.repeats.values() if self.grid is not None else ()
        return tuple(block for block in found if isinstance(block, RepeatBlock))

    def settle(self) -> None:
        """Let the layouts take their places now."""
        if self.grid is not None:
            self.grid.settle()
        self.page.activate()


class FormPage(QScrollArea):
    """Shows a session; every answer goes out as a signal, every change comes in by `apply`."""

    answered = Signal(str, object)
    explained = Signal(str, str)
    add_wanted = Signal(str)
    remove_wanted = Signal(str, int)
    move_wanted = Signal(str, int, int)
    restore_wanted = Signal(str, str)
    picture_wanted = Signal(str, str)
    section_reached = Signal(int)
    complete = Signal()
    """All sections are built."""

    def __init__(self, form: LiveForm, helps: Helps, theme: Theme, fresh: bool = False) -> None:
        super().__init__()
        self._form, self._helps, self._theme = form, helps, theme
        self._fresh = fresh
        self._touched: set[str] = set()
        self._strict = False
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(say("ui-form-page"))
        self._body = QWidget()
        page = QVBoxLayout(self._body)
        page.setContentsMargins(0, 0, 0, 0)
        page.setSpacing(10)
        self.blocks = tuple(SectionBlock(section, theme) for section in sections(form, form.view(form.root).label or say("ui-form-loose")))
        for block in self.blocks:
            page.addWidget(block)
        page.addStretch(1)
        self.setWidget(self._body)
        self._next = QTimer(self)
        self._next.setInterval(0)
        self._next.timeout.connect(self._build_next)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        QApplication.instance().focusChanged.connect(self._follow)  # type: ignore[union-attr]

    def start(self) -> None:
        """Build the first section now and the other relevant ones one by one, once somebody listens."""
        for block in self.blocks:
            block.show_relevance(self._form)
        self._build(0)
        self._next.start()

    def _build_next(self) -> None:
        for at, block in enumerate(self.blocks):
            if block.grid is None and block.is_relevant(self._form):
                self._build(at)
                return
        self._next.stop()
        self.complete.emit()

    def _build(self, at: int) -> None:
        block = self.blocks[at]
        if block.grid is not None:
            return
        block.grid = QuestionGrid(items(self._form, block.section), self._form.view, self._helps, self._theme, self._repeat)
        block.grid.answered.connect(self._answered)
        block.grid.explained.connect(self.explained)
        block.grid.picture_wanted.connect(self.picture_wanted)
        for path, cell in block.grid.cells.items():
            cell.set_strict(self._strict)
            if self._fresh and path not in self._touched:
                cell.prefilled = True
                cell.show_view(cell.view)
        for cell in cells_of(block.grid):
            if cell.view.value and cell.view.control is Control.UPLOAD:
                self.picture_wanted.emit(cell.view.path, cell.view.value)
        block.page.addWidget(block.grid)
        block.show_relevance(self._form)

    def _repeat(self, path: str) -> RepeatBlock:
        made = RepeatBlock(self._form, path, self._helps, self._theme)
        made.answered.connect(self._answered)
        made.explained.connect(self.explained)
        made.picture_wanted.connect(self.picture_wanted)
        made.add_wanted.connect(self.add_wanted)
        made.remove_wanted.connect(self.remove_wanted)
        made.move_wanted.connect(self.move_wanted)
        made.restore_wanted.connect(self.restore_wanted)
        made.set_strict(self._strict)
        return made

    def apply(self, changes: Changes) -> None:
        """Paint only what changed."""
        for block in self.blocks:
            if block.section.path in changes.changed:
                block.show_relevance(self._form)
                if block.grid is None:
                    self._next.start()
            if block.grid is not None:
                block.grid.show_paths(changes.changed)
                for repeat in block.repeats():
                    repeat.apply(changes)

    def set_strict(self, strict: bool) -> None:
        """Mark unanswered required questions too, after an attempt to finalize."""
        self._strict = strict
        for block in self.blocks:
            for cell in block.grid.cells.values() if block.grid is not None else ():
                cell.set_strict(strict)
            for repeat in block.repeats():
                repeat.set_strict(strict)

    def cell(self, path: str) -> QuestionCell | None:
        """The cell of a question; builds its section and opens its row if need be."""
        for at, block in enumerate(self.blocks):
            if not (within(path, block.section.path) or path in block.section.paths):
                continue
            self._build(at)
            if block.grid is not None:
                return _find(block.grid, path)
        return None

    def cells(self) -> list[QuestionCell]:
        """Every built cell in reading order, the open rows' too."""
        return [cell for block in self.blocks if block.grid is not None for cell in cells_of(block.grid)]

    def shown(self, path: str) -> QuestionCell | None:
        """The cell of a question if it is on the page now; builds and opens nothing."""
        return next((cell for cell in self.cells() if cell.view.path == path), None)

    def commit(self) -> None:
        """Tell what is typed and not yet told in the field that has the keyboard."""
        cell = cell_with_keyboard(self)
        if cell is not None and cell.widget is not None:
            cell.widget.commit()

    def go_to(self, path: str) -> bool:
        """Scroll to a question and give it the keyboard."""
        cell = self.cell(path)
        if cell is None:
            return False
        self._settle()
        cell.take_focus()
        self.ensureWidgetVisible(cell, 20, 120)
        return True

    def go_to_section(self, at: int) -> None:
        """Scroll to a section's title and give its first question the keyboard."""
        for earlier in range(at + 1):
            if self.blocks[earlier].is_relevant(self._form):
                self._build(earlier)
        block = self.blocks[at]
        self._settle()
        for cell in self.cells():
            if block.isAncestorOf(cell) and cell.can_be_answered():
                cell.take_focus()
                break
        self.verticalScrollBar().setValue(block.mapTo(self._body, QPoint(0, 0)).y())

    def _settle(self) -> None:
        for block in self.blocks:
            block.settle()
        page = self._body.layout()
        if page is not None:
            page.activate()

    def step(self, forward: bool) -> None:
        """The keyboard goes to the next (or the last) question that can be answered."""
        here = cell_with_keyboard(self)
        at_block = next((at for at, block in enumerate(self.blocks) if here is not None and block.isAncestorOf(here)), 0)
        following_blocks = [at for at, block in enumerate(self.blocks) if at >= at_block and block.is_relevant(self._form)]
        for near in following_blocks[:2]:
            self._build(near)
        cells = [cell for cell in self.cells() if cell.can_be_answered() and cell.isVisible()]
        if here is not None:
            here.confirm()
        if here is None or here not in cells:
            following = cells[:1]
        else:
            at = cells.index(here) + (1 if forward else -1)
            following = cells[at : at + 1] if at >= 0 else []
        if following:
            following[0].take_focus()
            self.ensureWidgetVisible(following[0], 20, 120)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter goes on, Shift+Enter goes back: what no field has taken for itself arrives here."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.step(forward=not event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            return
        cell = cell_with_keyboard(self) if event.key() == Qt.Key.Key_F1 else None
        if cell is not None and cell.toggle_guidance():
            return
        super().keyPressEvent(event)

    def nearest_repeat(self) -> RepeatBlock | None:
        """The repeat in the section that has the keyboard, else the first one on the page."""
        here = cell_with_keyboard(self)
        blocks = sorted(self.blocks, key=lambda block: here is None or not block.isAncestorOf(here))
        return next((repeat for block in blocks for repeat in block.repeats()), None)

    def _answered(self, path: str, value: object) -> None:
        self._touched.add(path)
        cell = self.shown(path)
        if cell is not None:
            cell.confirm()
        self.answered.emit(path, value)
        if cell is not None and goes_on(cell.view) and cell_with_keyboard(self) is cell:
            self.step(forward=True)

    def _follow(self, before: QWidget | None, now: QWidget | None) -> None:
        if now is not None and self._body.isAncestorOf(now):
            cell = cell_with_keyboard(self)
            self.ensureWidgetVisible(cell if cell is not None and cell.height() < self.height() else now, 20, 60)

    def _scrolled(self, value: int) -> None:
        for at in range(len(self.blocks) - 1, -1, -1):
            if self.blocks[at].y() <= value + 40:
                self.section_reached.emit(at)
                return


def goes_on(view: NodeView) -> bool:
    """Whether an answer leads to the next question by itself."""
    return view.looks("quick") and view.control is Control.SELECT_ONE and bool(view.value)


def cell_with_keyboard(page: QWidget) -> QuestionCell | None:
    """The cell on a page in which the keyboard is."""
    widget: QObject | None = QApplication.focusWidget()
    while widget is not None and widget is not page:
        if isinstance(widget, QuestionCell):
            return widget
        widget = widget.parent()
    return None


def cells_of(grid: QuestionGrid) -> list[QuestionCell]:
    """The cells of a grid in reading order, with those of open rows."""
    found: list[QuestionCell] = []
    for item in grid.items:
        if item.path in grid.cells:
            found.append(grid.cells[item.path])
        block = grid.repeats.get(item.path)
        if isinstance(block, RepeatBlock) and block.drawer is not None:
            found.extend(cells_of(block.drawer))
    return found


def _find(grid: QuestionGrid, path: str) -> QuestionCell | None:
    if path in grid.cells:
        return grid.cells[path]
    for widget in grid.repeats.values():
        if isinstance(widget, RepeatBlock) and within(path, widget.path):
            for at, row in enumerate(widget.model.rows):
                if within(path, row):
                    widget.choose(at)
                    return _find(widget.drawer, path) if widget.drawer is not None else None
    return None
