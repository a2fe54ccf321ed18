"""The volume by GB/T 9705-2008: what stands on cover, index and 备考表, and where margins and page numbers are."""

import io
import re
from dataclasses import replace

import pikepdf
import pypdfium2
import pytest

from fieldapp.archive import matrix
from fieldapp.archive.compose import compose
from fieldapp.archive.render import open_faces, render
from fieldapp.archive.sheet import ArchiveFacts
from fieldapp.engine.views import FilledForm

from .household import DeviceKey, facts, filled

FACES = open_faces()
MM = 72 / 25.4
WIDTH = 210.0


def bound(form: FilledForm, about: ArchiveFacts) -> bytes:
    return render(compose(form, about), DeviceKey(), faces=FACES).pdf


@pytest.fixture(scope="module")
def pages() -> list[str]:
    """The pages of the township's copy of a household with twenty members, without line breaks."""
    document = pypdfium2.PdfDocument(bound(filled(20), facts()))
    texts = [document[place].get_textpage().get_text_bounded().replace("\r\n", "\n") for place in range(len(document))]
    document.close()
    return [text for text in texts if "第1份" in text]


def test_cover_has_every_field_of_the_standard(pages: list[str]) -> None:
    for field, value in (
        ("全宗名称", "示范县示范镇人民政府"),
        ("类目名称", "农户入户摸底调查"),
        ("案卷题名", "示范镇示范村张𬭎户入户摸底调查档案"),
        ("起止日期", "20261120 — 20261121"),
        ("保管期限", "永久"),
        ("件数页数", f"本卷共 5 件 {len(pages) - 3} 页"),
        ("归档号", "JF02-2026"),
        ("档　　号", "0123-JF02-990102101201-7K3MQX9D2F"),
        ("案卷号", "7K3MQX9D2F"),
    ):
        assert re.search(rf"{field}\s{re.escape(value)}", pages[0]), field


def test_index_has_every_column_and_tells_the_first_page_and_where_the_last_document_ends(pages: list[str]) -> None:
    index = pages[1]
    for column in ("顺序号", "文号", "责任者", "题名", "日期", "页号", "备注"):
        assert column in index
    rows = re.findall(r"^(\d) 示范员甲 (\S+) (\d{8}) (\S+)", index, re.MULTILINE)
    assert [(number, title) for number, title, _, _ in rows] == [
        ("1", "农户入户摸底调查表"), ("2", "家庭成员信息表"), ("3", "签字确认页"), ("4", "入户影像资料"), ("5", "内部核查附页"),
    ]  # fmt: skip
    starts = [next(place for place, text in enumerate(pages[2:-1], 1) if title in text.split("\n")[0:3]) for _, title, _, _ in rows]
    assert [page for _, _, _, page in rows] == [str(start) for start in starts]


def test_a_last_document_of_several_pages_is_told_with_both_ends() -> None:
    sheet = compose(filled(20), replace(facts(), left_out=("m_*",)))
    document = pypdfium2.PdfDocument(render(sheet, DeviceKey(), faces=FACES).pdf)
    index = document[1].get_textpage().get_text_bounded()
    document.close()
    assert re.search(r"内部核查附页 \d{8} \d+-\d+", index)


def test_notes_have_every_field_of_the_standard(pages: list[str]) -> None:
    notes = pages[-1]
    assert "卷内备考表" in notes
    for field, value in (("立卷人", "示范员甲"), ("检查人", "示范员乙"), ("立卷时间", "20261121")):
        assert re.search(rf"{field}\s{value}", notes), field
    assert "本卷情况说明" in notes
    assert f"本卷共 {len(pages) - 3} 页、5 件，其中照片 2 张" in notes


@pytest.mark.parametrize("duplex", [False, True])
def test_binding_margin_is_28_mm_and_lies_on_the_inside_of_both_sides(duplex: bool) -> None:
    with pikepdf.open(io.BytesIO(bound(filled(20), facts(duplex=duplex)))) as pdf:
        edges = {}
        for place, page in enumerate(pdf.pages):
            found = re.search(rb"q 1 0 0 1 ([0-9.]+) 0 cm /(?:B|[WH](?:Cover|Index|Notes))[0-9]* Do Q", page.Contents.read_bytes())
            if found:
                edges.setdefault(place % 2 if duplex else 0, set()).add(round(float(found[1]) / MM, 1))
    # The right margin of the outer side is what the body leaves of the paper's width.
    assert edges == ({0: {28.0}, 1: {15.0}} if duplex else {0: {28.0}})


@pytest.mark.parametrize("duplex", [False, True])
def test_page_number_stands_in_the_outer_corner(duplex: bool) -> None:
    document = pypdfium2.PdfDocument(bound(filled(20), facts(duplex=duplex)))
    sides = set()
    for place in range(len(document)):
        words = document[place].get_textpage()
        text = words.get_text_bounded()
        number = re.search(r"7K3MQX9D2F (\d+)$", text) or re.search(r"(?:^|\n)(\d+)\s摘要", text.replace("\r", ""))
        if number is None:
            continue
        box = min(
            (words.get_charbox(at) for at in range(words.count_chars()) if words.get_text_range(at, 1) == number[1][0]),
            key=lambda one: one[1],
        )
        sides.add((place % 2 if duplex else 0, "right" if box[0] > WIDTH * MM / 2 else "left"))
        assert 9 * MM < box[1] < 13 * MM
    document.close()
    assert sides == ({(0, "right"), (1, "left")} if duplex else {(0, "right")})


def test_a_county_names_its_own_category_terms_and_filing() -> None:
    given = '[category]\nname = "精准扶贫贫困户档案"\n[retention]\nY = "长期保存"\n[number]\nfiling = "{year}扶{volume}"'
    document = pypdfium2.PdfDocument(bound(filled(), replace(facts(), matrix=matrix.read(given.encode()))))
    cover = document[0].get_textpage().get_text_bounded()
    document.close()
    assert "精准扶贫贫困户档案" in cover
    assert "长期保存" in cover
    assert "2026扶7K3MQX9D2F" in cover


def test_only_the_seals_that_the_county_wants_have_a_place() -> None:
    document = pypdfium2.PdfDocument(bound(filled(), replace(facts(), matrix=matrix.read(b'[signatures]\nseals = ["village"]'))))
    page = next(text for place in range(len(document)) if "手印" in (text := document[place].get_textpage().get_text_bounded()))
    document.close()
    assert "村（居）民委员会（盖章）" in page
    assert "乡镇人民政府" not in page
