"""A short run of the long proof: sittings over lines that fail in every way leave everybody with everything, once."""

from __future__ import annotations

from pathlib import Path

from .chaos_proof import prove, threaded


def test_sittings_over_failing_lines_lose_and_double_nothing(tmp_path: Path) -> None:
    tally = prove(tmp_path, sittings=12, seed=7, speed=50.0, photos=0, serve=threaded)
    assert (tally.lost, tally.doubled, tally.differing) == (0, 0, 0)
    assert tally.faults.total() > 6
    assert tally.files > 0
