"""A laptop that is killed while it works loses nothing that it said it had: a short run of `tests.journeys.kill_proof`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from . import kill_proof


@pytest.mark.skipif(os.name != "posix", reason="needs fork and SIGKILL")
def test_killed_laptop_loses_and_tears_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    tally = kill_proof.prove(tmp_path, 6, seed=3)
    assert (tally.kills, tally.lost, tally.torn, tally.damages) == (6, 0, 0, [])
    assert sum(tally.acknowledged.values()) > 5
