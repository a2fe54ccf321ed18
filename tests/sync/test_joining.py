"""Which of several joined records stays: one reading for everybody, whatever was decided where."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sync import joining

RECORDS = st.sampled_from("abcdefgh")
JOINS = st.dictionaries(RECORDS, RECORDS)
ALIVE = st.sets(RECORDS)


def test_end_of_a_chain_stays() -> None:
    assert joining.stays({"a": "b", "b": "c"}, "abc") == {"a": "c", "b": "c"}


def test_smallest_of_a_circle_stays_and_whoever_leads_into_it_counts_as_that_one() -> None:
    assert joining.stays({"b": "c", "c": "b", "a": "c"}, "abc") == {"a": "b", "c": "b"}
    assert joining.stays({"b": "c", "c": "b", "a": "c"}, "ac") == {"a": "c"}


def test_nothing_hides_below_a_record_that_is_not_here() -> None:
    assert joining.stays({"a": "x"}, "a") == {}
    assert joining.stays({"a": "b", "b": "x"}, "ab") == {"a": "b"}
    assert joining.stays({"a": "x", "x": "b"}, "ab") == {"a": "b"}


@given(JOINS, ALIVE)
def test_what_stays_is_alive_and_counts_as_itself(joins: dict[str, str], alive: set[str]) -> None:
    found = joining.stays(joins, alive)
    assert set(found) <= alive
    assert set(found.values()) <= alive - set(found)


@given(JOINS, ALIVE)
def test_reading_does_not_depend_on_the_order_in_which_joins_are_listed(joins: dict[str, str], alive: set[str]) -> None:
    assert joining.stays(dict(reversed(joins.items())), alive) == joining.stays(joins, alive)


@given(JOINS, ALIVE)
def test_a_join_of_two_that_are_here_and_in_no_circle_brings_them_together(joins: dict[str, str], alive: set[str]) -> None:
    found = joining.stays(joins, alive)
    for one, other in joins.items():
        if one in alive and other in alive:
            assert found.get(one, one) == found.get(other, other)
