"""Where a scanned page belongs, and filing it there: as an attachment of its household, so that it travels like any other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from fieldapp.domain.scan import SCANS, PageRef
from fieldapp.errors import BadInput, NotFound

from . import media_files

if TYPE_CHECKING:
    from fieldapp.archive.seal import Seal
    from fieldapp.store.scans import Scan
    from fieldapp.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Verdict:
    """Where a page belongs; no reason: it may be filed."""

    reason: str = ""
    household: str = ""
    ref: PageRef | None = None


def judge(tx: Transaction, codes: Sequence[str], fault: str) -> Verdict:
    """Where a page belongs by its code, or why a person must look."""
    from fieldapp.archive import seal
    from fieldapp.store import authors

    if len(codes) != 1:
        return Verdict("several-codes" if codes else "no-code")
    try:
        own = seal.read(codes[0])
    except ValueError:
        return Verdict("code-unreadable")
    keys = authors.keys(tx)
    if seal.signer_of(own, keys) is None:
        return Verdict("signature-bad" if seal.knows(own, keys) else "unknown-key")
    leaf = own.leaf
    ref = PageRef(own.revision, own.copy, leaf.kind.name.lower(), leaf.number, leaf.part, leaf.parts) if leaf else None
    reason = _reason(tx, own, ref) or (f"poor-{fault}" if fault else "")
    return Verdict(reason, "" if reason == "unknown-household" else own.household, ref)


def _reason(tx: Transaction, own: Seal, ref: PageRef | None) -> str:
    """Why a page whose code is genuine is not filed at once."""
    from fieldapp.store import attachments, households, ledger, scans

    try:
        households.get(tx, own.household)
    except NotFound:
        return "unknown-household"
    newest = ledger.newest_revisions(tx, own.household).get(own.household, 0)
    if own.revision != newest:
        return "stale" if own.revision < newest else "unknown-revision"
    made = {one.digest for one in attachments.archives(tx, own.household) if one.revision == own.revision}
    made |= {one.digest for one in ledger.made(tx, own.household) if one.revision == own.revision}
    if made and own.digest not in made:
        return "other-content"
    if ref is None:
        return "old-code"
    return "already-there" if any(one.ref == ref for one in scans.filed(tx, own.household)) else ""


def file(tx: Transaction, scan: Scan) -> Scan:
    """Write the page as an attachment of its household; with the last page of a file that is of one household only, the file too."""
    from fieldapp.store import attachments, audit, households, operations, scans

    if scan.ref is None:
        raise BadInput(what="scan-page", value=scan.id)
    village = households.get(tx, scan.household).village
    record = uuid4().hex
    fields: dict[str, str | None] = {
        "name": f"{scan.name}#{scan.page}",
        "mime": "image/jpeg",
        "size": str(len(attachments.get(tx, scan.picture))),
        "sha": scan.picture,
        "submission": "",
        "path": scan.ref.path,
        "household": scan.household,
        "caption": "",
        "taken_at": scan.at,
        "code": scan.code,
        "source": scan.source,
    }
    operations.write(tx, "attachment", record, village, fields)
    filed = replace(scan, state=scans.ScanState.FILED, reason="", record=record)
    scans.put(tx, filed)
    audit.record(tx, "file-scan", scan.household, f"{scan.ref.path} {scan.source[:12]}#{scan.page}")
    _send_source(tx, filed, village)
    return filed


def _send_source(tx: Transaction, scan: Scan, village: str) -> None:
    """The file as it came travels with the household once all its pages are filed and none is of another; else it stays here."""
    from fieldapp.store import attachments, operations, scans

    pages = scans.of_source(tx, scan.source)
    kept = [one for one in pages if one.state is not scans.ScanState.DISCARDED]
    if len(pages) < scan.pages or any(one.state is not scans.ScanState.FILED or one.household != scan.household for one in kept):
        return
    if any(one.id == scan.source for one in attachments.of_household(tx, scan.household)):
        return
    size = len(attachments.get(tx, scan.source))
    fields: dict[str, str | None] = {
        "name": scan.name,
        "mime": media_files.mime_of(Path(scan.name).suffix.lower().removeprefix(".")),
        "size": str(size),
        "sha": scan.source,
        "submission": "",
        "path": f"{SCANS}source",
        "household": scan.household,
        "caption": "",
        "taken_at": scan.at,
    }
    operations.write(tx, "attachment", uuid4().hex, village, fields)
