"""Money on paper: grouped, with its unit, and written out as bills are."""

import re
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp.archive import matrix
from fieldapp.archive.amounts import is_money, shown
from fieldapp.domain import amounts

from .household import answer

_DIGITS = {sign: value for value, sign in enumerate("零壹贰叁肆伍陆柒捌玖")}
_PLACES = {"拾": 10, "佰": 100, "仟": 1000}


def read_aloud(text: str) -> int:
    """A reader of 大写 that knows nothing of how it is written: fen."""
    found = re.fullmatch(r"(?:(.+)元)?(?:零)?(?:(.)角)?(?:(.)分)?整?", text)
    assert found is not None, text
    yuan, jiao, fen = found.groups()
    return _whole(yuan or "") * 100 + _DIGITS.get(jiao or "", 0) * 10 + _DIGITS.get(fen or "", 0)


def _whole(text: str) -> int:
    for sign, unit in (("亿", 10**8), ("万", 10**4)):
        head, found, tail = text.rpartition(sign)
        if found:
            return _whole(head) * unit + _whole(tail)
    total = digit = 0
    for sign in text:
        if sign in _PLACES:
            total, digit = total + digit * _PLACES[sign], 0
        else:
            digit = _DIGITS[sign]
    return total + digit


@given(st.integers(0, 10**14 - 1) | st.integers(0, 10**7) | st.sampled_from([10**place for place in range(14)]))
@settings(max_examples=150)
def test_an_amount_in_words_reads_back_as_the_amount(fen: int) -> None:
    assert read_aloud(amounts.capital(Decimal(fen) / 100)) == fen


@given(st.integers(0, 10**14 - 1))
@settings(max_examples=80)
def test_an_amount_in_words_keeps_the_rules_of_writing(fen: int) -> None:
    told = amounts.capital(Decimal(fen) / 100)
    assert "零零" not in told
    assert told.endswith("整") == (fen % 10 == 0)
    assert not re.search("零[拾佰仟万亿元角分]", told.removeprefix("零元"))


@pytest.mark.parametrize(
    ("raw", "told"),
    [("50000", "50,000\n大写：伍万元整"), ("10020.05", "10,020.05\n大写：壹万零贰拾元零伍分"), ("-3", "-3"), ("一万", "一万")],
)
def test_what_the_matrix_names_is_written_out(raw: str, told: str) -> None:
    assert shown(answer("loan_amount", "贷款余额（元）", raw, 1, "decimal"), matrix.default()) == told


def test_what_the_form_marks_is_written_out_whatever_its_label() -> None:
    plain = answer("deal", "成交", "12", 1, "int")
    assert not is_money(plain)
    marked = replace(plain, capital=True)
    assert is_money(marked)
    assert shown(marked, matrix.default()) == "12 元\n大写：壹拾贰元整"
