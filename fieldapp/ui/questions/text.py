"""Questions answered by typing: text, codes, numbers; and values that are only shown."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication, QInputMethodEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPlainTextEdit, QToolButton, QVBoxLayout, QWidget

from fieldapp.engine.views import Control, NodeView
from fieldapp.words import say

from . import typing
from .arrangement import words_of
from .base import QuestionWidget, TextField
from .markup import plain

_NOTE_COMMIT_MS = 1200
_MOST_ROWS = 12
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
        rows = view.parameter("rows")
        lines = min(max(int(rows), 2), _MOST_ROWS) if rows.isascii() and rows.isdigit() else 4
        self.field.setFixedHeight(self.field.fontMetrics().lineSpacing() * lines + 12)
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


class MaskedQuestion(LineQuestion):
    """Text that nobody should read over a shoulder: dots, until the button beside is held down or switched on by Space."""

    def __init__(self, view: NodeView) -> None:
        super().__init__(view, str.strip, input_method=False)
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.reveal = QToolButton()
        self.reveal.setText(say("ui-masked-show"))
        self.reveal.setCheckable(True)
        self.reveal.toggled.connect(
            lambda shown: self.field.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)
        )
        row = self.layout()
        if row is not None:
            row.addWidget(self.reveal)

    def name_for_reader(self, name: str, description: str) -> None:
        """Field and button say what is asked."""
        super().name_for_reader(name, description)
        self.reveal.setAccessibleName(f"{name}: {self.reveal.text()}")


class LinkQuestion(QuestionWidget):
    """An address to read and to copy; nothing is fetched and nothing is answered."""

    def __init__(self, view: NodeView) -> None:
        super().__init__(view)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self.field = QLineEdit()
        self.field.setReadOnly(True)
        self.copy = QToolButton()
        self.copy.setText(say("ui-copy"))
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self.view.value))
        row.addWidget(self.field, 1)
        row.addWidget(self.copy)
        self.setFocusProxy(self.field)
        self.show_view(view)

    def show_view(self, view: NodeView) -> None:
        """Show the address."""
        super().show_view(view)
        self.field.setText(view.value)
        self.field.setCursorPosition(0)
        self.copy.setEnabled(bool(view.value))

    def name_for_reader(self, name: str, description: str) -> None:
        """Field and button say what they hold."""
        super().name_for_reader(name, description)
        self.copy.setAccessibleName(f"{name}: {self.copy.text()}")


def plain_text(view: NodeView) -> LineQuestion:
    """Names, addresses, anything in Chinese: input method on."""
    return LineQuestion(view, str.strip)


def code_text(view: NodeView) -> LineQuestion:
    """Identity and certificate numbers, phones, codes, accounts, scanned codes: input method off."""
    if "numbers" in words_of(view.appearance):
        write = typing.grouped if "thousands-sep" in words_of(view.appearance) else str
        return LineQuestion(view, typing.digits, write, input_method=False, puzzle="ui-puzzle-digits")
    read: Callable[[str], str] = typing.phone if "phone" in view.name else typing.citizen_id
    return LineQuestion(view, str.strip if view.type == "barcode" else read, input_method=False)


def numeric(view: NodeView, whole: bool) -> LineQuestion:
    """A number; 3.5万 and full-width digits are understood, the unit stands beside."""
    unit = next((unit for unit in _UNITS if f"（{unit}" in view.label or f"({unit}" in view.label), "")
    return LineQuestion(
        view,
        lambda text: typing.number(text, whole=whole),
        typing.grouped if "thousands-sep" in words_of(view.appearance) else str,
        input_method=False,
        puzzle="ui-puzzle-whole" if whole else "ui-puzzle-number",
        unit=unit,
    )


def bearing(view: NodeView) -> LineQuestion:
    """Degrees from north, read from a compass and typed."""
    return LineQuestion(view, typing.bearing, input_method=False, puzzle="ui-puzzle-bearing", unit="°")


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
    """A value for people: labels of choices, months, numbers of points; dots for what is masked."""
    words = words_of(view.appearance)
    if view.choices:
        labels = {choice.name: plain(choice.label) for choice in view.choices}
        parts = [view.value] if view.control is Control.SELECT_ONE else view.value.split()
        return "、".join(labels.get(part, part) for part in parts if part)
    if not view.value:
        return ""
    if words & {"masked", "hidden-answer"} or view.parameter("secret"):
        return "••••••"
    if "thousands-sep" in words:
        return typing.grouped(view.value)
    return _typed_words(view, words)


def _typed_words(view: NodeView, words: frozenset[str]) -> str:
    if view.control is Control.UPLOAD or view.type == "binary":
        return say("ui-upload-there")
    if view.type == "date":
        return typing.spoken_date(view.value, "month-year" in words, "year" in words)
    if view.type == "dateTime":
        return view.value[:16].replace("T", " ")
    if view.type == "time":
        return view.value[:5]
    if view.type == "geopoint":
        return typing.spoken_point(view.value)
    if view.type in ("geotrace", "geoshape"):
        return say("ui-points", count=len([part for part in view.value.split(";") if part.strip()]))
    return view.value
