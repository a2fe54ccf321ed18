"""Numbers, texts and dates."""

from __future__ import annotations

import math
from datetime import UTC, date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.engine.xpath.values import Moment, moment_of_days, number_of_text, read_moment, text_of_number


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_written_number_reads_back_as_the_same_number(number: float) -> None:
    text = text_of_number(number)
    assert "e" not in text
    assert number_of_text(text, UTC) == number


@pytest.mark.parametrize(
    ("number", "text"),
    [(-0.0, "0"), (1.5, "1.5"), (1e21, "1" + "0" * 21), (1e-7, "0.0000001"), (2.0, "2"), (math.nan, "NaN"), (-math.inf, "-Infinity")],
)
def test_number_is_written_as_xpath_writes_it(number: float, text: str) -> None:
    assert text_of_number(number) == text


@pytest.mark.parametrize("text", ["１２", "1e3", "0x1", "1,000", "+1", "", " ", "--1", "1 2", "٣", "∞", "nan", "inf", "1_000", "甲"])
def test_what_is_no_number_is_not_a_number(text: str) -> None:
    assert math.isnan(number_of_text(text, UTC))


@given(st.dates(date(1901, 1, 2), date(2200, 1, 1)))
def test_date_survives_the_way_through_days(day: date) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    at = moment_of_days(number_of_text(day.isoformat(), zone))
    assert Moment(at).text(zone) == day.isoformat()


@given(st.dates(date(1992, 1, 1), date(2200, 1, 1)), st.integers(-400, 400))
def test_days_are_added_as_on_a_calendar(day: date, days: int) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    at = moment_of_days(number_of_text(day.isoformat(), zone) + days)
    assert Moment(at).text(zone) == (day + timedelta(days)).isoformat()


@pytest.mark.parametrize(
    "text", ["2020-02-30", "2020-13-01", "2020-1-1", "20200101", "2020-01-01T25:00:00", "2020-01-01T10:00:00+99:00", "0000-01-01"]
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert read_moment(text, UTC) is None
