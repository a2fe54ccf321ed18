"""Scanned pages: what came in, what was filed to which household and page, and the review tray of this laptop.

A filed page is an attachment of its household, told by its path (`domain.scan`), so it travels like any other. The list of what came in
stays here: with it a scan that comes twice is known, and the source's own bytes are kept as long as any page of it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from sqlmodel import col, select

from fieldapp.domain.scan import SCANS, SIGNATURES, PageRef, page_of
from fieldapp.errors import NotFound

from . import attachments
from .tables import AttachmentRow, FileRow, ScanRow
from .transaction import Transaction

_UNUSED = (
    "SELECT sha FROM file WHERE sha IN (?, ?) AND sha NOT IN (SELECT sha FROM attachment UNION SELECT sha FROM archive"
    " UNION SELECT source FROM scan WHERE state <> 'discarded' UNION SELECT picture FROM scan WHERE state <> 'discarded')"
)


class ScanState(Enum):
    """What became of a scanned page."""

    TRAY = "tray"
    FILED = "filed"
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True)
class Scan:
    """One page that came in."""

    source: str
    """SHA-256 of the file as it came, which is kept byte for byte."""
    page: int
    """From 1."""
    pages: int
    name: str
    """Of the file."""
    state: ScanState
    reason: str = ""
    """Why it is in the tray."""
    fault: str = ""
    """Why the picture is too poor, whatever else is right."""
    household: str = ""
    ref: PageRef | None = None
    """Which page it says it is."""
    code: str = ""
    """Text of its QR code."""
    picture: str = ""
    """The page upright, or as it came, as JPEG: attachment id."""
    dpi: int = 0
    record: str = ""
    """Of the attachment that it was filed as."""
    at: str = ""

    @property
    def id(self) -> str:
        """The same for the same page of the same file."""
        return hashlib.sha256(f"{self.source}:{self.page}".encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class FiledPage:
    """A page of a household's archive that came back from paper; `here` says whether its picture is on this laptop."""

    record: str
    picture: str
    ref: PageRef
    at: str
    here: bool


def put(tx: Transaction, scan: Scan) -> None:
    """Keep a page, or what became of it."""
    tx.session.merge(
        ScanRow(
            id=scan.id,
            source=scan.source,
            page=scan.page,
            pages=scan.pages,
            name=scan.name,
            state=scan.state.value,
            reason=scan.reason,
            fault=scan.fault,
            household=scan.household,
            path=scan.ref.path if scan.ref else "",
            code=scan.code,
            picture=scan.picture,
            dpi=scan.dpi,
            record=scan.record,
            at=scan.at or tx.stamp(),
        )
    )
    tx.session.flush()


def get(tx: Transaction, scan: str) -> Scan:
    """One page by its id; raises NotFound."""
    row = tx.session.get(ScanRow, scan, populate_existing=True)
    if row is None:
        raise NotFound(what="scan", id=scan)
    return _value(row)


def of_source(tx: Transaction, source: str) -> tuple[Scan, ...]:
    """The pages of a file that came in before."""
    return _found(tx, col(ScanRow.source) == source)


def tray(tx: Transaction) -> tuple[Scan, ...]:
    """What waits for a person, the oldest first."""
    return _found(tx, col(ScanRow.state) == ScanState.TRAY.value)


def filed(tx: Transaction, household: str) -> tuple[FiledPage, ...]:
    """Every scanned page of a household's archive, filed here or elsewhere, the oldest first."""
    rows = tx.session.exec(
        select(AttachmentRow)
        .where(AttachmentRow.household == household, col(AttachmentRow.path).startswith(SCANS), col(AttachmentRow.deleted).is_(False))
        .order_by(col(AttachmentRow.taken_at), col(AttachmentRow.number))
    ).all()
    pages = [(row, page_of(row.path)) for row in rows]
    return tuple(FiledPage(row.id, row.sha, ref, row.taken_at, attachments.is_here(tx, row.sha)) for row, ref in pages if ref)


def signed_pages(tx: Transaction, household: str, revision: int = 0) -> tuple[FiledPage, ...]:
    """The pages signed by hand that are back, of one revision or of all."""
    return tuple(one for one in filed(tx, household) if one.ref.kind == SIGNATURES and revision in (0, one.ref.revision))


def signed_copies(tx: Transaction, household: str, revision: int) -> dict[int, bool]:
    """The copies (1, 2, 3) of which signed pages are back, and whether all of them are."""
    back: dict[int, set[int]] = {}
    parts: dict[int, int] = {}
    for one in signed_pages(tx, household, revision):
        back.setdefault(one.ref.copy, set()).add(one.ref.part)
        parts[one.ref.copy] = max(parts.get(one.ref.copy, 1), one.ref.parts)
    return {copy: len(found) >= parts[copy] for copy, found in back.items()}


def discard(tx: Transaction, scan: Scan) -> None:
    """Throw a page away; the bytes of its file go with the last page that needs them."""
    put(tx, replace(scan, state=ScanState.DISCARDED))
    for sha in tx.column(_UNUSED, scan.source, scan.picture):
        row = tx.session.get(FileRow, sha)
        if row is not None:
            tx.session.delete(row)
    tx.session.flush()


def _found(tx: Transaction, condition: object) -> tuple[Scan, ...]:
    rows: Sequence[ScanRow] = tx.session.exec(
        select(ScanRow).where(condition).order_by(col(ScanRow.at), col(ScanRow.name), col(ScanRow.page))  # type: ignore[arg-type]
    ).all()
    return tuple(map(_value, rows))


def _value(row: ScanRow) -> Scan:
    return Scan(
        source=row.source,
        page=row.page,
        pages=row.pages,
        name=row.name,
        state=ScanState(row.state),
        reason=row.reason,
        fault=row.fault,
        household=row.household,
        ref=page_of(row.path),
        code=row.code,
        picture=row.picture,
        dpi=row.dpi,
        record=row.record,
        at=row.at,
    )
