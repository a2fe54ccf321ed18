"""Attachments (附件): files by content hash, and what records say about them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import desc, literal_column
from sqlmodel import col, select

from fieldapp.domain.ids import AttachmentId
from fieldapp.errors import NotFound

from .tables import ArchiveRow, AttachmentRow, FileReceiptRow, FileRow
from .transaction import Transaction


@dataclass(frozen=True, slots=True)
class Attached:
    """One attachment record; `here` says whether the bytes are on this laptop."""

    record: str
    id: AttachmentId
    name: str
    mime: str
    size: int
    submission: str
    path: str
    household: str
    caption: str
    taken_at: str
    here: bool


@dataclass(frozen=True, slots=True)
class ArchiveMade:
    """One archive record; `copies` as the use case wrote them."""

    record: str
    household: str
    submission: str
    revision: int
    id: AttachmentId
    digest: str
    pages: int
    copies: str
    made_at: str


def put(tx: Transaction, data: bytes, mime: str = "") -> AttachmentId:
    """Keep the bytes of a file: encrypted and on the disk before the row is; raises DiskFull, BadInput (file-size)."""
    sha = tx.place.vault.put(data)
    if tx.session.get(FileRow, sha) is None:
        tx.session.add(FileRow(sha=sha, size=len(data), mime=mime, stored_at=tx.stamp()))
        tx.session.flush()
    return AttachmentId(sha)


def get(tx: Transaction, attachment: str) -> bytes:
    """The plain bytes; raises AttachmentMissing, WorkspaceDamaged (attachment)."""
    return tx.place.vault.get(attachment)


def is_here(tx: Transaction, attachment: str) -> bool:
    """Whether the bytes are on this laptop."""
    return tx.session.get(FileRow, attachment) is not None


def of_household(tx: Transaction, household: str) -> tuple[Attached, ...]:
    """All attachment records of a household, the oldest first."""
    return _records(tx, col(AttachmentRow.household) == household)


def of_submission(tx: Transaction, submission: str) -> tuple[Attached, ...]:
    """All attachment records of a submission, the oldest first."""
    return _records(tx, col(AttachmentRow.submission) == submission)


def record(tx: Transaction, record: str) -> Attached:
    """One attachment record; raises NotFound."""
    found = _records(tx, col(AttachmentRow.id) == record)
    if not found:
        raise NotFound(what="attachment", id=record)
    return found[0]


def archives(tx: Transaction, household: str = "") -> tuple[ArchiveMade, ...]:
    """Archives that were made, the newest first; of one instant the one that came here last."""
    query = select(ArchiveRow).where(col(ArchiveRow.deleted).is_(False))
    query = query.order_by(col(ArchiveRow.made_at).desc(), desc(literal_column("archive.rowid")))
    if household:
        query = query.where(ArchiveRow.household == household)
    return tuple(
        ArchiveMade(
            record=row.id,
            household=row.household,
            submission=row.submission,
            revision=row.revision,
            id=AttachmentId(row.sha),
            digest=row.digest,
            pages=row.pages,
            copies=row.copies,
            made_at=row.made_at,
        )
        for row in tx.session.exec(query)
    )


def to_send(tx: Transaction, peer: str) -> tuple[str, ...]:
    """Hashes of files here that records name and the peer has not confirmed, the newest first."""
    confirmed = select(FileReceiptRow.sha).where(FileReceiptRow.peer == peer)
    rows = tx.session.exec(
        select(AttachmentRow.sha)
        .join(FileRow, col(FileRow.sha) == col(AttachmentRow.sha))
        .where(col(AttachmentRow.deleted).is_(False), col(AttachmentRow.sha).not_in(confirmed))
        .order_by(col(AttachmentRow.number).desc())
    )
    return tuple(dict.fromkeys(rows))


def wanted(tx: Transaction) -> tuple[str, ...]:
    """Hashes that records name and whose bytes are not here."""
    here = select(FileRow.sha)
    rows = tx.session.exec(
        select(AttachmentRow.sha)
        .where(col(AttachmentRow.deleted).is_(False), col(AttachmentRow.sha).not_in(here), col(AttachmentRow.sha) != "")
        .order_by(col(AttachmentRow.number))
    )
    return tuple(dict.fromkeys(rows))


def weigh(tx: Transaction, shas: Sequence[str]) -> int:
    """Bytes of these files together, as the records say."""
    each = "SELECT max(size) AS size FROM attachment WHERE sha IN (SELECT value FROM json_each(?)) GROUP BY sha"
    return int(tx.value(f"SELECT coalesce(sum(size), 0) FROM ({each})", json.dumps(list(shas))))


def sent(tx: Transaction, peer: str, sha: str) -> None:
    """The peer confirmed the whole file."""
    if tx.session.get(FileReceiptRow, (peer, sha)) is None:
        tx.session.add(FileReceiptRow(peer=peer, sha=sha))


def sweep(tx: Transaction) -> int:
    """Remove files without a row; returns how many. Only inside a change, so that nobody is putting one."""
    return tx.place.vault.sweep(iter(tx.session.exec(select(FileRow.sha)).all()))


def _records(tx: Transaction, condition: object) -> tuple[Attached, ...]:
    rows = tx.session.exec(
        select(AttachmentRow).where(condition, col(AttachmentRow.deleted).is_(False)).order_by(col(AttachmentRow.number))  # type: ignore[arg-type]
    ).all()
    here = set(tx.session.exec(select(FileRow.sha).where(col(FileRow.sha).in_([row.sha for row in rows]))))
    return tuple(_value(row, row.sha in here) for row in rows)


def _value(row: AttachmentRow, here: bool) -> Attached:
    return Attached(
        record=row.id,
        id=AttachmentId(row.sha),
        name=row.name,
        mime=row.mime,
        size=row.size,
        submission=row.submission,
        path=row.path,
        household=row.household,
        caption=row.caption,
        taken_at=row.taken_at,
        here=here,
    )
