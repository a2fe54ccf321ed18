"""Rules within one household."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fieldapp import words
from fieldapp.domain.finding import Finding, Weight
from fieldapp.domain.household import Household, Member
from fieldapp.engine.views import FilledAnswer, FilledForm, FilledSection, FilledState, FilledTable
from fieldapp.quality import rules
from fieldapp.usecases import county

COUPLE = next(one for one in county.families(1, 60) if one.kind is county.Kind.NUCLEAR).household


def changed(place: int, **fields: object) -> Household:
    members = list(COUPLE.members)
    members[place] = replace(members[place], **fields)  # type: ignore[arg-type]
    return replace(COUPLE, members=tuple(members))


def found(one: Household) -> set[str]:
    return {finding.rule for finding in rules.household(one, fictitious=True)}


def form(answers: dict[str, str], *members: dict[str, str]) -> FilledForm:
    def cells(given: dict[str, str]) -> tuple[FilledAnswer, ...]:
        return tuple(FilledAnswer(f"/f/{name}", name, "", name, raw, raw, FilledState.ANSWERED, "string") for name, raw in given.items())

    table = FilledTable("/f/member", "member", "", tuple(cells(one) for one in members))
    return FilledForm("f", "1", "", "zh", (FilledSection("/f/g", "g", "", True, cells(answers), (table,)),))


def test_the_families_of_the_county_break_no_blocking_rule() -> None:
    findings = [finding for one in county.families(1, 200) for finding in rules.household(one.household, fictitious=True)]
    assert {finding.rule for finding in findings} <= {"P035"}
    assert [finding for finding in findings if finding.weight is Weight.BLOCKS] == []


def test_in_a_real_workspace_a_fictitious_number_is_wrong() -> None:
    assert {finding.rule for finding in rules.household(COUPLE, fictitious=False)} == {"P001"}


@pytest.mark.parametrize(
    ("place", "fields", "rule"),
    [
        (0, {"citizen_id": COUPLE.members[0].citizen_id[:-1] + "?"}, "P001"),
        (0, {"citizen_id": ""}, "P003"),
        (0, {"citizen_id": "99999919800101001X"}, "P003"),
        (1, {"citizen_id": COUPLE.members[0].citizen_id}, "P004"),
        (0, {"birth": "1950-01-01"}, "P005"),
        (0, {"sex": "2"}, "P005"),
        (1, {"relation": "20", "sex": "2"}, "P006"),
        (1, {"sex": "1"}, "P007"),
        (2, {"birth": COUPLE.members[0].birth}, "P008"),
        (0, {"name": "\ue863"}, "P035"),
        (0, {"relation": "10"}, "H001"),
        (1, {"relation": "02"}, "H001"),
    ],
)
def test_a_contradiction_is_found_by_its_rule(place: int, fields: dict[str, object], rule: str) -> None:
    assert rule not in found(COUPLE)
    assert rule in found(changed(place, **fields))


def test_who_has_left_breaks_no_rule() -> None:
    gone = Member(replace(COUPLE.members[1]).id, "某", "02", active=False)
    assert found(replace(COUPLE, members=(*COUPLE.members, gone))) == set()


@pytest.mark.parametrize(
    ("answers", "member", "rule"),
    [
        ({"registered_count": "2"}, {}, "H001"),
        ({"t_dibao": "3000"}, {"m_dibao": "0"}, "H015"),
        ({"t_dibao": "0"}, {"m_dibao": "1"}, "H015"),
        ({"t_tekun": "9600"}, {"m_tekun": "0"}, "H015"),
        ({"account_holder": "别人"}, {}, "H017"),
        ({"monitor_type": "1"}, {}, "M001"),
        ({"monitor_type": "1", "risks": "03"}, {"m_health": "1"}, "M002"),
        ({"monitor_type": "1", "risks": "01"}, {"m_health": "4"}, "M002"),
    ],
)
def test_a_form_that_contradicts_its_members_is_found(answers: dict[str, str], member: dict[str, str], rule: str) -> None:
    assert {finding.rule for finding in rules.filled(form(answers, {"m_name": "王建国", "m_change": "00"} | member))} == {rule}


def test_a_form_in_agreement_has_no_finding() -> None:
    answers = {"registered_count": "1", "t_dibao": "3000", "account_holder": "王建国", "monitor_type": "1", "risks": "01"}
    members = ({"m_name": "王建国", "m_change": "00", "m_dibao": "1", "m_health": "2"}, {"m_name": "王父", "m_change": "21"})
    assert rules.filled(form(answers, *members)) == ()
    assert rules.filled(form({"registered_count": "1"})) == ()


def test_every_finding_has_its_sentence_in_both_languages() -> None:
    numbers = ["P001", "P003", "P004", "P005", "P006", "P007", "P008", "P035", "H001", "H015", "H017", "M001", "M002"]
    messages = [Finding(number, Weight.ASKS, "").message for number in numbers]
    assert [one for one in messages for language in ("zh_CN", "en") if not words.knows(one, language)] == []
