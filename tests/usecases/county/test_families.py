"""The fictitious families."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp.domain import citizen_id
from fieldapp.usecases import county
from fieldapp.usecases.county import names
from fieldapp.usecases.county.families import REFERENCE, Family, family

VILLAGE = "990121101201"
FAMILIES = st.builds(family, st.integers(0, 50), st.integers(0, 9000), st.just(VILLAGE))


def everybody(count: int) -> list[str]:
    return [person.name for one in county.families(1, count) for person in one.members]


@given(FAMILIES)
@settings(max_examples=60)
def test_identity_numbers_are_valid_only_as_fictitious_ones(one: Family) -> None:
    for person in one.members:
        assert citizen_id.flaw(person.citizen_id) is citizen_id.IdFlaw.FICTITIOUS
        assert citizen_id.is_valid(person.citizen_id, fictitious=True)
        assert (citizen_id.birth(person.citizen_id), citizen_id.sex(person.citizen_id)) == (person.birth, person.sex)


@given(FAMILIES)
@settings(max_examples=60)
def test_a_mother_is_twenty_to_forty_years_older_than_her_children(one: Family) -> None:
    mothers = [person for person in one.members if person.relation == "10"]
    children = [person for person in one.members if person.relation in ("20", "30")]
    gaps = [mother.birth.year - child.birth.year for mother in mothers for child in children]
    assert all(-40 <= gap <= -19 for gap in gaps)


@given(FAMILIES)
@settings(max_examples=60)
def test_a_family_has_one_head_first_and_everybody_is_born(one: Family) -> None:
    assert [place for place, person in enumerate(one.members) if person.relation == "02"] == [0]
    assert all(0 < person.age(REFERENCE) < 100 for person in one.members)


def test_the_same_seed_gives_the_same_families() -> None:
    assert county.families(7, 20) == county.families(7, 20)
    assert county.families(7, 20) != county.families(8, 20)
    assert county.families(7, 20)[:5] == county.families(7, 5)


def test_no_two_people_share_a_number_a_phone_or_an_id() -> None:
    people = [person for one in county.families(1, 2000, "990121") for person in one.members]
    for what in ("citizen_id", "phone", "id"):
        assert len({getattr(person, what) for person in people}) == len(people)
    assert all(person.phone.startswith("154") and len(person.phone) == 11 for person in people)


def test_sixty_families_hold_every_rare_character_and_names_with_a_dot() -> None:
    told = everybody(60)
    assert [sign for sign in names.RARE if not any(sign in name for name in told)] == []
    assert any("·" in name for name in told)
    assert max(map(len, told)) == 25
    assert all(name and " " not in name and len(name) <= 50 for name in told)


def test_sixty_families_are_as_mixed_as_a_county() -> None:
    found = county.families(1, 60)
    assert {one.kind for one in found} == set(county.Kind)
    assert len({person.ethnic for one in found for person in one.members}) >= 8
    assert len({one.village for one in found}) == 16
    assert {one.monitor_type for one in found} > {"0", "1"}


def test_an_eighth_to_a_quarter_of_the_people_are_old_and_some_are_children() -> None:
    ages = [person.age(date(2026, 6, 30)) for one in county.families(1, 1000) for person in one.members]
    assert 0.12 < sum(age < 15 for age in ages) / len(ages) < 0.3
    assert 0.2 < sum(age >= 60 for age in ages) / len(ages) < 0.4
    assert 2.0 < len(ages) / 1000 < 3.5


def test_the_roster_knows_a_family_as_a_household() -> None:
    one = county.families(1, 5)[4]
    household = one.household
    assert (household.id, household.head_name, household.village) == (one.id, one.head_name, one.village)
    assert [member.id for member in household.members] == [person.id for person in one.members]
    assert all(len(identity) == 32 for identity in (household.id, *(member.id for member in household.members)))
