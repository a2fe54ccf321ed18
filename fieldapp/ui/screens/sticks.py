"""Sticks on the exchange screen: read and write a bundle, one press for a whole stick, a bundle for a colleague, the own card."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QPushButton

from fieldapp.ui.background import Report
from fieldapp.ui.desk import Desk
from fieldapp.usecases import sticks
from fieldapp.words import say

if TYPE_CHECKING:
    from fieldapp.usecases.exchange import ExchangeReport
    from fieldapp.usecases.sticks import Colleague, RelayReport, StickReport
    from fieldapp.usecases.workspaces import Workspace

Run = Callable[[Callable[[Report], Any], Callable[[Any], object]], None]
"""Does the work outside the window and hands over what it gives."""
Tell = Callable[..., None]
"""A message id, whether something is wrong, and values."""


class StickPanel(QFrame):
    """A row of buttons; what they do runs and is told by the screen around it."""

    def __init__(self, desk: Desk, workspace: Workspace, run: Run, tell: Tell, exchanged: Callable[[ExchangeReport], object]) -> None:
        super().__init__()
        self._desk, self._workspace, self._run, self._tell, self._exchanged = desk, workspace, run, tell, exchanged
        self.write, self.read = (QPushButton(say(f"ui-exchange-{name}")) for name in ("write", "read"))
        self.visit, self.give, self.card, self.relay = (
            QPushButton(say(f"ui-sticks-{name}")) for name in ("visit", "give", "card", "relay")
        )
        self.to = QComboBox()
        self.to.setAccessibleName(say("ui-sticks-to"))
        self._enabled = False
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for widget in (self.visit, self.relay, self.write, self.read, self.to, self.give, self.card):
            row.addWidget(widget)
        row.addStretch(1)
        pressed = {self.visit: self._visit, self.write: self._write, self.read: self._read, self.give: self._give, self.card: self._card}
        pressed[self.relay] = self._relay
        for button, press in pressed.items():
            button.setAutoDefault(False)
            button.clicked.connect(press)
        self.show_colleagues(())

    def refresh(self) -> None:
        """Read anew which colleagues' laptops are known."""
        workspace = self._workspace
        self._desk.background.run(lambda report: sticks.colleagues(workspace), owner=self, done=self.show_colleagues)

    def show_colleagues(self, known: Sequence[Colleague]) -> None:
        """Whom a bundle can be written for; the one that was chosen stays chosen."""
        chosen = self.to.currentData()
        self.to.clear()
        for one in known:
            self.to.addItem(say("ui-sticks-who", person=one.person, name=one.name), one.device)
        if not known:
            self.to.addItem(say("ui-sticks-none"), "")
        self.to.setCurrentIndex(max(0, self.to.findData(chosen)))
        self.enable(self._enabled)

    def enable(self, enabled: bool) -> None:
        """Whether anything may be done now."""
        self._enabled = enabled
        for button in (self.visit, self.relay, self.write, self.read, self.card):
            button.setEnabled(enabled)
        for widget in (self.to, self.give):
            widget.setEnabled(enabled and bool(self.to.currentData()))

    def _write(self) -> None:
        workspace, file = self._workspace, self._ask_save(say("ui-exchange-write"))
        if file is not None:
            self._run(lambda report: sticks.write(workspace, file, report), self._exchanged)

    def _give(self) -> None:
        workspace, device, person = self._workspace, str(self.to.currentData()), self.to.currentText()
        file = self._ask_save(say("ui-sticks-give"))
        if file is not None:
            self._run(
                lambda report: sticks.give(workspace, device, file, report),
                lambda done: self._tell("ui-sticks-given", person=person, sent=done.sent, files=done.files_sent),
            )

    def _read(self) -> None:
        workspace = self._workspace
        file = self._desk.dialogs.ask_open(say("ui-exchange-read"), say("ui-pick-bundle"))
        if file is None:
            return
        if sticks.is_card(file):
            self._run(
                lambda report: sticks.learn_card_file(workspace, file), lambda known: self._tell("ui-sticks-card-read", person=known.person)
            )
        else:
            self._run(lambda report: sticks.read(workspace, file, report), self._exchanged)

    def _visit(self) -> None:
        workspace, folder = self._workspace, self._desk.dialogs.ask_folder(say("ui-sticks-folder"))
        if folder is not None:
            self._run(lambda report: sticks.visit(workspace, folder, report), self._visited)

    def _relay(self) -> None:
        workspace, folder = self._workspace, self._desk.dialogs.ask_folder(say("ui-sticks-folder"))
        if folder is not None:
            self._run(lambda report: sticks.relay(workspace, folder, report), self._relayed)

    def _relayed(self, done: RelayReport) -> None:
        refused = "、".join(one.file for one in done.refused)
        self._tell(
            "ui-sticks-relayed-aside" if refused else "ui-sticks-relayed", wrong=bool(refused), carried=done.carried, refused=refused
        )

    def _card(self) -> None:
        workspace, folder = self._workspace, self._desk.dialogs.ask_folder(say("ui-sticks-folder"))
        if folder is not None:
            self._run(
                lambda report: sticks.write_card(workspace, folder), lambda file: self._tell("ui-sticks-card-written", file=str(file))
            )

    def _visited(self, done: StickReport) -> None:
        counts: dict[str, int | str] = {"read": done.read, "received": done.received, "files": done.files_received, "cards": done.cards}
        if not (done.refused or done.set_aside):
            self._tell("ui-sticks-visited", sent=done.sent, **counts)
            return
        refused = "、".join(one.file for one in done.refused) or say("ui-sticks-refused-none")
        self._tell("ui-sticks-visited-aside", wrong=True, sent=done.sent, aside=done.set_aside, refused=refused, **counts)

    def _ask_save(self, title: str) -> Path | None:
        name = f"{self._desk.clock.now():%Y%m%d-%H%M}.bundle"
        return self._desk.dialogs.ask_save(title, name, say("ui-pick-bundle"))
