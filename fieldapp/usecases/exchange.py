"""Exchange with the district: enrol, sync by network or stick, see and resolve conflicts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fieldapp.errors import AlreadyThere, ExchangeError, NotEnrolled, NotFound, Offline
from fieldapp.words import say

from . import exchange_status, rounds
from .decisions import ConflictLine, ConflictWrite, conflicts, resolve
from .exchange_status import PEER, ExchangeStatus, status
from .lines import LONGEST_WAIT_S, UNATTENDED_WAIT_S, Hold, Stage, waiting, words_of

if TYPE_CHECKING:
    from fieldapp.store.database import Database as Workspace
    from fieldapp.store.transaction import Transaction
    from sync.client.http import HttpPeer
    from sync.protocol import Enrolment
    from sync.session import Summary
    from sync.slip import Slip

__all__ = [
    "PEER", "ConflictLine", "ConflictWrite", "ExchangeReport", "ExchangeStatus", "authority", "conflicts", "enrol", "enrol_by_slip",
    "is_slip", "read_bundle", "resolve", "set_photos_later", "slip_text", "status", "sync_now", "write_bundle",
]  # fmt: skip

Report = Callable[[int, int, str], None]
_DISTRICT_KEY, _SEAL_KEY, _CERTIFICATE = "district-key", "district-seal-key", "district-certificate"
_BATCH = "line-batch"


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
    previews: int = 0
    bytes_up: int = 0
    bytes_down: int = 0


def enrol(workspace: Workspace, url: str, code: str, report: Report) -> ExchangeStatus:
    """Make this laptop known to the district with a one-time code, or with the text of a slip in the place of the address.

    From then on the district can help when a passphrase is lost. Raises AlreadyThere, Offline, Refused, GarbledReply, ForeignCertificate,
    ClockWrong.
    """
    from sync import slip

    if is_slip(url):
        return enrol_by_slip(workspace, url, report)
    return _enrol(workspace, slip.Slip(url.strip().rstrip("/"), code.strip()), report)


def enrol_by_slip(workspace: Workspace, told: str, report: Report) -> ExchangeStatus:
    """Enrol with the text of a slip or of a slip's file: the district is then known by its pin. Raises as `enrol`."""
    from sync import slip

    return _enrol(workspace, slip.read(told), report)


def is_slip(told: str) -> bool:
    """Whether this is the text of a slip."""
    from sync import slip

    return told.strip().startswith((slip.SCHEME, "{"))


def slip_text(told: str) -> str:
    """A slip's text as it is, or what stands in its file. Raises NotFound."""
    if is_slip(told):
        return told
    try:
        return Path(told).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise NotFound(what="file", id=told) from None


def _enrol(workspace: Workspace, slip: Slip, report: Report) -> ExchangeStatus:
    from fieldapp.store import audit, facts
    from sync.client.enrol import authority_of
    from sync.client.enrol import enrol as ask

    with workspace.read() as tx:
        if held := facts.get(tx, facts.SERVER_URL):
            raise AlreadyThere(what="server", id=held)
        name = facts.get(tx, facts.DEVICE_NAME) or workspace.user
    report(0, 1, say("exchange-enrolling"))
    authority = authority_of(slip)
    device = workspace.device
    enrolment = ask(slip.url, slip.code, device, device.public_key, name, wait=waiting(report, 1), authority=authority)
    with workspace.begin() as tx:
        _keep(tx, slip.url.rstrip("/"), enrolment)
        facts.put(tx, exchange_status.AUTHORITY, authority)
        audit.record(tx, "enrol", slip.url, enrolment.person)
    workspace.keyring.seal_for_district(enrolment.district_seal_key)
    report(1, 1, say("exchange-enrolled"))
    return status(workspace)


def set_photos_later(workspace: Workspace, later: bool) -> None:
    """Whether exchanges leave the photos for another, better line."""
    from fieldapp.store import facts

    with workspace.begin() as tx:
        facts.put(tx, exchange_status.PHOTOS_LATER, "1" if later else "")


def authority(workspace: Workspace) -> str:
    """The certificate (PEM) of the district's own authority that the enrolment slip pinned, empty if there is none."""
    from fieldapp.store import facts

    with workspace.read() as tx:
        return facts.get(tx, exchange_status.AUTHORITY)


def sync_now(
    workspace: Workspace, report: Report, *, district_time: bool = False, unattended: bool = False, hold: Hold | None = None
) -> ExchangeReport:
    """Push, pull, compare, then previews, then files; `district_time` goes by the district's clock where this laptop's is wrong.

    One that is `unattended` waits for nobody, and what came to nothing leaves no line in the audit trail; `hold` can end a wait for the
    line from another thread. Raises NotEnrolled, Offline, AskedToWait, Refused, GarbledReply, ForeignCertificate, ClockWrong,
    CertificateExpired; Cancelled within a moment.
    """
    from fieldapp.store import facts
    from sync.client.http import HttpPeer

    with workspace.read() as tx:
        url, key = facts.get(tx, facts.SERVER_URL), bytes.fromhex(facts.get(tx, _DISTRICT_KEY))
        authority, later = facts.get(tx, exchange_status.AUTHORITY), bool(facts.get(tx, exchange_status.PHOTOS_LATER))
    if not url:
        raise NotEnrolled()
    stage = Stage(report)
    try:
        with HttpPeer(
            url,
            workspace.device,
            key,
            name=PEER,
            wait=waiting(stage.again, 0, UNATTENDED_WAIT_S if unattended else LONGEST_WAIT_S),
            tick=stage.tick,
            authority=authority,
            words_of=words_of(workspace),
            district_time=district_time,
        ) as peer:
            if hold is not None:
                hold.keep(peer.cut)
            try:
                done = _exchange(workspace, peer, stage, later)
            finally:
                _note_line(workspace, peer)
    except ExchangeError as error:
        _note_failure(workspace, url, error, unattended)
        raise
    _note_success(workspace, url, done, unattended)
    return done


class _NewText(Exception):
    """Something was written while photos go across: text goes first."""


def _exchange(workspace: Workspace, peer: HttpPeer, stage: Stage, later: bool) -> ExchangeReport:
    """Records, then previews and photos; what is written meanwhile goes before the next photo."""
    from fieldapp.store import attachments

    turns, small, text_waits = [], 0, True
    while text_waits:
        done, text_waits = _records(workspace, peer, stage), False
        turns.append(done)
        if not later:
            try:
                small += _files(workspace, peer, stage, done)
            except _NewText:
                text_waits = True
            except Offline:
                later = True  # the records are across; photos go on another time
            stage.tick()
    with workspace.read() as tx:
        left = len(attachments.to_send(tx, PEER)) if later else done.files_left
    return ExchangeReport(
        sent=sum(one.sent for one in turns),
        received=sum(one.received for one in turns),
        files_sent=sum(one.files_sent for one in turns),
        files_received=sum(one.files_received for one in turns),
        files_left=left,
        set_aside=sum(len(one.set_aside) for one in turns) + len(done.quarantined),
        differing=len(done.differing),
        previews=small,
        bytes_up=peer.traffic.up,
        bytes_down=peer.traffic.down,
    )


def _records(workspace: Workspace, peer: HttpPeer, stage: Stage) -> Summary:
    from fieldapp.store import facts
    from fieldapp.store.replica import StoreReplica
    from sync.session import FIRST_BATCH, exchange

    bore: list[int] = []
    with workspace.read() as tx:
        first = int(facts.get(tx, _BATCH, str(FIRST_BATCH)))
    try:
        return exchange(StoreReplica(workspace, with_files=False), peer, stage.told, bore=bore.append, first_batch=first)
    finally:
        if bore:
            _note(workspace, _BATCH, str(bore[-1]))


def _files(workspace: Workspace, peer: HttpPeer, stage: Stage, done: Summary) -> int:
    """Returns how many previews went. Raises Offline, _NewText."""
    from fieldapp.store.replica import StoreReplica
    from sync.session import trade_files

    from . import previews

    replica = StoreReplica(workspace)

    def told(count: int, total: int, message: str) -> None:
        stage.told(count, total, message)
        if replica.unsent(PEER):
            raise _NewText

    small = previews.send(workspace, peer, stage.told)
    trade_files(replica, peer, told, done)
    return small


def _note_line(workspace: Workspace, peer: HttpPeer) -> None:
    from fieldapp.store import facts

    with workspace.begin() as tx:
        facts.put(tx, exchange_status.UP, str(peer.traffic.up))
        facts.put(tx, exchange_status.DOWN, str(peer.traffic.down))
        facts.put(tx, exchange_status.OFFSET, str(round(peer.clock_offset_s)))


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
    _note(workspace, exchange_status.LAST_SYNC, workspace.place.clock.now().isoformat(timespec="seconds"))
    report(1, 1, file.name)
    return ExchangeReport(0, read.received, 0, read.files, 0, len(read.set_aside), 0)


def _keep(tx: Transaction, url: str, enrolment: Enrolment) -> None:
    from fieldapp.store import colleagues, facts
    from sync.replica import Card

    kept = {
        facts.SERVER_URL: url,
        _DISTRICT_KEY: enrolment.district_key.hex(),
        _SEAL_KEY: enrolment.district_seal_key.hex(),
        exchange_status.PERSON: enrolment.person,
        exchange_status.AREA: enrolment.area,
        _CERTIFICATE: enrolment.certificate,
    }
    for name, value in kept.items():
        facts.put(tx, name, value)
    colleagues.keep(tx, [Card(enrolment.certificate, enrolment.signature)])


def _note_failure(workspace: Workspace, url: str, error: ExchangeError, unattended: bool) -> None:
    from fieldapp.store import audit, facts

    with workspace.begin() as tx:
        is_new = facts.get(tx, exchange_status.LAST_ERROR) != error.code
        facts.put(tx, exchange_status.LAST_ERROR, error.code)
        facts.put(tx, exchange_status.FAILED_AT, workspace.place.clock.now().isoformat(timespec="seconds"))
        rounds.failed(tx, int(str(error.values.get("retry_s", 0))))
        if is_new or not unattended:
            audit.record(tx, "sync-failed", url, error.code)


def _note_success(workspace: Workspace, url: str, done: ExchangeReport, unattended: bool) -> None:
    from fieldapp.store import audit, facts

    with workspace.begin() as tx:
        facts.put(tx, exchange_status.LAST_SYNC, workspace.place.clock.now().isoformat(timespec="seconds"))
        facts.put(tx, exchange_status.LAST_ERROR, "")
        rounds.succeeded(tx)
        if not unattended or done.sent or done.received or done.files_sent or done.files_received:
            told = f"sent {done.sent} received {done.received} files {done.files_sent} {done.files_received}"
            audit.record(tx, "sync", url, told)


def _note(workspace: Workspace, fact: str, value: str) -> None:
    from fieldapp.store import facts

    with workspace.begin() as tx:
        facts.put(tx, fact, value)
        if fact == exchange_status.LAST_SYNC:
            facts.put(tx, exchange_status.LAST_ERROR, "")
