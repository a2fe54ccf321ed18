"""What is on paper and what the digest is about."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from fieldapp.archive.compose import compose
from fieldapp.archive.sheet import Photo
from fieldapp.engine.views import FilledSection, FilledTable

from .household import EVIDENCE, HOUSE, answer, attachment, facts, filled, skipped, upload


def test_internal_answers_stand_in_the_internal_pages_only() -> None:
    sheet = compose(filled(), facts())
    shown = [line.label for part in (*sheet.parts, *sheet.members) for line in (*part.lines, *part.skipped)]
    internal = [line.label for part in sheet.internal for line in part.lines]
    assert internal == ["风险消除状态", "成员备注", "红线1：购建商品房", "核实举证材料"]
    assert not set(internal) & set(shown)
    assert [frame.question for frame in sheet.photos] == ["住房外观照片"]
    assert [frame.question for frame in sheet.internal_photos] == ["核实举证材料"]


def test_one_picture_given_to_two_questions_stands_twice_each_with_its_number() -> None:
    form = filled(1)
    uploads = tuple(answer(name, name, "x.jpg", 1, "binary", file=attachment(HOUSE)) for name in ("one", "two"))
    sheet = compose(replace(form, sections=(replace(form.sections[0], answers=uploads),)), facts())
    assert [frame.number for frame in sheet.photos] == [1, 2]
    assert [line.text for line in sheet.parts[0].lines] == ["见影像资料 图1", "见影像资料 图2"]


def test_what_the_copy_leaves_out_is_a_parameter() -> None:
    sheet = compose(filled(), replace(facts(), left_out=("phone",)))
    assert [line.label for part in sheet.internal for line in part.lines] == ["联系电话"]


def test_not_applicable_and_unanswered_are_kept_apart() -> None:
    part = compose(filled(), facts()).parts[0]
    assert [line.label for line in part.skipped] == ["脱贫年度"]
    assert [line.label for line in part.lines if not line.text] == ["联系电话"]


def test_a_signed_picture_stands_in_its_box_and_empty_boxes_wait_for_the_others() -> None:
    boxes = compose(filled(), facts()).signatures
    assert [box.label for box in boxes] == ["户主（受访人）签字", "调查员签字", "村级见证人签字"]
    assert [box.data is not None for box in boxes] == [True, True, False]


def test_content_is_canonical_and_holds_answers_rows_and_hashes_of_files() -> None:
    sheet = compose(filled(2), facts())
    content = json.loads(sheet.content)
    assert content["answers"]["/h/income"] == "12000.5"
    assert "/h/phone" not in content["answers"]
    assert content["rows"] == {"/h/member": ["0" * 32, "0" * 31 + "1"]}
    assert content["attachments"][attachment(HOUSE)] == attachment(HOUSE)


def test_digest_changes_with_an_answer_a_photo_and_the_revision() -> None:
    digests = {
        compose(filled(), facts()).digest,
        compose(filled(demand="别的诉求"), facts()).digest,
        compose(filled(), facts(revision=3)).digest,
        compose(filled(), replace(facts(), photos={attachment(HOUSE): Photo(EVIDENCE)})).digest,
    }
    assert len(digests) == 4


def test_a_reprint_on_another_day_in_another_layout_has_the_same_digest() -> None:
    later = facts().archived_at + timedelta(days=400)
    reprint = replace(facts(), archived_at=later, duplex=True, copies=facts().copies[:1], maker="别人")
    assert compose(filled(), facts()).digest == compose(filled(), reprint).digest


@pytest.mark.parametrize(
    ("label", "raw", "shown"),
    [
        ("务工收入", "18000", "18,000 元"),
        ("贷款余额（元）", "50000.5", "50,000.5"),
        ("生态补偿（退耕/公益林/草原）", "7", "7 元"),
        ("自付教育支出", "-3", "-3 元"),
        ("养老金/离退休金", "0", "0 元"),
        ("岗位聘用月数", "12000", "12000"),
    ],
)
def test_money_is_grouped_and_says_its_unit(label: str, raw: str, shown: str) -> None:
    section = FilledSection("/h/i", "i_income", "九", True, (answer("x", label, raw, 1, "decimal"),))
    line = compose(replace(filled(), sections=(section,)), facts()).parts[0].lines[0]
    assert line.text == shown


def test_an_empty_row_of_a_repeat_takes_no_paper() -> None:
    empty = FilledTable("/h/extra", "extra", "其他举证材料", ((answer("extra_title", "材料名称", ""),),), ("a" * 32,))
    section = FilledSection("/h/o", "o_sign", "十五、举证与签字", True, (answer("x", "签", "是"),), (empty,))
    assert [part.title for part in compose(replace(filled(), sections=(section,)), facts()).parts] == ["十五、举证与签字"]


def test_short_rows_of_a_repeat_stand_in_one_table() -> None:
    rows = tuple(
        (answer("what", "措施", text), answer("when", "时间", when), skipped("why", "原因"))
        for text, when in (("奖补", "3月"), ("培训", ""))
    )
    table = FilledTable("/h/help", "help", "帮扶措施", rows, ("a" * 32, "b" * 32))
    section = FilledSection("/h/k", "k", "十一、帮扶", True, (), (table,))
    grid = compose(replace(filled(), sections=(section,)), facts()).parts[0].grid
    assert grid is not None
    assert (grid.heads, grid.rows) == (("措施", "时间", "原因"), (("奖补", "3月", "—"), ("培训", "未填", "—")))


def test_a_long_answer_in_a_repeat_keeps_its_rows_apart() -> None:
    rows = ((answer("what", "措施", "长" * 61),), (answer("what", "措施", "短"),))
    table = FilledTable("/h/help", "help", "帮扶措施", rows, ("a" * 32, "b" * 32))
    section = FilledSection("/h/k", "k", "十一、帮扶", True, (), (table,))
    parts = compose(replace(filled(), sections=(section,)), facts()).parts
    assert [(part.grid, len(part.lines)) for part in parts] == [(None, 1), (None, 1)]


def test_a_photo_says_when_where_and_by_whom_it_was_taken() -> None:
    photo = Photo(HOUSE, taken="2026-11-20 10:15", place="示范村3组", author="示范员甲")
    frame = compose(filled(), replace(facts(), photos={attachment(HOUSE): photo})).photos[0]
    assert frame.details == ("时间：2026-11-20 10:15　摄影者：示范员甲", "地点：示范村3组")


def test_what_was_signed_on_the_screen_bears_its_day() -> None:
    assert [box.day for box in compose(filled(), facts()).signatures] == ["2026年11月20日", "2026年11月20日", ""]


def test_a_photo_in_a_row_says_what_the_row_is_about() -> None:
    rows = ((answer("extra_title", "材料名称", "一卡通流水"), upload("extra_photo", "材料照片", HOUSE)),)
    table = FilledTable("/h/extra", "extra", "其他举证材料", rows, ("a" * 32,))
    section = FilledSection("/h/o", "o", "十五、举证", True, (), (table,))
    assert [frame.caption for frame in compose(replace(filled(), sections=(section,)), facts()).photos] == ["一卡通流水：材料照片"]
