"""The state of a record is the same whatever the order, and no value vanishes unseen."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from sync.merge import merge
from sync.operation import Operation

from .writing import Writer


def test_a_later_write_that_saw_the_first_replaces_it():
    writer = Writer()
    first = writer.write({"a": "1", "b": "1"})
    second = writer.write({"a": "2"}, [first])
    state = merge([second, first])
    assert state.values() == {"a": "2", "b": "1"}
    assert state.heads == (second.id,)
    assert not state.in_conflict


def test_two_writes_that_did_not_see_each_other_are_a_conflict_that_lists_both():
    early, late = Writer(1, 1_000), Writer(2, 2_000)
    root = early.write({"a": "0"})
    one, two = late.write({"a": "late"}, [root]), early.write({"a": "early"}, [root])
    state = merge([root, one, two])
    assert state.conflicts == ("a",)
    assert [write.value for write in state.fields["a"].writes] == ["early", "late"]
    assert state.fields["a"].value == "late"
    assert state.fields["a"].operation == one.id
    assert state.heads == tuple(sorted((one.id, two.id)))


def test_different_fields_do_not_conflict():
    one, two = Writer(1), Writer(2)
    root = one.write({"a": "0", "b": "0"})
    state = merge([root, one.write({"a": "1"}, [root]), two.write({"b": "2"}, [root])])
    assert state.values() == {"a": "1", "b": "2"}
    assert not state.in_conflict


def test_equal_values_are_no_conflict():
    one, two = Writer(1), Writer(2)
    state = merge([one.write({"a": "1"}), two.write({"a": "1"})])
    assert not state.in_conflict
    assert len(state.heads) == 2


def test_a_clock_that_runs_behind_does_not_lose():
    right, behind = Writer(1, 2_000_000), Writer(2, 1_000)
    first = right.write({"a": "1"})
    second = behind.write({"a": "2"}, [first])
    assert merge([first, second]).values() == {"a": "2"}


def test_a_resolution_over_all_heads_ends_the_conflict():
    one, two = Writer(1), Writer(2)
    left, right = one.write({"a": "1"}), two.write({"a": "2"})
    resolution = one.write({"a": "2"}, [left, right])
    state = merge([resolution, right, left])
    assert state.values() == {"a": "2"}
    assert not state.in_conflict
    assert state.heads == (resolution.id,)


def test_a_field_that_was_taken_away_has_no_value():
    writer = Writer()
    first = writer.write({"a": "1"})
    state = merge([first, writer.write({"a": None}, [first])])
    assert state.values() == {}
    assert state.fields["a"].value is None


def test_a_deletion_that_saw_everything_deletes():
    writer = Writer()
    first = writer.write({"a": "1"})
    assert merge([first, writer.write({}, [first], delete=True)]).deleted


def test_a_deletion_beside_an_edit_keeps_the_record_and_flags_it():
    one, two = Writer(1), Writer(2)
    first = one.write({"a": "1"})
    state = merge([first, one.write({}, [first], delete=True), two.write({"a": "2"}, [first])])
    assert not state.deleted
    assert state.deleted_elsewhere
    assert state.in_conflict
    assert state.values() == {"a": "2"}


def test_an_edit_that_saw_the_deletion_brings_the_record_back():
    writer = Writer()
    first = writer.write({"a": "1"})
    gone = writer.write({}, [first], delete=True)
    state = merge([first, gone, writer.write({"a": "2"}, [gone])])
    assert not state.deleted
    assert not state.in_conflict


def test_a_parent_that_has_not_arrived_costs_only_a_false_conflict():
    writer = Writer()
    first = writer.write({"a": "1"})
    second = writer.write({"a": "2"}, [first])
    third = writer.write({"a": "3"}, [second])
    assert merge([first, third]).conflicts == ("a",)
    assert not merge([first, third, second]).in_conflict


def test_nothing_adds_up_to_nothing():
    state = merge([])
    assert state.heads == ()
    assert not state.deleted


def bare(number: int, parents: list[int], values: dict[str, str], *, delete: bool = False, clock: int = 0) -> Operation:
    """An operation without hash and signature: the merge trusts what was verified before."""
    return Operation(
        dev="d", prev="", rec="r", kind="household", vil="v", par=tuple(f"{parent:064x}" for parent in parents), set=values,
        hlc=f"{clock:013d}-000000", user="u", delete=delete, id=f"{number:064x}",
    )  # fmt: skip


def test_a_hundred_thousand_edits_in_a_row_stay_flat():
    chain = [bare(number, [number - 1] if number else [], {f"f{number % 50}": str(number)}, clock=number) for number in range(100_000)]
    state = merge(reversed(chain))
    assert state.heads == (chain[-1].id,)
    assert len(state.fields) == 50
    assert all(len(field.writes) == 1 for field in state.fields.values())


def test_a_long_alternation_of_forks_and_joins_stays_flat():
    history, number = [bare(0, [], {"a": "0"})], 1
    for _ in range(5_000):
        root = history[-1]
        at = int(root.id, 16)
        history += [bare(number, [at], {"a": "x"}), bare(number + 1, [at], {"a": "y"}), bare(number + 2, [number, number + 1], {"b": "z"})]
        number += 3
    state = merge(history)
    assert len(state.heads) == 1
    assert state.conflicts == ("a",)
    assert len(state.fields["a"].writes) == 2


@st.composite
def histories(draw: st.DrawFn) -> list[Operation]:
    history: list[Operation] = []
    for number in range(draw(st.integers(1, 14))):
        parents = sorted(draw(st.sets(st.integers(0, number - 1), max_size=3))) if number else []
        values = draw(st.dictionaries(st.sampled_from("abc"), st.sampled_from("12"), max_size=3))
        history.append(bare(number, parents, values, delete=draw(st.integers(0, 5)) == 0, clock=draw(st.integers(0, 3))))
    return history


def ancestors(history: list[Operation]) -> dict[str, set[str]]:
    past: dict[str, set[str]] = {}
    for operation in history:
        past[operation.id] = set(operation.par).union(*(past[parent] for parent in operation.par))
    return past


@given(histories(), st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None)
def test_live_writes_are_exactly_those_that_no_later_write_has_seen(history: list[Operation], chance: random.Random):
    past = ancestors(history)
    expected = {
        path: {
            one.id for one in history if path in one.set and not any(path in other.set and one.id in past[other.id] for other in history)
        }
        for path in {path for operation in history for path in operation.set}
    }
    shuffled = [*history, *history[:3]]
    chance.shuffle(shuffled)
    state = merge(shuffled)
    assert {path: {write.operation for write in field.writes} for path, field in state.fields.items()} == expected
    assert state == merge(history)
    deletions = {operation.id for operation in history if operation.delete}
    unseen_edit = any(one.id not in deletions and not any(one.id in past[gone] for gone in deletions) for one in history)
    assert state.deleted == (not unseen_edit)
