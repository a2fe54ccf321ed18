"""A number from a range: a slider with the number to type, a counter, or stars."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from math import cos, pi, sin

from PySide6.QtCore import QPoint, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF, QWheelEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QSlider, QStyle, QStyleOptionSlider, QToolButton, QWidget

from fieldapp.engine.views import NodeView
from fieldapp.words import say

from . import typing
from .arrangement import words_of
from .base import QuestionWidget, TextField
from .markup import plain

_MOST_STOPS = 10_000
_MOST_TICKS = 40
_MOST_STARS = 20
_STAR = 30
_TALL = 180
_HANDLE = 28


@dataclass(frozen=True, slots=True)
class Scale:
    """The numbers that a range allows: from start to end by step, start after end counts down."""

    start: Decimal
    end: Decimal
    step: Decimal
    whole: bool

    def stops(self) -> int:
        """How many steps lie between start and end."""
        return int(abs(self.end - self.start) / self.step)

    def at(self, stop: int) -> str:
        """The canonical number at a stop."""
        value = self.start + (self.step if self.end >= self.start else -self.step) * stop
        plain = format(value, "f")
        return plain.rstrip("0").rstrip(".") if "." in plain else plain

    def stop_of(self, text: str) -> int | None:
        """The stop of a number, None if the range does not hold it."""
        value = _number(text)
        if value is None:
            return None
        away = (value - self.start) / (self.step if self.end >= self.start else -self.step)
        return int(away) if away == away.to_integral_value() and 0 <= away <= self.stops() else None


def scale_of(view: NodeView) -> Scale:
    """The scale of a range question; ODK's 0 to 10 by 1 where the form says nothing that makes sense."""
    given = dict(view.parameters)
    start, end, step = (_number(given.get(name, "")) for name in ("start", "end", "step"))
    return Scale(Decimal(0) if start is None else start, Decimal(10) if end is None else end, abs(step or Decimal(1)), view.type == "int")


def _number(text: str) -> Decimal | None:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


class _Slider(QSlider):
    """The wheel scrolls the page and never changes an answer; a click on the place where the handle stands is an answer too."""

    settled = Signal()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Left to the page."""
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Line, ticks and handle in the inks of the look: the style draws them too dark for a dark ground."""
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        handle = self.style().subControlRect(QStyle.ComplexControl.CC_Slider, option, QStyle.SubControl.SC_SliderHandle, self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ink, centre = self.palette().windowText().color(), handle.center()
        flat = self.orientation() == Qt.Orientation.Horizontal
        start = QPoint(8, centre.y()) if flat else QPoint(centre.x(), self.height() - 8)
        end = QPoint(self.width() - 8, centre.y()) if flat else QPoint(centre.x(), 8)
        painter.setPen(QPen(ink, 1))
        stops = max(self.maximum(), 1)
        for stop in range(0, stops + 1, max(self.tickInterval(), 1)) if self.tickPosition() != QSlider.TickPosition.NoTicks else ():
            at = start + (end - start) * (stop / stops)
            painter.drawLine(at + (QPoint(0, 7) if flat else QPoint(7, 0)), at + (QPoint(0, 11) if flat else QPoint(11, 0)))
        painter.setPen(QPen(ink, 2))
        painter.drawLine(start, end)
        painter.setPen(QPen(self.palette().highlight().color(), 4))
        painter.drawLine(start, centre)
        painter.setPen(QPen(self.palette().highlight().color() if self.hasFocus() else ink, 2))
        painter.setBrush(self.palette().base())
        painter.drawEllipse(QPointF(centre), 6, 6)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Take the place as it stands."""
        super().mouseReleaseEvent(event)
        self.settled.emit()


class _NumberField(TextField):
    """Arrow up and down count."""

    counted = Signal(int)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up, down, page up, page down."""
        steps = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1, Qt.Key.Key_PageUp: 10, Qt.Key.Key_PageDown: -10}
        step = steps.get(Qt.Key(event.key())) if not event.modifiers() & Qt.KeyboardModifier.ControlModifier else None
        if step is None:
            super().keyPressEvent(event)
        else:
            self.counted.emit(step)


class RangeQuestion(QuestionWidget):
    """A place on a scale, by slider or typed; unanswered until it is touched, Delete clears."""

    def __init__(self, view: NodeView) -> None:
        super().__init__(view)
        self.scale = scale_of(view)
        words = words_of(view.appearance)
        upright = "vertical" in words
        self.slider = _Slider(Qt.Orientation.Vertical if upright else Qt.Orientation.Horizontal)
        self.slider.setMinimumSize(_HANDLE, _HANDLE)
        stops = self.scale.stops()
        self.slider.setRange(0, min(stops, _MOST_STOPS))
        if "no-ticks" not in words:
            self.slider.setTickPosition(QSlider.TickPosition.TicksBelow)
            self.slider.setTickInterval(self._tick_stops(view, stops))
        self.field = TextField(input_method=False)
        self.field.setFixedWidth(self.fontMetrics().horizontalAdvance("0" * 10))
        self.field.setPlaceholderText(view.parameter("placeholder") or say("ui-unanswered"))
        self.word = QLabel()
        self._lay_out(upright)
        if stops > _MOST_STOPS:
            self.slider.hide()
        self.setFocusProxy(self.slider if stops <= _MOST_STOPS else self.field)
        self._showing = False
        self.slider.valueChanged.connect(self._moved)
        self.slider.settled.connect(lambda: self._moved(self.slider.value()))
        self.field.editingFinished.connect(self.commit)
        self.show_view(view)

    def _tick_stops(self, view: NodeView, stops: int) -> int:
        """Steps between two ticks: as the form says, else so many that they can be told apart."""
        between = _number(view.parameter("tick_interval"))
        wished = int(abs(between) / self.scale.step) if between else 1
        return max(wished, -(-stops // _MOST_TICKS), 1)

    def _lay_out(self, upright: bool) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        first, last = QLabel(self.scale.at(0)), QLabel(self.scale.at(self.scale.stops()))
        line = QBoxLayout(QBoxLayout.Direction.BottomToTop if upright else QBoxLayout.Direction.LeftToRight)
        line.addWidget(first)
        line.addWidget(self.slider, 1)
        line.addWidget(last)
        if upright:
            self.slider.setFixedHeight(_TALL)
        row.addLayout(line, 0 if upright else 1)
        row.addWidget(self.field)
        row.addWidget(self.word)
        if upright:
            row.addStretch(1)

    def show_view(self, view: NodeView) -> None:
        """Show the number, or that there is none yet."""
        super().show_view(view)
        self._showing = True
        stop = self.scale.stop_of(view.value)
        self.slider.setValue(min(stop or 0, self.slider.maximum()))
        self.field.put(view.value)
        words = {choice.name: plain(choice.label) for choice in view.choices}
        self.word.setText(words.get(view.value, " … ".join((*words.values(),)[:: max(len(words) - 1, 1)])))
        self._showing = False

    def name_for_reader(self, name: str, description: str) -> None:
        """Slider and field say what is asked."""
        for part in (self.slider, self.field):
            part.setAccessibleName(name)
            part.setAccessibleDescription(description or self.view.value or say("ui-unanswered"))

    def commit(self) -> None:
        """Read the typed number."""
        if not self.field.isModified():
            return
        text = typing.number(self.field.text())
        if text is None or (text and self.scale.stop_of(text) is None):
            self.puzzled.emit("ui-puzzle-range")
            return
        self.field.setModified(False)
        self.field.put(text)
        self.tell(text)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete clears; Space takes the place as it stands."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.tell("")
        elif event.key() == Qt.Key.Key_Space:
            self._moved(self.slider.value())
        else:
            event.ignore()

    def _moved(self, at: int) -> None:
        if not self._showing:
            self.field.setModified(False)
            self.tell(self.scale.at(at))


class CounterQuestion(QuestionWidget):
    """A number between two buttons; arrows up and down count, a typed number is taken as it is, within the range if there is one."""

    def __init__(self, view: NodeView, scale: Scale | None) -> None:
        super().__init__(view)
        self.scale = scale
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self.field = _NumberField(input_method=False)
        self.field.setFixedWidth(self.fontMetrics().horizontalAdvance("0" * 12))
        self.field.setPlaceholderText(say("ui-unanswered"))
        self.less, self.more = QToolButton(), QToolButton()
        for button, sign, step in ((self.less, "−", -1), (self.more, "＋", 1)):
            button.setText(sign)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(lambda _checked=False, step=step: self._count(step))
        row.addWidget(self.less)
        row.addWidget(self.field)
        row.addWidget(self.more)
        if scale is not None:
            row.addWidget(QLabel(say("ui-range-ends", first=scale.at(0), last=scale.at(scale.stops()))))
        row.addStretch(1)
        self.field.counted.connect(self._count)
        self.field.editingFinished.connect(self.commit)
        self.setFocusProxy(self.field)
        self.show_view(view)

    def show_view(self, view: NodeView) -> None:
        """Show the number."""
        super().show_view(view)
        self.field.put(view.value)

    def commit(self) -> None:
        """Read the typed number."""
        if not self.field.isModified():
            return
        text = typing.number(self.field.text(), whole=self.scale is None)
        if text is None or (text and self.scale is not None and self.scale.stop_of(text) is None):
            self.puzzled.emit("ui-puzzle-whole" if self.scale is None else "ui-puzzle-range")
            return
        self._take(text)

    def _count(self, step: int) -> None:
        typed = typing.number(self.field.text(), whole=self.scale is None)
        if self.scale is None:
            self._take(str(int(typed or 0) + step))
            return
        stop = self.scale.stop_of(typed) if typed else None
        if stop is None:
            self._take(self.scale.at(0))
            return
        ahead = step if self.scale.end >= self.scale.start else -step
        self._take(self.scale.at(min(max(stop + ahead, 0), self.scale.stops())))

    def _take(self, text: str) -> None:
        self.field.setModified(False)
        self.field.put(text)
        self.tell(text)


class Stars(QWidget):
    """A row of stars; a click on a star fills it and those before it."""

    picked = Signal(int)

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count
        self.filled = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def sizeHint(self) -> QSize:
        """All stars on one line."""
        return QSize(self.count * _STAR + 6, _STAR + 6)

    def minimumSizeHint(self) -> QSize:
        """Never narrower: a star that is cut off cannot be picked."""
        return self.sizeHint()

    def fill(self, filled: int) -> None:
        """Show so many."""
        self.filled = filled
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The star below the pointer."""
        self.picked.emit(min(max(int((event.position().x() - 3) // _STAR) + 1, 1), self.count))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Full and empty stars, a ring where the keyboard is."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for at in range(self.count):
            centre = QPointF(3 + at * _STAR + _STAR / 2, 3 + _STAR / 2)
            painter.setPen(QPen(self.palette().windowText().color(), 1.4))
            painter.setBrush(self.palette().highlight() if at < self.filled else Qt.BrushStyle.NoBrush)
            painter.drawPolygon(_star(centre, _STAR * 0.42))
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(self.palette().highlight().color(), 2))
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -2, -2), 4, 4)


def _star(centre: QPointF, size: float) -> QPolygonF:
    points = []
    for at in range(10):
        reach = size if at % 2 == 0 else size * 0.45
        angle = -pi / 2 + at * pi / 5
        points.append(QPointF(centre.x() + reach * cos(angle), centre.y() + reach * sin(angle)))
    return QPolygonF(points)


class RatingQuestion(QuestionWidget):
    """A range as stars; digits and arrows pick, Delete clears."""

    def __init__(self, view: NodeView) -> None:
        super().__init__(view)
        self.scale = scale_of(view)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self.stars = Stars(min(max(int(self.scale.end), 1), _MOST_STARS))
        self.said = QLabel()
        self.stars.picked.connect(lambda count: self.tell(str(count)))
        row.addWidget(self.stars)
        row.addWidget(self.said)
        row.addStretch(1)
        self.setFocusProxy(self.stars)
        self.show_view(view)

    def show_view(self, view: NodeView) -> None:
        """Show the stars and their number."""
        super().show_view(view)
        count = int(_number(view.value) or 0)
        self.stars.fill(count)
        self.said.setText(say("ui-stars", count=count, of=self.stars.count) if count else say("ui-unanswered"))
        self.stars.setAccessibleDescription(self.said.text())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A digit is the number of stars, arrows add and take one."""
        step = {Qt.Key.Key_Right: 1, Qt.Key.Key_Up: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()))
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace, Qt.Key.Key_0):
            self.tell("")
        elif step is not None:
            self.tell(str(min(max(self.stars.filled + step, 1), self.stars.count)))
        elif event.text().isdigit() and event.text().isascii() and 1 <= int(event.text()) <= self.stars.count:
            self.tell(event.text())
        else:
            event.ignore()
