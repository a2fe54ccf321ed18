"""Conflicts that were decided here: which value was taken over which others, and taking it back; also of records that one deleted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fieldapp.errors import NotFound
from fieldapp.words import say

from . import labels

if TYPE_CHECKING:
    from fieldapp.store.audit import AuditLine
    from fieldapp.store.database import Database as Workspace
    from fieldapp.store.operations import Conflict
    from fieldapp.store.transaction import Transaction
    from sync.merge import Write
    from sync.operation import Operation

DELETE, KEEP = "delete", "keep"
"""The two ways to decide about a record that one deleted while another wrote on."""
_MOST = 50
"""Decisions that are listed."""
_FIELDS_TOLD = 3


@dataclass(frozen=True, slots=True)
class ConflictWrite:
    """One of the values that stand against one another."""

    value: str
    who: str
    when: str
    device: str
    told: str = ""
    """The value in words: the label of a choice, the name of a household."""


@dataclass(frozen=True, slots=True)
class ConflictLine:
    """One field that two people wrote without seeing each other's value; an empty field says: deleted here, changed there."""

    record: str
    kind: str
    household: str
    head_name: str
    field: str
    field_label: str
    writes: tuple[ConflictWrite, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """One field that was decided and can be taken back."""

    record: str
    field: str
    """Empty for the whole record."""
    head_name: str
    field_label: str
    value: str
    """What was taken, in words."""
    others: tuple[tuple[str, str], ...]
    """(value in words, who wrote it) of those that were not taken."""
    who: str
    when: str


def conflicts(workspace: Workspace) -> tuple[ConflictLine, ...]:
    """Every field that waits for a decision, by household; an empty field asks whether a record that one deleted stays."""
    from fieldapp.store import households, operations

    lines = []
    words = labels.Labels(workspace)
    with workspace.read() as tx:
        for household, records in households.in_conflict(tx).items():
            head = households.line(tx, household).head_name
            for record in records:
                kind = operations.of_record(tx, record)[0].kind
                for one in operations.conflicts(tx, record):
                    told = _writes(tx, words, one) if one.path else _of_deletion(tx, words, record)
                    lines.append(ConflictLine(record, kind, household, head, one.path, words.label(tx, record, one.path), told))
    return tuple(lines)


def resolve(workspace: Workspace, record: str, field: str, value: str) -> None:
    """Decide a conflict: the value becomes the field's, written by somebody who saw all the others; without a field DELETE or KEEP."""
    from fieldapp.store import audit, operations

    with workspace.begin() as tx:
        held = operations.of_record(tx, record)
        if not held:
            raise NotFound(what="record", id=record)
        goes = not field and value == DELETE
        changes = {field: value} if field else {}
        operations.write(tx, held[0].kind, record, held[-1].vil, changes, why=say("exchange-resolved"), delete=goes)
        audit.record(tx, "resolve", record, field)


def made(workspace: Workspace) -> tuple[Decision, ...]:
    """The decisions that were made on this laptop and still stand, the newest first."""
    from fieldapp.store import audit

    found = []
    words = labels.Labels(workspace)
    with workspace.read() as tx:
        lines = audit.lines(tx, limit=_MOST, action="resolve")
        first = dict(reversed([((line.subject, line.detail), line) for line in lines]))
        for line in lines:
            if first.get((line.subject, line.detail)) is line and (decision := _decision(tx, words, line)) is not None:
                found.append(decision)
    return tuple(found)


def reopen(workspace: Workspace, record: str, field: str) -> None:
    """Undo a decision: all the values are there again, here and with the next exchange everywhere. Raises NotFound if none was made."""
    from fieldapp.store import audit, operations

    with workspace.begin() as tx:
        why = say("exchange-reopened")
        if not (operations.reopen(tx, record, field, why) if field else operations.reopen_deletion(tx, record, why)):
            raise NotFound(what="record", id=record)
        audit.record(tx, "reopen", record, field)


def _writes(tx: Transaction, words: labels.Labels, one: Conflict) -> tuple[ConflictWrite, ...]:
    return tuple(_told(tx, words, one.record, one.path, write) for write in one.writes)


def _told(tx: Transaction, words: labels.Labels, record: str, path: str, write: Write) -> ConflictWrite:
    from fieldapp.store import operations

    value = write.value or ""
    return ConflictWrite(value, write.user, operations.written_at(write.hlc), write.device, words.value(tx, record, path, value))


def _of_deletion(tx: Transaction, words: labels.Labels, record: str) -> tuple[ConflictWrite, ...]:
    """Who deleted, and who wrote on: what they wrote, as far as it fits."""
    from fieldapp.store import operations

    return tuple(
        ConflictWrite(
            DELETE if one.delete else KEEP,
            one.user,
            operations.written_at(one.hlc),
            one.dev,
            say("conflict-delete") if one.delete else say("conflict-keep", changes=_changes(tx, words, one)),
        )
        for one in operations.heads(tx, record)
    )


def _changes(tx: Transaction, words: labels.Labels, one: Operation) -> str:
    told = [(path, value) for path, value in one.set.items() if value and not path.startswith("@")]
    listed = [f"{words.label(tx, one.rec, path)}：{words.value(tx, one.rec, path, value)}" for path, value in told[:_FIELDS_TOLD]]
    return "；".join(listed) + ("…" if len(told) > _FIELDS_TOLD else "") or "—"


def _decision(tx: Transaction, words: labels.Labels, line: AuditLine) -> Decision | None:
    """What was decided, None if it no longer stands or everybody had written the same since."""
    from fieldapp.store import operations

    record, field = line.subject, line.detail
    if not operations.known(tx, [record]):
        return None
    if field:
        shown = operations.state(tx, record).fields.get(field)
        before = operations.decided(tx, record, field)
        if shown is None or not before:
            return None
        taken = _told(tx, words, record, field, shown.writes[-1])
        others = tuple(one for one in (_told(tx, words, record, field, write) for write in before) if one.value != taken.value)
        told, label = taken.told or taken.value, words.label(tx, record, field)
        pairs = tuple((one.told or one.value, one.who) for one in others)
    else:
        chosen = operations.deletion_decided(tx, record)
        if chosen is None:
            return None
        told, label = say("conflict-deleted" if chosen.delete else "conflict-kept"), ""
        pairs = tuple(
            (say("conflict-kept" if one.delete is False else "conflict-deleted"), one.user) for one in operations.parents(tx, chosen)
        )
    return Decision(record, field, _head_of(tx, record), label, told, pairs, line.user, line.at)


def _head_of(tx: Transaction, record: str) -> str:
    """Name of the head of the household that a record is of."""
    from fieldapp.store import households

    household = households.of_record(tx, record)
    return households.heads(tx, {household}).get(household, "")
