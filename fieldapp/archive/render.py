"""Makes the archive file of a household: three volumes that show the same page objects, sealed, byte for byte the same for the same input.

reportlab is imported when the first file is made, not when this module is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fieldapp.words import resources, say
from sync.operation import Signer

from . import papers, seal, volume
from .copies import Copy, Holder
from .fonts import Faces, Missing, Typesetter
from .sheet import ArchiveSheet, Paper

if TYPE_CHECKING:
    from .pdfa import PdfFile

Report = Callable[[int, int, str], None]
"""done, total, text; raises Cancelled once the person gave up."""
CONTENT_FILE = "archive.json"


@dataclass(frozen=True, slots=True)
class Part:
    """One file: the copies in it and its bytes."""

    holders: tuple[Holder, ...]
    pdf: bytes


@dataclass(frozen=True, slots=True)
class Rendered:
    """The finished archive."""

    parts: tuple[Part, ...]
    """One file of all copies, or one file a copy."""
    digest: str
    pages: int
    missing: tuple[Missing, ...]
    """What is not on paper as it is: characters without a glyph, photos whose bytes are not here or cannot be read."""

    @property
    def pdf(self) -> bytes:
        """The (first) file."""
        return self.parts[0].pdf


def open_faces() -> Faces:
    """The bundled fonts; open them once for a batch. Raises FontMissing."""
    return Faces(resources() / "fonts")


def render(
    sheet: ArchiveSheet, signer: Signer, report: Report | None = None, one_file: bool = True, faces: Faces | None = None
) -> Rendered:
    """The archive of one household. Raises FontMissing.

    The canonical content is attached (PDF/A-3u) unless the file holds the household's copy alone (PDF/A-2u), which must tell
    nothing that its paper does not show.
    """
    opened = faces or open_faces()
    copies = sheet.facts.copies
    groups: list[tuple[Copy, ...]] = [copies] if one_file else [(copy,) for copy in copies]
    parts, missing, pages = [], dict[Missing, None](), 0
    for index, group in enumerate(groups):
        if report:
            report(index, len(groups), say("archive-step", head=sheet.facts.head_name))
        binder = Binder(sheet, signer, opened, group)
        parts.append(Part(tuple(copy.holder for copy in group), binder.bind()))
        missing |= dict.fromkeys(binder.missing)
        pages += binder.pages
    if report:
        report(len(groups), len(groups), say("archive-step", head=sheet.facts.head_name))
    return Rendered(tuple(parts), sheet.digest, pages, tuple(missing))


class Binder:
    """Binds the volumes of some copies of one household into one file."""

    def __init__(self, sheet: ArchiveSheet, signer: Signer, faces: Faces, copies: Sequence[Copy]) -> None:
        from .pdfa import Labels, PdfFile

        facts = sheet.facts
        title = say("archive-volume-title", place="".join(facts.places[-2:]), head=facts.head_name)
        labels = Labels(
            title, facts.maker or facts.fonds, sheet.number, facts.archived_at, f"{sheet.digest}{[copy.number for copy in copies]}"
        )
        self._sheet = sheet
        self._signer = signer
        self._copies = copies
        self._is_whole = any(copy.internal for copy in copies)
        self._setter = Typesetter(faces)
        self._file: PdfFile = PdfFile(labels, part=3 if self._is_whole else 2)
        self.pages = 0
        self.missing: tuple[Missing, ...] = ()

    def bind(self) -> bytes:
        """The sealed file."""
        sheet = self._sheet
        if not self._is_whole:
            sheet = _without_internal(sheet)
        bodies, absent = papers.draw(sheet, self._setter, self._file, "")
        covers = {whole: self._front(sheet, bodies, whole) for whole in sorted({copy.internal for copy in self._copies})}
        for copy in self._copies:
            self._bind_copy(copy, covers[copy.internal])
        if self._is_whole:
            self._file.attach(CONTENT_FILE, self._sheet.content, "application/json", say("archive-content-file"))
        self.missing = (*self._setter.missing, *absent)
        data = self._file.close(self._setter.subsets, seal.placeholder(self._signer))
        return seal.seal_file(data, self._signer)

    def _front(self, sheet: ArchiveSheet, bodies: Sequence[papers.Body], whole: bool) -> _Variant:
        """The pages around the shared ones: those of a whole volume, and those of one without the internal pages."""
        chosen = [body for body in bodies if whole or body.paper is not Paper.INTERNAL]
        documents, name, file = volume.entries(sheet, chosen), "W" if whole else "H", self._file
        cover = file.form(f"{name}Cover", *volume.cover(sheet, self._setter, len(chosen), len(documents)))
        indexes = [
            file.form(f"{name}Index{number}", *drawn) for number, drawn in enumerate(volume.index(sheet, self._setter, documents), 1)
        ]
        notes = file.form(f"{name}Notes", *volume.notes(self._sheet, self._setter, whole, len(chosen), len(documents)))
        return _Variant(cover, tuple(indexes), tuple(chosen), notes)

    def _bind_copy(self, copy: Copy, variant: _Variant) -> None:
        binding = volume.Binding(self._sheet, self._setter, copy)
        self._file.bookmark(copy.mark)
        self._show(binding.page(variant.cover, qr=self._code(copy, seal.COVER)))
        self._turn_over(binding)
        for index in variant.indexes:
            self._show(binding.page(index))
        self._turn_over(binding)
        for number, body in enumerate(variant.bodies, 1):
            self._show(binding.page(body.name, number, self._code(copy, _leaf(body, number)) if body.takes_ink else ""))
        self._turn_over(binding)
        self._show(binding.page(variant.notes))
        self._turn_over(binding)

    def _code(self, copy: Copy, leaf: seal.Leaf) -> str:
        """The QR code of one page of a copy."""
        facts = self._sheet.facts
        text = seal.write(self._signer, facts.household, facts.revision, copy.number, facts.archived_at.date(), self._sheet.digest, leaf)
        return self._file.form(f"Q{copy.number}.{leaf.number}", qr_path(text, papers.QR_SIDE))

    def _show(self, page: tuple[str, tuple[str, ...]]) -> None:
        self._file.page(*page)
        self.pages += 1

    def _turn_over(self, binding: volume.Binding) -> None:
        if binding.blank():
            self._show(("", ()))


@dataclass(frozen=True, slots=True)
class _Variant:
    cover: str
    indexes: tuple[str, ...]
    bodies: tuple[papers.Body, ...]
    notes: str


def _leaf(body: papers.Body, number: int) -> seal.Leaf:
    return seal.Leaf(seal.PageKind[body.paper.name], number, body.part, body.parts)


def _without_internal(sheet: ArchiveSheet) -> ArchiveSheet:
    return replace(sheet, internal=(), internal_photos=())


def qr_path(text: str, side: float) -> str:
    """A QR code (error correction M, quiet zone 4) as one path of rectangles, a run of dark modules each."""
    import segno

    rows = [bytes(row) for row in segno.make(text, error="m", micro=False, boost_error=False, mask=3).matrix]
    count = len(rows)
    unit = side / (count + 8)
    drawn = [f"q {unit:.4f} 0 0 {unit:.4f} {4 * unit:.4f} {4 * unit:.4f} cm"]
    for line, row in enumerate(rows):
        start = row.find(1)
        while start >= 0:
            end = row.find(0, start)
            end = count if end < 0 else end
            drawn.append(f"{start} {count - 1 - line} {end - start} 1 re")
            start = row.find(1, end)
    return "\n".join([*drawn, "f Q"])
