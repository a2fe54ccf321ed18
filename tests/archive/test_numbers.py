"""Archive numbers: alike on every laptop, no two alike in a village, as the archives office writes them."""

from dataclasses import replace
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp.archive import matrix
from fieldapp.archive.numbers import archive_number, filing_number, piece_number, volume_number
from fieldapp.archive.sheet import Numbering
from fieldapp.domain.ids import HouseholdId

MATRIX = matrix.default()
NUMBERING = Numbering("0123", "990102101201", "7K3MQX9D2F", 2026)
_IDS = st.uuids(version=4).map(lambda one: HouseholdId(one.hex))


@given(st.lists(_IDS, min_size=2, max_size=300, unique=True), st.integers(0, 300))
@settings(max_examples=40)
def test_two_laptops_that_archive_a_village_offline_never_give_one_number_twice(village: list[HouseholdId], cut: int) -> None:
    first = {one: volume_number(one, "", MATRIX) for one in village[: cut + 1]}
    second = {one: volume_number(one, "", MATRIX) for one in reversed(village[max(cut - 5, 0) :])}
    assert all(first[one] == second[one] for one in first.keys() & second.keys()), "a household has one number everywhere"
    assert len({*first.values(), *second.values()}) == len(village)


def test_twenty_thousand_households_have_as_many_numbers() -> None:
    count = 20_000
    assert len({volume_number(HouseholdId(UUID(int=number).hex), "", MATRIX) for number in range(count)}) == count


@given(_IDS)
@settings(max_examples=30)
def test_a_number_has_ten_signs_that_no_clerk_confuses(household: HouseholdId) -> None:
    number = volume_number(household, "", MATRIX)
    assert len(number) == 10
    assert not set(number) - set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")


def test_a_number_is_the_same_in_every_version_of_the_program() -> None:
    assert volume_number(HouseholdId("0123456789abcdef0123456789abcdef"), "", MATRIX) == "M8KM0ET8ND"


def test_the_national_code_is_taken_where_the_county_wants_it_and_there_is_one() -> None:
    own = replace(MATRIX, patterns=replace(MATRIX.patterns, volume_from="national"))
    household = HouseholdId("0123456789abcdef0123456789abcdef")
    assert volume_number(household, "6106210001", own) == "6106210001"
    assert volume_number(household, "", own) == volume_number(household, "", MATRIX)


def test_numbers_follow_the_patterns_of_the_archives_office() -> None:
    assert archive_number(NUMBERING, MATRIX) == "0123-JF02-990102101201-7K3MQX9D2F"
    assert filing_number(NUMBERING, MATRIX) == "JF02-2026"
    assert piece_number(NUMBERING, MATRIX, "internal", 5) == "0123-JF02·2026-D30-FPB-7K3MQX9D2F05"
    own = matrix.read('[number]\nvolume = "{fonds_no}·{year}·{retention}·{volume}"'.encode())
    assert archive_number(NUMBERING, own) == "0123·2026·Y·7K3MQX9D2F"
