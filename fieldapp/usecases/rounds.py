"""When this laptop exchanges by itself: soon after a start and after finalizing, every so often, later after each failure.

No two laptops at the same moment: each shifts its tries by a share of its own. What the district said (come again in so many seconds)
and how often it failed stand in the workspace, so that closing the window does not forget them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fieldapp.store.database import Database as Workspace
    from fieldapp.store.transaction import Transaction

LAST_SYNC = "last-sync"
EVERY = timedelta(minutes=15)
FIRST, LONGEST = timedelta(minutes=1), timedelta(hours=1)
"""After the first failure in a row, doubled with each, at most so long."""
SOON, RUSH = timedelta(minutes=2), timedelta(minutes=20)
"""Within which a try comes that has a reason; in the evening, when everybody comes home to a line, they spread over more."""
RUSH_HOURS = range(17, 21)
_OFF, _NEXT, _FAILURES, _NOT_BEFORE = "rounds-off", "rounds-next", "rounds-failures", "rounds-not-before"
_FARTHEST = timedelta(hours=7)
"""Further ahead than any district may ask for: that was planned by a clock that was wrong."""


@dataclass(frozen=True, slots=True)
class Plan:
    """When the next try is due; never while it is switched off or there is no district."""

    is_on: bool
    next_try: datetime | None
    failures: int
    """In a row."""
    not_before: datetime | None
    """The district asked not to come earlier."""

    def is_due(self, now: datetime) -> bool:
        """Whether to try now."""
        return self.next_try is not None and (now >= self.next_try or self.next_try - now > _FARTHEST)


def plan(workspace: Workspace) -> Plan:
    """What is planned."""
    with workspace.read() as tx:
        return planned(tx)


def planned(tx: Transaction) -> Plan:
    """What is planned, within a reading."""
    from fieldapp.store import facts

    is_on = not facts.get(tx, _OFF)
    enrolled = bool(facts.get(tx, facts.SERVER_URL))
    moment = _moment(tx, _NEXT) or tx.now()
    return Plan(is_on, moment if is_on and enrolled else None, int(facts.get(tx, _FAILURES, "0")), _moment(tx, _NOT_BEFORE))


def switch(workspace: Workspace, on: bool) -> Plan:
    """Exchange by itself or only when somebody asks for it."""
    from fieldapp.store import facts

    with workspace.begin() as tx:
        facts.put(tx, _OFF, "" if on else "1")
        if on:
            _plan(tx, tx.now() + _soon(tx))
        return planned(tx)


def opened(workspace: Workspace) -> Plan:
    """The window is open: soon, unless the last exchange was just now and the next is planned."""
    return _bring_forward(workspace, lambda tx: not _is_fresh(tx))


def finalized(workspace: Workspace) -> Plan:
    """There is something new to send: soon; where the line is dead, when its turn comes."""
    return _bring_forward(workspace, lambda tx: not planned(tx).failures)


def line_is_back(workspace: Workspace) -> Plan:
    """The network came back: soon, whatever failed before."""
    return _bring_forward(workspace, lambda _: True)


def succeeded(tx: Transaction) -> None:
    """An exchange came to its end."""
    from fieldapp.store import facts

    facts.put(tx, _FAILURES, "")
    facts.put(tx, _NOT_BEFORE, "")
    _plan(tx, tx.now() + EVERY * (1 + _share(tx) / 2))


def failed(tx: Transaction, retry_s: int = 0) -> None:
    """An exchange failed; `retry_s` is how long the district asked to wait."""
    from fieldapp.store import facts

    failures = int(facts.get(tx, _FAILURES, "0")) + 1
    facts.put(tx, _FAILURES, str(failures))
    later = 1 + _share(tx) / 2
    if retry_s:
        facts.put(tx, _NOT_BEFORE, _text(tx.now() + timedelta(seconds=retry_s) * later))
    _plan(tx, tx.now() + min(FIRST * 2 ** min(failures - 1, 10), LONGEST) * later)


def put_off(workspace: Workspace) -> Plan:
    """The person gave an exchange up: leave the line to them for a while."""
    with workspace.begin() as tx:
        _plan(tx, tx.now() + EVERY * (1 + _share(tx) / 2))
        return planned(tx)


def _bring_forward(workspace: Workspace, is_wanted: Callable[[Transaction], bool]) -> Plan:
    with workspace.read() as tx:
        known = planned(tx)
        wanted = known.next_try is not None and is_wanted(tx)
    if not wanted:
        return known
    with workspace.begin() as tx:
        soon, kept = tx.now() + _soon(tx), _moment(tx, _NEXT)
        # One that is overdue must not come at the very second in which everybody opens the lid.
        is_ahead = kept is not None and timedelta() <= kept - tx.now() <= _FARTHEST
        _plan(tx, min(kept, soon) if kept is not None and is_ahead else soon)
        return planned(tx)


def _plan(tx: Transaction, moment: datetime) -> None:
    """Keep the next try, never before the district wants it."""
    from fieldapp.store import facts

    asked = _moment(tx, _NOT_BEFORE)
    facts.put(tx, _NEXT, _text(moment if asked is None or asked - tx.now() > _FARTHEST else max(moment, asked)))


def _is_fresh(tx: Transaction) -> bool:
    last = _moment(tx, LAST_SYNC)
    return last is not None and timedelta() <= tx.now() - last < EVERY and not planned(tx).failures


def _soon(tx: Transaction) -> timedelta:
    return (RUSH if tx.now().hour in RUSH_HOURS else SOON) * _share(tx)


def _share(tx: Transaction) -> float:
    """From 0 to 1, another for each laptop and each time, evenly over all."""
    return int.from_bytes(hashlib.sha256(f"{tx.device} {_text(tx.now())}".encode()).digest()[:4], "big") / (1 << 32)


def _moment(tx: Transaction, fact: str) -> datetime | None:
    from fieldapp.store import facts

    told = facts.get(tx, fact)
    return datetime.fromisoformat(told) if told else None


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
