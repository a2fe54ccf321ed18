"""An Excel file that is put together in memory: openpyxl alone writes every sheet into a readable file in the temporary folder first."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook


def write_rows(file: Path, title: str, rows: Iterable[Iterable[str]]) -> None:
    """One sheet whose cells are all text, so that nothing is rounded and nothing is a formula; what XML cannot hold is left out."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.worksheet._writer import WorksheetWriter

    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet(title)
    sheet._writer = WorksheetWriter(sheet, io.BytesIO())
    sheet._writer.write_top()

    def text(value: str) -> Any:
        cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value))
        cell.data_type = "s"
        cell.number_format = "@"
        return cell

    for row in rows:
        sheet.append([text(value) for value in row])
    _save(book, file)


def _save(book: Workbook, file: Path) -> None:
    from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
    from openpyxl.writer.excel import ExcelWriter

    archive = ZipFile(file, "w", ZIP_DEFLATED)

    class InMemory(ExcelWriter):
        """Takes the sheets from memory."""

        def write_worksheet(self, ws: Any) -> None:
            """As the original, which expects the sheet in a file."""
            ws._drawing = SpreadsheetDrawing()
            ws._drawing.charts, ws._drawing.images = ws._charts, ws._images
            ws.close()
            ws._rels = ws._writer._rels
            archive.writestr(ws.path[1:], ws._writer.out.getvalue())
            self.manifest.append(ws)

    with archive:
        InMemory(book, archive).save()
