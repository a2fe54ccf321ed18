"""The zone of this machine with its summer times; the zone that Python gives for "now" is one fixed offset."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, tzinfo


class SystemZone(tzinfo):
    """The offset that the machine's clock has at each moment."""

    def utcoffset(self, at: datetime | None, /) -> timedelta:
        """Local time minus UTC."""
        if at is None:
            return _standard()
        wall = at.replace(tzinfo=None, microsecond=0)
        try:
            return timedelta(seconds=wall.replace(tzinfo=UTC).timestamp() - wall.timestamp())
        except (OverflowError, OSError, ValueError):
            return _standard()

    def dst(self, _at: datetime | None, /) -> timedelta | None:
        """Not known apart from the offset."""
        return None

    def tzname(self, _at: datetime | None, /) -> str:
        """A name for messages."""
        return str(self)

    def fromutc(self, at: datetime, /) -> datetime:
        """Local time of a moment that is given in UTC."""
        moment = at.replace(tzinfo=UTC)
        try:
            local = datetime.fromtimestamp(moment.timestamp())
        except (OverflowError, OSError, ValueError):
            local = (moment + _standard()).replace(tzinfo=None)
        return local.replace(microsecond=at.microsecond, tzinfo=self)

    def __str__(self) -> str:
        return "local"


def _standard() -> timedelta:
    """Outside of the years that the machine knows."""
    return timedelta(seconds=-time.timezone)
