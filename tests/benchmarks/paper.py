"""Archives of three copies beside the plain way of reportlab (platypus, built three times) and beside typst, from the same sheets.

A household has six members, four photos of 300 KB and three signatures; counted is what each makes of a finished sheet, in CPU time of this
process; composing the sheet from the survey has a line of its own. The rounds of all are taken in turn.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

from fieldapp.archive.copies import COPIES
from fieldapp.archive.render import open_faces, render
from fieldapp.archive.sheet import ArchiveSheet
from fieldapp.archive.village import VillageLabels, bind_village
from fieldapp.domain.ids import HouseholdId
from fieldapp.usecases import county, interview, printing_facts, roster
from fieldapp.usecases.workspaces import Workspace
from sync.operation import Signer
from tests.world import laptop

from .measure import Figure, median

_MEMBERS, _PHOTOS, _PHOTO_BYTES = 6, 4, 300 * 1024
_HOUSEHOLDS, _ROUNDS, _TURNS = 3, 3, 20
"""Households that are counted (one more warms up), rounds beside the peers, turns of three copies beside one."""
_VILLAGE, _WARM = 500, 50
"""Households of the village, and from which on its memory is looked at."""


@dataclass(slots=True)
class Rate:
    """Pages and the CPU seconds that they took, over all rounds."""

    pages: int = 0
    seconds: list[float] = field(default_factory=list)
    size: int = 0

    def take(self, work: Callable[[], tuple[int, int]]) -> None:
        """Run it; it gives pages and bytes."""
        start = time.process_time()
        pages, size = work()
        self.seconds.append(time.process_time() - start)
        self.pages += pages
        self.size += size

    @property
    def pages_a_second(self) -> float:
        return self.pages / sum(self.seconds)


def figures(folder: Path, _: int) -> Iterator[Figure | str]:
    """Speed, size and memory, all in this one run."""
    with laptop(folder / "laptop") as workspace:
        prepare, sheets = _sheets(workspace)
        signer = workspace.device
        yield Figure("archive sheet (fill and compose)", median(prepare) * 1000, "CPU-ms", len(prepare))
        ours, naive, typst = _in_turn(sheets, signer, folder)
        yield from _beside(ours, naive, typst)
        yield from _copies(sheets[:-1], signer)
        yield from _village(sheets, signer, folder / "village.pdf", naive)


def _sheets(workspace: Workspace) -> tuple[list[float], list[ArchiveSheet]]:
    families = [family for family in county.families(1, 400) if len(family.members) == _MEMBERS][: _HOUSEHOLDS + 1]
    took, sheets = [], []
    for family in families:
        household = _survey(workspace, family)
        start = time.process_time()
        sheet = printing_facts.prepared(workspace, household, ("township", "village", "household")).sheet
        took.append(time.process_time() - start)
        sheets.append(sheet)
    large = _large_photos()
    return took, [_with_photos(sheet, large, number) for number, sheet in enumerate(sheets)]


def _survey(workspace: Workspace, family: county.Family) -> HouseholdId:
    household = roster.add(workspace, family.household)
    opened = interview.start(workspace, household)
    pictures = county.pictures(1, family)
    county.fill(opened.session, family, lambda path, name: interview.attach(workspace, opened.draft, path, name, pictures[name]))
    interview.save_draft(workspace, opened.draft, opened.session.snapshot())
    interview.finalize(workspace, opened)
    return household


def _large_photos() -> list[bytes]:
    """JPEGs of 1280 × 960 that are as hard to pack as a camera's, a little under 300 KB each."""
    from PIL import Image, ImageFilter

    photos = []
    for number in range(_PHOTOS):
        noise = Image.frombytes("RGB", (1280, 960), Random(number).randbytes(1280 * 960 * 3)).filter(ImageFilter.GaussianBlur(1.6))
        quality, data = 96, b"" * _PHOTO_BYTES
        while not data or len(data) > _PHOTO_BYTES:
            quality, out = quality - 3, io.BytesIO()
            noise.save(out, "JPEG", quality=quality)
            data = out.getvalue()
        photos.append(data)
    return photos


def _with_photos(sheet: ArchiveSheet, photos: Sequence[bytes], number: int) -> ArchiveSheet:
    """The sheet with photos and signatures of its own: the same pixels, other bytes at the end, where no reader looks."""
    own = number.to_bytes(4, "big")
    shown = [replace(frame, data=photos[index] + own) for index, frame in enumerate(sheet.photos[:_PHOTOS])]
    signed = [replace(box, data=box.data + own) for box in sheet.signatures if box.data]
    return replace(sheet, photos=tuple(shown), signatures=tuple(signed), internal_photos=())


def _in_turn(sheets: Sequence[ArchiveSheet], signer: Signer, folder: Path) -> tuple[Rate, Rate, Rate | None]:
    from . import paper_naive, paper_typst

    faces = open_faces()
    ours, naive, typst = Rate(), Rate(), Rate()
    paper_naive.register_fonts()

    def drawn(sheet: ArchiveSheet) -> tuple[int, int]:
        done = render(sheet, signer, faces=faces)
        return done.pages, len(done.pdf)

    def built(sheet: ArchiveSheet) -> tuple[int, int]:
        copies = [paper_naive.build(sheet, copy, signer) for copy in COPIES]
        return sum(pages for _, pages in copies), sum(len(pdf) for pdf, _ in copies)

    def compiled(sheet: ArchiveSheet) -> tuple[int, int]:
        pdf = paper_typst.build(sheet, signer, folder)
        return _pages(pdf), len(pdf)

    has_typst = True
    try:
        compiled(sheets[-1])
    except ImportError:
        has_typst = False
    drawn(sheets[-1])
    built(sheets[-1])
    for turn in range(_ROUNDS):
        for sheet in sheets[:-1]:
            ours.take(lambda own=sheet: drawn(own))
            naive.take(lambda own=sheet: built(own))
            # It remembers what it has laid out: a household that comes again is no measure.
            if has_typst and turn == 0:
                typst.take(lambda own=sheet: compiled(own))
    return ours, naive, typst if has_typst else None


def _pages(pdf: bytes) -> int:
    from pypdf import PdfReader

    return len(PdfReader(io.BytesIO(pdf)).pages)


def _beside(ours: Rate, naive: Rate, typst: Rate | None) -> Iterator[Figure | str]:
    count, rounds = len(ours.seconds), _ROUNDS * _HOUSEHOLDS
    plain = f"platypus {naive.pages // count} pages, {naive.size / count / 1e6:.2f} MB"
    told = f"{ours.pages // count} pages, {ours.size / count / 1e6:.2f} MB; {plain}"
    yield _page("archive page", ours, "platypus", naive, told, 1 / 20)
    ms = [median(rate.seconds) * 1000 for rate in (ours, naive)]
    yield Figure("archive of three copies", ms[0], "CPU-ms", rounds, "platypus", ms[1])
    if typst is None:
        yield "archive beside typst: typst not here"
    else:
        size = f"PDF/A-2u, {typst.pages // len(typst.seconds)} pages, {typst.size / len(typst.seconds) / 1e6:.2f} MB"
        yield _page("archive page", ours, "typst", typst, size)


def _copies(sheets: Sequence[ArchiveSheet], signer: Signer) -> Iterator[Figure]:
    """Three copies in one file against the township's alone. The difference is small: of many turns the least counts."""
    faces, least, sizes = open_faces(), [0.0, 0.0], [0, 0]
    for sheet in sheets:
        alone = replace(sheet, facts=replace(sheet.facts, copies=COPIES[:1]))
        taken: tuple[list[float], list[float]] = [], []
        for _ in range(_TURNS):
            for place, own in enumerate((sheet, alone)):
                start = time.process_time()
                pdf = render(own, signer, faces=faces).pdf
                taken[place].append(time.process_time() - start)
                sizes[place] += len(pdf)
        least = [sum_ + min(own) * 1000 for sum_, own in zip(least, taken, strict=True)]
    count = len(sheets)
    yield Figure("three copies in one file", least[0] / count, "CPU-ms", count * _TURNS, "one copy", least[1] / count, most=1.15)
    kib = [size / 1024 / count / _TURNS for size in sizes]
    yield Figure("three copies in one file", kib[0], "KiB", count, "one copy", kib[1], most=1.05)


def _page(name: str, ours: Rate, peer: str, theirs: Rate, note: str, most: float | None = None) -> Figure:
    """CPU time a page; beside it how many times the peer's pages come out in a second."""
    times = ours.pages_a_second / theirs.pages_a_second
    told = f"{ours.pages_a_second:.0f} pages a CPU second, {times:.1f} times the {theirs.pages_a_second:.1f} of {peer}; {note}"
    return Figure(name, 1000 / ours.pages_a_second, "CPU-ms", ours.pages, peer, 1000 / theirs.pages_a_second, told, most)


def _village(sheets: Sequence[ArchiveSheet], signer: Signer, file: Path, naive: Rate) -> Iterator[Figure]:
    made_at = sheets[0].facts.archived_at
    resident: list[float] = []

    def report(done: int, total: int, text: str) -> None:
        resident.append(_resident_mib())

    photos = [[frame.data[:-4] for frame in sheet.photos if frame.data] for sheet in sheets]
    rate = Rate()

    def bound() -> tuple[int, int]:
        with file.open("wb") as out:
            labels = VillageLabels("village", "township", made_at)
            made = bind_village(_many(sheets, photos), _VILLAGE, out, signer, labels, COPIES, report=report)
        return sum(one.pages for one in made), file.stat().st_size

    rate.take(bound)
    note = f"{_VILLAGE} households, {rate.size / 1e6:.0f} MB"
    yield _page("village file page", rate, "platypus", naive, note, 1 / 35)
    floor = sum(len(data) for number in range(_VILLAGE) for data in _pictures(sheets[number % len(sheets)]))
    yield Figure("village file", rate.size / _VILLAGE / 1024, "KiB/household", _VILLAGE, "its pictures", floor / _VILLAGE / 1024, most=1.05)
    note = f"from household {_WARM} on; all photos are {_VILLAGE * _PHOTOS * _PHOTO_BYTES / 2**20:.0f} MiB"
    yield Figure("village file, memory grown by", resident[-1] - resident[_WARM], "MiB", _VILLAGE, "limit", 16.0, note)


def _many(sheets: Sequence[ArchiveSheet], photos: Sequence[Sequence[bytes]]) -> Iterator[ArchiveSheet]:
    """As many households as a large village has, each with a name, number and photos of its own."""
    rng = Random(7)
    for number in range(_VILLAGE):
        place = number % len(sheets)
        own, facts = _with_photos(sheets[place], photos[place], number), sheets[place].facts
        head = facts.head_name[0] + "".join(chr(rng.randrange(0x4E00, 0x9000)) for _ in range(2))
        yield replace(own, facts=replace(facts, household=HouseholdId(f"{number:032x}"), head_name=head))


def _pictures(sheet: ArchiveSheet) -> Iterable[bytes]:
    return (frame.data for frame in (*sheet.photos, *sheet.signatures) if frame.data)


def _resident_mib() -> float:
    """Resident size of this process now; 0 where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return 0.0
    return pages * 4096 / 2**20
