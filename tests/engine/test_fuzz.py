"""Bad input of every kind, in short; `python3 -m tests.fuzz` runs the same for as long as it is given."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldapp.engine.compiled import dump, load
from fieldapp.engine.limits import COUNT_ROWS
from fieldapp.engine.lint import lint
from fieldapp.engine.secondary import from_geojson, from_xml
from fieldapp.engine.session import FormSession
from fieldapp.engine.xform import parse
from fieldapp.engine.xlsform import convert
from fieldapp.errors import FormInvalid
from tests.engine.scenario import surroundings
from tests.engine.test_xform import xform
from tests.fuzz import expressions, xforms
from tests.fuzz.laws import keeps_play_law, keeps_xform_law
from tests.fuzz.targets import TARGETS
from tests.fuzz.workbooks import zip_bomb


@pytest.mark.parametrize("target", [name for name in TARGETS if name != "large"])
@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(chance=st.randoms(use_true_random=False))
def test_bad_input_is_refused_with_a_code_or_gives_a_form_that_is_played(target: str, chance: Random) -> None:
    TARGETS[target](chance)


def with_expression(text: str, role: str = "calculate") -> str:
    quoted = text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    return xform(
        '<d id="d"><a/><m><x/></m></d>',
        f'<bind nodeset="/d/a" {role}="{quoted}"/>',
        '<input ref="/d/a"/><repeat nodeset="/d/m"><input ref="/d/m/x"/></repeat>',
    )


@pytest.mark.parametrize("number", range(len(expressions.bombs())))
def test_expression_bomb_is_refused_or_worked_out(number: int) -> None:
    outcome = keeps_xform_law(with_expression(expressions.bombs()[number], ("calculate", "constraint")[number % 2]), Random(number))
    assert outcome == "played" or outcome.startswith("refused")


@pytest.mark.parametrize("bomb", xforms.bombs())
def test_document_type_is_refused_before_anything_is_expanded_or_fetched(bomb: str) -> None:
    text = bomb + with_expression("1")
    with pytest.raises(FormInvalid) as caught:
        parse(text)
    assert caught.value.values["fault"] == "doctype"
    assert [one.code for one in lint(text)] == ["form"]
    assert from_xml(bomb + "<root/>").children == []


def test_declared_encoding_does_not_matter_once_the_text_is_read() -> None:
    assert parse('<?xml version="1.0" encoding="utf-16"?>' + with_expression("1")).root.name == "d"


@pytest.mark.parametrize(("text", "fault"), [("<a>" * 5_000, "too-deep"), ("<a>" + "<b/>" * 500_000 + "</a>", "too-large")])
def test_form_that_is_too_deep_or_too_large_is_refused(text: str, fault: str) -> None:
    with pytest.raises(FormInvalid) as caught:
        parse(text)
    assert caught.value.values["fault"] == fault


@pytest.mark.parametrize("count", ["1000000000", "1 div 0", "99999999999999999999"])
def test_enormous_row_count_ends_at_its_limit(count: str) -> None:
    definition = parse(
        xform(
            '<d id="d"><m><x/></m></d>',
            "",
            f'<repeat nodeset="/d/m" jr:count="{count}"><input ref="/d/m/x"/></repeat>',
        )
    )
    node = definition.find("/d/m")
    assert node is not None
    assert len(FormSession.start(definition, surroundings()).live.tree.instances[node.index]) in (0, COUNT_ROWS)


def test_zip_bomb_is_refused_unpacked() -> None:
    with pytest.raises(FormInvalid) as caught:
        convert(zip_bomb(), "xlsx")
    assert caught.value.values["fault"] == "too-large"


def test_sheet_of_too_many_rows_is_refused_at_its_limit() -> None:
    lines = ["survey", ",type,name,label", *(f",text,q{number},Q" for number in range(30_000))]
    with pytest.raises(FormInvalid) as caught:
        convert("\n".join(lines).encode(), "csv")
    assert (caught.value.values["fault"], caught.value.values["row"]) == ("too-many-rows", 20_001)


def test_media_nested_without_end_are_empty_lists() -> None:
    assert from_xml("<a>" * 3_000 + "</a>" * 3_000).children == []
    assert from_geojson("[" * 100_000).children == []


@pytest.mark.parametrize("place", range(0, 3_000, 250))
def test_cache_with_one_wrong_byte_is_refused(place: int) -> None:
    data = bytearray(dump(parse(with_expression("/d/m/x + 1"))))
    data[place % len(data)] ^= 1
    with pytest.raises(FormInvalid):
        load(bytes(data))


@pytest.mark.parametrize(
    "line",
    [
        '{"id": "\\ud800", "xml": "\\ud800"}',
        '{"id": 1, "xml": null, "file": "\\u0000"}',
        '{"id": 1, "xml": 5}',
        '{"id": 1, "file": "x", "now": []}',
        '{"id": 1, "xml": "<a/>", "steps": {"a": 1}}',
        '{"id": 1, "xml": "<a/>", "attachments": [1]}',
    ],
)
def test_case_of_the_wrong_kind_is_a_load_error_that_can_be_read(line: str) -> None:
    assert keeps_play_law(line) == "load error"


def test_prefix_that_the_form_uses_for_something_else_is_not_declared_twice() -> None:
    text = xform('<d xmlns:orx="urn:other" id="d" orx:a="1"><a/></d>', "", '<input ref="/d/a"><label>A</label></input>')
    assert keeps_xform_law(text, Random(0)) == "played"
