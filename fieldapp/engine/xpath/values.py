"""The values of the language and how one becomes another (XPath 1.0 section 4 with the dates of the ODK XForms specification).

A value is a bool, a float, a str, a Moment (what today(), now() and date() give) or a list of nodes in document order.
Dates count as days since 1970-01-01 UTC, read in the one fixed zone of the form.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from typing import Final

from fieldapp.engine.xpath.tree import XNode

NAN: Final = math.nan
INFINITY: Final = math.inf
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
SPACE: Final = " \t\r\n"
"""What XPath calls white space; the ideographic space is not among it."""

_NUMBER = re.compile(r"[ \t\r\n]*-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)[ \t\r\n]*")
_MOMENT = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})(T([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?(Z|[+-][0-9]{2}(?::?[0-9]{2})?)?)?"
)


class Moment:
    """A date, or a date with a time. `at` is None for what is no date ("Invalid Date" elsewhere; blank here)."""

    __slots__ = ("_days", "at", "has_time")

    def __init__(self, at: datetime | None, has_time: bool = False) -> None:
        self.at = at
        self.has_time = has_time
        self._days: float | None = None

    def days(self) -> float:
        """Days since the epoch, worked out once: ages and intervals ask for it again and again."""
        if self._days is None:
            self._days = days_of(self.at) if self.at is not None else NAN
        return self._days

    def text(self, zone: tzinfo) -> str:
        """ISO 8601 in the zone: `2020-01-05`, `2020-01-05T10:00:00.000+08:00`, '' for no date."""
        if self.at is None:
            return ""
        local = self.at.astimezone(zone)
        if not self.has_time:
            return f"{local.year:04d}-{local.month:02d}-{local.day:02d}"
        offset = round((local.utcoffset() or timedelta(0)).total_seconds() / 60)
        sign, minutes = ("-" if offset < 0 else "+"), abs(offset)
        return f"{local.year:04d}-{local:%m-%dT%H:%M:%S}.{local.microsecond // 1000:03d}{sign}{minutes // 60:02d}:{minutes % 60:02d}"


Value = bool | float | str | Moment | list[XNode]


def days_of(moment: datetime) -> float:
    """Days since the epoch, exact to the microsecond."""
    return (moment - EPOCH) / timedelta(days=1)


def moment_of_days(days: float) -> datetime | None:
    """The moment that many days after the epoch, to the millisecond; None outside the years 1 to 9999."""
    try:
        return _safe(EPOCH + timedelta(milliseconds=round(days * 86_400_000)))
    except (OverflowError, ValueError):
        return None


def _safe(at: datetime) -> datetime | None:
    """None on the outermost days, which another zone may push out of the calendar."""
    return at if _FIRST < at.replace(tzinfo=None) < _LAST else None


_FIRST, _LAST = datetime(1, 1, 3), datetime(9999, 12, 29)


def read_moment(text: str, zone: tzinfo) -> datetime | None:
    """An ISO date or dateTime (24:00:00 is the next midnight, a leap second the one before); without offset it is in `zone`.

    None if it is neither or no day of the calendar.
    """
    match = _MOMENT.fullmatch(text)
    if match is None:
        return None
    year, month, day = int(match[1]), int(match[2]), int(match[3])
    try:
        if match[4] is None:
            return _safe(datetime(year, month, day, tzinfo=zone))
        micro = int(f"{match[8] or '0':0<6.6}")
        hour, minute, second = int(match[5]), int(match[6]), int(match[7] or 0)
        midnight = hour == 24 and minute == second == micro == 0
        offset = read_offset(match[9]) if match[9] else zone
        at = datetime(year, month, day, 0 if midnight else hour, minute, min(second, 59) if second == 60 else second, micro, tzinfo=offset)
        at += timedelta(days=midnight)
        return _safe(at) and (at if match[9] else at.astimezone(UTC))
    except (ValueError, OverflowError):
        return None


def read_offset(text: str) -> tzinfo:
    """`Z`, `+08`, `+08:00` or `+0800`. Raises ValueError for 60 minutes and more, and beyond a day."""
    if text == "Z":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    if digits[2] > "5":
        raise ValueError(text)
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)


def number_of_text(text: str, zone: tzinfo) -> float:
    """A decimal number (ASCII digits, no exponent), a date as days since the epoch, or not-a-number."""
    if _NUMBER.fullmatch(text):
        return float(text)
    moment = read_moment(text, zone) if len(text) >= 10 else None
    return days_of(moment) if moment is not None else NAN


def text_of_number(number: float) -> str:
    """As XPath writes numbers: no exponent, no trailing zeros, no -0; the shortest digits that read back as the same number."""
    if number != number:
        return "NaN"
    if number in (INFINITY, -INFINITY):
        return "Infinity" if number > 0 else "-Infinity"
    if number == int(number) and abs(number) < 1e17:
        return str(int(number))
    digits = repr(number)
    if "e" in digits:
        digits = format(Decimal(digits), "f")
    return digits.removesuffix(".0")
