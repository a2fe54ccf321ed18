"""What the author of a form should know before anybody fills it in: broken expressions, dead paths, typos, cost, other clients.

Errors stop the form from opening. Warnings are probably not meant. Notes say where ODK Collect or ODK Web Forms would answer otherwise
(the decided table: docs/dialect.md; every code: docs/lint.md).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fieldapp.errors import FormError
from fieldapp.words import DEFAULT_LANGUAGE, say

from .definition import FormDefinition
from .lint_codes import SEVERITIES, Severity
from .lint_place import cell_of
from .lint_questions import about_questions
from .lint_remark import Remark
from .lint_rules import remarks
from .lint_scan import Broken, scan
from .lint_sheets import about_sheets
from .survey import elsewhere
from .xform import parse
from .xform_lines import line_of, line_of_fault, lines_of
from .xlsform import Converted, Sheets, converted_from, read_workbook, whereabouts

__all__ = ["SEVERITIES", "Mistake", "Severity", "lint", "lint_file"]


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing found.

    `sheet` is empty for an XForm, whose `row` is the line and whose `column` is the attribute; rows count from 1 (the header), 0 is
    unknown; `path` names the node.
    """

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

    def mend(self, language: str = DEFAULT_LANGUAGE) -> str:
        """What the author can do about it."""
        return say(f"lint-{self.code}.mend", language, path=self.path, **dict(self.values))


_RANK = {severity: rank for rank, severity in enumerate(Severity)}
_FAULTS = ("syntax", "unknown-function", "arguments", "missing-path", "circle", "too-costly")


def lint_file(file: Path, before: str = "") -> tuple[Mistake, ...]:
    """Lint an XLSForm (.xlsx .xls .md .csv) or an XForm (.xml); `before` is the version that is in use now."""
    if file.suffix.lower() == ".xml":
        try:
            return lint(file.read_text(encoding="utf-8-sig"))
        except (OSError, UnicodeDecodeError) as fault:
            return (Mistake("", 0, "", Severity.ERROR, "form", (("detail", str(fault)), ("fault", "file"))),)
    try:
        workbook = read_workbook(file)
    except FormError as fault:
        return (_refused(fault),)
    beside = {path.name: path.stat().st_size for path in file.parent.rglob("*") if path.is_file()} if file.parent.name else None
    found = [
        Mistake(spot.sheet, spot.row, spot.column, SEVERITIES[spot.code], spot.code, spot.values)
        for spot in about_sheets(workbook, before, beside)
    ]
    try:
        sheets = converted_from(workbook, file.stem)
    except FormError as fault:
        return _sorted([_refused(fault), *found])
    return _sorted([*_about_form(sheets), *found])


def lint(source: FormDefinition | Converted | Sheets | str) -> tuple[Mistake, ...]:
    """Everything found in a form, worst first, then by row: a definition, a converted XLSForm, or the text of an XForm."""
    if isinstance(source, FormDefinition):
        return _sorted(_placed(_remarks(source), Sheets("")))
    if isinstance(source, str):
        return _sorted(_about_form(Sheets(source)))
    sheets = source.sheets if isinstance(source, Converted) else source
    spots = about_sheets(sheets.workbook)
    found = [Mistake(spot.sheet, spot.row, spot.column, SEVERITIES[spot.code], spot.code, spot.values) for spot in spots]
    return _sorted([*_about_form(sheets), *found])


def _about_form(sheets: Sheets) -> list[Mistake]:
    broken = scan(sheets.xform)
    found = _placed([Remark(one.code, one.path, one.role, one.values()) for one in broken], sheets)
    try:
        definition = parse(sheets.xform)
    except FormError as fault:
        return found if _is_known(fault, broken) else [*found, _refused(fault, sheets)]
    return [*found, *_placed(_remarks(definition), sheets)]


def _remarks(definition: FormDefinition) -> list[Remark]:
    return [*remarks(definition), *about_questions(definition)]


def _placed(found: Iterable[Remark], sheets: Sheets) -> list[Mistake]:
    lines = {} if sheets.survey else lines_of(sheets.xform)
    titles = sheets.workbook.sheet("survey").header
    # What pyxform adds by itself has no row, and no label.
    kept = (remark for remark in found if remark.code != "missing-label" or not sheets.survey or remark.path in sheets.survey)
    return [_mistake(remark, sheets, lines, titles) for remark in kept]


def _mistake(remark: Remark, sheets: Sheets, lines: dict[str, dict[str, int]], titles: tuple[str, ...]) -> Mistake:
    if sheets.survey:
        expression = dict(remark.values).get("expression", "")
        row, column = cell_of(sheets.survey, remark.path, remark.role, expression, titles)
    else:
        row, column = line_of(lines, remark.path, remark.role)
    sheet = "survey" if sheets.survey else ""
    if sheets.survey and not row:
        whole = ("settings", 2, "public_key") if remark.code == "encryption-passed-over" else None
        sheet, row, column = whole or elsewhere(remark.path) or (sheet, row, column)
    return Mistake(sheet, row, column, SEVERITIES[remark.code], remark.code, remark.values, remark.path)


def _refused(fault: FormError, sheets: Sheets | None = None) -> Mistake:
    """What made the form unreadable, as a mistake."""
    values = dict(fault.values)
    if sheets is not None and sheets.survey:
        values = {"sheet": "survey", **values, **whereabouts(sheets, fault)}
    elif sheets is not None:
        values = {"row": line_of_fault(sheets.xform, values), **values}
    kind = str(values.get("fault", ""))
    code = kind if kind in _FAULTS else "form"
    detail = str(values.get("detail", values.get("feature", "")))
    given = (
        ("detail", detail),
        ("name", detail),
        ("reason", ""),
        ("fault", kind),
        ("expression", str(values.get("expression", ""))),
        ("position", "0"),
    )
    row = int(str(values.get("row") or 0))
    path = str(values.get("path", ""))
    return Mistake(str(values.get("sheet", "")), row, str(values.get("column", "")), Severity.ERROR, code, given, path)


def _is_known(fault: FormError, broken: tuple[Broken, ...]) -> bool:
    """Whether the scan has already told of the expression that the reader stumbled over."""
    return any(one.expression == fault.values.get("expression") and SEVERITIES[one.code] is Severity.ERROR for one in broken)


def _sorted(found: Iterable[Mistake]) -> tuple[Mistake, ...]:
    unique = dict.fromkeys(found)
    return tuple(sorted(unique, key=lambda one: (_RANK[one.severity], one.row, one.path, one.code)))
