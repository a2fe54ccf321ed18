"""What a form does by itself: defaults, triggers, actions, once, pulldata, last-saved, messages and their outputs."""

from __future__ import annotations

from fieldapp.engine.session import FormSession
from fieldapp.engine.views import Flaw
from fieldapp.engine.xform import parse
from tests.engine.scenario import NOW, Scenario, form, surroundings

DEFAULTS = """
    | survey |
    | | type | name | label | default | calculation | trigger | relevant |
    | | date | visit | 走访 | today() |
    | | integer | n | 数 | 3 |
    | | select_multiple k | some | 选 | a b |
    | | text | who | 姓名 |
    | | text | copy | 副本 | ${n} + 1 |
    | | begin_repeat | m | 成员 |
    | | text | name | 姓名 |
    | | text | told | 说 | concat('第', position(..)) |
    | | dateTime | when | 何时 | | now() | ${name} |
    | | hidden | both | | | concat(${name}, '/', ${who}) | ${name} |
    | | end_repeat |
    | | dateTime | asked | 何时 | | now() | ${who} |
    | | text | either | 任一 | | concat(${who}, ${n}) | ${who}, ${n} |
    | | geopoint | spot | 位置 |
    | | background-geopoint | here | | | | ${who} |
    | | calculate | stamp | | | once(concat('x', ${n})) |
    | choices |
    | | list_name | name | label |
    | | k | a | 甲 |
    | | k | b | 乙 |
    """


def test_defaults_are_there_from_the_start_and_in_every_new_row():
    scenario = Scenario.of(DEFAULTS)
    assert [scenario.value(name) for name in ("visit", "n", "some", "copy")] == ["2026-11-22", "3", "a b", "4"]
    assert scenario.value("m[1]/told") == "第1"
    scenario.add("m")
    assert scenario.value("m[2]/told") == "第2"
    scenario.answer("m[1]/told", "改")
    scenario.answer("n", "9")
    assert (scenario.value("copy"), scenario.value("m[1]/told")) == ("4", "改")


def test_a_trigger_acts_in_its_own_row_and_again_at_every_change():
    scenario = Scenario.of(DEFAULTS)
    scenario.add("m")
    scenario.answer("who", "王")
    scenario.answer("m[2]/name", "李")
    assert [scenario.value(f"m[{row}]/both") for row in (1, 2)] == ["", "李/王"]
    assert [scenario.value(f"m[{row}]/when") for row in (1, 2)] == ["", NOW.isoformat(timespec="milliseconds")]
    scenario.answer("m[2]/name", "赵")
    assert scenario.value("m[2]/both") == "赵/王"
    scenario.answer("m[2]/name", "")
    assert scenario.value("m[2]/both") == "/王"


def test_one_calculation_has_several_triggers():
    scenario = Scenario.of(DEFAULTS)
    assert scenario.value("either") == ""
    scenario.answer("who", "王")
    assert (scenario.value("either"), scenario.value("asked")) == ("王3", NOW.isoformat(timespec="milliseconds"))
    scenario.answer("n", "5")
    assert scenario.value("either") == "王5"


def test_a_place_that_nobody_knows_stays_as_it_is():
    scenario = Scenario.of(DEFAULTS)
    scenario.answer("who", "王")
    assert scenario.value("here") == ""
    known = Scenario(FormSession.start(form(DEFAULTS), surroundings(properties={"geopoint": "30 104"})))
    known.answer("who", "王")
    assert known.value("here") == "30.0 104.0 0.0 0.0"


def test_once_keeps_its_first_result():
    scenario = Scenario.of(DEFAULTS)
    assert scenario.value("stamp") == "x3"
    scenario.answer("n", "8")
    assert scenario.value("stamp") == "x3"


EVENTS = """<?xml version="1.0"?>
<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:jr="http://openrosa.org/javarosa"
  xmlns:odk="http://www.opendatakit.org/xforms">
<h:head><h:title>x</h:title><model>
<instance><data id="events"><first/><load/><ready/><a/><b/><heard/>
  <plot jr:template=""><kind>rice</kind><no/></plot>
  <plot><kind>maize</kind><no>7</no></plot><plot><kind>bean</kind><no/></plot></data></instance>
<bind nodeset="/data/heard" type="binary"/>
<setvalue event="odk-instance-first-load" ref="/data/first" value="1 + 1"/>
<setvalue event="odk-instance-load" ref="/data/load" value="/data/load + 1"/>
<setvalue event="odk-instance-first-load odk-instance-load" ref="/data/ready">text</setvalue>
<odk:recordaudio event="odk-instance-load" ref="/data/heard" odk:quality="low"/>
<odk:setgeopoint event="odk-instance-first-load" ref="/data/b"/>
</model></h:head>
<h:body><input ref="/data/a"><label>a</label>
  <setvalue event="xforms-value-changed" ref="/data/b" value="concat(../a, '!')"/></input>
<group ref="/data/plot"><repeat nodeset="/data/plot"><input ref="/data/plot/kind"/>
  <setvalue event="odk-new-repeat" ref="/data/plot/no" value="position(..)"/></repeat></group></h:body></h:html>"""


def test_initial_rows_and_templates_and_events_each_have_their_moment():
    definition = parse(EVENTS)
    scenario = Scenario(FormSession.start(definition, surroundings()))
    assert [scenario.value(name) for name in ("first", "load", "ready", "heard", "b")] == ["2", "", "text", "", ""]
    assert [scenario.value(f"plot[{row}]/{name}") for row in (1, 2) for name in ("kind", "no")] == ["maize", "7", "bean", ""]
    scenario.add("plot")
    assert [scenario.value(f"plot[3]/{name}") for name in ("kind", "no")] == ["rice", "3"]
    scenario.answer("a", "x")
    again = Scenario(FormSession.resume(definition, surroundings(), scenario.session.snapshot()))
    assert [again.value(name) for name in ("first", "ready", "b")] == ["2", "text", "x!"]
    assert [again.value(f"plot[{row}]/no") for row in (1, 2, 3)] == ["7", "", "3"]


LISTS = {"prices.csv": "crop,price,unit\nrice,2.5,kg\nmaize,1.8,jin\n"}

FUNCTIONS = """
    | survey |
    | | type | name | label | calculation | parameters |
    | | text | crop | 作物 |
    | | calculate | price | | pulldata('prices', 'price', 'crop', ${crop}) |
    | | calculate | unit | | pulldata('prices', 'unit', 'crop', ${crop}) |
    | | calculate | twice | | pulldata('prices', 'price', 'crop', ${crop}) * 2 |
    | | select_one k | kind | 种类 |
    | | calculate | said | | jr:choice-name(${kind}, '${kind}') |
    | | begin_repeat | m | 成员 |
    | | integer | age | 年龄 |
    | | calculate | no | | position(..) |
    | | end_repeat |
    | | calculate | second | | indexed-repeat(${age}, ${m}, 2) |
    | | select_one k | mixed | 乱序 | | randomize=true seed=42 |
    | choices |
    | | list_name | name | label::中文 | label::English |
    | | k | a | 甲 | A |
    | | k | b | 乙 | B |
    | | k | c | 丙 | C |
    | | k | d | 丁 | D |
    | settings |
    | | default_language |
    | | 中文 |
    """


def test_functions_over_files_rows_and_choices():
    scenario = Scenario.of(FUNCTIONS, LISTS)
    scenario.answer("crop", "maize")
    assert [scenario.value(name) for name in ("price", "unit", "twice")] == ["1.8", "jin", "3.6"]
    scenario.answer("crop", "none")
    assert [scenario.value(name) for name in ("price", "unit", "twice")] == ["", "", ""]
    scenario.answer("kind", "b")
    assert scenario.value("said") == "乙"
    scenario.session.set_language("English")
    assert scenario.value("said") == "B"
    scenario.add("m")
    scenario.answer("m[2]/age", "31")
    assert (scenario.value("second"), scenario.value("m[2]/no")) == ("31", "2")
    order = scenario.choices("mixed")
    assert sorted(order) == ["a", "b", "c", "d"]
    assert order == Scenario.of(FUNCTIONS, LISTS).choices("mixed")


def test_a_file_that_is_missing_leaves_blanks_and_the_form_open():
    scenario = Scenario.of(FUNCTIONS)
    scenario.answer("crop", "maize")
    assert scenario.value("price") == ""


LAST = """
    | survey |
    | | type | name | label | default |
    | | text | town | 乡 | ${last-saved#town} |
    | settings |
    | | form_id |
    | | visit |
    """


def test_last_saved_fills_from_the_last_submission():
    assert Scenario.of(LAST).value("town") == ""
    saved = '<visit id="visit"><town>东乡</town></visit>'
    assert Scenario.of(LAST, {"last-saved": saved}).value("town") == "东乡"


MESSAGES = """
    | survey |
    | | type | name | label::zh | label::en | hint::zh | hint::en | guidance_hint::zh | guidance_hint::en | constraint | constraint_message::zh | constraint_message::en | required | required_message::zh | required_message::en | readonly |
    | | text | who | 姓名 | Name | | | | | | | | yes | 请填${n} | Fill in ${n} |
    | | integer | n | ${who}几岁 | Age of ${who} | 问${who} | Ask ${who} | 看${who}的证 | See papers of ${who} | . < 100 | ${who}太老 | ${who} too old |
    | | select_one k | k | 选 | Pick | | | | | | | | | | | ${n} > 50 |
    | choices |
    | | list_name | name | label::zh | label::en |
    | | k | a | ${who}甲 | A of ${who} |
    | settings |
    | | default_language |
    | | zh |
    """  # noqa: E501


def test_texts_with_outputs_follow_answers_and_language():
    scenario = Scenario.of(MESSAGES)
    session = scenario.session
    assert [problem.message for problem in session.problems()] == ["请填"]
    scenario.answer("who", "王")
    scenario.answer("n", "120")
    view = session.view(scenario.path("n"))
    assert (view.label, view.hint, view.guidance) == ("王几岁", "问王", "看王的证")
    assert [(problem.flaw, problem.message) for problem in session.problems()] == [(Flaw.CONSTRAINT, "王太老")]
    assert session.view(scenario.path("k")).choices[0].label == "王甲"
    assert session.view(scenario.path("k")).readonly
    session.set_language("en")
    view = session.view(scenario.path("n"))
    assert (view.label, view.hint, view.guidance) == ("Age of 王", "Ask 王", "See papers of 王")
    assert [problem.message for problem in session.problems()] == ["王 too old"]
    assert session.view(scenario.path("k")).choices[0].label == "A of 王"
    scenario.answer("who", "李")
    assert session.view(scenario.path("k")).choices[0].label == "A of 李"


IN_ROWS = """
    | survey |
    | | type | name | label |
    | | begin_repeat | m | 成员 |
    | | text | who | 姓名 |
    | | select_one r | rel | 关系 |
    | | end_repeat |
    | | select_one plain | p | 另 |
    | choices |
    | | list_name | name | label | media::image |
    | | r | head | ${who}本人 | a.png |
    | | r | wife | ${who}的配偶 |
    | | plain | x | 无 |
    """


def test_a_choice_in_a_row_speaks_of_its_own_row():
    scenario = Scenario.of(IN_ROWS)
    scenario.add("m")
    scenario.answer("m[1]/who", "王")
    scenario.answer("m[2]/who", "李")
    labels = [[choice.label for choice in scenario.session.view(scenario.path(f"m[{row}]/rel")).choices] for row in (1, 2)]
    assert labels == [["王本人", "王的配偶"], ["李本人", "李的配偶"]]
    changed = scenario.session.answer(scenario.path("m[2]/who"), "赵").changed
    assert scenario.path("m[2]/rel") in changed
    assert scenario.path("m[1]/rel") not in changed
    assert scenario.path("p") not in changed
    choices = scenario.session.view(scenario.path("m[2]/rel")).choices
    assert [(choice.label, choice.media.image) for choice in choices] == [("赵本人", "a.png"), ("赵的配偶", "")]


BODY_ITEMS = """<?xml version="1.0"?>
<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml">
<h:head><h:title>x</h:title><model><instance><data id="items"><who/><k/></data></instance></model></h:head>
<h:body><input ref="/data/who"/><select1 ref="/data/k"><item><label><output value="/data/who"/>甲</label><value>a</value></item></select1>
</h:body></h:html>"""


def test_a_choice_in_the_body_follows_its_output():
    scenario = Scenario(FormSession.start(parse(BODY_ITEMS), surroundings()))
    view = scenario.session.view(scenario.path("k"))
    assert view.choices[0].label == "甲"
    scenario.answer("who", "王")
    assert scenario.session.view(scenario.path("k")).choices[0].label == "王甲"


COUNTED = """
    | survey |
    | | type | name | label | repeat_count | relevant | calculation |
    | | integer | n | 户数 |
    | | begin_repeat | house | 房屋 | ${n} + 1 |
    | | integer | rooms | 间数 |
    | | begin_repeat | room | 房间 | ${rooms} |
    | | text | use | 用途 |
    | | calculate | place | | | | concat(position(../..), '-', position(..)) |
    | | end_repeat |
    | | end_repeat |
    | | calculate | all | | | | join(',', ${place}) |
    """


def test_nested_repeats_are_counted_by_expressions():
    scenario = Scenario.of(COUNTED)
    scenario.answer("n", "1")
    scenario.answer("house[1]/rooms", "2")
    scenario.answer("house[2]/rooms", "1")
    assert scenario.value("all") == "1-1,1-2,2-1"
    scenario.answer("house[1]/room[2]/use", "厨房")
    scenario.answer("house[1]/rooms", "1")
    assert scenario.value("all") == "1-1,2-1"
    scenario.answer("house[1]/rooms", "2")
    assert scenario.value("house[1]/room[2]/use") == "厨房"
