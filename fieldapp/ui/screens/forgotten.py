"""The passphrase is lost: a recovery sheet sets a new one, or the district is asked and answers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from fieldapp.ui.desk import Desk
from fieldapp.usecases import recovery
from fieldapp.words import say

SHORTEST_PASSPHRASE = 8


class Forgotten(QObject):
    """Leads a person through; every step is a question, and turning away at any of them changes nothing."""

    told = Signal(str)
    """What was done, or what is to be done next."""

    def __init__(self, desk: Desk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk = desk

    def begin(self, user: str) -> None:
        """Sheet or district, as there is."""
        ways = recovery.ways(self._desk.folder)
        if not ways:
            self.told.emit(say("recovery-way-none"))
            return
        if recovery.is_asked(self._desk.folder) and self._desk.dialogs.ask(say("ui-forgotten-answered")):
            self._answer()
            return
        if "sheet" in ways:
            code = self._desk.dialogs.ask_text(say("ui-forgotten-code"))
            if code:
                self._sheet(user, code)
            if code or code is None or "district" not in ways:
                return
        self._ask(user)

    def _sheet(self, user: str, code: str) -> None:
        fresh = self._fresh()
        if fresh:
            folder, clock = self._desk.folder, self._desk.clock
            self._run(lambda: recovery.use_sheet(folder, user, code, fresh, clock), lambda _: say("cli-recovery-used", user=user))

    def _ask(self, user: str) -> None:
        fresh = self._fresh()
        file = self._desk.dialogs.ask_save(say("ui-forgotten-request"), "request.fieldrecovery", "*.fieldrecovery") if fresh else None
        if not fresh or file is None:
            return
        folder, clock = self._desk.folder, self._desk.clock

        def work() -> str:
            asked = recovery.ask(folder, user, fresh, clock)
            file.write_text(asked.text + "\n", encoding="ascii")
            return asked.digits

        self._run(work, lambda digits: say("cli-recovery-asked", file=str(file), digits=digits))

    def _answer(self) -> None:
        file = self._desk.dialogs.ask_open(say("ui-forgotten-answer"), "*")
        chosen = self._desk.dialogs.ask_secret(say("ui-forgotten-chosen")) if file is not None else None
        if file is None or not chosen:
            return
        folder, clock = self._desk.folder, self._desk.clock
        self._run(lambda: recovery.use_answer(folder, _text(file), chosen, clock), lambda user: say("cli-recovery-used", user=user))

    def _fresh(self) -> str:
        """A new passphrase, typed twice; empty if the person turned away or they differ."""
        first = self._desk.dialogs.ask_secret(say("ui-forgotten-new"))
        if not first:
            return ""
        if len(first) < SHORTEST_PASSPHRASE:
            self.told.emit(say("ui-unlock-short", least=SHORTEST_PASSPHRASE))
            return ""
        if self._desk.dialogs.ask_secret(say("ui-unlock-again")) != first:
            self.told.emit(say("ui-unlock-differ"))
            return ""
        return first

    def _run(self, work: Callable[[], object], words: Callable[[object], str]) -> None:
        self._desk.background.run(
            lambda report: work(), owner=self, done=lambda value: self.told.emit(words(value)), failed=self._desk.dialogs.tell
        )


def _text(file: Path) -> str:
    with file.open(encoding="ascii", errors="replace") as stream:
        return stream.read(10_000)
