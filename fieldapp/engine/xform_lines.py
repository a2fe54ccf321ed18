"""Where a node stands in the text of an XForm: line and attribute, for messages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.parsers.expat import ExpatError, ParserCreate

from .xform_body import plain_path
from .xform_document import undeclared

_ATTRIBUTES = {"count": "jr:count", "itemset": "nodeset", "text": "label", "setvalue": "value", "warning": "fa:warning", "tier": "fa:tier"}


def lines_of(xform: str) -> dict[str, dict[str, int]]:
    """Path → (bind, control) → line of an XForm; empty if it is no XML."""
    found: dict[str, dict[str, int]] = {}
    parser = ParserCreate("utf-8", " ")

    def start(name: str, attributes: dict[str, str]) -> None:
        tag = name.rsplit(" ", 1)[-1]
        ref = attributes.get("nodeset") or attributes.get("ref") or ""
        if ref.startswith("/") and tag not in ("itemset", "value", "label", "output"):
            place = "bind" if tag == "bind" else "control"
            found.setdefault(plain_path(ref), {}).setdefault(place, parser.CurrentLineNumber)

    parser.StartElementHandler = start
    try:
        parser.Parse(undeclared(xform).encode("utf-8", "replace"), True)
    except ExpatError:
        return {}
    return found


def line_of(lines: Mapping[str, Mapping[str, int]], path: str, role: str) -> tuple[int, str]:
    """Line and attribute of a remark; line 0 if its node is named nowhere."""
    places = lines.get(path, {})
    shown = role in ("itemset", "text", "count")
    line = places.get("control" if shown else "bind") or places.get("bind") or places.get("control") or 0
    return line, _ATTRIBUTES.get(role, "nodeset" if role == "name" else role)


def line_of_fault(xform: str, values: Mapping[str, object]) -> int:
    """The line of what made a form unreadable, from the values of its FormError; 0 if nothing tells."""
    known = values.get("line")
    if isinstance(known, int) and known:
        return known
    lines = lines_of(xform)
    words = (str(values.get("path", "")), *re.split(r"[\s:]+", str(values.get("detail", ""))))
    return next((line_of(lines, word, "")[0] for word in words if word in lines), 0)
