"""`fieldapp workspace create | info | check | backup | restore | passphrase`; what else there is stands in `keeping`."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fieldapp.words import say

from . import keeping
from .told import Told, new_passphrase, passphrase

if TYPE_CHECKING:
    from fieldapp.app import App


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the commands."""
    room = commands.add_parser("workspace", help=say("cli-workspace-room"), parents=[common])
    verbs = room.add_subparsers(required=True, metavar="COMMAND")
    create = verbs.add_parser("create", help=say("cli-workspace-create"), parents=[common])
    create.add_argument("--realm", choices=("real", "demo"), default="real")
    create.set_defaults(run=_create)
    verbs.add_parser("info", help=say("cli-workspace-info"), parents=[common]).set_defaults(run=_info)
    verbs.add_parser("check", help=say("cli-workspace-check"), parents=[common]).set_defaults(run=_check)
    for name, run in (("backup", _backup), ("restore", _restore)):
        verb = verbs.add_parser(name, help=say(f"cli-workspace-{name}"), parents=[common])
        verb.add_argument("file", type=Path, metavar="FILE")
        verb.set_defaults(run=run)
    verbs.add_parser("passphrase", help=say("cli-workspace-passphrase"), parents=[common]).set_defaults(run=_passphrase)
    keeping.add(verbs, common)


def _create(app: App, given: argparse.Namespace) -> Told:
    from fieldapp.usecases import workspaces

    user = given.user or "user"
    workspaces.create(app.folder, user, passphrase(), given.realm, app.clock).close()
    return Told(
        {"workspace": str(app.folder), "user": user, "realm": given.realm}, say("cli-workspace-created", folder=app.folder, user=user)
    )


def _info(app: App, _: argparse.Namespace) -> Told:
    from fieldapp.usecases import workspaces

    info = workspaces.info(app.workspace(passphrase()))
    return Told(info, "\n".join(f"{name}: {value}" for name, value in info.items()))


def _check(app: App, _: argparse.Namespace) -> Told:
    from fieldapp.usecases import workspaces

    damages = workspaces.check(app.workspace(passphrase()))
    plain = {"ok": not damages, "damages": [asdict(one) for one in damages]}
    text = "\n".join(f"{one.part}: {one.subject} {one.detail}" for one in damages)
    return Told(plain, text or say("cli-workspace-clean"), findings=bool(damages))


def _backup(app: App, given: argparse.Namespace) -> Told:
    from fieldapp.usecases import workspaces

    made = workspaces.backup(app.workspace(passphrase()), given.file)
    return Told({"file": str(given.file), **asdict(made)}, say("cli-workspace-backed-up", file=given.file))


def _restore(app: App, given: argparse.Namespace) -> Told:
    from fieldapp.usecases import workspaces

    workspaces.restore(given.file, app.folder)
    return Told({"file": str(given.file), "workspace": str(app.folder)}, say("cli-workspace-restored", folder=app.folder))


def _passphrase(app: App, _: argparse.Namespace) -> Told:
    from fieldapp.usecases import workspaces

    old = passphrase()
    workspace = app.workspace(old)
    workspaces.change_passphrase(workspace, app.user(), old, new_passphrase())
    return Told({"workspace": str(app.folder), "user": app.user()}, say("cli-workspace-passphrase-changed", user=app.user()))
