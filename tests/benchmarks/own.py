"""Our engine in a process of its own, for the benchmark beside the reference engines: `python3 -m tests.benchmarks.own KIND XFORM …`."""

from __future__ import annotations

import json
import sys
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import uuid4

from fieldapp.engine import compiled, play
from fieldapp.engine.session import FormSession, Surroundings
from fieldapp.errors import BadInput, NotAllowed, NotFound

_CHINA = timezone(timedelta(hours=8))


def _around() -> Surroundings:
    return Surroundings(lambda: datetime.now(_CHINA), _CHINA, lambda: uuid4().hex)


def _plan(text: str, plan: list[dict[str, Any]], loads: int) -> dict[str, Any]:
    """The plan with the work that `form play --timings` counts, step by step without a pause, as the reference engines are timed."""
    taken = []
    for _ in range(loads):
        session, seconds = play.time_start(text, _around())
        taken.append(seconds * 1000)
    times: dict[str, list[float]] = {}
    for step in plan:
        try:
            times.setdefault(step["tag"], []).append(play.time_step(session, step) * 1000)
        except (NotFound, NotAllowed, BadInput):
            continue
    return {"loads": taken, "times": times}


def _cached(cache: bytes, loads: int) -> dict[str, Any]:
    """Opening from the compiled form, as a laptop does."""
    taken = []
    for _ in range(loads):
        start = time.perf_counter()
        session = FormSession.start(compiled.load(cache), _around())
        play.show(session, session.live.tree.root.subtree())
        taken.append((time.perf_counter() - start) * 1000)
    return {"loads": taken}


def _memory(text: str, plan: list[dict[str, Any]]) -> dict[str, Any]:
    """The resident size with the form and the plan's rows."""
    session, _ = play.time_start(text, _around())
    for step in plan:
        play.take_step(session, step)
    return {"rss_mb": _resident_mb()}


def _resident_mb() -> float:
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
        return int(status.partition("VmRSS:")[2].split()[0]) * 1024 / 1e6
    except OSError:
        from .measure import peak_mib

        return peak_mib() * 1024 * 1024 / 1e6


def _main(kind: str, form: Path, plan: Path, loads: int) -> None:
    if kind == "cached":
        told = _cached(form.read_bytes(), loads)
    else:
        text, steps = form.read_text(encoding="utf-8"), json.loads(plan.read_text(encoding="utf-8"))
        told = _plan(text, steps, loads) if kind == "plan" else _memory(text, steps)
    print(json.dumps(told))


if __name__ == "__main__":
    _main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4]))
