"""What the linter tells the author of a form."""

from __future__ import annotations

from pathlib import Path

import pytest

from fieldapp.engine import xlsform
from fieldapp.engine.lint import SEVERITIES, Mistake, Severity, lint, lint_file
from fieldapp.words import forms, knows, say
from tests.engine.choice_lists import ROWS

_LISTS = """
| choices |
|         | list_name | name | label |
|         | yn        | yes  | 是    |
|         | yn        | no   | 否    |
| settings |
|          | form_id | version |
|          | hf      | 1       |
"""


def linted(survey: str, lists: str = _LISTS) -> tuple[Mistake, ...]:
    """What is found, the list that a form does not use aside."""
    return tuple(one for one in lint(xlsform.to_xform(survey + lists, "md")) if one.code != "unused-list")


def codes(survey: str, lists: str = _LISTS) -> set[str]:
    return {mistake.code for mistake in linted(survey, lists)}


def test_every_broken_expression_is_told_with_sheet_row_and_column() -> None:
    found = linted("""
| survey |
|        | type      | name | label | relevant  | calculation  | constraint |
|        | integer   | a    | A     |           |              | . >        |
|        | text      | b    | B     | nosuch(1) |              |            |
|        | calculate | c    |       |           | if(${a}, 1)  |            |
""")
    assert [(one.sheet, one.row, one.column, one.severity, one.code) for one in found] == [
        ("survey", 2, "constraint", Severity.ERROR, "syntax"),
        ("survey", 3, "relevant", Severity.ERROR, "unknown-function"),
        ("survey", 4, "calculation", Severity.ERROR, "arguments"),
    ]
    assert dict(found[0].values)["position"] == "4"


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("1 +", "表达式没有写完：1 +"),
        ("if(1, 2, 3", "第 11 个字符处缺少 )：if(1, 2, 3"),
        ("(1 2)", "第 4 个字符处缺少 )：(1 2)"),
        ("1 ? 2", "第 3 个字符处的 ? 不应出现：1 ? 2"),
        ("'a", "从第 1 个字符开始的文字缺少结束引号：'a"),
        ("/hf/nowhere", "表单中没有 /hf/nowhere：/hf/nowhere"),
    ],
)
def test_author_is_told_in_chinese_what_is_wrong(cell: str, said: str) -> None:
    (found,) = linted(f"| survey |\n| | type | name | label | relevant |\n| | text | t | T | {cell} |\n")
    assert found.message() == said


def test_every_absolute_path_that_leads_nowhere_is_told() -> None:
    found = linted(
        "| survey |\n| | type | name | label | relevant |\n| | text | t | T | /hf/a = 1 |\n| | text | u | U | /hf/t = /hf/b/c |\n"
    )
    assert [(one.row, one.code, dict(one.values)["name"]) for one in found] == [
        (2, "missing-path", "/hf/a"),
        (3, "missing-path", "/hf/b/c"),
    ]


def test_form_without_mistakes_has_none() -> None:
    assert (
        linted("""
| survey |
|        | type          | name | label | relevant       | constraint              |
|        | integer       | a    | A     |                | . >= 0                  |
|        | select_one yn | s    | S     | ${a} > 3       |                         |
|        | text          | t    | T     | ${s} = 'yes'   | regex(., '^[0-9]{3}$')  |
""")
        == ()
    )


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("/hf/nowhere = 1", "missing-path"),
        ("../nowhere = 1", "dead-path"),
        (f"count(instance('towns')/{ROWS}) > 0", "missing-instance"),
        (f"count(instance('yn')/{ROWS}[nmae = 'yes']) > 0", "missing-column"),
        ("${s} = 'yse'", "not-a-choice"),
        ("selected(${s}, 'maybe')", "not-a-choice"),
        ("${t} + 1 > 3", "text-as-number"),
        ("${t} < 5", "text-as-number"),
        ("${s} * 2 = 4", "text-as-number"),
        ("${b} = 1", "boolean-compared"),
        ("regex(${t}, '(')", "bad-regex"),
        ("regex(${t}, '^(a+)+$')", "costly-regex"),
        ("regex(${t}, '[0-9]{3}')", "regex-not-anchored"),
        ("count(//t) > 0", "whole-tree"),
        ("floor(${n}) = 1", "function-not-in-collect"),
        ("count((/hf/m)[inc = 1]) = 1", "construct-not-in-collect"),
        ("count(/hf/m[1]) = 1", "construct-not-in-collect"),
        ("not(${n})", "path-as-condition"),
        ("${n} and ${t} = ''", "path-as-condition"),
        ("sum(/hf/m/inc) > 0", "blanks-in-web-forms"),
    ],
)
def test_relevance_is_remarked_upon(cell: str, code: str) -> None:
    assert code in codes(f"""
| survey |
|        | type          | name | label | calculation | relevant |
|        | integer       | n    | N     |             |          |
|        | text          | t    | T     |             |          |
|        | select_one yn | s    | S     |             |          |
|        | calculate     | b    |       | ${{n}} > 3    |          |
|        | begin repeat  | m    | M     |             |          |
|        | integer       | inc  | I     |             |          |
|        | end repeat    |      |       |             |          |
|        | text          | last | L     |             | {cell}   |
""")


@pytest.mark.parametrize("cell", ["${s} = 'no'", "${n} + 1 > 3", "sum(/hf/m/inc2) > 0", "${s} = ''", "regex(${t}, '^a.*')"])
def test_what_is_right_is_not_remarked_upon(cell: str) -> None:
    found = codes(f"""
| survey |
|        | type          | name | label | calculation      | relevant |
|        | integer       | n    | N     |                  |          |
|        | text          | t    | T     |                  |          |
|        | select_one yn | s    | S     |                  |          |
|        | calculate     | b    |       | ${{n}} > 3         |          |
|        | begin repeat  | m    | M     |                  |          |
|        | calculate     | inc2 |       | position(..) + 1 |          |
|        | end repeat    |      |       |                  |          |
|        | text          | last | L     |                  | {cell}   |
""")
    assert found == set()


def test_circle_is_an_error_naming_its_questions() -> None:
    (found,) = linted("""
| survey |
|        | type      | name | label | calculation |
|        | calculate | a    |       | ${b} + 1    |
|        | calculate | b    |       | ${a} + 1    |
|        | text      | t    | T     |             |
""")
    assert (found.severity, found.code) == (Severity.ERROR, "circle")
    assert "/hf/a" in dict(found.values)["detail"]


def test_row_that_adds_up_all_rows_is_slow() -> None:
    assert "rows-in-rows" in codes("""
| survey |
|        | type         | name | label | calculation        |
|        | begin repeat | m    | M     |                    |
|        | integer      | inc  | I     |                    |
|        | calculate    | per  |       | sum(/hf/m/inc) div 2 |
|        | end repeat   |      |       |                    |
""")


def test_filter_that_looks_at_every_row_of_a_long_list_is_slow() -> None:
    lists = "| choices |\n| | list_name | name | label | county |\n" + "".join(
        f"| | towns | t{number} | T | c |\n" for number in range(400)
    )
    lists += "| settings |\n| | form_id | version |\n| | hf | 1 |\n"
    survey = "| survey |\n| | type | name | label | choice_filter |\n| | text | c | C | |\n| | select_one towns | town | T | {} |\n"
    assert "slow-filter" in codes(survey.format("starts-with(${c}, county)"), lists)
    assert "slow-filter" not in codes(survey.format("county = ${c}"), lists)


def test_chinese_name_does_not_open_in_collect() -> None:
    assert "name-not-in-collect" in codes("| survey |\n| | type | name | label |\n| | text | 姓名 | 姓名 |\n")


def test_file_that_is_no_form_is_a_mistake_and_not_a_crash(tmp_path: Path) -> None:
    broken = tmp_path / "broken.xml"
    broken.write_text("<h:html>", encoding="utf-8")
    table = tmp_path / "broken.xlsx"
    table.write_bytes(b"no zip")
    empty = tmp_path / "empty.md"
    empty.write_text("", encoding="utf-8")
    for file in (broken, table, empty):
        (found,) = lint_file(file)
        assert (found.severity, found.code) == (Severity.ERROR, "form")
        assert found.message() != "lint-form"


def test_the_bundled_form_is_clean() -> None:
    found = lint_file(forms() / "household_survey" / "household_survey.csv")
    assert [(one.sheet, one.row, one.column, one.code) for one in found] == [("survey", 278, "calculation", "round-in-web-forms")]
    assert found[0].severity is Severity.NOTE, "income per head is rounded to fen; Web Forms may differ in the last digit"


@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize("code", sorted(SEVERITIES))
def test_every_code_has_its_sentence(code: str, language: str) -> None:
    assert knows(f"lint-{code}", language)
    values = dict.fromkeys(("detail", "expression", "name", "value", "pattern", "rows", "position", "reason", "path"), "§")
    assert "{" not in say(f"lint-{code}", language, **values)
