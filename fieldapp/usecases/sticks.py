"""Sticks (U 盘): bundles for the district and for colleagues' laptops, many on one stick, read and written with one press.

A stick's folder may hold the bundles of several laptops and the district's answers to them; each reader finds its own by the
readable beginning of the files. What was written last stays here as well, sealed for its recipient, in case the stick is lost.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fieldapp.errors import BadInput, CardRefused, CodedError, NotEnrolled, NotFound
from fieldapp.errors import Offline as Unreachable
from sync.operation import device_id

from . import exchange, kept_bundles
from .exchange import PEER, ExchangeReport, Report
from .lines import waiting

if TYPE_CHECKING:
    from fieldapp.store.database import Database as Workspace
    from sync.bundle import Header, Read
    from sync.card import Colleague as Known
    from sync.client.http import HttpPeer


@dataclass(frozen=True, slots=True)
class Colleague:
    """Another laptop for which a bundle can be written."""

    device: str
    name: str
    person: str
    area: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A file on the stick that could not be read, with the code of the reason."""

    file: str
    code: str


@dataclass(frozen=True, slots=True)
class StickReport:
    """What one press did with a stick."""

    read: int
    """Bundles for this laptop."""
    received: int
    files_received: int
    set_aside: int
    cards: int
    """Colleagues that became known."""
    passed_over: int
    """Bundles for others, which stay where they are."""
    written: str
    """The new bundle for the district, by name."""
    sent: int
    files_sent: int
    refused: tuple[Refused, ...] = ()


@dataclass(frozen=True, slots=True)
class RelayReport:
    """What was brought to the district over this laptop's line for others."""

    carried: int
    answers: tuple[str, ...]
    """Names of the bundles that were written back on the stick."""
    refused: tuple[Refused, ...]


def write(workspace: Workspace, file: Path, report: Report) -> ExchangeReport:
    """Write what the district has no receipt for, and keep the bundle here as well. Raises NotEnrolled, BundleUnwritable."""
    done = exchange.write_bundle(workspace, file, report)
    kept_bundles.keep(workspace, file)
    return done


def give(workspace: Workspace, device: str, file: Path, report: Report) -> ExchangeReport:
    """Write for a colleague's laptop what both may see; it is sent on to the district from there, too.

    Raises NotEnrolled, CardRefused, BundleUnwritable.
    """
    from fieldapp.store import audit
    from fieldapp.store.replica import StoreReplica
    from sync import across

    key, known = _known(workspace)
    if device not in known:
        raise CardRefused(reason="unknown")
    report(0, 1, file.name)
    written = across.write(StoreReplica(workspace), file, known[device], PEER, key, workspace.place.clock.now())
    with workspace.begin() as tx:
        audit.record(tx, "bundle-give", device, f"{written.operations}")
    kept_bundles.keep(workspace, file)
    report(1, 1, file.name)
    return ExchangeReport(written.operations, 0, written.files, 0, 0, 0, 0)


def read(workspace: Workspace, file: Path, report: Report) -> ExchangeReport:
    """Take in a bundle of the district or of a colleague's laptop.

    Raises NotFound, NotEnrolled, BundleDamaged, BundleForeign, BundleRevoked, CardRefused.
    """
    from sync import across, bundle

    if not file.is_file():
        raise NotFound(what="file", id=str(file))
    if not across.is_across(bundle.read_header(file)):
        return exchange.read_bundle(workspace, file, report)
    report(0, 1, file.name)
    done = _read_across(workspace, file)
    report(1, 1, file.name)
    return ExchangeReport(0, done.received, 0, done.files_received, 0, len(done.set_aside), 0)


def visit(workspace: Workspace, folder: Path, report: Report) -> StickReport:
    """One press: read what is for this laptop, learn the cards, write what the district lacks and the own card.

    A bundle that cannot be read stops no other. Raises NotEnrolled, NotFound, BundleUnwritable, Cancelled.
    """
    _known(workspace)
    if not folder.is_dir():
        raise NotFound(what="folder", id=str(folder))
    mine, others, before = _sorted_out(workspace, folder)
    refused: list[Refused] = []
    reports: list[ExchangeReport] = []
    for at, file in enumerate(mine):
        report(at, len(mine) + 1, file.name)
        try:
            reports.append(read(workspace, file, _unseen))
        except CodedError as error:
            refused.append(Refused(file.name, error.code))
    cards = _learn_cards(workspace, folder, refused)
    out = folder / f"{workspace.place.clock.now():%Y%m%d-%H%M%S}-{workspace.device.device[:8]}.bundle"
    written = write(workspace, out, _unseen)
    _replace(workspace, out, before)
    with contextlib.suppress(CardRefused):
        write_card(workspace, folder)
    report(len(mine) + 1, len(mine) + 1, out.name)
    return StickReport(
        read=len(reports),
        received=sum(one.received for one in reports),
        files_received=sum(one.files_received for one in reports),
        set_aside=sum(one.set_aside for one in reports),
        cards=cards,
        passed_over=others,
        written=out.name,
        sent=written.sent,
        files_sent=written.files_sent,
        refused=tuple(refused),
    )


def relay(workspace: Workspace, folder: Path, report: Report) -> RelayReport:
    """Bring the bundles on a stick to the district over this laptop's line and put the answers beside them; this laptop reads neither.

    Raises NotEnrolled, NotFound, BundleUnwritable, Offline, ForeignCertificate, ClockWrong, CertificateExpired, Cancelled.
    """
    from sync import bundle

    if not folder.is_dir():
        raise NotFound(what="folder", id=str(folder))
    key, _ = _known(workspace)
    district = device_id(key)
    found = sorted(
        ((header.created, file, header) for file, header in bundle.lying_in(folder) if not header.key and header.sender != district),
        key=lambda one: one[0],
    )
    answers: list[str] = []
    refused: list[Refused] = []
    with _line(workspace, report) as peer:
        for at, (_, file, header) in enumerate(found):
            report(at, len(found), file.name)
            out = folder / f"{workspace.place.clock.now():%Y%m%d-%H%M%S}-{header.sender[:8]}-{at}-answer.fab"
            try:
                kept_bundles.put(out, peer.carry(_small(file)))
                bundle.check(out, {district: key})
            except Unreachable:
                raise
            except CodedError as error:
                refused.append(Refused(file.name, error.code))
                continue
            answers.append(out.name)
    report(len(found), len(found), "")
    return RelayReport(len(answers), tuple(answers), tuple(refused))


def card_text(workspace: Workspace) -> str:
    """This laptop's card as a file or a QR code holds it. Raises NotEnrolled, CardRefused (no-own-card)."""
    from sync import card

    _, known = _known(workspace)
    if workspace.device.device not in known:
        raise CardRefused(reason="no-own-card")
    return card.text(known[workspace.device.device].card)


def write_card(workspace: Workspace, folder: Path) -> Path:
    """Put this laptop's card on a stick. Raises NotEnrolled, CardRefused, BundleUnwritable."""
    from sync.card import SUFFIX
    from sync.errors import BundleUnwritable

    file = folder / f"{workspace.device.device[:8]}{SUFFIX}"
    try:
        file.write_text(card_text(workspace), encoding="utf-8")
    except OSError as wrong:
        raise BundleUnwritable(file=file.name, detail=wrong.strerror or "") from wrong
    return file


def learn_card(workspace: Workspace, told: str) -> Colleague:
    """Get to know a colleague's laptop by the text of its card. Raises NotEnrolled, CardRefused."""
    from fieldapp.store import audit
    from fieldapp.store.replica import StoreReplica
    from sync import card

    key, known = _known(workspace)
    found = card.read(card.from_text(told), key)
    if found.device not in known:
        StoreReplica(workspace).learn_cards([found.card])
        with workspace.begin() as tx:
            audit.record(tx, "card-learned", found.device, found.person)
    return _value(found)


def is_card(file: Path) -> bool:
    """Whether a file is named as a card."""
    from sync.card import SUFFIX

    return file.suffix == SUFFIX


def learn_card_file(workspace: Workspace, file: Path) -> Colleague:
    """Get to know a colleague's laptop by the file of its card. Raises NotFound, NotEnrolled, CardRefused."""
    if not file.is_file():
        raise NotFound(what="file", id=str(file))
    return learn_card(workspace, _text(file))


def colleagues(workspace: Workspace) -> tuple[Colleague, ...]:
    """The laptops that a bundle can be written for, by person; none before enrolment."""
    from fieldapp.store.replica import StoreReplica
    from sync import card

    try:
        _, known = _known(workspace)
    except NotEnrolled:
        return ()
    mine, revoked = known.get(workspace.device.device), set(StoreReplica(workspace).revoked())
    found = [
        _value(one)
        for one in known.values()
        if mine is not None and one is not mine and one.seal_key and one.device not in revoked and card.shared(mine.area, one.area)
    ]
    return tuple(sorted(found, key=lambda one: (one.person, one.name, one.device)))


def _known(workspace: Workspace) -> tuple[bytes, dict[str, Known]]:
    """The district's key and what the cards here say. Raises NotEnrolled."""
    from fieldapp.store import colleagues, facts
    from sync import card

    with workspace.read() as tx:
        key = bytes.fromhex(facts.get(tx, colleagues.DISTRICT_KEY))
        cards = colleagues.known(tx)
    if not key:
        raise NotEnrolled()
    return key, card.believed(cards, key)


def _line(workspace: Workspace, report: Report) -> HttpPeer:
    from fieldapp.store import facts
    from sync.client.http import HttpPeer

    key, _ = _known(workspace)
    with workspace.read() as tx:
        url = facts.get(tx, facts.SERVER_URL)
    return HttpPeer(url, workspace.device, key, name=PEER, wait=waiting(report, 0), authority=exchange.authority(workspace))


def _small(file: Path) -> bytes:
    """A bundle that a line takes at once. Raises BadInput (too-large), BundleDamaged."""
    from sync.wire import MAX_PACKED

    if file.stat().st_size > MAX_PACKED:
        raise BadInput(what="too-large", value=file.name)
    return file.read_bytes()


def _value(known: Known) -> Colleague:
    return Colleague(known.device, known.name, known.person, known.area)


def _read_across(workspace: Workspace, file: Path) -> Read:
    from fieldapp.store import audit
    from fieldapp.store.replica import StoreReplica
    from sync import across

    key, _ = _known(workspace)
    done = across.read(StoreReplica(workspace), file, key)
    with workspace.begin() as tx:
        audit.record(tx, "bundle-take", done.sender, f"{done.received}")
    return done


def _sorted_out(workspace: Workspace, folder: Path) -> tuple[list[Path], int, list[Path]]:
    """The bundles for this laptop, the oldest first; how many are for others; and what this very laptop wrote for the district."""
    from sync import bundle
    from sync.keys import sealing_public

    seal, mine = device_id(sealing_public(workspace.device)), workspace.device.device
    found: list[tuple[Header, Path]] = [(header, file) for file, header in bundle.lying_in(folder)]
    found.sort(key=lambda pair: (pair[0].created, pair[1].name))
    read = [file for header, file in found if header.recipient == seal and header.sender != mine]
    own = [(header, file) for header, file in found if header.sender == mine]
    # A machine that was cloned from this one writes under the same name what is not here.
    written_here = {bundle.read_header(file).serial for file in kept_bundles.files(workspace.folder / kept_bundles.SENT)}
    return read, len(found) - len(read) - len(own), [file for header, file in own if not header.key and header.serial in written_here]


def _learn_cards(workspace: Workspace, folder: Path, refused: list[Refused]) -> int:
    """How many colleagues became known by the cards on the stick."""
    from sync.card import SUFFIX

    before = len(_known(workspace)[1])
    for file in sorted(folder.glob(f"*{SUFFIX}")):
        try:
            learn_card_file(workspace, file)
        except CodedError as error:
            refused.append(Refused(file.name, error.code))
    return len(_known(workspace)[1]) - before


def _text(file: Path) -> str:
    from sync.card import LARGEST

    try:
        with file.open("rb") as source:
            return source.read(LARGEST + 1).decode("utf-8")
    except (OSError, UnicodeDecodeError) as wrong:
        raise CardRefused(reason="garbled") from wrong


def _replace(workspace: Workspace, fresh: Path, before: list[Path]) -> None:
    """Take away what the new bundle holds as well, once it was read back from the stick and found whole."""
    from sync import bundle

    bundle.check(fresh, {workspace.device.device: workspace.device.public_key})
    for file in before:
        with contextlib.suppress(OSError):
            file.unlink()


def _unseen(_done: int, _total: int, _text: str) -> None:
    """One file of many."""
