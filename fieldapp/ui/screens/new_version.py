"""The line above an open form whose form has a newer version here: look at what would change, take the draft there, or leave it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from fieldapp.ui.desk import Desk
from fieldapp.ui.theme import paint
from fieldapp.usecases import versions
from fieldapp.words import say

from .open_form import OpenForm

if TYPE_CHECKING:
    from fieldapp.engine.migrate import Carried, Report
    from fieldapp.usecases.interview import Interview
    from fieldapp.usecases.workspaces import Workspace

_MOST_NAMED = 6
"""So many questions are named in a line of the report; the others are counted."""


class NewVersionBar(QWidget):
    """Nothing changes before the person has read what would."""

    taken = Signal(object)
    """The Interview under the newer version."""

    def __init__(self, desk: Desk, workspace: Workspace) -> None:
        super().__init__()
        self._desk, self._workspace = desk, workspace
        self._form: OpenForm | None = None
        self.told = QLabel()
        self.told.setWordWrap(True)
        self.told.setContentsMargins(12, 6, 12, 6)
        paint(self.told, text=desk.theme.inks.accent, ground=desk.theme.inks.grey_ground)
        self.look = QPushButton(say("ui-version-look"))
        self.take = QPushButton(say("ui-version-take"))
        self.later = QPushButton(say("ui-version-later"))
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.addWidget(self.told)
        row = QHBoxLayout()
        row.setContentsMargins(12, 0, 12, 4)
        row.addStretch(1)
        for button, act in ((self.look, self._look), (self.take, self._take), (self.later, self.hide)):
            button.setAutoDefault(False)
            button.clicked.connect(act)
            row.addWidget(button)
        page.addLayout(row)
        self.hide()

    def offer(self, form: OpenForm) -> None:
        """Show the line if the form's draft could go to a newer version."""
        self._form = form
        self.setVisible(bool(form.interview.newer))
        self.take.hide()
        self.look.show()
        self.told.setText(say("ui-version-newer", version=form.interview.newer))

    def _look(self) -> None:
        form, workspace = self._form, self._workspace
        if form is None:
            return
        form.page.commit()
        interview, answers = form.interview, dict(form.session.snapshot())
        self._desk.background.run(
            lambda report: versions.preview(workspace, interview, answers), owner=self, done=self._tell, failed=self._desk.dialogs.tell
        )

    def _tell(self, report: Report) -> None:
        self.told.setText("\n".join(in_words(report)))
        self.look.hide()
        self.take.show()

    def _take(self) -> None:
        form = self._form
        if form is None or form.busy():
            return
        form.page.commit()
        form.setEnabled(False)
        self.setEnabled(False)
        form.keeper.save(lambda: self._move(form))

    def _move(self, form: OpenForm) -> None:
        workspace, interview = self._workspace, form.interview
        self._desk.background.run(
            lambda report: versions.move_over(workspace, interview),
            owner=self,
            done=self._moved,
            failed=lambda error: self._failed(form, error),
        )

    def _moved(self, interview: Interview) -> None:
        self.setEnabled(True)
        self.hide()
        self.taken.emit(interview)

    def _failed(self, form: OpenForm, error: Exception) -> None:
        self.setEnabled(True)
        form.setEnabled(True)
        self._desk.dialogs.tell(error)


def in_words(report: Report) -> Iterator[str]:
    """What would become of a draft, one line for each kind of change that there is."""
    yield say("ui-version-kept", version=report.version, count=report.kept)
    if report.renamed:
        yield say("ui-version-renamed", count=len(report.renamed), names=_named(one.label for one in report.renamed))
    if report.returned:
        yield say("ui-version-returned", count=len(report.returned), names=_answers(report.returned))
    if report.unfit:
        yield say("ui-version-unfit", count=len(report.unfit), names=_answers(report.unfit))
    if report.dropped:
        yield say("ui-version-dropped", count=len(report.dropped), names=_answers(report.dropped))
    if report.new:
        yield say("ui-version-new", count=len(report.new), names=_named(report.new))


def _answers(carried: Iterable[Carried]) -> str:
    return _named(say("ui-version-answer", label=one.label, text=one.text) for one in carried)


def _named(names: Iterable[str]) -> str:
    every = list(names)
    more = say("ui-version-more", count=len(every) - _MOST_NAMED) if len(every) > _MOST_NAMED else ""
    return say("ui-version-comma").join(every[:_MOST_NAMED]) + more
