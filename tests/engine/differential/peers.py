"""The reference engines as processes: the same cases in, states of the same shape out."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from queue import Empty, SimpleQueue
from tempfile import TemporaryFile
from typing import Any
from zoneinfo import ZoneInfo

from fieldapp.engine.play import play

Case = dict[str, Any]
Answer = dict[str, Any]

SHARED = Path(__file__).resolve().parents[4] / "shared"
ORACLE = SHARED / "oracle"
PATIENCE_S = 30
"""A peer that says nothing for so long hangs."""
LOT = 50


def missing() -> list[str]:
    """What is not there of what the peers need; empty when they can run."""
    found = [] if (ORACLE / "oracle.mjs").is_file() else ["../shared/oracle beside the checkout"]
    if not os.environ.get("ORACLE_CACHE"):
        found.append("ORACLE_CACHE (a folder filled by ../shared/oracle/setup.sh)")
    found += [f"{name} on the path" for name in ("node", "java", "python3") if shutil.which(name) is None]
    return found


class Peers:
    """Runs cases with one frozen clock and one zone."""

    def __init__(self, now: str, zone: str) -> None:
        self.now = now
        self.zone = zone

    def ours(self, cases: Sequence[Case]) -> dict[str, Answer]:
        """This engine."""
        now, zone = datetime.fromisoformat(self.now), ZoneInfo(self.zone)
        return {case["id"]: play(case, now, zone) for case in cases}

    def web_forms(self, cases: Sequence[Case]) -> dict[str, Answer]:
        """ODK Web Forms' engine."""
        return self._lines(["node", str(ORACLE / "oracle.mjs")], cases)

    def javarosa(self, cases: Sequence[Case]) -> dict[str, Answer]:
        """JavaRosa, which ODK Collect uses. It tells nothing before it is done, so the cases go in lots; a lot that hangs goes one by one.

        Its clock is not frozen (a frozen one makes it ten times slower): it tells the same day, but not the same moment.
        """
        command = [sys.executable, str(ORACLE / "run_jr.py")]
        found: dict[str, Answer] = {}
        for start in range(0, len(cases), LOT):
            lot = cases[start : start + LOT]
            answered, hung = self._answered(command, lot, PATIENCE_S, frozen=False)
            found.update(answered)
            for case in lot if hung and len(lot) > 1 else ():
                found.update(self._answered(command, [case], PATIENCE_S / 4, frozen=False)[0])
        return found

    def walks(self, cases: Sequence[Case]) -> dict[str, list[dict[str, Any]]]:
        """Seeded random steps for each case (with `seed` and `n`), made by Web Forms on the live form."""
        return {name: answer["steps"] for name, answer in self._lines(["node", str(ORACLE / "walk.mjs")], cases).items()}

    def _lines(self, command: list[str], cases: Sequence[Case]) -> dict[str, Answer]:
        """An answer for each case; one over which the peer hangs is left out."""
        found: dict[str, Answer] = {}
        waiting = list(cases)
        while waiting:
            answered, hung = self._answered(command, waiting, PATIENCE_S)
            found.update(answered)
            if not hung:
                break
            waiting = [case for case in waiting if case["id"] not in answered]
            sys.stderr.write(f"{Path(command[1]).name}: no answer to {waiting[0]['id']}" + "\n")
            waiting = waiting[1:]
        return found

    def _answered(
        self, command: list[str], cases: Sequence[Case], patience_s: float, frozen: bool = True
    ) -> tuple[dict[str, Answer], bool]:
        """What came before the process ended or said nothing for too long, and whether it hung."""
        around = {**os.environ, "TZ": self.zone, **({"NOW": self.now} if frozen else {})}
        lines: SimpleQueue[str | None] = SimpleQueue()
        with TemporaryFile() as given, TemporaryFile() as told:
            given.write("".join(json.dumps(case, ensure_ascii=False) + "\n" for case in cases).encode())
            given.seek(0)
            process = subprocess.Popen(
                command, stdin=given, stdout=subprocess.PIPE, stderr=told, encoding="utf-8", env=around, start_new_session=True
            )
            reader = threading.Thread(target=_read, args=(process, lines), daemon=True)
            reader.start()
            found: dict[str, Answer] = {}
            try:
                while (line := lines.get(timeout=patience_s)) is not None:
                    if line.startswith("{"):
                        answer = json.loads(line)
                        found[str(answer["id"])] = answer
            except Empty:
                return found, True
            finally:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                reader.join()
            if process.returncode and len(found) < len(cases):
                told.seek(0)
                sys.stderr.write(f"{Path(command[1]).name}: exit {process.returncode}: {told.read()[-400:]!r}" + "\n")
            return found, False


def _read(process: subprocess.Popen[str], lines: SimpleQueue[str | None]) -> None:
    assert process.stdout is not None
    with process.stdout as stream:
        for line in stream:
            lines.put(line)
    lines.put(None)
