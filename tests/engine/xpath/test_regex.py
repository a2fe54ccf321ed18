"""Regular expressions of forms."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.engine.xpath.errors import EvaluationFault
from fieldapp.engine.xpath.regex import matches, written
from fieldapp.engine.xpath.regex_tree import read
from fieldapp.engine.xpath.regex_walk import walker


@pytest.mark.parametrize(
    ("text", "pattern", "found"),
    [
        ("x1y", "[0-9]", True),
        ("１", r"\d", False),
        ("15042919900101123X", "^[0-9]{17}[0-9Xx]$", True),
        ("13800138000\n", "^1[0-9]{10}$", False),
        ("甲𠮷𬭎", r"^\p{IsHan}+$", True),
        ("甲a", r"^\p{L}{2}$", True),
        ("阿依古丽·买买提", r"^[\p{Han}·]+$", True),
        ("王", r"^[\u4e00-\u9fa5]$", True),
        ("𠮷", r"^\uD842\uDFB7$", True),
        ("a\u3000b", r"a\sb", True),
        ("a.b", r"^\Qa.b\E$", True),
        ("AB", "(?i)^ab$", True),
        ("2026-11", r"^(?<y>\d{4})-\d\d$", True),
        ("aa", r"^(a)\1$", True),
        ("ab", "^(?=a)ab$", True),
        ("[", "[[]", True),
        ("{", "{", True),
        ("a/b", r"a\/b", True),
        ("", "^$", True),
        ("a", "[]", False),
        ("a", "[^]", True),
    ],
)
def test_pattern_is_found(text: str, pattern: str, found: bool) -> None:
    assert matches(text, pattern) is found


@pytest.mark.parametrize("pattern", ["(", "[a", "a{2,1}", "*", "a**", "\\", r"\p{Nonsense}", "[a&&b]", "[z-a]", "(?#x)"])
def test_pattern_that_is_none_is_a_fault(pattern: str) -> None:
    with pytest.raises(EvaluationFault):
        matches("a", pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        "^(a+)+$",
        "^(a|a)*$",
        "(.*a){20}b",
        r"^(([^<>()]+(\.[^<>()]+)*)|(\".+\"))@x$",
        r"^(\w+\s?)*$",
        "(a*)*b",
        "(?:a?){60}a{60}b",
        ".*.*.*.*.*=.*",
    ],
)
def test_pattern_that_hangs_a_backtracking_engine_answers(pattern: str) -> None:
    assert matches("a" * 1500 + "!", pattern) is False


def test_costly_pattern_with_a_back_reference_is_refused() -> None:
    with pytest.raises(EvaluationFault):
        matches("aaa", r"^((a+)+)\1$")


_PATTERNS = st.recursive(
    st.sampled_from(["a", "b", "[ab]", "[^a]", ".", "^", "$", r"\b", r"\d"]),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda pair: f"(?:{pair[0]}|{pair[1]})"),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{1,2}", "{2}", "*?"])).map(lambda pair: f"(?:{pair[0]}){pair[1]}"),
    ),
    max_leaves=6,
)


@given(_PATTERNS, st.text("ab1 ", max_size=8))
def test_walking_and_backtracking_agree(pattern: str, text: str) -> None:
    piece, _ = read(pattern)
    expected = re.search(pattern.replace("$", r"\Z"), text, re.ASCII) is not None
    assert walker(piece, False)(text) is expected
    assert (re.search(written(piece), text, re.ASCII) is not None) is expected
