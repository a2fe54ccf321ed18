"""The file of a village: every household's volumes, in the order asked for, with fonts and repeated photos once, and flat in memory."""

import io
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pikepdf
import pypdf
import pypdfium2
import pytest

from fieldapp.archive import seal
from fieldapp.archive.compose import compose
from fieldapp.archive.copies import COPIES
from fieldapp.archive.render import open_faces
from fieldapp.archive.sheet import ArchiveSheet, Numbering, Photo
from fieldapp.archive.village import BoundHousehold, Order, VillageLabels, bind_village
from fieldapp.domain.ids import HouseholdId
from fieldapp.errors import Cancelled

from .household import CHINA, HOUSE, RARE_NAMES, DeviceKey, answer, attachment, facts, filled, jpeg

FACES = open_faces()
KEY = DeviceKey()
LABELS = VillageLabels("示范村入户摸底调查档案", "示范镇", facts().archived_at.astimezone(CHINA))


def sheet(number: int, photo: bytes = HOUSE) -> ArchiveSheet:
    """A household with a name, a number and photos of its own."""
    head, own = RARE_NAMES[number % len(RARE_NAMES)], attachment(photo)
    form = filled(2, head=head)
    uploads = (*form.sections[0].answers, answer("yard_photo", "院落照片", "x.jpg", 7, "binary", file=own))
    form = replace(form, sections=(replace(form.sections[0], answers=uploads), *form.sections[1:]))
    told = replace(
        facts(head=head), household=HouseholdId(f"{number:032x}"), numbering=Numbering("0123", "990102101201", f"{number:04d}", 2026)
    )
    return compose(form, replace(told, photos={**told.photos, own: Photo(photo)}))


def bound(count: int, order: Order = Order.HOUSEHOLD, **changed: object) -> tuple[bytes, tuple[BoundHousehold, ...]]:
    out = io.BytesIO()
    made = bind_village((sheet(number) for number in range(1, count + 1)), count, out, KEY, LABELS, COPIES, order, faces=FACES, **changed)
    return out.getvalue(), made


def outline(pdf: bytes) -> list[tuple[str, list[tuple[str, int]]]]:
    """Every outer entry with its inner ones and their pages."""
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    pairs = zip(reader.outline[::2], reader.outline[1::2], strict=True)
    return [(outer.title, [(mark.title, reader.get_destination_page_number(mark)) for mark in inner]) for outer, inner in pairs]


def texts(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    found = [document[index].get_textpage().get_text_bounded() for index in range(len(document))]
    document.close()
    return found


def test_by_household_every_household_has_its_three_copies_one_after_the_other() -> None:
    pdf, made = bound(3)
    assert [title for title, _ in outline(pdf)] == [f"0123-JF02-990102101201-{n:04d}　{RARE_NAMES[n]}" for n in (1, 2, 3)]
    assert all([mark for mark, _ in inner] == [copy.mark for copy in COPIES] for _, inner in outline(pdf))
    pages = texts(pdf)
    assert sum(one.pages for one in made) == len(pages)
    starts = [page for _, inner in outline(pdf) for _, page in inner]
    assert starts == sorted(starts)
    assert all("一户一档" in pages[page] for page in starts)
    assert [page for page in range(len(pages)) if made[1].digest[: seal.SHORT] in pages[page]] == list(range(starts[3], starts[6]))


def test_by_copy_one_holder_takes_one_run_of_pages() -> None:
    pdf, _ = bound(3, Order.COPY)
    assert [title for title, _ in outline(pdf)] == [copy.mark for copy in COPIES]
    pages, starts = texts(pdf), [page for _, inner in outline(pdf) for _, page in inner]
    assert starts == sorted(starts)
    for copy, first, after in zip(COPIES, starts[::3], [*starts[3::3], len(pages)], strict=True):
        assert [index for index, page in enumerate(pages) if f"{copy.mark}（" in page.replace("　", "")] == list(range(first, after))


def test_pages_are_those_of_the_single_file() -> None:
    from fieldapp.archive.render import render

    single = texts(render(sheet(2), KEY, faces=FACES).pdf)
    pdf, made = bound(3)
    first = made[0].pages
    assert texts(pdf)[first : first + made[1].pages] == single


def test_fonts_and_a_photo_that_many_households_share_are_written_once() -> None:
    with pikepdf.open(io.BytesIO(bound(3)[0])) as document:
        streams = [one for one in document.objects if isinstance(one, pikepdf.Stream)]
        assert len([one for one in streams if "/Length1" in one]) == len(document.pages[0].Resources.Font)
        photos = [one for one in streams if one.get("/Filter") == "/DCTDecode"]
        assert len(photos) == len({one.read_raw_bytes() for one in photos}) == 2


def test_content_of_every_household_is_attached_under_its_id() -> None:
    with pikepdf.open(io.BytesIO(bound(3)[0])) as document:
        held = {name: document.attachments[name].get_file().read_bytes() for name in document.attachments}
        assert held == {f"{number:032x}.json": sheet(number).content for number in (1, 2, 3)}
        assert document.check_pdf_syntax() == []


def test_file_is_sealed_and_every_changed_byte_breaks_the_seal() -> None:
    pdf, _ = bound(2)
    assert seal.file_signer(pdf, KEY.known) == KEY.device
    for place in range(50, len(pdf), len(pdf) // 20):
        assert seal.file_signer(pdf[:place] + bytes([pdf[place] ^ 1]) + pdf[place + 1 :], KEY.known) is None


@pytest.mark.parametrize("order", Order)
def test_rebuild_is_byte_identical(order: Order) -> None:
    assert bound(2, order) == bound(2, order)


def test_a_character_without_a_glyph_is_told_for_every_household_that_has_it() -> None:
    odd = [compose(filled(1, demand="李\U0002ebf5"), replace(facts(), household=HouseholdId(f"{n:032x}"))) for n in (1, 2)]
    made = bind_village(odd, 2, io.BytesIO(), KEY, LABELS, COPIES, faces=FACES)
    assert [[missing.what for missing in one.missing] for one in made] == [["\U0002ebf5"], ["\U0002ebf5"]]


def test_copies_without_an_internal_one_attach_nothing() -> None:
    out = io.BytesIO()
    bind_village([sheet(1)], 1, out, KEY, LABELS, COPIES[2:], faces=FACES)
    with pikepdf.open(out) as document:
        assert list(document.attachments) == []
    assert "红线" not in "".join(texts(out.getvalue()))


def test_giving_up_ends_it_between_two_households() -> None:
    begun: list[int] = []

    def sheets() -> Iterator[ArchiveSheet]:
        for number in (1, 2, 3):
            begun.append(number)
            yield sheet(number)

    def report(done: int, total: int, text: str) -> None:
        if done == 1:
            raise Cancelled

    with pytest.raises(Cancelled):
        bind_village(sheets(), 3, io.BytesIO(), KEY, LABELS, COPIES, report=report, faces=FACES)
    assert begun == [1, 2]


def test_photos_of_a_household_are_let_go_once_they_are_written(tmp_path: Path) -> None:
    photos = [jpeg(60 * number, (64, 48)) + bytes(300_000) for number in range(3)]
    alone = sys.getrefcount(photos[0])
    held: list[list[bool]] = []
    length: list[int] = []
    with (tmp_path / "village.pdf").open("wb") as out:

        def report(done: int, total: int, text: str) -> None:
            held.append([sys.getrefcount(photos[place]) > alone for place in range(3)])
            length.append(out.tell())

        bind_village((sheet(n, photos[n - 1]) for n in (1, 2, 3)), 3, out, KEY, LABELS, COPIES, report=report, faces=FACES)
    assert (held[2][0], held[2][2]) == (False, True)
    assert length[2] - length[1] > 300_000
