"""Choices that all stand on the page: in columns, packed, as an agreement scale or a row of a table, with pictures if the form has them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QVBoxLayout, QWidget

from fieldapp.engine.views import ChoiceView, Control, NodeView

from .arrangement import Arrangement, arrangement_of
from .base import Helps, QuestionWidget
from .markup import plain

_SIGN = 18
_GAP = 6
_SPACE = 12
_PICTURE = QSize(120, 90)
_TEXT_FLAGS = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignVCenter
_MOST_DIGITS = 9


class Option(QAbstractButton):
    """One choice: a sign, its picture and its words, which wrap; arrows go to a neighbour, Space or a click chooses."""

    moved = Signal(Qt.Key)

    def __init__(self, text: str, single: bool, arrangement: Arrangement, picture: QImage) -> None:
        super().__init__()
        self.setText(text)
        self.setCheckable(True)
        self._single, self._look = single, arrangement
        if picture.width() > _PICTURE.width() or picture.height() > _PICTURE.height():
            picture = picture.scaled(_PICTURE, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
        self._picture = QPixmap() if picture.isNull() else QPixmap.fromImage(picture)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def shows_text(self) -> bool:
        """Words stay away in a row below its heading, and where a picture without a sign says enough."""
        return self._look.words and not (not self._look.signs and not self._picture.isNull())

    def wished_width(self) -> int:
        """The width without wrapping."""
        words = self.fontMetrics().horizontalAdvance(self.text()) + 4 if self.shows_text() else 0
        sign = _SIGN + _GAP if self._look.signs and not self._look.centred else 0
        picture = self._picture.width()
        if self._look.centred or not self._look.signs:
            return max(words, picture, _SIGN) + 2 * _GAP
        return sign + words + (picture + _GAP if picture else 0) + 2 * _GAP

    def height_for(self, width: int) -> int:
        """The height with words wrapped into a width."""
        picture = self._picture.height()
        words = self._words_rect(width).height() if self.shows_text() else 0
        if self._look.centred or not self._look.signs:
            parts = [part for part in (_SIGN if self._look.signs else 0, picture, words) if part]
            return sum(parts) + 4 * max(len(parts) - 1, 0) + 2 * _GAP
        return max(_SIGN, picture, words) + _GAP

    def sizeHint(self) -> QSize:
        """As wide as its words."""
        return QSize(self.wished_width(), self.height_for(self.wished_width()))

    def minimumSizeHint(self) -> QSize:
        """Narrow is possible: words wrap."""
        return QSize(_SIGN + 2 * _GAP, _SIGN)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move on, digits and Enter belong to the question and the page."""
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.moved.emit(Qt.Key(event.key()))
        elif event.key() == Qt.Key.Key_Space:
            super().keyPressEvent(event)
        else:
            event.ignore()

    def _words_rect(self, width: int) -> QRect:
        beside = 0
        if self._look.signs and not self._look.centred:
            beside = _SIGN + _GAP + (self._picture.width() + _GAP if not self._picture.isNull() else 0)
        room = max(width - beside - 2 * _GAP, 20)
        return self.fontMetrics().boundingRect(QRect(0, 0, room, 10_000), int(_TEXT_FLAGS), self.text())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Sign, picture, words; a frame for what is chosen without a sign, a ring where the keyboard is."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._look.centred or not self._look.signs:
            self._paint_stack(painter)
        else:
            self._paint_line(painter)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if not self._look.signs and self.isChecked():
            painter.setPen(QPen(self.palette().highlight().color(), 3))
            painter.drawRoundedRect(self.rect().adjusted(2, 2, -3, -3), 4, 4)
            painter.drawText(self.rect().adjusted(0, 4, -8, 0), int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop), "✔")
        if self.hasFocus():
            painter.setPen(QPen(self.palette().highlight().color(), 2))
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -2, -2), 4, 4)

    def _paint_line(self, painter: QPainter) -> None:
        at = _GAP
        self._sign(painter, QPoint(at, (self.height() - _SIGN) // 2))
        at += _SIGN + _GAP
        if not self._picture.isNull():
            painter.drawPixmap(at, (self.height() - self._picture.height()) // 2, self._picture)
            at += self._picture.width() + _GAP
        if self.shows_text():
            self._words(painter, QRect(at, 0, self.width() - at - _GAP, self.height()), Qt.AlignmentFlag.AlignLeft)

    def _paint_stack(self, painter: QPainter) -> None:
        top = _GAP
        if self._look.signs:
            self._sign(painter, QPoint((self.width() - _SIGN) // 2, top))
            top += _SIGN + 4
        if not self._picture.isNull():
            painter.drawPixmap((self.width() - self._picture.width()) // 2, top, self._picture)
            top += self._picture.height() + 4
        if self.shows_text():
            self._words(painter, QRect(_GAP, top, self.width() - 2 * _GAP, self.height() - top - _GAP), Qt.AlignmentFlag.AlignHCenter)

    def _words(self, painter: QPainter, room: QRect, side: Qt.AlignmentFlag) -> None:
        painter.setPen(self.palette().windowText().color())
        painter.drawText(room, int(_TEXT_FLAGS | side), self.text())

    def _sign(self, painter: QPainter, corner: QPoint) -> None:
        """Painted here and not by the style, which draws rings that are hard to see on a dark ground."""
        room = QRect(corner, QSize(_SIGN, _SIGN)).adjusted(1, 1, -1, -1)
        painter.setPen(QPen(self.palette().windowText().color(), 1.3))
        painter.setBrush(self.palette().base())
        if self._single:
            painter.drawEllipse(room)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self.palette().highlight() if self.isChecked() else Qt.BrushStyle.NoBrush)
            painter.drawEllipse(room.adjusted(4, 4, -4, -4))
            return
        painter.drawRoundedRect(room, 2, 2)
        if self.isChecked():
            painter.setPen(QPen(self.palette().highlight().color(), 2.6))
            painter.drawPolyline([room.topLeft() + QPoint(3, 8), room.topLeft() + QPoint(6, 12), room.topLeft() + QPoint(13, 4)])


class Board(QWidget):
    """Places options in its width and is as high as they need."""

    def __init__(self, arrangement: Arrangement) -> None:
        super().__init__()
        self._look = arrangement
        self.options: list[Option] = []
        self._lines: list[list[int]] = []

    def put(self, options: list[Option]) -> None:
        """These options from now on."""
        for old in self.options:
            old.hide()
            old.deleteLater()
        self.options = options
        for option in options:
            option.setParent(self)
            option.show()
        self._place()

    def neighbour(self, at: int, key: Qt.Key) -> int:
        """The option to which an arrow leads."""
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            return min(max(at + (1 if key == Qt.Key.Key_Right else -1), 0), len(self.options) - 1)
        line = next(number for number, members in enumerate(self._lines) if at in members)
        other = line + (1 if key == Qt.Key.Key_Down else -1)
        if not 0 <= other < len(self._lines) or len(self._lines) == 1:
            return min(max(at + (1 if key == Qt.Key.Key_Down else -1), 0), len(self.options) - 1)
        return self._lines[other][min(self._lines[line].index(at), len(self._lines[other]) - 1)]

    def _place(self) -> None:
        width = max(self.width(), 60)
        self._lines = self._packed(width) if self._look.packed else self._columns(width)
        top = 0
        for line in self._lines:
            share = width // (max(len(self._lines[0]), 1))
            widths = [min(self.options[at].wished_width(), width) if self._look.packed else share for at in line]
            height = max(self.options[at].height_for(room) for at, room in zip(line, widths, strict=True))
            left = 0
            for at, room in zip(line, widths, strict=True):
                self.options[at].setGeometry(left, top, room, height)
                left += room + (_SPACE if self._look.packed else 0)
            top += height
        if self.height() != max(top, _SIGN):
            self.setFixedHeight(max(top, _SIGN))

    def _columns(self, width: int) -> list[list[int]]:
        columns = self._look.columns or self._roomy(width)
        columns = max(min(columns, len(self.options)), 1)
        return [list(range(at, min(at + columns, len(self.options)))) for at in range(0, len(self.options), columns)]

    def _roomy(self, width: int) -> int:
        """As many equal columns as the longest words allow, at most five."""
        widest = max((option.wished_width() for option in self.options), default=60)
        return min(max(width // max(widest, 60), 1), 5)

    def _packed(self, width: int) -> list[list[int]]:
        lines: list[list[int]] = []
        used = width + 1
        for at, option in enumerate(self.options):
            wished = min(option.wished_width(), width)
            if used + wished > width:
                lines.append([])
                used = 0
            lines[-1].append(at)
            used += wished + _SPACE
        return lines

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A new width may need another height."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._place()


class OptionsQuestion(QuestionWidget):
    """One or several of many, all in sight; a digit picks, arrows move without choosing, Delete clears."""

    def __init__(self, view: NodeView, helps: Helps) -> None:
        super().__init__(view)
        self._helps = helps
        self.arrangement = arrangement_of(view)
        self.single = view.control is Control.SELECT_ONE
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 2, 0, 2)
        self.board = Board(self.arrangement)
        page.addWidget(self.board)
        self._built: tuple[ChoiceView, ...] = ()
        self._names = ("", "")
        self.show_view(view)

    def show_view(self, view: NodeView) -> None:
        """Show which ones are chosen."""
        super().show_view(view)
        if view.choices != self._built:
            self._build(view.choices)
        chosen = {view.value} if self.single else set(view.value.split())
        for choice, option in zip(view.choices, self.board.options, strict=True):
            option.setAutoExclusive(False)
            option.setChecked(choice.name in chosen)
        for option in self.board.options:
            option.setAutoExclusive(self.single)
        first = next((option for option in self.board.options if option.isChecked()), None)
        if self.board.options:
            self.setFocusProxy(first if first is not None and self.single else self.board.options[0])

    def name_for_reader(self, name: str, description: str) -> None:
        """Every option says question and choice."""
        self._names = (name, description)
        for choice, option in zip(self._built, self.board.options, strict=True):
            option.setAccessibleName(f"{name}: {plain(choice.label)}")
            option.setAccessibleDescription(description)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A digit picks or toggles, Delete or Backspace clears; the rest goes on to the page."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self.single:
            self.tell("")
            return
        for at in range(len(self.board.options)):
            if event.text() and event.text() == digit_shown(self.view.choices, at):
                self.board.options[at].setFocus()
                self._choose(at)
                return
        event.ignore()

    def _build(self, choices: tuple[ChoiceView, ...]) -> None:
        self._built = choices
        made: list[Option] = []
        for at, choice in enumerate(choices):
            digit = digit_shown(choices, at)
            text = f"{digit} {plain(choice.label)}" if digit else plain(choice.label)
            option = Option(text, self.single, self.arrangement, self._helps.picture_of(choice))
            option.clicked.connect(lambda _checked, at=at: self._choose(at))
            option.moved.connect(lambda key, at=at: self.board.options[self.board.neighbour(at, key)].setFocus())
            made.append(option)
        self.board.put(made)
        self.name_for_reader(*self._names)

    def _choose(self, at: int) -> None:
        name = self.view.choices[at].name
        if self.single:
            self.tell(name)
        else:
            chosen = set(self.view.value.split()) ^ {name}
            self.tell(" ".join(choice.name for choice in self.view.choices if choice.name in chosen))
        # What was told is shown again by the form; what it refused goes back to what the form has.
        self.show_view(self.view)


class HeadingQuestion(QuestionWidget):
    """The heading row of a table of choices: words only, nothing to answer."""

    def __init__(self, view: NodeView) -> None:
        super().__init__(view)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 2, 0, 2)
        self.board = _Words()
        page.addWidget(self.board)
        self.show_view(view)

    def show_view(self, view: NodeView) -> None:
        """Show the choices' words in equal columns."""
        super().show_view(view)
        self.board.put([f"{digit_shown(view.choices, at)} {plain(choice.label)}".strip() for at, choice in enumerate(view.choices)])


class _Words(QWidget):
    """Words in equal columns, wrapped and centred."""

    def __init__(self) -> None:
        super().__init__()
        self._words: list[str] = []

    def put(self, words: list[str]) -> None:
        self._words = words
        self._fit()
        self.update()

    def texts(self) -> list[str]:
        return list(self._words)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(QColor(self.palette().windowText().color()))
        share = self.width() // max(len(self._words), 1)
        for at, words in enumerate(self._words):
            painter.drawText(QRect(at * share, 0, share, self.height()), int(_TEXT_FLAGS | Qt.AlignmentFlag.AlignHCenter), words)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        share = max(self.width() // max(len(self._words), 1), 20)
        measure: Callable[[str], int] = lambda words: (  # noqa: E731
            self.fontMetrics().boundingRect(QRect(0, 0, share, 10_000), int(_TEXT_FLAGS), words).height()
        )
        height = max((measure(words) for words in self._words), default=_SIGN) + 4
        if height != self.height():
            self.setFixedHeight(height)


def digit_shown(choices: tuple[ChoiceView, ...], at: int) -> str:
    """The digit that picks a choice: its own code where all codes are single digits, else its place up to nine; empty beyond."""
    if all(len(choice.name) == 1 and choice.name.isdigit() for choice in choices):
        return choices[at].name
    return str(at + 1) if len(choices) <= _MOST_DIGITS else ""
