"""The household's form: who it is, the open form, and finalizing it; everything typed is kept by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from fieldapp.domain.ids import FormId, HouseholdId
from fieldapp.ui.background import Report
from fieldapp.ui.desk import Desk
from fieldapp.ui.theme import emphasize, paint
from fieldapp.usecases import interview as interviews
from fieldapp.words import say

from .new_version import NewVersionBar
from .open_form import OpenForm

if TYPE_CHECKING:
    from fieldapp.usecases.interview import Finalized, Interview
    from fieldapp.usecases.workspaces import Workspace

_ROOM_EMS = 60
"""Narrower than this the problems list is folded away until something stands in the way of finalizing."""


class InterviewScreen(QWidget):
    """One open form at a time."""

    opened = Signal()
    saved = Signal(object)
    """The moment (datetime) of the last save."""
    finalized = Signal(str, int)
    """Household id and revision."""
    archive_wanted = Signal(str)
    stuck = Signal()
    """The form could not be kept, so it stays open."""

    def __init__(self, desk: Desk, workspace: Workspace) -> None:
        super().__init__()
        self._desk, self._workspace = desk, workspace
        self.form: OpenForm | None = None
        self.title = QLabel()
        self.title.setFont(desk.theme.font(1.2, bold=True))
        self.detail = QLabel()
        self.finish = QPushButton(say("ui-interview-finish"))
        self.archive = QPushButton(say("ui-interview-archive"))
        self.toggle = QPushButton(say("ui-interview-problems"))
        self.toggle.setCheckable(True)
        self.toggle.setChecked(True)
        self.banner = QLabel()
        self.banner.setWordWrap(True)
        self.banner.setContentsMargins(12, 6, 12, 6)
        paint(self.banner, text=desk.theme.inks.warning, ground=desk.theme.inks.warning_ground)
        self.banner.hide()
        self.version = NewVersionBar(desk, workspace)
        self.nothing = QLabel(say("ui-interview-none"))
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._build()
        self._bind()
        self._show_head(None)

    def _build(self) -> None:
        self._page = QVBoxLayout(self)
        self._page.setContentsMargins(0, 0, 0, 0)
        self._page.setSpacing(4)
        top = QHBoxLayout()
        top.setContentsMargins(12, 6, 8, 0)
        top.addWidget(self.title)
        top.addSpacing(12)
        top.addWidget(self.detail, 1)
        for button in (self.toggle, self.archive, self.finish):
            button.setAutoDefault(False)
            top.addWidget(button)
        emphasize(self.finish, self._desk.theme.inks)
        self._page.addLayout(top)
        self._page.addWidget(self.banner)
        self._page.addWidget(self.version)
        self._page.addWidget(self.nothing, 1)

    def _bind(self) -> None:
        def show_instead(interview: Interview) -> None:
            if self.form is not None:
                self._left(self.form, lambda: self._show(interview))

        self.toggle.toggled.connect(self._show_problems)
        self.finish.clicked.connect(self.finalize)
        self.version.taken.connect(show_instead)
        self.archive.clicked.connect(self._archive)
        acts: tuple[tuple[str, Callable[[OpenForm], object]], ...] = (
            ("F8", lambda form: form.problems.step(True)),
            ("Shift+F8", lambda form: form.problems.step(False)),
            ("F6", OpenForm.next_pane),
            ("Ctrl+Z", OpenForm.undo),
            ("Ctrl+Y", OpenForm.redo),
            ("Ctrl+Shift+N", OpenForm.add_row),
            ("Ctrl+Down", lambda form: form.step_section(1)),
            ("Ctrl+Up", lambda form: form.step_section(-1)),
            ("F10", lambda form: self.finalize()),
        )
        for key, act in acts:
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(lambda act=act: act(self.form) if self.form is not None else None)

    def household(self) -> str:
        """Id of the household whose form is open, empty if none is."""
        return str(self.form.interview.household.id) if self.form is not None else ""

    def open(self, household: str, form: FormId = interviews.HOUSEHOLD_SURVEY, path: str = "") -> None:
        """Load a household's form in the worker and show it, at a question or at its beginning."""
        if self.household() == household and self.form is not None and self.form.session.definition.form == form:
            self.opened.emit()
            return
        workspace = self._workspace

        def start(report: Report) -> Interview:
            return interviews.start(workspace, HouseholdId(household), form)

        self.leave(lambda: self._desk.background.run(start, owner=self, done=lambda interview: self._show(interview, path)))

    def leave(self, then: Callable[[], object] = lambda: None) -> None:
        """Keep everything, or take an untouched draft back, and close the form; then go on."""
        form = self.form
        if form is None:
            then()
            return
        form.page.commit()
        interview, keeper = form.interview, form.keeper
        if keeper.touched or interview.resumed:
            keeper.save(lambda: self._left(form, then))
            return
        keeper.stop()
        workspace, draft = self._workspace, interview.draft
        self._desk.background.run(
            lambda report: interviews.discard(workspace, draft), owner=self, done=lambda _: self._left(form, then), failed=self._failed
        )

    def keep(self) -> None:
        """Save at once what is typed, as before locking or closing."""
        if self.form is not None:
            self.form.page.commit()
            self.form.keeper.save()

    def finalize(self) -> None:
        """Finalize, or show in place what stands in the way."""
        form = self.form
        if form is None or form.busy():
            return
        form.page.commit()
        blocking = form.show_blocking()
        if blocking:
            self.toggle.setChecked(True)
            self._say("ui-interview-blocked", count=blocking)
            return
        reason = ""
        if form.interview.revision:
            reason = self._desk.dialogs.ask_text(say("ui-interview-reason")) or ""
            if not reason:
                self._say("ui-interview-no-reason")
                return
        self._freeze(True)
        form.keeper.save(lambda: self._finalize(form, reason))

    def _finalize(self, form: OpenForm, reason: str) -> None:
        workspace, interview = self._workspace, form.interview
        self._desk.background.run(
            lambda report: interviews.finalize(workspace, interview, reason),
            owner=self,
            done=lambda done: self._finalized(form, done),
            failed=self._failed,
        )

    def _finalized(self, form: OpenForm, done: Finalized) -> None:
        self._freeze(False)
        household = str(form.interview.household.id)
        form.keeper.stop()
        self._drop(form)
        self.finalized.emit(household, done.revision)

    def _failed(self, error: Exception) -> None:
        self._stay()
        self._desk.dialogs.tell(error)

    def _stay(self) -> None:
        self._freeze(False)
        self.stuck.emit()

    def _show(self, interview: Interview, path: str = "") -> None:
        form = OpenForm(self._desk, self._workspace, interview)
        self.form = form
        form.keeper.saved.connect(self.saved)
        form.keeper.failed.connect(lambda _: self._stay())
        form.problems.setVisible(self.toggle.isChecked())
        if self.window().width() < _ROOM_EMS * self._desk.theme.font().pixelSize():
            self.toggle.setChecked(False)
        self._page.addWidget(form, 1)
        self._show_head(interview)
        self.version.offer(form)
        form.page.go_to_section(0)
        self.opened.emit()
        if path:
            form.page.go_to(path)

    def _show_head(self, interview: Interview | None) -> None:
        self.nothing.setVisible(interview is None)
        self.banner.hide()
        self.version.hide()
        for widget in (self.title, self.detail, self.toggle, self.archive, self.finish):
            widget.setVisible(interview is not None)
        if interview is None:
            return
        household = interview.household
        self.title.setText(say("ui-interview-title", name=household.head_name))
        members = say("ui-interview-members", count=len(household.members)) if household.members else ""
        self.detail.setText("　".join(part for part in (household.address, members, interview.joined) if part))
        if interview.resumed:
            self._say("ui-interview-resumed")
        elif interview.revision:
            self._say("ui-interview-revision", revision=interview.revision + 1)

    def _left(self, form: OpenForm, then: Callable[[], object]) -> None:
        self._drop(form)
        then()

    def _drop(self, form: OpenForm) -> None:
        if self.form is form:
            self.form = None
            self._show_head(None)
        self._page.removeWidget(form)
        form.hide()
        form.deleteLater()

    def _freeze(self, frozen: bool) -> None:
        self.finish.setEnabled(not frozen)
        if self.form is not None:
            self.form.setEnabled(not frozen)

    def _show_problems(self, shown: bool) -> None:
        if self.form is not None:
            self.form.problems.setVisible(shown)

    def _archive(self) -> None:
        if self.form is not None:
            self.archive_wanted.emit(self.household())

    def _say(self, message: str, **values: int) -> None:
        self.banner.setText(say(message, **values))
        self.banner.show()
