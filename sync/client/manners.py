"""What a line that goes on after a break and whoever uses it want of each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Manners:
    """How a line waits (seconds) between its tries, and is told to give up (`tick` may raise)."""

    wait: Callable[[float], None]
    tick: Callable[[], None]


class Held(Protocol):
    """By which another thread ends what waits on a connection; a socket is one."""

    def shutdown(self, how: int, /) -> None:
        """End both directions at once."""

    def close(self) -> None:
        """Hold it no longer; the connection stays."""
