"""PDF pages on the screen and on a printer, by pdfium; the PDF never touches the disk."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPageSize, QPainter
from PySide6.QtWidgets import QWidget

from fieldapp.errors import NotAllowed
from fieldapp.words import say

if TYPE_CHECKING:
    from PySide6.QtPrintSupport import QPrinter

    from fieldapp.usecases.printers import Printer

_PRINT_DPI = 300


@dataclass(frozen=True, slots=True)
class Copy:
    """Where one copy lies in the PDF."""

    title: str
    first: int
    """0-based page."""
    pages: int


def copies(pdf: bytes) -> tuple[Copy, ...]:
    """The copies of an archive by its top-level bookmarks; without bookmarks the whole is one."""
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    try:
        pages = len(document)
        marks = []
        for entry in document.get_toc(max_depth=1):
            target = entry.get_dest()
            if entry.level == 0 and target is not None:
                marks.append((str(entry.get_title()), int(target.get_index() or 0)))
    finally:
        document.close()
    if not marks:
        return (Copy(say("ui-archive-whole"), 0, pages),)
    ends = [first for _, first in marks[1:]] + [pages]
    return tuple(Copy(title, first, end - first) for (title, first), end in zip(marks, ends, strict=True))


def picture(pdf: bytes, page: int, width: int) -> QImage:
    """One page as an image of a given width in pixels."""
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    try:
        sheet = document[page]
        bitmap = sheet.render(scale=width / sheet.get_width(), rev_byteorder=True, force_bitmap_format=4)
        image = QImage(bytes(bitmap.buffer), bitmap.width, bitmap.height, bitmap.stride, QImage.Format.Format_RGBA8888)
        return image.copy()
    finally:
        document.close()


def has_printer() -> bool:
    """Whether Qt knows a printer."""
    from PySide6.QtPrintSupport import QPrinterInfo

    return bool(QPrinterInfo.availablePrinterNames())


def may_print() -> bool:
    """Whether there may be a printer: asked in an instant, answered for certain by `printers`."""
    return shutil.which("lp") is not None or has_printer()


def printers(queues: Sequence[Printer]) -> tuple[Printer, ...]:
    """The queues of CUPS where there are any, else what Qt knows."""
    from PySide6.QtPrintSupport import QPrinterInfo

    return tuple(queues) or tuple(QtPrinter(name) for name in QPrinterInfo.availablePrinterNames())


@dataclass(frozen=True, slots=True)
class QtPrinter:
    """A printer of the system's own (Windows): every page as a picture of 300 dpi."""

    name: str

    def send(self, pdf: bytes, title: str, duplex: bool) -> None:
        """One job. Raises NotAllowed (printer)."""
        from PySide6.QtPrintSupport import QPrinter

        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setPrinterName(self.name)
        printer.setDocName(title)
        printer.setDuplex(QPrinter.DuplexMode.DuplexLongSide if duplex else QPrinter.DuplexMode.DuplexNone)
        draw(pdf, printer)


def print_pdf(pdf: bytes, parent: QWidget) -> bool:
    """Ask for the printer and print every page; False if the person turned away. Raises NotAllowed (printer)."""
    from PySide6.QtPrintSupport import QPrintDialog, QPrinter

    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    if QPrintDialog(printer, parent).exec() != QPrintDialog.DialogCode.Accepted:
        return False
    draw(pdf, printer)
    return True


def draw(pdf: bytes, printer: QPrinter) -> None:
    """Every page on a prepared printer, over the whole sheet. Raises NotAllowed (printer)."""
    import pypdfium2
    from PySide6.QtPrintSupport import QPrinter

    printer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    printer.setFullPage(True)
    document = pypdfium2.PdfDocument(pdf)
    try:
        count = len(document)
    finally:
        document.close()
    painter = QPainter()
    if not painter.begin(printer):
        raise NotAllowed(reason="printer", detail=printer.printerName())
    for page in range(count):
        if page:
            printer.newPage()
        area = QRectF(printer.paperRect(QPrinter.Unit.DevicePixel))
        image = picture(pdf, page, round(printer.paperRect(QPrinter.Unit.Inch).width() * _PRINT_DPI))
        painter.drawImage(QRectF(0, 0, area.width(), area.width() * image.height() / image.width()), image)
    painter.end()
