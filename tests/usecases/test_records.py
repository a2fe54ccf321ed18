"""What a finalized survey says of the household and its members."""

from __future__ import annotations

from itertools import count

from fieldapp.domain.household import Household, Member
from fieldapp.domain.ids import AreaCode, HouseholdId, MemberId
from fieldapp.usecases import records
from tests.world import VILLAGE

BEFORE = Household(
    HouseholdId("h"),
    AreaCode(VILLAGE),
    "张三",
    phone="15400000001",
    members=(Member(MemberId("a"), "张三", relation="02"), Member(MemberId("b"), "李四", relation="10")),
)
ANSWERS = {
    "b_household/household_phone": "15400000009",
    "member/b": "2",
    "member/b/m_name": "李四",
    "member/b/m_relation": "02",
    "member/b/m_change": "00",
    "member/c": "1.5",
    "member/c/m_name": "张小三",
    "member/c/m_relation": "20",
    "member/c/m_change": "21",
}


def test_answers_become_fields_and_the_head_is_the_active_member_with_relation_02() -> None:
    after = records.household_of(BEFORE, ANSWERS)
    assert (after.phone, after.head_name, after.village) == ("15400000009", "李四", VILLAGE)
    assert [(one.name, one.active) for one in after.members] == [("张小三", False), ("李四", True), ("张三", False)]


def test_what_was_not_asked_stays_as_it_was() -> None:
    assert records.household_of(BEFORE, {"a_visit/visit_result": "3"}) == BEFORE


def test_prefill_lists_active_members_in_their_order_under_their_own_ids() -> None:
    after = records.household_of(BEFORE, ANSWERS)
    known = records.prefill(after, "2026-11-20", "王队长", lambda: "new")
    rows = {path: value for path, value in known.items() if path.count("/") == 1 and path.startswith("member/")}
    assert rows == {"member/b": "1"}
    assert known["member/b/m_name"] == "李四"


def test_prefill_of_a_household_without_members_begins_with_the_head() -> None:
    ids = (f"id{number}" for number in count())
    known = records.prefill(Household(HouseholdId("h"), AreaCode(VILLAGE), "王五"), "2026-11-20", "王队长", lambda: next(ids))
    assert (known["member/id0/m_name"], known["member/id0/m_relation"]) == ("王五", "02")
