"""Where a remark belongs in the sheets: row and column."""

from __future__ import annotations

import re
from collections.abc import Mapping

from .survey import Row

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
