"""The list of volumes and the labels of boxes: every volume stands there, in PDF/A, within the page."""

from __future__ import annotations

import io
from datetime import datetime

import pikepdf
import pypdfium2

from fieldapp.archive.labels import WIDTHS, Box, Catalogue, Volume, print_catalogue, print_labels
from fieldapp.domain.clock import CHINA

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=CHINA)


def texts(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    found = [document[index].get_textpage().get_text_bounded().replace("\r\n", "") for index in range(len(document))]
    document.close()
    return found


def box(number: int) -> Box:
    first, last = f"990102-JF02-990102101201-{number:04d}", f"990102-JF02-990102101201-{number + 9:04d}"
    return Box("990102", "石桥县石桥镇人民政府", "农户入户摸底调查", "2026", "永久", first, last, 10, number)


def test_every_volume_stands_in_the_list_and_every_page_has_its_head() -> None:
    numbers = [f"990102-JF02-990102101201-{number:04d}" for number in range(1, 61)]
    volumes = [Volume(number, f"石桥村𬭎{number[-4:]}户档案", "20261120", "20261122", 7, "永久") for number in numbers]
    pdf = print_catalogue(Catalogue("石桥县", "石桥镇石桥村", "2026", NOW, tuple(volumes), "王队长"))
    pages = texts(pdf)
    assert len(pages) == 3
    assert all("档号" in page and "保管期限" in page for page in pages)
    whole = "".join(pages)
    assert all(volume.number in whole and volume.title in whole for volume in volumes)
    assert "共 60 卷，420 页" in whole
    assert f"第 3 页　共 {len(pages)} 页" in pages[2]
    assert print_catalogue(Catalogue("石桥县", "石桥镇石桥村", "2026", NOW, tuple(volumes), "王队长")) == pdf
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert document.check_pdf_syntax() == []
        assert b"<pdfaid:part>2" in document.Root.Metadata.read_bytes()


def test_labels_stand_side_by_side_and_nothing_leaves_its_box() -> None:
    for width in WIDTHS:
        pdf = print_labels([box(number) for number in range(1, 8)], width, NOW)
        pages = texts(pdf)
        across = int((167 + 4) // (width + 4))
        assert len(pages) == -(-7 // across)
        assert sum(page.count("全宗号") for page in pages) == 7
        document = pypdfium2.PdfDocument(pdf)
        for page in document:
            text = page.get_textpage()
            for at in range(text.count_chars()):
                left, bottom, right, _ = text.get_charbox(at)
                assert left >= 0
                assert right <= 595.3
                assert bottom >= 40
        document.close()
