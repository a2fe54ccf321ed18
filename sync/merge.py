"""Operations of one record → what the record says now; pure, and the same whatever the order of arrival.

A field's live writes are those that no other write of the field has seen. Several live writes with different values are a
conflict that lists them all. Clocks never decide: the shown winner (latest hlc, then id) is cosmetic.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from .operation import Operation

OF_THE_MACHINE = frozenset({"@revision", "@finalized_at", "start", "end", "today", "deviceid", "username", "phonenumber", "email", "audit"})
"""Fields that a laptop writes by itself (ODK's metadata questions, counts and times of finalizing): two laptops always differ in them, and
there is nothing for a person to decide."""


@dataclass(frozen=True, slots=True)
class Write:
    """One value that somebody gave a field and that nobody who saw it has replaced."""

    value: str | None
    operation: str
    device: str
    user: str
    hlc: str


@dataclass(frozen=True, slots=True)
class FieldState:
    """One field: the shown value, the operation that wrote it, and every live write in the order (hlc, id), the shown one last."""

    value: str | None
    operation: str
    writes: tuple[Write, ...]

    @property
    def conflict(self) -> bool:
        """Whether the live writes differ; equal values are no conflict."""
        return any(write.value != self.value for write in self.writes)


@dataclass(frozen=True, slots=True)
class RecordState:
    """What the operations of one record add up to."""

    fields: Mapping[str, FieldState]
    """By path; a field that was taken away is here with the value None."""
    heads: tuple[str, ...]
    """Operations that no other has seen, sorted; the next operation names them as its parents."""
    deleted: bool
    """Every head is a deletion."""
    conflicts: tuple[str, ...]
    """Paths whose live writes differ, sorted; those of the machine left out."""
    deleted_elsewhere: bool
    """Somebody deleted the record while somebody else wrote on: it is kept, and a person decides."""

    @property
    def in_conflict(self) -> bool:
        """Whether a person has something to resolve."""
        return bool(self.conflicts) or self.deleted_elsewhere

    def values(self) -> dict[str, str]:
        """The shown values, without fields that were taken away."""
        return {path: field.value for path, field in self.fields.items() if field.value is not None}


def merge(operations: Iterable[Operation]) -> RecordState:
    """The state of one record from all its operations, in any order and with repetitions; unknown parents are simply not there yet."""
    known = {operation.id: operation for operation in operations}
    heads = heads_of(known.values())
    live: dict[str, list[_Placed]] = {}
    for placed in _in_causal_order(known):
        for path in placed.operation.set:
            writes = [write for write in live.get(path, ()) if not placed.has_seen(write)]
            writes.append(placed)
            live[path] = writes
    fields = {path: _field(path, live[path]) for path in sorted(live)}
    deletions = sum(known[head].delete for head in heads)
    return RecordState(
        fields=fields,
        heads=heads,
        deleted=bool(heads) and deletions == len(heads),
        conflicts=tuple(path for path, field in fields.items() if field.conflict and path not in OF_THE_MACHINE),
        deleted_elsewhere=0 < deletions < len(heads),
    )


def heads_of(operations: Iterable[Operation]) -> tuple[str, ...]:
    """Ids of the operations that no other of them names as parent, sorted."""
    known = list(operations)
    seen = {parent for operation in known for parent in operation.par}
    return tuple(sorted({operation.id for operation in known} - seen))


class _Placed:
    """An operation with its place in a chain and, by chain, how far its past reaches.

    Chains are lines of descent; a history without forks is one chain, so a past is one number however long the history is.
    """

    __slots__ = ("chain", "operation", "past", "place")

    def __init__(self, operation: Operation, chain: int, place: int, past: dict[int, int]) -> None:
        self.operation = operation
        self.chain = chain
        self.place = place
        self.past = past

    def has_seen(self, other: _Placed) -> bool:
        return self.past.get(other.chain, -1) >= other.place


def _in_causal_order(known: Mapping[str, Operation]) -> Iterable[_Placed]:
    """Parents before children; each with its past, which is valid until the next is asked for."""
    children: dict[str, list[str]] = {}
    waiting: dict[str, int] = {}
    for operation in known.values():
        here = [parent for parent in operation.par if parent in known]
        waiting[operation.id] = len(here)
        for parent in here:
            children.setdefault(parent, []).append(operation.id)
    ready = sorted((identity for identity, parents in waiting.items() if parents == 0), reverse=True)
    unread = {identity: len(after) for identity, after in children.items()}
    pasts: dict[str, dict[int, int]] = {}
    tails: list[int] = []
    while ready:
        operation = known[ready.pop()]
        past = _joined(operation, pasts, unread)
        chain = next((chain for chain, place in past.items() if tails[chain] == place), len(tails))
        if chain == len(tails):
            tails.append(-1)
        tails[chain] += 1
        past[chain] = tails[chain]
        if operation.id in children:
            pasts[operation.id] = past
        yield _Placed(operation, chain, tails[chain], past)
        for child in children.get(operation.id, ()):
            waiting[child] -= 1
            if waiting[child] == 0:
                ready.append(child)


def _joined(operation: Operation, pasts: dict[str, dict[int, int]], unread: dict[str, int]) -> dict[int, int]:
    """The union of the parents' pasts; a past that no other child still reads is taken over instead of copied."""
    joined: dict[int, int] | None = None
    for parent in operation.par:
        if parent not in pasts:
            continue
        unread[parent] -= 1
        past = pasts.pop(parent) if unread[parent] == 0 else pasts[parent]
        if joined is None:
            joined = past if unread[parent] == 0 else dict(past)
            continue
        for chain, place in past.items():
            if place > joined.get(chain, -1):
                joined[chain] = place
    return {} if joined is None else joined


def _field(path: str, live: Sequence[_Placed]) -> FieldState:
    ordered = sorted((placed.operation for placed in live), key=lambda operation: (operation.hlc, operation.id))
    writes = tuple(
        Write(value=operation.set[path], operation=operation.id, device=operation.dev, user=operation.user, hlc=operation.hlc)
        for operation in ordered
    )
    return FieldState(value=writes[-1].value, operation=writes[-1].operation, writes=writes)
