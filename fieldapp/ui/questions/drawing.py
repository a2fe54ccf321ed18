"""Questions answered by drawing: a signature, a sketch, marks on a photo."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QIcon, QImage, QKeyEvent, QKeySequence, QPainter, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from fieldapp.engine.views import NodeView
from fieldapp.words import say

from .base import Helps, NewFile, QuestionWidget
from .files import UploadQuestion
from .pad import DrawingPad, as_png

_SIGNATURE = QSize(420, 130)
_PAPER = QSize(600, 300)
_INKS = (("black", "#000000"), ("red", "#d01f1f"), ("blue", "#1f4fd0"), ("green", "#15803d"))


class InkRow(QWidget):
    """The pens: each a square of its colour that also says its name."""

    def __init__(self, pad: DrawingPad) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        self.pens: list[QToolButton] = []
        for name, colour in _INKS:
            pen = QToolButton()
            pen.setCheckable(True)
            pen.setAutoExclusive(True)
            pen.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            swatch = QPixmap(16, 16)
            swatch.fill(QColor(colour))
            pen.setIcon(QIcon(swatch))
            pen.setText(say(f"ui-ink-{name}"))
            word = pen.text()
            # A pressed button alone is not to be seen in the high-contrast look.
            pen.toggled.connect(lambda chosen, pen=pen, word=word: pen.setText(f"✔{word}" if chosen else word))
            pen.clicked.connect(lambda _checked=False, colour=colour: setattr(pad, "ink", QColor(colour)))
            row.addWidget(pen)
            self.pens.append(pen)
        row.addStretch(1)
        self.pens[0].setChecked(True)


class DrawnQuestion(QuestionWidget):
    """Paper to sign or to sketch on, or a photo of the paper; kept as PNG when it is taken over or left."""

    def __init__(self, view: NodeView, helps: Helps, signature: bool) -> None:
        super().__init__(view)
        self._helps, self._signature = helps, signature
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        self.pad = DrawingPad(_SIGNATURE if signature else _PAPER, baseline=signature)
        self.take = QPushButton(say("ui-signature-take" if signature else "ui-drawing-take"))
        self.undo = QPushButton(say("ui-drawing-undo"))
        self.wipe = QPushButton(say("ui-signature-wipe" if signature else "ui-drawing-wipe"))
        self.choose = QPushButton(say("ui-signature-photo"))
        self.inks = InkRow(self.pad)
        row = QHBoxLayout()
        for button in self._buttons():
            button.setAutoDefault(False)
            row.addWidget(button)
        row.addStretch(1)
        page.addWidget(self.inks)
        page.addWidget(self.pad)
        page.addLayout(row)
        if signature:
            self.inks.hide()
        self.pad.written.connect(self._enable)
        self.take.clicked.connect(self.commit)
        self.undo.clicked.connect(self.pad.undo)
        self.wipe.clicked.connect(self._wipe)
        self.choose.clicked.connect(self._choose)
        self.setFocusProxy(self.choose)
        self._asked = ""
        self._kept = 0
        """Strokes that were told already."""
        self._enable()
        self.show_view(view)

    def _buttons(self) -> tuple[QPushButton, ...]:
        return (self.take, self.undo, self.wipe, self.choose)

    def show_view(self, view: NodeView) -> None:
        """Ask once for the kept drawing."""
        super().show_view(view)
        if not view.value and self._asked:
            self._asked = ""
            self._kept = 0
            self.pad.wipe()
        elif view.value and view.value != self._asked:
            self._asked = view.value
            self.picture_wanted.emit(view.value)
        self._enable()

    def name_for_reader(self, name: str, description: str) -> None:
        """Pad, pens and buttons say what they are for."""
        self.pad.setAccessibleName(name)
        self.pad.setAccessibleDescription(description)
        for button in (*self._buttons(), *self.inks.pens):
            button.setAccessibleName(f"{name}: {button.text()}")

    def show_picture(self, data: bytes) -> None:
        """Show the kept drawing; what is being drawn now is not covered."""
        image = QImage.fromData(data)
        if image.isNull() or self.pad.strokes:
            return
        paper = _SIGNATURE if self._signature else _PAPER
        if image.size() == paper:
            self.pad.draw_on(image)
            return
        self.pad.wipe()
        ground = self.pad.ground.copy()
        painter = QPainter(ground)
        fitted = image.scaled(paper, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
        painter.drawImage((paper.width() - fitted.width()) // 2, (paper.height() - fitted.height()) // 2, fitted)
        painter.end()
        self.pad.draw_on(ground)

    def commit(self) -> None:
        """Keep what was drawn; without a new stroke nothing is told."""
        if self.pad.strokes != self._kept:
            self._kept = self.pad.strokes
            self._enable()
            self.answered.emit(NewFile("signature.png" if self._signature else "drawing.png", as_png(self.pad.image())))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+Z takes the last stroke back while there is one."""
        if event.matches(QKeySequence.StandardKey.Undo) and self.pad.strokes:
            self.pad.undo()
        else:
            event.ignore()

    def _enable(self) -> None:
        self.take.setEnabled(self.pad.strokes != self._kept and bool(self.pad.strokes))
        self.undo.setEnabled(bool(self.pad.strokes))

    def _wipe(self) -> None:
        self.pad.wipe()
        self._kept = 0
        self._asked = ""
        self._enable()
        self.tell("")

    def _choose(self) -> None:
        file = self._helps.pick_file("image/*")
        if file is not None:
            self.answered.emit(NewFile(file.name, path=file))


class AnnotateQuestion(QuestionWidget):
    """A photo as usual, and pens to mark on it; the marked picture takes the photo's place."""

    def __init__(self, view: NodeView, helps: Helps) -> None:
        super().__init__(view)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        self.upload = UploadQuestion(view, helps)
        self.mark = QPushButton(say("ui-annotate-mark"))
        self.done = QPushButton(say("ui-annotate-done"))
        self.undo = QPushButton(say("ui-drawing-undo"))
        self.leave = QPushButton(say("ui-annotate-leave"))
        self.pad = DrawingPad(_PAPER)
        self.inks = InkRow(self.pad)
        self.inks.pens[1].click()
        row = QHBoxLayout()
        for button in self._buttons():
            button.setAutoDefault(False)
            row.addWidget(button)
        row.addStretch(1)
        page.addWidget(self.upload)
        page.addWidget(self.inks)
        page.addWidget(self.pad)
        page.addLayout(row)
        self._picture = QImage()
        self.upload.answered.connect(self.answered)
        self.upload.puzzled.connect(self.puzzled)
        self.upload.picture_wanted.connect(self.picture_wanted)
        self.mark.clicked.connect(self._begin)
        self.done.clicked.connect(self.commit)
        self.undo.clicked.connect(self.pad.undo)
        self.leave.clicked.connect(self._end)
        self.pad.written.connect(self._enable)
        self.setFocusProxy(self.upload)
        self._end()

    def _buttons(self) -> tuple[QPushButton, ...]:
        return (self.mark, self.done, self.undo, self.leave)

    def show_view(self, view: NodeView) -> None:
        """Show the picture; another one ends the marking."""
        other = view.value != self.view.value
        super().show_view(view)
        self.upload.show_view(view)
        if other:
            self._picture = QImage()
            self._end()

    def show_picture(self, data: bytes) -> None:
        """Show the bytes small, and have them ready to mark."""
        self.upload.show_picture(data)
        self._picture = QImage.fromData(data)
        self._enable()

    def name_for_reader(self, name: str, description: str) -> None:
        """Every part says for which question it is."""
        self.upload.name_for_reader(name, description)
        self.pad.setAccessibleName(name)
        for button in (*self._buttons(), *self.inks.pens):
            button.setAccessibleName(f"{name}: {button.text()}")

    def commit(self) -> None:
        """The marked picture becomes the answer; without a mark nothing is told."""
        if not self.pad.isHidden() and self.pad.strokes:
            marked = as_png(self.pad.image())
            self._end()
            self.answered.emit(NewFile("annotated.png", marked))

    def _begin(self) -> None:
        self.pad.draw_on(self._picture)
        self._show_tools(True)
        self.pad.setFocus()

    def _end(self) -> None:
        self.pad.rub_out()
        self._show_tools(False)

    def _show_tools(self, marking: bool) -> None:
        for part in (self.pad, self.inks, self.done, self.undo, self.leave):
            part.setVisible(marking)
        self.mark.setVisible(not marking)
        self.upload.setVisible(not marking)
        self._enable()

    def _enable(self) -> None:
        self.mark.setEnabled(not self._picture.isNull())
        self.done.setEnabled(bool(self.pad.strokes))
        self.undo.setEnabled(bool(self.pad.strokes))
