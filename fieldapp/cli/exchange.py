"""`fieldapp enrol | sync | deletions | bundle write | read | stick | relay | card | colleagues | kept`."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fieldapp.errors import BadInput
from fieldapp.words import say

from .told import Told, passphrase, progress

if TYPE_CHECKING:
    from fieldapp.app import App
    from fieldapp.usecases.sync_centre import Centre


def add(commands: Any, common: argparse.ArgumentParser) -> None:
    """Add the commands."""
    enrol = commands.add_parser("enrol", help=say("cli-enrol"), parents=[common])
    enrol.add_argument("--server", metavar="URL", default="")
    enrol.add_argument("--code", metavar="CODE", default="")
    enrol.add_argument("--slip", metavar="TEXT|FILE", default="")
    enrol.set_defaults(run=_enrol)
    sync = commands.add_parser("sync", help=say("cli-sync"), parents=[common])
    sync.add_argument("--status", action="store_true")
    sync.add_argument("--district-time", action="store_true")
    sync.add_argument("--photos", choices=("now", "later"))
    sync.add_argument("--auto", choices=("on", "off"))
    sync.set_defaults(run=_sync)
    held = commands.add_parser("deletions", help=say("cli-deletions"), parents=[common])
    decision = held.add_mutually_exclusive_group()
    decision.add_argument("--confirm", metavar="VILLAGE", default="")
    decision.add_argument("--keep", metavar="VILLAGE", default="")
    held.set_defaults(run=_deletions)
    verbs = commands.add_parser("bundle", help=say("cli-bundle"), parents=[common]).add_subparsers(required=True, metavar="COMMAND")
    write = verbs.add_parser("write", help=say("cli-bundle-write"), parents=[common])
    write.add_argument("--to", required=True, metavar="district|DEVICE")
    write.add_argument("--out", type=Path, required=True, metavar="FILE")
    write.set_defaults(run=_write)
    read = verbs.add_parser("read", help=say("cli-bundle-read"), parents=[common])
    read.add_argument("file", type=Path, metavar="FILE")
    read.set_defaults(run=_read)
    stick = verbs.add_parser("stick", help=say("cli-bundle-stick"), parents=[common])
    stick.add_argument("folder", type=Path, metavar="FOLDER")
    stick.set_defaults(run=_stick)
    relay = verbs.add_parser("relay", help=say("cli-bundle-relay"), parents=[common])
    relay.add_argument("folder", type=Path, metavar="FOLDER")
    relay.set_defaults(run=_relay)
    card = verbs.add_parser("card", help=say("cli-bundle-card"), parents=[common])
    card.add_argument("--out", type=Path, metavar="FOLDER")
    card.set_defaults(run=_card)
    verbs.add_parser("colleagues", help=say("cli-bundle-colleagues"), parents=[common]).set_defaults(run=_colleagues)
    kept = verbs.add_parser("kept", help=say("cli-bundle-kept"), parents=[common])
    kept.add_argument("--again", metavar="NAME", default="")
    kept.add_argument("--out", type=Path, metavar="FILE")
    kept.set_defaults(run=_kept)


def _enrol(app: App, given: argparse.Namespace) -> Told:
    from fieldapp.usecases import exchange

    workspace = app.workspace(passphrase())
    if given.slip:
        status = exchange.enrol_by_slip(workspace, exchange.slip_text(given.slip), progress)
    elif given.server and given.code:
        status = exchange.enrol(workspace, given.server, given.code, progress)
    else:
        raise BadInput(what="slip", value="")
    return Told(asdict(status), say("cli-enrolled", server=status.server, device=status.device))


def _sync(app: App, given: argparse.Namespace) -> Told:
    from fieldapp.usecases import exchange, rounds, sync_centre

    workspace = app.workspace(passphrase())
    if given.photos:
        exchange.set_photos_later(workspace, given.photos == "later")
    if given.auto:
        rounds.switch(workspace, given.auto == "on")
    if given.status or given.auto:
        return _status(sync_centre.read(workspace))
    done = exchange.sync_now(workspace, progress, district_time=given.district_time)
    return Told(asdict(done), say("cli-synced", **asdict(done)), findings=done.set_aside > 0)


def _status(centre: Centre) -> Told:
    """The facts of the sync centre: the same as the window shows."""
    status = centre.status
    plain = {**asdict(status), "apart": [asdict(line) for line in centre.apart], "decided": [asdict(one) for one in centre.decided]}
    told = [say("cli-sync-status", **{name: value for name, value in asdict(status).items() if isinstance(value, str | int)})]
    for line in status.queue:
        told.append(say("cli-sync-queue", **{**asdict(line), "kind": say(f"ui-centre-queue-{line.kind}")}))
    if status.last_error:
        told.append(say("cli-sync-failed", at=status.failed_at, why=say(f"exchange-failed-{status.last_error}")))
    if status.server:
        told.append(say("cli-sync-plan-next", at=status.next_try) if status.next_try else say("cli-sync-plan-off"))
    for one in centre.apart:
        words = {"where": say(f"ui-centre-where-{one.where}"), "household": one.head_name or one.village, "kind": one.kind}
        told.append(say("cli-sync-apart", operations=one.operations, why=one.why, next=one.what_to_do, **words))
    return Told(plain, "\n".join(told))


def _deletions(app: App, given: argparse.Namespace) -> Told:
    """Deletions that came in a flood and wait for a person."""
    from fieldapp.usecases import held

    workspace = app.workspace(passphrase())
    if given.confirm or given.keep:
        decide = held.confirm if given.confirm else held.keep
        records = decide(workspace, given.confirm or given.keep)
        return Told({"records": records}, say("cli-deletions-confirmed" if given.confirm else "cli-deletions-kept", records=records))
    lines = held.waiting(workspace)
    told = "\n".join(say("ui-held-told", village=one.village_name, records=one.records, of=one.of, who=one.who) for one in lines)
    return Told({"held": [asdict(one) for one in lines]}, told or say("cli-deletions-none"), findings=bool(lines))


def _write(app: App, given: argparse.Namespace) -> Told:
    from fieldapp.usecases import sticks

    workspace = app.workspace(passphrase())
    if given.to == "district":
        done = sticks.write(workspace, given.out, progress)
    else:
        done = sticks.give(workspace, given.to, given.out, progress)
    return Told({"file": str(given.out), **asdict(done)}, say("cli-bundle-written", file=given.out, **asdict(done)))


def _read(app: App, given: argparse.Namespace) -> Told:
    from fieldapp.usecases import sticks

    workspace = app.workspace(passphrase())
    if sticks.is_card(given.file):
        known = sticks.learn_card_file(workspace, given.file)
        return Told(asdict(known), say("cli-bundle-card-read", person=known.person, name=known.name, device=known.device))
    done = sticks.read(workspace, given.file, progress)
    told = say("cli-bundle-was-read", file=given.file, **asdict(done))
    return Told({"file": str(given.file), **asdict(done)}, told, findings=done.set_aside > 0)


def _stick(app: App, given: argparse.Namespace) -> Told:
    from fieldapp.usecases import sticks

    done = sticks.visit(app.workspace(passphrase()), given.folder, progress)
    told = [say("cli-bundle-stick-done", **{**asdict(done), "refused": len(done.refused)})]
    told += [f"{one.file}: {one.code}" for one in done.refused]
    return Told(asdict(done), "\n".join(told), findings=bool(done.refused or done.set_aside))


def _relay(app: App, given: argparse.Namespace) -> Told:
    from fieldapp.usecases import sticks

    done = sticks.relay(app.workspace(passphrase()), given.folder, progress)
    told = [say("cli-bundle-relayed", carried=done.carried, refused=len(done.refused))]
    told += [f"{one.file}: {one.code}" for one in done.refused]
    return Told(asdict(done), "\n".join(told), findings=bool(done.refused))


def _card(app: App, given: argparse.Namespace) -> Told:
    from fieldapp.usecases import sticks

    workspace = app.workspace(passphrase())
    text = sticks.card_text(workspace)
    file = str(sticks.write_card(workspace, given.out)) if given.out else ""
    return Told({"card": text, "file": file}, file or text)


def _colleagues(app: App, _given: argparse.Namespace) -> Told:
    from fieldapp.usecases import sticks

    found = sticks.colleagues(app.workspace(passphrase()))
    told = "\n".join(f"{one.device}  {one.person}  {one.name}  {one.area}" for one in found)
    return Told({"colleagues": [asdict(one) for one in found]}, told or say("cli-bundle-no-colleagues"))


def _kept(app: App, given: argparse.Namespace) -> Told:
    """The last bundles that were written here; `--again` writes one of them once more."""
    from fieldapp.usecases import kept_bundles

    workspace = app.workspace(passphrase())
    if bool(given.again) != bool(given.out):
        raise BadInput(what="again", value=given.again)
    if given.again:
        size = kept_bundles.copy_kept(workspace, given.again, given.out)
        return Told({"file": str(given.out), "bytes": size}, say("cli-bundle-again", file=given.out, bytes=size))
    found = kept_bundles.kept(workspace)
    told = "\n".join(f"{one.file}  {one.bytes}" for one in found)
    return Told({"kept": [asdict(one) for one in found]}, told or say("cli-bundle-kept-none"))
