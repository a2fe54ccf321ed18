"""What goes on and with the boxes: spine labels (档案盒脊背标签) and the list of all volumes of a village (案卷目录)."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fieldapp.words import resources, say

from .fonts import Faces, Typesetter
from .layout import BINDING, BODY, BOTTOM, MM, TOP, Align, Cell, Flow, Pen, wrap

WIDTHS = (20, 30, 40, 50)
"""Thickness of the usual boxes in mm (DA/T 22-2015)."""
_HEIGHT = 250 * MM
_GAP = 4 * MM
_CELLS = (("fonds-no", 22), ("fonds", 62), ("category", 0), ("year", 18), ("retention", 18), ("volumes", 58), ("box", 22))
"""Fields from top to bottom with their height in mm; 0 takes what is left."""
_UPRIGHT = {"fonds", "category"}
"""Written downwards, one character below the other."""
_COLUMNS = (12, 50, 47, 20, 11, 15, 12)
"""序号 档号 案卷题名 起止日期 页数 保管期限 备注, in mm."""


@dataclass(frozen=True, slots=True)
class Volume:
    """One line of the list of volumes; `pages` are the numbered ones of one copy."""

    number: str
    """档号."""
    title: str
    begun_on: str
    """YYYYMMDD."""
    until: str
    pages: int
    retention: str
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The list of a village's volumes."""

    fonds: str
    place: str
    year: str
    made_at: datetime
    volumes: tuple[Volume, ...]
    maker: str = ""


@dataclass(frozen=True, slots=True)
class Box:
    """One box: which volumes it holds."""

    fonds_no: str
    fonds: str
    category: str
    year: str
    retention: str
    first: str
    """案卷号 of the first volume."""
    last: str
    volumes: int
    number: int
    """盒号, from 1."""


def print_catalogue(catalogue: Catalogue) -> bytes:
    """The PDF/A file of the 案卷目录: 20 and some volumes a page, each page with its head. Raises FontMissing."""
    setter = Typesetter(Faces(resources() / "fonts"))
    flow = Flow(Pen(setter))
    flow.title(say("catalogue-title"))
    flow.paragraph(say("catalogue-fonds", fonds=catalogue.fonds, place=catalogue.place, year=catalogue.year), 10.5)
    flow.paragraph(say("catalogue-count", volumes=len(catalogue.volumes), pages=sum(volume.pages for volume in catalogue.volumes)), 10.5)
    widths = [width * MM for width in _COLUMNS]
    names = ("order", "number", "volume", "period", "pages", "retention", "remark")
    flow.repeat([Cell(width, say(f"catalogue-{name}"), 10, Align.CENTRE, is_head=True) for width, name in zip(widths, names, strict=True)])
    for place, volume in enumerate(catalogue.volumes, 1):
        period = f"{volume.begun_on}\n{volume.until}"
        texts = (str(place), volume.number, volume.title, period, str(volume.pages), volume.retention, volume.remark)
        aligns = (Align.CENTRE, Align.LEFT, Align.LEFT, Align.CENTRE, Align.CENTRE, Align.CENTRE, Align.LEFT)
        sizes = (9, 8, 9, 9, 9, 9, 8)
        cells = [Cell(width, text, size, align) for width, text, size, align in zip(widths, texts, sizes, aligns, strict=True)]
        flow.row(cells, volume.number, height=28)
    flow.repeat(())
    flow.y -= 10
    flow.paragraph(say("catalogue-made", maker=catalogue.maker, day=f"{catalogue.made_at:%Y%m%d}"), 10)
    return _file(say("catalogue-title"), f"{catalogue.place}{catalogue.year}", catalogue.made_at, setter, flow.finish(), is_numbered=True)


def print_labels(boxes: Sequence[Box], width_mm: int, made_at: datetime) -> bytes:
    """The PDF/A file of the spine labels, side by side, to be cut along the frames. Raises FontMissing."""
    setter = Typesetter(Faces(resources() / "fonts"))
    pen = Pen(setter)
    width = width_mm * MM
    across = max(1, int((BODY + _GAP) // (width + _GAP)))
    pages = []
    for start in range(0, max(1, len(boxes)), across):
        for place, box in enumerate(boxes[start : start + across]):
            _draw_label(pen, place * (width + _GAP), width, box)
        pages.append(pen.take())
    return _file(say("label-title"), str(boxes), made_at, setter, pages, is_numbered=False)


def _draw_label(pen: Pen, x: float, width: float, box: Box) -> None:
    values = {
        "fonds-no": box.fonds_no,
        "fonds": box.fonds,
        "category": box.category,
        "year": box.year,
        "retention": box.retention,
        "volumes": box.first if box.first == box.last else f"{box.first}\n—\n{box.last}",
        "box": say("label-box-value", number=box.number, volumes=box.volumes),
    }
    top = TOP
    rest = _HEIGHT - sum(height for _, height in _CELLS) * MM
    for name, height_mm in _CELLS:
        height = height_mm * MM or rest
        pen.ground(x, top - 13, width, 13)
        pen.box(x, top - height, width, height)
        pen.say(x + width / 2, top - 10, say(f"label-{name}"), 8, Align.CENTRE, room=width)
        if name in _UPRIGHT:
            _write_down(pen, x + width / 2, top - 15, height - 18, values[name], width)
        else:
            _write(pen, x, top - 13, width, height - 13, values[name])
        top -= height


def _write(pen: Pen, x: float, top: float, width: float, height: float, text: str) -> None:
    """In the middle of a cell, as large as it fits."""
    printable = pen.setter.printable(text, text)
    size = 14.0
    lines = wrap(printable, pen.setter.song, size, width - 6)
    while size > 6 and (len(lines) * size * 1.25 > height - 4 or len(lines) > 5):
        size -= 1
        lines = wrap(printable, pen.setter.song, size, width - 6)
    y = top - (height - len(lines) * size * 1.25) / 2 - size
    for line in lines:
        pen.text(x + width / 2, y, line, size, Align.CENTRE)
        y -= size * 1.25


def _write_down(pen: Pen, x: float, top: float, height: float, text: str, width: float) -> None:
    """Downwards, in as many columns as it needs, from right to left."""
    printable = pen.setter.printable(text, text).replace("\n", "")
    size, columns = 15.0, 1
    while size > 7 and len(printable) > columns * int(height / (size * 1.15)):
        if size <= 11 and (columns + 1) * size * 1.25 < width - 4:
            columns += 1
        else:
            size -= 1
    room = max(1, -(-len(printable) // columns), int(height / (size * 1.15)) if columns == 1 else 1)
    used = max(1, -(-len(printable) // room))
    for column in range(used):
        piece = printable[column * room : (column + 1) * room]
        at = x + (used - 1 - 2 * column) * size * 0.625
        start = top - (height - len(piece) * size * 1.15) / 2
        for place, character in enumerate(piece):
            pen.text(at, start - size - place * size * 1.15, character, size, Align.CENTRE, bold=True)


def _file(
    title: str, identity: str, made_at: datetime, setter: Typesetter, pages: Sequence[tuple[str, tuple[str, ...]]], is_numbered: bool
) -> bytes:
    from .pdfa import Labels, PdfFile

    sink = io.BytesIO()
    file = PdfFile(Labels(title, "", title, made_at, f"{title}{identity}{made_at.isoformat()}"), sink)
    for number, drawn in enumerate(pages, 1):
        pen = Pen(setter)
        pen.show(file.form(f"P{number}", *drawn), BINDING, 0)
        if is_numbered:
            pen.say(BINDING + BODY, BOTTOM - 9 * MM, say("catalogue-page", number=number, pages=len(pages)), 10, Align.RIGHT)
        file.page(*pen.take())
    file.close(setter.subsets)
    return sink.getvalue()
