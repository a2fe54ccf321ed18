"""Operations from elsewhere: believed only with a known author's signature, kept apart otherwise, never lost."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from sqlmodel import func, select

from fieldapp.errors import NotFound
from sync import card
from sync.errors import BadOperation
from sync.operation import Operation, canonical, device_id, to_plain, verify
from sync.replica import LAPTOP, Author, Taken

from . import areas, audit, facts, held, households, operations, outbox, purge
from .tables import AuthorRow, QuarantineRow
from .transaction import Transaction

NOWHERE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Apart:
    """An operation that somebody keeps apart, with the reason's code."""

    operation: Operation | None
    reason: str
    at: str
    """Since when; empty where only the peer knows."""
    household: str


def learn_authors(tx: Transaction, authors: Sequence[Author]) -> None:
    """Take note of devices; a key that is not the device's own is passed over, a revocation is never taken back."""
    for author in authors:
        if device_id(author.public_key) != author.device:
            continue
        row = tx.session.get(AuthorRow, author.device)
        if row is None:
            row = AuthorRow(device=author.device, public_key=author.public_key.hex(), name=author.name, revoked=author.revoked)
        row.name = author.name or row.name
        row.revoked = row.revoked or author.revoked
        tx.session.add(row)
    tx.session.flush()


def take_in(
    tx: Transaction,
    peer: str,
    incoming: Sequence[Operation],
    deleted: dict[str, set[str]] | None = None,
    scopes: Mapping[str, str] = NOWHERE,
) -> Taken:
    """Keep what is new and believable, set the rest aside with a reason; what came from the peer counts as receipted by it.

    Operations that were set aside because their author was unknown are tried again once the author is known. `deleted` has, by village,
    the records that this exchange deleted so far; a flood of deletions is held (`held`). `scopes` has by author the area in which its
    work counts, where a card says so: the district has looked at that itself.
    """
    listed = tx.sql("SELECT device, public_key, revoked FROM author").fetchall()
    authors = {device: (bytes.fromhex(key), bool(revoked)) for device, key, revoked in listed}
    waiting = _waiting(tx, authors)
    new, known = 0, _known(tx, incoming) | purge.passed_over(tx, incoming) | held.known(tx, incoming)
    aside: list[tuple[str, str]] = []
    touched: dict[str, None] = {}
    fresh = {operation.id: operation for operation in [*waiting, *incoming] if operation.id not in known}
    flood = held.too_many(tx, fresh.values(), {} if deleted is None else deleted)
    for operation in fresh.values():
        reason = _reason(tx, peer, operation, authors.get(operation.dev), scopes.get(operation.dev, "")) or (
            held.REASON if operation.id in flood else ""
        )
        if reason:
            aside.append((operation.id, reason))
            _set_aside(tx, peer, operation, reason)
            continue
        _keep(tx, operation)
        touched[operation.rec] = None
        new += 1
    operations.project(tx, touched)
    if peer == outbox.DISTRICT:
        held.adopt(tx, [operation.id for operation in incoming])
    if not peer.startswith(LAPTOP):
        outbox.acknowledge(tx, peer, [operation.id for operation in incoming])
    return Taken(new=new, known=len(known), set_aside=tuple(aside))


def set_aside(tx: Transaction) -> tuple[tuple[str, str, str], ...]:
    """(operation id, reason, time) of everything that was kept apart."""
    rows = tx.session.exec(select(QuarantineRow).order_by(QuarantineRow.at))
    return tuple((row.id, row.reason, row.at) for row in rows)


def apart(tx: Transaction) -> tuple[Apart, ...]:
    """Everything that was kept apart here, the oldest first."""
    rows = tx.session.exec(select(QuarantineRow).order_by(QuarantineRow.at, QuarantineRow.id))
    return tuple(_apart(tx, operations.from_body(row.body), row.reason, row.at) for row in rows)


def apart_there(tx: Transaction, peer: str) -> tuple[Apart, ...]:
    """What a peer keeps apart of what came from here; of what is no longer here only the reason is known."""
    told = [line.split(" ") for line in facts.get(tx, f"apart:{peer}").split("\n") if line]
    found = []
    for identity, reason in told:
        try:
            found.append(_apart(tx, operations.get(tx, identity), reason, ""))
        except NotFound:
            found.append(Apart(None, reason, "", ""))
    return tuple(found)


def _apart(tx: Transaction, operation: Operation, reason: str, at: str) -> Apart:
    named = operation.set.get("@household") or operation.set.get("household") or ""
    own = operation.rec if operation.kind == "household" else named
    return Apart(operation, reason, at, households.of_record(tx, operation.rec) or own)


def _known(tx: Transaction, incoming: Sequence[Operation]) -> set[str]:
    if not incoming:
        return set()
    ids = json.dumps([operation.id for operation in incoming])
    return set(tx.column("SELECT id FROM operation WHERE id IN (SELECT value FROM json_each(?))", ids))


def _reason(tx: Transaction, peer: str, operation: Operation, author: tuple[bytes, bool] | None, area: str) -> str:
    """Why an operation cannot be believed, empty if it can.

    What the district has in its feed it has judged: work that was done before the laptop was revoked, or that a person let in.
    """
    if author is None:
        return "unknown-author"
    public_key, revoked = author
    try:
        verify(operation, public_key)
    except BadOperation as error:
        return str(error.values["reason"])
    if revoked and peer != outbox.DISTRICT:
        return "revoked-author"
    if area and not card.contains(area, operation.vil):
        return "out-of-scope"
    return "" if areas.fits(tx, operation.vil) else "wrong-realm"


def _keep(tx: Transaction, operation: Operation) -> None:
    operations.append(tx, operation)
    operations.follow(tx, operation.hlc)
    tx.sql("DELETE FROM quarantine WHERE id = ?", operation.id)
    if operation.dev == tx.device:
        _own(tx, operation)


def _own(tx: Transaction, operation: Operation) -> None:
    """Work of this very laptop that it does not have: a repair waits for it, or it was restored from a backup and its chain goes on."""
    last = facts.get(tx, facts.LAST_OPERATION)
    awaited = int(facts.get(tx, facts.AWAITED, "0"))
    if operation.prev == last:
        facts.put(tx, facts.LAST_OPERATION, operation.id)
    elif awaited:
        facts.put(tx, facts.AWAITED, str(awaited - 1) if awaited > 1 else "")
    else:
        audit.record(tx, "chain-forked", operation.id)


def _set_aside(tx: Transaction, peer: str, operation: Operation, reason: str) -> None:
    row = tx.session.get(QuarantineRow, operation.id)
    if row is not None:
        if peer == outbox.DISTRICT and (row.peer, row.reason) != (peer, reason):
            # What another laptop brought is from now on what the district says.
            row.peer, row.reason = peer, reason
            tx.session.add(row)
            tx.session.flush()
        return
    body = canonical(to_plain(operation)).decode()
    tx.session.add(QuarantineRow(id=operation.id, peer=peer, reason=reason, body=body, at=tx.stamp()))
    audit.record(tx, "set-aside", operation.id, reason)


def _waiting(tx: Transaction, authors: Collection[str]) -> list[Operation]:
    """Operations kept apart for their author, whose author is known by now."""
    found = [operations.from_body(body) for body in tx.column("SELECT body FROM quarantine WHERE reason = 'unknown-author'")]
    return [operation for operation in found if operation.dev in authors]


def count_set_aside(tx: Transaction) -> int:
    """How many operations are kept apart."""
    return tx.session.exec(select(func.count()).select_from(QuarantineRow)).one()
