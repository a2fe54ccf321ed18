"""One question on the page: number and label, the widget, and below it what is wrong; a bar at the left says how far it is."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from fieldapp.engine.views import Flaw, Kind, NodeView
from fieldapp.ui.questions import factory
from fieldapp.ui.questions.base import Helps, QuestionWidget, TextField
from fieldapp.ui.questions.markup import plain, rich
from fieldapp.ui.theme import Inks, outline, paint
from fieldapp.words import say

from .extras import LabelExtras

_BAR = 4
_LABEL_SHARE, _ROW_SHARE = 2, 3
"""In a table of choices: the label at the left, the choices at the right."""


class QuestionCell(QWidget):
    """A question of the form page; it forwards its widget's answer with the question's path."""

    answered = Signal(str, object)
    explained = Signal(str, str)
    picture_wanted = Signal(str, str)

    def __init__(self, view: NodeView, helps: Helps, inks: Inks) -> None:
        super().__init__()
        self.view = view
        self._helps, self._inks = helps, inks
        self._puzzle = ""
        self._strict = False
        self.prefilled = False
        self._page = QVBoxLayout(self)
        self._page.setContentsMargins(_BAR + 8, 5, 10, 6)
        self._page.setSpacing(3)
        self._page.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.label = QLabel()
        self.label.linkActivated.connect(lambda _: self.toggle_guidance())
        self.label.setWordWrap(True)
        self.label.setTextFormat(Qt.TextFormat.RichText)
        self._page.addWidget(self.label)
        self.extras: LabelExtras | None = None
        self.note: QLabel | None = None
        self.explanation: QLineEdit | None = None
        self.widget: QuestionWidget | None = None
        self._kind = ""
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self._fill(view)

    @property
    def wide(self) -> bool:
        """Whether the question takes both columns."""
        choices = sum(len(choice.label) + 3 for choice in self.view.choices) if self._kind == "radio" else 0
        pictured = bool(self.view.media.image or self.view.media.big_image)
        return self._kind in factory.WIDE or self.view.kind is Kind.NOTE or choices > 24 or len(self.view.label) > 40 or pictured

    def show_view(self, view: NodeView) -> None:
        """Show a view; another path means another row of the same repeat."""
        if view.path != self.view.path:
            self._puzzle = ""
        self._fill(view)

    def set_strict(self, strict: bool) -> None:
        """After an attempt to finalize, unanswered required questions are marked as well."""
        if strict != self._strict:
            self._strict = strict
            self._mark()

    def confirm(self) -> None:
        """The person has seen a value that was carried over: it is theirs now."""
        if self.prefilled:
            self.prefilled = False
            self._title(self.view)

    def take_focus(self) -> None:
        """The keyboard goes to the question's field."""
        if self.widget is not None:
            self.widget.setFocus(Qt.FocusReason.OtherFocusReason)

    def can_be_answered(self) -> bool:
        """Whether the keyboard has business here."""
        return self.view.relevant and self.view.kind is not Kind.NOTE and self._kind not in factory.SILENT and not self.isHidden()

    def toggle_guidance(self) -> bool:
        """Show or hide what the form says about how to ask; False if it says nothing."""
        return self.extras is not None and self.extras.toggle_guidance()

    def _fill(self, view: NodeView) -> None:
        self.view = view
        self._title(view)
        # A note is words alone, but ODK's fixed text is one with a value.
        if view.kind is not Kind.NOTE or view.value or self.widget is not None:
            kind = factory.kind_of(view)
            if kind != self._kind:
                self._new_widget(view, kind)
            elif self.widget is not None:
                self.widget.show_view(view)
        self._mark()

    def _new_widget(self, view: NodeView, kind: str) -> None:
        old = self.widget
        had_focus = old is not None and old.isAncestorOf(self.focusWidget() or self)
        self._kind = kind
        self.widget = factory.make(view, self._helps)
        self.widget.answered.connect(lambda value: self.answered.emit(self.view.path, value))
        self.widget.puzzled.connect(self._be_puzzled)
        self.widget.picture_wanted.connect(lambda value: self.picture_wanted.emit(self.view.path, value))
        outline(self.widget, self._inks)
        self._put(self.widget, kind in factory.TABLED)
        if old is not None:
            self._page.removeWidget(old)
            old.hide()
            old.deleteLater()
        if had_focus:
            self.take_focus()

    def _put(self, widget: QuestionWidget, tabled: bool) -> None:
        """Below the label; in a table of choices at its right, in the same shares in every row."""
        self._page.takeAt(0)
        policy = self.label.sizePolicy()
        policy.setHorizontalPolicy(QSizePolicy.Policy.Ignored if tabled else QSizePolicy.Policy.Preferred)
        self.label.setSizePolicy(policy)
        if not tabled:
            self._page.insertWidget(0, self.label)
            self._page.insertWidget(1 if self.extras is None else 2, widget)
            return
        widget.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        line = QHBoxLayout()
        line.addWidget(self.label, _LABEL_SHARE)
        line.addWidget(widget, _ROW_SHARE)
        self._page.insertLayout(0, line)

    def _title(self, view: NodeView) -> None:
        number = f'<span style="color:{self._inks.faint}">{view.number}</span> ' if view.number and view.label else ""
        star = f' <span style="color:{self._inks.wrong}">*</span>' if view.required and not view.readonly else ""
        carried = self.prefilled and bool(view.value) and not view.readonly
        kept = f' <i style="color:{self._inks.accent}">{say("ui-form-prefilled")}</i>' if carried else ""
        notice = factory.notice_of(view)
        faint = [rich(part) for part in (view.hint, say(notice) if notice else "") if part]
        if view.guidance:
            faint.append(f'<a href="#" style="color:{self._inks.accent}">{say("ui-guidance")}</a>')
        hint = f'<br><span style="color:{self._inks.faint}">{"<br>".join(faint)}</span>' if faint else ""
        text = f"{number}{rich(view.label)}{star}{kept}{hint}"
        if text != self.label.text():
            self.label.setText(text)
        self._show_extras(view)

    def _show_extras(self, view: NodeView) -> None:
        if self.extras is None:
            if not (view.media or view.guidance):
                return
            self.extras = LabelExtras(self._helps, large=view.looks("image-map"))
            self._page.insertWidget(1, self.extras)
        self.extras.show_extras(view.media, view.guidance)

    def _be_puzzled(self, message: str) -> None:
        if message != self._puzzle:
            self._puzzle = message
            self._mark()

    def state(self) -> str:
        """wrong, warning, done or open: what the bar and the reader say."""
        problem = self.view.problem
        if self._puzzle or (problem is not None and problem.flaw is Flaw.CONSTRAINT):
            return "wrong"
        if problem is not None and problem.flaw is Flaw.REQUIRED:
            return "wrong" if self._strict else "open"
        if problem is not None and not problem.explanation:
            return "warning"
        return "done" if self.view.value else "open"

    def message(self) -> str:
        """What is wrong here, in words; empty if nothing is."""
        if self._puzzle:
            return say(self._puzzle)
        problem, state = self.view.problem, self.state()
        if problem is None or (problem.flaw is Flaw.REQUIRED and state == "open"):
            return ""
        return problem.message or say(f"ui-flaw-{problem.flaw.value}")

    def _mark(self) -> None:
        text = self.message()
        problem = self.view.problem
        warns = problem is not None and problem.flaw is Flaw.WARNING and not self._puzzle
        if text:
            if self.note is None:
                self.note = QLabel()
                self.note.setWordWrap(True)
                self.note.setTextFormat(Qt.TextFormat.PlainText)
                self._page.addWidget(self.note)
            paint(self.note, text=self._inks.warning if warns else self._inks.wrong)
            self.note.setText(f"{'▲' if warns else '✖'} {text}")
        if self.note is not None:
            self.note.setVisible(bool(text))
        self._mark_explanation(warns)
        if self.widget is not None:
            self.widget.name_for_reader(f"{self.view.number} {plain(self.view.label)}".strip(), text or plain(self.view.hint))
        self.update()

    def _mark_explanation(self, warns: bool) -> None:
        if warns and self.explanation is None:
            self.explanation = TextField()
            self.explanation.setPlaceholderText(say("ui-form-explain"))
            self.explanation.editingFinished.connect(self._explain)
            self._page.addWidget(self.explanation)
        if self.explanation is None:
            return
        self.explanation.setVisible(warns)
        self.explanation.setAccessibleName(f"{plain(self.view.label)}: {say('ui-form-explain')}")
        problem = self.view.problem
        if isinstance(self.explanation, TextField) and problem is not None:
            self.explanation.put(problem.explanation)

    def _explain(self) -> None:
        if self.explanation is not None and self.explanation.isModified():
            self.explanation.setModified(False)
            self.explained.emit(self.view.path, self.explanation.text().strip())

    def paintEvent(self, event: QPaintEvent) -> None:
        """The state bar, a thin rule below as on the printed form, and a ground where something is wrong."""
        painter = QPainter(self)
        state = self.state()
        ground = {"wrong": self._inks.wrong_ground, "warning": self._inks.warning_ground}.get(state)
        if ground:
            painter.fillRect(self.rect(), QColor(ground))
        bar = {"wrong": self._inks.wrong, "warning": self._inks.warning, "done": self._inks.done}.get(state, self._inks.line)
        painter.fillRect(QRect(0, 2, _BAR, self.height() - 4), QColor(bar))
        painter.setPen(QColor(self._inks.line))
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)
