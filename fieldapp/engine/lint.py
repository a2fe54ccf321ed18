"""What the author of a form should know before anybody fills it in: broken expressions, dead paths, typos, cost, other clients.

Errors stop the form from opening. Warnings are probably not meant. Notes say where ODK Collect or ODK Web Forms would answer otherwise
(the decided table: docs/dialect.md).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from fieldapp.errors import FormError
from fieldapp.words import DEFAULT_LANGUAGE, say

from .definition import FormDefinition
from .lint_rules import Remark, remarks
from .lint_scan import Broken, scan
from .xform import parse
from .xlsform import Converted, Sheets, to_xform


class Severity(StrEnum):
    """How bad it is, worst first."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing found. `sheet`, `row` (1-based, the header is 1) are empty and 0 where the source has none; `path` names the node."""

    sheet: str
    row: int
    column: str
    severity: Severity
    code: str
    values: tuple[tuple[str, str], ...] = ()
    path: str = ""

    def message(self, language: str = DEFAULT_LANGUAGE) -> str:
        """The sentence for the author, from words/<language>/lint.ftl."""
        return say(f"lint-{self.code}", language, path=self.path, **dict(self.values))


_ERRORS = ("syntax", "unknown-function", "arguments", "missing-path", "missing-instance", "bad-regex", "circle", "too-costly", "form")
_NOTES = (
    "regex-not-anchored",
    "function-not-in-collect",
    "construct-not-in-collect",
    "self-not-in-collect",
    "name-not-in-collect",
    "passed-over",
    "path-as-condition",
    "blanks-in-web-forms",
)
_WARNINGS = (
    "dead-path",
    "missing-column",
    "circle-in-collect",
    "encryption-passed-over",
    "not-a-choice",
    "text-as-number",
    "boolean-compared",
    "slow-filter",
    "whole-tree",
    "costly-regex",
    "rows-in-rows",
)
SEVERITIES = {
    **dict.fromkeys(_ERRORS, Severity.ERROR),
    **dict.fromkeys(_WARNINGS, Severity.WARNING),
    **dict.fromkeys(_NOTES, Severity.NOTE),
}
"""Every code that can be found."""

_RANK = {severity: rank for rank, severity in enumerate(Severity)}

_COLUMNS: dict[str, tuple[str, ...]] = {
    "relevant": ("relevant", "relevance", "bind::relevant"),
    "calculate": ("calculation", "calculate", "bind::calculate"),
    "constraint": ("constraint", "bind::constraint"),
    "required": ("required", "bind::required"),
    "readonly": ("readonly", "read_only", "bind::readonly"),
    "warning": ("bind::fa:warning",),
    "itemset": ("choice_filter", "type"),
    "count": ("repeat_count", "jr:count"),
    "setvalue": ("default", "calculation"),
    "text": ("label", "hint", "guidance_hint", "constraint_message", "required_message"),
    "name": ("name",),
}


def lint_file(file: Path) -> tuple[Mistake, ...]:
    """Lint an XLSForm (.xlsx .xls .md .csv) or an XForm (.xml)."""
    if file.suffix.lower() == ".xml":
        try:
            return lint(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as fault:
            return (Mistake("", 0, "", Severity.ERROR, "form", (("detail", str(fault)),)),)
    try:
        return lint(to_xform(file))
    except FormError as fault:
        return (_refused(fault),)


def lint(source: FormDefinition | Converted | Sheets | str) -> tuple[Mistake, ...]:
    """Everything found in a form, worst first, then by row: a definition, a converted XLSForm, or the text of an XForm."""
    if isinstance(source, FormDefinition):
        return _sorted(_placed(remarks(source), Sheets("")))
    sheets = source.sheets if isinstance(source, Converted) else source if isinstance(source, Sheets) else Sheets(source)
    broken = scan(sheets.xform)
    found = [_mistake(one.code, one.role, one.path, one.values(), sheets) for one in broken]
    try:
        definition = source.definition if isinstance(source, Converted) else parse(sheets.xform)
    except FormError as fault:
        refused = _refused(fault, sheets)
        return _sorted(found if _is_known(fault, broken) else [*found, refused])
    return _sorted([*found, *_placed(remarks(definition), sheets)])


def _placed(found: Iterable[Remark], sheets: Sheets) -> list[Mistake]:
    return [_mistake(one.code, one.role, one.path, one.values, sheets) for one in found]


def _mistake(code: str, role: str, path: str, values: tuple[tuple[str, str], ...], sheets: Sheets) -> Mistake:
    at = sheets.survey.get(path)
    row, cells = (at.number, at.cells) if at is not None else (0, {})
    names = _COLUMNS.get(role, (role,))
    column = next((cell for name in names for cell in cells if cell.split("::")[0] == name or cell == name), names[0])
    return Mistake("survey" if sheets.survey else "", row, column, SEVERITIES[code], code, values, path)


def _refused(fault: FormError, sheets: Sheets | None = None) -> Mistake:
    """What made the form unreadable, as a mistake."""
    values = fault.values
    path = str(values.get("path", ""))
    kind = str(values.get("fault", ""))
    code = kind if kind in ("syntax", "unknown-function", "arguments", "missing-path", "circle") else "form"
    at = sheets.survey.get(path) if sheets is not None else None
    row = at.number if at is not None else 0
    detail = str(values.get("detail", values.get("feature", "")))
    given = (("detail", detail), ("name", detail), ("reason", ""), ("expression", str(values.get("expression", ""))), ("position", "0"))
    return Mistake(
        str(values.get("sheet", "")),
        int(str(values.get("row", row) or row)),
        str(values.get("column", "")),
        Severity.ERROR,
        code,
        given,
        path,
    )


def _is_known(fault: FormError, broken: tuple[Broken, ...]) -> bool:
    """Whether the scan has already told of the expression that the reader stumbled over."""
    return any(one.expression == fault.values.get("expression") for one in broken)


def _sorted(found: Iterable[Mistake]) -> tuple[Mistake, ...]:
    unique = dict.fromkeys(found)
    return tuple(sorted(unique, key=lambda one: (_RANK[one.severity], one.row, one.path, one.code)))
