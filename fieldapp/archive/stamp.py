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
        (("fonds", facts.numbering.fonds_no), ("year", str(facts.numbering.year)), ("piece", f"{facts.numbering.volume}{piece:02d}")),
        (("unit", matrix.patterns.unit_name), ("retention", matrix.terms[term]), ("pages", str(pages))),
    )
    left, top = (BODY - 3 * _BOX) / 2, TOP
    for line, row in enumerate(rows):
        y = top - (line + 1) * _ROW
        for place, (name, value) in enumerate(row):
            x = left + place * _BOX
            pen.box(x, y, _BOX, _ROW)
            pen.say(x + 1.5, y + _ROW - 6, say(f"archive-stamp-{name}"), 4.5)
            room = _BOX - 3
            size = min(9.0, 9.0 * room / max(setter.song.width(setter.printable(value, ""), 9.0), 1.0))
            pen.say(x + _BOX / 2, y + 4.5, value, round(size, 2), Align.CENTRE, room=room + 1)
    return pen.take()[0]


def paper_key(paper: Paper) -> str:
    """The document's name in the matrix."""
    return paper.name.lower()
