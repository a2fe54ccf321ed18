"""`fieldapp roster import | list | history | duplicates | join | unjoin | distinct` and `fieldapp export`."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fieldapp.words import say

from . import duplicates
from .told import Told, passphrase, progress

if TYPE_CHECKING:
    from fieldapp.app import App


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the commands."""
    verbs = commands.add_parser("roster", help=say("cli-roster"), parents=[common]).add_subparsers(required=True, metavar="COMMAND")
    import_ = verbs.add_parser("import", help=say("cli-roster-import"), parents=[common])
    import_.add_argument("file", type=Path, metavar="FILE.xlsx")
    import_.add_argument("--map", type=Path, metavar="MAP.toml")
    import_.add_argument("--dry-run", action="store_true")
    import_.set_defaults(run=_import)
    list_ = verbs.add_parser("list", help=say("cli-roster-list"), parents=[common])
    list_.add_argument("--query", default="", metavar="Q")
    list_.add_argument("--village", default="", metavar="CODE")
    list_.add_argument("--limit", type=int, default=100, metavar="N")
    list_.set_defaults(run=_list)
    history = verbs.add_parser("history", help=say("cli-roster-history"), parents=[common])
    history.add_argument("household", metavar="HOUSEHOLD")
    history.add_argument("--field", default="", metavar="NAME")
    history.set_defaults(run=_history)
    duplicates.add(verbs, common)
    export = commands.add_parser("export", help=say("cli-export"), parents=[common])
    which = export.add_mutually_exclusive_group(required=True)
    which.add_argument("--village", default="", metavar="CODE")
    which.add_argument("--all", action="store_true")
    export.add_argument("--layout", required=True, metavar="NAME")
    export.add_argument("--out", type=Path, required=True, metavar="FILE.xlsx")
    export.set_defaults(run=_export)


def _import(app: App, given: argparse.Namespace) -> Told:
    from fieldapp.usecases import roster

    done = roster.import_file(app.workspace(passphrase()), given.file, mapping=given.map, dry_run=given.dry_run, report=progress)
    plain = {
        "households": done.households,
        "members": done.members,
        "new": done.new,
        "known": done.known,
        "dry_run": given.dry_run,
        "findings": [asdict(one) for one in done.findings],
    }
    text = say("cli-roster-imported", **{**plain, "findings": len(done.findings)})
    return Told(plain, text, findings=bool(done.findings))


def _list(app: App, given: argparse.Namespace) -> Told:
    from fieldapp.usecases import roster

    workspace = app.workspace(passphrase())
    page = roster.search(workspace, given.query, village=given.village, limit=given.limit)
    total, exact = (page.total, True) if page.exact else roster.tally(workspace, given.query, given.village)
    plain = {"total": total, "exact": exact, "more": bool(page.more), "households": [asdict(line) for line in page.lines]}
    return Told(plain, "\n".join(f"{line.id}  {line.village}  {line.head_name}  {line.state or '-'}" for line in page.lines))


def _history(app: App, given: argparse.Namespace) -> Told:
    from fieldapp.usecases import roster

    lines = roster.field_history(app.workspace(passphrase()), given.household, given.field)
    text = (f"{one.when}  {one.who}  {one.about} {one.label}: {one.before} → {one.value}  {one.why}" for one in lines)
    return Told({"household": given.household, "changes": [asdict(one) for one in lines]}, "\n".join(text))


def _export(app: App, given: argparse.Namespace) -> Told:
    from fieldapp.usecases import roster

    count = roster.export_file(app.workspace(passphrase()), given.out, layout=given.layout, village=given.village)
    return Told({"file": str(given.out), "households": count}, say("cli-exported", file=given.out, households=count))
