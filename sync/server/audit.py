"""Who did what at the district, as a chain of hashes: a line that was changed or taken out breaks it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from sqlmodel import Session, col, select

from ..operation import canonical
from .tables import AuditLine

_NOTHING = "0" * 64


def record(session: Session, at: str, who: str, action: str, subject: str = "", detail: str = "") -> None:
    """Add a line within the transaction that does what it tells of; `who` is empty for the machine itself."""
    last = session.exec(select(AuditLine).order_by(col(AuditLine.n).desc()).limit(1).with_for_update()).first()
    line = AuditLine(
        n=last.n + 1 if last else 1, at=at, who=who, action=action, subject=subject, detail=detail,
        before=last.hash if last else _NOTHING, hash="",
    )  # fmt: skip
    line.hash = _hash(line)
    session.add(line)
    session.flush()


def lines(session: Session, limit: int = 500, after: int = 0) -> Sequence[AuditLine]:
    """The newest lines first."""
    return session.exec(select(AuditLine).where(col(AuditLine.n) > after).order_by(col(AuditLine.n).desc()).limit(limit)).all()


def first_broken(session: Session) -> int | None:
    """The number of the first line that does not follow from the one before, None if all do."""
    before = _NOTHING
    for place, line in enumerate(session.exec(select(AuditLine).order_by(col(AuditLine.n)).execution_options(yield_per=500)), 1):
        if (line.n, line.before, line.hash) != (place, before, _hash(line)):
            return line.n
        before = line.hash
    return None


def _hash(line: AuditLine) -> str:
    return hashlib.sha256(canonical([line.n, line.at, line.who, line.action, line.subject, line.detail, line.before])).hexdigest()
