"""Asking and telling the person: one dialog for errors (what happened, what is safe, what to do next, a code to copy), one for a yes,
one for a reason, one for a file. Screens get `Dialogs` handed in, so that a test answers instead of a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from fieldapp.errors import CodedError
from fieldapp.words import knows, say


@dataclass(frozen=True, slots=True)
class ErrorText:
    """An error in the person's words."""

    happened: str
    safe: str
    next: str
    code: str


class Dialogs(Protocol):
    """What a screen may ask a person outside its own page."""

    def tell(self, error: Exception) -> None:
        """Show an error."""
        ...

    def ask(self, question: str) -> bool:
        """Yes or no."""
        ...

    def ask_text(self, question: str) -> str | None:
        """A line of text, None if the person turned away."""
        ...

    def ask_secret(self, question: str) -> str | None:
        """A passphrase, typed unseen; None if the person turned away."""
        ...

    def ask_open(self, title: str, filters: str) -> Path | None:
        """An existing file."""
        ...

    def ask_folder(self, title: str) -> Path | None:
        """An existing folder."""
        ...

    def ask_save(self, title: str, name: str, filters: str) -> Path | None:
        """Where to write a file."""
        ...


def words_for(error: Exception, saved_until: str = "") -> ErrorText:
    """The sentences of an error; a bug (anything without a code) says until when the answers are safe."""
    if isinstance(error, CodedError):
        return _expected(error)
    safe = say("ui-bug-safe", time=saved_until) if saved_until else say("ui-error-safe")
    return ErrorText(say("ui-bug-happened"), safe, say("ui-bug-next"), type(error).__name__)


def _expected(error: CodedError) -> ErrorText:
    values = {name.replace("_", "-"): str(value) for name, value in error.values.items()}
    message = f"error-{error.code}"
    if not knows(message):
        return ErrorText(say("ui-error-expected", code=error.code), say("ui-error-safe"), say("ui-error-next"), str(error))

    def part(name: str) -> str:
        return say(f"{message}.{name}", **values) if knows(f"{message}.{name}") else say(f"ui-error-{name}")

    return ErrorText(say(message, **values), part("safe"), part("next"), str(error))


class ErrorDialog(QDialog):
    """What happened, what is safe, what to do next, and a code that can be copied."""

    def __init__(self, words: ErrorText, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(say("ui-error-title"))
        self.setMinimumWidth(520)
        page = QVBoxLayout(self)
        for heading, text in (("happened", words.happened), ("safe", words.safe), ("next", words.next)):
            label = QLabel(f"<b>{say(f'ui-error-heading-{heading}')}</b><br>{_escaped(text)}")
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            page.addWidget(label)
        row = QHBoxLayout()
        self.code = QLineEdit(words.code)
        self.code.setReadOnly(True)
        self.code.setAccessibleName(say("ui-error-code"))
        copy = QPushButton(say("ui-copy"))
        copy.clicked.connect(lambda: QApplication.clipboard().setText(words.code))
        row.addWidget(QLabel(say("ui-error-code")))
        row.addWidget(self.code, 1)
        row.addWidget(copy)
        page.addLayout(row)
        buttons = QDialogButtonBox()
        close = buttons.addButton(say("ui-understood"), QDialogButtonBox.ButtonRole.AcceptRole)
        close.setDefault(True)
        close.setFocus()
        buttons.accepted.connect(self.accept)
        page.addWidget(buttons)


class WindowDialogs:
    """Real, modal dialogs over a window."""

    def __init__(self) -> None:
        self.saved_until = ""
        """HH:MM:SS of the last autosave, told with a bug."""

    def tell(self, error: Exception) -> None:
        """Show an error."""
        ErrorDialog(words_for(error, self.saved_until), QApplication.activeWindow()).exec()

    def ask(self, question: str) -> bool:
        """Yes or no; No is the default."""
        dialog = QDialog(QApplication.activeWindow())
        dialog.setWindowTitle(say("ui-question-title"))
        page = QVBoxLayout(dialog)
        label = QLabel(question)
        label.setWordWrap(True)
        page.addWidget(label)
        page.addWidget(_yes_no(dialog))
        return dialog.exec() == QDialog.DialogCode.Accepted

    def ask_text(self, question: str) -> str | None:
        """A line of text, None if the person turned away."""
        text = self._ask_line(question, secret=False)
        return None if text is None else text.strip()

    def ask_secret(self, question: str) -> str | None:
        """A passphrase, typed unseen and without input method; None if the person turned away."""
        return self._ask_line(question, secret=True)

    def _ask_line(self, question: str, secret: bool) -> str | None:
        dialog = QDialog(QApplication.activeWindow())
        dialog.setWindowTitle(say("ui-question-title"))
        dialog.setMinimumWidth(520)
        page = QVBoxLayout(dialog)
        label = QLabel(question)
        label.setWordWrap(True)
        line = QLineEdit()
        line.setAccessibleName(question)
        if secret:
            line.setEchoMode(QLineEdit.EchoMode.Password)
            line.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        label.setBuddy(line)
        page.addWidget(label)
        page.addWidget(line)
        page.addWidget(_yes_no(dialog))
        line.setFocus()
        return line.text() if dialog.exec() == QDialog.DialogCode.Accepted else None

    def ask_open(self, title: str, filters: str) -> Path | None:
        """An existing file."""
        name, _ = QFileDialog.getOpenFileName(QApplication.activeWindow(), title, str(Path.home()), filters)
        return Path(name) if name else None

    def ask_folder(self, title: str) -> Path | None:
        """An existing folder."""
        chosen = QFileDialog.getExistingDirectory(QApplication.activeWindow(), title, str(Path.home()))
        return Path(chosen) if chosen else None

    def ask_save(self, title: str, name: str, filters: str) -> Path | None:
        """Where to write a file."""
        chosen, _ = QFileDialog.getSaveFileName(QApplication.activeWindow(), title, str(Path.home() / name), filters)
        return Path(chosen) if chosen else None


def _yes_no(dialog: QDialog) -> QDialogButtonBox:
    buttons = QDialogButtonBox()
    buttons.addButton(say("ui-yes"), QDialogButtonBox.ButtonRole.AcceptRole)
    buttons.addButton(say("ui-no"), QDialogButtonBox.ButtonRole.RejectRole)
    buttons.accepted.connect(dialog.accept)
    buttons.rejected.connect(dialog.reject)
    return buttons


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")
