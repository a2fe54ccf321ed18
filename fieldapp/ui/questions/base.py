"""What every question widget is: it shows a view and tells a committed answer; it keeps no truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QImage, QInputMethodEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QWidget

from fieldapp.domain.clock import Clock
from fieldapp.engine.views import ChoiceView, NodeView


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that a person gave as an answer: bytes at hand, or a path that the worker reads."""

    name: str
    data: bytes = b""
    path: Path | None = None


@dataclass(frozen=True, slots=True)
class Helps:
    """What question widgets need from outside."""

    clock: Clock
    pick_file: Callable[[str], Path | None]
    """Ask for a file of a media type as `image/*`."""
    medium: Callable[[str], bytes | None] = lambda name: None
    """The bytes of one of the form's media files."""

    def picture(self, name: str) -> QImage:
        """A picture of the form's media; null where there is none or it cannot be read."""
        data = self.medium(name) if name else None
        return QImage.fromData(data) if data else QImage()

    def picture_of(self, choice: ChoiceView) -> QImage:
        """The picture of a choice."""
        return self.picture(choice.media.image)


class QuestionWidget(QWidget):
    """The base of all question widgets; `view` is what was shown last."""

    answered = Signal(object)
    """Canonical text, or a NewFile."""
    puzzled = Signal(str)
    """Message id when typed text is not understood; empty when it is again."""
    picture_wanted = Signal(str)
    """The value of an upload whose bytes should be handed to `show_picture`."""

    def __init__(self, view: NodeView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = view

    def show_view(self, view: NodeView) -> None:
        """Show a value; nothing is emitted."""
        self.view = view

    def name_for_reader(self, name: str, description: str) -> None:
        """Say to a screen reader what is asked; by default on the one field."""
        field = self.focusProxy()
        if field is not None:
            field.setAccessibleName(name)
            field.setAccessibleDescription(description)

    def commit(self) -> None:
        """Tell what was typed and not yet told, as before locking or closing."""

    def show_picture(self, data: bytes) -> None:
        """The bytes of the shown upload, if this widget shows pictures."""

    def tell(self, value: str) -> None:
        """Emit an answer unless it is what is shown already."""
        self.puzzled.emit("")
        if value != self.view.value:
            self.answered.emit(value)


class TextField(QLineEdit):
    """A line of text that knows whether an input method is composing, and lets an unchanged field pass undo on to the form."""

    def __init__(self, parent: QWidget | None = None, input_method: bool = True) -> None:
        super().__init__(parent)
        self.composing = False
        # Hints are ignored by common input methods; only the attribute lets digits go straight in.
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, input_method)
        self.setMaxLength(2000)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        """Note whether a composition is open."""
        self.composing = bool(event.preeditString())
        super().inputMethodEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Coming by keyboard selects all, so that typing replaces."""
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.OtherFocusReason):
            self.selectAll()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Leaving ends any composition."""
        self.composing = False
        super().focusOutEvent(event)

    def event(self, event: QEvent) -> bool:
        """Undo and redo belong to the form while nothing new is typed here."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and not self.isModified():
            keys = (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo)
            if any(event.matches(key) for key in keys):
                event.ignore()
                return False
        return super().event(event)

    def put(self, text: str) -> None:
        """Show text, but never under the hands of somebody who is typing or composing."""
        if self.composing or (self.hasFocus() and self.isModified()):
            return
        if self.text() != text:
            self.setText(text)
            self.setCursorPosition(0)
        self.setModified(False)
