"""The real household form, answered by three households as an enumerator would: what is asked, in the form's order."""

from __future__ import annotations

from functools import cache

import pytest

from fieldapp.domain.submission import Answers
from fieldapp.engine.definition import FormDefinition
from fieldapp.engine.filled import fill
from fieldapp.engine.playstate import states_of
from fieldapp.engine.session import FormSession, Surroundings
from fieldapp.engine.submission import read, write
from fieldapp.engine.views import FilledState, Flaw, Kind
from fieldapp.engine.xlsform import convert
from fieldapp.words import forms
from tests.engine.personas import COMMON, HOUSEHOLDS, MEMBER
from tests.engine.scenario import surroundings

SOURCE = forms() / "household_survey"
ROOT = "/household_survey"


@cache
def definition() -> FormDefinition:
    return convert(SOURCE / "household_survey.csv").definition


def around() -> Surroundings:
    return surroundings({name: (SOURCE / name).read_bytes() for name in ("divisions.csv", "parameters.csv")}, {"username": "示范员甲"})


def interview(name: str) -> FormSession:
    """The filled form, opened from its draft."""
    return FormSession.resume(definition(), around(), answers_of(name))


@cache
def answers_of(name: str) -> Answers:
    return filled_in(name).snapshot()


def filled_in(name: str) -> FormSession:
    """Everything that is asked is answered until nothing new is asked."""
    household, members = HOUSEHOLDS[name]
    session = FormSession.start(definition(), around())
    answered = -1
    rows = 1
    while answered != len(session.snapshot()):
        answered = len(session.snapshot())
        answer_below(session, ROOT, {**COMMON, **household})
        if session.view(f"{ROOT}/member").relevant:
            while rows < len(members):
                session.add_repeat(f"{ROOT}/member")
                rows += 1
        for row, member in enumerate(members, 1):
            answer_below(session, f"{ROOT}/member[{row}]", {**MEMBER, **member})
    return session


def answer_below(session: FormSession, path: str, answers: dict[str, str]) -> None:
    for inner in session.children(path):
        view = session.view(inner)
        if not view.relevant:
            continue
        if view.kind is Kind.QUESTION and not view.readonly and answers.get(view.name, view.value) != view.value:
            session.answer(inner, answers[view.name])
        elif view.kind is Kind.GROUP:
            answer_below(session, inner, answers)


@pytest.mark.parametrize("name", HOUSEHOLDS)
def test_a_household_is_answered_without_anything_missing(name: str):
    session = interview(name)
    missing = [problem.path for problem in session.problems() if problem.flaw is Flaw.REQUIRED]
    # The form begins with one row of other evidence, which nobody filled.
    assert [path for path in missing if "/extra[" not in path] == []


def test_the_figures_of_the_working_household_are_right():
    session = interview("working")

    def value(path: str) -> float:
        return float(session.view(f"{ROOT}/{path}").value)

    assert value("c_check/n_active") == 4
    assert value("i_income/w_total") == 48000
    assert value("i_income/income_net") == 48000 + 8000 + 600 - 2500
    assert value("i_income/income_pc") == (48000 + 8000 + 600 - 2500) / 4
    assert value("m_risk/monitor_line") == 8200


def test_villages_are_those_of_the_township():
    session = interview("alone")
    town = session.view(f"{ROOT}/b_household/town_code").value
    villages = session.view(f"{ROOT}/b_household/village_code").choices
    assert villages
    assert all(choice.name.startswith(town) for choice in villages)
    session.answer(
        f"{ROOT}/b_household/town_code", next(c.name for c in session.view(f"{ROOT}/b_household/town_code").choices if c.name != town)
    )
    assert session.view(f"{ROOT}/b_household/village_code").value == ""
    session.answer(f"{ROOT}/b_household/town_code", town)
    assert session.view(f"{ROOT}/b_household/village_code").value != ""


@pytest.mark.parametrize("name", ["working", "monitored"])
def test_the_draft_opens_as_it_was_left(name: str):
    session = filled_in(name)
    again = FormSession.resume(definition(), around(), session.snapshot())
    assert again.snapshot() == session.snapshot()
    assert states_of(again.live) == states_of(session.live)
    assert again.problems() == session.problems()


def test_paper_has_every_question_and_says_why_a_cell_is_empty():
    session = interview("monitored")
    filled = fill(session)
    answers = [answer for section in filled.sections for answer in section.answers]
    answers += [answer for section in filled.sections for table in section.tables for row in table.rows for answer in row]
    by_name = {answer.name: answer for answer in answers}
    assert by_name["household_type"].text == "脱贫户（享受政策）"
    assert by_name["survey_date"].text == "2026年11月20日"
    assert by_name["loan_amount"].state is FilledState.ANSWERED
    assert by_name["visit_result_note"].state is FilledState.NOT_APPLICABLE
    members = next(table for section in filled.sections for table in section.tables if table.name == "member")
    assert len(members.rows) == len(HOUSEHOLDS["monitored"][1])
    assert len({len(row) for row in members.rows}) == 1


def test_a_submission_comes_back_from_its_xml():
    session = interview("working")
    answers = read(definition(), write(session))
    finished = session.finish()
    assert {path: text for path, text in answers.items() if not path.startswith(("member/", "o_sign/extra/"))} == {
        path: text for path, text in finished.items() if not path.startswith(("member/", "o_sign/extra/", "end"))
    }
    assert sum(1 for path in answers if path.endswith("/m_name")) == 4


def test_the_language_changes_labels_choices_and_messages():
    session = interview("alone")
    session.set_language("English (en)")
    assert session.view(f"{ROOT}/a_visit/visit_result").choices[0].label == "Completed at home"
    assert session.view(f"{ROOT}/a_visit").label == "A. Visit"
