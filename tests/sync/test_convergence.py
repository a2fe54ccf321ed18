"""The state machine finds nothing in the real exchange; each seeded mistake is caught by its story, and by chance in the long run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sync.errors import GarbledReply

from .convergence import MUTANTS, RECORDS, Disagreement, Place, run

Story = Callable[[Disagreement], None]


def _a_request_is_lost(story: Disagreement) -> None:
    story.edit(0, RECORDS[0], "a", 1)
    story.sync(0, ["lost"], None)


def _the_server_is_put_back(story: Disagreement) -> None:
    story.back_up_server()
    story.edit(0, RECORDS[0], "a", 1)
    story.sync(0, [], None)
    story.put_back_server(True, 0, 0)


def _a_laptop_is_put_back_and_gets_a_later_stick(story: Disagreement) -> None:
    story.put_back_laptop_and_stick(0, 3)


def _two_write_the_same_field(story: Disagreement) -> None:
    story.edit(0, RECORDS[0], "a", 1)
    story.edit(1, RECORDS[0], "a", 2)


STORIES: dict[str, Story] = {
    "last-writer-wins": _two_write_the_same_field,
    "receipts-on-sending": _a_request_is_lost,
    "kept-receipts": _the_server_is_put_back,
    "no-epochs": _the_server_is_put_back,
    "cursor-gap": _a_laptop_is_put_back_and_gets_a_later_stick,
}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    made = Place(tmp_path_factory.mktemp("district"))
    yield made
    made.district.close()


def told(place: Place, folder: Path, story: Story, mutant: str = "") -> None:
    machine = type("Machine", (Disagreement,), {"place": place, "folder": folder, **MUTANTS.get(mutant, {})})()
    machine.begin()
    story(machine)
    machine.teardown()


def test_everybody_agrees_and_nothing_is_lost():
    result = run(examples=5, steps=12)
    assert result.wasSuccessful(), [text for _, text in (*result.failures, *result.errors)]


@pytest.mark.parametrize("mutant", sorted(MUTANTS))
def test_a_seeded_mistake_is_caught_and_without_it_the_story_ends_well(mutant: str, place: Place, tmp_path: Path):
    told(place, tmp_path, STORIES[mutant])
    with pytest.raises((AssertionError, GarbledReply)):
        told(place, tmp_path, STORIES[mutant], mutant)
