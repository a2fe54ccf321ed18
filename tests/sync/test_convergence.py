"""Random walks of real workspaces and a real district find nothing; every seeded mistake is found by the short walk that shows it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from . import convergence
from .mutants import MUTANTS, applied
from .walks import Walker


@pytest.fixture(scope="module")
def walker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walker]:
    made = Walker(tmp_path_factory.mktemp("walks"), real=True)
    yield made
    made.close()


def test_laptops_with_real_workspaces_agree_and_lose_nothing(tmp_path: Path):
    told = convergence.prove(tmp_path, walks=3, steps=40, seed=7)
    assert (told["walks"], told["wrong"]) == (3, None)


def test_replica_in_memory_agrees_as_well(tmp_path: Path):
    told = convergence.prove(tmp_path, walks=3, steps=40, seed=7, real=False)
    assert (told["walks"], told["wrong"]) == (3, None)


@pytest.mark.parametrize("name", sorted(MUTANTS))
def test_seeded_mistake_is_found_and_without_it_the_walk_ends_well(name: str, walker: Walker):
    assert walker.wrong(MUTANTS[name].walk) == ""
    with applied(MUTANTS[name]):
        assert walker.wrong(MUTANTS[name].walk) != ""


def test_old_reply_in_an_exchange_that_broke_off_is_mended_by_the_next_comparison(walker: Walker):
    """Walk 785 of seed 2026: the laptop forgot an operation, an old reply told it that the district has everything, and the power went."""
    forgets = (("back_up_laptop", 0), ("edit", 0, 0, 1, 4), ("sync", 0, [], 3), ("put_back_laptop", 0, 0), ("turn_clock", 0, 525_600))
    assert walker.wrong([*forgets, ("sync", 0, ["old-reply", "old-request", "gone"], 2)]) == ""


def test_walk_that_goes_wrong_is_told_in_its_shortest_form(walker: Walker):
    mutant = MUTANTS["kept-receipts"]
    noise = (("edit", 1, 1, 1, 1), ("turn_clock", 2, 7), ("sync", 1))
    with applied(mutant):
        assert set(walker.shrunk([*noise, *mutant.walk])) <= set(mutant.walk)
