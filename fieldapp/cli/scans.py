"""`fieldapp archive scan | tray`: signed pages that come back from paper, and those that a person has to look at."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fieldapp.words import say

from .told import Told, passphrase, progress

if TYPE_CHECKING:
    from fieldapp.app import App
    from fieldapp.domain.scan import PageRef
    from fieldapp.usecases.scans import TakenPage, Waiting


def add(verbs: Any, common: argparse.ArgumentParser) -> None:
    """Add the commands below `archive`."""
    scan = verbs.add_parser("scan", help=say("cli-archive-scan"), parents=[common])
    scan.add_argument("paths", type=Path, nargs="+", metavar="FILE")
    scan.set_defaults(run=_scan)
    tray = verbs.add_parser("tray", help=say("cli-archive-tray"), parents=[common])
    which = tray.add_mutually_exclusive_group()
    which.add_argument("--file", metavar="ID", help=say("cli-archive-tray-file"))
    which.add_argument("--discard", metavar="ID", help=say("cli-archive-tray-discard"))
    which.add_argument("--picture", metavar="ID", help=say("cli-archive-tray-picture"))
    tray.add_argument("--household", default="", metavar="ID")
    tray.add_argument("--revision", type=int, default=0, metavar="N")
    tray.add_argument("--copy", type=int, choices=(1, 2, 3), default=1)
    tray.add_argument("--page", type=int, default=0, metavar="N")
    tray.add_argument("--out", type=Path, metavar="FILE")
    tray.set_defaults(run=_tray)


def _scan(app: App, given: argparse.Namespace) -> Told:
    from fieldapp.usecases import scans

    taken = scans.take_in(app.workspace(passphrase()), given.paths, progress)
    counts = {outcome: taken.count(outcome) for outcome in (scans.FILED, scans.TRAY, scans.KNOWN, scans.BLANK, scans.REFUSED)}
    lines = [say("cli-archive-scanned", **counts)]
    lines += [_line(page) for page in taken.pages if page.outcome in (scans.TRAY, scans.REFUSED)]
    plain = {**counts, "pages": [_page(page) for page in taken.pages]}
    return Told(plain, "\n".join(lines), findings=bool(counts[scans.TRAY] or counts[scans.REFUSED]))


def _tray(app: App, given: argparse.Namespace) -> Told:
    from fieldapp.usecases import scans

    workspace = app.workspace(passphrase())
    if given.file:
        page = scans.file_by_hand(workspace, given.file, given.household, scans.page_by_hand(given.revision, given.copy, given.page))
        return Told(_page(page), _line(page))
    if given.discard:
        scans.discard(workspace, given.discard)
        return Told({"discarded": given.discard}, say("cli-archive-discarded", scan=given.discard))
    if given.picture:
        out = given.out or Path(f"{given.picture}.jpg")
        scans.save_picture(workspace, given.picture, out)
        return Told({"file": str(out)}, str(out))
    scans.look_again(workspace)
    waiting = scans.tray(workspace)
    text = "\n".join(_waiting_line(one) for one in waiting) or say("cli-archive-tray-empty")
    return Told({"tray": [_waiting(one) for one in waiting]}, text, findings=bool(waiting))


def _page(page: TakenPage) -> dict[str, object]:
    return {
        "file": page.file,
        "page": page.page,
        "outcome": page.outcome,
        "reason": page.reason,
        "scan": page.scan,
        "household": page.household,
        **_ref(page.ref),
    }


def _ref(ref: PageRef | None) -> dict[str, object]:
    if ref is None:
        return {}
    return {"revision": ref.revision, "copy": ref.copy, "kind": ref.kind, "number": ref.number, "part": ref.part, "parts": ref.parts}


def _line(page: TakenPage) -> str:
    reason = say(f"scan-reason-{page.reason}") if page.reason else say(f"scan-outcome-{page.outcome}")
    return say("cli-archive-scan-line", file=page.file, page=page.page, reason=reason)


def _waiting(one: Waiting) -> dict[str, object]:
    scan = one.scan
    told = {"scan": scan.id, "file": scan.name, "page": scan.page, "reason": scan.reason, "household": scan.household}
    return {**told, "dpi": scan.dpi, **_ref(scan.ref)}


def _waiting_line(one: Waiting) -> str:
    line = say("cli-archive-scan-line", file=one.scan.name, page=one.scan.page, reason=say(f"scan-reason-{one.scan.reason}"))
    return f"{one.scan.id} {line} {one.head_name}".rstrip()
