"""`python3 -m tests.fuzz [TARGET…] [--seconds N] [--from SEED]`: case after case until the time is over or Ctrl+C.

A number brings a case back. Each case has twenty seconds of the processor and the whole run two gigabytes; what breaks the law is told
with its number and the end of its trace.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import resource
import signal
import sys
import time
import traceback
from random import Random
from types import FrameType

from .targets import TARGETS

CASE_S = 20
MEMORY = 2 * 1024**3


class TooSlow(BaseException):
    """A case took longer than it may."""


def main(arguments: list[str]) -> int:
    """0 if every case kept the law."""
    parser = argparse.ArgumentParser(prog="tests.fuzz")
    parser.add_argument("targets", nargs="*", choices=[[], *TARGETS], default=[])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--from", type=int, default=0, dest="first")
    given = parser.parse_args(arguments)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    signal.signal(signal.SIGPROF, _stop)
    names = given.targets or list(TARGETS)
    counts: dict[str, collections.Counter[str]] = {name: collections.Counter() for name in names}
    slowest = dict.fromkeys(names, (0.0, 0))
    broken = 0
    seed = given.first
    end = time.process_time() + given.seconds
    with contextlib.suppress(KeyboardInterrupt):
        while time.process_time() < end:
            for name in names:
                begin = time.process_time()
                outcome = run(name, seed)
                counts[name][outcome] += 1
                broken += outcome == "BROKEN"
                slowest[name] = max(slowest[name], (time.process_time() - begin, seed))
            seed += 1
    print(f"{time.process_time():.0f} s of the processor")
    for name in names:
        took, at = slowest[name]
        told = ", ".join(f"{outcome} {count}" for outcome, count in counts[name].most_common())
        print(f"{name}: {sum(counts[name].values())} cases, slowest {took:.2f} s (case {at}): {told}")
    print(f"broken: {broken}")
    return 1 if broken else 0


def run(name: str, seed: int) -> str:
    """One case; tells what broke."""
    signal.setitimer(signal.ITIMER_PROF, CASE_S)
    try:
        return TARGETS[name](Random(f"{name} {seed}"))
    except (Exception, TooSlow) as fault:  # noqa: BLE001 — whatever comes out of a case is what is looked for
        place = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(traceback.extract_tb(fault.__traceback__)[-6:]))
        print(f"{name} {seed}: {type(fault).__name__}: {str(fault)[:200]} | {place}", flush=True)
        return "BROKEN"
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise TooSlow


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
