"""Conflicts and histories speak the words of the form: the question, whose row it is in, the chosen label."""

from __future__ import annotations

from fieldapp.domain.household import Household, Member
from fieldapp.domain.ids import AreaCode, HouseholdId, MemberId
from fieldapp.store import operations, submissions
from fieldapp.usecases import duplicates, exchange, labels, roster
from fieldapp.usecases.workspaces import Workspace
from sync.survey import MEMBER
from tests.world import VILLAGE

HOME, FORM = HouseholdId("a" * 32), "d" * 32
ROW = f"{MEMBER}/{'b' * 32}"
HEALTH = f"{ROW}/m_health_g/m_health"


def finalized(workspace: Workspace, form: str = "household_survey") -> None:
    """A household whose survey has one member's row."""
    roster.add(workspace, Household(HOME, AreaCode(VILLAGE), "王小明"))
    with workspace.read() as tx:
        version = tx.value("SELECT version FROM form WHERE form = 'household_survey'")
    answers = {ROW: "1", f"{ROW}/m_name": "王小明", HEALTH: "1"}
    with workspace.begin() as tx:
        submissions.start_draft(tx, FORM, HOME, VILLAGE, form, version, answers)
        submissions.finalize(tx, FORM)


def wrote_apart(workspace: Workspace, kind: str, record: str, path: str, *values: str) -> None:
    """Values that nobody who wrote them saw of one another."""
    with workspace.begin() as tx:
        heads = operations.state(tx, record).heads
        for value in values:
            operations.write(tx, kind, record, VILLAGE, {path: value}, parents=heads)


def test_conflict_of_an_answer_shows_question_row_and_choices(workspace: Workspace) -> None:
    finalized(workspace)
    wrote_apart(workspace, "submission", FORM, HEALTH, "2", "3")
    (line,) = exchange.conflicts(workspace)
    assert line.field_label == "王小明 · 健康状况"
    assert [(write.value, write.told) for write in line.writes] == [("2", "长期慢性病"), ("3", "患有大病")]


def test_form_that_is_not_here_leaves_the_path(workspace: Workspace) -> None:
    finalized(workspace, "another_form")
    wrote_apart(workspace, "submission", FORM, HEALTH, "2", "3")
    (line,) = exchange.conflicts(workspace)
    assert line.field_label == HEALTH
    assert [write.told for write in line.writes] == ["2", "3"]


def test_conflict_of_a_member_says_whose_and_one_of_a_join_names_the_households(workspace: Workspace) -> None:
    for sign, head in (("a", "王小明"), ("b", "王晓明"), ("c", "李四")):
        member = Member(MemberId(f"{sign}1" * 16), head)
        roster.add(workspace, Household(HouseholdId(sign * 32), AreaCode(VILLAGE), head, members=(member,)))
    wrote_apart(workspace, "member", "a1" * 16, "phone", "13900000001", "13900000002")
    wrote_apart(workspace, "household", "a" * 32, "joined_to", "b" * 32, "c" * 32)
    home, member_line = exchange.conflicts(workspace)
    assert (home.field_label, [write.told for write in home.writes]) == ("合并到", ["王晓明", "李四"])
    assert member_line.field_label == "王小明 · 联系电话"
    (line,) = [one for one in roster.search(workspace).lines if one.joined]
    assert (line.head_name, line.conflicts) == ("李四", 2)
    exchange.resolve(workspace, home.record, home.field, "b" * 32)
    assert [one.stays.head_name for one in duplicates.joined(workspace)] == ["王晓明"]


def test_history_of_a_household_tells_of_those_that_were_joined_to_it(workspace: Workspace) -> None:
    finalized(workspace)
    other = roster.add_household(workspace, VILLAGE, "王晓明", "村东")
    duplicates.join(workspace, other, HOME, "重复录入")
    lines = roster.field_history(workspace, HOME)
    assert (lines[0].about, lines[0].label, lines[0].value, lines[0].why) == ("王晓明（原录入户：王晓明）", "合并到", "王小明", "重复录入")
    assert "王小明 · 健康状况" in [line.label for line in lines]
    assert any(one.who and one.what == "household-changed" for one in roster.history(workspace, HOME))
    assert labels.field("unlike/" + "b" * 32) == "不是重复户"
