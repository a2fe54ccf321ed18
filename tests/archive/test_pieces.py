"""Documents kept by the piece (DA/T 22): stamp on each first page, pages from 1 in each, a catalogue with its cover."""

import io
import re
from dataclasses import replace

import pypdfium2
import pytest

from fieldapp.archive import matrix
from fieldapp.archive.compose import compose
from fieldapp.archive.render import Rendered, render
from fieldapp.archive.sheet import ArchiveFacts
from fieldapp.archive.verify import verify

from .household import VOLUME, DeviceKey, facts, filled

PIECES = matrix.read(b'binding = "pieces"')


def own_facts() -> ArchiveFacts:
    return replace(facts(), matrix=PIECES)


@pytest.fixture(scope="module")
def archive() -> Rendered:
    return render(compose(filled(20), own_facts()), DeviceKey())


def pages(pdf: bytes, copy: int) -> list[str]:
    document = pypdfium2.PdfDocument(io.BytesIO(pdf))
    texts = [document[index].get_textpage().get_text_bounded().replace("\r\n", "\n") for index in range(len(document))]
    document.close()
    return [text for text in texts if f"第{copy}份" in text]


def stamps(texts: list[str]) -> list[tuple[str, str, str]]:
    """(件号, 保管期限, 页数) of every page that bears a stamp."""
    found = []
    for text in texts:
        if "年度" in text and "件号" in text and "机构（问题）" in text and "起止件号" not in text:
            number = re.search(rf"{VOLUME}\n(\d\d)\n", text)
            term = re.search(r"保管期限\n(\S+)", text)
            count = re.search(r"页数\n(\d+)", text)
            assert number is not None, text
            assert term is not None, text
            assert count is not None, text
            found.append((number[1], term[1], count[1]))
    return found


def test_every_piece_bears_its_stamp_on_its_first_page(archive: Rendered) -> None:
    texts = pages(archive.pdf, 1)
    found = stamps(texts)
    assert [number for number, _, _ in found] == ["01", "02", "03", "04", "05"]
    assert [term for _, term, _ in found] == ["永久", "永久", "永久", "永久", "30年"]
    assert sum(int(count) for _, _, count in found) == len(texts) - 3, "all but cover, catalogue and 备考表"


def test_page_numbers_begin_at_one_in_every_piece(archive: Rendered) -> None:
    texts = pages(archive.pdf, 1)
    numbers = [int(found[1]) for text in texts if (found := re.search(rf"{VOLUME} (\d+)$", text))]
    counts = [int(count) for _, _, count in stamps(texts)]
    assert numbers == [page for count in counts for page in range(1, count + 1)]


def test_the_catalogue_lists_every_piece_with_its_own_number(archive: Rendered) -> None:
    catalogue = next(text for text in pages(archive.pdf, 1) if "密级" in text).replace("\n", "").replace("\x02", "-")
    for piece, term in ((1, "Y"), (2, "Y"), (3, "Y"), (4, "Y"), (5, "D30")):
        assert f"0123-JF02·2026-{term}-FPB-{VOLUME}{piece:02d}" in catalogue


def test_the_households_copy_has_the_same_numbers_without_the_internal_piece(archive: Rendered) -> None:
    assert stamps(pages(archive.pdf, 3)) == stamps(pages(archive.pdf, 1))[:-1]
    cover = pages(archive.pdf, 3)[0]
    assert f"{VOLUME}01 — {VOLUME}04" in cover
    assert "30年" not in cover


def test_an_archive_of_pieces_verifies_like_a_volume(archive: Rendered) -> None:
    verdict = verify(archive.pdf, DeviceKey().known)
    assert (verdict.valid, verdict.copies_identical) == (True, True)


def test_in_duplex_every_piece_begins_on_a_new_sheet() -> None:
    pdf = render(compose(filled(20), replace(own_facts(), duplex=True)), DeviceKey()).pdf
    document = pypdfium2.PdfDocument(io.BytesIO(pdf))
    texts = [document[index].get_textpage().get_text_bounded() for index in range(len(document))]
    document.close()
    starts = [place for place, text in enumerate(texts) if "件号" in text and "起止件号" not in text]
    assert len(starts) == 14
    assert all(place % 2 == 0 for place in starts)
