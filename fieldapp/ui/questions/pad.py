"""A pad to write and draw on with mouse or pen: strokes in the coordinates of the picture, so that they are saved at its full size."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QImageWriter, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF, QTabletEvent
from PySide6.QtWidgets import QWidget

_WIDTH = 2.6
_MOST_POINTS = 20_000


def as_png(image: QImage) -> bytes:
    """A picture as PNG bytes."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(image)
    return bytes(buffer.data().data())


@dataclass(slots=True)
class _Stroke:
    ink: QColor
    width: float
    points: list[QPointF] = field(default_factory=list)


class DrawingPad(QWidget):
    """White paper, or a picture to draw on; `ground` is never changed, strokes can be taken back one by one."""

    written = Signal()
    """A stroke was ended, or one was taken back."""

    def __init__(self, size: QSize, baseline: bool = False) -> None:
        super().__init__()
        self._paper, self._baseline = size, baseline
        self.setFixedSize(size)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.ground = _white(size)
        self.ink = QColor(Qt.GlobalColor.black)
        self._strokes: list[_Stroke] = []
        self._open: _Stroke | None = None
        self._by_pen = False

    @property
    def strokes(self) -> int:
        """How many strokes stand on the ground."""
        return len(self._strokes)

    def wipe(self) -> None:
        """Back to white paper."""
        self.draw_on(_white(self._paper))

    def draw_on(self, picture: QImage) -> None:
        """A picture as the ground, fitted into the paper; nothing is drawn on it yet."""
        self.ground = picture
        self._strokes.clear()
        self._open = None
        self.setFixedSize(picture.size().scaled(self._paper, Qt.AspectRatioMode.KeepAspectRatio))
        self.update()

    def rub_out(self) -> None:
        """Take the strokes back and keep the ground."""
        self._strokes.clear()
        self._changed()

    def undo(self) -> None:
        """Take the last stroke back."""
        if self._strokes:
            self._strokes.pop()
            self._changed()

    def image(self) -> QImage:
        """The ground with everything drawn on it, at the ground's own size."""
        made = self.ground.convertToFormat(QImage.Format.Format_ARGB32)
        painter = QPainter(made)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for stroke in self._strokes:
            _draw(painter, stroke)
        painter.end()
        return made

    def _changed(self) -> None:
        self.update()
        self.written.emit()

    def _scale(self) -> float:
        return self.ground.width() / max(self.width(), 1)

    def _begin(self, at: QPointF, pressure: float) -> None:
        scale = self._scale()
        self._open = _Stroke(QColor(self.ink), _WIDTH * scale * pressure, [at * scale])
        self.setFocus()

    def _go_on(self, at: QPointF) -> None:
        if self._open is not None and len(self._open.points) < _MOST_POINTS:
            self._open.points.append(at * self._scale())
            self.update()

    def _end(self) -> None:
        if self._open is not None:
            if len(self._open.points) > 1:
                self._strokes.append(self._open)
            self._open = None
            self._changed()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A stroke begins."""
        if event.button() == Qt.MouseButton.LeftButton and not self._by_pen:
            self._begin(event.position(), 1.0)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """A stroke goes on."""
        if not self._by_pen:
            self._go_on(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A stroke ends."""
        if not self._by_pen:
            self._end()

    def tabletEvent(self, event: QTabletEvent) -> None:
        """The same with a pen, whose pressure makes the line thicker."""
        event.accept()
        if event.type() == QTabletEvent.Type.TabletPress:
            self._by_pen = True
            self._begin(event.position(), 0.5 + event.pressure())
        elif event.type() == QTabletEvent.Type.TabletMove:
            self._go_on(event.position())
        elif event.type() == QTabletEvent.Type.TabletRelease:
            self._end()
            self._by_pen = False

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground, strokes, a frame, and the line to sign on."""
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRectF(self.rect()), self.ground)
        painter.save()
        painter.scale(1 / self._scale(), 1 / self._scale())
        for stroke in (*self._strokes, *((self._open,) if self._open is not None else ())):
            _draw(painter, stroke)
        painter.restore()
        painter.setPen(QPen(self.palette().mid().color(), 1))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        if self._baseline:
            painter.drawLine(20, self.height() - 28, self.width() - 20, self.height() - 28)
        if self.hasFocus():
            painter.setPen(QPen(self.palette().highlight().color(), 2))
            painter.drawRect(self.rect().adjusted(1, 1, -2, -2))


def _white(size: QSize) -> QImage:
    image = QImage(size, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.white)
    return image


def _draw(painter: QPainter, stroke: _Stroke) -> None:
    painter.setPen(QPen(stroke.ink, stroke.width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    painter.drawPolyline(QPolygonF(stroke.points))
