"""Households that may have been entered twice, side by side: join them, say that they are two, or take a join back; mouse or keyboard."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QListWidget, QListWidgetItem, QPushButton, QSplitter, QVBoxLayout, QWidget

from fieldapp.ui.background import Lane, Report
from fieldapp.ui.desk import Desk
from fieldapp.ui.questions.base import TextField
from fieldapp.ui.theme import emphasize, outline
from fieldapp.usecases import duplicates
from fieldapp.words import say

from .side_by_side import SideBySide

if TYPE_CHECKING:
    from fieldapp.usecases.duplicates import Comparison, Joined, Suspects
    from fieldapp.usecases.workspaces import Workspace

Found = TypeVar("Found")
_WIDE, _HIGH = 1240, 690


class DuplicatesDialog(QDialog):
    """What is suspected and what was joined at the left, the two households of the chosen line at the right."""

    opened = Signal(str)
    """Id of the household whose form is wanted."""
    archive_wanted = Signal(str)
    changed = Signal()

    def __init__(self, desk: Desk, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._workspace = desk, workspace
        self._lines: list[Suspects | Joined] = []
        self._asked = 0
        self._shown: Comparison | None = None
        self.setWindowTitle(say("ui-duplicates-title"))
        self.resize(_WIDE, _HIGH)
        self.hint = QLabel(say("ui-duplicates-hint"))
        self.hint.setWordWrap(True)
        self.list = QListWidget()
        self.list.setWordWrap(True)
        self.list.setAccessibleName(say("ui-duplicates-list"))
        self.sides = SideBySide(desk.theme)
        self.why = TextField()
        self.why.setAccessibleName(say("ui-duplicates-why"))
        self.why.setPlaceholderText(say("ui-duplicates-why-hint"))
        self.join, self.apart, self.take_back, self.close_ = (self._button(name) for name in ("join", "apart", "take-back", "close"))
        self.forms = tuple(self._button(f"form-{side}") for side in ("first", "second"))
        self.archives = tuple(self._button(f"archive-{side}") for side in ("first", "second"))
        self._build()
        self._bind()
        self._enable()

    def _button(self, name: str) -> QPushButton:
        button = QPushButton(say(f"ui-duplicates-{name}"))
        button.setAutoDefault(False)
        return button

    def _build(self) -> None:
        page = QVBoxLayout(self)
        page.addWidget(self.hint)
        right = QWidget()
        below = QVBoxLayout(right)
        below.setContentsMargins(0, 0, 0, 0)
        below.addWidget(self.sides, 1)
        reason = QHBoxLayout()
        label = QLabel(say("ui-duplicates-why"))
        label.setBuddy(self.why)
        reason.addWidget(label)
        reason.addWidget(self.why, 1)
        below.addLayout(reason)
        buttons = QHBoxLayout()
        for button in (*self.forms, *self.archives):
            buttons.addWidget(button)
        buttons.addStretch(1)
        for button in (self.take_back, self.apart, self.join, self.close_):
            buttons.addWidget(button)
        below.addLayout(buttons)
        splitter = QSplitter()
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self.list)
        splitter.addWidget(right)
        splitter.setSizes([_WIDE // 4, _WIDE * 3 // 4])
        page.addWidget(splitter, 1)
        emphasize(self.join, self._desk.theme.inks)
        outline(self, self._desk.theme.inks)

    def _bind(self) -> None:
        self.list.currentRowChanged.connect(self._choose)
        self.why.textChanged.connect(lambda _: self._enable())
        self.join.setShortcut(QKeySequence("Ctrl+Return"))
        self.join.clicked.connect(self._join)
        self.apart.clicked.connect(self._apart)
        self.take_back.clicked.connect(self._take_back)
        self.close_.clicked.connect(self.reject)
        for at in (0, 1):
            self.forms[at].clicked.connect(partial(self._leave_for, self.opened, at))
            self.archives[at].clicked.connect(partial(self._leave_for, self.archive_wanted, at))

    def begin(self) -> None:
        """Read what there is and show the dialog."""
        self.refresh()
        self.open()
        self.list.setFocus()

    def refresh(self) -> None:
        """Read both lists anew in the worker."""
        workspace = self._workspace
        self._run(lambda: (duplicates.possible(workspace), duplicates.joined(workspace)), self._show_lists)

    def _show_lists(self, found: tuple[tuple[Suspects, ...], tuple[Joined, ...]]) -> None:
        at = self.list.currentRow()
        suspects, joined = found
        self._lines = [*suspects, *joined]
        self.list.clear()
        for one in suspects:
            told = say("ui-duplicates-suspects", first=one.first.head_name, second=one.second.head_name)
            self.list.addItem(QListWidgetItem(f"≈ {told}\n" + "\n".join(f"　{sign}" for sign in one.signs)))
        for pair in joined:
            told = say("ui-duplicates-joined", gone=pair.household.head_name, stays=pair.stays.head_name)
            who = say("ui-duplicates-who", who=pair.who, when=pair.when.replace("T", " ")[:16], why=pair.why)
            self.list.addItem(QListWidgetItem(f"⊕ {told}\n　{who}"))
        self.list.setVisible(bool(self._lines))
        self.hint.setText(say("ui-duplicates-hint") if self._lines else say("ui-duplicates-none"))
        if self._lines:
            self.list.setCurrentRow(min(max(at, 0), len(self._lines) - 1))
        self._enable()

    def _choose(self, at: int) -> None:
        self._asked += 1
        self._shown = None
        self.sides.clear()
        self._enable()
        if not 0 <= at < len(self._lines):
            return
        mine, workspace, line = self._asked, self._workspace, self._lines[at]
        is_joined = isinstance(line, duplicates.Joined)
        first, second = (line.household, line.stays) if isinstance(line, duplicates.Joined) else (line.first, line.second)
        self.why.setText("" if is_joined else say("duplicates-default-why"))
        self._run(lambda: duplicates.compare(workspace, first.id, second.id), lambda found: self._show(mine, found, is_joined))

    def _show(self, mine: int, found: Comparison, is_joined: bool) -> None:
        if mine == self._asked:
            self._shown = found
            self.sides.show_comparison(found, decided=is_joined)
            self._enable()

    def _enable(self) -> None:
        at = self.list.currentRow()
        line = self._lines[at] if self._shown is not None and 0 <= at < len(self._lines) else None
        is_joined = isinstance(line, duplicates.Joined)
        told = bool(self.why.text().strip())
        for button in (self.join, self.apart):
            button.setVisible(not is_joined)
            button.setEnabled(line is not None and told)
        self.take_back.setVisible(is_joined)
        self.take_back.setEnabled(is_joined and told)
        for button in (*self.forms, *self.archives):
            button.setEnabled(line is not None)

    def _join(self) -> None:
        shown, workspace, why = self._shown, self._workspace, self.why.text()
        if shown is None:
            return
        gone, stays, people = self.sides.decision()
        self._change(lambda: duplicates.join(workspace, gone, stays, why, people))

    def _apart(self) -> None:
        shown, workspace, why = self._shown, self._workspace, self.why.text()
        if shown is not None:
            self._change(lambda: duplicates.set_apart(workspace, shown.first.id, shown.second.id, why))

    def _take_back(self) -> None:
        shown, workspace, why = self._shown, self._workspace, self.why.text()
        if shown is not None:
            self._change(lambda: duplicates.take_back(workspace, shown.first.id, why))

    def _change(self, work: Callable[[], object]) -> None:
        for button in (self.join, self.apart, self.take_back):
            button.setEnabled(False)
        self._run(work, lambda _: self._changed())

    def _changed(self) -> None:
        self.changed.emit()
        self.refresh()

    def _leave_for(self, signal: object, at: int, _checked: bool = False) -> None:
        if self._shown is not None:
            household = (self._shown.first, self._shown.second)[at].id
            self.accept()
            (self.opened if signal is self.opened else self.archive_wanted).emit(str(household))

    def _run(self, work: Callable[[], Found], done: Callable[[Found], None]) -> None:
        def task(_report: Report) -> Found:
            return work()

        self._desk.background.run(task, owner=self, done=done, failed=self._failed)

    def _failed(self, error: Exception) -> None:
        self._enable()
        self._desk.dialogs.tell(error)


class DuplicatesButton(QPushButton):
    """Tells how many households of the roster may have been entered twice, and opens the dialog."""

    marked = Signal(object)
    """Ids of these households."""
    opened = Signal(str)
    archive_wanted = Signal(str)
    changed = Signal()

    def __init__(self, desk: Desk, workspace: Workspace) -> None:
        super().__init__()
        self._desk, self._workspace = desk, workspace
        self.dialog: DuplicatesDialog | None = None
        self._known: duplicates.Marked | None = None
        self._show(frozenset())
        self.setToolTip(say("ui-duplicates-title"))
        self.clicked.connect(lambda _: self.begin())

    def look(self) -> None:
        """Look for duplicates beside what the person does; nobody waits for it."""
        workspace, known = self._workspace, self._known
        self._desk.background.run(
            lambda report: duplicates.marked(workspace, known, report), owner=self, done=self._note, lane=Lane.OUTSIDE
        )

    def begin(self) -> None:
        """Open the dialog."""
        dialog = DuplicatesDialog(self._desk, self._workspace, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.opened.connect(self.opened)
        dialog.archive_wanted.connect(self.archive_wanted)
        dialog.changed.connect(self.changed)
        dialog.changed.connect(self.look)
        dialog.destroyed.connect(self._forget)
        self.dialog = dialog
        dialog.begin()

    def _note(self, found: duplicates.Marked) -> None:
        self._known = found
        self._show(found.households)

    def _show(self, found: frozenset[str]) -> None:
        self.setText(say("ui-duplicates", count=len(found)))
        self.setShortcut(QKeySequence("Ctrl+D"))  # a new text takes the old key away
        self.marked.emit(found)

    def _forget(self) -> None:
        self.dialog = None
