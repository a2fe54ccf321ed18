"""What the district does with a request: believe or set apart each operation, then say what is new for the device."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

from sqlmodel import Session, col, select

from ..errors import BadOperation, Refused
from ..operation import Operation, canonical, to_plain, verify_author
from ..protocol import SyncReply, SyncRequest
from ..replica import AreaRow, Author, FeedPage, PublishedForm, areas_digest
from ..wire import VILLAGE, pack
from . import areas, arrivals, feed, forms, left, people, quarantine, records
from .arrivals import Arrivals
from .district import District, epoch_of, new_epoch
from .tables import Device, Quarantine, VillageCounter

LARGEST_PAGE = 4 << 20


def sync(district: District, device: str, request: SyncRequest, brought: Arrivals | None = None) -> SyncReply:
    """One push and pull; `brought` are the request's operations if they were read already.

    A revoked device is refused, but what it brought is kept apart first. Raises NotEnrolled, Refused(revoked).
    """
    with district.reading() as session:
        known = people.require_device(session, device)
        revoked = known.revoked_at != ""
    receipts, _ = keep(district, device, brought or arrivals.read(request.operations))
    if revoked:
        raise Refused(reason="revoked")
    epoch = _notice(district, device, request)
    if request.epoch != epoch:
        scope, apart = _standing(district, device)
        return SyncReply(epoch=epoch, receipts=receipts, quarantined=apart, scope=scope, more=True, time=district.stamp())
    return _news(district, device, request, receipts)


def take_in(district: District, sender: str, plain: Sequence[object]) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """Read operations and keep them. Returns receipts and what was set apart."""
    return keep(district, sender, arrivals.read(plain))


def keep(district: District, sender: str, brought: Arrivals) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """Keep each operation: in the feed of its village, or apart with a reason. Returns receipts and what was set apart.

    One short transaction a village; an operation that cannot be believed stops no other.
    """
    apart = list(brought.unreadable)
    receipts: list[str] = []
    for village, operations in sorted(brought.readable.items()):
        believed, doubted = _sorted_out(district, village, operations, sender)
        if believed:
            _accept(district, village, believed, sender, brought.bodies)
        refused = {identity for identity, _, _ in doubted}
        receipts += [identity for identity in operations if identity not in refused]
        apart += [(value, reason) for _, value, reason in doubted]
    told = _set_apart(district, sender, apart)
    return (*receipts, *(identity for identity, _ in told)), told


def device_scope(session: Session, device: Device) -> tuple[str, ...]:
    """The villages that a device may read."""
    return areas.villages_in(session, device.area)


def _sorted_out(
    district: District, village: str, operations: Mapping[str, Operation], sender: str
) -> tuple[list[Operation], list[tuple[str, object, str]]]:
    """Operations that may enter the feed and are not there yet, and (id, value, reason) of those that may not."""
    believed: list[Operation] = []
    doubted: list[tuple[str, object, str]] = []
    with district.reading() as session:
        there = feed.known(session, village, operations)
        if len(there) == len(operations):
            return [], []
        named = {operation.dev for operation in operations.values()} | {sender}
        devices = {device.id: device for device in session.exec(select(Device).where(col(Device.id).in_(named)))}
        carrier = devices[sender]
        for operation in operations.values():
            try:
                if operation.id not in there:
                    _believe(operation, devices.get(operation.dev), carrier)
                    believed.append(operation)
            except BadOperation as bad:
                doubted.append((operation.id, to_plain(operation), str(bad.values["reason"])))
    return believed, doubted


def _believe(operation: Operation, author: Device | None, carrier: Device) -> None:
    if author is None:
        raise BadOperation(reason="unknown-author", id=operation.id)
    verify_author(operation, author.public_key)
    if author.revoked_at or carrier.revoked_at:
        raise BadOperation(reason="revoked", id=operation.id)
    if not areas.contains(author.area, operation.vil):
        raise BadOperation(reason="out-of-scope", id=operation.id)


def _accept(district: District, village: str, operations: Sequence[Operation], sender: str, bodies: Mapping[str, bytes]) -> None:
    with district.writing() as session:
        counter = feed.lock(session, village)
        there = feed.known(session, village, [operation.id for operation in operations])
        fresh = list({operation.id: operation for operation in operations if operation.id not in there}.values())
        feed.append(session, counter, fresh, sender, district.stamp(), bodies)
        session.flush()
        records.follow(session, village, fresh)


def _set_apart(district: District, sender: str, apart: Sequence[tuple[object, str]]) -> tuple[tuple[str, str], ...]:
    if not apart:
        return ()
    rows: list[dict[str, object]] = []
    for value, reason in apart:
        claimed = value if isinstance(value, dict) else {}
        identity, village = str(claimed.get("id", "")), str(claimed.get("vil", ""))
        if len(identity) != 64 or not set(identity) <= set("0123456789abcdef"):
            identity = hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
        rows.append(
            {
                "sender": sender,
                "id": identity,
                "vil": village if VILLAGE.fullmatch(village) else "",
                "reason": reason,
                "received_at": district.stamp(),
                "body": pack(_without_surrogates(value)),
            }
        )
    with district.writing() as session:
        feed.insert_new(session, Quarantine, rows)
    return tuple((str(row["id"]), str(row["reason"])) for row in rows)


def _without_surrogates(value: object) -> object:
    """The same JSON value, or its ASCII text where it cannot be written as UTF-8."""
    try:
        canonical(value)
    except ValueError:
        return json.dumps(value)
    return value


def _notice(district: District, device: str, request: SyncRequest) -> str:
    """Remember when the device was here and where it stands; a device that is ahead of the feed shows that this database was put back."""
    with district.writing() as session:
        known = people.require_device(session, device)
        known.last_seen = district.stamp()
        epoch = epoch_of(session)
        if request.epoch == epoch and _is_ahead(session, request):
            epoch = new_epoch(session, district.now())
        known.cursors = json.dumps(dict(request.cursors) if request.epoch == epoch else {}, sort_keys=True)
        session.add(known)
        left.note(session, device, request.left, known.last_seen)
    return epoch


def _is_ahead(session: Session, request: SyncRequest) -> bool:
    villages = list(request.cursors)
    counters = dict(session.exec(select(VillageCounter.vil, VillageCounter.n).where(col(VillageCounter.vil).in_(villages))).all())
    return any(place > counters.get(village, 0) for village, place in request.cursors.items())


def _standing(district: District, device: str) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    with district.reading() as session:
        return device_scope(session, people.require_device(session, device)), quarantine.told_to(session, device)


def _news(district: District, device: str, request: SyncRequest, receipts: tuple[str, ...]) -> SyncReply:
    with district.reading() as session:
        known = people.require_device(session, device)
        scope = device_scope(session, known)
        cursors = {village: place for village, place in request.cursors.items() if village in set(scope)}
        pages, digests, more = pages_from(session, device, cursors, min(request.limit, LARGEST_PAGE), set(receipts))
        area_rows, new_forms, more_forms = _reference(session, known, request)
        return SyncReply(
            epoch=epoch_of(session),
            receipts=receipts,
            quarantined=quarantine.told_to(session, device),
            pages=pages,
            authors=authors_of(session, pages, known),
            cards=people.cards(district, session, known) if request.cards else (),
            scope=scope,
            digests=digests,
            more=more or more_forms,
            areas=area_rows,
            forms=new_forms,
            time=district.stamp(),
        )


def pages_from(
    session: Session, device: str, cursors: dict[str, int], limit: int, skip: set[str]
) -> tuple[tuple[FeedPage, ...], dict[str, tuple[int, str]], bool]:
    """Feed pages from the cursors, the digests of the villages that are thereby complete, and whether there is more."""
    pages: list[FeedPage] = []
    digests: dict[str, tuple[int, str]] = {}
    left, more = limit, False
    counters = {row.vil: row for row in session.exec(select(VillageCounter).where(col(VillageCounter.vil).in_(cursors)))}
    apart = feed.apart(session, device)
    for village, start in sorted(cursors.items()):
        counter = counters.get(village)
        if counter is None:
            digests[village] = feed.digest(session, VillageCounter(vil=village, n=0, xor="0" * 64), apart.get(village, ()))
            continue
        end = start
        if start < counter.n and left > 0:
            page = feed.page(session, village, start, counter.n, left, skip)
            left -= sum(len(canonical(dict(operation.set))) // 2 + 200 for operation in page.operations)
            pages.append(page)
            end = page.next
        if end == counter.n:
            digests[village] = feed.digest(session, counter, apart.get(village, ()))
        else:
            more = True
    return tuple(pages), digests, more


def authors_of(session: Session, pages: Sequence[FeedPage], device: Device) -> tuple[Author, ...]:
    """The keys by which the operations of these pages may be verified, and whom the device must not believe any more."""
    written = people.authors(session, {operation.dev for page in pages for operation in page.operations})
    return tuple({author.device: author for author in (*people.revoked_near(session, device), *written)}.values())


def _reference(session: Session, device: Device, request: SyncRequest) -> tuple[tuple[AreaRow, ...], tuple[PublishedForm, ...], bool]:
    rows = areas.rows_for(session, device.area)
    told = rows if areas_digest(rows) != request.areas else ()
    form, more = forms.next_unknown(session, set(request.forms))
    return told, form, more
