"""The evening rush: when too many exchange at once, the others are told when to come again, each at another moment."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from ..errors import ExchangeError

AT_ONCE = 24
"""Exchanges in work; more would only wait for each other's transactions."""
SPREAD_S, LONGEST_S = 20, 240
"""Over so many seconds those that are to come again are spread: at least, and however many there are."""


class ComeLater(ExchangeError):
    """Too many at once. Values: retry_s."""

    code = "come-later"


@dataclass(slots=True)
class Rush:
    """Counts who is inside and who was told to come again; only touched by the one thread that answers."""

    at_once: int = AT_ONCE
    inside: int = 0
    turned_away: int = 0
    took_s: float = 1.0
    """How long a turn takes just now."""
    waiting: dict[str, float] = field(default_factory=dict)
    """Device → when it will surely have come again."""
    monotonic: Callable[[], float] = time.monotonic

    @contextmanager
    def turn(self, device: str) -> Iterator[None]:
        """A place for one exchange. Raises ComeLater."""
        if self.inside >= self.at_once:
            self.turned_away += 1
            raise ComeLater(retry_s=self._later(device))
        self.waiting.pop(device, None)
        began = self.monotonic()
        self.inside += 1
        try:
            yield
        finally:
            self.inside -= 1
            self.took_s += (self.monotonic() - began - self.took_s) / self.at_once

    def _later(self, device: str) -> int:
        """Spread over the time that all who wait will take, so that few come in vain and nobody has to come often."""
        now = self.monotonic()
        self.waiting = {known: until for known, until in self.waiting.items() if until > now}
        needed_s = int(len(self.waiting) * self.took_s / self.at_once)
        retry_s = 2 + spread(device, min(max(SPREAD_S, needed_s), LONGEST_S))
        self.waiting[device] = now + 2 * retry_s
        return retry_s


def spread(device: str, window_s: int) -> int:
    """A second of the window, always the same for a device, evenly over all devices."""
    return int.from_bytes(hashlib.sha256(device.encode()).digest()[:4], "big") % max(1, window_s)
