"""Lays text out: breaks lines the Chinese way, draws cells, and flows rows over pages; makes PDF operators directly.

Lengths are points, y grows upwards. A body is drawn from x = 0; where it stands on the sheet is decided when a page shows it.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from .fonts import Typeface, Typesetter

MM = 72 / 25.4
PAGE_WIDTH, PAGE_HEIGHT = 595.276, 841.89
BINDING = 28 * MM
"""订口 (GB/T 9704: 28 mm)."""
OUTER = 15 * MM
BODY = PAGE_WIDTH - BINDING - OUTER
TOP = PAGE_HEIGHT - 22 * MM
BOTTOM = 20 * MM
_NO_START = frozenset("、。，：；？！）》〉】〕％％,.:;?!)]}%”’…—·℃㎡")
_NO_END = frozenset("（《〈【〔([{“‘￥¥")
_LEADING = 1.32
_PAD = 3.4
_GREY = 0.94
_FAINT = 0.33
_HAIR = 0.4
_HERE = "1 0 0 1 0 0"


class Align(Enum):
    """Where a text stands in its cell."""

    LEFT = 0
    CENTRE = 1
    RIGHT = 2


class Cell(NamedTuple):
    """One cell of a row: a text, or nothing. A tuple, because a household has thousands."""

    width: float
    text: str = ""
    size: float = 9.5
    align: Align = Align.LEFT
    is_head: bool = False
    """On grey ground."""
    is_bold: bool = False
    is_faint: bool = False
    pad: float = _PAD


def wrap(text: str, face: Typeface, size: float, width: float) -> list[str]:
    """Lines that fit a width; no line begins with a closing mark or ends with an opening one; words and numbers stay whole if they can."""
    lines: list[str] = []
    limit = width * 1000 / size
    for paragraph in text.split("\n"):
        if face.width(paragraph, 1000) <= limit:
            lines.append(paragraph)
        else:
            _break(paragraph, face, limit, lines)
    return lines


def fitted(text: str, face: Typeface, size: float, room: float) -> str:
    """The text, or as much of it as fits the room with … after it."""
    if face.width(text, size) <= room:
        return text
    return wrap(text, face, size, room - size)[0] + "…"


def _break(text: str, face: Typeface, limit: float, lines: list[str]) -> None:
    widths, start, used = face.widths, 0, 0.0
    index, end = 0, len(text)
    while index < end:
        width = widths[text[index]]
        if used + width > limit and index > start:
            index = _break_before(text, start, index)
            lines.append(text[start:index].rstrip(" "))
            start, used = index, 0.0
            while start < end and text[start] == " ":
                start += 1
            index = start
            continue
        used += width
        index += 1
    if start < end:
        lines.append(text[start:])


def _break_before(text: str, start: int, index: int) -> int:
    """The best place for a break at or a little before the first character that does not fit."""
    place = index
    while place > start + 1 and not _may_break(text[place - 1], text[place]):
        place -= 1
    return place if _may_break(text[place - 1], text[place]) else index


def _may_break(before: str, after: str) -> bool:
    if after in _NO_START or before in _NO_END:
        return False
    return not (before.isascii() and after.isascii() and before not in " -/;," and after != " ")


class Pen:
    """Collects the operators of one page."""

    def __init__(self, setter: Typesetter) -> None:
        self.setter = setter
        self._operators: list[str] = []
        self._objects: dict[str, None] = {}

    def take(self) -> tuple[str, tuple[str, ...]]:
        """The operators and the names of the pictures and forms that they show; the pen is empty again."""
        taken = "\n".join(self._operators), tuple(self._objects)
        self._operators, self._objects = [], {}
        return taken

    def text(self, x: float, y: float, text: str, size: float, align: Align = Align.LEFT, bold: bool = False, faint: bool = False) -> None:
        """One line; x is its left end, middle or right end. The text has been made printable."""
        if not text:
            return
        face = self.setter.hei if bold else self.setter.song
        if align is not Align.LEFT:
            x -= face.width(text, size) * (0.5 if align is Align.CENTRE else 1)
        shown = f"BT {x:.2f} {y:.2f} Td {face.show(text, size)} ET"
        self._operators.append(f"{_FAINT} g {shown} 0 g" if faint else shown)

    def say(
        self, x: float, y: float, text: str, size: float, align: Align = Align.LEFT, bold: bool = False, where: str = "", room: float = BODY
    ) -> None:
        """One line of text that may hold unprintable characters, shortened with … to its room."""
        printable = self.setter.printable(text, where).replace("\n", " ")
        self.text(x, y, fitted(printable, self.setter.hei if bold else self.setter.song, size, room), size, align, bold)

    def lines(self, segments: Sequence[tuple[float, float, float, float]], width: float = _HAIR) -> None:
        """Straight lines x0 y0 x1 y1."""
        paths = " ".join([f"{x0:.2f} {y0:.2f} m {x1:.2f} {y1:.2f} l" for x0, y0, x1, y1 in segments])
        self._operators.append(f"{width} w {paths} S")

    def box(self, x: float, y: float, width: float, height: float, dashed: bool = False) -> None:
        """An empty frame, y its lower edge."""
        frame = f"{_HAIR} w {x:.2f} {y:.2f} {width:.2f} {height:.2f} re S"
        self._operators.append(f"[2 2] 0 d {frame} [] 0 d" if dashed else frame)

    def ground(self, x: float, y: float, width: float, height: float) -> None:
        """A light grey ground."""
        self._operators.append(f"{_GREY} g {x:.2f} {y:.2f} {width:.2f} {height:.2f} re f 0 g")

    def show(self, name: str, x: float, y: float, width: float = 1.0, height: float = 1.0) -> None:
        """A picture (stretched to width × height) or a form (moved by x, y)."""
        self._objects[name] = None
        place = f"{width:.6g} 0 0 {height:.6g} {x:.6g} {y:.6g}"
        self._operators.append(f"/{name} Do" if place == _HERE else f"q {place} cm /{name} Do Q")

    def raw(self, operators: str) -> None:
        """Finished operators."""
        self._operators.append(operators)


class Flow:
    """Rows and headings one below the other, over as many pages as they need; every finished page is taken from the pen."""

    def __init__(self, pen: Pen) -> None:
        self.pen = pen
        self.y = TOP
        self.pages: list[tuple[str, tuple[str, ...]]] = []
        self._repeated: Sequence[Cell] = ()

    def turn(self) -> None:
        """Begin a new page."""
        self.pages.append(self.pen.take())
        self.y = TOP
        if self._repeated:
            self._draw(self._set(self._repeated))

    def finish(self) -> list[tuple[str, tuple[str, ...]]]:
        """All pages, the last one included."""
        self.pages.append(self.pen.take())
        return self.pages

    def need(self, height: float) -> None:
        """Begin a new page unless so much room is left."""
        if self.y - height < BOTTOM and self.y < TOP:
            self.turn()

    def title(self, text: str) -> None:
        """The title of a document, in the middle."""
        for line in self._bold_lines(text, 16):
            self.pen.text(BODY / 2, self.y - 16, line, 16, Align.CENTRE, bold=True)
            self.y -= 21
        self.y -= 7

    def heading(self, text: str, small: bool = False) -> None:
        """A heading that never stands alone at the foot of a page."""
        size = 10.0 if small else 11.5
        lines = self._bold_lines(text, size)
        self.need(size * _LEADING * len(lines) + 60)
        self.y -= 5 if small else 9
        for line in lines:
            self.pen.text(0, self.y - size, line, size, bold=True)
            self.y -= size * (_LEADING if line is not lines[-1] else 1)
        self.y -= 5

    def _bold_lines(self, text: str, size: float) -> list[str]:
        setter = self.pen.setter
        return wrap(setter.printable(text, text), setter.hei, size, BODY)

    def paragraph(self, text: str, size: float = 9.0, faint: bool = False, where: str = "") -> None:
        """Running text over the whole width."""
        text = self.pen.setter.printable(text, where)
        for line in wrap(text, self.pen.setter.song, size, BODY):
            self.need(size * _LEADING)
            self.pen.text(0, self.y - size, line, size, faint=faint)
            self.y -= size * _LEADING + 1
        self.y -= 2

    def repeat(self, head: Sequence[Cell]) -> None:
        """Draw a head row now and again on every page until called with nothing."""
        self._repeated = ()
        if head:
            self.need(60)
            self.row(head)
        self._repeated = head

    def row(self, cells: Sequence[Cell], where: str = "", height: float = 0.0) -> None:
        """One row of a table; a row taller than what is left goes to the next page, one taller than a page is divided."""
        laid = self._set(cells, where, height)
        if self.y - laid.height >= BOTTOM:
            self._draw(laid)
            return
        if laid.height < (TOP - BOTTOM) / 3:
            self.turn()
            self._draw(laid)
            return
        while laid.height > self.y - BOTTOM:
            first, laid = laid.divided(self.y - BOTTOM)
            if first.height > 0:
                self._draw(first)
            self.turn()
        self._draw(laid)

    def fill(self, widths: Sequence[float], height: float) -> None:
        """Empty rows down to the foot of the page."""
        row = self._set([Cell(width) for width in widths], height=height)
        while self.y - height >= BOTTOM:
            self._draw(row)

    def _set(self, cells: Sequence[Cell], where: str = "", height: float = 0.0) -> _Row:
        setter = self.pen.setter
        lines: list[list[str]] = []
        for cell in cells:
            text = setter.printable(cell.text, where) if cell.text else ""
            face = setter.hei if cell.is_bold else setter.song
            lines.append(wrap(text, face, cell.size, cell.width - 2 * cell.pad) if text else [])
        return _Row(cells, lines, height)

    def _draw(self, row: _Row) -> None:
        """Moved to where the row stands, so that rows alike are the same operators again, which pack to next to nothing."""
        pen, x = self.pen, 0.0
        self.y -= row.height
        pen.raw(f"q 1 0 0 1 0 {self.y:.2f} cm {_grid(tuple([(cell.width, cell.is_head) for cell in row.cells]), row.height)}")
        for cell, lines in zip(row.cells, row.lines, strict=True):
            leading = cell.size * _LEADING
            y = (row.height + len(lines) * leading) / 2 - cell.size * 1.02
            at = x + (cell.pad if cell.align is Align.LEFT else cell.width / 2 if cell.align is Align.CENTRE else cell.width - cell.pad)
            for line in lines:
                pen.text(at, y, line, cell.size, cell.align, cell.is_bold, cell.is_faint)
                y -= leading
            x += cell.width
        pen.raw("Q")


@lru_cache(512)
def _grid(columns: tuple[tuple[float, bool], ...], height: float) -> str:
    """Grounds and rules of a row above the origin; a column is its width and whether it stands on grey."""
    edges = [0.0, *accumulate([width for width, _ in columns])]
    grounds = [f"{x:.2f} 0 {width:.2f} {height:.2f} re" for x, (width, is_head) in zip(edges, columns, strict=False) if is_head]
    across = f"0 0 m {edges[-1]:.2f} 0 l 0 {height:.2f} m {edges[-1]:.2f} {height:.2f} l"
    upright = " ".join([f"{x:.2f} 0 m {x:.2f} {height:.2f} l" for x in edges])
    ground = f"{_GREY} g {' '.join(grounds)} f 0 g\n" if grounds else ""
    return f"{ground}{_HAIR} w {across} {upright} S"


class _Row:
    """Cells with their lines."""

    __slots__ = ("_least", "cells", "height", "lines", "width")

    def __init__(self, cells: Sequence[Cell], lines: list[list[str]], least: float = 0.0) -> None:
        self.cells = cells
        self.lines = lines
        self.width = sum([cell.width for cell in cells])
        self._least = least
        tallest = max([len(own) * cell.size * _LEADING for own, cell in zip(lines, cells, strict=True)])
        self.height = max(tallest + 4.5, least) if tallest or least else 0.0

    def divided(self, room: float) -> tuple[_Row, _Row]:
        """What fits into the room, and the rest."""
        counts = [max(0, int((room - 4.5) / (cell.size * _LEADING))) for cell in self.cells]
        above = [own[:count] for own, count in zip(self.lines, counts, strict=True)]
        # What the row is about stands beside both halves.
        pairs = zip(self.lines, counts, self.cells, strict=True)
        below = [own[count:] or (own if cell.is_head else []) for own, count, cell in pairs]
        return _Row(self.cells, above), _Row(self.cells, below)
