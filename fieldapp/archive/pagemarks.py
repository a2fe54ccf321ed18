"""What stands on every page of an archive, as a short mark: so that after a revision only the pages that differ are printed again.

A mark is the same for two files exactly when the page shows the same: text by character (glyph numbers differ from file to file), lines,
pictures by their bytes, and the side of the margin. What belongs to the copy or to the whole revision is left out: the copy's mark, the
running head, the short digest in the footer, QR codes. The page number is part of a page's name.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pypdf import PdfReader, PdfWriter

_SHOWN = re.compile(rb"q ([-0-9. ]+) cm /(\S+) Do Q")
_RUN = re.compile(rb"/(\S+) (\S+) Tf <([0-9A-F]*)>")
_UNICODE = re.compile(rb"<([0-9A-F]{4})> <([0-9A-F]+)>")
_CODE = re.compile(r"[QF][0-9]")
_FRONT = re.compile(r"[A-Z](Cover|Index|Notes)([0-9]*)")
_NUMBERED = re.compile(r"B([0-9]+)")
COVER, NOTES, BLANK = "cover", "notes", "blank"
_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Page:
    """One side of paper within a copy: `cover`, `index1`, `1` …, `notes`, `blank` with the name before; and its mark."""

    name: str
    mark: str


Volume = tuple[Page, ...]
"""The pages of one copy in order."""


@dataclass(frozen=True, slots=True)
class Swap:
    """What is exchanged in one copy: names of pages to take out, names to put in, and the places of the latter in the copy, from 0."""

    out: tuple[str, ...]
    into: tuple[str, ...]
    places: tuple[int, ...]


def volumes(pdf: bytes) -> tuple[Volume, ...]:
    """The pages of every copy, in the order of the bookmarks."""
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(pdf))
    sheets = list(reader.pages)
    starts = _starts(reader, sheets)
    marks = _Marks()
    found = []
    for first, end in zip(starts, [*starts[1:], len(sheets)], strict=True):
        pages: list[Page] = []
        for sheet in sheets[first:end]:
            name, mark = marks.of(sheet)
            pages.append(Page(name or f"{BLANK}-{pages[-1].name if pages else ''}", mark))
        found.append(tuple(pages))
    return tuple(found)


def written(holders: Sequence[str], pages: Sequence[Volume]) -> str:
    """The marks of some copies as one line: `township cover=0123… 1=…;village …`."""
    return ";".join(" ".join([holder, *(f"{page.name}={page.mark}" for page in own)]) for holder, own in zip(holders, pages, strict=True))


def read(text: str) -> dict[str, Volume]:
    """What `written` wrote, by holder; what is not readable is left out."""
    found = {}
    for part in text.split(";"):
        holder, *pages = part.split(" ")
        if holder and all("=" in page for page in pages):
            found[holder] = tuple(Page(*page.split("=", 1)) for page in pages)
    return found


def swap(before: Volume, after: Volume, duplex: bool) -> Swap:
    """What differs between two revisions of one copy; printed on both sides, a page takes the other side of its sheet along."""
    old = {page.name: page.mark for page in before}
    new = {page.name: page.mark for page in after}
    places = {place for place, page in enumerate(after) if old.get(page.name) != page.mark}
    gone = {page.name for page in before if page.name not in new}
    if duplex:
        torn = {page.name for place, page in enumerate(before) if before[min(place ^ 1, len(before) - 1)].name in gone}
        places |= {place for place, page in enumerate(after) if page.name in torn}
        places |= {place ^ 1 for place in places if place ^ 1 < len(after)}
    ordered = tuple(sorted(places))
    into = tuple(after[place].name for place in ordered)
    return Swap(tuple(page.name for page in before if page.name in gone or page.name in into), into, ordered)


def picked(pdf: bytes, places: Iterable[Sequence[int]], fronts: Iterable[bytes] = (), pad: bool = False) -> bytes:
    """A file of some pages of each copy, counted within the copy, behind a paper of its own from `fronts`; for printing, not to keep.

    With `pad` every copy and its front begin on a sheet of their own.
    """
    from pypdf import PdfReader, PdfWriter

    reader, slips = PdfReader(io.BytesIO(pdf)), list(fronts)
    sheets = list(reader.pages)
    starts = _starts(reader, sheets)
    with PdfWriter() as writer, io.BytesIO() as out:
        for number, own in enumerate(places):
            if own and number < len(slips):
                writer.append(io.BytesIO(slips[number]), import_outline=False)
                _to_next_sheet(writer, pad)
            for place in own:
                writer.add_page(sheets[starts[number] + place])
            _to_next_sheet(writer, pad)
        writer.write(out)
        return out.getvalue()


def sides(pdf: bytes) -> int:
    """How many pages a file has."""
    from pypdf import PdfReader

    return len(PdfReader(io.BytesIO(pdf)).pages)


def one_copy(pdf: bytes, number: int) -> bytes:
    """The pages of one copy alone, counted from 0; for printing."""
    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(pdf))
    sheets = list(reader.pages)
    starts = [*_starts(reader, sheets), len(sheets)]
    return picked(pdf, [() if other != number else range(starts[other + 1] - starts[other]) for other in range(len(starts) - 1)])


def _to_next_sheet(writer: PdfWriter, pad: bool) -> None:
    if pad and len(writer.pages) % 2:
        writer.add_blank_page()


def _starts(reader: PdfReader, sheets: Sequence[Any]) -> list[int]:
    """First pages of the copies; a file without bookmarks is one copy."""
    numbers = {sheet.indirect_reference.idnum: number for number, sheet in enumerate(sheets)}
    marked: list[Any] = [entry for entry in reader.outline if not isinstance(entry, list)]
    return sorted(numbers[entry.page.idnum] for entry in marked) or [0]


class _Marks:
    """Makes marks; fonts, pictures and shared pages are read once a file."""

    def __init__(self) -> None:
        self._fonts: dict[int, tuple[bytes, Mapping[bytes, str]]] = {}
        self._forms: dict[int, str] = {}
        self._runs: dict[bytes, bytes] = {}

    def of(self, page: Any) -> tuple[str, str]:
        """Name and mark of a page; a blank one has no name."""
        contents = page.get_contents()
        data = contents.get_data() if contents is not None else b""
        objects = page.get("/Resources", {}).get("/XObject", {})
        name, told = "", []
        for where, form in _SHOWN.findall(data):
            title = form.decode("ascii")
            if _CODE.match(title):
                continue
            name = name or _name_of(title)
            told.append(f"{where.decode('ascii')} {self._form(objects.raw_get(f'/{title}'))}")
        return name, _short("\n".join(told))

    def _form(self, reference: Any) -> str:
        if reference.idnum not in self._forms:
            shown = reference.get_object()
            if shown.get("/Subtype") == "/Image":
                told = hashlib.sha256(shown._data).hexdigest()
            else:
                told = self._drawn(shown)
            self._forms[reference.idnum] = told
        return self._forms[reference.idnum]

    def _drawn(self, form: Any) -> str:
        resources = form.get("/Resources", {})
        fonts, objects = resources.get("/Font", {}), resources.get("/XObject", {})
        text = _RUN.sub(lambda run: self._run(fonts, run), form.get_data())
        pictures = "".join(self._form(objects.raw_get(f"/{name.decode('ascii')}")) for _, name in _SHOWN.findall(text))
        placed = _SHOWN.sub(rb"q \1 cm Do Q", text)
        return hashlib.sha256(placed + pictures.encode()).hexdigest()

    def _run(self, fonts: Any, run: re.Match[bytes]) -> bytes:
        """A run of text with its characters; the fonts of all pages are the same."""
        found = self._runs.get(run[0])
        if found is None:
            found = self._runs[run[0]] = self._text(fonts, run[1], run[2], run[3])
        return found

    def _text(self, fonts: Any, font: bytes, size: bytes, glyphs: bytes) -> bytes:
        face, characters = self._font(fonts.raw_get(f"/{font.decode('ascii')}"))
        shown = "".join(characters.get(glyphs[at : at + 4], "?") for at in range(0, len(glyphs), 4))
        return face + b" " + size + b" Tf " + shown.encode("utf-8")

    def _font(self, reference: Any) -> tuple[bytes, Mapping[bytes, str]]:
        """Its name without the tag of the subset, and its characters by glyph number."""
        if reference.idnum not in self._fonts:
            font = reference.get_object()
            pairs = _UNICODE.findall(font["/ToUnicode"].get_data())
            characters = {glyph: bytes.fromhex(code.decode("ascii")).decode("utf-16-be") for glyph, code in pairs}
            self._fonts[reference.idnum] = (str(font["/BaseFont"]).rpartition("+")[2].encode(), characters)
        return self._fonts[reference.idnum]


def _name_of(form: str) -> str:
    front = _FRONT.fullmatch(form)
    if front:
        return f"{front[1].lower()}{front[2]}"
    numbered = _NUMBERED.fullmatch(form)
    return numbered[1] if numbered else form.lower()


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_LENGTH]
