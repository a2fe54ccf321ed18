"""`fieldapp demo`: the fictitious county, from an empty folder to synced archives."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fieldapp.words import say

from .told import Told, complain

if TYPE_CHECKING:
    from fieldapp.app import App


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command."""
    demo = commands.add_parser("demo", help=say("cli-demo"), parents=[common])
    demo.add_argument("--dir", type=Path, required=True, metavar="DIR")
    demo.add_argument("--households", type=int, default=12, metavar="N")
    demo.add_argument("--seed", type=int, default=1, metavar="S")
    demo.add_argument("--teams", type=int, default=2, metavar="T")
    demo.set_defaults(run=_demo)


def _demo(_: App, given: argparse.Namespace) -> Told:
    from fieldapp.usecases import demo

    def report(done: int, total: int, text: str = "") -> None:
        complain(f"[{done}/{total}] {text}")

    outcome = demo.run(given.dir, households=given.households, seed=given.seed, teams=given.teams, report=report)
    plain = {
        "households": outcome.households,
        "submissions": outcome.submissions,
        "archives": outcome.archives,
        "server_records": outcome.server_records,
        "per_team": [
            {"workspace": str(team.workspace), "households": team.households, "submissions": team.submissions} for team in outcome.per_team
        ],
        "archive_dir": str(outcome.archive_dir),
        "server_data": str(outcome.server_data),
    }
    return Told(plain, say("cli-demo-done", **{**plain, "per_team": len(outcome.per_team), "dir": given.dir}))
