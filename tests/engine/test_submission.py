"""Submissions as OpenRosa XML: what is written, read and written again is the same; edits name what they replace."""

from __future__ import annotations

import random
import re
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp.engine.definition import FormDefinition
from fieldapp.engine.play import play
from fieldapp.engine.session import FormSession
from fieldapp.engine.submission import read, revised, write
from fieldapp.engine.views import Kind
from fieldapp.engine.xform import parse
from fieldapp.errors import BadInput, NotFound
from tests.engine.answering import fill_in
from tests.engine.scenario import NOW, Scenario, form, surroundings
from tests.engine.test_entities import ROWS
from tests.engine.test_form_logic import EVENTS
from tests.engine.test_question_types import SHOWN

NESTED = """
    | survey |
    | | type | name | label | relevant | default | instance::abc:kind | bind::orx:max-pixels |
    | | text | who | 姓名 | | | h |
    | | integer | n | 数 |
    | | begin_group | g | 组 | ${n} > 3 |
    | | text | told | 说 | | 原话 |
    | | begin_repeat | plot | 地块 |
    | | decimal | area | 面积 |
    | | begin_repeat | crop | 作物 | ${area} > 1 |
    | | text | kind | 种类 | | 稻 |
    | | end_repeat |
    | | end_repeat |
    | | end_group |
    | settings |
    | | form_id | version | namespaces | attribute::abc:x | instance_name |
    | | nested | 7 | abc="http://example.org/abc" | 5 | concat(${who}, '家') |
    """


@cache
def made(which: int) -> FormDefinition:
    return parse(EVENTS) if which == 3 else form((NESTED, SHOWN, ROWS)[which])


def same_again(session: FormSession, row_ids: bool) -> FormSession:
    """The session that the written submission gives, which must write the same."""
    written = write(session, row_ids)
    again = FormSession.resume(session.definition, surroundings(), read(session.definition, written))
    assert write(again, row_ids) == written
    return again


@settings(max_examples=25, deadline=None)
@given(st.data(), st.integers(0, 3), st.integers(0, 10_000))
def test_writing_reading_and_writing_again_changes_nothing(data: st.DataObject, which: int, seed: int):
    session = FormSession.start(made(which), surroundings())
    texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\t\r <&>\"'"), max_size=8)
    fill_in(session, random.Random(seed), lambda: data.draw(texts))
    again = same_again(session, row_ids=True)
    same_again(session, row_ids=False)
    rows = {path for path, _ in session.finish().items() if re.search(r"/[0-9a-f]{32}$", path)}
    assert rows == {path for path, _ in again.finish().items() if re.search(r"/[0-9a-f]{32}$", path)}


def test_namespaces_attributes_and_the_name_of_the_submission_are_written():
    scenario = Scenario.of(NESTED)
    scenario.answer("who", "王 & 李")
    written = write(scenario.session)
    assert written.startswith('<nested xmlns:abc="http://example.org/abc" abc:x="5" id="nested" version="7">')
    assert '<who abc:kind="h">王 &amp; 李</who>' in written
    assert "<instanceName>王 &amp; 李家</instanceName>" in written
    assert "<g>" not in written


def test_what_was_not_relevant_is_as_the_form_has_it_at_first():
    scenario = Scenario.of(NESTED)
    again = Scenario(same_again(scenario.session, row_ids=False))
    assert again.value("g/told") == ""
    again.answer("n", "4")
    assert again.value("g/told") == "原话"
    assert len(again.session.children(again.path("g/plot"))) == 1
    again.answer("g/told", "")
    assert Scenario(same_again(again.session, row_ids=False)).value("g/told") == ""


def test_an_edit_has_a_new_id_and_names_the_old_one():
    scenario = Scenario.of(NESTED)
    scenario.answer("who", "王")
    first = scenario.value("meta/instanceID")
    ids = surroundings()
    session = scenario.session
    for _ in range(2):
        answers = revised(read(session.definition, write(session)), ids.uuid)
        before, session = session, FormSession.resume(session.definition, ids, answers)
    edited = Scenario(session)
    assert edited.value("who") == "王"
    assert edited.value("meta/deprecatedID") == Scenario(before).value("meta/instanceID") != first
    assert len({first, edited.value("meta/deprecatedID"), edited.value("meta/instanceID")}) == 3
    assert f"<deprecatedID>{edited.value('meta/deprecatedID')}</deprecatedID></meta>" in write(session)
    assert session.finish()["meta/deprecatedID"] == edited.value("meta/deprecatedID")
    assert FormSession.resume(session.definition, surroundings(), session.snapshot()).snapshot() == session.snapshot()
    with pytest.raises(NotFound):
        scenario.session.view(scenario.path("meta/deprecatedID"))


def test_a_script_begins_with_a_submission_or_its_edit():
    case = {"id": 1, "xml": EVENTS, "steps": [{"op": "set", "ref": "/data/a", "value": "y"}]}
    sent = '<data id="events"><a>x</a><plot><kind>maize</kind></plot><orx:meta xmlns:orx="http://openrosa.org/xforms">'
    sent += "<orx:instanceID>uuid:1</orx:instanceID></orx:meta></data>"
    states = {}
    for name, more in {"restored": {"instance": sent}, "edited": {"instance": sent, "edit": True}}.items():
        loaded, answered = play({**case, **more}, NOW, NOW.tzinfo)["states"]
        states[name] = {node["ref"]: node.get("v") for node in loaded["set"]}
        assert {node["ref"]: node.get("v") for node in answered["set"]} == {"/data/a": "y", "/data/b": "y!"}
    assert (states["restored"]["/data/a"], states["restored"]["/data/plot[1]/kind"]) == ("x", "maize")
    assert "/data/plot[2]" not in states["restored"]
    assert states["restored"]["/data/meta/instanceID"] == "uuid:1" == states["edited"]["/data/meta/deprecatedID"]
    assert states["edited"]["/data/meta/instanceID"] not in ("", "uuid:1")
    assert "/data/meta/deprecatedID" not in states["restored"]


def test_a_form_with_a_namespace_of_its_own_keeps_it():
    xform = EVENTS.replace('<data id="events">', '<data xmlns="http://example.org/f" id="events">')
    session = FormSession.start(parse(xform), surroundings())
    assert write(session).startswith('<data xmlns="http://example.org/f" ')
    same_again(session, row_ids=False)


@pytest.mark.parametrize(
    "xml", ["", "<nested>", "<other/>", '<nested id="other"/>', "<!DOCTYPE x [<!ENTITY a 'b'>]><nested>&a;</nested>", b"\xff\xfe\x00"]
)
def test_what_is_no_submission_of_the_form_is_refused(xml: str | bytes):
    with pytest.raises(BadInput):
        read(made(0), xml)


def test_a_submission_with_an_xml_declaration_is_read():
    text = '<?xml version="1.0" encoding="UTF-8"?><nested id="nested"><who>王</who><unknown>x</unknown></nested>'
    assert read(made(0), text)["who"] == "王"
    assert read(made(0), text.encode())["who"] == "王"


def test_every_kind_of_node_is_in_the_forms_that_are_tried():
    kinds = {node.kind for which in range(4) for node in made(which).nodes}
    assert kinds == {Kind.ROOT, Kind.GROUP, Kind.REPEAT, Kind.QUESTION, Kind.NOTE, Kind.CALCULATE}
