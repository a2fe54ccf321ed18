"""The sheets of a form's author: errors say where."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from fieldapp.engine.session import FormSession
from fieldapp.engine.xform import parse
from fieldapp.engine.xlsform import convert, to_xform
from fieldapp.errors import ExpressionError, FormInvalid

from .scenario import padded, surroundings


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


def test_private_use_characters_in_sheets_media_and_forms_become_the_real_ones() -> None:
    table = """
    | survey | | | |
    | | type | name | label |
    | | select_one place | village | 村\ue81e |
    | | select_one_from_file group.csv | group | 组 |
    | choices | | | |
    | | list_name | name | label |
    | | place | a | \ue816村 |
    """
    made = convert(padded(table), "md")
    assert "村\u9fb4" in made.xform
    assert "\ue81e" not in made.xform
    session = FormSession.start(made.definition, surroundings({"group.csv": "name,label\ng1,\ue855组\n"}))
    assert [choice.label for choice in session.view(f"{session.root}/village").choices] == ["\U00020087村"]
    assert [choice.label for choice in session.view(f"{session.root}/group").choices] == ["\U000241fe组"]
    again = FormSession.start(parse(made.xform.replace("\u9fb4", "\ue81e")), surroundings({"group.csv": "name,label\n"}))
    assert again.view(f"{again.root}/village").label == "村\u9fb4"
