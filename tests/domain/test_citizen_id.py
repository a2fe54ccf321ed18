"""Citizen identity numbers."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.domain.citizen_id import IdFlaw, birth, compose, flaw, is_disability_certificate, is_valid, normalise, sex

REGIONS = st.integers(100000, 989999).map(str)
BIRTHS = st.dates(date(1900, 1, 1), date(2026, 1, 1))


@given(REGIONS, BIRTHS, st.integers(1, 999))
def test_a_composed_number_is_valid_and_tells_birth_and_sex(region: str, born: date, order: int) -> None:
    number = compose(region, born, order)
    assert flaw(number) is None
    assert (birth(number), sex(number)) == (born, "1" if order % 2 else "2")


@given(REGIONS, BIRTHS, st.integers(1, 999), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_noticed(region: str, born: date, order: int, place: int, shift: int) -> None:
    number = compose(region, born, order)
    wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]
    assert not is_valid(wrong, fictitious=True)


def test_a_number_of_a_county_that_did_not_exist_at_birth_is_no_flaw() -> None:
    assert is_valid(compose("610602", date(1964, 2, 29), 7))


@pytest.mark.parametrize(
    ("number", "wrong"),
    [
        ("61060219640229007", IdFlaw.LENGTH),
        ("6106021964022900A9", IdFlaw.CHARACTERS),
        ("016602196402290079", IdFlaw.CHARACTERS),
        ("６10602196402290079", IdFlaw.CHARACTERS),
        ("999999196402290079", IdFlaw.PLACEHOLDER),
        (compose("990121", date(1964, 2, 29), 7), IdFlaw.FICTITIOUS),
        ("610602196302290079", IdFlaw.DATE),
        ("610602196402290070", IdFlaw.CHECK_DIGIT),
    ],
)
def test_a_flaw_has_its_name(number: str, wrong: IdFlaw) -> None:
    assert flaw(number) is wrong


def test_region_99_is_accepted_only_where_it_is_asked_for() -> None:
    number = compose("990121", date(2000, 1, 1), 12)
    assert not is_valid(number)
    assert is_valid(number, fictitious=True)
    assert flaw(compose("999999", date(2000, 1, 1), 12), fictitious=True) is IdFlaw.PLACEHOLDER


def test_a_number_typed_full_width_with_spaces_is_kept_plain() -> None:
    assert normalise(" ６１０６０２ 19640229 007ｘ ") == "61060219640229007X"


@pytest.mark.parametrize(
    ("tail", "fine"), [("42", True), ("71B1", True), ("81", False), ("45", False), ("42B0", False), ("42A1", False), ("4", False)]
)
def test_a_disability_certificate_continues_the_identity_number(tail: str, fine: bool) -> None:
    number = compose("610602", date(1964, 2, 29), 7)
    assert is_disability_certificate(number + tail, number) is fine
    assert not is_disability_certificate(number + tail, compose("610602", date(1964, 2, 29), 9))
