"""What was set apart: by the district of what came from here, and by this laptop of what came from elsewhere; why, and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fieldapp.words import knows, say

if TYPE_CHECKING:
    from fieldapp.store.database import Database as Workspace
    from fieldapp.store.intake import Apart
    from fieldapp.store.transaction import Transaction

THERE, HERE = "district", "here"


@dataclass(frozen=True, slots=True)
class ApartLine:
    """The operations of one record that are kept apart for one reason."""

    where: str
    """`district` or `here`."""
    record: str
    kind: str
    household: str
    head_name: str
    """Of the household, or of the member that it is about; empty if nothing is known of it."""
    village: str
    who: str
    when: str
    """Since when it is kept apart here; when it was written, where the district keeps it."""
    operations: int
    reason: str
    why: str
    """The reason in words."""
    what_to_do: str


def listed(workspace: Workspace) -> tuple[ApartLine, ...]:
    """Everything that is kept apart, the district's first; one line a record and reason."""
    from fieldapp.store import intake

    from .exchange_status import PEER

    with workspace.read() as tx:
        there = [_line(tx, THERE, one) for one in intake.apart_there(tx, PEER)]
        here = [_line(tx, HERE, one) for one in intake.apart(tx)]
    return _by_record([*there, *here])


def _line(tx: Transaction, where: str, one: Apart) -> ApartLine:
    from fieldapp.store import households, operations

    operation = one.operation
    why, what_to_do = _words(where, one.reason)
    if operation is None:
        return ApartLine(where, "", "", "", "", "", "", "", 1, one.reason, why, what_to_do)
    return ApartLine(
        where=where,
        record=operation.rec,
        kind=operation.kind,
        household=one.household,
        head_name=households.heads(tx, {one.household}).get(one.household)
        or operation.set.get("head_name")
        or operation.set.get("name")
        or "",
        village=operation.vil,
        who=operation.user,
        when=one.at or operations.written_at(operation.hlc),
        operations=1,
        reason=one.reason,
        why=why,
        what_to_do=what_to_do,
    )


def _words(where: str, reason: str) -> tuple[str, str]:
    message = f"apart-{where}-{reason}"
    if not knows(message):
        message = f"apart-{where}-other"
    return say(message, reason=reason), say(f"{message}.next")


def _by_record(lines: Iterable[ApartLine]) -> tuple[ApartLine, ...]:
    found: dict[tuple[str, str, str], ApartLine] = {}
    for line in lines:
        key = (line.where, line.record, line.reason)
        found[key] = replace(found[key], operations=found[key].operations + 1) if key in found else line
    return tuple(found.values())
