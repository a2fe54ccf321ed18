"""Amounts, dates and digits as people type them."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.domain import amounts, dates
from fieldapp.domain.digits import halfwidth, is_plain_number
from fieldapp.errors import BadInput

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("3.5万", "35000"),
        ("１２００元", "1200"),
        ("1,200.50", "1200.5"),
        ("2千", "2000"),
        ("¥ 80", "80"),
        ("-3", "-3"),
        ("1.2亿", "120000000"),
        ("0", "0"),
    ],
)
def test_an_amount_is_read_as_it_is_meant(typed: str, amount: str) -> None:
    assert amounts.plain(amounts.read(typed)) == amount


@pytest.mark.parametrize("typed", ["", "万", "三万", "1.2.3", "12,34", "1e5", "１２a", "--1", "."])
def test_what_is_no_amount_is_refused(typed: str) -> None:
    with pytest.raises(BadInput):
        amounts.read(typed)


@given(st.decimals(0, 10**9, places=2))
def test_a_plain_amount_reads_back(amount: Decimal) -> None:
    assert amounts.read(amounts.plain(amount)) == amount


@pytest.mark.parametrize(
    ("amount", "told"),
    [
        ("0", "零元整"),
        ("10500.20", "壹万零伍佰元贰角整"),
        ("100000000", "壹亿元整"),
        ("1001.01", "壹仟零壹元零壹分"),
        ("0.05", "伍分"),
        ("10", "壹拾元整"),
        ("100010", "壹拾万零壹拾元整"),
        ("30005000", "叁仟万伍仟元整"),
        ("1234567.89", "壹佰贰拾叁万肆仟伍佰陆拾柒元捌角玖分"),
    ],
)
def test_an_amount_is_written_out_in_capitals(amount: str, told: str) -> None:
    assert amounts.capital(Decimal(amount)) == told


@given(st.integers(0, 10**12))
def test_two_amounts_never_share_their_capitals(number: int) -> None:
    assert amounts.capital(Decimal(number)) != amounts.capital(Decimal(number + 1))


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("20160414", date(2016, 4, 14)),
        ("2016.4.14", date(2016, 4, 14)),
        ("２０１６年４月１４日", date(2016, 4, 14)),
        ("2016-04-14", date(2016, 4, 14)),
        ("4.14", date(2026, 4, 14)),
        ("12月1日", date(2025, 12, 1)),
        ("2.29", date(2024, 2, 29)),
        ("今天", TODAY),
        ("昨天", TODAY - timedelta(days=1)),
    ],
)
def test_a_date_is_read_as_it_is_meant(typed: str, day: date) -> None:
    assert dates.read(typed, TODAY) == day


@pytest.mark.parametrize("typed", ["", "20160431", "2016.13.1", "昨晚", "13.40", "2016"])
def test_what_is_no_date_is_refused(typed: str) -> None:
    with pytest.raises(BadInput):
        dates.read(typed, TODAY)


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
def test_a_date_reads_back_in_every_writing(day: date) -> None:
    writings = (day.isoformat(), f"{day:%Y%m%d}", f"{day.year}.{day.month}.{day.day}", f"{day.year}年{day.month}月{day.day}日")
    assert {dates.read(one, TODAY) for one in writings} == {day}
    assert dates.read_month(f"{day:%Y%m}", TODAY) == dates.read_month(f"{day.year}年{day.month}月", TODAY) == day.replace(day=1)


def test_a_birthday_on_29_february_counts_from_1_march() -> None:
    assert dates.years_between(date(2004, 2, 29), date(2026, 2, 28)) == 21
    assert dates.years_between(date(2004, 2, 29), date(2026, 3, 1)) == 22


def test_full_width_digits_become_plain_ones() -> None:
    assert halfwidth("１２．５　ｘ") == "12.5 x"
    assert is_plain_number("-12.5")
    assert not any(map(is_plain_number, ("１２", "1.2.3", "", "-", "1e3")))
