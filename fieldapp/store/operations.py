"""The truth of the workspace: signed operations, appended and never changed; every body is checked against its hash on reading."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlmodel import col, select

from fieldapp.domain.private_use import normalised
from fieldapp.errors import BadInput, NotFound, WorkspaceDamaged
from sync.merge import RecordState, Write, heads_of, merge
from sync.operation import Operation, canonical, from_plain, sealed, to_plain

from . import areas, cache, facts, search
from .tables import OperationRow
from .transaction import Transaction

_INSERT = "INSERT INTO operation (id, rec, kind, vil, household, user, body, sum) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_FUTURE_MS = 24 * 3600 * 1000
"""A logical time further ahead than this is not followed: one wrong clock must not spoil everybody's."""


@dataclass(frozen=True, slots=True)
class Stored:
    """An operation with its place in the workspace and the household that its row names."""

    seq: int
    household: str
    operation: Operation


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One line of a field's history, the oldest first; `at` is ISO text, `before` what the author saw (empty when several or none)."""

    at: str
    user: str
    device: str
    before: str | None
    value: str | None
    why: str
    operation: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field with several live values, the shown one last; an empty path says: deleted by one, changed by another."""

    record: str
    path: str
    writes: tuple[Write, ...]


def write(
    tx: Transaction,
    kind: str,
    record: str,
    village: str,
    changes: Mapping[str, str | None],
    *,
    user: str = "",
    form: str = "",
    form_version: str = "",
    why: str = "",
    delete: bool = False,
    fresh: bool = False,
    parents: tuple[str, ...] | None = None,
) -> Operation:
    """Append one change of a record by this laptop and bring the cache up to date; `village` has 12 digits.

    The parents are all heads of the record, so a value written over a conflict resolves it, unless `parents` names fewer of them; of a
    `fresh` record the caller knows that it has no operations. Raises WrongRealm, BadInput.
    """
    areas.guard(tx, village)
    if len(village) != 12:
        raise BadInput(what="village", value=village)
    before = [] if fresh else _stored(tx, record)
    unsigned = Operation(
        dev=tx.device,
        prev=facts.get(tx, facts.LAST_OPERATION),
        rec=record,
        kind=kind,
        vil=village,
        par=heads_of(stored.operation for stored in before) if parents is None else parents,
        set={path: value and normalised(value) for path, value in changes.items()},
        hlc=_tick(tx),
        user=user or tx.user,
        delete=delete,
        form=form,
        form_ver=form_version,
        why=normalised(why),
    )
    operation, body = sealed(unsigned, tx.place.device)
    facts.put(tx, facts.LAST_OPERATION, operation.id)
    if before:
        _project(tx, record, [*before, Stored(append(tx, operation, body=body), "", operation)])
    else:
        _project_fresh(tx, operation, body)
    return operation


def append(tx: Transaction, operation: Operation, household: str = "", body: str = "") -> int:
    """Store an operation that was signed here or verified, and return its place; the cache is the caller's duty.

    `body` is its canonical JSON, if that is known.
    """
    body = body or canonical(to_plain(operation)).decode()
    told = (operation.id, operation.rec, operation.kind, operation.vil, household, operation.user, body, _hash(body))
    return tx.sql(_INSERT, *told).lastrowid or 0


def project(tx: Transaction, records: Iterable[str]) -> None:
    """Bring the cache rows of records up to date."""
    for record in records:
        _project(tx, record, _stored(tx, record))


def of_record(tx: Transaction, record: str) -> tuple[Operation, ...]:
    """All operations of a record in the order in which they came here; raises WorkspaceDamaged (record)."""
    return tuple(stored.operation for stored in _stored(tx, record))


def known(tx: Transaction, records: Sequence[str]) -> frozenset[str]:
    """Those of the records that have operations."""
    listed = "SELECT DISTINCT rec FROM operation WHERE rec IN (SELECT value FROM json_each(?))"
    return frozenset(tx.column(listed, json.dumps(list(records))))


def get(tx: Transaction, operation: str) -> Operation:
    """One operation by its id; raises NotFound, WorkspaceDamaged (record)."""
    row = tx.session.exec(select(OperationRow).where(OperationRow.id == operation)).first()
    if row is None:
        raise NotFound(what="operation", id=operation)
    return read(row)


def every(tx: Transaction) -> Iterator[OperationRow]:
    """All rows in order, a page at a time so that memory stays flat."""
    after = 0
    while rows := tx.session.exec(
        select(OperationRow).where(col(OperationRow.seq) > after).order_by(col(OperationRow.seq)).limit(500)
    ).all():
        for row in rows:
            after = row.seq or 0
            yield row
            tx.session.expunge(row)


def read(row: OperationRow) -> Operation:
    """The operation of a row; raises WorkspaceDamaged (record) when the body is not what was written."""
    return checked(row.id, row.rec, row.body, row.sum)


def from_body(body: str) -> Operation:
    """The operation of a body that is known to be whole."""
    plain = json.loads(body)
    plain["par"] = tuple(plain["par"])
    return Operation(**plain)


def read_strictly(row: OperationRow) -> Operation:
    """As `read`, with the id computed anew from the content; raises WorkspaceDamaged, BadOperation."""
    read(row)
    return from_plain(json.loads(row.body))


def state(tx: Transaction, record: str) -> RecordState:
    """What the operations of a record add up to; a record without operations has no fields and no heads."""
    return merge(of_record(tx, record))


def written_at(hlc: str) -> str:
    """The wall time that the author's laptop showed, as ISO text."""
    return cache.instant(hlc)


def conflicts(tx: Transaction, record: str) -> tuple[Conflict, ...]:
    """What waits for a decision in a record; writing the chosen values resolves it."""
    found = state(tx, record)
    listed = [Conflict(record, path, found.fields[path].writes) for path in found.conflicts]
    if found.deleted_elsewhere:
        listed.append(Conflict(record, "", ()))
    return tuple(listed)


def decided(tx: Transaction, record: str, field: str) -> tuple[Write, ...]:
    """The values that the present one of a field was chosen from; empty if nobody had to choose."""
    found = of_record(tx, record)
    shown = merge(found).fields.get(field)
    if shown is None or len(shown.writes) != 1:
        return ()
    chosen = next(operation for operation in found if operation.id == shown.operation)
    before = merge(ancestors(found, chosen.par)).fields.get(field)
    return before.writes if before is not None and before.conflict else ()


def reopen(tx: Transaction, record: str, field: str, why: str) -> bool:
    """Take a decision back: the values that it was made between stand against one another again, for everybody. Whether there was one.

    Each is written anew, by this laptop but with the name of who wrote it first, and none of these writes has seen the others.
    """
    values = {write.value: write for write in decided(tx, record, field)}
    held = of_record(tx, record)
    heads = heads_of(held)
    for value, first in values.items():
        write(tx, held[0].kind, record, held[-1].vil, {field: value}, user=first.user, why=why, parents=heads)
    return bool(values)


def heads(tx: Transaction, record: str) -> tuple[Operation, ...]:
    """The operations of a record that no other has seen, the oldest first."""
    found = of_record(tx, record)
    ends = set(heads_of(found))
    return tuple(sorted((one for one in found if one.id in ends), key=lambda one: (one.hlc, one.id)))


def parents(tx: Transaction, operation: Operation) -> tuple[Operation, ...]:
    """What an operation had before it, as far as it is here."""
    return tuple(one for one in of_record(tx, operation.rec) if one.id in operation.par)


def deletion_decided(tx: Transaction, record: str) -> Operation | None:
    """The last operation of a record, if it decided between a deletion and somebody who wrote on."""
    ends = heads(tx, record)
    if len(ends) != 1:
        return None
    return ends[0] if len({one.delete for one in parents(tx, ends[0])}) == 2 else None


def reopen_deletion(tx: Transaction, record: str, why: str) -> bool:
    """Take the decision about a deletion back: the other side stands beside it again. Whether there was one."""
    chosen = deletion_decided(tx, record)
    if chosen is None:
        return False
    other = next(one for one in parents(tx, chosen) if one.delete != chosen.delete)
    write(tx, chosen.kind, record, chosen.vil, {}, user=other.user, why=why, delete=other.delete, parents=chosen.par)
    return True


def history(tx: Transaction, record: str, field: str = "") -> tuple[FieldChange, ...]:
    """Every value that a field was given: old, new, who, when, why; of all fields without one. The oldest first."""
    operations = of_record(tx, record)
    changes = []
    for operation in sorted(operations, key=lambda one: (one.hlc, one.id)):
        wanted = [path for path in operation.set if field in ("", path)]
        if not wanted:
            continue
        seen = merge(ancestors(operations, operation.par)).fields
        for path in wanted:
            before = seen.get(path)
            changes.append(
                FieldChange(
                    at=cache.instant(operation.hlc),
                    user=operation.user,
                    device=operation.dev,
                    before=None if before is None else before.value,
                    value=operation.set[path],
                    why=operation.why,
                    operation=operation.id,
                    field=path,
                )
            )
    return tuple(changes)


def ancestors(operations: Sequence[Operation], heads: Iterable[str]) -> tuple[Operation, ...]:
    """Those of a record's operations that the given heads include and have seen."""
    known = {operation.id: operation for operation in operations}
    found: dict[str, Operation] = {}
    waiting = [head for head in heads if head in known]
    while waiting:
        operation = known[waiting.pop()]
        if operation.id not in found:
            found[operation.id] = operation
            waiting.extend(parent for parent in operation.par if parent in known)
    return tuple(found.values())


def follow(tx: Transaction, hlc: str) -> None:
    """Take note of somebody else's logical time, so that what is written after it here also sorts after it."""
    latest = int(tx.now().timestamp() * 1000) + _FUTURE_MS
    if hlc > facts.get(tx, facts.LOGICAL_TIME) and int(hlc[:13]) <= latest:
        facts.put(tx, facts.LOGICAL_TIME, hlc)


def rebuild(tx: Transaction, spare: Collection[str] = ()) -> int:
    """Throw the cache away and build it from the operations; returns how many records there are.

    The rows of `spare` records, whose operations are damaged, stay as they are. Raises WorkspaceDamaged (record) for any other damage.
    """
    kept = json.dumps(sorted(spare))
    for table in cache.CACHES:
        tx.sql(f"DELETE FROM {cache.name_of(table)} WHERE id NOT IN (SELECT value FROM json_each(?))", kept)
    tx.sql("DELETE FROM tie WHERE record NOT IN (SELECT value FROM json_each(?))", kept)
    tx.loose = True
    tx.session.expire_all()
    records = [record for record in tx.column("SELECT DISTINCT rec FROM operation") if record not in spare]
    project(tx, records)
    cache.settle_ties(tx)
    tx.stale.clear()
    search.rebuild(tx.connection)
    return len(records)


def add_up(tx: Transaction, record: str) -> cache.Sum:
    """What the cache should say of a record; raises NotFound for a record without operations."""
    stored = _stored(tx, record)
    if not stored:
        raise NotFound(what="record", id=record)
    return _add_up(record, stored)


def _stored(tx: Transaction, record: str) -> list[Stored]:
    rows = tx.sql("SELECT seq, id, household, body, sum FROM operation WHERE rec = ? ORDER BY seq", record)
    return [Stored(seq, household, checked(identity, record, body, kept)) for seq, identity, household, body, kept in rows]


def checked(identity: str, record: str, body: str, kept: str) -> Operation:
    """The operation of a row's columns; raises WorkspaceDamaged (record) when the body is not what was written."""
    if _hash(body) != kept:
        raise WorkspaceDamaged(part="record", detail=record)
    operation = from_body(body)
    if (operation.id, operation.rec) != (identity, record):
        raise WorkspaceDamaged(part="record", detail=record)
    return operation


def _hash(body: str) -> str:
    return hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()


def _add_up(record: str, stored: Sequence[Stored]) -> cache.Sum:
    return cache.add_up(record, [one.operation for one in stored], stored[0].seq)


def _project(tx: Transaction, record: str, stored: Sequence[Stored]) -> None:
    found = _add_up(record, stored)
    cache.project(tx, found)
    if any(one.household != found.household for one in stored):
        tx.sql("UPDATE operation SET household = ? WHERE rec = ?", found.household, record)


def _project_fresh(tx: Transaction, operation: Operation, body: str) -> None:
    """Append the first operation of a record, knowing its household, and write the record's row."""
    found = cache.add_up(operation.rec, [operation], 0)
    cache.project(tx, replace(found, number=append(tx, operation, found.household, body)), fresh=True)


def _tick(tx: Transaction) -> str:
    """The next logical time: the clock's, or one step after the last when the clock stands still or went back."""
    last = facts.get(tx, facts.LOGICAL_TIME, "0000000000000-000000")
    now = f"{int(tx.now().timestamp() * 1000):013d}-000000"
    if now <= last:
        millis, counter = int(last[:13]), int(last[14:]) + 1
        now = f"{millis:013d}-{counter:06d}" if counter < 1_000_000 else f"{millis + 1:013d}-000000"
    facts.put(tx, facts.LOGICAL_TIME, now)
    return now
