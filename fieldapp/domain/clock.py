"""Time is handed in: whoever needs it takes a Clock."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Protocol

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
"""One zone for all of China, without summer time since 1992."""


class Clock(Protocol):
    """What time it is here."""

    def now(self) -> datetime:
        """The instant, with its zone."""
        ...


class SystemClock:
    """The machine's own clock, in China's zone."""

    def now(self) -> datetime:
        return datetime.now(UTC).astimezone(CHINA)


class FixedClock:
    """A clock that stands still until it is moved: for demonstrations and tests."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant

    def now(self) -> datetime:
        return self.instant

    def pass_time(self, **span: float) -> None:
        """Move on, as `pass_time(minutes=5)`."""
        self.instant += timedelta(**span)
