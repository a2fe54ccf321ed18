"""`fieldapp workspace check | backup | backups | restore | repair`."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fieldapp.words import say

from .told import Told, passphrase, progress

if TYPE_CHECKING:
    from fieldapp.app import App


def add(verbs: Any, common: argparse.ArgumentParser) -> None:
    """Add the commands."""
    verbs.add_parser("check", help=say("cli-workspace-check"), parents=[common]).set_defaults(run=_check)
    backup = verbs.add_parser("backup", help=say("cli-workspace-backup"), parents=[common])
    which = backup.add_mutually_exclusive_group(required=True)
    which.add_argument("file", nargs="?", type=Path, metavar="FILE")
    which.add_argument("--to", type=Path, metavar="DIR", help=say("cli-backup-to"))
    which.add_argument("--daily", action="store_true", help=say("cli-backup-daily"))
    backup.set_defaults(run=_backup)
    verbs.add_parser("backups", help=say("cli-backups"), parents=[common]).set_defaults(run=_backups)
    restore = verbs.add_parser("restore", help=say("cli-workspace-restore"), parents=[common])
    restore.add_argument("file", type=Path, metavar="FILE")
    how = restore.add_mutually_exclusive_group()
    how.add_argument("--preview", action="store_true", help=say("cli-restore-preview"))
    how.add_argument("--over", action="store_true", help=say("cli-restore-over"))
    restore.set_defaults(run=_restore)
    repair = verbs.add_parser("repair", help=say("cli-repair"), parents=[common])
    repair.add_argument("--backup", type=Path, nargs="*", default=[], metavar="FILE")
    repair.set_defaults(run=_repair)


def _check(app: App, _: argparse.Namespace) -> Told:
    from fieldapp.usecases import upkeep, workspaces

    damages = workspaces.check(app.workspace(passphrase()), progress)
    plain = {"ok": not damages, "damages": [asdict(one) for one in damages]}
    text = "\n".join(f"{one.part}: {one.subject} {one.detail}  {upkeep.explain(one)}" for one in damages)
    return Told(plain, text or say("cli-workspace-clean"), findings=bool(damages))


def _backup(app: App, given: argparse.Namespace) -> Told:
    from fieldapp.usecases import upkeep, workspaces

    workspace = app.workspace(passphrase())
    if given.file is not None:
        made = workspaces.backup(workspace, given.file)
        return Told({"file": str(given.file), **asdict(made)}, say("cli-workspace-backed-up", file=given.file))
    file = upkeep.back_up_daily(workspace) if given.daily else upkeep.back_up_to(workspace, given.to)
    return Told({"file": str(file or "")}, say("cli-workspace-backed-up", file=file) if file else say("cli-backup-there"))


def _backups(app: App, _: argparse.Namespace) -> Told:
    from fieldapp.usecases import upkeep

    found = upkeep.backups(app.folder)
    plain = [{"file": str(one.file), "made_at": one.made_at.isoformat(), "why": one.why, "bytes": one.size} for one in found]
    return Told({"backups": plain}, "\n".join(f"{one.made_at:%Y-%m-%d %H:%M}  {one.why}  {one.file}" for one in found))


def _restore(app: App, given: argparse.Namespace) -> Told:
    from fieldapp.usecases import upkeep, workspaces

    if given.preview:
        told = upkeep.difference(app.workspace(passphrase()), given.file)
        counts = {name: getattr(told, name) for name in ("households", "submissions", "drafts", "attachments")}
        lines = [say("backup-change", what=name, added=one.added, lost=one.lost, changed=one.changed) for name, one in counts.items()]
        return Told({"file": str(given.file), **asdict(told)}, "\n".join(lines))
    if given.over:
        app.workspace(passphrase())
        app.let_go()
        aside = upkeep.put_back(app.folder, given.file, app.clock)
        plain = {"file": str(given.file), "workspace": str(app.folder), "before": str(aside)}
        return Told(plain, say("cli-restored-over", folder=app.folder, before=aside))
    workspaces.restore(given.file, app.folder)
    return Told({"file": str(given.file), "workspace": str(app.folder)}, say("cli-workspace-restored", folder=app.folder))


def _repair(app: App, given: argparse.Namespace) -> Told:
    from fieldapp.usecases import upkeep

    workspace, mended = upkeep.mend(app.folder, app.user(), passphrase(), app.clock, given.backup, progress)
    workspace.close()
    return Told(asdict(mended), upkeep.summary(mended), findings=bool(mended.lost or mended.remaining))
