"""Questions answered by typing: text, codes, numbers, dates, times, places."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QInputMethodEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from fieldapp.engine.views import NodeView
from fieldapp.words import say

from . import typing
from .base import Helps, QuestionWidget, TextField

_NOTE_COMMIT_MS = 1200
_UNITS = ("元", "亩", "平方米", "公里", "分钟", "升")


class LineQuestion(QuestionWidget):
    """One line; `read` turns typed text into canonical text or None, `write` turns canonical text into what is shown."""

    def __init__(
        self,
        view: NodeView,
        read: Callable[[str], str | None],
        write: Callable[[str], str] = str,
        *,
        input_method: bool = True,
        puzzle: str = "",
        unit: str = "",
        example: str = "",
    ) -> None:
        super().__init__(view)
        self._read, self._write, self._puzzle = read, write, puzzle
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self.field = TextField(input_method=input_method)
        self.field.setPlaceholderText(example)
        self.field.editingFinished.connect(self.commit)
        row.addWidget(self.field, 1)
        if unit:
            row.addWidget(QLabel(unit))
        self.setFocusProxy(self.field)
        self.show_view(view)

    def show_view(self, view: NodeView) -> None:
        """Show the value, unless somebody is typing here."""
        super().show_view(view)
        self.field.put(self._write(view.value))

    def commit(self) -> None:
        """Read what was typed; what is not understood stays standing and is marked."""
        if self.field.composing or not self.field.isModified():
            return
        value = self._read(self.field.text())
        if value is None:
            self.puzzled.emit(self._puzzle)
            return
        self.field.setModified(False)
        if value == self.view.value:
            self.field.put(self._write(value))
        self.tell(value)


class NoteField(QPlainTextEdit):
    """Several lines; Enter goes on to the next question, Ctrl+Enter breaks the line."""

    def __init__(self) -> None:
        super().__init__()
        self.composing = False
        self.setTabChangesFocus(True)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Note whether a composition is open."""
        self.composing = bool(event.preeditString())
        super().inputMethodEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Only Ctrl+Enter makes a new line."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self.insertPlainText("\n")
            else:
                event.ignore()
            return
        super().keyPressEvent(event)


class LongTextQuestion(QuestionWidget):
    """Several lines of text, told a moment after the last key as well, so that little is lost with the power."""

    def __init__(self, view: NodeView) -> None:
        super().__init__(view)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        self.field = NoteField()
        self.field.setFixedHeight(self.field.fontMetrics().lineSpacing() * 4 + 12)
        page.addWidget(self.field)
        self.setFocusProxy(self.field)
        self._later = QTimer(self, singleShot=True, interval=_NOTE_COMMIT_MS)
        self._later.timeout.connect(self.commit)
        self.show_view(view)
        self.field.textChanged.connect(self._typed)

    def show_view(self, view: NodeView) -> None:
        """Show the text unless it is being typed."""
        super().show_view(view)
        if self.field.hasFocus() or self.field.toPlainText() == view.value:
            return
        self.field.blockSignals(True)
        self.field.setPlainText(view.value)
        self.field.blockSignals(False)

    def commit(self) -> None:
        """Tell the text as it stands."""
        self._later.stop()
        if not self.field.composing:
            self.tell(self.field.toPlainText().strip())

    def _typed(self) -> None:
        self._later.start()


class DateTimeQuestion(QuestionWidget):
    """A day and a time of day in two fields; the zone is the clock's."""

    def __init__(self, view: NodeView, helps: Helps) -> None:
        super().__init__(view)
        self._helps = helps
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self.day, self.time = TextField(input_method=False), TextField(input_method=False)
        self.day.setPlaceholderText(say("ui-example-date"))
        self.time.setPlaceholderText(say("ui-example-time"))
        for field in (self.day, self.time):
            field.editingFinished.connect(self.commit)
            row.addWidget(field, 1)
        self.setFocusProxy(self.day)
        self.show_view(view)

    def show_view(self, view: NodeView) -> None:
        """Show day and time."""
        super().show_view(view)
        day, _, time = view.value.partition("T")
        self.day.put(day)
        self.time.put(time[:5])

    def name_for_reader(self, name: str, description: str) -> None:
        """Both fields carry the question's name."""
        super().name_for_reader(name, description)
        self.time.setAccessibleName(f"{name} {say('ui-time')}")

    def commit(self) -> None:
        """Tell once both parts are understood; a lone day waits for its time."""
        if not (self.day.isModified() or self.time.isModified()):
            return
        now = self._helps.clock.now()
        day, time = typing.day(self.day.text(), now.date()), typing.clock_time(self.time.text())
        if day is None or time is None:
            self.puzzled.emit("ui-puzzle-date" if day is None else "ui-puzzle-time")
            return
        if day and not time:
            return
        zone = now.strftime("%z")
        self.day.setModified(False)
        self.time.setModified(False)
        self.tell(f"{day}T{time}:00.000{zone[:3]}:{zone[3:]}" if day else "")


def plain_text(view: NodeView) -> LineQuestion:
    """Names, addresses, anything in Chinese: input method on."""
    return LineQuestion(view, str.strip)


def code_text(view: NodeView) -> LineQuestion:
    """Identity and certificate numbers, phones, codes, accounts: input method off."""
    read: Callable[[str], str] = typing.phone if "phone" in view.name else typing.citizen_id
    return LineQuestion(view, read, input_method=False)


def numeric(view: NodeView, whole: bool) -> LineQuestion:
    """A number; 3.5万 and full-width digits are understood, the unit stands beside."""
    unit = next((unit for unit in _UNITS if f"（{unit}" in view.label or f"({unit}" in view.label), "")
    return LineQuestion(
        view,
        lambda text: typing.number(text, whole=whole),
        input_method=False,
        puzzle="ui-puzzle-whole" if whole else "ui-puzzle-number",
        unit=unit,
    )


def dated(view: NodeView, helps: Helps) -> LineQuestion:
    """A day, or a month with the appearance month-year."""
    month = "month-year" in view.appearance
    return LineQuestion(
        view,
        lambda text: typing.day(text, helps.clock.now().date(), month_only=month),
        lambda value: typing.spoken_date(value, month),
        input_method=False,
        puzzle="ui-puzzle-date",
        example=say("ui-example-month" if month else "ui-example-date"),
    )


def timed(view: NodeView, helps: Helps) -> LineQuestion:
    """A time of day; the zone is the clock's."""

    def read(text: str) -> str | None:
        typed = typing.clock_time(text)
        zone = helps.clock.now().strftime("%z")
        return f"{typed}:00.000{zone[:3]}:{zone[3:]}" if typed else typed

    return LineQuestion(view, read, lambda value: value[:5], input_method=False, puzzle="ui-puzzle-time", example=say("ui-example-time"))


def place(view: NodeView) -> LineQuestion:
    """Latitude and longitude, typed or copied from a receiver."""
    return LineQuestion(view, typing.point, input_method=False, puzzle="ui-puzzle-place", example=say("ui-example-place"))


def read_only(view: NodeView) -> ReadOnlyQuestion:
    """A value that the form works out, or a control that this window cannot edit."""
    return ReadOnlyQuestion(view)


class ReadOnlyQuestion(QuestionWidget):
    """A grey value that can be copied."""

    def __init__(self, view: NodeView, parent: QWidget | None = None) -> None:
        super().__init__(view, parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self.text = QLabel()
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setWordWrap(True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.text.setEnabled(False)
        row.addWidget(self.text)
        self.show_view(view)

    def show_view(self, view: NodeView) -> None:
        """Show the value in words."""
        super().show_view(view)
        self.text.setText(in_words(view) or "—")


def in_words(view: NodeView) -> str:
    """A value for people: labels of choices, months, 是 for an acknowledgement."""
    if view.choices:
        labels = {choice.name: choice.label for choice in view.choices}
        return "、".join(labels.get(part, part) for part in view.value.split())
    if view.type in ("date", "dateTime"):
        return typing.spoken_date(view.value, "month-year" in view.appearance)
    return view.value
