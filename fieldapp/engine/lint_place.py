"""Where a remark belongs: sheet, row and column of an XLSForm; line and attribute of an XForm."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.parsers.expat import ExpatError, ParserCreate

from .survey import Row
from .xform_body import plain_path
from .xform_document import undeclared

_COLUMNS: dict[str, tuple[str, ...]] = {
    "relevant": ("relevant", "relevance", "bind::relevant"),
    "calculate": ("calculation", "calculate", "bind::calculate"),
    "constraint": ("constraint", "bind::constraint"),
    "required": ("required", "bind::required"),
    "readonly": ("read_only", "readonly", "bind::readonly"),
    "warning": ("bind::fa:warning",),
    "warning_message": ("bind::fa:warning_message",),
    "tier": ("bind::fa:tier",),
    "itemset": ("choice_filter", "type"),
    "count": ("repeat_count", "jr:count", "count"),
    "setvalue": ("default", "calculation"),
    "text": ("label", "caption", "hint", "guidance_hint", "constraint_message", "required_message"),
    "name": ("name", "value", "tag"),
}
_ATTRIBUTES = {"count": "jr:count", "itemset": "nodeset", "text": "label", "setvalue": "value", "warning": "fa:warning", "tier": "fa:tier"}


def cell_of(survey: Mapping[str, Row], path: str, role: str, expression: str, titles: tuple[str, ...] = ()) -> tuple[int, str]:
    """Row and column title: the cell of the role that holds the expression, else the first one of the role that is written."""
    row = survey.get(path)
    names = _COLUMNS.get(role, (role,))
    if row is None:
        return 0, names[0]
    written = [title for name in names for title in row.cells if _is_column(title, name)]
    meant = _last_name(expression)
    holding = (title for title in written if meant and re.search(rf"(?<![\w.-]){re.escape(meant)}(?![\w.-])", row.cells[title]))
    standing = (title for name in names for title in titles if _is_column(title, name))
    return row.number, next(holding, next(iter(written), next(standing, names[0])))


def _is_column(title: str, name: str) -> bool:
    plain = title.lower().replace(" ", "_")
    return plain == name or plain.split("::")[0] == name


def _last_name(expression: str) -> str:
    """The name that an expression ends with, as people write it in `${…}`."""
    names = re.findall(r"[^\W\d][\w.-]*", expression)
    return names[-1] if names else ""


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
