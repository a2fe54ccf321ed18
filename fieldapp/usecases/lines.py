"""What an exchange over a line takes from a workspace and gives to a person: dictionaries, progress, and a way out at any moment."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from fieldapp.errors import AskedToWait, NotFound, WorkspaceDamaged
from fieldapp.words import say

if TYPE_CHECKING:
    from fieldapp.store.database import Database as Workspace

Report = Callable[[int, int, str], None]
_MOMENT_S = 0.2
"""How long a wait for the line may keep a person who cancels."""
LONGEST_WAIT_S, UNATTENDED_WAIT_S = 60.0, 8.0
"""What somebody sits through in front of a progress bar, and what is waited for where nobody looks: longer than any wait of our own."""


class Hold:
    """By which another thread ends a wait for the line, so that giving up takes no longer than a moment."""

    def __init__(self) -> None:
        self._cut: Callable[[], object] = lambda: None

    def keep(self, cut: Callable[[], object]) -> None:
        """What breaks the line off."""
        self._cut = cut

    def let_go(self) -> None:
        """Break it off; harmless when nothing waits."""
        self._cut()


class Stage:
    """What is being done, told again and again while a line is slow, so that cancelling is noticed."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._last = (0, 0, "")

    def told(self, done: int, total: int, message: str) -> None:
        self._last = (done, total, say(message))
        self._report(*self._last)

    def tick(self) -> None:
        self._report(*self._last)

    def again(self, _done: int, _total: int, _text: str) -> None:
        self.tick()


def waiting(report: Report, total: int, longest_s: float = LONGEST_WAIT_S) -> Callable[[float], None]:
    """Sleep in moments, each with a chance to cancel; who is asked to wait for longer goes away and comes again (AskedToWait)."""

    def wait(seconds: float) -> None:
        if seconds > longest_s:
            raise AskedToWait(retry_s=math.ceil(seconds))
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            report(0, total, "")
            time.sleep(min(left, _MOMENT_S))

    return wait


def words_of(workspace: Workspace) -> Callable[[str, str], bytes]:
    """The dictionaries of the forms that are here, each worked out once an exchange."""
    from fieldapp.store import forms
    from sync import lexicon

    known: dict[tuple[str, str], bytes] = {}

    def words(form: str, version: str) -> bytes:
        if (form, version) not in known:
            try:
                with workspace.read() as tx:
                    known[form, version] = lexicon.words(forms.get(tx, form, version).xform)
            except (NotFound, WorkspaceDamaged):
                known[form, version] = b""
        return known[form, version]

    return words
