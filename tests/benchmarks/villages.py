"""Choices out of long lists: a filtered select over an entity list of 100,000 people, and the way from county to village."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

from fieldapp.engine import play
from fieldapp.engine.session import FormSession
from tests.engine.scenario import form, surroundings

from .measure import Figure, median, milliseconds, percentile

_PEOPLE, _VILLAGES = 100_000, 2_000
_OPEN_LIMIT_MS, _CHOICES_LIMIT_MS = 3000.0, 16.0
_STEPS, _ROUNDS = 300, 3

FORM = """
    | survey |
    |  | type | name | label | choice_filter | calculation |
    |  | text | place | 村 |
    |  | select_one yn | poor | 低收入 |
    |  | select_one_from_file people.csv | one | 人 | village=${place} |
    |  | select_one_from_file people.csv | both | 人 | village=${place} and poor=${poor} |
    |  | calculate | phone |  |  | pulldata('people', 'phone', 'name', ${one}) |
    | choices |
    |  | list_name | name | label |
    |  | yn | yes | 是 |
    |  | yn | no | 否 |
"""


def people(count: int, villages: int) -> str:
    """The list as CSV: name, label, village, poor, phone."""
    lines = [f"p{n},人{n},v{n % villages},{'yes' if n % 3 else 'no'},{13_000_000_000 + n}" for n in range(count)]
    return "\n".join(["name,label,village,poor,phone", *lines])


def figures() -> Iterator[Figure]:
    """From another village to the choices of its people, and to a fact of the one who is chosen."""
    text = people(_PEOPLE, _VILLAGES)
    opened, taken, pulled = zip(*(_round(text + "\n" * number) for number in range(_ROUNDS)), strict=True)
    yield Figure("open, then choose out of 100,000", min(opened), "ms", _ROUNDS, "limit", _OPEN_LIMIT_MS, "reads the list")
    least = [min(times) for times in zip(*taken, strict=True)]
    note = f"{_PEOPLE // _VILLAGES} of {_PEOPLE} people, two filters"
    yield Figure("choices after another village p50", median(least), "ms", _STEPS, "limit", _CHOICES_LIMIT_MS, note)
    yield Figure("choices after another village p95", percentile(least, 0.95), "ms", _STEPS, "limit", _CHOICES_LIMIT_MS, note)
    least = [min(times) for times in zip(*pulled, strict=True)]
    yield Figure("pulldata out of 100,000 p95", percentile(least, 0.95), "ms", len(least), "limit", _CHOICES_LIMIT_MS)


def _round(text: str) -> tuple[float, list[float], list[float]]:
    """Milliseconds to open and choose once, of each other village, of each person."""
    definition, around = form(FORM), surroundings({"people.csv": text})
    begin = time.perf_counter()
    session = FormSession.start(definition, around)
    root = session.root

    def choose(village: int) -> None:
        play.time_step(session, {"op": "set", "ref": f"{root}/place", "value": f"v{village}"})
        assert len(session.view(f"{root}/one").choices) == _PEOPLE // _VILLAGES
        session.view(f"{root}/both")

    choose(7)
    opened = (time.perf_counter() - begin) * 1000
    session.answer(f"{root}/poor", "yes")
    chance = random.Random(3)
    taken = [milliseconds(lambda village=village: choose(village)) for village in chance.choices(range(_VILLAGES), k=_STEPS)]
    names = [choice.name for choice in session.view(f"{root}/one").choices]
    pulled = [milliseconds(lambda name=name: session.answer(f"{root}/one", name)) for name in names]
    return opened, taken, pulled
