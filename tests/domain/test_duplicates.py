"""What makes two households look like one, and two members like one person."""

from __future__ import annotations

from dataclasses import replace

from fieldapp.domain import citizen_id
from fieldapp.domain.dates import date
from fieldapp.domain.duplicates import entry_of, possible, same_people
from fieldapp.domain.household import Household, Member
from fieldapp.domain.ids import AreaCode, HouseholdId, MemberId

VILLAGE, FAR = AreaCode("990101001001"), AreaCode("990102101201")
NUMBER = citizen_id.compose("990101", date(1980, 1, 1), 123)
OTHER = citizen_id.compose("990101", date(1980, 1, 1), 125)


def household(identity: str, head: str = "王小明", **more: object) -> Household:
    return replace(Household(HouseholdId(identity), VILLAGE, head), **more)  # type: ignore[arg-type]


def member(identity: str, name: str = "王小明", number: str = "", **more: object) -> Member:
    return replace(Member(MemberId(identity), name, citizen_id=number), **more)  # type: ignore[arg-type]


def rules(*held: Household) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(pair.first, pair.second, tuple(sign.rule for sign in pair.signs)) for pair in possible(map(entry_of, held))]


def test_identity_number_counts_in_any_writing_and_across_villages() -> None:
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in NUMBER.lower())
    one, other = household("a", members=(member("1", number=NUMBER),)), household("b", "老王", members=(member("2", "王晓明", wide),))
    assert rules(one, replace(other, village=FAR)) == [("a", "b", ("citizen-id",))]


def test_household_number_counts_within_a_village() -> None:
    one, other = household("a", national_code="H-1"), household("b", "李四", national_code="ｈ-１ ")
    assert rules(one, other) == [("a", "b", ("national-code",))]
    assert rules(one, replace(other, village=FAR)) == []


def test_head_and_address_count_together() -> None:
    one, other = household("a", address="3组 5号"), household("b", "王 小明", address="３组5号")
    assert rules(one, other) == [("a", "b", ("head-address",))]
    assert rules(household("a"), household("b")) == []


def test_name_and_birth_count_unless_the_numbers_say_that_they_are_two() -> None:
    born = member("1", birth="1980-01-01")
    assert rules(household("a", members=(born,)), household("b", members=(member("2", number=NUMBER),))) == [("a", "b", ("name-birth",))]
    twins = household("a", members=(member("1", number=NUMBER),)), household("b", members=(member("2", number=OTHER),))
    assert rules(*twins) == []


def test_whoever_moved_away_and_a_number_that_stands_for_none_are_no_signs() -> None:
    one = household("a", members=(member("1", number=NUMBER, active=False), member("2", "李四", "999999198001010000")))
    other = household("b", members=(member("3", number=NUMBER), member("4", "张三", "999999198001010000")))
    assert rules(one, other) == []


def test_what_a_crowd_has_in_common_is_no_sign() -> None:
    assert rules(*(household(f"{n:02d}", f"户{n}", national_code="0") for n in range(9))) == []


def test_everybody_is_paired_with_one_person_at_most() -> None:
    own = (member("1", number=NUMBER), member("2", "李四", birth="1990-02-03"), member("3", "王小明", birth="1980-01-01"))
    other = (member("4", "李四", birth="1990-02-03"), member("5", number=NUMBER), member("6", "孙七"))
    assert same_people(own, other) == (("1", "5"), ("2", "4"))
