"""Figures of a workspace: schema, counts by state, sizes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import col, func, select

from . import migrations, ties
from .tables import (
    ArchiveRow,
    AuditRow,
    DraftRow,
    FileRow,
    FormRow,
    HouseholdRow,
    MemberRow,
    OperationRow,
    QuarantineRow,
    Row,
    SubmissionRow,
)
from .transaction import Transaction


@dataclass(frozen=True, slots=True)
class Info:
    """Sizes in bytes; `submissions` by the value of `State`, drafts among them."""

    schema: int
    device: str
    realm: str
    households: int
    members: int
    submissions: Mapping[str, int]
    archives: int
    operations: int
    set_aside: int
    attachments: int
    attachment_bytes: int
    forms: int
    audit_lines: int
    database_bytes: int


def count(tx: Transaction) -> Info:
    """The figures as of this transaction."""
    session = tx.session
    states = dict(
        session.exec(
            select(SubmissionRow.state, func.count()).where(col(SubmissionRow.deleted).is_(False)).group_by(SubmissionRow.state)
        ).all()
    )
    drafts = _number(tx, DraftRow)
    if drafts:
        states["draft"] = states.get("draft", 0) + drafts
    size = session.exec(select(func.coalesce(func.sum(FileRow.size), 0))).one()
    folder = tx.place.folder
    return Info(
        schema=migrations.schema(session.connection()),
        device=tx.device,
        realm=tx.place.realm.value,
        households=_live(tx, HouseholdRow) - _counting_as_others(tx, ties.HOUSEHOLD),
        members=_live(tx, MemberRow) - _counting_as_others(tx, ties.MEMBER),
        submissions=states,
        archives=_live(tx, ArchiveRow),
        operations=_number(tx, OperationRow),
        set_aside=_number(tx, QuarantineRow),
        attachments=_number(tx, FileRow),
        attachment_bytes=size,
        forms=_number(tx, FormRow),
        audit_lines=_number(tx, AuditRow),
        database_bytes=sum(file.stat().st_size for file in folder.glob(f"{tx.place.database.name}*")),
    )


def _number(tx: Transaction, table: type[Row]) -> int:
    return tx.session.exec(select(func.count()).select_from(table)).one()


def _counting_as_others(tx: Transaction, kind: str) -> int:
    return int(tx.value("SELECT count(*) FROM tie WHERE stays <> '' AND kind = ?", kind))


def _live(tx: Transaction, table: type[HouseholdRow] | type[MemberRow] | type[ArchiveRow]) -> int:
    return tx.session.exec(select(func.count()).select_from(table).where(col(table.deleted).is_(False))).one()
