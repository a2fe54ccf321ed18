"""Where the exchange stands: what waits by kind, receipts, bytes, last success and failure, the next try; from the workspace alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import rounds

if TYPE_CHECKING:
    from fieldapp.store.database import Database as Workspace
    from fieldapp.store.transaction import Transaction

PEER = "district"
PERSON, AREA = "district-person", "district-area"
LAST_SYNC = rounds.LAST_SYNC
LAST_ERROR, FAILED_AT = "last-error", "last-error-at"
AUTHORITY, PHOTOS_LATER = "district-authority", "photos-later"
UP, DOWN, OFFSET = "last-bytes-up", "last-bytes-down", "clock-offset"
_KINDS = {
    "household": "household",
    "member": "household",
    "submission": "submission",
    "attachment": "photo",
    "archive": "archive",
    "copy_made": "archive",
    "copy_taken": "archive",
}
"""Kind of record → what a person calls it; the rest is `other`."""
QUEUES = ("household", "submission", "photo", "archive", "other")


@dataclass(frozen=True, slots=True)
class QueueLine:
    """What waits of one kind."""

    kind: str
    """One of QUEUES."""
    records: int
    operations: int
    bytes: int
    """As they are here; about a tenth of it goes over the line."""


@dataclass(frozen=True, slots=True)
class ExchangeStatus:
    """Where the exchange stands."""

    server: str
    """Empty while this laptop is not enrolled."""
    device: str
    person: str
    area: str
    unsent: int
    """Operations without the district's receipt: 0 means that the district has everything."""
    files_waiting: int
    files_wanted: int
    conflicts: int
    set_aside: int
    """Operations that this laptop keeps apart."""
    last_sync: str
    """When the last exchange succeeded."""
    last_error: str
    """Code of why the last one failed, empty if it did not."""
    receipts: int = 0
    """Operations that the district has for certain."""
    bytes_up: int = 0
    """Of the last exchange, as those down, without what TLS adds."""
    bytes_down: int = 0
    clock_offset_s: int = 0
    """How far the district's clock was ahead, as far as it had to be noticed."""
    pinned: bool = False
    """The line is TLS to the authority of the enrolment slip."""
    photos_later: bool = False
    """Records only; previews and photos stay here until this is turned off."""
    set_aside_there: int = 0
    """Operations of this laptop that the district keeps apart."""
    failed_at: str = ""
    failures: int = 0
    """In a row."""
    unattended: bool = True
    """It exchanges by itself."""
    next_try: str = ""
    """When, ISO 8601; empty if it does not."""
    not_before: str = ""
    """The district asked not to come earlier."""
    files_waiting_bytes: int = 0
    files_wanted_bytes: int = 0
    queue: tuple[QueueLine, ...] = ()


def status(workspace: Workspace) -> ExchangeStatus:
    """Where the exchange stands, read from the workspace alone."""
    from fieldapp.store import attachments, facts, households, intake, outbox

    with workspace.read() as tx:
        to_send, wanted = attachments.to_send(tx, PEER), attachments.wanted(tx)
        planned = rounds.planned(tx)
        return ExchangeStatus(
            server=facts.get(tx, facts.SERVER_URL),
            device=tx.device,
            person=facts.get(tx, PERSON),
            area=facts.get(tx, AREA),
            unsent=outbox.unsent(tx, PEER),
            files_waiting=len(to_send),
            files_wanted=len(wanted),
            conflicts=len(households.in_conflict(tx)),
            set_aside=intake.count_set_aside(tx),
            last_sync=facts.get(tx, LAST_SYNC),
            last_error=facts.get(tx, LAST_ERROR),
            receipts=outbox.receipted(tx, PEER),
            bytes_up=int(facts.get(tx, UP, "0")),
            bytes_down=int(facts.get(tx, DOWN, "0")),
            clock_offset_s=int(facts.get(tx, OFFSET, "0")),
            pinned=bool(facts.get(tx, AUTHORITY)),
            photos_later=bool(facts.get(tx, PHOTOS_LATER)),
            set_aside_there=len(facts.get(tx, f"apart:{PEER}").split("\n")) if facts.get(tx, f"apart:{PEER}") else 0,
            failed_at=facts.get(tx, FAILED_AT),
            failures=planned.failures,
            unattended=planned.is_on,
            next_try=planned.next_try.isoformat(timespec="seconds") if planned.next_try else "",
            not_before=planned.not_before.isoformat(timespec="seconds") if planned.not_before else "",
            files_waiting_bytes=attachments.weigh(tx, to_send),
            files_wanted_bytes=attachments.weigh(tx, wanted),
            queue=_queue(tx),
        )


def _queue(tx: Transaction) -> tuple[QueueLine, ...]:
    from fieldapp.store import outbox

    sums = dict.fromkeys(QUEUES, (0, 0, 0))
    for kind, *numbers in outbox.by_kind(tx, PEER):
        name = _KINDS.get(kind, "other")
        records, operations, size = (one + more for one, more in zip(sums[name], numbers, strict=True))
        sums[name] = (records, operations, size)
    return tuple(QueueLine(kind, *numbers) for kind, numbers in sums.items() if any(numbers))
