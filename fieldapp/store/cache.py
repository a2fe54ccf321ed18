"""The tables that screens read, as pure functions of what the operations of a record add up to."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby

from fieldapp.domain.clock import CHINA
from fieldapp.domain.private_use import normalised
from sync import driver
from sync.errors import BadOperation
from sync.merge import merge
from sync.operation import Operation, from_plain

from . import search, ties
from .tables import ArchiveRow, AttachmentRow, CopyMadeRow, CopyTakenRow, HouseholdRow, MemberRow, Row, SubmissionRow
from .transaction import Transaction

CACHES: tuple[type[Row], ...] = (HouseholdRow, MemberRow, SubmissionRow, AttachmentRow, ArchiveRow, CopyMadeRow, CopyTakenRow)
"""All but the search, which is made from the first two."""


Made = tuple[type[Row], dict[str, object]]


@dataclass(frozen=True, slots=True)
class Sum:
    """One record: its kind, its merged state and its newest operation by logical time."""

    record: str
    kind: str
    values: Mapping[str, str | None]
    """The shown values; None for a field that was taken away."""
    conflicts: int
    """How many fields wait for a decision, one more if the record was deleted on one side."""
    deleted: bool
    newest: Operation
    form: str
    form_version: str
    number: int
    """Position of its first operation in this workspace."""

    def text(self, path: str) -> str:
        """The shown value of a field, empty when there is none."""
        return normalised(self.values.get(path) or "")

    @property
    def household(self) -> str:
        """The household that the record belongs to, empty while it is not known."""
        if self.kind == "household":
            return self.record
        return self.text("@household" if self.kind == "submission" else "household")


def add_up(record: str, operations: Sequence[Operation], number: int) -> Sum:
    """What the cache needs to know; `operations` are all those of the record, at least one.

    Most records of a roster have one operation, and that one is all they say.
    """
    if len(operations) == 1:
        (only,) = operations
        return Sum(record, only.kind, only.set, 0, only.delete, only, only.form, only.form_ver if only.form else "", number)
    state = merge(operations)
    ordered = sorted(operations, key=lambda operation: (operation.hlc, operation.id))
    kinds = [operation.kind for operation in ordered if operation.kind != "resolution"]
    with_form = [operation for operation in ordered if operation.form]
    return Sum(
        record=record,
        kind=kinds[0] if kinds else "resolution",
        values={path: field.value for path, field in state.fields.items()},
        conflicts=len(state.conflicts) + state.deleted_elsewhere,
        deleted=state.deleted,
        newest=ordered[-1],
        form=with_form[-1].form if with_form else "",
        form_version=with_form[-1].form_ver if with_form else "",
        number=number,
    )


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a cache table, in the order of its columns."""

    table: type[Row]
    values: tuple[object, ...]


def line_of(found: Sum) -> Line | None:
    """The cache row of a record; None for kinds without one."""
    maker = _MAKERS.get(found.kind)
    if maker is None:
        return None
    table, values = maker(found)
    return Line(table, tuple(values[name] for name in columns(table)))


def kept_line(tx: Transaction, table: type[Row], key: str) -> Line | None:
    """The row that the cache has under a key."""
    row = tx.sql(f"SELECT {_listed(table)} FROM {name_of(table)} WHERE {_quoted(columns(table)[0])} = ?", key).fetchone()
    return None if row is None else Line(table, tuple(row))


def kept_lines(tx: Transaction, table: type[Row], wanted: Sequence[str]) -> dict[str, Line]:
    """The rows that the cache has under some keys."""
    key = _quoted(columns(table)[0])
    rows = tx.sql(
        f"SELECT {_listed(table)} FROM {name_of(table)} WHERE {key} IN (SELECT value FROM json_each(?))", json.dumps(list(wanted))
    )
    return {row[0]: Line(table, tuple(row)) for row in rows}


def project(tx: Transaction, found: Sum, fresh: bool = False) -> None:
    """Write the record's cache row, of a `fresh` record that has none yet; the household's search line follows before the commit."""
    line = line_of(found)
    if line is None:
        return
    if found.kind == "member" and not fresh:
        before = tx.value("SELECT household FROM member WHERE id = ?", found.record)
        if before is not None and before != found.household:
            tx.stale[before] = None
    _write(tx, line)
    if found.kind in ("household", "member"):
        tx.stale[found.household] = None
        tx.loose |= ties.note(tx.connection, found.record, ties.of_values(found.record, found.kind, found.values))


def fill(connection: driver.Connection, kinds: Sequence[str]) -> None:
    """Rows of kinds that this workspace carried before its program knew them; what cannot be read is left to the check."""
    marks = ", ".join("?" for _ in kinds)
    rows = connection.execute(f"SELECT rec, seq, body FROM operation WHERE kind IN ({marks}) ORDER BY rec, seq", tuple(kinds)).fetchall()
    for record, group in groupby(rows, key=lambda row: row[0]):
        held = list(group)
        operations = _readable(body for _, _, body in held)
        line = line_of(add_up(record, operations, held[0][1])) if operations else None
        if line is not None:
            connection.execute(_upsert(line.table), line.values)


def fill_ties(connection: driver.Connection) -> None:
    """Ties that this workspace carried before its program knew them."""
    listed = (
        "SELECT rec, seq, body FROM operation WHERE rec IN (SELECT rec FROM operation WHERE kind IN ('household', 'member')"
        " AND (instr(body, ?) OR instr(body, ?))) ORDER BY rec, seq"
    )
    rows = connection.execute(listed, (f'"{ties.FIELD}"', f'"{ties.UNLIKE}')).fetchall()
    for record, held in groupby(rows, key=lambda row: row[0]):
        operations = _readable(body for _, _, body in held)
        if operations:
            found = add_up(record, operations, 0)
            ties.note(connection, record, ties.of_values(record, found.kind, found.values))
    ties.settle(connection)


def _readable(bodies: Iterable[str]) -> list[Operation]:
    operations = []
    for body in bodies:
        with suppress(ValueError, BadOperation):
            operations.append(from_plain(json.loads(body)))
    return operations


def settle_ties(tx: Transaction) -> None:
    """Work out what counts as what, if anything changed that it depends on; the households it touches get new search lines."""
    if tx.loose:
        tx.loose = False
        tx.stale.update(dict.fromkeys(ties.settle(tx.connection)))


def refresh_search(tx: Transaction) -> None:
    """Write the search lines of the households that this transaction touched, and of those they count as."""
    settle_ties(tx)
    if tx.stale:
        for household in tx.stale | dict.fromkeys(ties.staying(tx.connection, tx.stale).values()):
            search.refresh(tx.connection, household)
        tx.stale.clear()


@functools.cache
def columns(table: type[Row]) -> tuple[str, ...]:
    """Column names of a table in order, the key first."""
    return tuple(table.model_fields)


def name_of(table: type[Row]) -> str:
    """The table's name in SQL."""
    return str(table.__tablename__)


def _write(tx: Transaction, line: Line) -> None:
    tx.sql(_upsert(line.table), *line.values)


@functools.cache
def _upsert(table: type[Row]) -> str:
    key, *others = (_quoted(name) for name in columns(table))
    marks = ", ".join("?" for _ in columns(table))
    changed = ", ".join(f"{name} = excluded.{name}" for name in others)
    return f"INSERT INTO {name_of(table)} ({_listed(table)}) VALUES ({marks}) ON CONFLICT ({key}) DO UPDATE SET {changed}"


def _listed(table: type[Row]) -> str:
    return ", ".join(_quoted(name) for name in columns(table))


def _quoted(name: str) -> str:
    return f'"{name}"'


def group_key(group: str) -> str:
    """The group with its numbers padded, so that 10 comes after 9."""
    return re.sub(r"[0-9]+", lambda found: found[0].zfill(6), group)


def instant(hlc: str) -> str:
    """The wall time inside a logical time, as ISO text in China's zone."""
    return datetime.fromtimestamp(int(hlc[:13]) / 1000, UTC).astimezone(CHINA).isoformat(timespec="milliseconds")


def _household(found: Sum) -> Made:
    return HouseholdRow, {
        "id": found.record,
        "village": found.text("village") or found.newest.vil,
        "head_name": found.text("head_name"),
        "address": found.text("address"),
        "group": found.text("group"),
        "group_key": group_key(found.text("group")),
        "natural_village": found.text("natural_village"),
        "national_code": found.text("national_code"),
        "phone": found.text("phone"),
        "household_type": found.text("household_type"),
        "monitor_type": found.text("monitor_type"),
        "conflicts": found.conflicts,
        "deleted": found.deleted,
    }


def _member(found: Sum) -> Made:
    return MemberRow, {
        "id": found.record,
        "household": found.household,
        "place": _decimal(found.text("order")),
        "name": found.text("name"),
        "relation": found.text("relation"),
        "sex": found.text("sex"),
        "birth": found.text("birth"),
        "citizen_id": found.text("citizen_id"),
        "ethnic": found.text("ethnic"),
        "phone": found.text("phone"),
        "active": found.text("active") != "0",
        "conflicts": found.conflicts,
        "deleted": found.deleted,
    }


def _submission(found: Sum) -> Made:
    return SubmissionRow, {
        "id": found.record,
        "household": found.household,
        "village": found.newest.vil,
        "form": found.form,
        "form_version": found.form_version,
        "state": found.text("@state") or "finalized",
        "revision": _whole(found.text("@revision")),
        "user": found.newest.user,
        "changed_at": instant(found.newest.hlc),
        "finalized_at": found.text("@finalized_at"),
        "conflicts": found.conflicts,
        "deleted": found.deleted,
    }


def _attachment(found: Sum) -> Made:
    return AttachmentRow, {
        "id": found.record,
        "sha": found.text("sha"),
        "name": found.text("name"),
        "mime": found.text("mime"),
        "size": _whole(found.text("size")),
        "submission": found.text("submission"),
        "path": found.text("path"),
        "household": found.household,
        "caption": found.text("caption"),
        "taken_at": found.text("taken_at"),
        "number": found.number,
        "deleted": found.deleted,
    }


def _archive(found: Sum) -> Made:
    return ArchiveRow, {
        "id": found.record,
        "household": found.household,
        "submission": found.text("submission"),
        "revision": _whole(found.text("revision")),
        "sha": found.text("sha"),
        "digest": found.text("digest"),
        "pages": _whole(found.text("pages")),
        "copies": found.text("copies"),
        "made_at": found.text("made_at"),
        "deleted": found.deleted,
    }


def _copy_made(found: Sum) -> Made:
    texts = ("archive", "digest", "holders", "part", "way", "target", "reason", "at")
    return CopyMadeRow, {
        "id": found.record,
        "household": found.household,
        "revision": _whole(found.text("revision")),
        "number": _whole(found.text("number")),
        "pages": _whole(found.text("pages")),
        "user": found.newest.user,
        "device": found.newest.dev,
        "deleted": found.deleted,
        **{name: found.text(name) for name in texts},
    }


def _copy_taken(found: Sum) -> Made:
    texts = ("made", "holder", "taken_by", "taken_on", "signature", "note", "at")
    return CopyTakenRow, {
        "id": found.record,
        "household": found.household,
        "revision": _whole(found.text("revision")),
        "user": found.newest.user,
        "deleted": found.deleted,
        **{name: found.text(name) for name in texts},
    }


_MAKERS = {
    "household": _household,
    "member": _member,
    "submission": _submission,
    "attachment": _attachment,
    "archive": _archive,
    "copy_made": _copy_made,
    "copy_taken": _copy_taken,
}


def _whole(text: str) -> int:
    """Other laptops write what they like; what is no plain number counts as 0."""
    return int(text) if re.fullmatch(r"[0-9]{1,15}", text) else 0


def _decimal(text: str) -> float:
    return float(text) if re.fullmatch(r"-?[0-9]{1,12}(\.[0-9]{1,12})?", text) else 0.0
