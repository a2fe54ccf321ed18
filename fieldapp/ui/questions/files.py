"""Questions answered by a file: photos by file, paste or drop, and a signature by mouse or pen."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, QPointF, QSize, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
    QImageWriter,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from fieldapp.engine.views import NodeView
from fieldapp.words import say

from .base import Helps, NewFile, QuestionWidget

_THUMBNAIL = QSize(200, 120)
_EMPTY = QSize(90, 44)
_PAD = QSize(420, 130)


def as_png(image: QImage) -> bytes:
    """A picture as PNG bytes."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(image)
    return bytes(buffer.data().data())


class UploadQuestion(QuestionWidget):
    """A photo or another file: choose it, paste it or drop it here; the picture is shown small."""

    def __init__(self, view: NodeView, helps: Helps) -> None:
        super().__init__(view)
        self._helps = helps
        self.setAcceptDrops(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self.picture = QLabel()
        self.picture.setFixedSize(_EMPTY)
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.choose = QPushButton(say("ui-upload-choose"))
        self.choose.clicked.connect(self._choose)
        self.paste = QPushButton(say("ui-upload-paste"))
        self.paste.clicked.connect(self._paste)
        self.clear = QPushButton(say("ui-upload-clear"))
        self.clear.clicked.connect(lambda: self.tell(""))
        row.addWidget(self.picture)
        for button in (self.choose, self.paste, self.clear):
            button.setAutoDefault(False)
            row.addWidget(button)
        row.addStretch(1)
        self.setFocusProxy(self.choose)
        self._asked = ""
        self.show_view(view)

    def show_view(self, view: NodeView) -> None:
        """Show whether there is a file, and ask once for its picture."""
        super().show_view(view)
        self.clear.setVisible(bool(view.value))
        if not view.value:
            self._asked = ""
            self.picture.setPixmap(QPixmap())
            self.picture.setFixedSize(_EMPTY)
            self.picture.setText(say("ui-upload-none"))
        elif view.value != self._asked:
            self._asked = view.value
            self.picture.setText(say("ui-upload-there"))
            if not view.mediatype or view.mediatype.startswith("image"):
                self.picture_wanted.emit(view.value)

    def name_for_reader(self, name: str, description: str) -> None:
        """Each button says for which question it is."""
        for button in (self.choose, self.paste, self.clear):
            button.setAccessibleName(f"{name}: {button.text()}")
            button.setAccessibleDescription(description)

    def show_picture(self, data: bytes) -> None:
        """Show the bytes small; what is not a picture keeps its word."""
        image = QImage.fromData(data)
        if not image.isNull():
            small = image.scaled(_THUMBNAIL, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
            self.picture.setFixedSize(small.size())
            self.picture.setPixmap(QPixmap.fromImage(small))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+V pastes, Delete clears."""
        if event.matches(QKeySequence.StandardKey.Paste):
            self._paste()
        elif event.key() == Qt.Key.Key_Delete and self.view.value:
            self.tell("")
        else:
            event.ignore()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files and pictures may be dropped."""
        if event.mimeData().hasUrls() or event.mimeData().hasImage():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Take what was dropped."""
        self._take(event.mimeData())

    def _choose(self) -> None:
        file = self._helps.pick_file(self.view.mediatype or "image/*")
        if file is not None:
            self.answered.emit(NewFile(file.name, path=file))

    def _paste(self) -> None:
        clipboard = QGuiApplication.clipboard()
        image = clipboard.image()
        if image.isNull():
            self._take(clipboard.mimeData())
        else:
            self.answered.emit(NewFile("paste.png", as_png(image)))

    def _take(self, what: QMimeData) -> None:
        local = [url.toLocalFile() for url in what.urls() if url.isLocalFile()]
        if local:
            self.answered.emit(NewFile(Path(local[0]).name, path=Path(local[0])))
        elif what.hasImage():
            image = what.imageData()
            self.answered.emit(NewFile("paste.png", as_png(image if isinstance(image, QImage) else QImage(image))))
        else:
            self.puzzled.emit("ui-puzzle-paste")


class SignaturePad(QWidget):
    """A white field to write on with mouse or pen."""

    written = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(_PAD)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.image = QImage(_PAD, QImage.Format.Format_ARGB32)
        self.strokes = 0
        self._from: QPointF | None = None
        self.wipe()

    def wipe(self) -> None:
        """Back to white."""
        self.image.fill(Qt.GlobalColor.white)
        self.strokes = 0
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A stroke begins."""
        self._from = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """A stroke goes on."""
        if self._from is None:
            return
        painter = QPainter(self.image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(Qt.GlobalColor.black, 2.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawLine(self._from, event.position())
        painter.end()
        self._from = event.position()
        self.strokes += 1
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A stroke ends."""
        self._from = None
        if self.strokes:
            self.written.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The writing with a frame and a base line."""
        painter = QPainter(self)
        painter.drawImage(0, 0, self.image)
        painter.setPen(QPen(self.palette().mid().color(), 1))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.drawLine(20, self.height() - 28, self.width() - 20, self.height() - 28)
        if self.hasFocus():
            painter.setPen(QPen(self.palette().highlight().color(), 2))
            painter.drawRect(self.rect().adjusted(1, 1, -2, -2))


class SignatureQuestion(QuestionWidget):
    """A signature written here, or a photo of the signed paper."""

    def __init__(self, view: NodeView, helps: Helps) -> None:
        super().__init__(view)
        self._helps = helps
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        self.pad = SignaturePad()
        self.take = QPushButton(say("ui-signature-take"))
        self.wipe = QPushButton(say("ui-signature-wipe"))
        self.choose = QPushButton(say("ui-signature-photo"))
        self.take.setEnabled(False)
        row = QHBoxLayout()
        for button in (self.take, self.wipe, self.choose):
            button.setAutoDefault(False)
            row.addWidget(button)
        row.addStretch(1)
        page.addWidget(self.pad)
        page.addLayout(row)
        self.pad.written.connect(lambda: self.take.setEnabled(True))
        self.take.clicked.connect(self.commit)
        self.wipe.clicked.connect(self._wipe)
        self.choose.clicked.connect(self._choose)
        self.setFocusProxy(self.choose)
        self._asked = ""
        self.show_view(view)

    def show_view(self, view: NodeView) -> None:
        """Ask once for the kept signature."""
        super().show_view(view)
        if not view.value and self._asked:
            self._asked = ""
            self.pad.wipe()
        elif view.value and view.value != self._asked:
            self._asked = view.value
            self.picture_wanted.emit(view.value)

    def name_for_reader(self, name: str, description: str) -> None:
        """Pad and buttons say whose signature it is."""
        self.pad.setAccessibleName(name)
        self.pad.setAccessibleDescription(description)
        for button in (self.take, self.wipe, self.choose):
            button.setAccessibleName(f"{name}: {button.text()}")

    def show_picture(self, data: bytes) -> None:
        """Show the kept signature on the pad."""
        image = QImage.fromData(data)
        if image.isNull() or self.pad.strokes:
            return
        self.pad.wipe()
        painter = QPainter(self.pad.image)
        fitted = image.scaled(_PAD, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
        painter.drawImage((_PAD.width() - fitted.width()) // 2, (_PAD.height() - fitted.height()) // 2, fitted)
        painter.end()
        self.pad.update()

    def commit(self) -> None:
        """Keep what was written; without a stroke nothing is told."""
        if self.pad.strokes:
            self.pad.strokes = 0
            self.take.setEnabled(False)
            self.answered.emit(NewFile("signature.png", as_png(self.pad.image)))

    def _wipe(self) -> None:
        self.pad.wipe()
        self.take.setEnabled(False)
        self.tell("")

    def _choose(self) -> None:
        file = self._helps.pick_file("image/*")
        if file is not None:
            self.answered.emit(NewFile(file.name, path=file))
