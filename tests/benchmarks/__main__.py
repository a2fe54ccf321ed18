"""`python3 -m tests.benchmarks [--only NAME …] [--households N] [--laptops N] [--database NAME] [--json] [--strict]`: takes the figures."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

from fieldapp import bootstrap

ROOMS = ("form", "engine", "workspace", "paper", "exchange", "window")
LONG = ("load",)
"""Taken only when asked for."""
DATABASES = ("embedded", "postgresql")


def main(arguments: list[str]) -> int:
    """Take the figures of the asked rooms, each in a folder of its own."""
    if bootstrap.needs_environment(bootstrap.TESTING):
        bootstrap.start("tests.benchmarks", arguments, bootstrap.TESTING)
    parser = argparse.ArgumentParser(prog="python3 -m tests.benchmarks", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    parser.add_argument("--only", nargs="+", choices=(*ROOMS, *LONG), default=ROOMS)
    parser.add_argument("--households", type=int, default=5000, help="size of the roster that is searched; a county has 100000")
    parser.add_argument("--laptops", type=int, default=100, help="laptops of the evening rush; a county has 1000")
    parser.add_argument("--database", nargs="+", choices=DATABASES, default=DATABASES, help="under the evening rush")
    parser.add_argument("--strict", action="store_true", help="exit with 1 when a limit is missed")
    given = parser.parse_args(arguments)
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from importlib import import_module

    from .measure import Figure, machine

    before, told, said = machine(), list[Figure](), list[str]()
    for room in given.only:
        with tempfile.TemporaryDirectory(prefix="fieldapp-bench-") as folder:
            sizes = (Path(folder), given.households, *([given.laptops, given.database] if room in LONG else []))
            for figure in import_module(f".{room}", __package__).figures(*sizes):
                if isinstance(figure, str):
                    said.append(figure)
                else:
                    told.append(figure)
                print(figure if isinstance(figure, str) else figure.line(), file=sys.stderr, flush=True)
    document = {"machine": before, "load_after": machine()["load"], "figures": [figure.plain() for figure in told], "said": said}
    over = [figure.name for figure in told if figure.verdict == "over"]
    plain = f"machine: {before}, load after {document['load_after']}; over the limit: {', '.join(over) or 'none'}"
    print(json.dumps(document, ensure_ascii=False, indent=1) if given.json else plain)
    return 1 if given.strict and over else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
