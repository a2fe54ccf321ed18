"""The evening rush: when too many exchange at once, the others are told when to come again, each at another moment."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ..errors import ExchangeError

AT_ONCE = 24
"""Exchanges in work; more would only wait for each other's transactions."""
SPREAD_S = 20


class ComeLater(ExchangeError):
    """Too many at once. Values: retry_s."""

    code = "come-later"


@dataclass(slots=True)
class Rush:
    """Counts who is inside; only touched by the one thread that answers."""

    at_once: int = AT_ONCE
    inside: int = 0
    turned_away: int = 0

    @contextmanager
    def turn(self, device: str) -> Iterator[None]:
        """A place for one exchange. Raises ComeLater."""
        if self.inside >= self.at_once:
            self.turned_away += 1
            raise ComeLater(retry_s=2 + spread(device, SPREAD_S))
        self.inside += 1
        try:
            yield
        finally:
            self.inside -= 1


def spread(device: str, window_s: int) -> int:
    """A second of the window, always the same for a device, evenly over all devices."""
    return int.from_bytes(hashlib.sha256(device.encode()).digest()[:4], "big") % max(1, window_s)
