"""The sheets of a form's author: errors say where."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from fieldapp.engine.xlsform import convert, to_xform
from fieldapp.errors import ExpressionError, FormInvalid


def table(text: str) -> str:
    return textwrap.dedent(text)


def test_a_broken_expression_names_sheet_row_and_column():
    with pytest.raises(ExpressionError) as caught:
        convert(
            table(
                """
                | survey |             |      |       |               |
                |        | type        | name | label | constraint    |
                |        | integer     | a    | 甲    |               |
                |        | begin group | g    | 组    |               |
                |        | integer     | b    | 乙    | . > ${a} + (  |
                |        | end group   |      |       |               |
                """
            ),
            "md",
        )
    values = caught.value.values
    assert (values["sheet"], values["row"], values["column"]) == ("survey", 4, "constraint")


def test_what_pyxform_refuses_names_the_row():
    with pytest.raises(FormInvalid) as caught:
        convert(
            table(
                """
                | survey |         |      |       |
                |        | type    | name | label |
                |        | integer | a    | 甲    |
                |        | nosuch  | b    | 乙    |
                """
            ),
            "md",
        )
    assert (caught.value.values["sheet"], caught.value.values["row"]) == ("survey", 3)


@pytest.mark.parametrize(("content", "kind"), [(b"no workbook", "xlsx"), (b"", "md"), (b"\xff\xfe", "csv"), (b"x", "zip")])
def test_a_file_that_is_no_form_is_refused(content: bytes, kind: str):
    with pytest.raises(FormInvalid):
        convert(content, kind)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path):
    with pytest.raises(FormInvalid):
        convert(tmp_path / "none.xlsx")


def test_the_root_is_unlike_any_question():
    sheets = to_xform(
        table(
            """
            | survey   |         |       |       |
            |          | type    | name  | label |
            |          | integer | data  | 甲    |
            |          | integer | house | 乙    |
            | settings |         |       |       |
            |          | form_id |       |       |
            |          | house   |       |       |
            """
        ),
        "md",
    )
    assert "<form__data " in sheets.xform
    assert sheets.rows["/form__data/house"] == 3
