"""Makes the archive file of a household: three volumes that show the same page objects, sealed, byte for byte the same for the same input.

reportlab is imported when the first file is made, not when this module is.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, BinaryIO

from fieldapp.words import resources, say
from sync.operation import Signer

from . import completeness, pagelist, papers, pieces, qr, seal, volume
from .copies import Copy, Holder
from .fonts import Faces, Missing, Typesetter
from .gap import Gap
from .sheet import ArchiveSheet, Paper
from .stamp import is_bound_so

if TYPE_CHECKING:
    from .pdfa import Labels, PdfFile

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
    gaps: tuple[Gap, ...] = ()
    """What the archive lacks (缺件清单), what could not be drawn included; an archive with gaps is marked 待补 on every page."""

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
    parts, missing, pages, gaps = [], dict[Missing, None](), 0, dict.fromkeys(sheet.gaps)
    for index, group in enumerate(groups):
        if report:
            report(index, len(groups), say("archive-step", head=sheet.facts.head_name))
        pdf, bound = _one_file(sheet, signer, opened, group)
        parts.append(Part(tuple(copy.holder for copy in group), pdf))
        missing |= dict.fromkeys(bound.missing)
        gaps |= dict.fromkeys(bound.gaps)
        pages += bound.pages
    if report:
        report(len(groups), len(groups), say("archive-step", head=sheet.facts.head_name))
    return Rendered(tuple(parts), sheet.digest, pages, tuple(missing), tuple(gaps))


def _one_file(sheet: ArchiveSheet, signer: Signer, faces: Faces, copies: Sequence[Copy]) -> tuple[bytes, Bound]:
    from .pdfa import Labels

    facts = sheet.facts
    identity = str([copy.number for copy in copies])
    labels = Labels(volume_title(sheet), facts.maker or facts.fonds, sheet.number, facts.archived_at, identity)
    sink = io.BytesIO()
    binder = Binder(labels, sink, signer, faces, copies)
    bound = binder.bind(sheet, CONTENT_FILE, lambda copy: Place(copy.mark))
    binder.close()
    return sink.getvalue(), bound


def volume_title(sheet: ArchiveSheet) -> str:
    """案卷题名."""
    return say("archive-volume-title", place="".join(sheet.facts.places[-2:]), head=sheet.facts.head_name)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a volume stands in its file: its entry in the outline, the entry above it (a key and a title), and its order."""

    title: str
    within: tuple[str, str] = ("", "")
    order: int = 0


@dataclass(frozen=True, slots=True)
class Bound:
    """What one household takes in a file."""

    pages: int
    missing: tuple[Missing, ...]
    gaps: tuple[Gap, ...]


class Binder:
    """Binds the volumes of households into one file that is written as they come; only fonts wait for its end."""

    def __init__(self, labels: Labels, sink: BinaryIO, signer: Signer, faces: Faces, copies: Sequence[Copy]) -> None:
        from .pdfa import PdfFile

        self._sink = sink
        self._signer = signer
        self._copies = copies
        self._is_whole = any(copy.internal for copy in copies)
        self._setter = Typesetter(faces)
        self._file: PdfFile = PdfFile(labels, sink, part=3 if self._is_whole else 2)
        self._pages = 0

    def bind(self, sheet: ArchiveSheet, content_file: str, place: Callable[[Copy], Place]) -> Bound:
        """Write the volumes of one household, and its canonical content under a name of its own if an internal copy is among them."""
        before = self._pages
        shown = sheet if self._is_whole else _without_internal(sheet)
        bodies, absent = papers.draw(shown, self._setter, self._file)
        gaps = (*sheet.gaps, *completeness.not_drawn(sheet, (*self._setter.missing, *absent)))
        fronts = {whole: self._front(shown, sheet, bodies, whole, gaps) for whole in sorted({copy.internal for copy in self._copies})}
        for copy in self._copies:
            own = place(copy)
            self._file.volume(own.title, own.within, own.order)
            self._bind_copy(sheet, copy, fronts[copy.internal])
        if self._is_whole:
            self._file.attach(content_file, sheet.content, "application/json", say("archive-content-file"))
        self._file.forget(sheet.digest)
        return Bound(self._pages - before, (*self._setter.take_missing(), *absent), gaps)

    def close(self) -> None:
        """Write the end of the file and seal it."""
        listed = pagelist.write(self._file.page_list(), self._signer)
        finished = self._file.close(self._setter.subsets, seal.placeholder(self._signer), listed)
        seal.seal_open(self._sink, finished.sha256, finished.private_at, self._signer)

    def _front(self, shown: ArchiveSheet, sheet: ArchiveSheet, bodies: Sequence[papers.Body], whole: bool, gaps: Sequence[Gap]) -> _Variant:
        """The pages around the shared ones: those of a whole volume, and those of one without the internal pages."""
        chosen = [body for body in bodies if whole or body.paper is not Paper.INTERNAL]
        documents, name = volume.entries(shown, chosen), "W" if whole else "H"
        listed = [gap for gap in gaps if whole or not gap.is_internal]
        if is_bound_so(sheet):
            cover, index = pieces.cover(shown, self._setter, documents, len(gaps)), pieces.catalogue(shown, self._setter, documents)
        else:
            cover = volume.cover(shown, self._setter, len(chosen), len(documents), len(gaps))
            index = volume.index(shown, self._setter, documents)
        lists = volume.gap_list(self._setter, listed, len(gaps)) if gaps else []
        notes = volume.notes(sheet, self._setter, whole, len(chosen), len(documents), len(gaps))
        return _Variant(
            self._file.form(f"{name}Cover", *cover),
            self._forms(f"{name}Index", index),
            self._forms(f"{name}Gaps", lists),
            tuple(chosen),
            self._file.form(f"{name}Notes", *notes),
        )

    def _forms(self, name: str, pages: Sequence[tuple[str, tuple[str, ...]]]) -> tuple[str, ...]:
        return tuple(self._file.form(f"{name}{number}", *drawn) for number, drawn in enumerate(pages, 1))

    def _bind_copy(self, sheet: ArchiveSheet, copy: Copy, variant: _Variant) -> None:
        binding = volume.Binding(sheet, self._setter, copy, self._file.form, is_open=bool(variant.gaps))
        self._show(binding.page(variant.cover, qr=self._code(sheet, copy, seal.COVER)))
        self._turn_over(binding)
        for page in (*variant.indexes, *variant.gaps):
            self._show(binding.page(page))
        self._turn_over(binding)
        for place, body in enumerate(variant.bodies, 1):
            if is_bound_so(sheet) and body.part == 1:
                self._turn_over(binding)
            number = body.part if is_bound_so(sheet) else place
            code = self._code(sheet, copy, _leaf(body, number, binding.is_back)) if body.takes_ink else ""
            self._show(binding.page(body.name, number, code))
        self._turn_over(binding)
        self._show(binding.page(variant.notes))
        self._turn_over(binding)

    def _code(self, sheet: ArchiveSheet, copy: Copy, leaf: seal.Leaf) -> str:
        """The QR code of one page of a copy."""
        facts = sheet.facts
        text = seal.write(self._signer, facts.household, facts.revision, copy.number, facts.archived_at.date(), sheet.digest, leaf)
        return self._file.form(f"Q{copy.number}.{leaf.number}", qr.path(text, papers.QR_SIDE))

    def _show(self, page: tuple[str, tuple[str, ...]]) -> None:
        self._file.page(*page)
        self._pages += 1

    def _turn_over(self, binding: volume.Binding) -> None:
        if binding.blank():
            self._show(("", ()))


@dataclass(frozen=True, slots=True)
class _Variant:
    cover: str
    indexes: tuple[str, ...]
    gaps: tuple[str, ...]
    bodies: tuple[papers.Body, ...]
    notes: str


def _leaf(body: papers.Body, number: int, is_back: bool) -> seal.Leaf:
    return seal.Leaf(seal.PageKind[body.paper.name], number, body.part, body.parts, is_back)


def _without_internal(sheet: ArchiveSheet) -> ArchiveSheet:
    return replace(
        sheet,
        internal=(),
        internal_photos=(),
        changes=tuple(change for change in sheet.changes if not change.is_internal),
        gaps=tuple(gap for gap in sheet.gaps if not gap.is_internal),
    )
