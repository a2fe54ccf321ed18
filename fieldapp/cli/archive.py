"""`fieldapp archive make | verify`, and what `ledger` and `scans` add."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fieldapp.words import say

from . import ledger, scans
from .told import Told, passphrase, progress

if TYPE_CHECKING:
    from fieldapp.app import App
    from fieldapp.archive.verdict import Verdict


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the commands."""
    verbs = commands.add_parser("archive", help=say("cli-archive"), parents=[common]).add_subparsers(required=True, metavar="COMMAND")
    make = verbs.add_parser("make", help=say("cli-archive-make"), parents=[common])
    which = make.add_mutually_exclusive_group(required=True)
    which.add_argument("--household", metavar="ID")
    which.add_argument("--village", metavar="CODE")
    which.add_argument("--all", action="store_true")
    make.add_argument("--out", type=Path, required=True, metavar="DIR")
    make.add_argument("--copies", default="township,village,household", metavar="LIST")
    make.add_argument("--one-file", action="store_true")
    make.add_argument("--resume", action="store_true")
    make.set_defaults(run=_make)
    verify = verbs.add_parser("verify", help=say("cli-archive-verify"), parents=[common])
    verify.add_argument("files", type=Path, nargs="+", metavar="FILE")
    verify.set_defaults(run=_verify)
    ledger.add(verbs, common)
    scans.add(verbs, common)


def _make(app: App, given: argparse.Namespace) -> Told:
    from fieldapp.usecases import printing_files

    made = printing_files.make_files(
        app.workspace(passphrase()),
        given.out,
        household=given.household,
        village=given.village,
        copies=tuple(name.strip() for name in given.copies.split(",") if name.strip()),
        one_file=given.one_file,
        report=progress,
        resume=given.resume,
    )
    plain = {
        "out": str(given.out),
        "archives": [
            {
                "household": one.household,
                "file": str(one.file),
                "pages": one.pages,
                "digest": one.digest,
                "missing": list(one.missing),
                "findings": list(one.findings),
                "gaps": list(one.gaps),
            }
            for one in made.archives
        ],
        "resumed": made.resumed,
        "skipped": [{"household": household, "reason": reason} for household, reason in made.skipped],
    }
    text = say("cli-archive-made", archives=len(made.archives), skipped=len(made.skipped), out=given.out)
    return Told(plain, text, findings=bool(made.skipped) or any(one.missing or one.findings or one.gaps for one in made.archives))


def _verify(app: App, given: argparse.Namespace) -> Told:
    from fieldapp.usecases import printing, workspaces

    workspace = app.workspace(passphrase()) if given.workspace and workspaces.exists(app.folder) else None
    verdicts = printing.verify_files(given.files, workspace)
    plain = [
        {
            "file": str(file),
            "valid": one.valid,
            "household": one.household,
            "revision": one.revision,
            "digest": one.digest,
            "copies_identical": one.copies_identical,
            "signed_by": one.signed_by,
            "stale": one.stale,
            "problems": [trouble.text for trouble in one.problems],
            "district_signature": one.district_signature.value,
        }
        for file, one in verdicts
    ]
    text = "\n".join(_sentence(file, one) for file, one in verdicts)
    return Told(plain, text, findings=any(not one.valid or one.stale for _, one in verdicts))


def _sentence(file: Path, verdict: Verdict) -> str:
    problems = ", ".join(trouble.text for trouble in verdict.problems)
    told = say("cli-archive-valid" if verdict.valid else "cli-archive-invalid", file=file, problems=problems)
    standing = verdict.district_signature.value
    return told if standing == "none" else told + say(f"cli-archive-district-{standing}", name=verdict.district)
