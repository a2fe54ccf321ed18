"""Binds a volume (案卷) by GB/T 9705-2008: cover, 卷内目录, numbered pages, 备考表; one for each copy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from fieldapp.words import say

from .copies import Copy
from .fonts import Typesetter
from .gap import Gap
from .layout import BINDING, BODY, BOTTOM, MM, OUTER, PAGE_HEIGHT, TOP, Align, Cell, Flow, Pen, wrap
from .matrix import BoundAs
from .numbers import filing_number, volume_term
from .papers import QR_SIDE, QR_X, QR_Y, Body
from .seal import SHORT
from .sheet import ArchiveSheet, Paper

_INDEX = (15, 18, 38, 47, 20, 15, 14)
"""顺序号 文号 责任者 题名 日期 页号 备注, in mm."""
_INDEX_ROW = 24
_GAP_LIST = (12, 24, 83, 26, 22)
"""序号 类别 缺少的内容 补齐情况 补齐日期, in mm."""
_OPEN_ROOM = 26
_NOTE_LINES = 37


Form = Callable[[str, str, Sequence[str]], str]
"""Writes a form by name, operators and what it shows; gives the name back."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One document: a line of the 卷内目录."""

    paper: Paper
    title: str
    first: int
    last: int
    day: date
    remark: str = ""


def entries(sheet: ArchiveSheet, bodies: Sequence[Body]) -> list[Entry]:
    """The documents among these page bodies with their page numbers within the volume."""
    found: list[Entry] = []
    for paper in Paper:
        pages = [number for number, body in enumerate(bodies, 1) if body.paper is paper]
        if pages:
            title = sheet.form_title if paper is Paper.FORM else say(paper.value)
            day = sheet.facts.archived_at.date() if paper is Paper.CHANGES else sheet.facts.surveyed_on
            found.append(Entry(paper, title, pages[0], pages[-1], day, _remark(sheet, paper)))
    return found


def _remark(sheet: ArchiveSheet, paper: Paper) -> str:
    photos = {Paper.PHOTOS: sheet.photos, Paper.INTERNAL: sheet.internal_photos}.get(paper, ())
    return say("archive-index-photos", photos=len(photos)) if photos else ""


def cover(sheet: ArchiveSheet, setter: Typesetter, pages: int, documents: int, gaps: int = 0) -> tuple[str, tuple[str, ...]]:
    """案卷封面: the fields of GB/T 9705-2008; an incomplete volume says so above its title."""
    facts = sheet.facts
    begun, until = facts.begun_on or facts.surveyed_on, facts.archived_at.date()
    rows = (
        ("archive-fonds", facts.fonds),
        ("archive-category", facts.category or facts.matrix.category),
        ("archive-volume", say("archive-volume-title", place="".join(facts.places[-2:]), head=facts.head_name)),
        ("archive-period", f"{begun:%Y%m%d} — {until:%Y%m%d}"),
        ("archive-retention", facts.retention or facts.matrix.terms[volume_term(facts.matrix)]),
        ("archive-extent", say("archive-extent-value", documents=documents, pages=pages)),
        ("archive-filing", filing_number(facts.numbering, facts.matrix)),
        ("archive-number", sheet.number),
        ("archive-volume-number", facts.numbering.volume),
        ("archive-revision", say("archive-revision-value", revision=facts.revision)),
    )
    return front(sheet, setter, (say("archive-cover-title"), say("archive-cover-subtitle")), rows, gaps)


def front(
    sheet: ArchiveSheet, setter: Typesetter, titles: tuple[str, str], rows: Sequence[tuple[str, str]], gaps: int
) -> tuple[str, tuple[str, ...]]:
    """A cover: title and subtitle, rows of (message id, value), room for the QR code, the digest beside it."""
    pen = Pen(setter)
    if gaps:
        _mark_open(pen, gaps)
    pen.say(BODY / 2, TOP - 40 * MM, titles[0], 28, Align.CENTRE, bold=True)
    pen.say(BODY / 2, TOP - 53 * MM, titles[1], 15, Align.CENTRE)
    flow = Flow(pen)
    flow.y = TOP - 66 * MM
    for label, value in rows:
        head = Cell(36 * MM, say(label), 13, Align.CENTRE, is_head=True)
        flow.row([head, Cell(BODY - 36 * MM, value, 13, pad=9)], say(label), height=30)
    pen.say(0, QR_Y + QR_SIDE - 12, say("archive-scan"), 9)
    pen.say(0, QR_Y + QR_SIDE - 30, say("archive-digest"), 9)
    for index in range(4):
        pen.say(0, QR_Y + QR_SIDE - 44 - 13 * index, " ".join(_groups(sheet.digest[16 * index : 16 * index + 16])), 10)
    return pen.take()


def _mark_open(pen: Pen, gaps: int) -> None:
    """待补 in a frame, and how many things are missing."""
    width, height = 78 * MM, 15 * MM
    x, y = (BODY - width) / 2, TOP - 16 * MM
    pen.raw(f"1.6 w {x:.2f} {y:.2f} {width:.2f} {height:.2f} re S")
    pen.say(x + 18 * MM, y + 5 * MM, say("archive-open"), 22, Align.CENTRE, bold=True)
    pen.say(x + 33 * MM, y + 5.8 * MM, say("archive-open-count", gaps=gaps), 10)


def gap_list(setter: Typesetter, gaps: Sequence[Gap], in_all: int) -> list[tuple[str, tuple[str, ...]]]:
    """缺件清单: what is missing, with room for who filled it in and when; what concerns internal pages alone is not named in every copy."""
    flow = Flow(Pen(setter))
    flow.title(say("archive-gaps-title"))
    flow.paragraph(say("archive-gaps-about", gaps=in_all), 9.5)
    if in_all > len(gaps):
        flow.paragraph(say("archive-gaps-elsewhere", gaps=in_all - len(gaps)), 9.5)
    flow.y -= 4
    widths = [width * MM for width in _GAP_LIST]
    columns = ("order", "kind", "what", "mended", "day")
    flow.repeat(
        [Cell(width, say(f"archive-gaps-{name}"), 10, Align.CENTRE, is_head=True) for width, name in zip(widths, columns, strict=True)]
    )
    for number, gap in enumerate(gaps, 1):
        texts = (str(number), gap.kind, gap.text, "", "")
        aligns = (Align.CENTRE, Align.CENTRE, Align.LEFT, Align.CENTRE, Align.CENTRE)
        cells = [Cell(width, text, 9.5, align) for width, text, align in zip(widths, texts, aligns, strict=True)]
        flow.row(cells, say("archive-gaps-title"), height=24)
    return flow.finish()


def index(sheet: ArchiveSheet, setter: Typesetter, documents: Sequence[Entry]) -> list[tuple[str, tuple[str, ...]]]:
    """卷内目录."""
    flow = Flow(Pen(setter))
    flow.title(say("archive-index-title"))
    columns = ("order", "reference", "maker", "title-column", "date", "pages", "remark")
    widths = [width * MM for width in _INDEX]
    heads = [Cell(width, say(f"archive-index-{name}"), 10, Align.CENTRE, is_head=True) for width, name in zip(widths, columns, strict=True)]
    flow.repeat(heads)
    for number, entry in enumerate(documents, 1):
        # Of the last document also where it ends, of the others the first page alone (GB/T 9705-2008, 页号).
        pages = f"{entry.first}-{entry.last}" if number == len(documents) and entry.first < entry.last else str(entry.first)
        texts = (str(number), "", sheet.facts.maker, entry.title, f"{entry.day:%Y%m%d}", pages, entry.remark)
        aligns = [Align.LEFT if column == "title-column" else Align.CENTRE for column in columns]
        cells = [Cell(width, text, 9.5, align) for width, text, align in zip(widths, texts, aligns, strict=True)]
        flow.row(cells, say("archive-index-title"), height=_INDEX_ROW)
    fill(flow, widths, _INDEX_ROW)
    return flow.finish()


def fill(flow: Flow, widths: Sequence[float], height: float) -> None:
    """Empty rows down to the foot of the page, for what is added by hand."""
    flow.fill(widths, height)


def notes(
    sheet: ArchiveSheet, setter: Typesetter, copy_is_whole: bool, pages: int, documents: int, gaps: int = 0
) -> tuple[str, tuple[str, ...]]:
    """卷内备考表; 备考表 of the box for pieces, which says the same in other words."""
    facts, flow = sheet.facts, Flow(Pen(setter))
    kind = "box" if facts.matrix.binding is BoundAs.PIECES else "notes"
    flow.title(say(f"archive-{kind}-title"))
    photos = len(sheet.photos) + (len(sheet.internal_photos) if copy_is_whole else 0)
    told = [say("archive-notes-state", pages=pages, documents=documents, photos=photos)]
    absent = [frame for frame in (*sheet.photos, *sheet.internal_photos) if frame.data is None]
    if absent:
        told.append(say("archive-notes-absent", photos=len(absent)))
    if not copy_is_whole and (sheet.internal or sheet.internal_photos):
        told.append(say("archive-notes-left-out"))
    if facts.before:
        told.append(say("archive-notes-revised", before=facts.before.revision, why=facts.before.why or "—", changes=len(sheet.changes)))
    told.append(say("archive-notes-gaps", gaps=gaps) if gaps else say("archive-notes-complete"))
    told.append(say("archive-notes-form", form=sheet.form_title, version=sheet.form_version, revision=facts.revision))
    told.append(say("archive-notes-digest", digest=" ".join(_groups(sheet.digest))))
    head, size = 36 * MM, 11
    # Told at the top: what a later hand adds stands below.
    lines = ["", *wrap(setter.printable("\n".join(told), say(f"archive-{kind}-title")), setter.song, size, BODY - head - 18)]
    lines += [""] * (_NOTE_LINES - len(lines))
    flow.row([Cell(head, say(f"archive-{kind}-about"), size, Align.CENTRE, is_head=True), Cell(BODY - head, "\n".join(lines), size, pad=9)])
    bound = f"{facts.archived_at:%Y%m%d}"
    people: tuple[tuple[str, str], ...] = (("maker", facts.maker), ("checker", facts.checker), ("bound-on", bound))
    if kind == "box":
        people = (("box-maker", facts.maker), ("box-made-on", bound), ("checker", facts.checker), ("box-checked-on", ""))
    for name, value in people:
        label = f"archive-{name}"
        flow.row([Cell(head, say(label), size, Align.CENTRE, is_head=True), Cell(BODY - head, value, size, pad=9)], say(label), height=34)
    return flow.finish()[0]


class Binding:
    """The pages of one copy as they come: which side, which margin, which number, and the marks on every page."""

    def __init__(self, sheet: ArchiveSheet, setter: Typesetter, copy: Copy, form: Form, is_open: bool = False) -> None:
        self._sheet = sheet
        self._is_open = is_open
        self._pen = Pen(setter)
        self._copy = copy
        self._form = form
        self._frames: dict[bool, str] = {}
        self._sides = 0

    @property
    def is_back(self) -> bool:
        """Whether the next page is the back of a sheet."""
        return self._sheet.facts.duplex and self._sides % 2 == 1

    def page(self, body: str, number: int = 0, qr: str = "") -> tuple[str, tuple[str, ...]]:
        """The next page showing a body; 0 is no number; `qr` names the form of its QR code."""
        pen, left = self._pen, OUTER if self.is_back else BINDING
        if self.is_back not in self._frames:
            self._frames[self.is_back] = self._frame(left)
        pen.show(body, left, 0)
        if qr:
            pen.show(qr, left + QR_X, QR_Y)
        pen.show(self._frames[self.is_back], 0, 0)
        if number:
            outer, to_outer = (left, Align.LEFT) if self.is_back else (left + BODY, Align.RIGHT)
            pen.text(outer, 11 * MM - 1, str(number), 12, to_outer)
        self._sides += 1
        return pen.take()

    def _frame(self, left: float) -> str:
        """The marks that every front (or back) of this copy bears, as a form of their own."""
        pen, facts = Pen(self._pen.setter), self._sheet.facts
        mark = say("archive-copy-mark", mark=self._copy.mark, number=self._copy.number)
        top, foot = PAGE_HEIGHT - 14 * MM, 11 * MM
        outer, inner = (left, left + BODY) if self.is_back else (left + BODY, left)
        to_outer, to_inner = (Align.LEFT, Align.RIGHT) if self.is_back else (Align.RIGHT, Align.LEFT)
        pen.say(outer, top, mark, 10.5, to_outer, bold=True)
        place = facts.places[-1] if facts.places else ""
        pen.say(inner, top, say("archive-running-head", place=place, head=facts.head_name), 8, to_inner, room=BODY / 2)
        pen.lines([(left, BOTTOM - 4 * MM, left + BODY, BOTTOM - 4 * MM)])
        footer = say("archive-footer", number=self._sheet.number, digest=self._sheet.digest[:SHORT])
        shift = 0.0
        if self._is_open:
            pen.say(inner, foot, say("archive-open"), 9.5, to_inner, bold=True)
            shift = -_OPEN_ROOM if self.is_back else _OPEN_ROOM
        pen.say(inner + shift, foot, footer, 8, to_inner, room=BODY - 40 - abs(shift))
        return self._form(f"F{self._copy.number}{'b' if self.is_back else ''}", *pen.take())

    def blank(self) -> bool:
        """Whether an empty back must follow so that what comes next begins a sheet; counts it."""
        if not self.is_back:
            return False
        self._sides += 1
        return True


def _groups(text: str) -> list[str]:
    return [text[start : start + 4] for start in range(0, len(text), 4)]
