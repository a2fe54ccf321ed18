"""Reads the command line, runs one command and turns its outcome into output and an exit code."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from fieldapp import screen
from fieldapp.errors import CodedError
from fieldapp.words import say

from . import archive, county, exchange, forms, interview, roster, workspace
from .told import Command, Told, complain, tell, tell_error


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `fieldapp ARGUMENTS`; the exit code is returned and, from the console script, becomes the process's."""
    given = parser().parse_args(arguments, argparse.Namespace(workspace=None, user=None, json=False))
    as_json = bool(given.json)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")
    if given.run is None:
        return _window(given)
    from fieldapp.app import App

    command: Command = given.run
    try:
        with App(given.workspace, given.user) as app:
            told: Told = command(app, given)
    except CodedError as error:
        return tell_error(error, as_json)
    return tell(told, as_json) if told.plain is not None else (4 if told.findings else 0)


def parser() -> argparse.ArgumentParser:
    """The whole grammar of the command line."""
    common = common_options()
    top = argparse.ArgumentParser(prog="fieldapp", description=say("cli-about"), parents=[common])
    top.set_defaults(run=None)
    commands = top.add_subparsers(title=say("cli-commands"), metavar="COMMAND")
    for room in (county, forms, workspace, roster, interview, archive, exchange):
        room.add(commands, common)
    return top


def common_options() -> argparse.ArgumentParser:
    """`--workspace`, `--user`, `--json`, before or after the command's own words."""
    common = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    common.add_argument("--workspace", type=Path, metavar="DIR", help=say("cli-workspace"))
    common.add_argument("--user", metavar="NAME", help=say("cli-user"))
    common.add_argument("--json", action="store_true", help=say("cli-json"))
    return common


def _window(given: argparse.Namespace) -> int:
    """The window; where no display answers, the demo in a new folder, because Qt would abort the process."""
    kind = screen.display()
    if kind is None:
        folder = tempfile.mkdtemp(prefix="fieldapp-demo-")
        complain(say("cli-no-display", dir=folder))
        return main(["demo", "--dir", folder, *(["--json"] if given.json else [])])
    screen.settle(os.environ, kind, screen.pyside())
    from fieldapp.app import open_window

    return open_window(given.workspace, given.user)
