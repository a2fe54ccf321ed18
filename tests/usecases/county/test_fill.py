"""Fictitious families through the real form in the real engine."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache

import pytest

from fieldapp import words
from fieldapp.domain.clock import CHINA
from fieldapp.engine import filled, xform, xlsform
from fieldapp.engine.definition import FormDefinition
from fieldapp.engine.session import FormSession
from fieldapp.engine.surroundings import Surroundings
from fieldapp.engine.views import Flaw
from fieldapp.errors import NotAllowed
from fieldapp.quality import rules
from fieldapp.usecases import county
from fieldapp.usecases.county.families import family

FOLDER = words.forms() / "household_survey"


@cache
def definition() -> FormDefinition:
    return xform.parse(xlsform.convert(FOLDER / "household_survey.csv").xform)


def session() -> FormSession:
    ids = iter(range(1, 1_000_000))
    files = {name: (FOLDER / name).read_text(encoding="utf-8") for name in ("divisions.csv", "parameters.csv")}
    around = Surroundings(
        now=lambda: datetime(2026, 11, 20, 9, 0, tzinfo=CHINA), zone=CHINA, new_id=lambda: f"{next(ids):032x}", files=files
    )
    return FormSession.start(definition(), around)


def take(path: str, name: str) -> str:
    return f"{'ab' * 32}.{name.rpartition('.')[2]}"


@pytest.mark.parametrize("start", range(0, 60, 10))
def test_sixty_families_of_seed_1_leave_no_problem(start: int) -> None:
    for one in county.families(1, start + 10)[start:]:
        asked = session()
        county.fill(asked, one, take)
        assert [problem for problem in asked.problems() if problem.flaw is not Flaw.WARNING or not problem.explanation] == []


def test_herders_of_the_banner_leave_no_problem_either() -> None:
    for index in range(4):
        county.fill(session(), family(3, index, "990122201201"), take)


def test_the_form_says_what_the_family_is() -> None:
    one = county.families(1, 4)[3]
    asked = session()
    county.fill(asked, one, take)
    rows = asked.children("/household_survey/member")
    assert [asked.view(f"{row}/m_name").value for row in rows] == [person.name for person in one.members]
    assert asked.view("/household_survey/c_check/n_active").value == str(len(one.members))
    assert asked.view("/household_survey/m_risk/monitor_line").value == "8200"


def test_a_filled_form_agrees_with_itself_by_the_household_rules() -> None:
    for one in county.families(1, 48)[40:]:
        asked = session()
        county.fill(asked, one, take)
        assert rules.filled(filled.fill(asked)) == ()


def test_relief_money_without_a_recipient_is_found_in_the_filled_form() -> None:
    asked = session()
    county.fill(asked, county.families(1, 1)[0], take)
    asked.answer("/household_survey/i_income/t_tekun", "9600")
    assert {finding.rule for finding in rules.filled(filled.fill(asked))} == {"H015"}


def answered(change: Callable[[FormSession], object]) -> set[str]:
    """Questions in trouble after one wrong answer in an otherwise complete form."""
    asked = session()
    county.fill(asked, county.families(1, 1)[0], take)
    before = {problem.path for problem in asked.problems()}
    change(asked)
    return {
        problem.path.rpartition("/")[2] for problem in asked.problems() if problem.path not in before and problem.flaw is not Flaw.WARNING
    }


@pytest.mark.parametrize(
    ("path", "value", "caught"),
    [
        ("member[2]/m_relation", "02", "roster_ok"),
        ("member[1]/m_id_no", "990121198103140011", "m_id_no"),
        ("member[1]/m_id_no", "99999919810314001X", "m_id_no"),
        ("member[1]/m_sex", "2", "m_sex"),
        ("member[1]/m_birth", "1981-03-15", "m_birth"),
        ("member[1]/m_name", "阿依古丽•买买提", "m_name"),
        ("member[1]/m_health_g/m_health", "1 2", "m_health"),
        ("b_household/registered_count", "9", "roster_ok"),
        ("i_income/t_dibao", "3000", "income_confirmed"),
    ],
)
def test_a_wrong_answer_is_caught_at_its_question(path: str, value: str, caught: str) -> None:
    assert caught in answered(lambda asked: asked.answer(f"/household_survey/{path}", value))


def test_a_soft_rule_asks_and_an_explanation_quiets_it() -> None:
    asked = session()
    county.fill(asked, county.families(1, 1)[0], take)
    path = "/household_survey/g_condition/land_farm"
    asked.answer(path, "150")
    (warning,) = [problem for problem in asked.problems() if problem.path == path]
    assert warning.flaw is Flaw.WARNING
    assert "H003" in warning.message
    asked.explain(path, "承包了邻村土地")
    assert [problem.explanation for problem in asked.problems() if problem.path == path] in ([], ["承包了邻村土地"])


def test_a_family_that_cannot_answer_is_told_apart() -> None:
    asked = session()
    asked.answer("/household_survey/a_visit/survey_date", "2026-11-21")
    with pytest.raises(NotAllowed):
        county.fill(asked, county.families(1, 1)[0], take)
