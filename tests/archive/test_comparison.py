"""Before and after: what a revision changed, and nothing else, row by row."""

from dataclasses import replace
from datetime import date

import pypdfium2

from fieldapp.archive.comparison import changes
from fieldapp.archive.compose import compose
from fieldapp.archive.render import render
from fieldapp.archive.sheet import ArchiveFacts, Before, Change
from fieldapp.archive.verify import verify
from fieldapp.engine.views import FilledForm

from .household import EVIDENCE, DeviceKey, answer, facts, filled, upload


def since(before: FilledForm) -> ArchiveFacts:
    return replace(facts(), before=Before(before, 1, date(2026, 6, 1), "核对户口簿后更正"))


def short(found: tuple[Change, ...]) -> list[tuple[str, str, str]]:
    return [(change.label, change.before, change.after) for change in found]


def test_the_same_answers_have_no_changes_and_a_first_revision_has_no_page() -> None:
    assert changes(filled(), since(filled())) == ()
    assert changes(filled(), facts()) == ()


def test_a_changed_answer_stands_with_both_texts() -> None:
    assert short(changes(filled(demand="新的"), since(filled(demand="旧的")))) == [("主要诉求", "旧的", "新的")]
    assert short(changes(filled(demand=""), since(filled(demand="旧的")))) == [("主要诉求", "旧的", "未填")]


def test_a_row_that_is_gone_and_one_that_is_new_are_named() -> None:
    gone = changes(filled(2), since(filled(3)))
    assert {change.of for change in gone} == {"家庭成员 3　禤䶮"}
    assert {change.after for change in gone} == {"（无此行）"}
    assert {change.before for change in changes(filled(3), since(filled(2)))} == {"（无此行）"}


def test_a_row_that_only_moved_has_not_changed() -> None:
    before = filled(3)
    table = before.sections[1].tables[0]
    moved = replace(table, rows=table.rows[::-1], row_ids=table.row_ids[::-1])
    after = replace(before, sections=(before.sections[0], replace(before.sections[1], tables=(moved,)), *before.sections[2:]))
    assert changes(after, since(before)) == ()


def test_another_picture_is_named_without_its_hash() -> None:
    form = filled()
    other = replace(form.sections[0], answers=(*form.sections[0].answers[:-1], upload("house_photo", "住房外观照片", EVIDENCE, 6)))
    assert short(changes(replace(form, sections=(other, *form.sections[1:])), since(form))) == [
        ("住房外观照片", "（有影像）", "（影像已更换）")
    ]


def test_what_changed_inside_stands_on_the_internal_pages_alone() -> None:
    before = filled()
    risk = tuple(
        answer("risk_status", "风险消除状态", "风险已消除", 5) if own.name == "risk_status" else own for own in before.sections[0].answers
    )
    before = replace(before, sections=(replace(before.sections[0], answers=risk), *before.sections[1:]))
    done = render(compose(filled(demand="新的"), since(replace(before))), DeviceKey())
    document = pypdfium2.PdfDocument(done.pdf)
    texts = [document[place].get_textpage().get_text_bounded() for place in range(len(document))]
    document.close()
    own = [text for text in texts if "第3份" in text]
    assert any("修订前后对照表" in text and "新的" in text and "核对户口簿后更正" in text for text in own)
    assert not any("风险" in text for text in own)
    assert sum("风险已消除" in text for text in texts) == 2
    assert "第 1 版修订而来，改动 2 项" in "".join(texts).replace("\r\n", "")
    assert verify(done.pdf, DeviceKey().known).valid


def test_the_digest_is_of_the_answers_not_of_the_comparison() -> None:
    assert compose(filled(), since(filled(demand="旧的"))).digest == compose(filled(), facts()).digest
