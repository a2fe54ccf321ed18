"""Rosters as Excel files: what comes in, what goes out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from fieldapp.domain.citizen_id import compose
from fieldapp.domain.household import Household
from fieldapp.errors import BadInput
from fieldapp.usecases import county, roster_file
from fieldapp.usecases.county.families import REFERENCE

AREAS = county.divisions()
HEADINGS = ("县", "乡", "村", "自然村", "户编号", "人编号", "姓名", "证件号码", "人数", "与户主关系", "民族", "联系电话", "户类型")


def number(order: int) -> str:
    return compose("990121", REFERENCE.replace(year=1980), order)


def line(name: str, order: int, relation: str, **changed: object) -> list[object]:
    cells: dict[str, object] = {
        "县": "示范县",
        "乡": "青泉镇",
        "村": "银湾村",
        "户编号": "0012345",
        "姓名": name,
        "证件号码": number(order),
        "人数": "2",
        "与户主关系": relation,
        "民族": "汉族",
    }
    return [(cells | changed).get(heading) for heading in HEADINGS]


def book(folder: Path, *lines: Sequence[object], headings: Sequence[object] = HEADINGS) -> Path:
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.append(["已脱贫人口名单"])
    sheet.append(list(headings))
    for one in lines:
        sheet.append(list(one))
    file = folder / "roster.xlsx"
    made.save(file)
    return file


def found(file: Path) -> list[tuple[int, str]]:
    return [(one.row, one.code) for one in roster_file.read(file, AREAS).findings]


def test_rows_of_one_household_code_become_one_household_with_its_head_first(tmp_path: Path) -> None:
    read = roster_file.read(book(tmp_path, line("覃美玲", 2, "配偶"), line("王建国", 1, "户主", 户类型="脱贫户（享受政策）")), AREAS)
    assert read.findings == ()
    (household,) = read.households
    assert (household.village, household.head_name, household.national_code) == ("990121101201", "王建国", "0012345")
    assert [(one.name, one.relation, one.sex, one.birth, one.ethnic) for one in household.members] == [
        ("王建国", "02", "1", "1980-01-01", "01"),
        ("覃美玲", "10", "2", "1980-01-01", "01"),
    ]


def test_families_written_out_come_back_the_same(tmp_path: Path) -> None:
    households = [one.household for one in county.families(1, 60)]
    file = tmp_path / "out.xlsx"
    roster_file.write(file, households, {area.code: area.name for area in AREAS})
    back = roster_file.read(file, AREAS)
    gone = {one.national_code for one in households if not all(member.active for member in one.members)}
    assert {finding.code for finding in back.findings} == ({"count-differs"} if gone else set())

    def told(one: Household) -> tuple[object, ...]:
        members = [(m.name, m.relation, m.sex, m.birth, m.citizen_id, m.ethnic, m.phone) for m in one.members]
        return (
            one.village,
            one.head_name,
            one.address,
            one.group,
            one.national_code,
            one.phone,
            one.household_type,
            one.monitor_type,
            members,
        )

    assert sorted(map(told, back.households), key=str) == sorted(map(told, households), key=str)


def test_reading_twice_gives_the_same_record_ids(tmp_path: Path) -> None:
    file = book(tmp_path, line("王建国", 1, "户主"))
    assert roster_file.read(file, AREAS) == roster_file.read(file, AREAS)


def test_leading_zeros_survive_both_ways(tmp_path: Path) -> None:
    households = roster_file.read(book(tmp_path, line("王建国", 1, "户主", 人数="1", 户编号="000777")), AREAS).households
    roster_file.write(tmp_path / "out.xlsx", households, {})
    cells = [cell for row in load_workbook(tmp_path / "out.xlsx").worksheets[0].iter_rows() for cell in row]
    assert "000777" in [cell.value for cell in cells]
    assert {cell.data_type for cell in cells} <= {"s", "n", "inlineStr"}
    assert {type(cell.value) for cell in cells} <= {str, type(None)}


def test_a_number_that_excel_rounded_is_found(tmp_path: Path) -> None:
    file = book(tmp_path, line("王建国", 1, "户主", 人数="1", 证件号码=int(number(1)[:17] + "0")))
    assert found(file) == [(3, "number-lost")]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"证件号码": "990121198001010000"}, "bad-citizen-id"),
        ({"证件号码": "99999919800101001X"}, "bad-citizen-id"),
        ({"村": "无此村"}, "unknown-village"),
        ({"乡": "双河镇"}, "unknown-village"),
        ({"与户主关系": "朋友"}, "unknown-relation"),
        ({"人数": "5"}, "count-differs"),
        ({"姓名": ""}, "no-name"),
    ],
)
def test_what_is_wrong_with_a_row_is_found_with_its_number(tmp_path: Path, changed: dict[str, object], code: str) -> None:
    assert (3, code) in found(book(tmp_path, line("王建国", 1, "户主", **({"人数": "1"} | changed))))


def test_the_same_number_twice_is_found_at_both_rows(tmp_path: Path) -> None:
    file = book(tmp_path, line("王建国", 1, "户主"), line("王建军", 1, "之子"))
    assert found(file) == [(3, "duplicate-citizen-id"), (4, "duplicate-citizen-id")]
    (household,) = roster_file.read(file, AREAS).households
    assert len({member.id for member in household.members}) == 2


def test_a_household_has_exactly_one_head(tmp_path: Path) -> None:
    assert found(book(tmp_path, line("甲", 1, "配偶", 人数="1"))) == [(3, "no-head")]
    assert found(book(tmp_path, line("王甲", 1, "户主"), line("王乙", 3, "户主"))) == [(4, "heads")]


def test_a_disability_certificate_stands_for_the_number_in_it(tmp_path: Path) -> None:
    (household,) = roster_file.read(book(tmp_path, line("王建国", 1, "户主", 人数="1", 证件号码=number(1) + "42")), AREAS).households
    assert household.members[0].citizen_id == number(1)


def test_a_map_names_other_headings_and_the_sheet(tmp_path: Path) -> None:
    file = book(tmp_path, line("王建国", 1, "户主", 人数="1"), headings=["成员姓名" if one == "姓名" else one for one in HEADINGS])
    with pytest.raises(BadInput):
        roster_file.read(file, AREAS)
    mapping = tmp_path / "map.toml"
    mapping.write_text('[columns]\nname = "成员姓名"\n', encoding="utf-8")
    assert roster_file.read(file, AREAS, mapping).households[0].head_name == "王建国"
    mapping.write_text('sheet = "没有"\n', encoding="utf-8")
    with pytest.raises(BadInput):
        roster_file.read(file, AREAS, mapping)


def test_a_file_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "roster.xlsx"
    file.write_bytes(b"PK\x03\x04 not really")
    with pytest.raises(BadInput) as refused:
        roster_file.read(file, AREAS)
    assert refused.value.values["what"] == "roster-file"


def test_a_name_that_looks_like_a_formula_stays_text(tmp_path: Path) -> None:
    household = county.families(1, 1)[0].household
    roster_file.write(tmp_path / "out.xlsx", [household], {household.village: "=1+1\x07"})
    cells = [cell for row in load_workbook(tmp_path / "out.xlsx").worksheets[0].iter_rows(min_row=2) for cell in row]
    assert "=1+1" in [cell.value for cell in cells]
    assert "f" not in {cell.data_type for cell in cells}


def test_an_unknown_layout_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        roster_file.write(tmp_path / "out.xlsx", [], {}, layout="pdf")


def test_private_use_characters_of_old_spreadsheets_become_the_real_ones(tmp_path: Path) -> None:
    """Codes FE59 and FE51 of GB 18030 as the codec decodes them."""
    broken = b"\xfe\x59\xfe\x51".decode("gb18030")
    read = roster_file.read(book(tmp_path, line(f"王{broken}", 1, "户主", 自然村=broken), line("覃美玲", 2, "配偶")), AREAS)
    (household,) = read.households
    assert (household.head_name, household.members[0].name, household.natural_village) == ("王\u9fb4\U00020087",) * 2 + (
        "\u9fb4\U00020087",
    )
