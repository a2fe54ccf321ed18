"""Pages on a printer of the system's own: every page, whole, at 300 dpi."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest
from PySide6.QtPrintSupport import QPrinter

from fieldapp.archive.labels import Box, print_labels
from fieldapp.domain.clock import CHINA
from fieldapp.errors import NotAllowed
from fieldapp.ui import paper

from .conftest import START


def test_every_page_is_drawn_over_the_whole_sheet(qapp, tmp_path: Path):  # type: ignore[no-untyped-def]
    box = Box("990102", "石桥县", "农户入户摸底调查", "2026", "永久", "0001", "0009", 9, 1)
    pdf = print_labels([box] * 7, 40, START.astimezone(CHINA))
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "out.pdf"))
    paper.draw(pdf, printer)
    made, given = pypdfium2.PdfDocument((tmp_path / "out.pdf").read_bytes()), pypdfium2.PdfDocument(pdf)
    assert len(made) == len(given) == 3
    assert all(abs(page.get_width() - 595) < 1 and abs(page.get_height() - 842) < 1 for page in made)
    pictures = [one.get_px_size() for one in made[0].get_objects(filter=[3])]
    assert max(width for width, _ in pictures) == pytest.approx(8.27 * 300, abs=3)
    for document in (made, given):
        document.close()


@pytest.mark.qt_log_ignore("QPainter::begin", "propagateSizeHints")
def test_printer_that_is_not_there_is_told(qapp):  # type: ignore[no-untyped-def]
    printer = QPrinter()
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName("/nowhere/at/all.pdf")
    with pytest.raises(NotAllowed):
        paper.draw(print_labels([], 30, START), printer)
