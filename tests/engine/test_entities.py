"""Entities of a form, also those of its rows: what the submission says of them, and that a sent one can be edited."""

from __future__ import annotations

from fieldapp.engine.entities import entity_changes
from fieldapp.engine.session import FormSession
from fieldapp.engine.submission import read, revised, write
from tests.engine.scenario import Scenario, form, surroundings

ROWS = """
    | survey |
    | | type | name | label | save_to |
    | | text | head | 户主 | house#head_name |
    | | begin_repeat | m | 成员 |
    | | text | nm | 姓名 | person#full_name |
    | | integer | age | 年龄 | person#age |
    | | end_repeat |
    | entities |
    | | list_name | label | create_if |
    | | house | ${head} |
    | | person | ${nm} | ${age} > 3 |
    """

UPSERT = """
    | survey |
    | | type | name | label | save_to |
    | | select_one_from_file person.csv | who | 谁 |
    | | text | nm | 姓名 | full_name |
    | entities |
    | | list_name | label | create_if | update_if | entity_id |
    | | person | ${nm} | ${who} = '' | ${who} != '' | coalesce(${who}, uuid()) |
    """

UPDATE = """
    | survey |
    | | type | name | label | save_to |
    | | select_one_from_file person.csv | who | 谁 |
    | | text | nm | 姓名 | full_name |
    | entities |
    | | list_name | entity_id |
    | | person | ${who} |
    """

PEOPLE = {"person.csv": "name,label,__version,__trunkVersion,__branchId,full_name\np1,老李,3,2,b7,老李\n"}


def test_a_household_and_its_members_are_created_each_under_an_id_of_its_own():
    scenario = Scenario.of(ROWS)
    scenario.answer("head", "王")
    scenario.answer("m[1]/nm", "李")
    scenario.answer("m[1]/age", "2")
    scenario.add("m")
    scenario.answer("m[2]/nm", "赵")
    scenario.answer("m[2]/age", "9")
    found = {change.dataset: change for change in entity_changes(scenario.session)}
    assert {name: (change.label, change.properties, change.create) for name, change in found.items()} == {
        "person": ("赵", (("full_name", "赵"), ("age", "9")), True),
        "house": ("王", (("head_name", "王"),), True),
    }
    assert found["person"].path.endswith("/m[2]")
    scenario.answer("m[1]/age", "30")
    ids = [change.id for change in entity_changes(scenario.session)]
    assert len(ids) == 3 == len(set(ids))
    assert all(len(found) == 36 for found in ids)


def test_ids_stay_through_draft_submission_and_edit():
    scenario = Scenario.of(ROWS)
    scenario.add("m")
    scenario.answer("m[2]/age", "9")
    before = [change.id for change in entity_changes(scenario.session)]
    definition = scenario.session.definition
    answers = read(definition, write(scenario.session))
    for kept in (scenario.session.snapshot(), scenario.session.finish(), answers, revised(answers, surroundings().uuid)):
        again = FormSession.resume(definition, surroundings(), kept)
        assert [change.id for change in entity_changes(again)] == before


def test_an_upsert_creates_or_updates_by_what_was_chosen():
    scenario = Scenario.of(UPSERT, PEOPLE)
    scenario.answer("nm", "新")
    (created,) = entity_changes(scenario.session)
    assert (created.create, created.update, created.base_version) == (True, False, "")
    scenario.answer("who", "p1")
    (updated,) = entity_changes(scenario.session)
    assert (updated.create, updated.update, updated.id) == (False, True, "p1")
    assert (updated.base_version, updated.trunk_version, updated.branch_id) == ("3", "2", "b7")
    assert 'update="true" baseVersion="3" trunkVersion="2" branchId="b7" id="p1"' in write(scenario.session)


def test_an_update_without_label_keeps_the_label():
    scenario = Scenario.of(UPDATE, PEOPLE)
    scenario.answer("who", "p1")
    (change,) = entity_changes(scenario.session)
    assert (change.id, change.update, change.create, change.label, change.properties) == ("p1", True, False, "", (("full_name", ""),))


def test_what_is_not_relevant_is_not_saved():
    scenario = Scenario(
        FormSession.start(
            form(
                """
                | survey |
                | | type | name | label | save_to | relevant |
                | | integer | n | 数 |
                | | text | told | 说 | told | ${n} > 3 |
                | entities |
                | | list_name | label |
                | | thing | ${n} |
                """
            ),
            surroundings(),
        )
    )
    assert entity_changes(scenario.session)[0].properties == ()
    scenario.answer("n", "4")
    scenario.answer("told", "甲")
    assert entity_changes(scenario.session)[0].properties == (("told", "甲"),)


def test_a_form_without_entities_says_nothing():
    scenario = Scenario.of("| survey |\n| | type | name | label |\n| | text | a | 甲 |")
    assert entity_changes(scenario.session) == ()
