"""The hands of a person: keys, and Chinese text as an input method gives it."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget


def write(widget: QWidget, text: str) -> None:
    """Type text: Latin by keys, anything else as an input method commits it (key events of Chinese abort Qt's test library)."""
    if text.isascii():
        QTest.keyClicks(widget, text)
        return
    event = QInputMethodEvent()
    event.setCommitString(text)
    QCoreApplication.sendEvent(widget, event)


def compose(widget: QWidget, letters: str) -> None:
    """An input method composes and has not committed yet."""
    QCoreApplication.sendEvent(widget, QInputMethodEvent(letters, []))


def press(widget: QWidget, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """One key."""
    QTest.keyClick(widget, key, modifiers)
