"""Lines of text from Excel workbooks, the new format and the old; damaged files and bombs are refused."""

from __future__ import annotations

import contextlib
import io
import struct
import warnings
import zipfile
import zlib
from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING, Any

from fieldapp.errors import FormInvalid

from .limits import OLD_FILE_BYTES, UNPACKED_BYTES, WORKBOOK_PARTS

if TYPE_CHECKING:
    from xlrd.book import Book

_DAMAGE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    SyntaxError,
    EOFError,
    OSError,
    LookupError,
    TypeError,
    ValueError,
    AttributeError,
    ArithmeticError,
    AssertionError,
    RuntimeError,
    MemoryError,
)
"""What the readers raise on a damaged file: they trust what stands in it (what is no XML is a SyntaxError)."""

_PROLOGUE = 2_048
"""Bytes of a part in which a document type would be declared."""


def excel(given: bytes, wanted: Collection[str]) -> Iterator[tuple[str, Iterable[tuple[str, ...]]]]:
    """(title, lines) of every sheet, lines only of those in `wanted` (lower case) or of the only one; formulas give their last result."""
    _check_zip(given)
    from openpyxl import load_workbook

    try:
        with _quiet():
            book = load_workbook(io.BytesIO(given), read_only=True, data_only=True)
        try:
            for sheet in book.worksheets:
                if sheet.title.strip().lower() in wanted or len(book.worksheets) == 1:
                    sheet.reset_dimensions()
                    yield sheet.title, _guarded(_line(sheet.title, number, row) for number, row in enumerate(sheet.rows, 1))
                else:
                    yield sheet.title, ()
        finally:
            book.close()
    except FormInvalid:
        raise
    except _DAMAGE as fault:
        raise _damaged(fault) from fault


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """What the reader warns of (styles, odd dates) is no concern of a form."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _guarded(lines: Iterator[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """The lines, read one by one as they are asked for."""
    try:
        while True:
            with _quiet():
                line = next(lines, None)
            if line is None:
                return
            yield line
    except FormInvalid:
        raise
    except _DAMAGE as fault:
        raise _damaged(fault) from fault


def _line(title: str, number: int, row: tuple[Any, ...]) -> tuple[str, ...]:
    for cell in row:
        if cell.data_type == "e":
            raise FormInvalid(
                detail=str(cell.value), fault="cell-error", sheet=title.strip().lower(), row=number, column=cell.column_letter
            )
    return tuple(_plain(cell.value) for cell in row)


def _plain(value: object) -> str:
    """As pyxform writes it: whole numbers without a point, truth in capitals, no non-breaking spaces."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).replace("\xa0", " ")


def _check_zip(given: bytes) -> None:
    """The sizes in the directory are what the reader keeps to; a part that is longer fails its checksum."""
    try:
        with zipfile.ZipFile(io.BytesIO(given)) as parts:
            infos = parts.infolist()
            size = sum(part.file_size for part in infos)
            if size > UNPACKED_BYTES or len(infos) > WORKBOOK_PARTS:
                raise FormInvalid(detail=f"{size}", fault="too-large", sheet="", row=0)
            for part in infos:
                if part.filename.lower().endswith((".xml", ".rels", ".vml")):
                    with parts.open(part) as content:
                        _check_prologue(content.read(_PROLOGUE))
    except _DAMAGE as fault:
        raise _damaged(fault) from fault


def _check_prologue(content: bytes) -> None:
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content or b"\x00!\x00D\x00O" in content or b"!\x00D\x00O\x00" in content:
        raise FormInvalid(detail="<!DOCTYPE", fault="doctype", sheet="", row=0)


def old_excel(given: bytes, wanted: Collection[str]) -> Iterator[tuple[str, Iterable[tuple[str, ...]]]]:
    """(title, lines) as `excel` gives them, from the binary format before 2007."""
    if len(given) > OLD_FILE_BYTES:
        raise FormInvalid(detail=f"{len(given)} > {OLD_FILE_BYTES}", fault="too-large", sheet="", row=0)
    import xlrd

    try:
        book = xlrd.open_workbook(file_contents=given, logfile=io.StringIO())
        for sheet in book.sheets():
            if sheet.name.strip().lower() in wanted or book.nsheets == 1:
                yield sheet.name, _guarded(_old_line(book, sheet, number) for number in range(sheet.nrows))
            else:
                yield sheet.name, ()
    except FormInvalid:
        raise
    except (xlrd.XLRDError, xlrd.compdoc.CompDocError, *_DAMAGE) as fault:
        raise _damaged(fault) from fault


def _old_line(book: Book, sheet: Any, number: int) -> tuple[str, ...]:
    return tuple(_old_plain(book, sheet.name, number + 1, cell) for cell in sheet.row(number))


def _old_plain(book: Book, title: str, number: int, cell: Any) -> str:
    import datetime

    import xlrd

    if cell.ctype == xlrd.XL_CELL_ERROR:
        detail = xlrd.error_text_from_code.get(cell.value, str(cell.value))
        raise FormInvalid(detail=detail, fault="cell-error", sheet=title.strip().lower(), row=number, column="")
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return _plain(bool(cell.value))
    if cell.ctype == xlrd.XL_CELL_DATE:
        year, month, day, *clock = xlrd.xldate_as_tuple(cell.value, book.datemode)
        return str(datetime.datetime(year, month, day, *clock)) if year else str(datetime.time(*clock))
    return _plain(cell.value)


def _damaged(fault: Exception) -> FormInvalid:
    return FormInvalid(detail=str(fault) or type(fault).__name__, fault="workbook", sheet="", row=0)
