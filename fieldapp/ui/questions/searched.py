"""Several of very many: a line that searches, the list below shows what is found; folded to one line where the form wants it small."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout

from fieldapp.engine.views import NodeView
from fieldapp.words import say

from .base import QuestionWidget, TextField
from .choice import Finder
from .many import CheckList
from .markup import plain

_MOST_SHOWN = 40


class _SearchField(TextField):
    """Down goes into the list."""

    def __init__(self, owner: SearchMultipleQuestion) -> None:
        super().__init__()
        self._owner = owner

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Down and F4 go into the list, Escape empties the line, Enter ticks the only one found."""
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_F4):
            self._owner.enter_list()
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self._owner.search("")
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.text() and not self.composing:
            self._owner.take_found()
        else:
            super().keyPressEvent(event)


class SearchMultipleQuestion(QuestionWidget):
    """The answer is the names in choice order; what is chosen stands above the list in words, also when the search hides it."""

    def __init__(self, view: NodeView, folded: bool) -> None:
        super().__init__(view)
        self._folds = folded
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        self.chosen = QLabel()
        self.chosen.setWordWrap(True)
        self.chosen.setTextFormat(Qt.TextFormat.PlainText)
        self.field = _SearchField(self)
        self.field.setPlaceholderText(say("ui-search"))
        self.field.textEdited.connect(lambda _text: self._show_found())
        self.button = QToolButton()
        self.button.setText("▾")
        self.button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.button.setAutoRaise(True)
        self.list = CheckList()
        self.button.clicked.connect(lambda: self._unfold(self.list.isHidden()))
        self.rest = QLabel()
        self.rest.setEnabled(False)
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self.field, 1)
        row.addWidget(self.button)
        page.addWidget(self.chosen)
        page.addLayout(row)
        page.addWidget(self.list)
        page.addWidget(self.rest)
        self.button.setVisible(folded)
        self.setFocusProxy(self.field)
        self._finder = Finder(view.choices)
        self._showing = False
        self.list.toggled.connect(self._toggled)
        self._unfold(not folded)
        self.show_view(view)

    def show_view(self, view: NodeView) -> None:
        """Show which ones are chosen."""
        super().show_view(view)
        if view.choices != self._finder.choices:
            self._finder = Finder(view.choices)
        names = set(view.value.split())
        labels = [plain(choice.label) for choice in view.choices if choice.name in names]
        self.chosen.setText(say("ui-chosen", count=len(labels), labels="、".join(labels)) if labels else say("ui-chosen-none"))
        self._show_found()

    def name_for_reader(self, name: str, description: str) -> None:
        """Line and list say what is asked."""
        for part in (self.field, self.list):
            part.setAccessibleName(name)
            part.setAccessibleDescription(description or self.chosen.text())

    def search(self, text: str) -> None:
        """Put a text into the line and show what it finds."""
        self.field.setText(text)
        self._show_found()

    def enter_list(self) -> None:
        """The keyboard goes into the list."""
        self._unfold(True)
        self.list.setFocus()

    def take_found(self) -> None:
        """Tick or untick the only one that was found, or the first that begins so; then search anew."""
        found = self._finder.found(self.field.text().strip())
        if not found:
            self.puzzled.emit("ui-puzzle-choice")
            return
        names = set(self.view.value.split()) ^ {found[0].name}
        self.search("")
        self._tell(names)

    def shown(self) -> tuple[str, ...]:
        """The lines of the list."""
        return tuple(self.list.item(at).text() for at in range(self.list.count()))

    def _unfold(self, shown: bool) -> None:
        self.list.setVisible(shown)
        self.rest.setVisible(shown and bool(self.rest.text()))

    def _show_found(self) -> None:
        text = self.field.text().strip()
        if text:
            self._unfold(True)
        found = self._finder.found(text)
        chosen = set(self.view.value.split())
        self._showing = True
        self.list.show_choices(found[:_MOST_SHOWN], chosen)
        self._showing = False
        more = len(found) - _MOST_SHOWN
        self.rest.setText(say("ui-more-found", count=more) if more > 0 else "")
        self.rest.setVisible(more > 0 and not self.list.isHidden())

    def _toggled(self) -> None:
        if self._showing:
            return
        shown = self.list.names()
        ticked = self.list.ticked()
        self._tell({name for name in self.view.value.split() if name not in shown} | ticked)

    def _tell(self, names: set[str]) -> None:
        self.tell(" ".join(choice.name for choice in self.view.choices if choice.name in names))
