"""The file: three volumes over the same page objects, complete, readable, the same bytes again."""

import io
import re
from dataclasses import replace

import pikepdf
import pypdfium2
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp.archive import seal
from fieldapp.archive.compose import compose
from fieldapp.archive.copies import COPIES, Holder
from fieldapp.archive.render import Rendered, open_faces, render
from fieldapp.archive.sheet import Photo, SignatureBox

from .household import RARE_NAMES, DeviceKey, answer, attachment, facts, filled, jpeg, members, skipped

FACES = open_faces()


@pytest.fixture(scope="module")
def archive() -> Rendered:
    return render(compose(filled(), facts()), DeviceKey())


def texts(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    found = [document[index].get_textpage().get_text_bounded() for index in range(len(document))]
    document.close()
    return found


def volumes(pdf: bytes) -> dict[str, list[str]]:
    """The texts of the pages by the mark of their copy."""
    pages: dict[str, list[str]] = {copy.mark: [] for copy in COPIES}
    for text in texts(pdf):
        marks = [mark for mark in pages if f"{mark} " in text.replace("　", " ")]
        assert len(marks) == 1, "every page bears the mark of exactly one copy"
        pages[marks[0]].append(text)
    return pages


def test_names_beyond_the_basic_plane_are_extracted_as_written() -> None:
    sheet = compose(filled(len(RARE_NAMES)), facts())
    whole = "".join(texts(render(sheet, DeviceKey()).pdf)).replace("\r\n", "")
    assert all(name in whole for name in RARE_NAMES)


def test_three_copies_share_their_page_objects(archive: Rendered) -> None:
    with pikepdf.open(io.BytesIO(archive.pdf)) as pdf:
        shown = [
            {name: form.objgen for name, form in page.Resources.XObject.items() if re.match(r"/B\d+$", name)}
            for page in pdf.pages
            if "/XObject" in page.Resources
        ]
    bodies = [next(iter(page.items())) for page in shown if page]
    township = bodies[: bodies.index(bodies[0], 1)]
    assert bodies[len(township) : 2 * len(township)] == township
    assert set(bodies[2 * len(township) :]) < set(township)
    assert len(set(bodies)) == len(township) > 3


def test_household_copy_leaves_out_red_lines_risk_and_internal_notes(archive: Rendered) -> None:
    pages = {mark: "".join(own) for mark, own in volumes(archive.pdf).items()}
    for hidden in ("红线1", "风险未消除", "情绪不稳定", "内部核查附页 "):
        assert hidden.strip() in pages["乡镇（街道）存档"]
        assert hidden.strip() in pages["行政村存档"]
    for hidden in ("红线", "风险", "情绪不稳定"):
        assert hidden not in pages["农户留存"]
    assert "按规定，本份不含内部核查附页" in pages["农户留存"]


def test_page_numbers_begin_at_one_in_every_volume(archive: Rendered) -> None:
    for mark, pages in volumes(archive.pdf).items():
        numbers = [re.search(r"档号 0123-JF02-990102101201-7K3MQX9D2F (\d+)$", text) for text in pages]
        assert numbers[0] is None, mark
        assert numbers[1] is None, mark
        assert numbers[-1] is None, mark
        assert [int(found[1]) for found in numbers[2:-1] if found] == list(range(1, len(pages) - 2))


def test_every_page_bears_the_short_digest(archive: Rendered) -> None:
    assert all(archive.digest[: seal.SHORT] in text for text in texts(archive.pdf))


def test_rebuild_is_byte_identical(archive: Rendered) -> None:
    assert render(compose(filled(), facts()), DeviceKey()).pdf == archive.pdf


@pytest.mark.parametrize("page", [0, 4])
def test_qr_code_is_read_from_a_150_dpi_picture(archive: Rendered, page: int) -> None:
    document = pypdfium2.PdfDocument(archive.pdf)
    picture = document[page].render(scale=150 / 72).to_pil()
    document.close()
    codes = zxingcpp.read_barcodes(picture)
    found = [seal.read(code.text) for code in codes]
    assert [one.digest for one in found] == [archive.digest]
    assert seal.signer_of(found[0], DeviceKey().known) == DeviceKey().device


def test_every_page_that_is_signed_by_hand_bears_a_code_that_names_it() -> None:
    sheet = compose(filled(), facts())
    many = replace(sheet, signatures=tuple(SignatureBox(f"见证人{number}签字") for number in range(1, 12)))
    document = pypdfium2.PdfDocument(render(many, DeviceKey()).pdf)
    leaves = []
    for index in range(len(document)):
        codes = zxingcpp.read_barcodes(document[index].render(scale=150 / 72).to_pil())
        number = re.search(r"(\d+)\s*$", document[index].get_textpage().get_text_bounded())
        leaves += [(found.copy, found.leaf, number and number[1]) for found in (seal.read(code.text) for code in codes)]
    document.close()
    for copy in (1, 2, 3):
        cover, *signed = [(leaf, number) for own, leaf, number in leaves if own == copy and leaf]
        assert cover[0] == seal.COVER
        assert [(leaf.part, leaf.parts, str(leaf.number)) for leaf, _ in signed] == [
            (part, len(signed), number) for part, (_, number) in enumerate(signed, 1)
        ]
        assert len(signed) == 2


def test_unanswered_and_not_applicable_are_told_apart(archive: Rendered) -> None:
    page = texts(archive.pdf)[2]
    assert "未填" in page
    assert "不适用：4 脱贫年度" in page
    assert "按填表规则，本户不适用本部分" in page


def test_money_is_grouped_by_thousands(archive: Rendered) -> None:
    assert "12,000.5" in texts(archive.pdf)[2]


def test_account_number_is_never_broken() -> None:
    archive = render(compose(filled(demand="9999990010000000039"), facts()), DeviceKey())
    assert "9999990010000000039" in texts(archive.pdf)[2]


def test_long_answer_runs_over_pages_without_loss() -> None:
    long = "".join(f"第{number}条诉求，路要修好。" for number in range(1, 700))
    pages = volumes(render(compose(filled(demand=long), facts()), DeviceKey()).pdf)["农户留存"]
    assert long in "".join(text.replace("\r\n", "") for text in pages).replace("\ufffe", "") or all(
        f"第{number}条" in "".join(pages).replace("\r\n", "") for number in range(1, 700)
    )


def test_twenty_members_are_all_in_the_table() -> None:
    whole = "".join(volumes(render(compose(filled(20), facts()), DeviceKey()).pdf)["行政村存档"])
    assert all(f"99010219850615{row:04d}" in whole for row in range(1, 21))


def test_character_without_a_glyph_is_printed_as_its_code_and_reported() -> None:
    archive = render(compose(filled(demand="他叫李\U0002ebf5。"), facts()), DeviceKey())
    assert [(missing.kind, missing.what, missing.where) for missing in archive.missing] == [("glyph", "\U0002ebf5", "主要诉求")]
    assert str(archive.missing[0]) == "字库里没有“\U0002ebf5”（U+2EBF5），纸面以〔U+2EBF5〕标明：主要诉求"
    assert "〔U+2EBF5〕" in "".join(texts(archive.pdf))


def test_private_use_character_of_gb18030_is_printed_as_the_real_one() -> None:
    archive = render(compose(filled(demand="\ue863\ue81e"), facts()), DeviceKey())
    assert "龴" in "".join(texts(archive.pdf))
    assert [missing.what for missing in archive.missing] == ["\ue863"]


def test_absent_and_unreadable_photos_are_reported_with_their_question() -> None:
    absent = render(compose(filled(), facts(with_photos=False)), DeviceKey())
    assert ("photo", "住房外观照片") in [(missing.kind, missing.where) for missing in absent.missing]
    assert "影像不在本机或无法读取" in "".join(texts(absent.pdf))


def test_separate_files_hold_one_copy_each_and_tell_no_more_than_their_paper() -> None:
    parts = render(compose(filled(), facts()), DeviceKey(), one_file=False).parts
    assert [part.holders for part in parts] == [(Holder.TOWNSHIP,), (Holder.VILLAGE,), (Holder.HOUSEHOLD,)]
    attached = []
    for part in parts:
        with pikepdf.open(io.BytesIO(part.pdf)) as pdf:
            attached.append(list(pdf.attachments))
    assert attached == [["archive.json"], ["archive.json"], []]
    assert "红线" not in "".join(texts(parts[2].pdf))


def test_duplex_begins_every_copy_on_a_new_sheet() -> None:
    pages = texts(render(compose(filled(), facts(duplex=True)), DeviceKey()).pdf)
    covers = [index for index, text in enumerate(pages) if "一户一档" in text and "全宗名称" in text]
    assert len(covers) == 3
    assert all(index % 2 == 0 for index in covers)


@given(st.text(max_size=30), st.text(max_size=300), st.text(max_size=60))
@settings(max_examples=10)
def test_whatever_was_typed_is_printed(head: str, demand: str, label: str) -> None:
    form = filled(1, demand=demand, head=head)
    section = replace(form.sections[0], title=label, answers=(*form.sections[0].answers, answer("odd", label, demand, 99)))
    sheet = compose(replace(form, title=label, sections=(section, *form.sections[1:])), facts(head=head))
    pages = texts(render(sheet, DeviceKey(), faces=FACES).pdf)
    assert all(sheet.digest[: seal.SHORT] in page for page in pages)


def test_an_empty_form_still_makes_three_volumes() -> None:
    archive = render(compose(replace(filled(), sections=()), facts(with_photos=False)), DeviceKey())
    assert [len(pages) for pages in volumes(archive.pdf).values()] == [6, 6, 6], "with the list of what is missing"


def test_forty_photos_are_all_shown() -> None:
    form, count = filled(1), 40
    photos = {attachment(data): Photo(data) for data in (jpeg(6 * tint, (64, 48)) for tint in range(count))}
    uploads = tuple(answer(f"photo_{place}", f"照片{place}", "x.jpg", place, "binary", file=own) for place, own in enumerate(photos))
    sheet = compose(replace(form, sections=(replace(form.sections[0], answers=uploads),)), replace(facts(), photos=photos))
    whole = "".join(volumes(render(sheet, DeviceKey()).pdf)["农户留存"])
    assert all(f"图{number}" in whole for number in range(1, count + 1))


def test_what_does_not_apply_to_several_members_is_named_once_and_numbered_in_each() -> None:
    form = filled(2)
    rows = tuple((*row, *(skipped(f"m_{number}", f"问题{number}", number) for number in (46, 55, 56, 57))) for row in members(2).rows)
    table = replace(members(2), rows=rows)
    form = replace(form, sections=(form.sections[0], replace(form.sections[1], tables=(table,)), *form.sections[2:]))
    page = next(text for text in texts(render(compose(form, facts()), DeviceKey()).pdf) if "家庭成员信息表" in text and "问题46" in text)
    assert page.count("不适用题号：46、55–57（题目见本表末尾）") == 2
    assert page.count("46 问题46；55 问题55；56 问题56；57 问题57") == 1
