"""Division codes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.domain.area import Level, ancestors, contains, cut, is_fictitious, level, parent, path, read_code
from fieldapp.errors import BadInput

CODES = st.from_regex(r"[1-9][0-9]([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?", fullmatch=True)


@given(CODES)
def test_a_division_is_inside_each_of_its_ancestors(code: str) -> None:
    assert all(contains(one, code) for one in ancestors(code))
    assert [level(one) for one in ancestors(code)] == list(range(1, level(code)))
    assert (ancestors(code) or (None,))[-1] == parent(code)


@given(CODES)
def test_reading_a_read_code_changes_nothing(code: str) -> None:
    assert read_code(read_code(code)) == read_code(code)


@pytest.mark.parametrize(
    ("padded", "code"),
    [
        ("990121101201", "990121101201"),
        ("990121101000", "990121101"),
        ("990121000000", "990121"),
        ("990100000000", "9901"),
        ("990000", "99"),
    ],
)
def test_padding_zeros_are_dropped(padded: str, code: str) -> None:
    assert read_code(f" {padded} ") == code


@pytest.mark.parametrize("text", ["", "9", "99012", "9901210", "０1", "012345", "99a1", "1234567890123"])
def test_what_is_no_code_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        read_code(text)


def test_path_names_the_divisions_from_the_county_down() -> None:
    names = {"99": "示范省", "990121": "示范县", "990121101": "青泉镇", "990121101201": "银湾村"}
    assert path("990121101201", names) == "示范县青泉镇银湾村"
    assert path("990121101201", names, Level.TOWNSHIP) == "青泉镇银湾村"
    assert cut("990121101201", Level.COUNTY) == "990121"
    assert cut("9901", Level.COUNTY) == "9901"


def test_nothing_is_inside_nowhere() -> None:
    assert not contains("", "990121")
    assert is_fictitious("990121")
    assert not is_fictitious("610602")
