"""`fieldapp form compile | lint | play`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fieldapp.errors import BadInput
from fieldapp.words import say

from .told import USAGE, Told, complain, print_line

if TYPE_CHECKING:
    from fieldapp.app import App


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the commands."""
    form = commands.add_parser("form", help=say("cli-form"), parents=[common]).add_subparsers(required=True, metavar="COMMAND")
    compile_ = form.add_parser("compile", help=say("cli-form-compile"), parents=[common])
    compile_.add_argument("file", type=Path, metavar="FILE")
    compile_.add_argument("--out", type=Path, metavar="XFORM")
    compile_.set_defaults(run=_compile)
    lint = form.add_parser("lint", help=say("cli-form-lint"), parents=[common])
    lint.add_argument("file", type=Path, metavar="FILE")
    lint.add_argument("--before", metavar="VERSION", default="", help=say("cli-form-lint-before"))
    lint.set_defaults(run=_lint)
    play = form.add_parser("play", help=say("cli-form-play"), parents=[common])
    play.add_argument("file", type=Path, nargs="?", metavar="FILE")
    play.add_argument("--now", metavar="ISO")
    play.add_argument("--tz", metavar="NAME")
    play.add_argument("--timings", action="store_true")
    play.set_defaults(run=_play)


def _compile(_: App, given: argparse.Namespace) -> Told:
    from fieldapp.usecases import publishing

    made = publishing.compile_file(given.file)
    if given.out is not None:
        given.out.write_text(made.xform, encoding="utf-8")
    plain = {
        "form": made.form,
        "version": made.version,
        "title": made.title,
        "questions": made.questions,
        "languages": list(made.languages),
        "warnings": list(made.warnings),
        "out": str(given.out) if given.out else None,
    }
    return Told(plain, say("cli-form-compiled", **{**plain, "languages": ", ".join(made.languages)}))


def _lint(_: App, given: argparse.Namespace) -> Told:
    from fieldapp.usecases import publishing

    found = publishing.lint_file(given.file, given.before)
    plain = [
        {
            "sheet": one.sheet,
            "row": one.row,
            "column": one.column,
            "severity": one.severity,
            "code": one.code,
            "message": one.message(),
            "message_en": one.message("en"),
            "mend": one.mend(),
            "mend_en": one.mend("en"),
            "path": one.path,
        }
        for one in found
    ]
    text = "\n".join(f"{one.sheet}:{one.row}:{one.column} {one.severity} {one.code} {one.message()} {one.mend()}" for one in found)
    return Told(plain, text or say("cli-form-lint-clean"), findings=bool(found))


def _play(_: App, given: argparse.Namespace) -> Told:
    from fieldapp.engine import play

    try:
        source = given.file.open(encoding="utf-8") if given.file else sys.stdin
        if given.file is None and hasattr(sys.stdin, "reconfigure"):
            sys.stdin.reconfigure(encoding="utf-8")
        with source:
            for line in play.play_lines(source, now=given.now, zone=given.tz, timings=given.timings):
                print_line(line)
    except (BadInput, OSError, UnicodeDecodeError) as wrong:
        complain(str(wrong))
        raise SystemExit(USAGE) from None
    return Told(None)
