"""Exchanges by itself while the window is open and unlocked: when its time has come, quietly, and told in one line below the window."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QToolButton

from fieldapp.usecases import rounds
from fieldapp.words import say

from .desk import Desk
from .moment import short
from .network import NetworkWatch
from .theme import Theme, paint

if TYPE_CHECKING:
    from fieldapp.usecases.exchange_status import ExchangeStatus
    from fieldapp.usecases.rounds import Plan
    from fieldapp.usecases.workspaces import Workspace

    from .screens.exchange import ExchangeScreen

_LOOK_MS = 15_000
"""The clock is looked at, not trusted to a long timer: laptops sleep."""


class StandingLine(QToolButton):
    """The line in the status bar; a click leads to the exchange."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setAutoRaise(True)
        self.tell("", False)

    def tell(self, text: str, wrong: bool) -> None:
        """Say something, or hide when there is nothing to say."""
        self.setText(text)
        self.setAccessibleName(text)
        self.setVisible(bool(text))
        paint(self, text=self._theme.inks.warning if wrong else self._theme.inks.faint)


class Rounds(QObject):
    """Looks at the plan that stands in the workspace; the exchange itself is the exchange screen's, so there is never more than one."""

    line = Signal(str, bool)
    """Where the exchange stands in a few words, and whether something is wrong."""

    def __init__(self, desk: Desk, workspace: Workspace, screen: ExchangeScreen) -> None:
        super().__init__(screen)
        self._desk, self._workspace, self._screen = desk, workspace, screen
        self._plan: Plan | None = None
        self._broken = False
        """An error that nobody expected: not tried again until the next unlocking."""
        self.timer = QTimer(self)
        self.timer.setInterval(_LOOK_MS)
        self.timer.timeout.connect(self.look)
        self.network = NetworkWatch(self)
        self.network.back.connect(lambda: self._ask(rounds.line_is_back))
        screen.stands.connect(self._show)
        screen.busy_changed.connect(lambda busy: self._tell(say("ui-rounds-running"), False) if busy else None)
        screen.gave_up.connect(lambda: self._ask(rounds.put_off))
        screen.broke.connect(self._break)

    def start(self) -> None:
        """The window was unlocked."""
        self.network.start()
        self.timer.start()
        self._ask(rounds.opened)

    def stop(self) -> None:
        """The window is locked or goes: no more tries, and the one under way ends."""
        self.timer.stop()
        self.network.stop()
        self._plan = None
        if self._screen.job is not None:
            self._screen.job.cancel()

    def finalized(self) -> None:
        """There is something new to send."""
        self._ask(rounds.finalized)

    def look(self) -> None:
        """Begin if it is time and nothing else goes over the line."""
        if self._plan is not None and not self._broken and self._screen.job is None and self._plan.is_due(self._desk.clock.now()):
            self._screen.begin(unattended=True)

    def _ask(self, change: Callable[[Workspace], Plan]) -> None:
        workspace = self._workspace
        if not self.timer.isActive():
            return

        def planned(plan: Plan) -> None:
            self._plan = plan
            self._screen.refresh()
            self.look()

        self._desk.background.run(lambda report: change(workspace), owner=self, done=planned)

    def _show(self, status: ExchangeStatus, plan: Plan) -> None:
        self._plan = plan if self.timer.isActive() else None
        if self._screen.job is None:
            wrong = bool(status.last_error) or self._broken
            self._tell(line_of(status, self._desk.clock.now(), self._broken) if status.server else "", wrong)

    def _break(self) -> None:
        self._broken = True
        self._screen.refresh()

    def _tell(self, text: str, wrong: bool) -> None:
        self.line.emit(text, wrong)


def line_of(status: ExchangeStatus, now: datetime, broken: bool = False) -> str:
    """Last success, what waits, next try; in a few words."""
    parts = [say("ui-rounds-last", at=short(status.last_sync, now)) if status.last_sync else say("ui-exchange-never")]
    if status.last_error:
        parts.insert(0, f"▲ {say('ui-rounds-offline' if status.last_error == 'offline' else 'ui-rounds-failed')}")
    if status.unsent or status.files_waiting:
        parts.append(say("ui-rounds-waiting", operations=status.unsent, files=status.files_waiting))
    else:
        parts.append(f"✔ {say('ui-exchange-all-sent')}")
    if broken:
        parts.append(say("ui-rounds-broken"))
    elif status.next_try:
        moment = max(status.next_try, now.isoformat(timespec="seconds"))
        parts.append(say("ui-rounds-next", at=short(moment, now)))
    else:
        parts.append(say("ui-rounds-off"))
    return " · ".join(parts)
