"""`fieldapp workspace create | info | passphrase`; what else there is stands in `keeping` and `upkeep`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from fieldapp.words import say

from . import keeping, upkeep
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
    upkeep.add(verbs, common)
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


def _passphrase(app: App, _: argparse.Namespace) -> Told:
    from fieldapp.usecases import workspaces

    old = passphrase()
    workspace = app.workspace(old)
    workspaces.change_passphrase(workspace, app.user(), old, new_passphrase())
    return Told({"workspace": str(app.folder), "user": app.user()}, say("cli-workspace-passphrase-changed", user=app.user()))
