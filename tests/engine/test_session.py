"""The contract towards the screen, each fact with its own small form."""

import pytest

from fieldapp.engine.session import FormSession
from fieldapp.engine.views import Flaw
from fieldapp.errors import BadInput, NotAllowed, NotFound
from tests.engine.scenario import Scenario, form, surroundings

HOUSEHOLD = """
    | survey |              |          |        |                      |                        |                  |
    |        | type         | name     | label  | relevant             | calculation            | constraint       |
    |        | text         | head     | 户主   |                      |                        |                  |
    |        | begin repeat | m        | 成员   |                      |                        |                  |
    |        | text         | name     | 姓名   |                      |                        |                  |
    |        | integer      | age      | 年龄   |                      |                        | . >= 0           |
    |        | decimal      | inc      | 收入   | ${age} >= 16         |                        |                  |
    |        | calculate    | adult    |        |                      | if(${age} >= 16, 1, 0) |                  |
    |        | end repeat   |          |        |                      |                        |                  |
    |        | calculate    | n        |        |                      | count(${m})            |                  |
    |        | calculate    | tot      |        |                      | sum(${inc})            |                  |
    |        | calculate    | per      |        |                      | ${tot} div ${n}        |                  |
    |        | calculate    | adults   |        |                      | sum(${adult})          |                  |
    """


def household() -> Scenario:
    scenario = Scenario.of(HOUSEHOLD)
    for row, income in enumerate(("100", "300", "500"), 1):
        if row > 1:
            scenario.add("m")
        scenario.answer(f"m[{row}]/age", "30")
        scenario.answer(f"m[{row}]/inc", income)
    return scenario


def test_removing_a_member_recalculates_the_income_per_person():
    scenario = household()
    assert (scenario.value("n"), scenario.value("tot"), scenario.value("per")) == ("3", "900", "300")
    scenario.remove("m", 1)
    assert (scenario.value("n"), scenario.value("tot"), scenario.value("per")) == ("2", "600", "300")
    assert scenario.value("m[2]/inc") == "500"


def test_an_answer_that_is_not_relevant_is_kept_and_does_not_count():
    scenario = household()
    scenario.answer("m[1]/age", "10")
    assert scenario.value("tot") == "800"
    assert scenario.value("m[1]/inc") == ""
    assert "100" in scenario.session.snapshot().values()
    assert "100" not in scenario.session.finish().values()
    scenario.answer("m[1]/age", "20")
    assert scenario.value("tot") == "900"


def test_a_violated_constraint_is_a_problem_and_not_a_refusal():
    scenario = household()
    scenario.answer("m[1]/age", "-3")
    problems = scenario.session.problems()
    assert [(problem.path, problem.flaw, problem.row) for problem in problems] == [(scenario.path("m[1]/age"), Flaw.CONSTRAINT, 1)]


def test_text_in_a_number_and_answers_to_closed_questions_are_refused():
    scenario = household()
    with pytest.raises(BadInput):
        scenario.answer("m[1]/age", "１２")
    scenario.answer("m[1]/age", "10")
    with pytest.raises(NotAllowed):
        scenario.answer("m[1]/inc", "5")
    with pytest.raises(NotAllowed):
        scenario.answer("tot", "5")
    with pytest.raises(NotFound):
        scenario.answer("m[9]/age", "5")


def test_a_draft_is_resumed_exactly():
    scenario = household()
    scenario.answer("m[1]/age", "10")
    kept = scenario.session.snapshot()
    again = FormSession.resume(scenario.session.definition, surroundings(), kept)
    assert again.snapshot() == kept
    assert again.problems() == scenario.session.problems()
    assert again.finish() == scenario.session.finish()


def test_a_prefill_creates_its_rows_with_their_ids():
    prefill = {"head": "黄示例", "m/aa": "1", "m/aa/name": "甲", "m/aa/age": "40", "m/bb": "2", "m/bb/name": "乙"}
    session = FormSession.start(form(HOUSEHOLD), surroundings(), prefill)
    root = session.root
    assert [session.view(path).row_id for path in session.children(f"{root}/m")] == ["aa", "bb"]
    assert session.view(f"{root}/m[2]/name").value == "乙"
    assert session.view(f"{root}/adults").value == "1"


def test_undo_takes_back_answers_rows_and_what_followed_from_them():
    scenario = household()
    before = scenario.session.snapshot()
    scenario.remove("m", 0)
    scenario.answer("m[1]/age", "3")
    scenario.session.undo()
    scenario.session.undo()
    assert scenario.session.snapshot() == before
    assert scenario.value("tot") == "900"
    scenario.session.redo()
    assert (scenario.value("n"), scenario.value("tot")) == ("2", "800")


def test_an_expression_that_fails_with_an_answer_does_not_stop_the_interview():
    scenario = Scenario.of(
        """
        | survey |         |      |       |                       |
        |        | type    | name | label | constraint            |
        |        | text    | p    | 式样  |                       |
        |        | text    | t    | 内容  | regex(., ${p})        |
        |        | text    | u    | 后面  |                       |
        """
    )
    scenario.answer("p", "(")
    scenario.answer("t", "甲")
    scenario.answer("u", "乙")
    assert scenario.value("u") == "乙"
