"""A phone as the camera: a code to scan, and what has arrived; the hotspot lives as long as the panel is shown."""

from __future__ import annotations

from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QColor, QImage, QPixmap
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QPushButton

from fieldapp.domain.ids import HouseholdId
from fieldapp.ui.background import Lane, Report
from fieldapp.ui.desk import Desk
from fieldapp.usecases import hotspot
from fieldapp.usecases.hotspot import Arrived, Hotspot, Pairing
from fieldapp.words import say

if TYPE_CHECKING:
    from fieldapp.usecases.workspaces import Workspace

_LOOK_EVERY_MS = 300
_QUIET = 4
_MODULE_PX = 4


class PhonePanel(QFrame):
    """Starts for one household and stops when it is closed; what arrives is told, never opened by itself."""

    closed = Signal()

    def __init__(self, desk: Desk, workspace: Workspace) -> None:
        super().__init__()
        self._desk, self._workspace = desk, workspace
        self.hotspot: Hotspot | None = None
        self._arrived: SimpleQueue[Arrived] = SimpleQueue()
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.code, self.lead, self.address, self.account, self.told = (QLabel() for _ in range(5))
        self.close_button = QPushButton(say("ui-hotspot-close"))
        self._look = QTimer(self)
        self._look.setInterval(_LOOK_EVERY_MS)
        self._look.timeout.connect(self._tell)
        self.close_button.clicked.connect(self.stop)
        self._build()
        self.hide()

    def _build(self) -> None:
        page = QGridLayout(self)
        self.code.setAccessibleName(say("ui-hotspot-title"))
        self.lead.setWordWrap(True)
        self.lead.setText(say("ui-hotspot-lead"))
        page.addWidget(self.code, 0, 0, 5, 1)
        page.addWidget(self.lead, 0, 1, 1, 2)
        rows: tuple[tuple[str, QLabel], ...] = (("address", self.address), ("account", self.account))
        for at, (name, value) in enumerate(rows, 1):
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard)
            page.addWidget(QLabel(say(f"ui-hotspot-{name}")), at, 1)
            page.addWidget(value, at, 2)
        self.told.setWordWrap(True)
        self.told.setFont(self._desk.theme.font(1.1, bold=True))
        page.addWidget(self.told, 3, 1, 1, 2)
        page.addWidget(self.close_button, 4, 1)
        page.setColumnStretch(2, 1)

    def start(self, household: HouseholdId) -> None:
        """Wait for a phone that takes photos of a household."""
        self.told.setText(say("ui-hotspot-waiting"))
        queue = SimpleQueue[Arrived]()
        self._arrived = queue
        opened = Hotspot(self._workspace, (household,), queue.put)
        self.hotspot = opened

        def work(_report: Report) -> Pairing:
            return opened.start(hotspot.own_address())

        self._desk.background.run(work, owner=self, lane=Lane.OUTSIDE, done=self._show, failed=self._failed)

    def stop(self) -> None:
        """Let go of the port."""
        opened, self.hotspot = self.hotspot, None
        self._look.stop()
        self._tell()
        self.hide()
        if opened is not None:
            self._desk.background.run(lambda _report: opened.stop(), owner=self, lane=Lane.OUTSIDE, done=lambda _: None)
        self.closed.emit()

    def _show(self, pairing: Pairing) -> None:
        self.code.setPixmap(QPixmap.fromImage(_picture(pairing.settings)))
        self.address.setText(f"{pairing.url}/openrosa")
        self.account.setText(f"{pairing.user}　{pairing.password}")
        self._look.start()
        self.show()
        self.close_button.setFocus()

    def _failed(self, error: Exception) -> None:
        self.hotspot = None
        self.closed.emit()
        self._desk.dialogs.tell(error)

    def _tell(self) -> None:
        try:
            while True:
                one = self._arrived.get_nowait()
                word = "ui-hotspot-draft" if one.draft else "ui-hotspot-arrived"
                self.told.setText(say(word, head=one.head_name, photos=one.photos))
        except Empty:
            return


def _picture(text: str) -> QImage:
    """The QR code, black on white whatever the look of the window."""
    import segno

    rows = [bytes(row) for row in segno.make(text, error="l", micro=False).matrix]
    side = len(rows) + 2 * _QUIET
    picture = QImage(side, side, QImage.Format.Format_RGB32)
    picture.fill(QColor("white"))
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            if dark:
                picture.setPixelColor(x + _QUIET, y + _QUIET, QColor("black"))
    return picture.scaled(side * _MODULE_PX, side * _MODULE_PX)
