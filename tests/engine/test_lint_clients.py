"""What the author is told of a form as a whole: what this program passes over, what ODK Collect does not open."""

from __future__ import annotations

import pytest

from fieldapp.engine.lint import lint
from fieldapp.engine.xlsform import convert
from fieldapp.words import forms
from tests.engine.scenario import padded


def told(table: str) -> dict[str, tuple[int, str]]:
    """Code → row and sentence."""
    return {found.code: (found.row, found.message("en")) for found in lint(convert(padded(table), "md"))}


MUTUAL = """
    | survey |
    | | type | name | label | required | relevant | constraint |
    | | text | title | 名称 | ${photo} != '' |
    | | image | photo | 照片 | ${title} != '' |
    """


@pytest.mark.parametrize(
    ("table", "circle"),
    [
        (MUTUAL, True),
        (MUTUAL.replace("| 照片 | ${title} != '' |", "| 照片 | | | ${title} != '' |"), False),
        (MUTUAL.replace("| 照片 | ${title} != '' |", "| 照片 | | ${title} != '' |"), True),
        (MUTUAL.replace("| 照片 | ${title} != '' |", "| 照片 |"), False),
    ],
)
def test_questions_that_decide_about_each_other_are_no_form_for_collect(table: str, circle: bool):
    found = told(table)
    assert ("circle-in-collect" in found) is circle
    assert not circle or "photo, title" in found["circle-in-collect"][1]


def test_what_is_passed_over_is_told_at_its_row():
    found = told(
        """
        | survey |
        | | type | name | label |
        | | background-audio | heard |
        | | text | a | 甲 |
        | settings |
        | | form_id | public_key | submission_url |
        | | f | MIIB | http://example.org |
        """
    )
    assert found["passed-over"][0] == 2
    assert "records nobody" in found["passed-over"][1]
    assert "plain" in found["encryption-passed-over"][1]
    assert "own audit trail" in told("| survey |\n| | type | name | label |\n| | audit | audit |\n| | text | a | 甲 |")["passed-over"][1]


def test_the_bundled_forms_open_in_collect():
    for source in forms().glob("*/*.csv"):
        if source.stem == source.parent.name:
            codes = {found.code for found in lint(convert(source))}
            assert not codes & {"circle-in-collect", "passed-over", "encryption-passed-over"}
