"""Questions answered by a file: photos, recordings and other files, chosen, pasted or dropped; bytes never touch the disk unencrypted."""

from __future__ import annotations

from pathlib import Path, PurePath

from PySide6.QtCore import QMimeData, QSize, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage, QKeyEvent, QKeySequence, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton

from fieldapp.engine.views import NodeView
from fieldapp.words import say

from .base import Helps, NewFile, QuestionWidget
from .pad import as_png

_THUMBNAIL = QSize(200, 120)
_EMPTY = QSize(90, 44)


def kind_of_file(mediatype: str) -> str:
    """image, audio, video or file: what an upload asks for; a photo where the form does not say."""
    kind = mediatype.partition("/")[0]
    return kind if kind in ("image", "audio", "video") else "image" if not mediatype else "file"


def size_in_words(size: int) -> str:
    """A number of bytes for people."""
    if size < 1 << 20:
        return f"{max(size / 1024, 0.1):.1f} KB"
    return f"{size / (1 << 20):.1f} MB"


class UploadQuestion(QuestionWidget):
    """A photo, a recording or another file: choose it, paste it or drop it here; a picture is shown small, others by kind and size.

    A recording is not played and nothing is handed to other programs: that would put it on the disk unencrypted.
    """

    def __init__(self, view: NodeView, helps: Helps) -> None:
        super().__init__(view)
        self._helps = helps
        self.kind = kind_of_file(view.mediatype)
        self.setAcceptDrops(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self.picture = QLabel()
        self.picture.setMinimumSize(_EMPTY)
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.picture.setTextFormat(Qt.TextFormat.PlainText)
        self.choose = QPushButton(say("ui-upload-choose"))
        self.choose.clicked.connect(self._choose)
        self.paste = QPushButton(say("ui-upload-paste"))
        self.paste.clicked.connect(self._paste)
        self.clear = QPushButton(say("ui-upload-clear"))
        self.clear.clicked.connect(self._clear)
        row.addWidget(self.picture)
        for button in (self.choose, self.paste, self.clear):
            button.setAutoDefault(False)
            row.addWidget(button)
        row.addStretch(1)
        self.setFocusProxy(self.choose)
        self._asked = ""
        self._given = ""
        """Name of the file that was given last; the answer itself keeps no name."""
        self.show_view(view)

    def show_view(self, view: NodeView) -> None:
        """Show whether there is a file, and ask once for its bytes."""
        super().show_view(view)
        self.clear.setVisible(bool(view.value))
        if not view.value:
            self._asked = ""
            self._show_words(say(f"ui-upload-no-{self.kind}"))
        elif view.value != self._asked:
            self._asked = view.value
            self._show_words(say("ui-upload-there"))
            self.picture_wanted.emit(view.value)

    def name_for_reader(self, name: str, description: str) -> None:
        """Each button says for which question it is."""
        for button in (self.choose, self.paste, self.clear):
            button.setAccessibleName(f"{name}: {button.text()}")
            button.setAccessibleDescription(description)

    def show_picture(self, data: bytes) -> None:
        """Show a picture small; of anything else its name or kind, and its size."""
        image = QImage.fromData(data) if self.kind in ("image", "file") else QImage()
        if not image.isNull():
            small = image.scaled(_THUMBNAIL, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
            self.picture.setPixmap(QPixmap.fromImage(small))
            self.picture.setFixedSize(small.size())
            return
        name = self._given or f"{say(f'ui-upload-kind-{self.kind}')} {PurePath(self.view.value).suffix.removeprefix('.')}"
        self._show_words(say("ui-upload-file", name=name.strip(), size=size_in_words(len(data))))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+V pastes, Delete clears."""
        if event.matches(QKeySequence.StandardKey.Paste):
            self._paste()
        elif event.key() == Qt.Key.Key_Delete and self.view.value:
            self._clear()
        else:
            event.ignore()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files and pictures may be dropped."""
        if event.mimeData().hasUrls() or event.mimeData().hasImage():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Take what was dropped."""
        self._take(event.mimeData())

    def _show_words(self, words: str) -> None:
        self.picture.setPixmap(QPixmap())
        self.picture.setText(words)
        wide = max(self.picture.fontMetrics().horizontalAdvance(words) + 12, _EMPTY.width())
        self.picture.setFixedSize(min(wide, 3 * _EMPTY.width()), _EMPTY.height())
        self.picture.setToolTip(words)

    def _clear(self) -> None:
        self._given = ""
        self.tell("")

    def _choose(self) -> None:
        file = self._helps.pick_file(self.view.mediatype or "image/*")
        if file is not None:
            self._give(NewFile(file.name, path=file))

    def _paste(self) -> None:
        clipboard = QGuiApplication.clipboard()
        image = clipboard.image()
        if image.isNull() or self.kind in ("audio", "video"):
            self._take(clipboard.mimeData())
        else:
            self._give(NewFile("paste.png", as_png(image)))

    def _take(self, what: QMimeData) -> None:
        local = [url.toLocalFile() for url in what.urls() if url.isLocalFile()]
        if local:
            self._give(NewFile(Path(local[0]).name, path=Path(local[0])))
        elif what.hasImage() and self.kind in ("image", "file"):
            image = what.imageData()
            self._give(NewFile("paste.png", as_png(image if isinstance(image, QImage) else QImage(image))))
        else:
            self.puzzled.emit("ui-puzzle-paste" if self.kind == "image" else "ui-puzzle-paste-file")

    def _give(self, file: NewFile) -> None:
        self._given = file.name
        self.puzzled.emit("")
        self.answered.emit(file)


class ShownFileQuestion(QuestionWidget):
    """A file that cannot be changed here: the picture, or its kind and size."""

    def __init__(self, view: NodeView) -> None:
        super().__init__(view)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self.picture = QLabel()
        self.picture.setTextFormat(Qt.TextFormat.PlainText)
        row.addWidget(self.picture)
        row.addStretch(1)
        self._asked = ""
        self.show_view(view)

    def show_view(self, view: NodeView) -> None:
        """Ask once for the bytes."""
        super().show_view(view)
        if view.value == self._asked and view.value:
            return
        self._asked = view.value
        self.picture.setPixmap(QPixmap())
        self.picture.setText(say("ui-upload-there") if view.value else "—")
        if view.value:
            self.picture_wanted.emit(view.value)

    def show_picture(self, data: bytes) -> None:
        """Show the picture small, of anything else the size."""
        image = QImage.fromData(data)
        if image.isNull():
            kind = say(f"ui-upload-kind-{kind_of_file(self.view.mediatype)}")
            self.picture.setText(say("ui-upload-file", name=kind, size=size_in_words(len(data))))
        else:
            small = image.scaled(_THUMBNAIL, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
            self.picture.setPixmap(QPixmap.fromImage(small))
