"""`fieldapp archive ledger | receipt | changes | catalogue | labels`: the papers around the archives."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fieldapp.errors import AlreadyThere, BadInput
from fieldapp.words import say

from .told import Told, passphrase, progress

if TYPE_CHECKING:
    from fieldapp.app import App
    from fieldapp.usecases.printing_catalogue import Listed
    from fieldapp.usecases.printing_ledger import MadeLine, TakenLine

_COPIES = "township,village,household"


def add(verbs: Any, common: argparse.ArgumentParser) -> None:
    """Add the commands."""
    shown = _verb(verbs, common, "ledger", _ledger)
    _which(shown, required=False)
    shown.add_argument("--limit", type=int, default=1000, metavar="N")
    receipt = _verb(verbs, common, "receipt", _receipt)
    receipt.add_argument("--household", metavar="ID", required=True)
    receipt.add_argument("--copy", metavar="HOLDER", required=True)
    receipt.add_argument("--by", metavar="NAME", required=True)
    receipt.add_argument("--on", metavar="DATE", default="")
    receipt.add_argument("--note", metavar="TEXT", default="")
    receipt.add_argument("--signature", type=Path, metavar="FILE")
    changes = _verb(verbs, common, "changes", _changes)
    changes.add_argument("--household", metavar="ID", required=True)
    changes.add_argument("--out", type=Path, required=True, metavar="FILE.pdf")
    changes.add_argument("--copies", default=_COPIES, metavar="LIST")
    changes.add_argument("--reason", default="", metavar="TEXT")
    for name, run in (("catalogue", _catalogue), ("labels", _labels)):
        listed = _verb(verbs, common, name, run)
        where = listed.add_mutually_exclusive_group(required=True)
        where.add_argument("--village", metavar="CODE")
        where.add_argument("--all", action="store_true")
        listed.add_argument("--out", type=Path, required=True, metavar="FILE.pdf")
        if name == "labels":
            listed.add_argument("--box", type=int, default=30, metavar="MM")


def _verb(verbs: Any, common: argparse.ArgumentParser, name: str, run: Callable[[App, argparse.Namespace], Told]) -> Any:
    verb = verbs.add_parser(name, help=say(f"cli-archive-{name}"), parents=[common])
    verb.set_defaults(run=run)
    return verb


def _which(verb: Any, required: bool) -> None:
    which = verb.add_mutually_exclusive_group(required=required)
    which.add_argument("--household", metavar="ID", default="")
    which.add_argument("--village", metavar="CODE", default="")


def _ledger(app: App, given: argparse.Namespace) -> Told:
    from fieldapp.usecases import printing_ledger

    workspace = app.workspace(passphrase())
    made = printing_ledger.lines(workspace, given.household, given.village, given.limit)
    taken = printing_ledger.taken(workspace, given.household, given.village, given.limit)
    plain = {"copies": [_made_plain(line) for line in made], "receipts": [_taken_plain(line) for line in taken]}
    text = "\n".join([_made_text(line) for line in made] + [_taken_text(line) for line in taken])
    return Told(plain, text or say("cli-ledger-empty"), findings=any(line.stale for line in made))


def _made_plain(line: MadeLine) -> dict[str, object]:
    made = line.made
    return {
        "household": made.household,
        "head": line.head_name,
        "number": made.number,
        "revision": made.revision,
        "newest": line.newest,
        "stale": line.stale,
        "copies": list(made.holders),
        "pages": made.pages,
        "part": made.part,
        "digest": made.digest,
        "way": made.way,
        "target": made.target,
        "reason": made.reason,
        "user": made.user,
        "device": made.device,
        "at": made.at,
        "record": made.record,
    }


def _taken_plain(line: TakenLine) -> dict[str, object]:
    taken = line.taken
    return {
        "household": taken.household,
        "head": line.head_name,
        "copy": taken.holder,
        "revision": taken.revision,
        "newest": line.newest,
        "stale": line.stale,
        "by": taken.taken_by,
        "on": taken.taken_on,
        "signed": bool(taken.signature),
        "note": taken.note,
        "user": taken.user,
        "of": taken.made,
        "record": taken.record,
    }


def _made_text(line: MadeLine) -> str:
    copies = "、".join(say(f"ledger-holder-{holder}") for holder in line.made.holders)
    stale = say("ledger-stale", newest=line.newest) if line.stale else ""
    told = say(f"ledger-made-{line.made.way}", head=line.head_name, number=line.made.number, revision=line.made.revision, copies=copies)
    return "　".join(filter(None, [line.made.at[:16].replace("T", " "), told, line.made.target, line.made.user, stale]))


def _taken_text(line: TakenLine) -> str:
    stale = say("ledger-stale", newest=line.newest) if line.stale else ""
    holder = say(f"ledger-holder-{line.taken.holder}")
    told = say("ledger-taken", head=line.head_name, by=line.taken.taken_by, holder=holder, revision=line.taken.revision)
    return "　".join(filter(None, [line.taken.taken_on, told, line.taken.note, stale]))


def _receipt(app: App, given: argparse.Namespace) -> Told:
    from fieldapp.domain.ids import HouseholdId
    from fieldapp.usecases import printing_ledger

    try:
        day = date.fromisoformat(given.on) if given.on else None
    except ValueError as error:
        raise BadInput(what="on", value=given.on) from error
    signature = given.signature.read_bytes() if given.signature else b""
    workspace, household = app.workspace(passphrase()), HouseholdId(given.household)
    taken = printing_ledger.take(workspace, household, given.copy, given.by, day, given.note, signature)
    line = next(line for line in printing_ledger.taken(workspace, given.household) if line.taken.record == taken.record)
    return Told(_taken_plain(line), _taken_text(line), findings=line.stale)


def _changes(app: App, given: argparse.Namespace) -> Told:
    from fieldapp.domain.ids import HouseholdId
    from fieldapp.usecases import printing_changes, printing_ledger

    workspace = app.workspace(passphrase())
    copies = tuple(name.strip() for name in given.copies.split(",") if name.strip())
    changed = printing_changes.changed_pages(workspace, HouseholdId(given.household), progress, copies)
    _write(given.out, changed.pdf)
    number = printing_changes.note_changed(workspace, changed, printing_ledger.FILE, given.out.name, given.reason)
    plain = {
        "household": given.household,
        "file": str(given.out),
        "number": number,
        "revision": changed.archive.revision,
        "pages": changed.pages,
        "whole": changed.archive.pages,
        "copies": [{"copy": one.holder, "before": one.before, "out": list(one.out), "in": list(one.into)} for one in changed.copies],
    }
    lines = [
        say(
            "cli-changes-copy",
            holder=say(f"ledger-holder-{one.holder}"),
            out=printing_changes.page_words(one.out),
            into=printing_changes.page_words(one.into),
        )
        for one in changed.copies
    ]
    return Told(plain, "\n".join([*lines, say("cli-changes-written", pages=changed.pages, file=str(given.out))]))


def _catalogue(app: App, given: argparse.Namespace) -> Told:
    from fieldapp.usecases import printing_catalogue

    return _listed(given.out, printing_catalogue.catalogue(app.workspace(passphrase()), given.village or ""))


def _labels(app: App, given: argparse.Namespace) -> Told:
    from fieldapp.usecases import printing_catalogue

    return _listed(given.out, printing_catalogue.box_labels(app.workspace(passphrase()), given.village or "", given.box))


def _listed(out: Path, listed: Listed) -> Told:
    _write(out, listed.pdf)
    plain: dict[str, object] = {
        "file": str(out),
        "volumes": listed.volumes,
        "boxes": listed.boxes,
        "absent": list(listed.absent),
        "stale": list(listed.stale),
    }
    text = say("cli-archive-listed", file=str(out), volumes=listed.volumes, absent=len(listed.absent), stale=len(listed.stale))
    return Told(plain, text, findings=bool(listed.absent or listed.stale))


def _write(out: Path, pdf: bytes) -> None:
    if out.exists() and out.read_bytes() != pdf:
        raise AlreadyThere(what="file", id=str(out))
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(pdf)
