"""What was copied here goes when the workspace is locked; what another program copied stays."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QClipboard, QGuiApplication


class OwnClipboard(QObject):
    """Knows whose the clipboard's content is: the platform says so, or it changed while this program was in front."""

    def __init__(self, board: QClipboard, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._board, self._ours = board, False
        board.dataChanged.connect(self._changed)

    def clear(self) -> None:
        """Take away what is ours, marked text under X11 too."""
        if self._ours or self._board.ownsClipboard():
            self._board.clear()
        if self._board.supportsSelection() and self._board.ownsSelection():
            self._board.clear(QClipboard.Mode.Selection)

    def _changed(self) -> None:
        self._ours = QGuiApplication.applicationState() is Qt.ApplicationState.ApplicationActive
