"""Documents kept one by one (按件, DA/T 22-2015): 归档文件目录 and its cover."""

from __future__ import annotations

from collections.abc import Sequence

from fieldapp.words import say

from .fonts import Typesetter
from .layout import MM, Align, Cell, Flow, Pen
from .numbers import piece_number
from .sheet import ArchiveSheet
from .stamp import paper_key
from .volume import Entry, fill, front

_ROW = 27
_CATALOGUE = (10, 44, 12, 19, 32, 17, 10, 10, 13)
"""序号 档号 文号 责任者 题名 日期 密级 页数 备注, in mm."""
_COLUMNS = ("order", "number", "reference", "maker", "title-column", "date", "secrecy", "pages", "remark")


def cover(sheet: ArchiveSheet, setter: Typesetter, documents: Sequence[Entry], gaps: int) -> tuple[str, tuple[str, ...]]:
    """归档文件目录封面: 全宗号, 全宗名称, 年度, 保管期限, 机构（问题）, and whose documents they are."""
    facts, matrix = sheet.facts, sheet.facts.matrix
    terms = {matrix.term_of[paper_key(entry.paper)] for entry in documents}
    pages = sum(entry.last - entry.first + 1 for entry in documents)
    rows = (
        ("archive-fonds-number", facts.numbering.fonds_no),
        ("archive-fonds", facts.fonds),
        ("archive-year", str(facts.numbering.year)),
        ("archive-retention", "、".join(words for code, words in matrix.terms.items() if code in terms)),
        ("archive-unit", matrix.patterns.unit_name),
        ("archive-subject", say("archive-volume-title", place="".join(facts.places[-2:]), head=facts.head_name)),
        ("archive-pieces", _run(sheet, documents)),
        ("archive-extent", say("archive-pieces-extent", documents=len(documents), pages=pages)),
        ("archive-revision", say("archive-revision-value", revision=facts.revision)),
    )
    return front(sheet, setter, (say("archive-catalogue-title"), say("archive-cover-subtitle")), rows, gaps)


def catalogue(sheet: ArchiveSheet, setter: Typesetter, documents: Sequence[Entry]) -> list[tuple[str, tuple[str, ...]]]:
    """归档文件目录: one line a piece, with its number."""
    flow = Flow(Pen(setter))
    flow.title(say("archive-catalogue-title"))
    widths = [width * MM for width in _CATALOGUE]
    flow.repeat(
        [Cell(width, say(f"archive-catalogue-{name}"), 9, Align.CENTRE, is_head=True) for width, name in zip(widths, _COLUMNS, strict=True)]
    )
    for order, entry in enumerate(documents, 1):
        number = piece_number(sheet.facts.numbering, sheet.facts.matrix, paper_key(entry.paper), order)
        pages = str(entry.last - entry.first + 1)
        texts = (str(order), number, "", sheet.facts.maker, entry.title, f"{entry.day:%Y%m%d}", "", pages, entry.remark)
        aligns = [Align.LEFT if name in ("number", "title-column") else Align.CENTRE for name in _COLUMNS]
        cells = [Cell(width, text, 8.5, align) for width, text, align in zip(widths, texts, aligns, strict=True)]
        flow.row(cells, say("archive-catalogue-title"), height=_ROW)
    fill(flow, widths, _ROW)
    return flow.finish()


def _run(sheet: ArchiveSheet, documents: Sequence[Entry]) -> str:
    """First and last 件号; the documents that a copy leaves out are the last, so the others keep their numbers."""
    volume = sheet.facts.numbering.volume
    return f"{volume}01" if len(documents) == 1 else f"{volume}01 — {volume}{len(documents):02d}"
