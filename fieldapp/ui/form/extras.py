"""What goes with a label besides its words: its picture, the names of its recordings, and how to ask."""

from __future__ import annotations

from pathlib import PurePath

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QMouseEvent, QPixmap
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from fieldapp.engine.views import Media
from fieldapp.ui.questions.base import Helps
from fieldapp.ui.questions.markup import rich
from fieldapp.words import say

_SMALL, _LARGE = QSize(320, 200), QSize(640, 420)


class LabelExtras(QWidget):
    """The picture of a label and, as words, its recordings, which are not played; a click shows the picture larger or small again."""

    def __init__(self, helps: Helps, large: bool = False) -> None:
        super().__init__()
        self._helps, self._always_large = helps, large
        self._large = large
        self._media = Media()
        self.picture = QLabel()
        self.picture.hide()
        self.said = QLabel()
        self.said.hide()
        self.said.setEnabled(False)
        self.said.setWordWrap(True)
        self.said.setTextFormat(Qt.TextFormat.PlainText)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 2, 0, 2)
        page.addWidget(self.picture)
        page.addWidget(self.said)
        self.guidance = QLabel()
        self.guidance.setWordWrap(True)
        self.guidance.setTextFormat(Qt.TextFormat.RichText)
        self.guidance.hide()
        page.addWidget(self.guidance)

    def show_extras(self, media: Media, guidance: str) -> None:
        """Show these files, and have the guidance ready; a picture that is not here leaves its name."""
        self.guidance.setText(rich(guidance))
        if media != self._media:
            self._media = media
            self._paint()

    def toggle_guidance(self) -> bool:
        """Show or hide how to ask; False if the form says nothing about it."""
        self.guidance.setVisible(self.guidance.isHidden() and bool(self.guidance.text()))
        return bool(self.guidance.text())

    def toggle(self) -> None:
        """Larger or smaller."""
        self._large = not self._large or self._always_large
        self._paint()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click on the picture."""
        if self.picture.geometry().contains(event.position().toPoint()):
            self.toggle()

    def _paint(self) -> None:
        media = self._media
        name = (media.big_image if self._large else "") or media.image or media.big_image
        image = self._helps.picture(name)
        room = _LARGE if self._large else _SMALL
        fits = image.width() <= room.width() and image.height() <= room.height()
        shown = image if fits else image.scaled(room, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
        self.picture.setVisible(not image.isNull())
        self.picture.setPixmap(QPixmap() if image.isNull() else QPixmap.fromImage(shown))
        lines = [say("ui-media-missing", name=PurePath(name).name)] if name and image.isNull() else []
        lines += [say("ui-media-audio", name=PurePath(media.audio).name)] if media.audio else []
        lines += [say("ui-media-video", name=PurePath(media.video).name)] if media.video else []
        self.said.setText("\n".join(lines))
        self.said.setVisible(bool(lines))
