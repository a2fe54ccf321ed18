"""What the district knows of each record without reading its operations: heads, conflict, deletion."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlmodel import Session

from ..merge import merge
from ..operation import Operation
from . import feed
from .tables import FileRef, Record

_SHA = re.compile(r"[0-9a-f]{64}")


def follow(session: Session, village: str, operations: Sequence[Operation]) -> None:
    """Bring the village's records up to date with operations that were just appended to its feed."""
    by_record: dict[str, list[Operation]] = {}
    for operation in operations:
        by_record.setdefault(operation.rec, []).append(operation)
    for record, news in by_record.items():
        row = session.get(Record, (village, record))
        if row is None:
            row = Record(vil=village, rec=record, kind=news[0].kind, heads="", in_conflict=False, deleted=False)
        if not all(_simply_follows(row, operation) for operation in news):
            _merge_again(session, row)
        session.add(row)
    shas = {value for operation in operations for value in operation.set.values() if value is not None and _SHA.fullmatch(value)}
    feed.insert_new(session, FileRef, [{"vil": village, "sha": sha} for sha in sorted(shas)])


def _simply_follows(row: Record, operation: Operation) -> bool:
    """Whether the operation saw everything there is, which is the usual case and needs no merge."""
    if row.in_conflict or row.heads.split() != list(operation.par):
        return False
    row.heads, row.deleted = operation.id, operation.delete
    return True


def _merge_again(session: Session, row: Record) -> None:
    state = merge(feed.of_record(session, row.vil, row.rec))
    row.heads, row.in_conflict, row.deleted = " ".join(state.heads), state.in_conflict, state.deleted
