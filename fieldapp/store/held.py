"""Deletions that came in a flood: kept apart until a person says that they are meant.

An exchange that would delete more than LARGEST records of a village, or more than SHARE of them, looks more like a mistake (or a
stolen laptop) than like work. Everything else of the exchange is taken in; what is held counts as received, so it comes no second time.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sync.operation import Operation
from sync.replica import LAPTOP

from . import audit, operations, outbox
from .transaction import Transaction

LARGEST = 20
SHARE = 0.05
FEWEST = 3
"""So few are never held, however small the village."""
REASON = "many-deletions"


@dataclass(frozen=True, slots=True)
class Held:
    """The deletions of one village that wait for a person."""

    village: str
    records: int
    of: int
    """Households and members of the village that are here."""
    who: tuple[str, ...]
    """The users who deleted, by name."""
    since: str


def too_many(tx: Transaction, incoming: Iterable[Operation], before: dict[str, set[str]]) -> set[str]:
    """Ids of incoming deletions to hold; `before` has, by village, what this exchange deleted so far, and is added to."""
    by_village: dict[str, list[Operation]] = {}
    for operation in incoming:
        if operation.delete:
            by_village.setdefault(operation.vil, []).append(operation)
    held: set[str] = set()
    for village, deletions in by_village.items():
        records = before.setdefault(village, set())
        alive = _alive(tx, village)
        records |= {operation.rec for operation in deletions if operation.rec in alive}
        if len(records) > LARGEST or len(records) > max(FEWEST, SHARE * len(alive)):
            held |= {operation.id for operation in deletions if operation.rec in alive}
    return held


def waiting(tx: Transaction) -> tuple[Held, ...]:
    """What is held, by village."""
    found = []
    for village, at in tx.sql("SELECT json_extract(body, '$.vil'), min(at) FROM quarantine WHERE reason = ? GROUP BY 1", REASON).fetchall():
        held = _operations(tx, village)
        alive = len(_alive(tx, village))
        who = tuple(sorted({operation.user for operation in held}))
        found.append(Held(village, len({operation.rec for operation in held}), alive, who, at))
    return tuple(found)


def ids(tx: Transaction, village: str) -> set[str]:
    """Ids of the operations of a village that are held here, without those that only another laptop brought."""
    listed = "SELECT id FROM quarantine WHERE reason = ? AND json_extract(body, '$.vil') = ? AND substr(peer, 1, ?) <> ?"
    return set(tx.column(listed, REASON, village, len(LAPTOP), LAPTOP))


def adopt(tx: Transaction, ids: Sequence[str]) -> None:
    """The district has these too: what is held of them for another laptop's word is held for the district's."""
    changed = "UPDATE quarantine SET peer = ? WHERE reason = ? AND substr(peer, 1, ?) = ? AND id IN (SELECT value FROM json_each(?))"
    tx.sql(changed, outbox.DISTRICT, REASON, len(LAPTOP), LAPTOP, json.dumps(list(ids)))


def known(tx: Transaction, incoming: Sequence[Operation]) -> set[str]:
    """Those of the incoming operations that are held already."""
    if not any(operation.delete for operation in incoming):
        return set()
    wanted = json.dumps([operation.id for operation in incoming if operation.delete])
    return set(tx.column("SELECT id FROM quarantine WHERE reason = ? AND id IN (SELECT value FROM json_each(?))", REASON, wanted))


def let_in(tx: Transaction, village: str) -> int:
    """The deletions are meant: take them in. Returns how many records they delete."""
    held = _take(tx, village)
    audit.record(tx, "deletions-confirmed", village, str(len(held)))
    return len({operation.rec for operation in held})


def refuse(tx: Transaction, village: str, why: str) -> int:
    """The records stay: the deletions are taken in and each is answered by a write that saw it, so that everybody gets the record back."""
    held = _take(tx, village)
    records = dict.fromkeys(operation.rec for operation in held)
    for record in records:
        first = operations.of_record(tx, record)[0]
        operations.write(tx, first.kind, record, village, {}, why=why)
    audit.record(tx, "deletions-refused", village, str(len(held)))
    return len(records)


def _take(tx: Transaction, village: str) -> list[Operation]:
    held = _operations(tx, village)
    peers = set(tx.column("SELECT DISTINCT peer FROM quarantine WHERE reason = ?", REASON))
    for operation in held:
        operations.append(tx, operation)
        operations.follow(tx, operation.hlc)
        tx.sql("DELETE FROM quarantine WHERE id = ?", operation.id)
    operations.project(tx, dict.fromkeys(operation.rec for operation in held))
    for peer in (peer for peer in peers if not peer.startswith(LAPTOP)):
        outbox.acknowledge(tx, peer, [operation.id for operation in held])
    return held


def _operations(tx: Transaction, village: str) -> list[Operation]:
    listed = "SELECT body FROM quarantine WHERE reason = ? AND json_extract(body, '$.vil') = ? ORDER BY at, id"
    return [operations.from_body(body) for body in tx.column(listed, REASON, village)]


def _alive(tx: Transaction, village: str) -> set[str]:
    listed = (
        "SELECT id FROM household WHERE village = ? AND NOT deleted"
        " UNION SELECT m.id FROM member m JOIN household h ON h.id = m.household WHERE h.village = ? AND NOT m.deleted"
    )
    return set(tx.column(listed, village, village))
