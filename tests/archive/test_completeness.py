"""What an archive lacks is found before printing, and then no page passes for complete."""

import io
from dataclasses import replace
from datetime import date

import pypdfium2
import pytest

from fieldapp.archive import matrix
from fieldapp.archive.completeness import missing
from fieldapp.archive.compose import compose
from fieldapp.archive.gap import Gap
from fieldapp.archive.render import render
from fieldapp.archive.sheet import ArchiveFacts
from fieldapp.archive.verify import verify
from fieldapp.engine.views import FilledAnswer, FilledForm, FilledTable

from .household import SIGNED, DeviceKey, answer, attachment, facts, filled, skipped, upload


def with_answers(*answers: FilledAnswer, form: FilledForm | None = None) -> FilledForm:
    """The household with more questions; one of a name that is there takes its place."""
    whole, names = form or filled(), {one.name for one in answers}
    kept = tuple(replace(section, answers=tuple(own for own in section.answers if own.name not in names)) for section in whole.sections)
    first = replace(kept[0], answers=(*kept[0].answers, *answers))
    return replace(whole, sections=(first, *kept[1:]))


def found(form: FilledForm, about: ArchiveFacts | None = None) -> list[tuple[str, str]]:
    return [(gap.code, gap.what) for gap in missing(form, about or facts())]


def test_a_household_with_everything_lacks_nothing() -> None:
    assert found(filled()) == []
    assert found(with_answers(answer("registered_count", "户籍人口数", "4", 20, "int"))) == []


def test_an_empty_signature_is_missing_and_one_that_is_not_asked_is_not() -> None:
    unsigned = answer("sign_respondent", "户主签字", "", 11, "binary")
    assert found(with_answers(unsigned)) == [("no-signature", "户主签字")]
    assert found(with_answers(skipped("sign_respondent", "户主签字"))) == []
    assert found(with_answers(unsigned), replace(facts(), signed_on_paper=True)) == []


def test_a_form_that_asks_for_no_signature_leaves_it_to_the_paper() -> None:
    assert found(replace(filled(), sections=())) == [("no-signature", "户主（受访人）签字"), ("no-signature", "调查员签字")]


def test_an_empty_date_is_missing() -> None:
    assert found(with_answers(answer("survey_date", "入户日期", "", 1, "date"))) == [("no-date", "入户日期")]


def test_a_volume_without_a_place_for_the_seal_is_not_complete() -> None:
    assert found(filled(), replace(facts(), matrix=matrix.read(b"[signatures]\nseals = []"))) == [("no-seal-place", "")]


def test_evidence_that_is_asked_for_has_to_be_there() -> None:
    assert found(with_answers(answer("house_photo_out", "住房外观照片", "", 6, "binary"))) == [("no-evidence", "住房外观照片")]
    assert found(with_answers(skipped("house_photo_out", "住房外观照片"))) == []


def test_red_line_evidence_is_named_in_the_internal_copies_alone() -> None:
    gaps = missing(with_answers(answer("rl_evidence", "核实举证材料", "", 9, "binary")), facts())
    assert gaps == (Gap("no-evidence", "核实举证材料", is_internal=True),)


def test_a_picture_whose_bytes_are_not_here_is_missing() -> None:
    photos = {own: photo for own, photo in facts().photos.items() if own != attachment(SIGNED)}
    assert found(filled(), replace(facts(), photos=photos)) == [("no-picture", "户主（受访人）签字")]


def test_members_have_to_be_as_many_as_the_form_says() -> None:
    assert found(with_answers(answer("registered_count", "户籍人口数", "5", 20, "int"))) == [
        ("members-differ", "户籍人口数填 5，在册成员 4 人")
    ]


def test_who_died_or_moved_away_is_not_counted() -> None:
    rows = tuple(
        (answer("m_name", "姓名", name), answer("m_change", "人员变动", "x", raw=change)) for name, change in (("甲", "00"), ("乙", "21"))
    )
    table = FilledTable("/h/member", "member", "家庭成员", rows, ("1" * 32, "2" * 32))
    form = with_answers(answer("registered_count", "户籍人口数", "1", 20, "int"))
    form = replace(form, sections=(form.sections[0], replace(form.sections[1], tables=(table,)), *form.sections[2:]))
    assert found(form) == []


@pytest.mark.parametrize(("identified", "wanted"), [("2026-11-01", 0), ("2026-12-01", 1)])
def test_dates_out_of_order_are_named_with_both(identified: str, wanted: int) -> None:
    dates = (
        answer("monitor_identified", "监测识别时间", "x", 1, "date", raw=identified),
        answer("survey_date", "入户日期", "x", 2, "date", raw="2026-11-20"),
    )
    gaps = found(with_answers(*dates))
    assert len(gaps) == wanted
    assert all(code == "dates-order" and "2026-12-01" in what and "2026-11-20" in what for code, what in gaps)


def test_a_survey_after_the_day_of_binding_is_out_of_order() -> None:
    late = answer("survey_date", "入户日期", "x", 2, "date", raw=str(date(2026, 11, 22)))
    assert [code for code, _ in found(with_answers(late))] == ["dates-order"]


def monitored(*titles: str) -> FilledForm:
    rows = tuple((answer("extra_title", "材料名称", title), upload("extra_photo", "材料照片", SIGNED)) for title in titles)
    table = FilledTable("/h/extra", "extra", "其他举证材料", rows, tuple(f"{row:032x}" for row in range(len(rows))))
    form = with_answers(answer("monitor_type", "监测对象类别", "脱贫不稳定户", 8, raw="1"), upload("hukou_photo", "户口簿照片", SIGNED))
    return replace(form, sections=(*form.sections[:-1], replace(form.sections[-1], tables=(table,))))


def lacking(form: FilledForm) -> list[str]:
    return [gap.what.split()[1] for gap in missing(form, facts()) if gap.code == "no-material"]


def test_a_monitored_household_needs_the_materials_of_its_stages() -> None:
    assert lacking(monitored()) == ["S1", "S4", "S5", "S6", "S7", "S8", "B1", "B2", "B3"]
    assert lacking(filled()) == []


def test_a_material_that_was_photographed_is_there() -> None:
    titles = (
        "监测对象申请书",
        "部门比对单",
        "村民代表评议记录",
        "村级公示照片",
        "县级审定公告",
        "确认告知书",
        "结对帮扶登记表",
        "走访记录",
        "明白卡",
    )
    assert lacking(monitored(*titles)) == []


def test_a_title_counts_for_what_it_fits_best() -> None:
    assert "S6" in lacking(monitored("退出公示")), "the notice of exit is not the notice of identification"


@pytest.mark.parametrize(
    ("titles", "gap"),
    [
        (("村民代表评议记录 2026-12-01", "村级公示 2026-12-02至2026-12-08"), ""),
        (("村民代表评议记录 2026-12-05", "村级公示 2026-12-02至2026-12-08"), "日期先后不合：S6 村级公示早于 S5 村民（代表）评议记录"),
        (("村民代表评议记录20261201", "村级公示（2026年12月2日—2026年12月5日）"), "公示时间不够：S6 村级公示应不少于 5 天"),
        (("村民代表评议记录", "村级公示 2026-12-02"), ""),
        (("申请书 2026.11.25",), "日期先后不合：S2 入户调查登记表、收入测算表早于 S1 申请书（监测对象申请及承诺授权查询书）"),
        (("村级公示 2026-13-45",), ""),
    ],
)
def test_days_in_titles_are_held_against_each_other(titles: tuple[str, ...], gap: str) -> None:
    found = [one.text for one in missing(monitored(*titles), facts()) if one.code in ("dates-order", "notice-short")]
    assert found == ([gap] if gap else [])


def test_a_missing_material_is_named_with_who_has_to_sign_it() -> None:
    told = next(gap.text for gap in missing(monitored(), facts()) if " S6 " in gap.text)
    assert told == "精准识别环节缺 S6 村级公示（须有盖章、不少于5天）"


def test_a_conditional_material_is_needed_where_its_condition_holds() -> None:
    form = with_answers(answer("loan_has", "小额信贷", "是", 8, raw="1"), form=monitored())
    assert "B4" in lacking(form)


def texts(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(io.BytesIO(pdf))
    pages = [document[index].get_textpage().get_text_bounded() for index in range(len(document))]
    document.close()
    return pages


def test_an_incomplete_archive_says_so_on_its_cover_and_in_every_footer() -> None:
    form = with_answers(answer("sign_respondent", "户主签字", "", 11, "binary"))
    done = render(compose(form, facts()), DeviceKey())
    pages = texts(done.pdf)
    assert [gap.code for gap in done.gaps] == ["no-signature"]
    assert all("待补" in page for page in pages)
    assert sum("缺件清单" in page and "没有签字：户主签字" in page for page in pages) == 3
    assert "缺 1 项，见缺件清单" in pages[0]
    assert verify(done.pdf, DeviceKey().known).valid


def test_a_complete_archive_says_so_nowhere() -> None:
    assert not [page for page in texts(render(compose(filled(), facts()), DeviceKey()).pdf) if "待补" in page or "缺件清单" in page]


def test_the_households_copy_is_marked_but_does_not_name_what_it_must_not_show() -> None:
    form = with_answers(answer("rl_evidence", "核实举证材料", "", 9, "binary"))
    pages = texts(render(compose(form, facts()), DeviceKey()).pdf)
    own = [page for page in pages if "第3份" in page]
    assert all("待补" in page and "核实举证材料" not in page for page in own)
    assert any("没有举证影像：核实举证材料" in page for page in pages)
    alone = render(compose(form, facts()), DeviceKey(), one_file=False).parts[2]
    assert all("待补" in page and "核实举证材料" not in page for page in texts(alone.pdf))


def test_a_character_without_a_glyph_and_an_unreadable_photo_are_gaps_too() -> None:
    photos = {own: replace(photo, data=b"no picture") for own, photo in facts().photos.items()}
    done = render(compose(filled(demand="\U0002ebf5"), replace(facts(), photos=photos)), DeviceKey())
    assert ("no-glyph", "U+2EBF5 主要诉求") in [(gap.code, gap.what) for gap in done.gaps]
    assert ("no-picture", "住房外观照片") in [(gap.code, gap.what) for gap in done.gaps]
    assert [gap.is_internal for gap in done.gaps if gap.what == "核实举证材料"] == [True]
