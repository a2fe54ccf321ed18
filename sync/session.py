"""The exchange with a peer, whole: push what has no receipt, pull the feed, compare, mend by sending again, then files.

`send` says what a request holds, `receive` takes a reply in; a bundle on a stick uses the same two.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from .errors import GarbledReply, Offline, Refused
from .operation import to_plain
from .protocol import SyncReply, SyncRequest
from .replica import Replica

Report = Callable[[int, int, str], None]
"""`report(done, total, message id)`; raises to give up."""

SMALLEST_BATCH = 1 << 12
FIRST_BATCH = 1 << 20
"""Plain bytes of operations, of which about a thirtieth goes over the line: four to five seconds at 64 kbit/s. What the line bore last time
is the better beginning."""
LARGEST_BATCH = 1 << 22
_FEED_SHARE = 8
"""The feed is asked for by what it takes in the district's database, which is nearer to what it takes on the line."""
PATIENCE = 6
"""So many broken requests in a row and the line counts as gone."""
SHORT_S, LONG_S = 3.0, 12.0
"""A batch that took less may grow, one that took longer shrinks."""


class Peer(Protocol):
    """Somebody to exchange with over a line."""

    @property
    def name(self) -> str:
        """By which the replica keeps receipts and cursors."""
        ...

    def sync(self, request: SyncRequest) -> SyncReply:
        """Raises Offline, GarbledReply, Refused, NotEnrolled, ProtocolTooOld."""
        ...

    def send_file(self, sha: str, data: bytes) -> None:
        """Returns once the peer confirmed the whole file."""
        ...

    def fetch_file(self, sha: str) -> bytes | None:
        """The file, or None if the peer does not have it (yet)."""
        ...


@dataclass(slots=True)
class Summary:
    """What an exchange did."""

    sent: int = 0
    received: int = 0
    """Operations that were new here."""
    set_aside: tuple[tuple[str, str], ...] = ()
    """(operation id, reason code): not believed here."""
    quarantined: tuple[tuple[str, str], ...] = ()
    """(operation id, reason code) of all that came from here and that the peer keeps apart until a person looks, or has `rejected`."""
    files_sent: int = 0
    files_received: int = 0
    files_left: int = 0
    """Files that did not get across this time; the next exchange goes on with them."""
    started_over: bool = False
    """The peer had a new epoch, so everything was offered again."""
    mended: bool = False
    """The two sides differed after the exchange and were brought together by sending again."""
    differing: tuple[str, ...] = ()
    """Villages in which the two sides differ even so."""
    server_time: str = ""


def exchange(
    replica: Replica,
    peer: Peer,
    report: Report,
    clock: Callable[[], float] = time.monotonic,
    bore: Callable[[int], None] = lambda _: None,
    first_batch: int = FIRST_BATCH,
) -> Summary:
    """Bring a replica and a peer together. Raises Offline if not even the operations got across, and what the peer refuses with.

    `bore` is told after each request how large the next one may be, so that the next exchange can begin there.
    """
    summary = Summary()
    batch = _Batch(min(max(first_batch, SMALLEST_BATCH), LARGEST_BATCH), bore)
    reply = _trade(replica, peer, report, clock, summary, batch)
    summary.differing = differing(replica, peer.name, reply)
    if summary.differing:
        replica.start_over(peer.name, reply.epoch)
        reply = _trade(replica, peer, report, clock, summary, batch)
        summary.differing = differing(replica, peer.name, reply)
        summary.mended = not summary.differing
    trade_files(replica, peer, report, summary)
    return summary


def send(replica: Replica, peer: str, limit: int) -> SyncRequest:
    """What a replica has to tell and to ask, with at most about `limit` bytes of operations."""
    outgoing = replica.outgoing(peer, limit)
    operations, files = replica.left(peer)
    return SyncRequest(
        epoch=replica.epoch(peer),
        cursors=replica.cursors(peer),
        operations=tuple(to_plain(operation) for operation in outgoing),
        forms=tuple(replica.known_forms()),
        areas=replica.known_areas(),
        cards=replica.cards_wanted(),
        limit=max(SMALLEST_BATCH, limit // _FEED_SHARE),
        left=(max(0, operations - len(outgoing)), files),
    )


def receive(replica: Replica, peer: str, reply: SyncReply, summary: Summary) -> bool:
    """Take a reply in; whether it asks for another round. Receipts are for the epoch that gave them, so a new epoch comes first."""
    new_epoch = reply.epoch != replica.epoch(peer)
    if new_epoch:
        summary.started_over |= replica.epoch(peer) != ""
        replica.start_over(peer, reply.epoch)
    if reply.areas or reply.forms:
        replica.learn(reply.areas, reply.forms)
    if reply.cards:
        replica.learn_cards(reply.cards)
    new_scope = set(reply.scope) != set(replica.cursors(peer))
    if new_scope:
        replica.scope(reply.scope)
    taken = replica.take_in(peer, reply.pages, reply.authors)
    replica.acknowledge(peer, reply.receipts)
    for sha in set(reply.files) & set(replica.files_to_send(peer)) if reply.files else ():
        replica.file_sent(peer, sha)
    summary.received += taken.new
    summary.set_aside += taken.set_aside + reply.unreadable
    replica.set_apart(peer, reply.quarantined)
    summary.quarantined = reply.quarantined
    summary.server_time = reply.time
    return new_epoch or new_scope or reply.more


def differing(replica: Replica, peer: str, reply: SyncReply) -> tuple[str, ...]:
    """Villages in which this side does not hold what the peer says it should; says nothing while something new waits to be sent."""
    villages = tuple(village for village, digest in sorted(reply.digests.items()) if replica.digest(village) != digest)
    return villages if replica.unsent(peer) == 0 else ()


@dataclass(slots=True)
class _Batch:
    """How much goes into one request: half as much after a break, more when a full one was quick."""

    limit: int
    bore: Callable[[int], None]

    def broke(self) -> None:
        self._set(self.limit // 2)

    def arrived(self, took_s: float, *, was_full: bool) -> None:
        if took_s > LONG_S:
            self._set(self.limit // 2)
        elif took_s < SHORT_S and was_full:
            self._set(self.limit * 2)

    def _set(self, limit: int) -> None:
        self.limit = min(max(limit, SMALLEST_BATCH), LARGEST_BATCH)
        self.bore(self.limit)


def _trade(replica: Replica, peer: Peer, report: Report, clock: Callable[[], float], summary: Summary, batch: _Batch) -> SyncReply:
    failures, idle = 0, 0
    again = True
    sent, waiting = 0, replica.unsent(peer.name)
    asking = replica.handed_over(peer.name)
    """What was handed over may have arrived: its receipts come with the feed, so nothing is sent before that was read."""
    while again:
        report(sent, sent + waiting, "exchange-operations")
        request = send(replica, peer.name, batch.limit)
        if asking:
            request = replace(request, operations=(), left=replica.left(peer.name))
        began = clock()
        try:
            reply = peer.sync(request)
        except (Offline, GarbledReply) as failure:
            failures += 1
            if failures >= PATIENCE or failure.values.get("stage") == "connect":
                raise
            batch.broke()
            continue
        failures, took_s = 0, clock() - began
        before = replica.cursors(peer.name)
        asked = receive(replica, peer.name, reply, summary)
        asking = asking and asked
        left = replica.unsent(peer.name)
        batch.arrived(took_s, was_full=left > 0 or reply.more)
        sent += max(0, waiting - left)
        idle = 0 if left < waiting or replica.cursors(peer.name) != before else idle + 1
        if idle > 2 and (asked or left):
            raise GarbledReply(what="no-progress")
        waiting, again = left, asked or left > 0
        summary.sent += len(set(reply.receipts))
    return reply


def trade_files(replica: Replica, peer: Peer, report: Report, summary: Summary) -> None:
    """Both ways; what the line does not carry now stays for the next exchange, and one refused file stops no other."""
    outgoing, wanted = list(replica.files_to_send(peer.name)), list(replica.files_wanted())
    total = len(outgoing) + len(wanted)
    try:
        for done, sha in enumerate(outgoing):
            report(done, total, "exchange-files-out")
            try:
                peer.send_file(sha, replica.file(sha))
            except Refused:
                continue
            replica.file_sent(peer.name, sha)
            summary.files_sent += 1
        for done, sha in enumerate(wanted, len(outgoing)):
            report(done, total, "exchange-files-in")
            data = peer.fetch_file(sha)
            if data is not None:
                replica.keep_file(sha, data)
                replica.file_sent(peer.name, sha)
                summary.files_received += 1
    except (Offline, GarbledReply):
        pass
    summary.files_left = total - summary.files_sent - summary.files_received
