"""Beside the page: the list of sections with their state, and the list of problems that leads to each of them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import QLabel, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from fieldapp.engine.views import Flaw, Problem
from fieldapp.ui.questions.markup import plain
from fieldapp.ui.theme import Theme
from fieldapp.words import say

from .live import LiveForm, Section, within

_PATH = Qt.ItemDataRole.UserRole


def sign_of(answered: int, asked: int, wrong: int, warned: int) -> str:
    """✖ errors, ▲ warnings, ✔ complete, ◐ under way, ○ not begun."""
    if wrong:
        return "✖"
    if warned:
        return "▲"
    if answered >= asked:
        return "✔"
    return "◐" if answered else "○"


def blocks(problem: Problem) -> bool:
    """Whether a problem stands in the way of finalizing."""
    return problem.flaw in (Flaw.REQUIRED, Flaw.CONSTRAINT) or not problem.explanation


class _KeyList(QListWidget):
    """Enter opens a line."""

    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.itemClicked.connect(lambda item: self.chosen.emit(self.row(item)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentRow() >= 0:
            self.chosen.emit(self.currentRow())
            return
        super().keyPressEvent(event)


class SectionList(_KeyList):
    """One line a section: sign, title, answered of asked."""

    def __init__(self, sections: Sequence[Section]) -> None:
        super().__init__()
        self.setAccessibleName(say("ui-form-sections"))
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self._sections = tuple(sections)
        for section in self._sections:
            self.addItem(QListWidgetItem(f"○ {section.title}"))

    def show_state(self, form: LiveForm, problems: Sequence[Problem]) -> None:
        """Paint signs and counts."""
        for at, section in enumerate(self._sections):
            mine = [found for found in problems if _belongs(found, section)]
            wrong = sum(1 for found in mine if found.flaw is Flaw.CONSTRAINT)
            warned = sum(1 for found in mine if found.flaw is Flaw.WARNING and not found.explanation)
            answered, asked = _progress(form, section)
            missing = any(found.flaw is Flaw.REQUIRED for found in mine)
            sign = sign_of(answered, asked if missing else answered, wrong, warned)
            relevant = bool(section.paths) or form.view(section.path).relevant
            item = self.item(at)
            count = f"  {answered}/{asked}" if asked else ""
            item.setText(f"{sign} {section.title}{count}" if relevant else f"— {section.title}")
            item.setForeground(self.palette().text() if relevant else self.palette().placeholderText())

    def mark(self, at: int) -> None:
        """The section that is read now."""
        self.setCurrentRow(at)


def _belongs(problem: Problem, section: Section) -> bool:
    return problem.path in section.paths or within(problem.path, section.path)


def _progress(form: LiveForm, section: Section) -> tuple[int, int]:
    if not section.paths:
        return form.progress(section.path)
    views = [view for view in map(form.view, section.paths) if view.relevant and not view.readonly]
    return sum(1 for view in views if view.value), len(views)


class ProblemsPanel(QWidget):
    """All problems, errors first; what is merely not answered yet stands as one line a section until somebody wants to finalize."""

    opened = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.title = QLabel()
        self.title.setFont(theme.font(bold=True))
        self.list = _KeyList()
        self.list.setWordWrap(True)
        self.list.setAccessibleName(say("ui-problems"))
        self.list.chosen.connect(self._open)
        page = QVBoxLayout(self)
        page.setContentsMargins(6, 6, 6, 6)
        page.addWidget(self.title)
        page.addWidget(self.list, 1)
        hint = QLabel(say("ui-problems-hint"))
        hint.setEnabled(False)
        hint.setWordWrap(True)
        page.addWidget(hint)
        self._now: tuple[object, ...] = ()

    def show_problems(self, problems: Sequence[Problem], strict: bool) -> None:
        """List them; `strict` lists every unanswered question on its own."""
        key = (tuple(problems), strict)
        if key == self._now:
            return
        self._now = key
        current = self._current_path()
        self.list.clear()
        order = (Flaw.CONSTRAINT, Flaw.WARNING, Flaw.REQUIRED)
        sections: set[str] = set()
        for problem in sorted(problems, key=lambda found: order.index(found.flaw)):
            if problem.flaw is Flaw.REQUIRED and not strict:
                if problem.section not in sections:
                    sections.add(problem.section)
                    count = sum(1 for found in problems if found.flaw is Flaw.REQUIRED and found.section == problem.section)
                    self._add(problem, f"○ {say('ui-problems-missing', section=plain(problem.section), count=count)}", "")
                continue
            self._add(problem, *_line(problem, self._theme))
        for at in range(self.list.count()):
            if self.list.item(at).data(_PATH) == current:
                self.list.setCurrentRow(at)
        blocking = sum(1 for problem in problems if problem.flaw is Flaw.CONSTRAINT)
        warned = sum(1 for problem in problems if problem.flaw is Flaw.WARNING and not problem.explanation)
        missing = sum(1 for problem in problems if problem.flaw is Flaw.REQUIRED)
        self.title.setText(say("ui-problems-title", errors=blocking, warnings=warned, missing=missing))

    def step(self, forward: bool) -> None:
        """Open the next or the last problem."""
        count = self.list.count()
        if not count:
            return
        at = self.list.currentRow()
        at = (0 if forward else count - 1) if at < 0 else (at + (1 if forward else -1)) % count
        self.list.setCurrentRow(at)
        self._open(at)

    def _add(self, problem: Problem, text: str, ink: str) -> None:
        item = QListWidgetItem(text)
        item.setData(_PATH, problem.path)
        if ink:
            item.setForeground(QColor(ink))
        self.list.addItem(item)

    def _open(self, at: int) -> None:
        self.opened.emit(str(self.list.item(at).data(_PATH)))

    def _current_path(self) -> str:
        item = self.list.currentItem()
        return str(item.data(_PATH)) if item is not None else ""


def _line(problem: Problem, theme: Theme) -> tuple[str, str]:
    row = say("ui-problems-row", row=problem.row) if problem.row else ""
    message = problem.message or say(f"ui-flaw-{problem.flaw.value}")
    if problem.flaw is Flaw.REQUIRED and not problem.message:
        return f"✖ {row}{plain(problem.label)}：{message}", theme.inks.wrong
    if problem.flaw is Flaw.WARNING:
        done = problem.explanation
        text = say("ui-problems-explained", text=done) if done else message
        return f"{'✔' if done else '▲'} {row}{plain(problem.label)}\n{text}", theme.inks.done if done else theme.inks.warning
    return f"✖ {row}{plain(problem.label)}\n{message}", theme.inks.wrong
