"""The tables that screens read, as pure functions of what the operations of a record add up to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel import col, select

from fieldapp.domain.clock import CHINA
from sync.merge import RecordState
from sync.operation import Operation

from .initials import initials
from .tables import ArchiveRow, AttachmentRow, HouseholdRow, MemberRow, Row, SearchRow, SubmissionRow
from .transaction import Transaction

CACHES: tuple[type[Row], ...] = (HouseholdRow, MemberRow, SearchRow, SubmissionRow, AttachmentRow, ArchiveRow)


@dataclass(frozen=True, slots=True)
class Sum:
    """One record: its kind, its merged state and its newest operation by logical time."""

    record: str
    kind: str
    state: RecordState
    newest: Operation
    form: str
    form_version: str
    number: int
    """Position of its first operation in this workspace."""

    def text(self, path: str) -> str:
        """The shown value of a field, empty when there is none."""
        field = self.state.fields.get(path)
        return "" if field is None or field.value is None else field.value

    @property
    def conflicts(self) -> int:
        """How many fields wait for a decision, one more if the record was deleted on one side."""
        return len(self.state.conflicts) + self.state.deleted_elsewhere

    @property
    def household(self) -> str:
        """The household that the record belongs to, empty while it is not known."""
        if self.kind == "household":
            return self.record
        return self.text("@household" if self.kind == "submission" else "household")


def add_up(record: str, operations: Sequence[Operation], state: RecordState, number: int) -> Sum:
    """What the cache needs to know; `operations` are all those of the record, at least one."""
    ordered = sorted(operations, key=lambda operation: (operation.hlc, operation.id))
    kinds = [operation.kind for operation in ordered if operation.kind != "resolution"]
    with_form = [operation for operation in ordered if operation.form]
    return Sum(
        record=record,
        kind=kinds[0] if kinds else "resolution",
        state=state,
        newest=ordered[-1],
        form=with_form[-1].form if with_form else "",
        form_version=with_form[-1].form_ver if with_form else "",
        number=number,
    )


def row_of(found: Sum) -> Row | None:
    """The cache row of a record; None for kinds without one."""
    maker = _MAKERS.get(found.kind)
    return None if maker is None else maker(found)


def project(tx: Transaction, found: Sum) -> None:
    """Write the record's cache row; the household's search line follows before the commit."""
    row = row_of(found)
    if row is None:
        return
    if isinstance(row, MemberRow):
        before = tx.session.get(MemberRow, row.id)
        if before is not None and before.household != row.household:
            tx.stale.add(before.household)
    tx.session.merge(row)
    if isinstance(row, HouseholdRow | MemberRow):
        tx.stale.add(found.household)


def refresh_search(tx: Transaction) -> None:
    """Write the search lines of the households that this transaction touched."""
    for household in sorted(tx.stale):
        row = search_row(tx, household)
        if row is not None:
            tx.session.merge(row)
    tx.stale.clear()


def search_row(tx: Transaction, household: str) -> SearchRow | None:
    """The search line of a household from its rows; None while the household itself is not here."""
    row = tx.session.get(HouseholdRow, household)
    if row is None:
        return None
    members = tx.session.exec(
        select(MemberRow)
        .where(MemberRow.household == household, col(MemberRow.deleted).is_(False))
        .order_by(col(MemberRow.place), MemberRow.id)
    ).all()
    names = [row.head_name, *(member.name for member in members)]
    parts = [*names, *(initials(name) for name in names), row.address, row.natural_village, row.phone, row.national_code]
    parts += [text for member in members for text in (member.phone, member.citizen_id)]
    return SearchRow(household=household, text="\n".join(dict.fromkeys(part for part in parts if part)).lower())


def group_key(group: str) -> str:
    """The group with its numbers padded, so that 10 comes after 9."""
    return re.sub(r"[0-9]+", lambda found: found[0].zfill(6), group)


def instant(hlc: str) -> str:
    """The wall time inside a logical time, as ISO text in China's zone."""
    return datetime.fromtimestamp(int(hlc[:13]) / 1000, UTC).astimezone(CHINA).isoformat(timespec="milliseconds")


def _household(found: Sum) -> Row:
    return HouseholdRow(
        id=found.record,
        village=found.text("village") or found.newest.vil,
        head_name=found.text("head_name"),
        address=found.text("address"),
        group=found.text("group"),
        group_key=group_key(found.text("group")),
        natural_village=found.text("natural_village"),
        national_code=found.text("national_code"),
        phone=found.text("phone"),
        household_type=found.text("household_type"),
        monitor_type=found.text("monitor_type"),
        conflicts=found.conflicts,
        deleted=found.state.deleted,
    )


def _member(found: Sum) -> Row:
    return MemberRow(
        id=found.record,
        household=found.household,
        place=_decimal(found.text("order")),
        name=found.text("name"),
        relation=found.text("relation"),
        sex=found.text("sex"),
        birth=found.text("birth"),
        citizen_id=found.text("citizen_id"),
        ethnic=found.text("ethnic"),
        phone=found.text("phone"),
        active=found.text("active") != "0",
        conflicts=found.conflicts,
        deleted=found.state.deleted,
    )


def _submission(found: Sum) -> Row:
    return SubmissionRow(
        id=found.record,
        household=found.household,
        village=found.newest.vil,
        form=found.form,
        form_version=found.form_version,
        state=found.text("@state") or "finalized",
        revision=_whole(found.text("@revision")),
        user=found.newest.user,
        changed_at=instant(found.newest.hlc),
        finalized_at=found.text("@finalized_at"),
        conflicts=found.conflicts,
        deleted=found.state.deleted,
    )


def _attachment(found: Sum) -> Row:
    return AttachmentRow(
        id=found.record,
        sha=found.text("sha"),
        name=found.text("name"),
        mime=found.text("mime"),
        size=_whole(found.text("size")),
        submission=found.text("submission"),
        path=found.text("path"),
        household=found.household,
        caption=found.text("caption"),
        taken_at=found.text("taken_at"),
        number=found.number,
        deleted=found.state.deleted,
    )


def _archive(found: Sum) -> Row:
    return ArchiveRow(
        id=found.record,
        household=found.household,
        submission=found.text("submission"),
        revision=_whole(found.text("revision")),
        sha=found.text("sha"),
        digest=found.text("digest"),
        pages=_whole(found.text("pages")),
        copies=found.text("copies"),
        made_at=found.text("made_at"),
        deleted=found.state.deleted,
    )


_MAKERS = {"household": _household, "member": _member, "submission": _submission, "attachment": _attachment, "archive": _archive}


def _whole(text: str) -> int:
    """Other laptops write what they like; what is no plain number counts as 0."""
    return int(text) if re.fullmatch(r"[0-9]{1,15}", text) else 0


def _decimal(text: str) -> float:
    return float(text) if re.fullmatch(r"-?[0-9]{1,12}(\.[0-9]{1,12})?", text) else 0.0
