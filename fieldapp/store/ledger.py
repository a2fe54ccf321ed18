"""The ledger of copies (印制台账): what went to a printer or into a file, and who took a copy; records that travel like any other."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from sqlmodel import col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from . import facts, operations
from .tables import CopyMadeRow, CopyTakenRow, HouseholdRow, SubmissionRow
from .transaction import Transaction

MADE, TAKEN = "copy_made", "copy_taken"


@dataclass(frozen=True, slots=True)
class CopyMade:
    """Copies of one household that were printed or saved at once; the store fills record, number, user, device and at."""

    household: str
    archive: str
    """Record of the archive; empty for a preview that was never kept."""
    revision: int
    digest: str
    holders: tuple[str, ...]
    pages: int
    """Sides of paper."""
    way: str
    """print or file."""
    target: str
    """The printer, or the file's name."""
    part: str = ""
    """Empty for whole copies, else as `township 1 3; village 1 3`."""
    reason: str = ""
    record: str = ""
    number: int = 0
    """Which time it is for this household."""
    user: str = ""
    device: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class CopyTaken:
    """Somebody took a copy; the store fills record, user and at."""

    household: str
    made: str
    """Record of the copies that it is one of; empty if it is not known."""
    holder: str
    revision: int
    taken_by: str
    taken_on: str
    """ISO date."""
    signature: str = ""
    """Attachment id of the signed picture, if there is one."""
    note: str = ""
    record: str = ""
    user: str = ""
    at: str = ""


def add_made(tx: Transaction, village: str, copy: CopyMade) -> CopyMade:
    """Note copies; gives the record with its number."""
    number = max(_number(tx, copy.household), _number_of_before(tx, copy.household)) + 1
    fields: dict[str, str | None] = {
        "household": copy.household,
        "archive": copy.archive,
        "revision": str(copy.revision),
        "digest": copy.digest,
        "number": str(number),
        "holders": ",".join(copy.holders),
        "pages": str(copy.pages),
        "part": copy.part,
        "way": copy.way,
        "target": copy.target,
        "reason": copy.reason,
        "at": tx.now().isoformat(timespec="seconds"),
    }
    written = operations.write(tx, MADE, uuid4().hex, village, fields, fresh=True)
    row = tx.session.get(CopyMadeRow, written.rec, populate_existing=True)
    assert row is not None
    return _made(row)


def take_back(tx: Transaction, village: str, copy: CopyMade) -> None:
    """The printer did not take it after all."""
    operations.write(tx, MADE, copy.record, village, {}, delete=True)


def add_taken(tx: Transaction, village: str, copy: CopyTaken) -> CopyTaken:
    """Note that somebody took a copy."""
    fields: dict[str, str | None] = {
        "household": copy.household,
        "made": copy.made,
        "holder": copy.holder,
        "revision": str(copy.revision),
        "taken_by": copy.taken_by,
        "taken_on": copy.taken_on,
        "signature": copy.signature,
        "note": copy.note,
        "at": tx.now().isoformat(timespec="seconds"),
    }
    written = operations.write(tx, TAKEN, uuid4().hex, village, fields, fresh=True)
    row = tx.session.get(CopyTakenRow, written.rec, populate_existing=True)
    assert row is not None
    return _taken(row)


def made(tx: Transaction, household: str = "", village: str = "", limit: int = 1000) -> tuple[CopyMade, ...]:
    """Copies that were made, the newest first: of a household, of a village (or a division above it), or all."""
    query = select(CopyMadeRow).where(col(CopyMadeRow.deleted).is_(False))
    if household:
        query = query.where(CopyMadeRow.household == household)
    if village:
        query = query.where(col(CopyMadeRow.household).in_(_homes(village)))
    newest = query.order_by(col(CopyMadeRow.at).desc(), col(CopyMadeRow.number).desc(), col(CopyMadeRow.id)).limit(limit)
    return tuple(_made(row) for row in tx.session.exec(newest))


def taken(tx: Transaction, household: str = "", village: str = "", limit: int = 1000) -> tuple[CopyTaken, ...]:
    """Copies that were taken, the newest first."""
    query = select(CopyTakenRow).where(col(CopyTakenRow.deleted).is_(False))
    if household:
        query = query.where(CopyTakenRow.household == household)
    if village:
        query = query.where(col(CopyTakenRow.household).in_(_homes(village)))
    newest = query.order_by(col(CopyTakenRow.taken_on).desc(), col(CopyTakenRow.at).desc(), col(CopyTakenRow.id)).limit(limit)
    return tuple(_taken(row) for row in tx.session.exec(newest))


def newest_revisions(tx: Transaction, household: str = "") -> dict[str, int]:
    """The newest finalized revision by household."""
    query = select(SubmissionRow.household, func.max(SubmissionRow.revision)).where(col(SubmissionRow.deleted).is_(False))
    if household:
        query = query.where(SubmissionRow.household == household)
    return dict(tx.session.exec(query.group_by(SubmissionRow.household)).all())


def _homes(village: str) -> SelectOfScalar[str]:
    return select(HouseholdRow.id).where(col(HouseholdRow.village).startswith(village))


def _number(tx: Transaction, household: str) -> int:
    return int(tx.value("SELECT max(number) FROM copy_made WHERE household = ? AND NOT deleted", household) or 0)


def _number_of_before(tx: Transaction, household: str) -> int:
    """How often it was printed before copies were records."""
    return int(facts.get(tx, f"printed/{household}", "0"))


def _made(row: CopyMadeRow) -> CopyMade:
    return CopyMade(
        household=row.household,
        archive=row.archive,
        revision=row.revision,
        digest=row.digest,
        holders=tuple(holder for holder in row.holders.split(",") if holder),
        pages=row.pages,
        way=row.way,
        target=row.target,
        part=row.part,
        reason=row.reason,
        record=row.id,
        number=row.number,
        user=row.user,
        device=row.device,
        at=row.at,
    )


def _taken(row: CopyTakenRow) -> CopyTaken:
    return CopyTaken(
        household=row.household,
        made=row.made,
        holder=row.holder,
        revision=row.revision,
        taken_by=row.taken_by,
        taken_on=row.taken_on,
        signature=row.signature,
        note=row.note,
        record=row.id,
        user=row.user,
        at=row.at,
    )
