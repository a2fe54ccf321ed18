"""Dates as people type them: 20160414, 2016.4.14, 2016年4月14日, 4.14, 今天."""

from __future__ import annotations

import re
from datetime import date, timedelta

from fieldapp.errors import BadInput

from .digits import halfwidth

_WORDS = {"今天": 0, "今日": 0, "昨天": -1, "昨日": -1, "前天": -2, "明天": 1, "today": 0, "yesterday": -1}
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_FULL = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", re.ASCII)
_MONTH = re.compile(r"(\d{4})[-/.年](\d{1,2})月?", re.ASCII)
_COMPACT_MONTH = re.compile(r"(\d{4})(\d{2})", re.ASCII)
_SHORT = re.compile(r"(\d{1,2})[-/.月](\d{1,2})日?", re.ASCII)


def read(text: str, today: date) -> date:
    """The date a person means; without a year the latest such day that is not after today. BadInput if it is none."""
    typed = "".join(halfwidth(text).split()).lower().removesuffix("号")
    if typed in _WORDS:
        return today + timedelta(days=_WORDS[typed])
    if found := _COMPACT.fullmatch(typed) or _FULL.fullmatch(typed):
        return _date(text, *(int(part) for part in found.groups()))
    if found := _SHORT.fullmatch(typed):
        month, day = (int(part) for part in found.groups())
        return _latest(text, month, day, today)
    raise BadInput(what="date", value=text)


def read_month(text: str, today: date) -> date:
    """The first of the month a person means: 201604, 2016.4, 2016年4月, or any full date in it."""
    typed = "".join(halfwidth(text).split())
    if found := _COMPACT_MONTH.fullmatch(typed) or _MONTH.fullmatch(typed):
        return _date(text, int(found[1]), int(found[2]), 1)
    return read(text, today).replace(day=1)


def years_between(birth: date, day: date) -> int:
    """Completed years (周岁); someone born on 29 February turns a year older on 1 March."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def _latest(text: str, month: int, day: int, today: date) -> date:
    """The last time there was such a day; 29 February may lie eight years back."""
    for year in range(today.year, today.year - 9, -1):
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if found <= today:
            return found
    raise BadInput(what="date", value=text)


def _date(text: str, year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as wrong:
        raise BadInput(what="date", value=text) from wrong
