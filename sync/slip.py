"""The enrolment slip: where the district is, by what to know it, a one-time code, and for which villages; one line of text for a QR code.

Its USB variant is a file that holds the same and the district's authority itself, for a laptop that cannot reach the server yet.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from urllib.parse import parse_qs, urlencode, urlsplit

from .errors import GarbledReply

SCHEME = "fieldapp-enrol"
SUFFIX = ".slip"
_MOST = 20_000
_PIN = re.compile(r"[A-Z2-7]{52}|")
_AREA = re.compile(r"[0-9]{2,12}|")


@dataclass(frozen=True, slots=True)
class Slip:
    """What is on a slip."""

    url: str
    code: str
    pin: str = ""
    """`keys.pin_of` of the district's authority; empty only where the line stays on one machine."""
    area: str = ""
    authority: str = ""
    """PEM; only in a file."""


def text(slip: Slip) -> str:
    """The line of text, as short as it goes."""
    told = {"u": slip.url, "c": slip.code, "p": slip.pin, "a": slip.area}
    return f"{SCHEME}:?" + urlencode({name: value for name, value in told.items() if value})


def file_text(slip: Slip) -> str:
    """What stands in the file."""
    return json.dumps({"v": 1, "slip": asdict(slip)}, ensure_ascii=False, sort_keys=True, indent=1) + "\n"


def read(told: str) -> Slip:
    """Either form. Raises GarbledReply(what=slip)."""
    told = told.strip()
    if len(told) > _MOST:
        raise GarbledReply(what="slip")
    return _read_file(told) if told.startswith("{") else _read_line(told)


def _read_line(told: str) -> Slip:
    try:
        parts = urlsplit("".join(told.split()))
        values = {name: found[0] for name, found in parse_qs(parts.query, max_num_fields=10).items()}
    except ValueError as wrong:
        raise GarbledReply(what="slip") from wrong
    if parts.scheme != SCHEME:
        raise GarbledReply(what="slip")
    return _checked(Slip(values.get("u", ""), values.get("c", ""), values.get("p", ""), values.get("a", "")))


def _read_file(told: str) -> Slip:
    try:
        body = json.loads(told)
        values = body["slip"]
        if body["v"] != 1 or not all(isinstance(value, str) for value in values.values()):
            raise GarbledReply(what="slip")
        return _checked(Slip(**values))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as wrong:
        raise GarbledReply(what="slip") from wrong


def _checked(slip: Slip) -> Slip:
    try:
        is_url = urlsplit(slip.url).scheme in ("http", "https") and len(slip.url) < 500
    except ValueError as wrong:
        raise GarbledReply(what="slip") from wrong
    if not (is_url and slip.code and len(slip.code) < 100 and _PIN.fullmatch(slip.pin) and _AREA.fullmatch(slip.area)):
        raise GarbledReply(what="slip")
    return slip
