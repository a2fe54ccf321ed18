"""Who did what to which subject, as a chain of hashes whose first broken link can be named."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlmodel import col, select

from sync.operation import canonical

from . import facts
from .tables import AuditRow
from .transaction import Transaction

_TODAY = "SELECT 1 FROM audit WHERE seq >= ? AND action = ? AND subject = ? AND user = ? LIMIT 1"


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One line of the trail; `at` is ISO text."""

    number: int
    at: str
    user: str
    action: str
    subject: str
    detail: str


def record(tx: Transaction, action: str, subject: str = "", detail: str = "", user: str = "") -> None:
    """Add a line; actions are lower-case words as `unlock`, `view`, `edit`, `finalize`, `print`, `export`."""
    before_number, before_sum = _head(tx)
    row = AuditRow(seq=before_number + 1, at=tx.stamp(), user=user or tx.user, action=action, subject=subject, detail=detail, sum="")
    row.sum = _sum(row, before_sum)
    tx.session.add(row)
    facts.put(tx, facts.AUDIT_HEAD, f"{row.seq}:{row.sum}")


def once_a_day(tx: Transaction, action: str, subject: str, detail: str = "") -> None:
    """Add a line unless this user did the same with the same subject today: looking at a household ten times is one event."""
    today, first = tx.stamp()[:10], facts.get(tx, facts.AUDIT_DAY)
    day, _, begun = first.partition(":")
    if day != today:
        begun = str(_head(tx)[0] + 1)
        facts.put(tx, facts.AUDIT_DAY, f"{today}:{begun}")
    elif tx.value(_TODAY, int(begun), action, subject, tx.user) is not None:
        return
    record(tx, action, subject, detail)
    tx.session.flush()


def lines(tx: Transaction, limit: int = 100, offset: int = 0, subject: str = "", action: str = "") -> tuple[AuditLine, ...]:
    """The newest lines first."""
    query = select(AuditRow).order_by(col(AuditRow.seq).desc()).limit(limit).offset(offset)
    if subject:
        query = query.where(AuditRow.subject == subject)
    if action:
        query = query.where(AuditRow.action == action)
    return tuple(AuditLine(row.seq or 0, row.at, row.user, row.action, row.subject, row.detail) for row in tx.session.exec(query))


def first_broken(tx: Transaction) -> int | None:
    """Number of the first line that was altered, removed or put in; None when the chain is whole to its recorded end."""
    before, number = "", 0
    for row in tx.session.exec(select(AuditRow).order_by(col(AuditRow.seq))):
        number += 1
        if row.seq != number or row.sum != _sum(row, before):
            return number
        before = row.sum
    return None if _head(tx) == (number, before) else number + 1


def _head(tx: Transaction) -> tuple[int, str]:
    number, _, found = facts.get(tx, facts.AUDIT_HEAD, "0:").partition(":")
    return int(number), found


def _sum(row: AuditRow, before: str) -> str:
    return hashlib.sha256(canonical([before, row.seq, row.at, row.user, row.action, row.subject, row.detail])).hexdigest()
