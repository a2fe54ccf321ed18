"""归档章 (DA/T 22-2015): stands on the first page of every document that is kept by the piece."""

from __future__ import annotations

from fieldapp.words import say

from .fonts import Typesetter
from .layout import BODY, MM, TOP, Align, Pen
from .matrix import BoundAs
from .sheet import ArchiveSheet, Paper

STAMP_ROOM = 19 * MM
"""What the first page of a piece leaves free above its title."""
_BOX, _ROW = 15 * MM, 8 * MM


def is_bound_so(sheet: ArchiveSheet) -> bool:
    """Whether the matrix wants pieces instead of a volume."""
    return sheet.facts.matrix.binding is BoundAs.PIECES


def stamp(sheet: ArchiveSheet, setter: Typesetter, paper: Paper, piece: int, pages: int) -> str:
    """归档章, 45 × 16 mm in the middle of the top: 全宗号 年度 件号 / 机构（问题） 保管期限 页数, as operators."""
    facts, matrix, pen = sheet.facts, sheet.facts.matrix, Pen(setter)
    term = matrix.term_of[paper_key(paper)]
    rows = (
        (("fonds", facts.numbering.fonds_no), ("year", str(facts.numbering.year)), ("piece", f"{facts.numbering.volume}\n{piece:02d}")),
        (("unit", matrix.patterns.unit_name), ("retention", matrix.terms[term]), ("pages", str(pages))),
    )
    left, top = (BODY - 3 * _BOX) / 2, TOP
    for line, row in enumerate(rows):
        y = top - (line + 1) * _ROW
        for place, (name, value) in enumerate(row):
            x = left + place * _BOX
            pen.box(x, y, _BOX, _ROW)
            pen.say(x + 1.5, y + _ROW - 6, say(f"archive-stamp-{name}"), 4.5)
            _write(pen, value, x, y)
    return pen.take()[0]


def _write(pen: Pen, value: str, x: float, y: float) -> None:
    """A value in its box, as large as it fits; two lines where it has two (件号)."""
    room, face = _BOX - 3, pen.setter.song
    lines = pen.setter.printable(value, say("archive-stamp")).split("\n")
    size = min(9.0 if len(lines) == 1 else 6.4, *(6.4 * room / max(face.width(line, 6.4), 1.0) for line in lines))
    for place, line in enumerate(lines):
        pen.text(x + _BOX / 2, y + (4.5 if len(lines) == 1 else 9.2 - 7 * place), line, round(size, 2), Align.CENTRE)


def paper_key(paper: Paper) -> str:
    """The document's name in the matrix."""
    return paper.name.lower()
