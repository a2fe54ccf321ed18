"""One of many: a row of radio buttons for a few choices, a field with a searchable list for more."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QListWidget, QListWidgetItem, QRadioButton, QToolButton

from fieldapp.engine.views import ChoiceView, NodeView
from fieldapp.ui.initials import initials
from fieldapp.words import say

from .base import QuestionWidget, TextField
from .markup import plain
from .overlay import place_below

MOST_RADIOS = 5
MOST_RADIO_CHARS = 30


def fits_radios(choices: tuple[ChoiceView, ...]) -> bool:
    """Whether the choices go into one row of radio buttons."""
    return 0 < len(choices) <= MOST_RADIOS and sum(len(choice.label) + 3 for choice in choices) <= MOST_RADIO_CHARS


def digit_of(choices: tuple[ChoiceView, ...], at: int) -> str:
    """The digit that picks a choice: its own code where all codes are single digits, else its place."""
    if all(len(choice.name) == 1 and choice.name.isdigit() for choice in choices):
        return choices[at].name
    return str(at + 1)


class Finder:
    """Finds choices by code, a part of the label or its pinyin initials, which are worked out once, on the first search by letters."""

    def __init__(self, choices: tuple[ChoiceView, ...]) -> None:
        self.choices = choices
        self._lines = [line_of(choice).lower() for choice in choices]
        self._initials: list[str] | None = None

    def found(self, text: str) -> list[ChoiceView]:
        """The choices that fit; all of them for an empty text."""
        wanted = text.strip().lower()
        if not wanted:
            return list(self.choices)
        if wanted.isascii() and self._initials is None:
            self._initials = [initials(plain(choice.label)) for choice in self.choices]
        by_letters = self._initials if wanted.isascii() and self._initials is not None else self._lines
        return [
            choice
            for choice, line, letters in zip(self.choices, self._lines, by_letters, strict=True)
            if wanted in line or wanted in letters or choice.name.lower().startswith(wanted)
        ]


def line_of(choice: ChoiceView) -> str:
    """A choice on one line: its code where that is a short number, and its words."""
    label = plain(choice.label)
    return f"{choice.name} {label}" if choice.name.isdigit() and len(choice.name) <= 4 else label


class RadioQuestion(QuestionWidget):
    """Up to five choices in a row; a digit picks, Delete clears."""

    def __init__(self, view: NodeView) -> None:
        super().__init__(view)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 2, 0, 2)
        self._group = QButtonGroup(self)
        self._group.idClicked.connect(lambda at: self.tell(self.view.choices[at].name))
        self._names = ("", "")
        self._built: tuple[ChoiceView, ...] = ()
        self.show_view(view)

    def show_view(self, view: NodeView) -> None:
        """Show which one is chosen."""
        super().show_view(view)
        if view.choices != self._built:
            self._build(view.choices)
        self._group.setExclusive(False)
        for at, choice in enumerate(view.choices):
            self._group.button(at).setChecked(choice.name == view.value)
        self._group.setExclusive(True)
        chosen = self._group.checkedButton() or self._group.button(0)
        self.setFocusProxy(chosen)

    def _build(self, choices: tuple[ChoiceView, ...]) -> None:
        for button in self._group.buttons():
            self._group.removeButton(button)
            button.deleteLater()
        while self._row.count():
            self._row.takeAt(0)
        for at, choice in enumerate(choices):
            button = QRadioButton(f"{digit_of(choices, at)} {plain(choice.label)}".replace("&", "&&"))
            self._group.addButton(button, at)
            self._row.addWidget(button)
        self._row.addStretch(1)
        self._built = choices
        self.name_for_reader(*self._names)

    def name_for_reader(self, name: str, description: str) -> None:
        """Every button says question and choice."""
        self._names = (name, description)
        for at, button in enumerate(self._group.buttons()):
            button.setAccessibleName(f"{name}: {plain(self._built[at].label)}")
            button.setAccessibleDescription(description)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A digit picks, Delete or Backspace clears; the rest goes on to the page."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.tell("")
            return
        for at, choice in enumerate(self.view.choices):
            if event.text() and event.text() == digit_of(self.view.choices, at):
                self._group.button(at).setFocus()
                self.tell(choice.name)
                return
        event.ignore()


class _ChoiceField(TextField):
    """The line in which a choice is searched; arrows move in the list below while it is open."""

    moved = Signal(int)
    picked = Signal()
    opened = Signal()
    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows and F4 belong to the list."""
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.moved.emit(1 if event.key() == Qt.Key.Key_Down else -1)
            return
        if event.key() == Qt.Key.Key_F4:
            self.opened.emit()
            return
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not self.composing:
            self.picked.emit()
        super().keyPressEvent(event)


class SearchChoiceQuestion(QuestionWidget):
    """Many choices: type a code, a part of the label or its pinyin initials; the list stands in the window, never in a pop-up window.

    An input method does not reach a pop-up, so the list is a plain child widget laid over the page.
    """

    _MOST_SHOWN = 9
    _MOST_LISTED = 200

    def __init__(self, view: NodeView) -> None:
        super().__init__(view)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self.field = _ChoiceField()
        self.field.setPlaceholderText(say("ui-choose"))
        self.button = QToolButton()
        self.button.setText("▾")
        self.button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.button.setAutoRaise(True)
        row.addWidget(self.field, 1)
        row.addWidget(self.button)
        self.list: QListWidget | None = None
        self._finder = Finder(())
        self.field.textEdited.connect(self._search)
        self.field.moved.connect(self._move)
        self.field.opened.connect(lambda: self._search(""))
        self.field.left.connect(self._close)
        self.field.picked.connect(self._pick_marked)
        self.field.editingFinished.connect(self.commit)
        self.button.clicked.connect(self._toggle)
        self.setFocusProxy(self.field)
        self.show_view(view)

    def show_view(self, view: NodeView) -> None:
        """Show the chosen label."""
        super().show_view(view)
        self.field.put(next((line_of(choice) for choice in view.choices if choice.name == view.value), view.value))

    def commit(self) -> None:
        """Leaving the field: empty clears, one that fits is taken, anything else is marked."""
        if self.field.composing or not self.field.isModified():
            self._close()
            return
        text = self.field.text().strip()
        found = self._found(text)
        exact = [choice for choice in found if text in (choice.name, plain(choice.label), line_of(choice))]
        self._close()
        if not text:
            self._take("")
        elif len(exact) == 1 or len(found) == 1:
            self._take((exact or found)[0].name)
        else:
            self.puzzled.emit("ui-puzzle-choice")

    def shown(self) -> tuple[str, ...]:
        """The lines of the open list, for a test or a reader."""
        return (
            tuple(self.list.item(at).text() for at in range(self.list.count())) if self.list is not None and self.list.isVisible() else ()
        )

    def _found(self, text: str) -> list[ChoiceView]:
        if self._finder.choices is not self.view.choices:
            self._finder = Finder(self.view.choices)
        return self._finder.found(text)

    def _take(self, name: str) -> None:
        self.field.setModified(False)
        self.field.put(next((line_of(choice) for choice in self.view.choices if choice.name == name), ""))
        self.tell(name)

    def _search(self, text: str) -> None:
        found = self._found(text)
        shown = self._open()
        shown.clear()
        for choice in found[: self._MOST_LISTED]:
            item = QListWidgetItem(line_of(choice))
            item.setData(Qt.ItemDataRole.UserRole, choice.name)
            shown.addItem(item)
        if len(found) > self._MOST_LISTED:
            rest = QListWidgetItem(say("ui-more-found", count=len(found) - self._MOST_LISTED))
            rest.setFlags(Qt.ItemFlag.NoItemFlags)
            shown.addItem(rest)
        current = next((at for at, choice in enumerate(found[: self._MOST_LISTED]) if choice.name == self.view.value), 0)
        shown.setCurrentRow(current)
        shown.setVisible(bool(found))
        self._place()

    def _open(self) -> QListWidget:
        if self.list is None:
            self.list = QListWidget(self.window())
            self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self.list.setAccessibleName(say("ui-choices"))
            self.list.itemClicked.connect(lambda item: self._clicked(item))
            self.list.destroyed.connect(self._forget)
            self.destroyed.connect(self.list.deleteLater)
            self.field.installEventFilter(self)
        return self.list

    def _forget(self) -> None:
        self.list = None

    def _place(self) -> None:
        if self.list is not None:
            rows = min(max(self.list.count(), 1), self._MOST_SHOWN)
            place_below(self.list, self, QSize(max(self.width(), 220), rows * max(self.list.sizeHintForRow(0), 20) + 8))

    def _close(self) -> None:
        if self.list is not None:
            self.list.hide()

    def _toggle(self) -> None:
        self.field.setFocus()
        if self.list is not None and self.list.isVisible():
            self._close()
        else:
            self._search("")

    def _move(self, step: int) -> None:
        if self.list is None or not self.list.isVisible():
            self._search("")
            return
        self.list.setCurrentRow((self.list.currentRow() + step) % max(self.list.count(), 1))

    def _pick_marked(self) -> None:
        if self.list is not None and self.list.isVisible() and self.list.currentItem() is not None:
            self._clicked(self.list.currentItem())

    def _clicked(self, item: QListWidgetItem) -> None:
        name = item.data(Qt.ItemDataRole.UserRole)
        if name is None:
            return
        self._close()
        self._take(str(name))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The list goes away with the focus."""
        if event.type() == QEvent.Type.FocusOut:
            self._close()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The list follows its field."""
        super().resizeEvent(event)
        if self.list is not None and self.list.isVisible():
            self._place()

    def hideEvent(self, event: QEvent) -> None:
        """No list without its field."""
        self._close()
        super().hideEvent(event)  # type: ignore[arg-type]
