"""The canonical text of an answer by its data type: one spelling for the store, the sync and the expressions."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation

from .definition import NodeDef
from .views import Control

_INTEGER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?")
_DECIMAL = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(T.*)?")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?(Z|[+-](0[0-9]|1[0-4])(:?[0-5][0-9])?)?")
_POINT = re.compile(r"-?[0-9]+(\.[0-9]+)?( -?[0-9]+(\.[0-9]+)?){1,3}")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

INT_LIMIT = 2**31
"""Integers of ODK have 32 bits."""


class Unfit(ValueError):
    """A text that the type cannot hold."""


def canonical(node: NodeDef, text: str) -> str:
    """The text as it is stored for a node. Raises Unfit."""
    if _NOT_XML.search(text):
        raise Unfit(text)
    control = node.control.control if node.control is not None else Control.NONE
    if control is Control.ACKNOWLEDGE:
        if text not in ("", "OK"):
            raise Unfit(text)
        return text
    if control in (Control.SELECT_MULTIPLE, Control.RANK):
        return " ".join(dict.fromkeys(text.split()))
    if node.bind.type == "date" and "T" in text:
        raise Unfit(text)
    return of_type(node.bind.type, text)


def of_type(kind: str, text: str) -> str:
    """The text of a value of an ODK data type, blank for blank. Raises Unfit."""
    if text == "" or kind in ("string", "binary", "barcode", "intent", "select", "select1", "odk:rank", "boolean"):
        return text
    text = text.strip(" \t\r\n")
    reader = _READERS.get(kind)
    return reader(text) if reader is not None else text


def _integer(text: str) -> str:
    if not _INTEGER.fullmatch(text):
        raise Unfit(text)
    number = int(Decimal(text))
    if not -INT_LIMIT <= number < INT_LIMIT:
        raise Unfit(text)
    return str(number)


def _decimal(text: str) -> str:
    if not _DECIMAL.fullmatch(text):
        raise Unfit(text)
    try:
        number = Decimal(text)
    except InvalidOperation as fault:
        raise Unfit(text) from fault
    plain = format(number, "f")
    if "." in plain:
        plain = plain.rstrip("0").rstrip(".")
    return "0" if plain in ("-0", "") else plain


def _day(text: str) -> str:
    match = _DATE.fullmatch(text)
    if match is None:
        raise Unfit(text)
    _check_day(match)
    return text[:10]


def _moment(text: str) -> str:
    match = _DATE.fullmatch(text)
    if match is None:
        raise Unfit(text)
    _check_day(match)
    if match.group(4) and not _TIME.fullmatch(match.group(4)[1:]):
        raise Unfit(text)
    return text


def _check_day(match: re.Match[str]) -> None:
    try:
        date(int(match.group(1)), int(match.group(2)), int(match.group(3)))
    except ValueError as fault:
        raise Unfit(match.group(0)) from fault


def _time(text: str) -> str:
    if not _TIME.fullmatch(text):
        raise Unfit(text)
    return text


def _point(text: str) -> str:
    if not _POINT.fullmatch(text):
        raise Unfit(text)
    numbers = [*text.split(" "), "0", "0"][:4]
    if not (-90 <= float(numbers[0]) <= 90 and -180 <= float(numbers[1]) <= 180):
        raise Unfit(text)
    return " ".join(number if "." in number else f"{number}.0" for number in numbers)


def _trace(text: str, least: int = 2) -> str:
    points = [_point(point.strip()) for point in text.rstrip("; ").split(";")]
    if len(points) < least:
        raise Unfit(text)
    return ";".join(points)


def _shape(text: str) -> str:
    return _trace(text, 3)


_READERS = {
    "int": _integer,
    "integer": _integer,
    "decimal": _decimal,
    "date": _day,
    "dateTime": _moment,
    "time": _time,
    "geopoint": _point,
    "geotrace": _trace,
    "geoshape": _shape,
}


def within(parameters: tuple[tuple[str, str], ...], text: str) -> str:
    """The text of a range, blank where it lies outside of `start` and `end`: the person's slider does not reach there."""
    known = dict(parameters)
    try:
        bounds = sorted((Decimal(known["start"]), Decimal(known["end"])))
        return text if text == "" or bounds[0] <= Decimal(text) <= bounds[1] else ""
    except (KeyError, InvalidOperation):
        return text


def calculated(node: NodeDef, text: str) -> str:
    """The result of a calculation as its type stores it; what does not fit is blank."""
    if text in ("", "NaN"):
        return ""
    try:
        return of_type(node.bind.type, text)
    except Unfit:
        return ""
