"""Each code of the linter: a form that has it, at the right sheet, row and column, and one like it that has not."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from fieldapp.engine.lint import SEVERITIES, Mistake, lint, lint_file
from fieldapp.engine.lint_sheets import about_sheets
from fieldapp.engine.sheets import read
from fieldapp.engine.xlsform import to_xform
from fieldapp.errors import FormInvalid
from fieldapp.words import knows, say
from tests.engine.choice_lists import ROWS
from tests.engine.lint_table import FILE
from tests.engine.lint_table import table as lint_table
from tests.engine.test_xform import xform

Cells = dict[str, str]

SURVEY: tuple[Cells, ...] = (
    {"type": "integer", "name": "n", "label": "N"},
    {"type": "text", "name": "t", "label": "T"},
    {"type": "select_one yn", "name": "s", "label": "S"},
    {"type": "select_multiple yn", "name": "many", "label": "M"},
    {"type": "calculate", "name": "b", "calculation": "${n} > 3"},
    {},
    {"type": "begin repeat", "name": "m", "label": "R"},
    {"type": "integer", "name": "inc", "label": "I"},
    {"type": "integer", "name": "maybe", "label": "I", "relevant": "${inc} > 1"},
    {"type": "calculate", "name": "got", "calculation": "position(..) + 1"},
    {"type": "end repeat"},
    {"type": "date", "name": "d", "label": "D"},
)
ROW = len(SURVEY) + 2
"""The row of the question `q` that a case adds; a blank row, a repeat and a column with a language stand before it."""

CHOICES: tuple[Cells, ...] = ({"list_name": "yn", "name": "yes", "label": "是"}, {"list_name": "yn", "name": "no", "label": "否"})
SETTINGS: Cells = {"form_id": "hf", "version": "2", "namespaces": 'fa="urn:fieldapp:form"'}


def table(rows: tuple[Cells, ...]) -> list[list[str]]:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    return [columns, *([row.get(column, "") for column in columns] for row in rows)]


def written(sheets: dict[str, list[list[str]]], kind: str) -> bytes:
    if kind == "csv":
        out = io.StringIO(newline="")
        for title, rows in sheets.items():
            csv.writer(out).writerows([[title], *(["", *row] for row in rows)])
        return out.getvalue().encode()
    if kind == "md":
        return "\n".join(
            line for title, rows in sheets.items() for line in [f"| {title} |", *("| | " + " | ".join(row) + " |" for row in rows)]
        ).encode()
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append([cell or None for cell in row])
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def found(cells: Cells, kind: str = "csv", choices: tuple[Cells, ...] = CHOICES, settings: Cells | None = None) -> tuple[Mistake, ...]:
    """What is found in the form with one more question `q` (or whatever the cells say)."""
    row = {"type": "text", "name": "q", "label": "Q", **cells}
    sheets = {"survey": table((*SURVEY, row)), "choices": table(choices), "settings": table((SETTINGS if settings is None else settings,))}
    return lint(to_xform(written(sheets, kind), kind))


EXPRESSIONS = {
    "syntax": ("relevant", "${n} +", "${n} + 1 = 2"),
    "unknown-function": ("relevant", "nosuch(${n})", "string(${n}) = ''"),
    "arguments": ("calculation", "if(${n} = 1, 1)", "if(${n} = 1, 1, 0)"),
    "missing-path": ("relevant", "/hf/nowhere = 1", "/hf/n = 1"),
    "dead-path": ("relevant", "../nowhere = 1", "../n = 1"),
    "missing-instance": ("relevant", f"count(instance('towns')/{ROWS}) > 0", f"count(instance('yn')/{ROWS}) > 0"),
    "missing-column": ("relevant", f"count(instance('yn')/{ROWS}[nmae = 'a']) > 0", f"count(instance('yn')/{ROWS}[name = 'a']) > 0"),
    "too-costly": ("relevant", "count(//*[count(//*[count(//*) > 0]) > 0]) > 0", "count(//t) > 0"),
    "bad-regex": ("constraint", "regex(., '(')", "regex(., '^a$')"),
    "not-a-choice": ("relevant", "${s} = 'yse'", "${s} = 'yes'"),
    "not-a-select": ("relevant", "selected(${t}, 'a')", "selected(${s}, 'yes')"),
    "select-multiple-compared": ("relevant", "${many} = 'yes'", "selected(${many}, 'yes')"),
    "text-as-number": ("relevant", "${t} + 1 > 3", "${n} + 1 > 3"),
    "text-as-date": ("relevant", "format-date(${n}, '%Y') = '2026'", "format-date(${d}, '%Y') = '2026'"),
    "number-as-text": ("relevant", "${n} = 'three'", "${n} = '3'"),
    "bad-date": ("constraint", "${d} > date('2020-02-30')", "${d} > date('2020-02-28')"),
    "boolean-compared": ("relevant", "${b} = 1", "${n} = 1"),
    "boolean-in-collect": ("relevant", "${b} = 'true'", "${t} = 'true'"),
    "whole-tree": ("relevant", "count(//t) > 0", "count(/hf/t) > 0"),
    "costly-regex": ("constraint", "regex(., '^(a+)+$')", "regex(., '^a+$')"),
    "regex-not-anchored": ("constraint", "regex(., '[0-9]{3}')", "regex(., '^[0-9]{3}$')"),
    "function-not-in-collect": ("calculation", "floor(${n})", "round(${n})"),
    "construct-not-in-collect": ("relevant", "count(/hf/m[1]) = 1", "count(/hf/m[inc = 1]) = 1"),
    "self-not-in-collect": ("calculation", "once(.) + 1", "${n} + 1"),
    "index-in-collect": ("calculation", "indexed-repeat(${got}, ${m}, ${n} - 1)", "indexed-repeat(${got}, ${m}, 1)"),
    "coalesce-in-collect": ("calculation", "coalesce(${n}, ${t}, 'x')", "coalesce(${n}, ${t})"),
    "path-as-condition": ("relevant", "not(${n})", "not(${n} = '')"),
    "blanks-in-web-forms": ("calculation", "sum(${inc})", "sum(${got})"),
    "count-in-web-forms": ("calculation", "join(' ', /hf/m/maybe)", "count(/hf/m)"),
    "round-in-web-forms": ("calculation", "round(${n}, 2)", "round(${n})"),
    "distance-in-web-forms": ("calculation", "area(${t})", "string(${t})"),
    "date-in-web-forms": ("calculation", "date(${n} + 1)", "date(${d})"),
    "weekday-in-web-forms": ("calculation", "format-date(${d}, '%a')", "format-date(${d}, '%d')"),
    "truth-in-web-forms": ("relevant", "boolean-from-string(${t})", "${t} = 'true'"),
    "constraint-by-name": ("constraint", "${q} != 'x'", ". != 'x'"),
    "never-relevant": ("relevant", "${s} = 'yes' and ${s} = 'no'", "${s} = 'yes' or ${s} = 'no'"),
    "relevance-of-itself": ("relevant", "${q} != 'x'", "${t} != 'x'"),
    "changes-by-itself": ("calculation", "now()", "once(now())"),
    "bad-tier": ("bind::fa:tier", "odd", "extended"),
    "bad-pii": ("bind::fa:pii", "9", "2"),
}
"""Code → column, cell that has it, cell that has not."""


@pytest.mark.parametrize("kind", ["csv", "md", "xlsx"])
@pytest.mark.parametrize("code", EXPRESSIONS)
def test_code_stands_at_its_cell_and_not_at_the_one_beside(code: str, kind: str) -> None:
    column, bad, good = EXPRESSIONS[code]
    if kind == "xlsx" and code not in ("syntax", "bad-pii", "text-as-number"):
        return
    assert [(one.sheet, one.row, one.column) for one in found({column: bad}, kind) if one.code == code] == [("survey", ROW, column)]
    assert code not in {one.code for one in found({column: good}, kind)}


QUESTIONS: dict[str, tuple[Cells, str, Cells]] = {
    "required-read-only": ({"required": "yes", "read_only": "yes"}, "required", {"required": "yes", "read_only": "yes", "default": "1"}),
    "warning-without-message": (
        {"bind::fa:warning": ". != ''"},
        "bind::fa:warning",
        {"bind::fa:warning": ". != ''", "bind::fa:warning_message": "W"},
    ),
    "message-without-warning": (
        {"bind::fa:warning_message": "W"},
        "bind::fa:warning_message",
        {"bind::fa:warning": ". != ''", "bind::fa:warning_message": "W"},
    ),
    "name-not-in-collect": ({"name": "姓名"}, "name", {"name": "xing_ming"}),
    "missing-translation": (
        {"label::中文": "问", "label::English (en)": ""},
        "label::English (en)",
        {"label::中文": "问", "label::English (en)": "Q"},
    ),
    "slow-filter": (
        {"type": "select_one towns", "choice_filter": "starts-with(${t}, county)"},
        "choice_filter",
        {"type": "select_one towns", "choice_filter": "county = ${t}"},
    ),
}


@pytest.mark.parametrize("code", QUESTIONS)
def test_question_as_a_whole_is_judged(code: str) -> None:
    bad, column, good = QUESTIONS[code]
    towns = tuple({"list_name": "towns", "name": f"t{number}", "label": "T", "county": "c"} for number in range(400))
    lists = (*CHOICES, *towns) if code == "slow-filter" else CHOICES
    assert [(one.sheet, one.row, one.column) for one in found(bad, choices=lists) if one.code == code] == [("survey", ROW, column)]
    assert code not in {one.code for one in found(good, choices=lists)}


LISTS: dict[str, tuple[tuple[Cells, ...], int, str, tuple[Cells, ...]]] = {
    "unused-list": ((*CHOICES, {"list_name": "old", "name": "a", "label": "A"}), 4, "list_name", CHOICES),
    "duplicate-choice": ((*CHOICES, CHOICES[0]), 4, "name", CHOICES),
    "blank-in-choice": ((*CHOICES, {"list_name": "yn", "name": "not sure", "label": "?"}), 4, "name", CHOICES),
}


@pytest.mark.parametrize("code", LISTS)
def test_choices_are_judged(code: str) -> None:
    bad, row, column, good = LISTS[code]
    survey = table((*SURVEY, {"type": "text", "name": "q", "label": "Q"}))

    def judged(choices: tuple[Cells, ...]) -> list[tuple[str, int, str]]:
        workbook = read(written({"survey": survey, "choices": table(choices), "settings": table((SETTINGS,))}, "xlsx"), "xlsx")
        return [(spot.sheet, spot.row, spot.column) for spot in about_sheets(workbook) if spot.code == code]

    assert judged(bad) == [("choices", row, column)]
    assert judged(good) == []


def test_choice_that_pyxform_refuses_is_found_on_its_sheet() -> None:
    bad = (*CHOICES, {"list_name": "yn", "name": "not sure", "label": "?"})
    with pytest.raises(FormInvalid) as caught:
        found({}, choices=bad)
    assert (caught.value.values["sheet"], caught.value.values["row"]) == ("choices", 4)


@pytest.mark.parametrize(("code", "settings"), [("no-version", {"form_id": "hf"}), ("no-form-id", {"version": "1"})])
def test_settings_are_judged(code: str, settings: Cells) -> None:
    spaces = {"namespaces": 'fa="urn:fieldapp:form"'}
    (one,) = [one for one in found({}, settings={**settings, **spaces}) if one.code == code]
    assert (one.sheet, one.row, one.column) == ("settings", 2, code[3:].replace("-", "_"))
    assert code not in {one.code for one in found({})}


def test_name_of_the_instance_is_judged_on_the_settings_sheet() -> None:
    (one,) = [one for one in found({}, settings={**SETTINGS, "instance_name": "concat(/hf/nowhere, 'x')"}) if one.code == "missing-path"]
    assert (one.sheet, one.row, one.column) == ("settings", 2, "instance_name")
    assert "missing-path" not in {one.code for one in found({}, settings={**SETTINGS, "instance_name": "concat(/hf/t, 'x')"})}


def test_title_that_is_a_slip_is_told_and_a_remark_is_not() -> None:
    (one,) = [one for one in found({"relevent": "1 = 1", "备注": "x", "our own": "y"}) if one.code == "unknown-column"]
    assert (one.sheet, one.row, one.column, dict(one.values)["value"]) == ("survey", 1, "relevent", "relevant")


def test_file_is_judged_with_what_lies_beside_it(tmp_path: Path) -> None:
    rows = (
        {"type": "select_one_from_file towns.csv", "name": "town", "label": "T", "image": ""},
        {"type": "text", "name": "q", "label": "Q", "image": "map.png"},
        {"type": "select_one_from_file big.csv", "name": "big", "label": "B", "image": ""},
        *({} for _ in range(70)),
        {"type": "text", "name": "lost", "label": "L"},
    )
    file = tmp_path / "f.csv"
    file.write_bytes(written({"survey": table(rows), "settings": table((SETTINGS,))}, "csv"))
    (tmp_path / "big.csv").write_bytes(b"name,label\n" + b"a,b\n" * 1_500_000)
    spots = {(one.code, one.sheet, one.row, one.column) for one in lint_file(file, before="2")}
    assert {
        ("missing-file", "survey", 2, "type"),
        ("missing-file", "survey", 3, "image"),
        ("large-file", "survey", 4, "type"),
        ("unread-row", "survey", 75, ""),
        ("version-not-newer", "settings", 2, "version"),
    } <= spots
    for name in ("towns.csv", "map.png", "big.csv"):
        (tmp_path / name).write_bytes(b"name,label\na,b\n")
    file.write_bytes(written({"survey": table(rows[:3]), "settings": table((SETTINGS,))}, "csv"))
    assert {one.code for one in lint_file(file, before="1")} == set()


INSIDE = {
    "rows-in-rows": ("sum(/hf/m/inc) div 2", "/hf/m/inc div 2"),
    "own-row-in-web-forms": ("/hf/m/inc + 1", "../inc + 1"),
}


@pytest.mark.parametrize("code", ["own-row-in-web-forms", "rows-in-rows"])
def test_rules_inside_a_repeat_are_judged(code: str) -> None:
    rows = (
        {"type": "begin repeat", "name": "m", "label": "R"},
        {"type": "integer", "name": "inc", "label": "I"},
        {"type": "calculate", "name": "per", "calculation": ""},
        {"type": "end repeat"},
    )
    for calculation, wanted in zip(INSIDE[code], ([("survey", 4, "calculation")], []), strict=True):
        cells = tuple({**row, "calculation": calculation} if row.get("name") == "per" else row for row in rows)
        spots = lint(to_xform(written({"survey": table(cells), "settings": table((SETTINGS,))}, "csv"), "csv"))
        assert [(one.sheet, one.row, one.column) for one in spots if one.code == code] == wanted


def test_circle_names_the_row_of_its_first_question() -> None:
    rows = ({"type": "calculate", "name": "a", "calculation": "${c} + 1"}, {"type": "calculate", "name": "c", "calculation": "${a} + 1"})
    more = ({"type": "text", "name": "t", "label": "T", "calculation": ""},)
    (one,) = [
        one
        for one in lint(to_xform(written({"survey": table((*more, *rows)), "settings": table((SETTINGS,))}, "csv"), "csv"))
        if one.code == "circle"
    ]
    assert (one.sheet, one.row) == ("survey", 3)


def test_xform_is_judged_by_line_and_attribute() -> None:
    text = xform(
        '\n<d id="d">\n<a/></d>',
        '\n<bind nodeset="/d/a" calculate="1 +"/>\n<bind nodeset="/d/none" type="int"/>',
        '\n<input ref="/d/a"><label>A</label></input>\n<input ref="/d/gone"><label>B</label></input>',
    )
    lines = text.split("\n")
    spots = {one.code: (one.row, one.column) for one in lint(text)}
    assert spots == {
        "syntax": (next(number for number, line in enumerate(lines, 1) if "1 +" in line), "calculate"),
        "bind-without-node": (next(number for number, line in enumerate(lines, 1) if "/d/none" in line), "nodeset"),
        "control-without-node": (next(number for number, line in enumerate(lines, 1) if "/d/gone" in line), "nodeset"),
    }
    (one,) = lint(xform('<d id="d"><a/></d>', '<bind nodeset="/d/a"/>', '<input ref="/d/a"/>'))
    assert (one.code, one.row, one.column) == ("missing-label", 1, "label")
    assert lint(xform('<d id="d"><a/></d>', '<bind nodeset="/d/a"/>', '<input ref="/d/a"><label>A</label></input>')) == ()


def test_refused_form_names_its_fault_in_words() -> None:
    (one,) = lint("<!DOCTYPE a><a/>")
    assert (one.code, one.message(), one.message("en")) == (
        "form",
        "不接受文档类型声明：<!DOCTYPE",
        "A document type is not accepted: <!DOCTYPE",
    )


ELSEWHERE = {
    "form",
    "circle",
    "own-row-in-web-forms",
    "rows-in-rows",
    "bind-without-node",
    "control-without-node",
    "unknown-column",
    "missing-file",
}
ELSEWHERE |= {"missing-label", "large-file", "unread-row", "version-not-newer", "no-version", "no-form-id"}


CLIENTS = {"circle-in-collect", "encryption-passed-over", "passed-over"}
"""Those of test_lint_clients.py."""


def test_every_code_has_its_form() -> None:
    assert {*CLIENTS, *EXPRESSIONS, *QUESTIONS, *LISTS, *ELSEWHERE} == set(SEVERITIES)


@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize("code", sorted(SEVERITIES))
def test_every_code_has_a_way_to_mend_it(code: str, language: str) -> None:
    assert knows(f"lint-{code}.mend", language)
    assert "{ $" not in say(f"lint-{code}.mend", language, name="§", value="§")


def test_every_code_stands_in_the_documentation_as_it_is_said() -> None:
    assert FILE.read_text(encoding="utf-8") == lint_table(), "python3 -m tests.engine.lint_table writes it anew"
