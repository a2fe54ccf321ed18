"""Laptops against a real district server in its own process on loopback: records up, the same records down on a second laptop."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fieldapp.usecases import exchange, workspaces
from fieldapp.words import forms
from tests.world import DistrictServer, laptop, nobody_home, quiet

from .measure import Figure

_HOUSEHOLDS = 30
"""What one laptop brings home in the evening."""
_EVENING_LIMIT_S = 10.0
"""The whole evening's sync, even on a weak line."""


def figures(folder: Path, _: int) -> Iterator[Figure]:
    """Up, nothing new, down."""
    district = DistrictServer(folder / "district")
    district.publish(forms() / "household_survey" / "household_survey.csv")
    codes = {name: district.code(name) for name in ("甲", "乙")}
    district.close()
    with _serving(folder / "district") as url, laptop(folder / "one", "甲") as one, laptop(folder / "two", "乙") as two:
        for workspace, name in ((one, "甲"), (two, "乙")):
            exchange.enrol(workspace, url, codes[name], quiet)
            exchange.sync_now(workspace, quiet)
        for number in range(_HOUSEHOLDS):
            nobody_home(one, f"示范{number}")
        waiting = exchange.status(one).unsent
        up_s = _sync(one)
        note = f"{_HOUSEHOLDS} households of the shortest survey, {waiting} operations"
        yield Figure("sync of an evening", up_s, "s", 1, "limit", _EVENING_LIMIT_S, note)
        yield Figure("sync up", waiting / up_s, "operations/s", 1)
        yield Figure("sync with nothing new", _sync(one) * 1000, "ms", 1)
        down_s = _sync(two)
        held = workspaces.summary(two).households
        yield Figure("sync down on a second laptop", waiting / down_s, "operations/s", 1, note=f"{held} households there afterwards")


def _sync(workspace: workspaces.Workspace) -> float:
    start = time.perf_counter()
    exchange.sync_now(workspace, quiet)
    return time.perf_counter() - start


@contextmanager
def _serving(data: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "sync.server", "serve", "--data", str(data), "--listen", "127.0.0.1:0", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8") as server:
        try:
            assert server.stdout is not None
            yield str(json.loads(server.stdout.readline())["url"])
        finally:
            server.terminate()
            server.wait()
