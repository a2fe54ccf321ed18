"""Long random walks of laptops and the district: `--walks N --steps N --seed N [--jobs N] [--memory] [--first N]`.

Real encrypted workspaces and the district's real file; with `--memory` the laptops are the replica in memory that keeps the same
contract. A walk is known by seed and number, so one that went wrong is repeated with `--first NUMBER --walks 1`.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from .walks import Walker, drawn

EXAMINED = 20
"""Every so many walks all workspaces check themselves whole at the end."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--walks", type=int, default=2000)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--memory", action="store_true")
    parser.add_argument("--jobs", type=int, default=1)
    asked = parser.parse_args()
    if asked.jobs > 1:
        told = _shared_out(asked)
    else:
        with tempfile.TemporaryDirectory(dir=fast_folder()) as folder:
            told = prove(Path(folder), asked.walks, asked.steps, asked.seed, first=asked.first, real=not asked.memory)
    sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
    sys.exit(told["wrong"] is not None)


def _shared_out(asked: argparse.Namespace) -> dict[str, Any]:
    """The same walks in several processes."""
    share = -(-asked.walks // asked.jobs)
    parts = [
        subprocess.Popen(
            [
                *(sys.executable, "-m", "tests.sync.convergence", "--steps", str(asked.steps), "--seed", str(asked.seed)),
                *("--first", str(asked.first + at), "--walks", str(min(share, asked.walks - at)), *(["--memory"] if asked.memory else [])),
            ],
            stdout=subprocess.PIPE,
        )
        for at in range(0, asked.walks, share)
    ]
    told = [json.loads(part.communicate()[0]) for part in parts]
    whole: dict[str, Any] = {name: sum(one[name] for one in told) for name in ("walks", "cpu_seconds")}
    return {
        **told[0],
        **whole,
        "seconds": max(one["seconds"] for one in told),
        "wrong": next((one["wrong"] for one in told if one["wrong"]), None),
    }


def fast_folder() -> str | None:
    """A folder in memory where there is one: nothing here is about the disk."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


def prove(folder: Path, walks: int, steps: int, seed: int, *, first: int = 0, real: bool = True) -> dict[str, Any]:
    """Walk; stops at the first walk that goes wrong and tells its shortest form."""
    walker, began = Walker(folder, real=real), time.monotonic()
    done, wrong = 0, None
    for number in range(first, first + walks):
        walk = drawn(seed, number, steps)
        try:
            walker.go(walk, examine=number % EXAMINED == 0)
        except Exception as found:  # noqa: BLE001 - whatever breaks is what is looked for
            wrong = {"walk": number, "what": f"{type(found).__name__}: {found}", "steps": walker.shrunk(walk)}
            break
        done += 1
        if done % 100 == 0:
            sys.stderr.write(f"{done} walks, {time.monotonic() - began:.0f} s\n")
    walker.close()
    return {
        "walks": done,
        "steps": steps,
        "seed": seed,
        "real": real,
        "seconds": round(time.monotonic() - began, 1),
        "cpu_seconds": round(time.process_time(), 1),
        "wrong": wrong,
    }


if __name__ == "__main__":
    main()
