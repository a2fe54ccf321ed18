"""One open form: the page with its section list and problems list, the session that it answers, and the keeper of its draft."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QWidget

from fieldapp.engine.views import Changes
from fieldapp.errors import CodedError
from fieldapp.ui.background import Report
from fieldapp.ui.desk import Desk
from fieldapp.ui.form.cell import QuestionCell
from fieldapp.ui.form.page import FormPage
from fieldapp.ui.form.side import ProblemsPanel, SectionList, blocks
from fieldapp.ui.questions.base import Helps, NewFile
from fieldapp.usecases import interview as interviews
from fieldapp.usecases.media_files import read_bounded
from fieldapp.words import say

from .keeper import DraftKeeper

if TYPE_CHECKING:
    from fieldapp.usecases.interview import Interview
    from fieldapp.usecases.workspaces import Workspace

_SIDE_AFTER_MS = 60


class OpenForm(QWidget):
    """Answers go from the page into the session; only what changed is painted, and the draft is kept."""

    def __init__(self, desk: Desk, workspace: Workspace, interview: Interview) -> None:
        super().__init__()
        self._desk, self._workspace = desk, workspace
        self.interview, self.session = interview, interview.session
        self.keeper = DraftKeeper(desk, workspace, interview)
        self.strict = False
        self._attaching = 0
        fresh = not interview.resumed and interview.revision == 0
        self.page = FormPage(self.session, Helps(desk.clock, self._pick_file, self.session.medium), desk.theme, fresh)
        self.sections = SectionList([block.section for block in self.page.blocks])
        self.problems = ProblemsPanel(desk.theme)
        self._side = QTimer(self)
        self._side.setSingleShot(True)
        self._side.setInterval(_SIDE_AFTER_MS)
        self._side.timeout.connect(self.refresh_side)
        self._build()
        self._bind()
        self.page.start()
        self.refresh_side()
        self.keeper.shown(self.page.blocks[0].section)

    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        splitter = QSplitter()
        splitter.setChildrenCollapsible(False)
        em = self._desk.theme.font().pixelSize()
        for at, (widget, ems) in enumerate(((self.sections, 13), (self.page, 46), (self.problems, 15))):
            splitter.addWidget(widget)
            splitter.setStretchFactor(at, 1 if widget is self.page else 0)
            widget.setMinimumWidth(em * (20 if widget is self.page else 9))
            widget.resize(em * ems, widget.height())
        splitter.setSizes([em * 13, em * 46, em * 15])
        row.addWidget(splitter)

    def _bind(self) -> None:
        self.keeper.failed.connect(self._desk.dialogs.tell)
        self.page.answered.connect(self._answered)
        self.page.explained.connect(lambda path, text: self._apply(self.session.explain(path, text)))
        self.page.add_wanted.connect(lambda path: self._apply(self.session.add_repeat(path)))
        self.page.remove_wanted.connect(self._remove_row)
        self.page.move_wanted.connect(lambda path, at, to: self._rearrange(lambda: self.session.move_repeat(path, at, to)))
        self.page.restore_wanted.connect(lambda path, row: self._rearrange(lambda: self.session.restore_repeat(path, row)))
        self.page.picture_wanted.connect(self._load_picture)
        self.page.section_reached.connect(self.sections.mark)
        self.page.section_reached.connect(lambda at: self.keeper.shown(self.page.blocks[at].section))
        self.sections.chosen.connect(self.page.go_to_section)
        self.problems.opened.connect(self.page.go_to)

    def busy(self) -> bool:
        """Whether a picture is on its way into the workspace."""
        return self._attaching > 0

    def refresh_side(self) -> None:
        """Paint the section list and the problems list from the session."""
        problems = self.session.problems()
        self.sections.show_state(self.session, problems)
        self.problems.show_problems(problems, self.strict)

    def show_blocking(self) -> int:
        """Mark everything that stands in the way of finalizing and go to the first of it; how many."""
        count = sum(1 for problem in self.session.problems() if blocks(problem))
        if count:
            self.strict = True
            self.page.set_strict(True)
            self.refresh_side()
            self.problems.list.setCurrentRow(-1)
            self.problems.step(True)
        return count

    def add_row(self) -> None:
        """Add a row to the repeat that is nearest to the keyboard, and go into it."""
        block = self.page.nearest_repeat()
        if block is not None:
            self._apply(self.session.add_repeat(block.path))
            block.enter_drawer()

    def undo(self) -> None:
        """Take the last answer back."""
        self.page.commit()
        self._apply(self.session.undo())

    def redo(self) -> None:
        """Give the answer again that was taken back."""
        self.page.commit()
        self._apply(self.session.redo())

    def next_pane(self) -> None:
        """The keyboard goes from the page to the problems, to the sections and round."""
        if self.sections.hasFocus():
            self.page.go_to_section(max(self.sections.currentRow(), 0))
        elif self.problems.list.hasFocus() or not self.problems.isVisible():
            self.sections.setFocus()
        else:
            self.problems.list.setFocus()

    def step_section(self, step: int) -> None:
        """Go to the section before or after."""
        at = min(max(self.sections.currentRow() + step, 0), self.sections.count() - 1)
        self.page.go_to_section(at)
        self.sections.mark(at)

    def _answered(self, path: str, value: object) -> None:
        if isinstance(value, NewFile):
            self._attach(path, value)
            return
        try:
            changes = self.session.answer(path, str(value))
        except CodedError:
            # The form keeps what it had, the field what was typed.
            cell = self.page.shown(path)
            if cell is not None and cell.widget is not None:
                cell.widget.puzzled.emit("ui-puzzle-refused")
            return
        self._apply(changes)

    def _apply(self, changes: Changes) -> None:
        if changes.changed or changes.removed or changes.rows:
            self.page.apply(changes)
            self.keeper.changed()
            self._side.start()

    def _attach(self, path: str, file: NewFile) -> None:
        draft, workspace, view = self.interview.draft, self._workspace, self.session.view(path)
        mediatype, pixels = view.mediatype or "image/*", view.parameter("max-pixels")
        longest = int(pixels) if pixels.isascii() and pixels.isdigit() else 0
        self._attaching += 1

        def work(report: Report) -> str:
            data = file.data if file.path is None else read_bounded(file.path)
            return interviews.attach(workspace, draft, path, file.name, data, mediatype, longest)

        self._desk.background.run(work, owner=self, done=lambda value: self._attached(path, value), failed=self._not_attached)

    def _attached(self, path: str, value: str) -> None:
        self._attaching -= 1
        self._answered(path, value)

    def _not_attached(self, error: Exception) -> None:
        self._attaching -= 1
        self._desk.dialogs.tell(error)

    def _load_picture(self, path: str, value: str) -> None:
        workspace, medium = self._workspace, self.session.medium(value) if value.startswith("jr://") else None

        def show(data: bytes) -> None:
            cell = self.page.shown(path)
            if cell is not None and cell.widget is not None and cell.view.value == value:
                cell.widget.show_picture(data)

        # A picture that is still on its way to this laptop leaves its place empty; the words beside it say that there is a file.
        def failed(error: Exception) -> None:
            if not isinstance(error, CodedError):
                self._desk.dialogs.tell(error)

        if value.startswith("jr://"):
            show(medium or b"")
        else:
            self._desk.background.run(lambda report: interviews.picture(workspace, value), owner=self, done=show, failed=failed)

    def _pick_file(self, mediatype: str) -> Path | None:
        known = {"image": "ui-pick-images", "audio": "ui-pick-audio", "video": "ui-pick-video"}
        filters = say(known.get(mediatype.partition("/")[0], "ui-pick-any"))
        return self._desk.dialogs.ask_open(say("ui-pick-title"), filters)

    def _rearrange(self, act: Callable[[], Changes]) -> None:
        # A picture under way knows its row by number, so rows stand still until it has arrived.
        if not self.busy():
            self.page.commit()
            self._apply(act())

    def _remove_row(self, path: str, at: int) -> None:
        if not self.busy() and self._desk.dialogs.ask(say("ui-rows-remove-ask", row=at + 1)):
            self._rearrange(lambda: self.session.remove_repeat(path, at))


def question_at_hand(form: OpenForm) -> str:
    """Path of the question that has the keyboard, or had it before the window lost it; empty if there is none."""
    widget: QObject | None = form.window().focusWidget()
    while widget is not None and not isinstance(widget, QuestionCell):
        widget = widget.parent()
    return widget.view.path if isinstance(widget, QuestionCell) else ""
