"""Rosters as Excel files: the exported 《已脱贫人口名单》 comes in, the same layout goes out; numbers are text throughout.

A column is found by its heading, wherever the heading row stands in the first rows; a TOML file may name other headings:

    sheet = "名单"
    [columns]
    name = "成员姓名"
"""

from __future__ import annotations

import hashlib
import itertools
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fieldapp.domain import citizen_id, codes, person_name
from fieldapp.domain.area import Area, is_fictitious
from fieldapp.domain.household import Household, Member
from fieldapp.domain.ids import AreaCode, HouseholdId, MemberId
from fieldapp.domain.private_use import normalised
from fieldapp.errors import BadInput

from . import excel

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

LAYOUTS = ("roster",)
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "village_code": ("村编码", "行政村编码", "村代码"),
    "county": ("县", "县（市、区、旗）", "县(市、区、旗)", "县（市、区）"),
    "town": ("乡", "乡镇", "乡（镇）", "乡(镇)", "乡镇（街道）"),
    "village": ("村", "行政村", "村（社区）", "嘎查村"),
    "natural_village": ("自然村",),
    "group": ("组", "村民小组"),
    "address": ("家庭住址", "住址", "门牌"),
    "household_code": ("户编号",),
    "person_code": ("人编号",),
    "name": ("姓名",),
    "citizen_id": ("证件号码", "身份证号", "身份证号码", "公民身份号码"),
    "count": ("人数", "家庭人口数"),
    "relation": ("与户主关系",),
    "ethnic": ("民族",),
    "sex": ("性别",),
    "birth": ("出生日期", "出生年月"),
    "household_phone": ("户联系电话", "户电话", "联系电话"),
    "phone": ("人联系电话", "本人电话", "家庭成员联系电话"),
    "household_type": ("户类型",),
    "monitor_type": ("监测对象类型", "监测对象类别"),
}
_NEEDED = ("name", "citizen_id", "relation")
_HEADING_ROWS = 10
_WRITTEN = (
    *("village_code", "village", "natural_village", "group", "address", "household_code", "name", "citizen_id", "count"),
    *("relation", "ethnic", "sex", "birth", "household_phone", "phone", "household_type", "monitor_type"),
)
_SEX = {"1": "男", "2": "女"}
_HEAD = "02"


@dataclass(frozen=True, slots=True)
class RosterFinding:
    """Something about one row of the file that a person should look at; its sentence is the message `roster-<code>`."""

    row: int
    """As the spreadsheet numbers it."""
    column: str
    """The heading."""
    code: str
    """unknown-village · no-name · bad-citizen-id · duplicate-citizen-id · number-lost · unknown-relation · no-head · heads ·
    count-differs."""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Roster:
    """What a file holds: households with their members, the head first; rows of unknown villages are left out and found."""

    households: tuple[Household, ...]
    findings: tuple[RosterFinding, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of the sheet by our column names."""

    number: int
    cells: Mapping[str, str]
    lost: frozenset[str] = frozenset()
    """Columns whose number has too many digits to have survived as a number."""

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


@dataclass(slots=True)
class _Findings:
    """Collects findings under the headings of this file."""

    headings: Mapping[str, str]
    found: list[RosterFinding] = field(default_factory=list)

    def add(self, row: _Row, column: str, code: str, value: str = "") -> None:
        self.found.append(RosterFinding(row.number, self.headings.get(column, ""), code, value))


def read(file: Path, areas: Iterable[Area], mapping: Path | None = None) -> Roster:
    """Read a roster for the villages among `areas`; the same file gives the same record ids on every laptop.

    Raises BadInput(what: roster-file, roster-columns, roster-map) if nothing can be read from it.
    """
    sheet, wanted = _wanted(mapping)
    with _opened(file) as book:
        if sheet and sheet not in book.sheetnames:
            raise BadInput(what="roster-map", value=sheet)
        lines = _lines(book[sheet] if sheet else book.worksheets[0])
        heading_row, places = _headings(lines, wanted, file)
        findings = _Findings({column: lines[heading_row][place][0] for column, place in places.items()})
        rows = [_row(number + 1, line, places) for number, line in enumerate(lines) if number > heading_row]
    villages = _Villages(areas)
    rows = [row for row in rows if any(row.cells.values())]
    groups = _households(rows)
    for row in rows:
        _look_at(row, findings, fictitious=villages.fictitious)
    _look_for_doubles(rows, findings)
    found = [household for group in groups if (household := _household(group, villages, findings))]
    return Roster(tuple(found), tuple(sorted(findings.found, key=lambda one: one.row)))


def write(file: Path, households: Sequence[Household], village_names: Mapping[AreaCode, str], layout: str = "roster") -> None:
    """Write one line a member; every cell is text, so that nothing is rounded and nothing is a formula.

    `village_names`: village code → the name to print. Raises BadInput(what: layout).
    """
    if layout not in LAYOUTS:
        raise BadInput(what="layout", value=layout)
    rows = (
        [cells[column] for column in _WRITTEN]
        for household in households
        for member in household.members or (Member(MemberId(""), household.head_name, _HEAD),)
        for cells in (_written(household, member, village_names),)
    )
    excel.write_rows(file, "名单", itertools.chain([[_COLUMNS[column][0] for column in _WRITTEN]], rows))


def _written(household: Household, member: Member, village_names: Mapping[AreaCode, str]) -> dict[str, str]:
    return {
        "village_code": household.village,
        "village": village_names.get(household.village, ""),
        "natural_village": household.natural_village,
        "group": household.group,
        "address": household.address,
        "household_code": household.national_code,
        "name": member.name,
        "citizen_id": member.citizen_id,
        "count": str(sum(one.active for one in household.members) or 1),
        "relation": codes.RELATION.get(member.relation, member.relation),
        "ethnic": codes.ETHNIC.get(member.ethnic, member.ethnic),
        "sex": _SEX.get(member.sex, ""),
        "birth": member.birth,
        "household_phone": household.phone,
        "phone": member.phone,
        "household_type": codes.HOUSEHOLD_TYPE.get(household.household_type, household.household_type),
        "monitor_type": codes.MONITOR_TYPE.get(household.monitor_type, household.monitor_type),
    }


def _wanted(mapping: Path | None) -> tuple[str, dict[str, tuple[str, ...]]]:
    """The sheet's name and the headings to look for, with those of the map first."""
    if mapping is None:
        return "", dict(_COLUMNS)
    try:
        told = tomllib.loads(mapping.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as wrong:
        raise BadInput(what="roster-map", value=mapping.name) from wrong
    columns = told.get("columns", {})
    unknown = [name for name, heading in columns.items() if name not in _COLUMNS or not isinstance(heading, str)]
    if unknown:
        raise BadInput(what="roster-map", value=", ".join(unknown))
    return str(told.get("sheet", "")), {name: (columns[name],) if name in columns else given for name, given in _COLUMNS.items()}


@contextmanager
def _opened(file: Path) -> Iterator[Workbook]:
    """The workbook, closed afterwards; whatever the library stumbles over in a broken file becomes BadInput."""
    from zipfile import BadZipFile

    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(file, read_only=True, data_only=True)
    except (OSError, BadZipFile, InvalidFileException, KeyError, ValueError) as wrong:
        raise BadInput(what="roster-file", value=file.name) from wrong
    try:
        yield book
    finally:
        book.close()


def _lines(sheet: Any) -> list[list[tuple[str, bool]]]:
    """Every row as (text, number was too long to survive)."""
    return [[_text(value) for value in row] for row in sheet.iter_rows(values_only=True)]


def _text(value: object) -> tuple[str, bool]:
    if value is None:
        return "", False
    if isinstance(value, bool):
        return str(int(value)), False
    if isinstance(value, int | float):
        whole = float(value).is_integer()
        return (str(int(value)) if whole else repr(value)), abs(value) >= 10**15
    if isinstance(value, datetime):
        return value.date().isoformat(), False
    return normalised(str(value)).strip(), False


def _headings(lines: Sequence[Sequence[tuple[str, bool]]], wanted: Mapping[str, tuple[str, ...]], file: Path) -> tuple[int, dict[str, int]]:
    """The heading row and the place of every column that is there."""
    for number, line in enumerate(lines[:_HEADING_ROWS]):
        headings = ["".join(text.split()) for text, _ in line]
        places = {name: headings.index(one) for name, given in wanted.items() if (one := next((g for g in given if g in headings), None))}
        if all(name in places for name in _NEEDED) and ("village_code" in places or "village" in places):
            return number, places
    raise BadInput(what="roster-columns", value=", ".join(wanted[name][0] for name in (*_NEEDED, "village")), file=file.name)


def _row(number: int, line: Sequence[tuple[str, bool]], places: Mapping[str, int]) -> _Row:
    held = {name: line[place] for name, place in places.items() if place < len(line)}
    return _Row(number, {name: text for name, (text, _) in held.items()}, frozenset(name for name, (_, lost) in held.items() if lost))


def _households(rows: Sequence[_Row]) -> list[list[_Row]]:
    """Rows of one household together: by its code where there is one, else a head begins a new one."""
    groups: dict[tuple[str, str], list[_Row]] = {}
    nameless = 0
    for row in rows:
        if not row["household_code"] and codes.code(codes.RELATION, row["relation"]) == _HEAD:
            nameless += 1
        key = (row["village_code"] or row["town"] + row["village"], row["household_code"] or f"#{nameless}")
        groups.setdefault(key, []).append(row)
    return list(groups.values())


def _look_at(row: _Row, findings: _Findings, *, fictitious: bool) -> None:
    """What one row alone shows."""
    if not row["name"]:
        findings.add(row, "name", "no-name")
    if "citizen_id" in row.lost:
        findings.add(row, "citizen_id", "number-lost", row["citizen_id"])
    elif flaw := citizen_id.flaw(_own_number(row), fictitious=fictitious):
        findings.add(row, "citizen_id", "bad-citizen-id", flaw.value)
    if not codes.code(codes.RELATION, row["relation"]):
        findings.add(row, "relation", "unknown-relation", row["relation"])


def _look_for_doubles(rows: Sequence[_Row], findings: _Findings) -> None:
    seen = Counter(_own_number(row) for row in rows if row["citizen_id"])
    for row in rows:
        if seen[_own_number(row)] > 1:
            findings.add(row, "citizen_id", "duplicate-citizen-id", str(seen[_own_number(row)]))


def _own_number(row: _Row) -> str:
    """The identity number; a disability certificate of twenty or twenty-two signs begins with it."""
    number = citizen_id.normalise(row["citizen_id"])
    return number[:18] if citizen_id.is_disability_certificate(number) else number


def _household(rows: Sequence[_Row], villages: _Villages, findings: _Findings) -> Household | None:
    first = rows[0]
    village = villages.find(first)
    named = [row for row in rows if row["name"]]
    if village is None:
        for row in rows:
            findings.add(row, "village", "unknown-village", row["village_code"] or row["town"] + row["village"])
        return None
    if not named:
        return None
    _look_at_household(named, findings)
    key = first["household_code"] or _own_number(named[0]) or f"{named[0]['name']} {first['address']}"
    identity = _id("household", village, key)
    members = sorted(_members(identity, named), key=lambda one: one.relation != _HEAD)
    return Household(
        id=HouseholdId(identity),
        village=village,
        head_name=members[0].name,
        address=first["address"],
        group=first["group"],
        natural_village=first["natural_village"],
        national_code=first["household_code"],
        phone=next((row["household_phone"] for row in rows if row["household_phone"]), ""),
        household_type=codes.code(codes.HOUSEHOLD_TYPE, first["household_type"]),
        monitor_type=codes.code(codes.MONITOR_TYPE, first["monitor_type"]),
        members=tuple(members),
    )


def _look_at_household(rows: Sequence[_Row], findings: _Findings) -> None:
    heads = [row for row in rows if codes.code(codes.RELATION, row["relation"]) == _HEAD]
    if not heads:
        findings.add(rows[0], "relation", "no-head")
    for row in heads[1:]:
        findings.add(row, "relation", "heads", str(len(heads)))
    count = rows[0]["count"]
    if count and count != str(len(rows)):
        findings.add(rows[0], "count", "count-differs", f"{count} / {len(rows)}")


def _members(household: str, rows: Sequence[_Row]) -> list[Member]:
    taken: set[str] = set()
    found = []
    for row in rows:
        number = _own_number(row)
        key = number or row["person_code"] or row["name"]
        identity = _id("member", household, key)
        if identity in taken:
            identity = _id("member", household, key, row.number)
        taken.add(identity)
        born = citizen_id.birth(number)
        found.append(
            Member(
                id=MemberId(identity),
                name=person_name.normalise(row["name"]),
                relation=codes.code(codes.RELATION, row["relation"]),
                sex=next((code for code, word in _SEX.items() if row["sex"] in (code, word)), "") or citizen_id.sex(number),
                birth=born.isoformat() if born else row["birth"],
                citizen_id=number,
                ethnic=codes.code(codes.ETHNIC, row["ethnic"]),
                phone=row["phone"],
            )
        )
    return found


def _id(*parts: object) -> str:
    """32 hex digits that anybody who reads the same file gets as well."""
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()[:32]


class _Villages:
    """Finds the village of a row among the known divisions: by code, else by the names of township and village."""

    def __init__(self, areas: Iterable[Area]) -> None:
        known = {area.code: area for area in areas}
        self.by_code = {code for code in known if len(code) == 12}
        self.fictitious = any(is_fictitious(code) for code in known)
        self.knows_towns = any(len(code) == 9 for code in known)
        self.by_names: dict[tuple[str, str], list[str]] = {}
        for code in self.by_code:
            town = known.get(AreaCode(code[:9]))
            for name in ("", town.name if town else ""):
                self.by_names.setdefault((name, _stem(known[AreaCode(code)].name)), []).append(code)

    def find(self, row: _Row) -> AreaCode | None:
        """None also if two villages have the name and no township tells them apart."""
        if row["village_code"]:
            return AreaCode(row["village_code"]) if row["village_code"] in self.by_code else None
        stem = _stem(row["village"])
        found = self.by_names.get((row["town"], stem)) or ([] if self.knows_towns else self.by_names.get(("", stem), []))
        return AreaCode(found[0]) if len(set(found)) == 1 else None


def _stem(village: str) -> str:
    """银湾村民委员会, 银湾村委会 and 银湾村 are one village."""
    for ending in ("村民委员会", "村委会", "社区居民委员会", "社区居委会", "居民委员会", "居委会"):
        if village.endswith(ending):
            kind = "社区" if ending.startswith(("社区", "居")) else "村"
            return village.removesuffix(ending) + kind
    return village
