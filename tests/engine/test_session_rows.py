"""Rows that move, go and come back; the two mistakes of the reference engines; what undo covers."""

from __future__ import annotations

import pytest

from fieldapp.domain.submission import Answers
from fieldapp.engine.playstate import states_of
from fieldapp.engine.session import FormSession
from fieldapp.engine.views import Flaw
from fieldapp.errors import BadInput, NotAllowed, NotFound
from tests.engine.scenario import Scenario, form, surroundings
from tests.engine.test_session import HOUSEHOLD, household

CHAIN = """
    | survey |              |        |          |                                                      |               |
    |        | type         | name   | label    | calculation                                          | bind::fa:warning |
    |        | begin repeat | m      | 成员     |                                                      |               |
    |        | text         | name   | 姓名     |                                                      |               |
    |        | integer      | t      | 值       |                                                      | . < 100       |
    |        | calculate    | before |          | indexed-repeat(${t}, ${m}, position(..) - 1)         |               |
    |        | calculate    | run    |          | coalesce(indexed-repeat(${run}, ${m}, position(..) - 1), 0) + coalesce(${t}, 0) | |
    |        | begin repeat | c      | 作物     |                                                      |               |
    |        | text         | kind   | 品种     |                                                      |               |
    |        | end repeat   |        |          |                                                      |               |
    |        | end repeat   |        |          |                                                      |               |
    |        | calculate    | names  |          | join(',', ${name})                                   |               |
    |        | calculate    | first  |          | indexed-repeat(${name}, ${m}, 1)                     |               |
    | settings |            |        |          |                                                      |               |
    |        | namespaces   |        |          |                                                      |               |
    |        | fa="urn:fieldapp:form" |  |      |                                                      |               |
    """


def chain() -> Scenario:
    scenario = Scenario.of(CHAIN)
    for row, (name, value) in enumerate((("甲", "1"), ("乙", "20"), ("丙", "50")), 1):
        if row > 1:
            scenario.add("m")
        scenario.answer(f"m[{row}]/name", name)
        scenario.answer(f"m[{row}]/t", value)
    return scenario


def column(scenario: Scenario, name: str) -> list[str]:
    return [scenario.value(f"m[{row}]/{name}") for row in range(1, len(scenario.session.children(scenario.path("m"))) + 1)]


def reopened(session: FormSession) -> FormSession:
    """The session as it comes back from its draft."""
    return FormSession.resume(session.definition, surroundings(), dict(session.snapshot()), session.language)


def orders(answers: Answers) -> dict[str, str]:
    return {path: text for path, text in answers.items() if path.startswith("m/") and path.count("/") == 1}


def test_income_per_person_is_right_after_members_go_move_and_come_back():
    scenario = household()
    scenario.remove("m", 1)
    assert (scenario.value("n"), scenario.value("tot"), scenario.value("per")) == ("2", "600", "300")
    scenario.session.move_repeat(scenario.path("m"), 0, 1)
    assert (scenario.value("n"), scenario.value("tot"), scenario.value("per")) == ("2", "600", "300")
    (gone,) = scenario.session.removed(scenario.path("m"))
    scenario.session.restore_repeat(scenario.path("m"), gone.row_id)
    assert (scenario.value("n"), scenario.value("tot"), scenario.value("per")) == ("3", "900", "300")
    assert column(scenario, "inc") == ["300", "500", "100"]
    scenario.remove("m", 2)
    assert (scenario.value("n"), scenario.value("tot"), scenario.value("per")) == ("2", "800", "400")


def test_a_row_sees_the_row_above_after_its_answer_changes_and_after_rows_move_go_and_come_back():
    scenario = chain()
    assert (column(scenario, "before"), column(scenario, "run")) == (["", "1", "20"], ["1", "21", "71"])
    scenario.answer("m[1]/t", "7")
    assert (column(scenario, "before"), column(scenario, "run")) == (["", "7", "20"], ["7", "27", "77"])
    scenario.session.move_repeat(scenario.path("m"), 2, 0)
    assert (column(scenario, "t"), column(scenario, "before"), column(scenario, "run")) == (
        ["50", "7", "20"],
        ["", "50", "7"],
        ["50", "57", "77"],
    )
    scenario.answer("m[1]/t", "60")
    assert column(scenario, "before") == ["", "60", "7"]
    scenario.remove("m", 1)
    assert (column(scenario, "before"), column(scenario, "run")) == (["", "60"], ["60", "80"])
    (gone,) = scenario.session.removed(scenario.path("m"))
    scenario.session.restore_repeat(scenario.path("m"), gone.row_id)
    assert (column(scenario, "before"), column(scenario, "run")) == (["", "60", "7"], ["60", "67", "87"])


def test_a_moved_row_alone_gets_another_order_and_keeps_its_id():
    scenario = chain()
    before = orders(scenario.session.snapshot())
    changes = scenario.session.move_repeat(scenario.path("m"), 2, 0)
    after = orders(scenario.session.snapshot())
    assert set(before) == set(after)
    assert len({path for path in before if before[path] != after[path]}) == 1
    assert (scenario.value("names"), scenario.value("first")) == ("丙,甲,乙", "丙")
    assert changes.rows
    assert scenario.path("m[1]/name") in changes.changed
    assert states_of(reopened(scenario.session).live) == states_of(scenario.session.live)


def test_rows_can_be_moved_to_the_same_place_without_end():
    scenario = chain()
    for _ in range(60):
        scenario.session.move_repeat(scenario.path("m"), 2, 1)
        assert column(Scenario(reopened(scenario.session)), "name") == column(scenario, "name")
    assert column(scenario, "name") == ["甲", "乙", "丙"]
    for _ in range(60):
        scenario.session.undo()
    assert column(scenario, "name") == ["甲", "乙", "丙"]


def test_moves_that_cannot_be_are_refused():
    scenario = chain()
    for index, to in ((0, 3), (3, 0), (-1, 0), (0, -1)):
        with pytest.raises(BadInput):
            scenario.session.move_repeat(scenario.path("m"), index, to)
    with pytest.raises(NotAllowed):
        scenario.session.move_repeat(scenario.path("m[1]/name"), 0, 1)
    before = scenario.session.snapshot()
    assert scenario.session.move_repeat(scenario.path("m"), 1, 1).changed == ()
    assert scenario.session.snapshot() == before


def test_a_removed_row_is_kept_in_the_draft_and_counts_nowhere():
    scenario = chain()
    session = scenario.session
    scenario.add("m[2]/c")
    scenario.answer("m[2]/c[1]/kind", "玉米")
    row_id = session.view(scenario.path("m[2]")).row_id
    before = session.snapshot()
    scenario.remove("m", 1)
    kept = session.snapshot()
    assert not [path for path in kept if path.startswith(f"m/{row_id}")]
    assert kept[f"@removed/m/{row_id}/name"] == "乙"
    assert not [path for path in session.finish() if row_id in path]
    assert "乙" not in scenario.value("names")
    again = reopened(session)
    assert again.snapshot() == kept
    assert [(row.row_id, row.title) for row in again.removed(scenario.path("m"))] == [(row_id, "乙 · 20 · 玉米")]
    again.restore_repeat(scenario.path("m"), row_id)
    assert again.snapshot() == before
    assert again.removed(scenario.path("m")) == ()
    with pytest.raises(NotFound):
        again.restore_repeat(scenario.path("m"), row_id)


def test_rows_removed_inside_a_removed_row_come_back_one_after_the_other():
    scenario = chain()
    session = scenario.session
    for row, kind in enumerate(("玉米", "水稻"), 1):
        scenario.add("m[1]/c")
        scenario.answer(f"m[1]/c[{row}]/kind", kind)
    before = session.snapshot()
    scenario.remove("m[1]/c", 0)
    scenario.remove("m", 0)
    session = reopened(reopened(session))
    assert [row.title for row in session.removed(scenario.path("m"))] == ["甲 · 1 · 水稻"]
    session.restore_repeat(scenario.path("m"), session.removed(scenario.path("m"))[0].row_id)
    nested = scenario.path("m[1]/c")
    assert [row.title for row in session.removed(nested)] == ["玉米"]
    session.restore_repeat(nested, session.removed(nested)[0].row_id)
    assert session.snapshot() == before


def test_a_row_added_after_a_removal_stays_behind_the_row_that_comes_back():
    scenario = chain()
    scenario.remove("m", 2)
    scenario.add("m")
    scenario.answer("m[3]/name", "丁")
    scenario.session.restore_repeat(scenario.path("m"), scenario.session.removed(scenario.path("m"))[0].row_id)
    assert column(scenario, "name") == ["甲", "乙", "丙", "丁"]


def test_an_explained_warning_goes_and_comes_back_with_its_row():
    scenario = chain()
    scenario.answer("m[2]/t", "200")
    scenario.session.explain(scenario.path("m[2]/t"), "已核实")
    scenario.remove("m", 1)
    assert not [path for path in scenario.session.finish() if path.endswith("@why")]
    session = reopened(scenario.session)
    session.restore_repeat(scenario.path("m"), session.removed(scenario.path("m"))[0].row_id)
    assert [(problem.flaw, problem.row, problem.explanation) for problem in session.problems()] == [(Flaw.WARNING, 2, "已核实")]


def test_undo_and_redo_reach_answers_rows_moves_restorations_and_explanations_but_not_the_language():
    scenario = chain()
    session = scenario.session
    seen = [session.snapshot()]
    for act in (
        lambda: session.answer(scenario.path("m[1]/t"), "300"),
        lambda: session.explain(scenario.path("m[1]/t"), "已核实"),
        lambda: session.move_repeat(scenario.path("m"), 0, 2),
        lambda: session.remove_repeat(scenario.path("m"), 1),
        lambda: session.restore_repeat(scenario.path("m"), session.removed(scenario.path("m"))[0].row_id),
        lambda: session.add_repeat(scenario.path("m")),
    ):
        act()
        seen.append(session.snapshot())
    session.set_language(session.language)
    for snapshot in reversed(seen[:-1]):
        session.undo()
        assert session.snapshot() == snapshot
    for snapshot in seen[1:]:
        session.redo()
        assert session.snapshot() == snapshot
    session.undo()
    session.answer(scenario.path("m[1]/t"), "5")
    assert session.redo().changed == ()


def test_a_blank_row_that_was_removed_is_not_offered():
    scenario = Scenario.of(HOUSEHOLD)
    scenario.add("m")
    scenario.remove("m", 1)
    assert scenario.session.removed(scenario.path("m")) == ()


def test_answers_that_are_skipped_are_kept_through_reopening_until_finalizing():
    scenario = household()
    scenario.answer("m[2]/age", "10")
    session = reopened(scenario.session)
    assert session.view(scenario.path("m[2]/inc")).value == ""
    assert "300" in session.snapshot().values()
    assert "300" not in session.finish().values()
    session.answer(scenario.path("m[2]/age"), "20")
    assert session.view(scenario.path("m[2]/inc")).value == "300"


COUNTED = """
    | survey |              |      |       |              |
    |        | type         | name | label | repeat_count |
    |        | integer      | n    | 人数  |              |
    |        | begin repeat | m    | 成员  | ${n}         |
    |        | text         | name | 姓名  |              |
    |        | end repeat   |      |       |              |
    """


def test_rows_of_a_count_that_was_blanked_stay_after_reopening_whatever_is_worked_out_again() -> None:
    session = FormSession.start(form(COUNTED), surroundings())
    session.answer(f"{session.root}/n", "2")
    session.answer(f"{session.root}/n", "")
    again = FormSession.resume(session.definition, surroundings(), session.snapshot())
    rules = again.live.rules
    for rule in rules.graph.rules:
        rules.agenda.mark_everywhere(rule)
    rules.run()
    assert len(again.children(f"{again.root}/m")) == 2
