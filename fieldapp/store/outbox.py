"""The outbox (待上报): operations without a receipt from a peer."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sync.operation import Operation

from . import facts, operations
from .transaction import Transaction

DISTRICT = "district"
"""Name of the district server as a peer."""
PREVIEWS = "district/previews"
"""Under which it is noted whose small picture the district has."""
_WAITING = "seq > ? AND seq NOT IN (SELECT seq FROM receipt WHERE peer = ?)"
_ACKNOWLEDGE = (
    "INSERT INTO receipt (peer, seq) SELECT ?, seq FROM operation WHERE id IN (SELECT value FROM json_each(?)) ON CONFLICT DO NOTHING"
)


def unsent(tx: Transaction, peer: str = DISTRICT) -> int:
    """How many operations wait for a receipt."""
    return int(tx.value(f"SELECT count(*) FROM operation WHERE {_WAITING}", *_waiting(tx, peer)))


def by_kind(tx: Transaction, peer: str) -> list[tuple[str, int, int, int]]:
    """(kind, records, operations, bytes of their bodies) of what waits."""
    counted = f"SELECT kind, count(DISTINCT rec), count(*), sum(length(CAST(body AS BLOB))) FROM operation WHERE {_WAITING} GROUP BY kind"
    return [tuple(row) for row in tx.sql(counted, *_waiting(tx, peer)).fetchall()]


def first_waiting(tx: Transaction, peer: str) -> int:
    """The place of the oldest operation without a receipt, beyond all places if there is none."""
    first = tx.value(f"SELECT min(seq) FROM operation WHERE {_WAITING}", *_waiting(tx, peer))
    return 1 << 62 if first is None else int(first)


def receipted(tx: Transaction, peer: str = DISTRICT) -> int:
    """How many operations have a receipt."""
    return int(tx.value("SELECT count(*) FROM operation")) - unsent(tx, peer)


def unsent_by_household(tx: Transaction, peer: str, households: Sequence[str]) -> dict[str, int]:
    """How many operations of these households and their records wait."""
    listed = (
        "SELECT household, count(*) FROM operation WHERE household IN (SELECT value FROM json_each(?)) AND seq > ?"
        " AND seq NOT IN (SELECT seq FROM receipt WHERE peer = ?) GROUP BY household"
    )
    return dict(tx.sql(listed, json.dumps(list(households)), int(facts.get(tx, _mark(peer), "0")), peer).fetchall())


def outgoing(tx: Transaction, peer: str, limit_bytes: int) -> tuple[Operation, ...]:
    """Waiting operations, the oldest first, up to a size of their bodies, at least one; raises WorkspaceDamaged (record)."""
    found: list[Operation] = []
    size = 0
    listed = f"SELECT id, rec, body, sum FROM operation WHERE {_WAITING} ORDER BY seq LIMIT ?"
    for identity, record, body, kept in tx.sql(listed, *_waiting(tx, peer), max(2000, limit_bytes >> 10)).fetchall():
        size += len(body.encode())
        if found and size > limit_bytes:
            break
        found.append(operations.checked(identity, record, body, kept))
    return tuple(found)


def acknowledge(tx: Transaction, peer: str, receipts: Sequence[str]) -> None:
    """The peer has these operation ids safely; unknown ids are passed over."""
    if receipts:
        tx.sql(_ACKNOWLEDGE, peer, json.dumps(list(receipts)))
        settle(tx, peer)


def forget(tx: Transaction, peer: str) -> None:
    """Take back every receipt of a peer."""
    tx.sql("DELETE FROM receipt WHERE peer = ?", peer)
    facts.put(tx, _mark(peer), "")


def _waiting(tx: Transaction, peer: str) -> tuple[int, str]:
    return int(facts.get(tx, _mark(peer), "0")), peer


def settle(tx: Transaction, peer: str) -> None:
    """Move the mark below which everything has a receipt, so that looking for the rest stays cheap; back, too, where rows are gone."""
    first = tx.value(f"SELECT min(seq) FROM operation WHERE {_WAITING}", *_waiting(tx, peer))
    last = tx.value("SELECT max(seq) FROM operation") or 0
    facts.put(tx, _mark(peer), str(last if first is None else first - 1))


def _mark(peer: str) -> str:
    return f"receipted:{peer}"
