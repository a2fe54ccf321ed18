"""What people type and what it means."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.ui.initials import initials
from fieldapp.ui.questions import typing

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("35000", "35000"),
        ("3.5万", "35000"),
        ("３．５万", "35000"),
        ("3.5w", "35000"),
        ("1,200元", "1200"),
        ("１２", "12"),
        ("-0", "0"),
        ("007", "7"),
        ("1.50", "1.5"),
        ("2亿", "200000000"),
        ("", ""),
        ("万", None),
        ("abc", None),
        ("1e5", None),
        ("٣", None),
    ],
)
def test_a_number_is_read_as_people_type_it(typed, meant):
    assert typing.number(typed) == meant


def test_a_whole_number_refuses_a_fraction():
    assert typing.number("1.5", whole=True) is None
    assert typing.number("1.5万", whole=True) == "15000"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("20160414", "2016-04-14"),
        ("2016.4.14", "2016-04-14"),
        ("2016年4月14日", "2016-04-14"),
        ("２０１６０４１４", "2016-04-14"),
        ("62.3.5", "1962-03-05"),
        ("4.14", "2026-04-14"),
        ("今天", "2026-11-22"),
        ("昨天", "2026-11-21"),
        ("-3", "2026-11-19"),
        ("", ""),
        ("20160431", None),
        ("2016", None),
        ("随便", None),
    ],
)
def test_a_day_is_read_as_people_type_it(typed, meant):
    assert typing.day(typed, TODAY) == meant


def test_a_month_is_its_first_day_and_is_shown_as_a_month():
    assert typing.day("201604", TODAY, month_only=True) == "2016-04-01"
    assert typing.day("2016年4月", TODAY, month_only=True) == "2016-04-01"
    assert typing.spoken_date("2016-04-01", month_only=True) == "2016年4月"


def test_codes_lose_spaces_and_x_becomes_upper_case():
    assert typing.citizen_id("６１０６ 0219x") == "61060219X"
    assert typing.phone("(0911) 212 3456") == "09112123456"


def test_a_place_needs_two_numbers_on_the_globe():
    assert typing.point("36.59, 109.49") == "36.59 109.49 0 0"
    assert typing.point("136.59 109.49") is None
    assert typing.point("36.59") is None


def test_a_time_is_read_with_and_without_colon():
    assert typing.clock_time("0830") == "08:30"
    assert typing.clock_time("8点30分") == "08:30"
    assert typing.clock_time("2460") is None


@given(st.integers(min_value=-(10**12), max_value=10**12))
def test_every_whole_number_is_read_back_as_itself(value):
    assert typing.number(str(value), whole=True) == str(value)


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 1, 1)))
def test_every_day_is_read_back_in_all_spellings(value):
    for spelling in (f"{value:%Y%m%d}", f"{value.year}.{value.month}.{value.day}", f"{value.year}年{value.month}月{value.day}日"):
        assert typing.day(spelling, TODAY) == value.isoformat()


@given(st.text())
def test_no_typed_text_makes_the_readers_fail(text):
    typing.number(text)
    typing.day(text, TODAY)
    typing.clock_time(text)
    typing.point(text)
    initials(text)


def test_initials_find_choices():
    assert initials("脱贫户") == "tph"
