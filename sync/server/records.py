"""What the district knows of each record without reading its operations: heads, conflict, deletion."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from ..merge import merge
from ..operation import Operation
from . import feed, joined
from .tables import FileRef, Record

_SHA = re.compile(r"[0-9a-f]{64}")
_SHA_LENGTH = 64
_AT_ONCE = 500


def follow(session: Session, village: str, operations: Sequence[Operation]) -> None:
    """Bring the village's records up to date with operations just appended to its feed; few statements, however many there are."""
    by_record: dict[str, list[Operation]] = {}
    for operation in operations:
        by_record.setdefault(operation.rec, []).append(operation)
    known = _known(session, village, list(by_record))
    changed: list[dict[str, object]] = []
    for record, news in by_record.items():
        before = known.get(record) or _Held(news[0].kind, (), False, False)
        after = _simply_followed(before, news) or _merged(before.kind, feed.of_record(session, village, record))
        changed.append(
            {
                "vil": village,
                "rec": record,
                "kind": after.kind,
                "heads": " ".join(after.heads),
                "in_conflict": after.in_conflict,
                "deleted": after.deleted,
            }
        )
    feed.put(session, Record, changed)
    feed.insert_new(session, FileRef, [{"vil": village, "sha": sha} for sha in sorted(files_named(operations))])
    joined.follow(session, village, operations)


def files_named(operations: Sequence[Operation]) -> set[str]:
    """The hashes of files that operations name."""
    long_enough = {value for operation in operations for value in operation.set.values() if value is not None and len(value) == _SHA_LENGTH}
    return set(filter(_SHA.fullmatch, long_enough))


@dataclass(frozen=True, slots=True)
class _Held:
    """What a record's row says."""

    kind: str
    heads: tuple[str, ...]
    in_conflict: bool
    deleted: bool


def _known(session: Session, village: str, records: Sequence[str]) -> dict[str, _Held]:
    found: dict[str, _Held] = {}
    for at in range(0, len(records), _AT_ONCE):
        chosen = select(
            Record.rec, Record.kind, Record.heads, Record.in_conflict, Record.deleted
        ).where(  # type: ignore[call-overload]
            Record.vil == village, col(Record.rec).in_(records[at : at + _AT_ONCE])
        )
        rows = session.exec(chosen).all()
        found |= {record: _Held(kind, tuple(heads.split()), in_conflict, deleted) for record, kind, heads, in_conflict, deleted in rows}
    return found


def _simply_followed(held: _Held, news: Sequence[Operation]) -> _Held | None:
    """The row after operations that each saw everything there was, which is the usual case and needs no merge; None if one did not."""
    for operation in news:
        if held.in_conflict or held.heads != operation.par:
            return None
        held = _Held(held.kind, (operation.id,), False, operation.delete)
    return held


def _merged(kind: str, operations: Sequence[Operation]) -> _Held:
    state = merge(operations)
    return _Held(kind, state.heads, state.in_conflict, state.deleted)
