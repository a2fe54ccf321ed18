"""XLSForm → XForm text: the only importer of pyxform, used when a form is published; errors name sheet, row and column.

The cells are read by `sheets`, within limits; pyxform resolves references and writes the XForm but does not check expressions; `convert`
reads the result with our own reader and brings the place of a broken expression back to its row.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any
from xml.parsers.expat import ExpatError

from fieldapp.errors import ExpressionError, FormError, FormInvalid

from .definition import FormDefinition
from .limits import FILE_BYTES
from .secondary import ITEMSETS
from .sheets import Workbook, read, refusal
from .survey import Row, elsewhere, names_of, rows_of
from .xform import parse

ROOT = "form__data"
"""The root element if the form has no usable id: unlike any question."""

_ROW = re.compile(r"\[row ?: ?([0-9]+)\]")
_SHEET = re.compile(r"(?:'|\bthe )(survey|choices|settings|external_choices|entities|osm)(?:'| sheet)", re.IGNORECASE)
_COLUMN = re.compile(r"the '([^']+)' (?:value|column)|\b(?:no|Missing) (name|type|calculation|label)\b")
_QUOTED = re.compile(r"['\"‘“]([^'\"’”]+)['\"’”]|\$\{([^}]*)\}|\[([^\[\]]+)\]")
_OF_CHOICES = re.compile(r"\bchoices?\b(?! list name)", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_QNAME = re.compile(r"[^\W\d][\w.-]*(?::[^\W\d][\w.-]*)?")
_STUMBLES = (
    TypeError,
    LookupError,
    AttributeError,
    ValueError,
    RuntimeError,
    AssertionError,
    ArithmeticError,
    OSError,
    StopIteration,
    ExpatError,
)
"""What pyxform raises where it trusts what a sheet says; its own errors are PyXFormError."""


@dataclass(frozen=True, slots=True)
class Sheets:
    """An XForm as pyxform wrote it, and the way back to the sheet."""

    xform: str
    warnings: tuple[str, ...] = ()
    survey: dict[str, Row] = field(default_factory=dict)
    """Path of a node → its row of the survey sheet."""
    workbook: Workbook = field(default_factory=Workbook)
    files: dict[str, bytes] = field(default_factory=dict)
    """Media that pyxform made of the sheets: `itemsets.csv`, if there are external choices."""

    @property
    def rows(self) -> dict[str, int]:
        """Path of a node → row of the survey sheet (1-based, the header is row 1)."""
        return {path: row.number for path, row in self.survey.items()}


@dataclass(frozen=True, slots=True)
class Converted:
    """A form that was compiled from its sheets."""

    definition: FormDefinition
    xform: str
    warnings: tuple[str, ...]
    sheets: Sheets


def convert(source: Path | bytes | str, kind: str = "") -> Converted:
    """Compile an XLSForm: a path (.xlsx .xls .md .csv), or its content with `kind` saying which.

    Raises FormInvalid, ExpressionError, FormUnsupported with sheet and row; a broken expression names its column too.
    """
    sheets = to_xform(source, kind)
    try:
        return Converted(parse(sheets.xform), sheets.xform, sheets.warnings, sheets)
    except FormError as fault:
        raise type(fault)(**{"sheet": "survey", "row": 0, **fault.values, **whereabouts(sheets, fault)}) from fault


def to_xform(source: Path | bytes | str, kind: str = "") -> Sheets:
    """Only what pyxform does: no expression is read. Raises FormInvalid(fault, sheet, row, column, detail)."""
    return converted_from(read_workbook(source, kind), source.stem if isinstance(source, Path) else None)


def read_workbook(source: Path | bytes | str, kind: str = "") -> Workbook:
    """The sheets of a path or of content. Raises FormInvalid(fault, sheet, row, column, detail)."""
    return read(*_content(source, kind))


def converted_from(workbook: Workbook, form_id: str | None = None) -> Sheets:
    """The XForm of sheets; `form_id` is taken where the settings have none. Raises FormInvalid as `to_xform`."""
    from pyxform.errors import PyXFormError
    from pyxform.xls2xform import ConvertResult
    from pyxform.xls2xform import convert as pyxform_convert

    name = _root_name(workbook)
    survey = rows_of(workbook.sheet("survey"), name)
    try:
        handed = {**_handed(workbook), "fallback_form_name": form_id}
        result: ConvertResult = pyxform_convert(handed, validate=False, form_name=name)
    except PyXFormError as fault:
        raise _invalid(str(fault), workbook, _row_at(fault.__traceback__, survey)) from fault
    except _STUMBLES as fault:
        row = _row_at(fault.__traceback__, survey)
        raise refusal("xlsform", f"{type(fault).__name__}: {fault}", "survey" if row else "", row) from fault
    files = {ITEMSETS: result.itemsets.encode("utf-8")} if result.itemsets else {}
    return Sheets(str(result.xform), tuple(str(warning) for warning in result.warnings), survey, workbook, files)


def whereabouts(sheets: Sheets, fault: FormError) -> dict[str, object]:
    """Sheet, row and column of what the reader of the XForm refused, as far as they are known."""
    other = elsewhere(str(fault.values.get("path", "")))
    if other is not None:
        return dict(zip(("sheet", "row", "column"), other, strict=True))
    path = _innermost(str(fault.values.get("path", "")), sheets.survey) or _named(str(fault.values.get("detail", "")), sheets.survey)
    row = sheets.survey.get(path)
    if row is None:
        return _prefix(sheets) if fault.values.get("fault") == "xml" else {}
    written = _squeezed(str(fault.values.get("expression", "")))
    column = next((name for name, text in row.cells.items() if written and _squeezed(text) == written), "")
    if not column and isinstance(fault, ExpressionError):
        column = next((name for name, text in row.cells.items() if written and written in _squeezed(text)), "")
    return {"sheet": "survey", "row": row.number, "column": column}


def _prefix(sheets: Sheets) -> dict[str, object]:
    """A column that puts something into the XForm that is no XML: a prefix that no namespace stands for, a name with blanks."""
    for sheet in sheets.workbook.sheets:
        for title in sheet.header:
            name = title.split("::")[1] if title.startswith(("bind::", "body::", "control::", "instance::")) else ""
            prefix = name.rpartition(":")[0]
            if name and (not _QNAME.fullmatch(name) or (prefix and f"xmlns:{prefix}=" not in sheets.xform)):
                return {"sheet": sheet.name, "row": 1, "column": title, "fault": "unknown-prefix", "detail": prefix or name}
    return {}


def _innermost(path: str, survey: dict[str, Row]) -> str:
    """The path or, for a node that pyxform made, the nearest one above that has a row."""
    while path and path not in survey:
        path = path.rpartition("/")[0]
    return path


def _named(detail: str, survey: dict[str, Row]) -> str:
    """The first path that a message names (`/hf/a → /hf/b`)."""
    return next((word for word in re.split(r"[\s:]+", detail) if word in survey), "")


def _squeezed(text: str) -> str:
    """An expression without spaces and with references and resolved paths made alike."""
    text = re.sub(r"\$\{[^}]*\}|(?:\.\.|current\(\)|instance\([^)]*\))?(?:/[\w.@-]+|/\.\.)+", "§", text)
    return re.sub(r"\s+", "", text)


def _content(source: Path | bytes | str, kind: str) -> tuple[bytes, str]:
    if isinstance(source, Path):
        try:
            if source.stat().st_size > FILE_BYTES:
                raise refusal("too-large", f"{source.stat().st_size} > {FILE_BYTES}")
            return source.read_bytes(), kind or source.suffix.lstrip(".").lower()
        except OSError as fault:
            raise refusal("file", str(fault.strerror)) from fault
    if isinstance(source, str):
        return source.encode("utf-8", "replace"), kind or "md"
    return source, kind or "xlsx"


def _handed(workbook: Workbook) -> dict[str, Any]:
    """The sheets as pyxform reads them; blank rows stay, so that its row numbers are the author's."""
    handed: dict[str, Any] = {"sheet_names": list(workbook.titles)}
    for sheet in workbook.sheets:
        handed[sheet.name] = [sheet.cells(row) for row in range(2, len(sheet.rows) + 2)]
        handed[f"{sheet.name}_header"] = [{title: None for title in sheet.header if title}]
    if not handed["survey"]:
        raise refusal("no-questions", "", "survey", 1)
    for settings in handed.get("settings", ()):
        for title in [title for title in settings if title.lower() == "name"]:
            del settings[title]
    return handed


def _root_name(workbook: Workbook) -> str:
    """The name or form id in the settings if it can be an element name that no question has, else ROOT."""
    settings = {title.lower(): text for title, text in workbook.sheet("settings").cells(2).items()}
    wanted = (settings.get(column, "") for column in ("name", "form_id", "set_form_id", "id_string"))
    name = next((text for text in wanted if text), "")
    taken = names_of(workbook.sheet("survey"))
    if _NAME.fullmatch(name) and name not in taken and not name.lower().startswith("xml"):
        return name
    root = ROOT
    while root in taken:
        root += "_"
    return root


def _invalid(said: str, workbook: Workbook, at: int) -> FormInvalid:
    """What pyxform said, with its row, sheet and column taken out of the sentence."""
    row = _ROW.search(said)
    sheet = _SHEET.search(said)
    column = _COLUMN.search(said)
    name = sheet.group(1).lower() if sheet else "choices" if not row and _OF_CHOICES.search(said) else "survey"
    number = int(row.group(1)) if row else _row_of(said, workbook, name) or (at if name == "survey" else 0)
    title = next((found.strip() for found in column.groups() if found), "") if column else ""
    return refusal("xlsform", _ROW.sub("", said).strip(), name, number, title)


def _row_of(said: str, workbook: Workbook, name: str) -> int:
    """The first row with most of the cells that the sentence quotes, the header included; 0 if there is none."""
    sheet = workbook.sheet(name)
    quoted = {part for parts in _QUOTED.findall(said) for part in parts if part}
    counts = [(len(quoted.intersection(line)), -number) for number, line in enumerate((sheet.header, *sheet.rows), 1)]
    most, number = max(counts, default=(0, 0))
    return -number if most else 0


def _row_at(trace: TracebackType | None, survey: dict[str, Row]) -> int:
    """The row that pyxform was at when it stopped: it counts rows in a variable, later it holds the question by name; 0 if neither."""
    rows = {row.name: row.number for row in survey.values()}
    found = 0
    while trace is not None:
        here = trace.tb_frame.f_locals
        number = here.get("row_number") or here.get("row_num")
        names = (value.get("name") if isinstance(value, dict) else getattr(value, "name", None) for value in here.values())
        named = next((rows[name] for name in names if isinstance(name, str) and name in rows), 0)
        found = number if isinstance(number, int) else named or found
        trace = trace.tb_next
    return found
