"""Places: a point typed or copied from a receiver, and a list of points for a line or an area."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QAbstractItemView, QGridLayout, QLabel, QListWidget, QPushButton, QWidget

from fieldapp.engine.views import NodeView
from fieldapp.words import say

from . import typing
from .base import QuestionWidget, TextField
from .text import LineQuestion

_MOST_LINES = 8
_SKETCH = QSize(150, 110)
_LEAST = {"geotrace": 2, "geoshape": 3}


def place(view: NodeView) -> LineQuestion:
    """Latitude and longitude, typed or copied from a receiver."""
    return LineQuestion(
        view, typing.point, typing.spoken_point, input_method=False, puzzle="ui-puzzle-place", example=say("ui-example-place")
    )


class _PointList(QListWidget):
    """Delete takes a point away, Alt with arrows moves it."""

    removed = Signal()
    moved = Signal(int)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter belongs to the page."""
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.ignore()
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit()
        elif step and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.moved.emit(step)
        else:
            super().keyPressEvent(event)


class _PointField(TextField):
    """Enter adds what is typed; a paste of several lines adds them all."""

    given = Signal(str)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """An empty line leaves Enter to the page."""
        if event.matches(QKeySequence.StandardKey.Paste):
            clip = QGuiApplication.clipboard().text()
            if "\n" in clip.strip() or ";" in clip or "；" in clip:
                self.given.emit(clip)
                return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.text().strip():
            self.given.emit(self.text())
            return
        super().keyPressEvent(event)


class Sketch(QWidget):
    """The shape of the points, north above, for a look whether their order makes sense."""

    def __init__(self, closed: bool) -> None:
        super().__init__()
        self.setFixedSize(_SKETCH)
        self._closed = closed
        self._points: list[tuple[float, float]] = []

    def put(self, points: list[str]) -> None:
        """Draw these points (`lat lon alt acc`)."""
        self._points = [(float(lon), float(lat)) for lat, lon, *_ in (point.split() for point in points)]
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A line or an area, the first point marked."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.palette().mid().color(), 1))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        if len(self._points) < 2:
            return
        xs, ys = [x for x, _ in self._points], [y for _, y in self._points]
        wide, tall = max(max(xs) - min(xs), 1e-9), max(max(ys) - min(ys), 1e-9)
        scale = min((self.width() - 24) / wide, (self.height() - 24) / tall)
        left, top = (self.width() - wide * scale) / 2, (self.height() - tall * scale) / 2
        shape = QPolygonF()
        for x, y in self._points:
            shape.append(QPointF(left + (x - min(xs)) * scale, top + (max(ys) - y) * scale))
        painter.setPen(QPen(self.palette().highlight().color(), 2))
        if self._closed:
            painter.drawPolygon(shape)
        else:
            painter.drawPolyline(shape)
        painter.setBrush(self.palette().highlight())
        painter.drawEllipse(shape.first(), 4, 4)


class PointsQuestion(QuestionWidget):
    """A line (two points at least) or an area (three at least, closed by itself); told as soon as there are enough points."""

    def __init__(self, view: NodeView) -> None:
        super().__init__(view)
        self.closed = view.type == "geoshape"
        self._points: list[str] = []
        self.field = _PointField(input_method=False)
        self.field.setMaxLength(100_000)
        self.field.setPlaceholderText(say("ui-example-points"))
        self.add = QPushButton(say("ui-points-add"))
        self.add.setAutoDefault(False)
        self.list = _PointList()
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.said = QLabel()
        self.said.setWordWrap(True)
        self.sketch = Sketch(self.closed)
        page = QGridLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.addWidget(self.field, 0, 0)
        page.addWidget(self.add, 0, 1)
        page.addWidget(self.list, 1, 0)
        page.addWidget(self.sketch, 1, 1, Qt.AlignmentFlag.AlignTop)
        page.addWidget(self.said, 2, 0, 1, 2)
        page.setColumnStretch(0, 1)
        self.field.given.connect(self.take)
        self.add.clicked.connect(lambda: self.take(self.field.text()))
        self.list.removed.connect(self._remove)
        self.list.moved.connect(self._move)
        self.setFocusProxy(self.field)
        self.show_view(view)

    def show_view(self, view: NodeView) -> None:
        """Show the points; fewer than the question needs stay standing here until there are enough."""
        super().show_view(view)
        held = [point.strip() for point in view.value.split(";") if point.strip()]
        if self.closed and len(held) > 3 and held[0] == held[-1]:
            held.pop()
        if held or not self._too_few():
            self._points = held
        self._paint()

    def name_for_reader(self, name: str, description: str) -> None:
        """Every part says what is asked."""
        for part, what in ((self.field, ""), (self.add, self.add.text()), (self.list, self.said.text())):
            part.setAccessibleName(f"{name}: {what}" if what else name)
            part.setAccessibleDescription(description)

    def commit(self) -> None:
        """A point that is typed and not yet added is added."""
        if self.field.text().strip():
            self.take(self.field.text())

    def take(self, text: str) -> None:
        """Add one point, or several parted by semicolons or lines; one that is not understood leaves all of them standing in the field."""
        made = typing.points(text)
        if made is None:
            self.field.setText(" ; ".join(text.split("\n")) if text != self.field.text() else text)
            self.puzzled.emit("ui-puzzle-place")
            return
        self.field.clear()
        self._points.extend(made)
        self._tell_points(len(self._points) - 1)

    def points(self) -> tuple[str, ...]:
        """The points as they stand."""
        return tuple(self._points)

    def _remove(self) -> None:
        at = self.list.currentRow()
        if 0 <= at < len(self._points):
            del self._points[at]
            self._tell_points(min(at, len(self._points) - 1))

    def _move(self, step: int) -> None:
        at = self.list.currentRow()
        if 0 <= at < len(self._points) and 0 <= at + step < len(self._points):
            self._points.insert(at + step, self._points.pop(at))
            self._tell_points(at + step)

    def _too_few(self) -> bool:
        return 0 < len(self._points) < _LEAST[self.view.type]

    def _tell_points(self, current: int) -> None:
        self._paint()
        self.list.setCurrentRow(current)
        if self._too_few():
            # What the form holds would be half a shape: it holds nothing until there are enough points.
            if self.view.value:
                kept = list(self._points)
                self.tell("")
                self._points = kept
                self._paint()
            self.puzzled.emit(f"ui-puzzle-few-{self.view.type}")
            return
        ring = [*self._points, self._points[0]] if self.closed and self._points else self._points
        self.tell(";".join(ring))

    def _paint(self) -> None:
        current = self.list.currentRow()
        self.list.clear()
        self.list.addItems([f"{at + 1}.  {typing.spoken_point(point)}" for at, point in enumerate(self._points)])
        self.list.setCurrentRow(min(current, len(self._points) - 1))
        line = max(self.list.sizeHintForRow(0), 22)
        self.list.setFixedHeight(min(max(len(self._points), 4), _MOST_LINES) * line + 8)
        self.sketch.put(self._points)
        self.said.setText(say("ui-points-count", count=len(self._points), hint=say(f"ui-points-{self.view.type}")))
