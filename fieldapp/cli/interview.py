"""`fieldapp interview play`: answers a form headlessly through the use cases of the window."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fieldapp.errors import BadInput
from fieldapp.words import say

from .told import Told, passphrase

if TYPE_CHECKING:
    from fieldapp.app import App


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the command."""
    verbs = commands.add_parser("interview", help=say("cli-interview"), parents=[common]).add_subparsers(required=True, metavar="COMMAND")
    play = verbs.add_parser("play", help=say("cli-interview-play"), parents=[common])
    play.add_argument("household", metavar="HOUSEHOLD")
    play.add_argument("--form", required=True, metavar="ID")
    play.add_argument("--script", type=Path, required=True, metavar="FILE")
    play.add_argument("--finalize", action="store_true")
    play.set_defaults(run=_play)


def _play(app: App, given: argparse.Namespace) -> Told:
    from fieldapp.usecases import interview

    done = interview.play(app.workspace(passphrase()), given.household, given.form, _steps(given.script), finalize=given.finalize)
    plain = {
        "submission": done.submission,
        "household": given.household,
        "state": done.state,
        "revision": done.revision,
        "steps": done.steps,
        "refused": [{"step": number, "error": error} for number, error in done.refused],
        "problems": [{"path": one.path, "kind": one.flaw.value, "message": one.message, "label": one.label} for one in done.problems],
    }
    text = say("cli-interview-played", steps=done.steps, refused=len(done.refused), problems=len(done.problems), state=done.state)
    return Told(plain, text, findings=bool(done.refused or (given.finalize and done.state != "finalized")))


def _steps(file: Path) -> list[dict[str, Any]]:
    """A JSON list of steps, a play case with `steps`, or one step a line."""
    try:
        text = file.read_text(encoding="utf-8")
        try:
            whole = json.loads(text)
        except json.JSONDecodeError:
            whole = [json.loads(line) for line in text.splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as wrong:
        raise BadInput(what="script", value=str(wrong)) from None
    steps = whole.get("steps", [whole]) if isinstance(whole, dict) else whole
    if not isinstance(steps, list) or not all(isinstance(step, dict) for step in steps):
        raise BadInput(what="script", value=str(file))
    return steps
