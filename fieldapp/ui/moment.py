"""How a moment is told on a screen."""

from __future__ import annotations

from datetime import datetime


def short(stamp: str, now: datetime) -> str:
    """A moment as people say it: the time today, the day with it before and after."""
    moment = datetime.fromisoformat(stamp).astimezone(now.tzinfo)
    return f"{moment:%H:%M}" if moment.date() == now.date() else f"{moment:%m-%d %H:%M}"
