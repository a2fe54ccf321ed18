"""Lets the window show rare characters: looks at what is on the screen and loads a small font when a character needs it.

The usual fonts end at U+1FFFF but for some hundred characters; all rare ones together are 45 MB, so none is loaded before it is seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, QObject, QPoint, Qt, QTimer
from PySide6.QtGui import QFont, QFontDatabase, QRawFont, QWindow
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QGroupBox,
    QLabel,
    QLineEdit,
    QListView,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

from fieldapp.errors import FontMissing

_FIRST_RARE = "\U00020000"
_LOOK_AFTER_MS = 250
_ROWS, _COLUMNS, _LONGEST = 80, 20, 20_000
"""As much of a table or a text as anybody can see at once."""
_HOLDS_A_LAYOUT = (QLineEdit, QPlainTextEdit, QTextEdit)
"""Widgets that keep the glyphs of their text until they hear of a font."""

FontOf = Callable[[int], bytes | None]
"""Code point → TrueType file; raises FontMissing."""


class RareText(QObject):
    """Watches the windows of the application from its making on."""

    def __init__(self, application: QApplication, family: str, font_of: FontOf) -> None:
        super().__init__(application)
        self._application = application
        self._family = family
        self._font_of = font_of
        self._seen: set[str] = set()
        self._loaded: set[bytes] = set()
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_LOOK_AFTER_MS)
        self._later.timeout.connect(self.look)
        application.focusWindowChanged.connect(self._watch)

    @property
    def loaded(self) -> int:
        """How many fonts were needed so far."""
        return len(self._loaded)

    def watch(self, window: QWidget) -> None:
        """Look at a window now and after each time it is painted."""
        window.removeEventFilter(self)
        window.installEventFilter(self)
        self._later.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Painting of a whole window means that something on it may be new."""
        if event.type() in (QEvent.Type.UpdateRequest, QEvent.Type.Show) and not self._later.isActive():
            self._later.start()
        return super().eventFilter(watched, event)

    def look(self) -> None:
        """Load what the visible windows need and do not have yet."""
        fresh: set[str] = set()
        shown = [window for window in self._application.topLevelWidgets() if window.isVisible()]
        for window in shown:
            for text in _texts(window):
                if text and max(text) >= _FIRST_RARE:
                    fresh.update(char for char in text if char >= _FIRST_RARE and char not in self._seen)
        self._seen |= fresh
        before = len(self._loaded)
        for char in sorted(fresh):
            self._load(char)
        if len(self._loaded) > before:
            for window in shown:
                _repaint(window)

    def _watch(self, _window: QWindow | None) -> None:
        for window in self._application.topLevelWidgets():
            if window.isVisible():
                self.watch(window)

    def _load(self, char: str) -> None:
        if QRawFont.fromFont(QFont(self._family)).supportsCharacter(ord(char)):
            return
        try:
            font = self._font_of(ord(char))
        except FontMissing:
            return
        if font is None or font in self._loaded:
            return
        self._loaded.add(font)
        number = QFontDatabase.addApplicationFontFromData(font)
        if number >= 0:
            QFont.insertSubstitutions(self._family, QFontDatabase.applicationFontFamilies(number))


def _texts(window: QWidget) -> Iterator[str]:
    yield window.windowTitle()
    for widget in window.findChildren(QWidget):
        if not widget.isVisible():
            continue
        if isinstance(widget, QLabel | QAbstractButton | QLineEdit):
            yield widget.text()
        elif isinstance(widget, QComboBox):
            yield widget.currentText()
        elif isinstance(widget, QGroupBox):
            yield widget.title()
        elif isinstance(widget, QPlainTextEdit | QTextEdit):
            yield widget.toPlainText()[:_LONGEST]
        elif isinstance(widget, QAbstractItemView):
            yield from _cells(widget)


def _cells(view: QAbstractItemView) -> Iterator[str]:
    """The texts of the rows that can be seen."""
    model: QAbstractItemModel | None = view.model()
    if model is None:
        return
    first = view.indexAt(QPoint(1, 1))
    root = first.parent() if first.isValid() else QModelIndex()
    start = max(first.row(), 0)
    columns = 1 if isinstance(view, QListView) else min(_COLUMNS, model.columnCount(root))
    last = view.indexAt(QPoint(1, view.viewport().height() - 1))
    end = last.row() + 1 if last.isValid() else start + _ROWS
    for row in range(start, min(end, start + _ROWS, model.rowCount(root))):
        for column in range(columns):
            value = model.data(model.index(row, column, root), Qt.ItemDataRole.DisplayRole)
            if isinstance(value, str):
                yield value


def _repaint(window: QWidget) -> None:
    for widget in window.findChildren(QWidget):
        if isinstance(widget, _HOLDS_A_LAYOUT):
            QApplication.sendEvent(widget, QEvent(QEvent.Type.FontChange))
        widget.update()
