"""The pages of an archive on the screen: the very PDF, copy by copy, turned and enlarged by keyboard."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from fieldapp.ui import paper
from fieldapp.ui.theme import Theme, checkable
from fieldapp.words import say

_STEPS = (0.6, 0.8, 1.0, 1.25, 1.6, 2.0)
_USUAL = 2
_FIRST = 0.9
"""Of the width there is, before zooming."""
_MARGIN = 24


class PageView(QScrollArea):
    """One page; PageUp and PageDown turn, plus and minus zoom."""

    turned = Signal(int)
    zoomed = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(say("ui-archive-page-view"))
        self.sheet = QLabel()
        self.sheet.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setWidget(self.sheet)
        self.setWidgetResizable(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Turn and zoom by keyboard."""
        step = {Qt.Key.Key_PageDown: 1, Qt.Key.Key_PageUp: -1}.get(Qt.Key(event.key()))
        zoom = {Qt.Key.Key_Plus: 1, Qt.Key.Key_Equal: 1, Qt.Key.Key_Minus: -1}.get(Qt.Key(event.key()))
        if step is not None:
            self.turned.emit(step)
        elif zoom is not None:
            self.zoomed.emit(zoom)
        else:
            super().keyPressEvent(event)


class PagePanel(QWidget):
    """The copies in a row of buttons, and below them one page."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._pdf = b""
        self._copies: tuple[paper.Copy, ...] = ()
        self._page, self._zoom = 0, _USUAL
        self.view = PageView()
        self.copies = QButtonGroup(self)
        self.place = QLabel()
        self.back, self.forth = QPushButton(say("ui-archive-back")), QPushButton(say("ui-archive-forth"))
        self._redraw = QTimer(self)
        self._redraw.setSingleShot(True)
        self._redraw.timeout.connect(self._draw)
        self._build()
        self.clear()

    def _build(self) -> None:
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        row = QHBoxLayout()
        self._copy_row = QHBoxLayout()
        row.addLayout(self._copy_row)
        row.addStretch(1)
        for widget in (self.back, self.place, self.forth):
            row.addWidget(widget)
        page.addLayout(row)
        self.view.setFrameShape(QFrame.Shape.StyledPanel)
        page.addWidget(self.view, 1)
        self.back.clicked.connect(lambda: self.turn(-1))
        self.forth.clicked.connect(lambda: self.turn(1))
        self.view.turned.connect(self.turn)
        self.view.zoomed.connect(self._zoom_by)
        self.copies.idClicked.connect(self.show_copy)

    def show_pdf(self, pdf: bytes, copies: tuple[paper.Copy, ...]) -> None:
        """Show another file from its first page."""
        self._forget_copies()
        self._pdf, self._copies, self._page = pdf, copies, 0
        for at, copy in enumerate(copies):
            button = QPushButton(copy.title)
            button.setCheckable(True)
            button.setStyleSheet("QPushButton { padding: 6px 12px; }" + checkable(self._theme.inks))
            button.setAutoDefault(False)
            self.copies.addButton(button, at)
            self._copy_row.addWidget(button)
        for one in (self.back, self.forth):
            one.setEnabled(True)
        self._draw()

    def clear(self) -> None:
        """Show nothing."""
        self._forget_copies()
        self._pdf = b""
        self.view.sheet.clear()
        self.place.clear()
        for one in (self.back, self.forth):
            one.setEnabled(False)

    def turn(self, step: int) -> None:
        """Show the page before or after."""
        if self._pdf:
            last = self._copies[-1]
            self._page = min(max(self._page + step, 0), last.first + last.pages - 1)
            self._draw()

    def show_copy(self, at: int) -> None:
        """Show the first page of a copy."""
        if self._pdf:
            self._page = self._copies[at].first
            self._draw()

    def _forget_copies(self) -> None:
        for button in self.copies.buttons():
            self.copies.removeButton(button)
            self._copy_row.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._copies = ()

    def _draw(self) -> None:
        if not self._pdf:
            return
        width = max(self.view.viewport().width() - _MARGIN, 200)
        # One page takes some 30 ms: near enough to a frame to be drawn where it is shown.
        image = paper.picture(self._pdf, self._page, round(width * _FIRST * _STEPS[self._zoom]))
        self.view.sheet.setPixmap(QPixmap.fromImage(image))
        at = max(at for at, copy in enumerate(self._copies) if copy.first <= self._page)
        self.copies.button(at).setChecked(True)
        copy = self._copies[at]
        self.place.setText(say("ui-archive-place", page=self._page - copy.first + 1, pages=copy.pages))
        self.view.sheet.setAccessibleName(say("ui-archive-sheet", copy=copy.title, page=self._page - copy.first + 1))

    def _zoom_by(self, step: int) -> None:
        self._zoom = min(max(self._zoom + step, 0), len(_STEPS) - 1)
        self._draw()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The page follows the window, once it stands still."""
        super().resizeEvent(event)
        self._redraw.start(60)
