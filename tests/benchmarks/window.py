"""From starting the process to the first painted window, opening a household in it, and the memory that takes; offscreen."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.world import laptop, nobody_home

from .measure import Figure, median

_ROUNDS = 5


def figures(folder: Path, _: int) -> Iterator[Figure]:
    """Each start is a process of its own; a bare Qt window is the peer, in turn with ours."""
    told: dict[str, list[dict[str, float]]] = {"unlock": [], "bare": []}
    for _round in range(_ROUNDS):
        for kind, taken in told.items():
            taken.append(_child(kind, folder))
    ours, bare = (median([one["shown_ms"] for one in told[kind]]) for kind in ("unlock", "bare"))
    yield Figure("start to first window", ours, "ms", _ROUNDS, "a bare Qt window", bare)
    sizes = [median([one["peak_mib"] for one in told[kind]]) for kind in ("unlock", "bare")]
    yield Figure("memory of the unlock window", sizes[0], "MiB", _ROUNDS, "a bare Qt window", sizes[1])
    with laptop(folder / "form") as workspace:
        nobody_home(workspace, "示范")
    opened = _child("form", folder)
    yield Figure("open a household in the window", opened["shown_ms"], "ms", 1, note="compiled form to painted page")
    yield Figure("memory with the form open", opened["peak_mib"], "MiB", 1)


def _child(kind: str, folder: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.benchmarks.start", kind, str(folder / kind), str(time.time())]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    told: dict[str, float] = json.loads(done.stdout)
    return told
