"""PDF pages on the screen and on a printer, by pdfium; the PDF never touches the disk."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QWidget

from fieldapp.words import say

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
    """Whether this computer knows a printer."""
    from PySide6.QtPrintSupport import QPrinterInfo

    return bool(QPrinterInfo.availablePrinterNames())


def print_pdf(pdf: bytes, parent: QWidget) -> bool:
    """Ask for the printer and print every page at 300 dpi; False if the person turned away."""
    import pypdfium2
    from PySide6.QtPrintSupport import QPrintDialog, QPrinter

    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    if QPrintDialog(printer, parent).exec() != QPrintDialog.DialogCode.Accepted:
        return False
    document = pypdfium2.PdfDocument(pdf)
    try:
        count = len(document)
    finally:
        document.close()
    painter = QPainter(printer)
    for page in range(count):
        if page:
            printer.newPage()
        area = QRectF(printer.pageRect(QPrinter.Unit.DevicePixel))
        image = picture(pdf, page, round(printer.pageRect(QPrinter.Unit.Inch).width() * _PRINT_DPI))
        painter.drawImage(QRectF(0, 0, area.width(), area.width() * image.height() / image.width()), image)
    painter.end()
    return True
