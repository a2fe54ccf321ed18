"""Paper that comes back signed: scans are read, straightened and filed to the right household and page; the rest waits in a review tray.

Every page is one transaction, so an intake that was broken off is simply done again: what came in before is known by its hash. The
person's own files are only read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from fieldapp.domain.scan import SIGNATURES, PageRef
from fieldapp.errors import AlreadyThere, BadInput, NotFound, ScanRefused

from . import scan_filing

if TYPE_CHECKING:
    from PIL.Image import Image

    from fieldapp.store.database import Database as Workspace
    from fieldapp.store.scans import FiledPage, Scan
    from fieldapp.store.transaction import Transaction

Report = Callable[[int, int, str], None]
FILED, TRAY, KNOWN, BLANK, REFUSED = "filed", "tray", "known", "blank", "refused"
COPIES = (1, 2, 3)


@dataclass(frozen=True, slots=True)
class TakenPage:
    """What became of one page; words for a reason: `scan-reason-<reason>`."""

    file: str
    page: int
    """From 1; 0 for a file that could not be opened at all."""
    outcome: str
    """filed, tray, known (came in before), blank (the empty back of a sheet) or refused; nothing is kept of the last two."""
    reason: str = ""
    scan: str = ""
    household: str = ""
    head_name: str = ""
    ref: PageRef | None = None


@dataclass(frozen=True, slots=True)
class Intake:
    """What became of every page."""

    pages: tuple[TakenPage, ...]

    def count(self, outcome: str) -> int:
        """How many pages had this outcome."""
        return sum(page.outcome == outcome for page in self.pages)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One page in the tray, with the head of the household that it seems to be of."""

    scan: Scan
    head_name: str


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a page's picture tells before anything is compared with the workspace."""

    codes: tuple[str, ...]
    picture: bytes
    fault: str = ""
    dpi: int = 0
    is_blank: bool = False


def take_in(workspace: Workspace, paths: Iterable[Path], report: Report) -> Intake:
    """Take in files and folders (with all below them). Raises NotFound for a path that is not there, DiskFull."""
    files = list(_files(paths))
    look_again(workspace)
    taken: list[TakenPage] = []
    for number, file in enumerate(files):
        report(number, len(files), file.name)
        for page in _take_file(workspace, file):
            taken.append(page)
            report(number, len(files), file.name)
    report(len(files), len(files), "")
    return Intake(tuple(taken))


def tray(workspace: Workspace) -> tuple[Waiting, ...]:
    """What waits for a person."""
    from fieldapp.store import scans

    with workspace.read() as tx:
        return tuple(Waiting(one, _head_name(tx, one.household)) for one in scans.tray(tx))


def look_again(workspace: Workspace) -> int:
    """File what can be filed now: its household, its revision or the key came with an exchange. Returns how many."""
    from fieldapp.store import scans

    filed = 0
    with workspace.begin() as tx:
        for one in scans.tray(tx):
            verdict = (
                scan_filing.judge(tx, (one.code,) if one.code else (), one.fault)
                if one.reason != "several-codes"
                else scan_filing.Verdict(one.reason)
            )
            if not verdict.reason:
                scan_filing.file(tx, replace(one, household=verdict.household, ref=verdict.ref))
                filed += 1
            elif verdict.reason != one.reason:
                scans.put(tx, replace(one, reason=verdict.reason, household=verdict.household, ref=verdict.ref))
    return filed


def picture(workspace: Workspace, scan: str) -> bytes:
    """The page as JPEG; looking at it is noted."""
    from fieldapp.store import attachments, audit, scans

    with workspace.begin() as tx:
        found = scans.get(tx, scan)
        audit.once_a_day(tx, "view", found.household or found.id)
        return attachments.get(tx, found.picture)


def original(workspace: Workspace, scan: str) -> bytes:
    """The whole file that the page came in, byte for byte. Raises AttachmentMissing once it was cleared away."""
    from fieldapp.store import attachments, scans

    with workspace.read() as tx:
        return attachments.get(tx, scans.get(tx, scan).source)


def save_picture(workspace: Workspace, scan: str, file: Path) -> None:
    """Write a page of the tray where a person can look at it; what stands there already is never overwritten. Raises AlreadyThere."""
    if file.exists():
        raise AlreadyThere(what="file", id=str(file))
    file.write_bytes(picture(workspace, scan))


def page_by_hand(revision: int, copy: int, number: int) -> PageRef:
    """A signature page as a person names it: its revision, copy and printed page number."""
    return PageRef(revision, copy, SIGNATURES, number)


def file_by_hand(workspace: Workspace, scan: str, household: str, ref: PageRef) -> TakenPage:
    """File a page of the tray where a person says. Raises NotFound, BadInput (not in the tray, no such copy)."""
    from fieldapp.store import audit, scans

    if ref.copy not in COPIES or ref.revision < 1:
        raise BadInput(what="scan-page", value=ref.path)
    with workspace.begin() as tx:
        found = _waiting(tx, scan)
        filed = scan_filing.file(tx, replace(found, household=household, ref=ref))
        audit.record(tx, "file-scan-by-hand", household, f"{found.reason} {ref.path}")
        scans.put(tx, filed)
        return _told(tx, filed, FILED)


def discard(workspace: Workspace, scan: str) -> None:
    """Throw a page of the tray away; the person's own file stays where it is. Raises NotFound, BadInput (not in the tray)."""
    from fieldapp.store import audit, scans

    with workspace.begin() as tx:
        found = _waiting(tx, scan)
        scans.discard(tx, found)
        audit.record(tx, "discard-scan", found.household or found.id, f"{found.reason} {found.name} {found.page}")


def signed_pages(tx: Transaction, household: str, revision: int = 0) -> tuple[FiledPage, ...]:
    """The pages signed by hand that are back, of one revision or of all; `store.scans.signed_copies` tells which copies are complete."""
    from fieldapp.store import scans

    return scans.signed_pages(tx, household, revision)


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    """Files as they are named, folders with all pictures and PDFs below them in the order of their names."""
    from fieldapp.archive.scan_source import SUFFIXES

    for path in paths:
        if path.is_dir():
            inside = sorted(found for found in path.rglob("*") if found.suffix.lower() in SUFFIXES and not found.name.startswith("."))
            yield from (found for found in inside if found.is_file())
        elif path.is_file():
            yield path
        else:
            raise NotFound(what="file", id=str(path))


def _take_file(workspace: Workspace, file: Path) -> Iterator[TakenPage]:
    from fieldapp.archive.scan_source import Source
    from fieldapp.store import scans

    try:
        data = _read(file)
        sha = hashlib.sha256(data).hexdigest()
        with workspace.read() as tx:
            known = {one.page: one for one in scans.of_source(tx, sha)}
            before = [_told(tx, one, KNOWN) for one in known.values()]
        if before and len(before) == next(iter(known.values())).pages:
            yield from before
            return
        source = Source(file.name, data)
    except ScanRefused as refused:
        yield TakenPage(file.name, 0, REFUSED, str(refused.values["reason"]))
        return
    yield from before
    for page in range(1, source.pages + 1):
        if page in known:
            continue
        try:
            seen = _see(source.picture(page - 1))
        except ScanRefused as refused:
            yield TakenPage(file.name, page, REFUSED, str(refused.values["reason"]))
            continue
        if seen.is_blank:
            _pass_over(workspace, file.name, sha, page, source.pages)
            yield TakenPage(file.name, page, BLANK)
            continue
        yield _keep(workspace, file.name, data, seen, page, source.pages)


def _read(file: Path) -> bytes:
    from fieldapp.archive.scan_source import MOST_BYTES

    try:
        if file.stat().st_size > MOST_BYTES:
            raise ScanRefused(name=file.name, reason="too-large")
        return file.read_bytes()
    except OSError as unreadable:
        raise ScanRefused(name=file.name, reason="unreadable") from unreadable


def _see(picture: Image) -> _Seen:
    """Codes, and the page upright by the first of them."""
    from fieldapp.archive import scans, seal

    if scans.is_blank(picture):
        return _Seen((), b"", is_blank=True)
    codes = scans.find_codes(picture)
    texts = tuple(code.text for code in codes)
    if len(codes) != 1:
        return _Seen(texts, scans.preview(picture))
    try:
        leaf = seal.read(texts[0]).leaf
    except ValueError:
        return _Seen(texts, scans.preview(picture))
    upright = scans.straighten(picture, codes[0], is_back=bool(leaf and leaf.is_back))
    return _Seen(texts, upright.jpeg, upright.quality.fault, round(upright.quality.dpi))


def _keep(workspace: Workspace, name: str, data: bytes, seen: _Seen, page: int, pages: int) -> TakenPage:
    """Keep the file's own bytes and the page, and file it if nothing speaks against it."""
    from fieldapp.store import attachments, scans

    with workspace.begin() as tx:
        source = attachments.put(tx, data)
        shown = attachments.put(tx, seen.picture, "image/jpeg")
        verdict = scan_filing.judge(tx, seen.codes, seen.fault)
        found = scans.Scan(
            source=source,
            page=page,
            pages=pages,
            name=name,
            state=scans.ScanState.TRAY,
            reason=verdict.reason,
            fault=seen.fault,
            household=verdict.household,
            ref=verdict.ref,
            code=seen.codes[0] if len(seen.codes) == 1 else "",
            picture=shown,
            dpi=seen.dpi,
            at=tx.now().isoformat(timespec="seconds"),
        )
        if verdict.reason:
            scans.put(tx, found)
            return _told(tx, found, TRAY)
        return _told(tx, scan_filing.file(tx, found), FILED)


def _pass_over(workspace: Workspace, name: str, source: str, page: int, pages: int) -> None:
    """Note an empty page, so that the file is known as a whole."""
    from fieldapp.store import scans

    with workspace.begin() as tx:
        scans.put(tx, scans.Scan(source, page, pages, name, scans.ScanState.DISCARDED, "blank", at=tx.now().isoformat(timespec="seconds")))


def _waiting(tx: Transaction, scan: str) -> Scan:
    from fieldapp.store import scans

    found = scans.get(tx, scan)
    if found.state is not scans.ScanState.TRAY:
        raise BadInput(what="scan-state", value=found.state.value)
    return found


def _told(tx: Transaction, scan: Scan, outcome: str) -> TakenPage:
    reason = (scan.reason if scan.reason == "blank" else scan.state.value) if outcome == KNOWN else scan.reason
    return TakenPage(scan.name, scan.page, outcome, reason, scan.id, scan.household, _head_name(tx, scan.household), scan.ref)


def _head_name(tx: Transaction, household: str) -> str:
    from fieldapp.store import households

    try:
        return households.get(tx, household).head_name if household else ""
    except NotFound:
        return ""
