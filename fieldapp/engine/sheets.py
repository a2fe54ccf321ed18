"""The cells of an XLSForm as text, with the row numbers that its author sees; read within limits, from .xlsx .xlsm .xls .md .csv.

Whatever the file, row 1 of a sheet is its header and every line below it counts, blank ones too.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from fieldapp.domain.private_use import normalised
from fieldapp.errors import FormInvalid

from .limits import CELL_CHARACTERS, FILE_BYTES, QUESTION_ROWS, SHEET_COLUMNS, SHEET_ROWS
from .workbook import excel, old_excel

KINDS = ("xlsx", "xlsm", "xls", "md", "csv")
KNOWN = ("survey", "choices", "settings", "external_choices", "entities", "osm")
"""The sheets that mean something; others are the author's notes."""

_ZIP, _OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_EMPTY_COLUMNS = 20
"""After so many columns without a title nothing more is read (as pyxform does)."""
_GAP, _BEHIND_GAP = 60, 2_000
"""After so many blank rows the sheet has ended (as pyxform decides); so many more are looked at, to tell the author of a forgotten row."""
_SPACES = re.compile(r"( )+")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_COMMENT = re.compile(r"^\s*#")
_TRAILING_COMMENT = re.compile(r"^(.*)(#[^|]+)$")
_LINE = re.compile(r"\s*\|(.*)\|\s*$")
_RULE = re.compile(r"^[|\-\s:]*-[|\-\s:]*$")
_BAR = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: the titles of its columns ('' for a column without one) and its rows; `rows[0]` is row 2.

    `unread` is the first row with something in it below a gap so long that the sheet counts as ended; 0 if there is none.
    """

    name: str
    """Lower case, as `survey`."""
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    unread: int = 0

    def cells(self, row: int) -> dict[str, str]:
        """Title → text of a row (2 is the first below the header), blank cells left out."""
        line = self.rows[row - 2] if 0 <= row - 2 < len(self.rows) else ()
        return {title: text for title, text in zip(self.header, line, strict=False) if title and text}


@dataclass(frozen=True, slots=True)
class Workbook:
    """The sheets that mean something, and the titles of all."""

    sheets: tuple[Sheet, ...] = ()
    titles: tuple[str, ...] = ()

    def sheet(self, name: str) -> Sheet:
        """The sheet of a name as `choices`; an empty one if there is none."""
        return next((sheet for sheet in self.sheets if sheet.name == name), Sheet(name, (), ()))


Lines = Iterable[tuple[str, ...]]


def read(given: bytes, kind: str) -> Workbook:
    """Every sheet that means something. Raises FormInvalid(fault, detail, sheet, row, column)."""
    if len(given) > FILE_BYTES:
        raise refusal("too-large", f"{len(given)} > {FILE_BYTES}")
    if kind in ("xlsx", "xlsm", "xls"):
        kind = "xlsx" if given.startswith(_ZIP) else "xls" if given.startswith(_OLD) else kind
    elif kind not in KINDS:
        raise refusal("kind", kind)
    titles: list[str] = []
    sheets: dict[str, Sheet] = {}
    for title, lines in _tables(given, kind):
        titles.append(title)
        name = title.strip().lower()
        if name in sheets:
            raise refusal("duplicate-sheet", name, name)
        sheets[name] = _sheet(name, lines)
    if len(sheets) == 1 and titles[0].strip().lower() not in KNOWN:
        sheets = {"survey": replace(next(iter(sheets.values())), name="survey")}
    if "survey" not in sheets:
        raise refusal("no-survey", ", ".join(titles))
    return Workbook(tuple(sheet for sheet in sheets.values() if sheet.name in KNOWN), tuple(titles))


def refusal(fault: str, detail: str, sheet: str = "", row: int = 0, column: str = "") -> FormInvalid:
    """What is wrong with the sheets, and where."""
    return FormInvalid(detail=detail, fault=fault, sheet=sheet, row=row, column=column)


def _tables(given: bytes, kind: str) -> Iterator[tuple[str, Lines]]:
    if kind == "xls":
        return old_excel(given, KNOWN)
    if kind in ("xlsx", "xlsm"):
        return excel(given, KNOWN)
    return iter((_markdown if kind == "md" else _comma)(_text(given)).items())


def _text(given: bytes) -> str:
    try:
        return given.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise refusal("encoding", "UTF-8", "", given[: fault.start].count(b"\n") + 1) from fault


def _sheet(name: str, lines: Lines) -> Sheet:
    """Checks each cell; blank rows at the end are left out."""
    most = QUESTION_ROWS if name == "survey" else SHEET_ROWS
    waiting = iter(lines)
    header = _header(name, next(waiting, ()))
    rows: list[tuple[str, ...]] = []
    blank = 0
    for number, line in enumerate(waiting, 2):
        row = tuple(normalised(cell.strip()) for cell in line[: len(header)])
        if not any(row):
            blank += 1
            if blank > _BEHIND_GAP:
                break
            continue
        if blank > _GAP:
            return Sheet(name, header, tuple(rows), number)
        if number > most:
            raise refusal("too-many-rows", str(most), name, number)
        rows += [()] * blank
        blank = 0
        _check(name, number, row, header)
        rows.append(row)
    return Sheet(name, header, tuple(rows))


def _header(name: str, line: tuple[str, ...]) -> tuple[str, ...]:
    titles: list[str] = []
    empty = 0
    for cell in line:
        titled = normalised(_SPACES.sub(" ", cell.strip()))
        empty = 0 if titled else empty + 1
        if empty > _EMPTY_COLUMNS:
            break
        if titled and titled in titles:
            raise refusal("duplicate-column", titled, name, 1, titled)
        titles.append(titled)
        if len(titles) > SHEET_COLUMNS:
            raise refusal("too-many-columns", str(SHEET_COLUMNS), name, 1)
    _check(name, 1, tuple(titles), tuple(titles))
    return tuple(titles)


def _check(name: str, number: int, row: tuple[str, ...], header: tuple[str, ...]) -> None:
    """Every cell can stand in an XForm."""
    for cell, title in zip(row, header, strict=False):
        if len(cell) > CELL_CHARACTERS:
            raise refusal("long-cell", f"{len(cell)} > {CELL_CHARACTERS}", name, number, title)
        bad = _NOT_XML.search(cell)
        if bad is not None:
            raise refusal("character", f"U+{ord(bad.group()):04X}", name, number, title)


def _markdown(text: str) -> dict[str, list[tuple[str, ...]]]:
    found: dict[str, list[tuple[str, ...]]] = {}
    lines: list[tuple[str, ...]] | None = None
    for line in text.split("\n"):
        if _COMMENT.match(line):
            continue
        table = _LINE.match(_uncommented(line))
        if table is None or _RULE.match(table.group(1)):
            continue
        first, *cells = [cell.strip().replace(r"\|", "|") for cell in _BAR.split(table.group(1))]
        lines = _add(found, lines, first, tuple(cells))
    return found


def _uncommented(line: str) -> str:
    """Without a comment behind the last bar."""
    end = line.rfind("|")
    return line if end < 0 or "#" not in line[end:] else line[: end + 1]


def _comma(text: str) -> dict[str, list[tuple[str, ...]]]:
    found: dict[str, list[tuple[str, ...]]] = {}
    lines: list[tuple[str, ...]] | None = None
    try:
        for cells in csv.reader(io.StringIO(text, newline="")):
            first, *rest = cells or [""]
            lines = _add(found, lines, first.strip(), tuple(rest))
    except csv.Error as fault:
        raise refusal("csv", str(fault)) from fault
    return found


def _add(
    found: dict[str, list[tuple[str, ...]]], lines: list[tuple[str, ...]] | None, first: str, cells: tuple[str, ...]
) -> list[tuple[str, ...]] | None:
    """A line of a file that holds all sheets: a first cell begins a sheet, the first line after it is the header."""
    if first:
        if first in found:
            raise refusal("duplicate-sheet", first, first.lower())
        lines = found[first] = []
    if lines is not None and (lines or any(cell.strip() for cell in cells)):
        lines.append(cells)
    return lines
