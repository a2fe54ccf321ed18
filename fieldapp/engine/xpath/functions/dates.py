"""Functions of dates. A date without time is midnight in the form's zone; numbers are days since 1970-01-01 UTC."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Any

from fieldapp.engine.xpath.code import Code, Run, Type, text_of
from fieldapp.engine.xpath.context import EvalContext
from fieldapp.engine.xpath.functions.function import Function, asking
from fieldapp.engine.xpath.values import NAN, Moment, moment_of_days, read_moment, read_offset

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_SHORT = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(T.*)?")
_NUMBER = re.compile(r"-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_TIME = re.compile(r"([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]+))?)?(Z|[+-][0-9]{2}(?::?[0-9]{2})?)?")
_CODES = re.compile(r"%(.)", re.DOTALL)


def _moment(context: EvalContext, value: Any) -> Moment | None:
    """What date() makes of a value: None for blank, a Moment without instant for nonsense."""
    kind = type(value)
    if kind is Moment:
        return value  # type: ignore[no-any-return]
    if kind is float:
        return _of_days(value, context.zone)
    if kind is bool:
        return Moment(None)
    text = text_of(value, context).strip(" \t\r\n")
    if text == "":
        return None
    return context.moment(text, _read)


def _of_days(days: float, zone: tzinfo) -> Moment:
    """A number of days that is midnight in the zone is a date without time of day."""
    at = moment_of_days(days) if math.isfinite(days) else None
    return Moment(at, at is not None and at.astimezone(zone).time() != time())


def _read(text: str, zone: tzinfo) -> Moment:
    if _NUMBER.fullmatch(text):
        return _of_days(float(text), zone)
    at = read_moment(text, zone)
    if at is None and (loose := _SHORT.fullmatch(text)):
        at = read_moment(f"{loose[1]}-{loose[2]:0>2}-{loose[3]:0>2}{loose[4] or ''}", zone)
    return Moment(at, "T" in text)


def _date(context: EvalContext, value: Any) -> Moment | str:
    moment = _moment(context, value)
    if moment is None:
        return ""
    if not moment.has_time or moment.at is None:
        return moment
    return Moment(_meant(moment.at, context.zone) if type(value) is float else moment.at)


def _meant(at: datetime, zone: tzinfo) -> datetime:
    """`date(x + 1)` over a change of summer time is an hour off midnight: the day is the one that its midnight was reckoned from."""
    if not 2 < at.year < 9998:
        return at
    for half_year in (-_HALF_YEAR, _HALF_YEAR):
        other = (at + half_year).astimezone(zone).utcoffset() or timedelta(0)
        wall = (at.astimezone(UTC) + other).replace(tzinfo=None)
        if wall.time() == time():
            return datetime(wall.year, wall.month, wall.day, tzinfo=zone)
    return at


_HALF_YEAR = timedelta(days=182)


def _date_time(context: EvalContext, value: Any) -> Moment | str:
    moment = _moment(context, value)
    return "" if moment is None else moment


def _decimal_date_time(context: EvalContext, value: Any) -> float:
    moment = _moment(context, value)
    return NAN if moment is None else moment.days()


def _decimal_time(context: EvalContext, value: Any) -> float:
    text = text_of(value, context)
    if len(text) > 10 and (moment := read_moment(text, context.zone)) is not None:
        return _part_of_day(moment.astimezone(context.zone))
    match = _TIME.fullmatch(text)
    if match is None:
        return NAN
    try:
        clock = time(int(match[1]), int(match[2]), int(match[3] or 0), int(f"{match[4] or '0':0<6.6}"))
        offset = read_offset(match[5]) if match[5] else context.zone
    except ValueError:
        return NAN
    today = context.now().astimezone(context.zone).date()
    return _part_of_day(datetime.combine(today, clock, offset).astimezone(context.zone))


def _part_of_day(at: datetime) -> float:
    return (at.hour * 3600 + at.minute * 60 + at.second + at.microsecond / 1e6) / 86400


def _format(context: EvalContext, value: Any, pattern: str) -> str:
    moment = _moment(context, value)
    if moment is None or moment.at is None:
        return ""
    local = moment.at.astimezone(context.zone)
    return _CODES.sub(lambda match: _field(local, match[1], match[0]), pattern)


def _field(local: datetime, code: str, written: str) -> str:
    match code:
        case "Y":
            return f"{local.year:04d}"
        case "y":
            return f"{local.year % 100:02d}"
        case "m":
            return f"{local.month:02d}"
        case "n":
            return str(local.month)
        case "b":
            return _MONTHS[local.month - 1]
        case "d":
            return f"{local.day:02d}"
        case "e":
            return str(local.day)
        case "a":
            return _DAYS[local.weekday()]
        case "H":
            return f"{local.hour:02d}"
        case "h":
            return str(local.hour)
        case "M":
            return f"{local.minute:02d}"
        case "S":
            return f"{local.second:02d}"
        case "3":
            return f"{local.microsecond // 1000:03d}"
        case "%":
            return "%"
    return written


def _today(_arguments: tuple[Code, ...]) -> Run:
    return lambda node, place, size, context: context.today()


def _now(_arguments: tuple[Code, ...]) -> Run:
    return lambda node, place, size, context: Moment(context.now(), has_time=True)


DATES: dict[str, Function] = {
    "today": Function("", 0, 0, Type.MOMENT, _today),
    "now": Function("", 0, 0, Type.MOMENT, _now),
    "date": asking("v", Type.ANY, _date),
    "date-time": asking("v", Type.ANY, _date_time),
    "decimal-date-time": asking("v", Type.NUMBER, _decimal_date_time),
    "decimal-time": asking("v", Type.NUMBER, _decimal_time),
    "format-date": asking("vt", Type.TEXT, _format),
    "format-date-time": asking("vt", Type.TEXT, _format),
}
