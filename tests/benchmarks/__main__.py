"""`python3 -m tests.benchmarks [--json] [--only NAME …] [--households N]`: sets everything up, then takes the figures."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

from fieldapp import bootstrap

ROOMS = ("form", "workspace", "paper", "exchange", "window")


def main(arguments: list[str]) -> int:
    """Take the figures of the asked rooms, each in a folder of its own."""
    if bootstrap.needs_environment(bootstrap.TESTING):
        bootstrap.start("tests.benchmarks", arguments, bootstrap.TESTING)
    parser = argparse.ArgumentParser(prog="python3 -m tests.benchmarks", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    parser.add_argument("--only", nargs="+", choices=ROOMS, default=ROOMS)
    parser.add_argument("--households", type=int, default=1000, help="size of the roster that is searched")
    given = parser.parse_args(arguments)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from importlib import import_module

    from .measure import machine

    before, told = machine(), []
    for room in given.only:
        with tempfile.TemporaryDirectory(prefix="fieldapp-bench-") as folder:
            for figure in import_module(f".{room}", __package__).figures(Path(folder), given.households):
                told.append(figure)
                print(figure.line(), file=sys.stderr, flush=True)
    document = {"machine": before, "load_after": machine()["load"], "figures": [figure.plain() for figure in told]}
    print(json.dumps(document, ensure_ascii=False, indent=1) if given.json else f"machine: {before}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
