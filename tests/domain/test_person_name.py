"""Names of people, and what is left of personal data under a mask."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.domain import masking, person_name
from fieldapp.domain.person_name import NameFlaw


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("阿卜杜热合曼•买买提", "阿卜杜热合曼·买买提"),
        ("娜塔莎 ・ 伊万诺娃", "娜塔莎·伊万诺娃"),
        ("古丽.艾合麦提", "古丽·艾合麦提"),
        ("·扎西··次仁·", "扎西·次仁"),
        ("王　建国 ", "王建国"),
        ("Anna Maria", "Anna Maria"),
        ("林𡐓", "林𡐓"),
    ],
)
def test_a_typed_name_has_one_kind_of_dot_and_no_stray_space(typed: str, name: str) -> None:
    assert person_name.normalise(typed) == name


@given(st.text(max_size=60))
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = person_name.normalise(text)
    assert person_name.normalise(once) == once


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("王建国", None),
        ("", NameFlaw.EMPTY),
        ("王" * 51, NameFlaw.TOO_LONG),
        ("王 建国", NameFlaw.SPACE),
        ("古丽•艾合麦提", NameFlaw.DOT),
        ("王\ue863", NameFlaw.PRIVATE_CHARACTER),
        ("索", NameFlaw.UNUSUAL),
        ("阿" * 16, NameFlaw.UNUSUAL),
        ("䶮𬭎", None),
    ],
)
def test_a_flaw_has_its_name(name: str, wrong: NameFlaw | None) -> None:
    assert person_name.flaw(name) is wrong


@pytest.mark.parametrize(
    ("full", "masked"),
    [
        ("王建国", "王**"),
        ("欧阳锋", "欧阳*"),
        ("单", "*"),
        ("努尔古丽·艾合麦提江", "努尔古丽·*****"),
        ("𬭎刚", "𬭎*"),
        ("", ""),
    ],
)
def test_a_masked_name_keeps_the_surname_or_the_first_part(full: str, masked: str) -> None:
    assert masking.name(full) == masked


def test_numbers_keep_as_much_as_the_rule_allows() -> None:
    assert masking.citizen_id("610602196402290077") == "610***********0077"
    assert masking.phone("13800000001") == "138****0001"
    assert masking.phone("0911-2345678") == "**********78"
    assert masking.bank_account("6217001234567890123") == "***************0123"


@given(st.text(st.characters(categories=["Nd"]), max_size=24))
def test_a_mask_keeps_the_length_and_always_hides_something(number: str) -> None:
    for mask in (masking.citizen_id, masking.phone, masking.bank_account):
        assert len(mask(number)) == len(number)
        assert not number or "*" in mask(number)
