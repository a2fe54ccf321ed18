"""XLSForm → XForm text: the only importer of pyxform, used when a form is published; errors name sheet and row.

pyxform resolves references and writes the XForm but does not check expressions; `convert` reads the result with our own reader and
brings the place of a broken expression back to its row.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fieldapp.errors import ExpressionError, FormError, FormInvalid

from .definition import FormDefinition
from .xform import parse

if TYPE_CHECKING:
    from pyxform.xls2xform import ConvertResult

ROOT = "form__data"
"""The root element if the form has no usable id: unlike any question."""

_ROW = re.compile(r"\[row ?: ?([0-9]+)\]")
_SHEET = re.compile(r"(?:'|\bthe )(survey|choices|settings|entities|osm)(?:'| sheet)", re.IGNORECASE)
_QUOTED = re.compile(r"['\"‘“]([^'\"’”]+)['\"’”]")
_READ = ("survey", "settings")
_BLANK_LINES = 100
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


@dataclass(frozen=True, slots=True)
class Sheets:
    """An XForm as pyxform wrote it, and the way back to the sheet."""

    xform: str
    warnings: tuple[str, ...] = ()
    rows: dict[str, int] = field(default_factory=dict)
    """Path of a node → row of the survey sheet (1-based, the header is row 1)."""
    columns: dict[str, dict[str, str]] = field(default_factory=dict)
    """Path of a node → what stands in the columns of its row."""


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
    except ExpressionError as fault:
        raise ExpressionError(**{**fault.values, **_whereabouts(sheets, fault)}) from fault
    except FormError as fault:
        raise type(fault)(**{"sheet": "survey", "row": 0, **fault.values}) from fault


def to_xform(source: Path | bytes | str, kind: str = "") -> Sheets:
    """Only what pyxform does: no expression is read. Raises FormInvalid(sheet, row, detail)."""
    from pyxform.errors import PyXFormError
    from pyxform.xls2xform import convert as pyxform_convert

    given, kind = _content(source, kind)
    sheets: dict[str, list[list[str]]] = {}
    try:
        sheets = _sheets(given, kind)
        name = _root_name(sheets)
        result: ConvertResult = pyxform_convert(_handed(given, kind), validate=False, form_name=name, file_type="." + kind)
    except PyXFormError as fault:
        raise _invalid(str(fault), sheets) from fault
    except (TypeError, KeyError, AttributeError, ValueError, IndexError, OSError) as fault:
        raise FormInvalid(detail=f"{type(fault).__name__}: {fault}", sheet="", row=0, fault="xlsform") from fault
    rows, columns = _row_map(sheets.get("survey", []), name)
    return Sheets(str(result.xform), tuple(str(warning) for warning in result.warnings), rows, columns)


def _whereabouts(sheets: Sheets, fault: ExpressionError) -> dict[str, object]:
    """Sheet, row and column of a broken expression."""
    path = str(fault.values.get("path", ""))
    row = sheets.rows.get(path, 0)
    written = _squeezed(str(fault.values.get("expression", "")))
    columns = sheets.columns.get(path, {})
    column = next((name for name, text in columns.items() if _squeezed(text) == written), "")
    return {"sheet": "survey", "row": row, "column": column}


def _squeezed(text: str) -> str:
    """An expression without spaces and with references and resolved paths made alike."""
    text = re.sub(r"\$\{[^}]*\}|(?:\.\.|current\(\)|instance\([^)]*\))?(?:/[\w.@-]+|/\.\.)+", "§", text)
    return re.sub(r"\s+", "", text)


def _content(source: Path | bytes | str, kind: str) -> tuple[bytes, str]:
    if isinstance(source, Path):
        try:
            return source.read_bytes(), kind or source.suffix.lstrip(".").lower()
        except OSError as fault:
            raise FormInvalid(detail=str(fault.strerror), sheet="", row=0, fault="file") from fault
    if isinstance(source, str):
        return source.encode("utf-8"), kind or "md"
    return source, kind or "xlsx"


def _handed(given: bytes, kind: str) -> Any:
    return io.BytesIO(given) if kind in ("xlsx", "xlsm", "xls") else given.decode("utf-8-sig")


def _sheets(given: bytes, kind: str) -> dict[str, list[list[str]]]:
    """The cells of every sheet, by lower-case sheet name; the header is the first line."""
    if kind in ("xlsx", "xlsm"):
        return _excel(given)
    if kind not in ("md", "csv"):
        return {}
    text = given.decode("utf-8-sig")
    if kind == "md":
        return _markdown(text)
    return _comma(text)


def _excel(given: bytes) -> dict[str, list[list[str]]]:
    import zipfile

    from openpyxl import load_workbook

    try:
        book = load_workbook(io.BytesIO(given), read_only=True, data_only=True)
    except (zipfile.BadZipFile, KeyError) as fault:
        raise FormInvalid(detail=str(fault), sheet="", row=0, fault="xlsx") from fault
    found = {sheet.title.lower(): _lines(sheet.iter_rows(values_only=True)) for sheet in book.worksheets if sheet.title.lower() in _READ}
    book.close()
    return found


def _lines(rows: Iterable[tuple[object, ...]]) -> list[list[str]]:
    """Cells as text; a sheet that is formatted down to its last row ends after many blank lines."""
    found: list[list[str]] = []
    blank = 0
    for row in rows:
        line = ["" if cell is None else str(cell) for cell in row]
        blank = 0 if any(line) else blank + 1
        if blank > _BLANK_LINES:
            break
        found.append(line)
    return found


def _markdown(text: str) -> dict[str, list[list[str]]]:
    found: dict[str, list[list[str]]] = {}
    lines: list[list[str]] = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")] if line.strip().startswith("|") else []
        if not cells or set("".join(cells)) <= set("-: "):
            continue
        if cells[0]:
            lines = found.setdefault(cells[0].lower(), [])
        if any(cells[1:]):
            lines.append(cells[1:])
    return found


def _comma(text: str) -> dict[str, list[list[str]]]:
    found: dict[str, list[list[str]]] = {}
    lines: list[list[str]] = []
    for cells in csv.reader(io.StringIO(text, newline="")):
        if cells and cells[0].strip():
            lines = found.setdefault(cells[0].strip().lower(), [])
        if any(cell.strip() for cell in cells[1:]):
            lines.append([cell.strip() for cell in cells[1:]])
    return found


def _root_name(sheets: dict[str, list[list[str]]]) -> str:
    """The form id if it can be an element name that no question has, else ROOT."""
    settings = sheets.get("settings", [])
    values = dict(zip(settings[0], settings[1], strict=False)) if len(settings) > 1 else {}
    name = (values.get("name") or values.get("form_id") or "").strip()
    taken = set(_column(sheets.get("survey", []), "name"))
    return name if _NAME.fullmatch(name) and name not in taken else ROOT


def _column(lines: list[list[str]], name: str) -> list[str]:
    header = [cell.strip().lower() for cell in lines[0]] if lines else []
    if name not in header:
        return []
    place = header.index(name)
    return [line[place].strip() if place < len(line) else "" for line in lines[1:]]


def _row_map(lines: list[list[str]], root: str) -> tuple[dict[str, int], dict[str, dict[str, str]]]:
    """Path → row and path → cells, following the groups and repeats of the survey sheet."""
    rows: dict[str, int] = {}
    columns: dict[str, dict[str, str]] = {}
    if not lines:
        return rows, columns
    header = [cell.strip() for cell in lines[0]]
    types, names = _column(lines, "type"), _column(lines, "name")
    around = [root]
    for number, (kind, name) in enumerate(zip(types, names, strict=False), 2):
        kind = " ".join(kind.lower().replace("_", " ").split())
        if kind.startswith("end ") and kind.split(" ")[1] in ("group", "repeat", "loop"):
            if len(around) > 1:
                around.pop()
            continue
        if not name:
            continue
        path = "/" + "/".join([*around, name])
        rows[path] = number
        columns[path] = {title: text for title, text in zip(header, lines[number - 1], strict=False) if text}
        if kind.startswith("begin "):
            around.append(name)
    return rows, columns


def _invalid(said: str, sheets: dict[str, list[list[str]]]) -> FormInvalid:
    """What pyxform said, with its row and sheet taken out of the sentence."""
    row = _ROW.search(said)
    sheet = _SHEET.search(said)
    name = sheet.group(1).lower() if sheet else "survey"
    number = int(row.group(1)) if row else _row_of(said, sheets.get(name, []))
    return FormInvalid(detail=_ROW.sub("", said).strip(), sheet=name, row=number, fault="xlsform")


def _row_of(said: str, lines: list[list[str]]) -> int:
    """The first row with a cell that the sentence quotes; 0 if there is none."""
    quoted = set(_QUOTED.findall(said))
    return next((number for number, line in enumerate(lines[1:], 2) if quoted.intersection(cell.strip() for cell in line)), 0)
