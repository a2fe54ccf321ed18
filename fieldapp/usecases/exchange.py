"""Exchange with the district: enrol, sync by network or stick, see and resolve conflicts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fieldapp.errors import AlreadyThere, ExchangeError, NotEnrolled, NotFound
from fieldapp.words import say

if TYPE_CHECKING:
    from fieldapp.store.database import Database as Workspace
    from fieldapp.store.transaction import Transaction
    from sync.protocol import Enrolment

Report = Callable[[int, int, str], None]
PEER = "district"
_DISTRICT_KEY, _SEAL_KEY = "district-key", "district-seal-key"
_PERSON, _AREA, _CERTIFICATE = "district-person", "district-area", "district-certificate"
_LAST_SYNC, _LAST_ERROR = "last-sync", "last-error"


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
    last_sync: str
    last_error: str


@dataclass(frozen=True, slots=True)
class ExchangeReport:
    """What an exchange did."""

    sent: int
    received: int
    files_sent: int
    files_received: int
    files_left: int
    set_aside: int
    differing: int
    """Villages in which the two sides still differ."""


@dataclass(frozen=True, slots=True)
class ConflictWrite:
    """One of the values that stand against one another."""

    value: str
    who: str
    when: str
    device: str


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


def enrol(workspace: Workspace, url: str, code: str, report: Report) -> ExchangeStatus:
    """Make this laptop known to the district with a one-time code; from then on the district can help when a passphrase is lost.

    Raises AlreadyThere, Offline, Refused, GarbledReply.
    """
    from fieldapp.store import audit, facts
    from sync.client.enrol import enrol as ask

    with workspace.read() as tx:
        if held := facts.get(tx, facts.SERVER_URL):
            raise AlreadyThere(what="server", id=held)
        name = facts.get(tx, facts.DEVICE_NAME) or workspace.user
    report(0, 1, say("exchange-enrolling"))
    enrolment = ask(url, code.strip(), workspace.device, workspace.device.public_key, name)
    with workspace.begin() as tx:
        _keep(tx, url.rstrip("/"), enrolment)
        audit.record(tx, "enrol", url, enrolment.person)
    workspace.keyring.seal_for_district(enrolment.district_seal_key)
    report(1, 1, say("exchange-enrolled"))
    return status(workspace)


def status(workspace: Workspace) -> ExchangeStatus:
    """Where the exchange stands, read from the workspace alone."""
    from fieldapp.store import attachments, facts, households, intake, outbox

    with workspace.read() as tx:
        return ExchangeStatus(
            server=facts.get(tx, facts.SERVER_URL),
            device=tx.device,
            person=facts.get(tx, _PERSON),
            area=facts.get(tx, _AREA),
            unsent=outbox.unsent(tx, PEER),
            files_waiting=len(attachments.to_send(tx, PEER)),
            files_wanted=len(attachments.wanted(tx)),
            conflicts=len(households.in_conflict(tx)),
            set_aside=intake.count_set_aside(tx),
            last_sync=facts.get(tx, _LAST_SYNC),
            last_error=facts.get(tx, _LAST_ERROR),
        )


def sync_now(workspace: Workspace, report: Report) -> ExchangeReport:
    """Push, pull, compare and trade files with the district server; raises NotEnrolled, Offline, Refused, GarbledReply."""
    from fieldapp.store import audit, facts
    from fieldapp.store.replica import StoreReplica
    from sync.client.http import HttpPeer
    from sync.session import exchange

    with workspace.read() as tx:
        url, key = facts.get(tx, facts.SERVER_URL), bytes.fromhex(facts.get(tx, _DISTRICT_KEY))
    if not url:
        raise NotEnrolled()

    def told(done: int, total: int, message: str) -> None:
        report(done, total, say(message))

    try:
        with HttpPeer(url, workspace.device, key, name=PEER) as peer:
            done = exchange(StoreReplica(workspace), peer, told)
    except ExchangeError as error:
        _note(workspace, _LAST_ERROR, error.code)
        raise
    with workspace.begin() as tx:
        audit.record(tx, "sync", url, f"sent {done.sent} received {done.received} files {done.files_sent} {done.files_received}")
    _note(workspace, _LAST_SYNC, workspace.place.clock.now().isoformat(timespec="seconds"))
    return ExchangeReport(
        done.sent,
        done.received,
        done.files_sent,
        done.files_received,
        done.files_left,
        len(done.set_aside) + len(done.quarantined),
        len(done.differing),
    )


def conflicts(workspace: Workspace) -> tuple[ConflictLine, ...]:
    """Every field that waits for a decision, by household."""
    from fieldapp.store import households, operations

    lines = []
    with workspace.read() as tx:
        for household, records in households.in_conflict(tx).items():
            head = households.line(tx, household).head_name
            for record in records:
                for one in operations.conflicts(tx, record):
                    writes = tuple(
                        ConflictWrite(write.value or "", write.user, operations.written_at(write.hlc), write.device) for write in one.writes
                    )
                    kind = operations.of_record(tx, record)[0].kind
                    lines.append(ConflictLine(record, kind, household, head, one.path, _label(one.path), writes))
    return tuple(lines)


def resolve(workspace: Workspace, record: str, field: str, value: str) -> None:
    """Decide a conflict: the value becomes the field's, written by somebody who saw all the others."""
    from fieldapp.store import audit, operations

    with workspace.begin() as tx:
        held = operations.of_record(tx, record)
        if not held:
            raise NotFound(what="record", id=record)
        operations.write(tx, held[0].kind, record, held[-1].vil, {field: value} if field else {}, why=say("exchange-resolved"))
        audit.record(tx, "resolve", record, field)


def write_bundle(workspace: Workspace, file: Path, report: Report) -> ExchangeReport:
    """Write what the district has no receipt for into one sealed file; it counts as sent only when a receipt comes back."""
    from fieldapp.store import audit, facts
    from fieldapp.store.replica import StoreReplica
    from sync import bundle

    with workspace.read() as tx:
        seal_key, key = facts.get(tx, _SEAL_KEY), facts.get(tx, _DISTRICT_KEY)
    if not seal_key:
        raise NotEnrolled()
    report(0, 1, file.name)
    written = bundle.write_to_district(
        StoreReplica(workspace), file, PEER, bytes.fromhex(key), bytes.fromhex(seal_key), workspace.place.clock.now()
    )
    with workspace.begin() as tx:
        audit.record(tx, "bundle-write", file.name, f"{written.operations}")
    report(1, 1, file.name)
    return ExchangeReport(written.operations, 0, written.files, 0, 0, 0, 0)


def read_bundle(workspace: Workspace, file: Path, report: Report) -> ExchangeReport:
    """Take in a sealed file from the district; reading it twice changes nothing. Raises BundleDamaged, BundleForeign."""
    from fieldapp.store import audit, facts
    from fieldapp.store.replica import StoreReplica
    from sync import bundle

    if not file.is_file():
        raise NotFound(what="file", id=str(file))
    with workspace.read() as tx:
        key = facts.get(tx, _DISTRICT_KEY)
    if not key:
        raise NotEnrolled()
    report(0, 1, file.name)
    read = bundle.read_from_district(StoreReplica(workspace), file, PEER, bytes.fromhex(key))
    with workspace.begin() as tx:
        audit.record(tx, "bundle-read", file.name, f"{read.received}")
    _note(workspace, _LAST_SYNC, workspace.place.clock.now().isoformat(timespec="seconds"))
    report(1, 1, file.name)
    return ExchangeReport(0, read.received, 0, read.files, 0, len(read.set_aside), 0)


def _keep(tx: Transaction, url: str, enrolment: Enrolment) -> None:
    from fieldapp.store import facts

    kept = {
        facts.SERVER_URL: url,
        _DISTRICT_KEY: enrolment.district_key.hex(),
        _SEAL_KEY: enrolment.district_seal_key.hex(),
        _PERSON: enrolment.person,
        _AREA: enrolment.area,
        _CERTIFICATE: enrolment.certificate,
    }
    for name, value in kept.items():
        facts.put(tx, name, value)


def _note(workspace: Workspace, fact: str, value: str) -> None:
    from fieldapp.store import facts

    with workspace.begin() as tx:
        facts.put(tx, fact, value)
        if fact == _LAST_SYNC:
            facts.put(tx, _LAST_ERROR, "")


def _label(path: str) -> str:
    """The field's name in words, the path itself where it is a form's own question."""
    message = f"field-{path.rpartition('/')[2].replace('_', '-').lstrip('@')}"
    told = say(message)
    return path if told == message else told
