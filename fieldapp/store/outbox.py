"""The outbox (待上报): operations without a receipt from a peer."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlmodel import col, delete, func, select
from sqlmodel.sql.expression import SelectOfScalar

from sync.operation import Operation

from . import facts, operations
from .tables import OperationRow, ReceiptRow
from .transaction import Transaction

DISTRICT = "district"
"""Name of the district server as a peer."""


def unsent(tx: Transaction, peer: str = DISTRICT) -> int:
    """How many operations wait for a receipt."""
    return tx.session.exec(select(func.count()).select_from(_waiting(tx, peer).subquery())).one()


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
    for row in tx.session.exec(_waiting(tx, peer).order_by(col(OperationRow.seq)).limit(max(2000, limit_bytes >> 10))):
        size += len(row.body.encode())
        if found and size > limit_bytes:
            break
        found.append(operations.read(row))
    return tuple(found)


def acknowledge(tx: Transaction, peer: str, receipts: Sequence[str]) -> None:
    """The peer has these operation ids safely; unknown ids are passed over."""
    for start in range(0, len(receipts), 500):
        rows = tx.session.exec(select(OperationRow.seq).where(col(OperationRow.id).in_(receipts[start : start + 500]))).all()
        for seq in rows:
            tx.sql("INSERT INTO receipt (peer, seq) VALUES (?, ?) ON CONFLICT DO NOTHING", peer, seq)
    settle(tx, peer)


def forget(tx: Transaction, peer: str) -> None:
    """Take back every receipt of a peer."""
    tx.session.exec(delete(ReceiptRow).where(col(ReceiptRow.peer) == peer))
    facts.put(tx, _mark(peer), "")


def _waiting(tx: Transaction, peer: str) -> SelectOfScalar[OperationRow]:
    receipts = select(ReceiptRow.seq).where(ReceiptRow.peer == peer)
    return select(OperationRow).where(col(OperationRow.seq) > int(facts.get(tx, _mark(peer), "0")), col(OperationRow.seq).not_in(receipts))


def settle(tx: Transaction, peer: str) -> None:
    """Move the mark below which everything has a receipt, so that looking for the rest stays cheap; back, too, where rows are gone."""
    waiting = _waiting(tx, peer).subquery()
    first = tx.session.exec(select(func.min(waiting.c.seq))).one()
    last = tx.session.exec(select(func.max(OperationRow.seq))).one() or 0
    facts.put(tx, _mark(peer), str(last if first is None else first - 1))


def _mark(peer: str) -> str:
    return f"receipted:{peer}"
