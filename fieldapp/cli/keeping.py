"""`fieldapp workspace user | recovery | rekey | purge | hand-over | audit`: who may unlock a workspace, and what becomes of it."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fieldapp.errors import AlreadyThere, BadInput, NotFound
from fieldapp.words import say

from .told import Told, new_passphrase, passphrase, progress, recovery_code

if TYPE_CHECKING:
    from fieldapp.app import App


def add(verbs: Any, common: argparse.ArgumentParser) -> None:
    """Add the commands."""
    user = verbs.add_parser("user", help=say("cli-user-room"), parents=[common]).add_subparsers(required=True, metavar="COMMAND")
    user.add_parser("list", help=say("cli-user-list"), parents=[common]).set_defaults(run=_users)
    for name, run in (("add", _user_add), ("remove", _user_remove)):
        verb = user.add_parser(name, help=say(f"cli-user-{name}"), parents=[common])
        verb.add_argument("name", metavar="NAME")
        verb.set_defaults(run=run)
        if name == "remove":
            verb.add_argument("--keep-key", action="store_true", help=say("cli-user-keep-key"))
    _add_clearing(verbs, common)
    verbs.add_parser("rekey", help=say("cli-rekey"), parents=[common]).set_defaults(run=_rekey)
    room = verbs.add_parser("recovery", help=say("cli-recovery-room"), parents=[common])
    recovery = room.add_subparsers(required=True, metavar="COMMAND")
    recovery.add_parser("list", help=say("cli-recovery-list"), parents=[common]).set_defaults(run=_ways)
    make = recovery.add_parser("make", help=say("cli-recovery-make"), parents=[common])
    which = make.add_mutually_exclusive_group(required=True)
    which.add_argument("--sheet", type=Path, metavar="FILE.pdf")
    which.add_argument("--district", action="store_true")
    make.add_argument("--key", default="", metavar="HEX")
    make.set_defaults(run=_make)
    ask = recovery.add_parser("ask", help=say("cli-recovery-ask"), parents=[common])
    ask.add_argument("--out", type=Path, required=True, metavar="FILE")
    ask.set_defaults(run=_ask)
    use = recovery.add_parser("use", help=say("cli-recovery-use"), parents=[common])
    use.add_argument("--answer", type=Path, metavar="FILE")
    use.set_defaults(run=_use)


def _add_clearing(verbs: Any, common: argparse.ArgumentParser) -> None:
    purge = verbs.add_parser("purge", help=say("cli-purge"), parents=[common])
    purge.add_argument("--older-than", type=float, default=90, metavar="DAYS", help=say("cli-purge-older"))
    purge.add_argument("--dry-run", action="store_true", help=say("cli-purge-dry"))
    purge.set_defaults(run=_purge)
    over = verbs.add_parser("hand-over", help=say("cli-hand-over"), parents=[common])
    over.add_argument("--receipt", type=Path, required=True, metavar="FILE.pdf")
    over.add_argument("--backup", type=Path, metavar="FILE")
    over.add_argument("--confirm", default="", metavar="ID", help=say("cli-hand-over-confirm"))
    over.set_defaults(run=_hand_over)
    audit = verbs.add_parser("audit", help=say("cli-audit"), parents=[common])
    audit.add_argument("--limit", type=int, default=100, metavar="N")
    audit.set_defaults(run=_audit)


def _purge(app: App, given: argparse.Namespace) -> Told:
    from fieldapp.usecases import clearing

    done = clearing.clear(app.workspace(passphrase()), given.older_than, given.dry_run)
    kept = " ".join(f"{reason}={count}" for reason, count in sorted(done.kept.items())) or "0"
    return Told({**asdict(done), "dry_run": given.dry_run}, say("cli-purged", **{**asdict(done), "kept": kept, "dry": given.dry_run}))


def _hand_over(app: App, given: argparse.Namespace) -> Told:
    from fieldapp.usecases import clearing

    done = clearing.hand_over(
        app.folder, app.user(), passphrase(), app.clock, receipt=given.receipt, backup=given.backup, confirmed=given.confirm
    )
    plain = {name: value for name, value in asdict(done).items() if name != "pdf"}
    return Told({**plain, "receipt": str(given.receipt)}, say("cli-handed-over", files=done.files, receipt=given.receipt))


def _audit(app: App, given: argparse.Namespace) -> Told:
    from fieldapp.usecases import workspaces

    lines = workspaces.trail(app.workspace(passphrase()), given.limit)
    plain = [asdict(line) for line in lines]
    return Told(plain, "\n".join(f"{line.number}\t{line.at}\t{line.user}\t{line.action}\t{line.subject}\t{line.detail}" for line in lines))


def _users(app: App, _: argparse.Namespace) -> Told:
    from fieldapp.usecases import recovery, workspaces

    names, ways = workspaces.users(app.folder), recovery.ways(app.folder)
    return Told({"users": list(names), "recovery": list(ways)}, "\n".join(names))


def _user_add(app: App, given: argparse.Namespace) -> Told:
    app.workspace(passphrase()).add_user(given.name, new_passphrase())
    return _users(app, given)


def _user_remove(app: App, given: argparse.Namespace) -> Told:
    """Who knew the data key may have kept it, so it is exchanged at once unless that is to wait."""
    from fieldapp.usecases import workspaces

    if given.keep_key:
        app.workspace(passphrase()).remove_user(given.name)
    else:
        workspaces.rekey(app.folder, _another(app, given.name), passphrase(), app.clock, progress, (given.name,))
    return _users(app, given)


def _another(app: App, name: str) -> str:
    """Who removes: never whom it is about."""
    if app.user() == name:
        raise BadInput(what="user", value=name)
    return app.user()


def _rekey(app: App, _: argparse.Namespace) -> Told:
    from fieldapp.usecases import workspaces

    count = workspaces.rekey(app.folder, app.user(), passphrase(), app.clock, progress)
    return Told({"workspace": str(app.folder), "attachments": count}, say("cli-rekeyed", attachments=count))


def _ways(app: App, _: argparse.Namespace) -> Told:
    from fieldapp.usecases import recovery

    ways = recovery.ways(app.folder)
    return Told({"recovery": list(ways)}, "\n".join(say(f"recovery-way-{way}") for way in ways) or say("recovery-way-none"))


def _make(app: App, given: argparse.Namespace) -> Told:
    from fieldapp.usecases import recovery

    workspace = app.workspace(passphrase())
    if given.district:
        recovery.seal_for_district(workspace, given.key)
        return Told({"recovery": list(recovery.ways(app.folder))}, say("cli-recovery-sealed"))
    if given.sheet.exists():
        raise AlreadyThere(what="file", id=str(given.sheet))
    sheet = recovery.make_sheet(workspace)
    given.sheet.write_bytes(sheet.pdf)
    return Told({"recovery": list(recovery.ways(app.folder)), "file": str(given.sheet)}, say("cli-recovery-made", file=given.sheet))


def _ask(app: App, given: argparse.Namespace) -> Told:
    from fieldapp.usecases import recovery

    asked = recovery.ask(app.folder, app.user(), new_passphrase(), app.clock)
    given.out.write_text(asked.text + "\n", encoding="ascii")
    plain = {"file": str(given.out), "digits": asked.digits, "user": app.user()}
    return Told(plain, say("cli-recovery-asked", file=given.out, digits=asked.digits))


def _use(app: App, given: argparse.Namespace) -> Told:
    from fieldapp.usecases import recovery

    if given.answer is None:
        user = app.user()
        recovery.use_sheet(app.folder, user, recovery_code(), new_passphrase(), app.clock)
    else:
        user = recovery.use_answer(app.folder, _text(given.answer), new_passphrase(), app.clock)
    return Told({"workspace": str(app.folder), "user": user}, say("cli-recovery-used", user=user))


def _text(file: Path) -> str:
    if not file.is_file():
        raise NotFound(what="file", id=str(file))
    try:
        with file.open(encoding="ascii") as stream:
            return stream.read(10_000)
    except UnicodeDecodeError:
        raise BadInput(what="file", value=file.name) from None
