"""The settings sheet and the columns of our own: what they decide, and what is ignored without harm."""

from __future__ import annotations

import re

from fieldapp.engine.submission import write
from fieldapp.engine.views import Flaw
from fieldapp.engine.xlsform import convert
from tests.engine.scenario import Scenario, form, padded

SETTINGS = """
    | survey |
    | | type | name | label::zh | label::en | default |
    | | text | who | 姓名 | Name |
    | | select_one k | kind | 种类 | Kind |
    | choices |
    | | list_name | name | label::zh | label::en | town |
    | | k | a | 甲 | A | t1 |
    | | k | a | 又甲 | A again | t2 |
    | settings |
    | | form_title | form_id | version | default_language | instance_name | allow_choice_duplicates | omit_instanceID | style | submission_url | auto_send | clean_text_values |
    | | 走访 | visit | 2026112301 | zh | concat(${who}, '家') | yes | yes | pages theme-grid | http://example.org/s | true | no |
    """  # noqa: E501


def test_settings_name_the_form_its_version_language_and_submissions():
    scenario = Scenario.of(SETTINGS)
    definition = scenario.session.definition
    assert (definition.form, definition.version, definition.title, definition.root.name) == ("visit", "2026112301", "走访", "visit")
    assert (scenario.session.language, set(definition.languages)) == ("zh", {"zh", "en"})
    scenario.answer("who", "王")
    assert scenario.value("meta/instanceName") == "王家"
    assert write(scenario.session).startswith('<visit id="visit" version="2026112301">')


def test_a_submission_has_an_id_even_if_the_form_leaves_it_out():
    written = write(Scenario.of(SETTINGS).session)
    assert re.search(r"<(orx:)?instanceID>uuid:[0-9a-f-]{36}</", written)


def test_choices_may_share_a_name():
    scenario = Scenario.of(SETTINGS)
    view = scenario.session.view(scenario.path("kind"))
    assert [(choice.name, choice.label) for choice in view.choices] == [("a", "甲"), ("a", "又甲")]
    scenario.answer("kind", "a")
    assert scenario.value("kind") == "a"


OURS = """
    | survey |
    | | type | name | label | bind::fa:warning | bind::fa:warning_message | bind::fa:pii | bind::fa:tier | bind::fa:national_ref |
    | | integer | age | 年龄 | . < 100 | 真有${age}岁？ | personal | extended | AAB003 |
    | | text | plain | 其他 |
    | | begin_repeat | m | 成员 |
    | | integer | n | 数 | . < 3 | ${n}比${age}还多 |
    | | end_repeat |
    | settings |
    | | form_id | namespaces |
    | | ours | fa="urn:fieldapp:form" |
    """


def test_our_own_columns_warn_mark_and_never_block():
    scenario = Scenario.of(OURS)
    view = scenario.session.view(scenario.path("age"))
    assert (view.pii, view.tier, view.national_ref) == (1, "extended", "AAB003")
    assert (scenario.session.view(scenario.path("plain")).pii, scenario.session.view(scenario.path("plain")).tier) == (0, "core")
    scenario.answer("age", "120")
    (problem,) = scenario.session.problems()
    assert (problem.flaw, problem.message, problem.explanation) == (Flaw.WARNING, "真有120岁？", "")
    scenario.add("m")
    scenario.answer("m[2]/n", "7")
    assert [problem.message for problem in scenario.session.problems()] == ["真有120岁？", "7比120还多"]
    scenario.session.explain(scenario.path("age"), "户口本如此")
    assert scenario.session.problems()[0].explanation == "户口本如此"
    assert scenario.session.finish()["age/@why"] == "户口本如此"


def test_a_form_that_wants_encryption_stays_readable():
    table = (
        SETTINGS.replace("| submission_url |", "| public_key |")
        .replace("| http://example.org/s |", "| MIIB |")
        .replace("| yes | yes |", "| yes | no |")
    )
    made = convert(padded(table), "md")
    assert made.definition.public_key == "MIIB"
    scenario = Scenario.of(table)
    scenario.answer("who", "王")
    assert "<who>王</who>" in write(scenario.session)
    assert form(SETTINGS).public_key == ""
