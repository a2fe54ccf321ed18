"""Bundles at the district: take one in like a request over the line, and write the answer for one device."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

from sqlmodel import Session, select

from .. import bundle
from ..errors import BundleDamaged, GarbledReply, Refused
from ..protocol import SyncReply, SyncRequest, decode_request, encode_reply
from . import areas, attachments, feed, forms, left, people, quarantine, service
from .district import District, epoch_of
from .errors import NotKnown
from .tables import Device, File, FileRef, Op, Quarantine

_PAGE = 1 << 20


@dataclass(frozen=True, slots=True)
class ReadUp:
    """What a bundle from a laptop held."""

    device: str
    operations: int
    new: int
    known: int
    quarantined: int
    files: int
    created: str


@dataclass(frozen=True, slots=True)
class WrittenDown:
    """What the answer for a laptop holds."""

    file: str
    device: str
    operations: int
    receipts: int
    files: int
    bytes: int


def read_up(district: District, file: Path) -> ReadUp:
    """Take in a laptop's bundle; the device is as believed as over the line. Raises BundleDamaged, BundleForeign, NotKnown(file)."""
    if not file.is_file():
        raise NotKnown(what="file", name=str(file))
    with district.reading() as session:
        senders = {device.id: device.public_key for device in session.exec(select(Device)).all()}
    header = bundle.check(file, senders)
    operations = new = quarantined = files = 0
    before = _count(district)
    for kind, payload in bundle.unsealed(file, district.seal_key):
        if kind == bundle.FILE:
            files += _keep_file(district, file, payload, header.sender)
            continue
        request = _request(file, payload)
        _, apart = service.take_in(district, header.sender, request.operations)
        operations, quarantined = operations + len(request.operations), quarantined + len(apart)
        _remember(district, header, request)
    new = _count(district) - before
    return ReadUp(
        device=header.sender,
        operations=operations,
        new=new,
        known=operations - new - quarantined,
        quarantined=quarantined,
        files=files,
        created=header.created,
    )


def write_down(district: District, device: str, file: Path) -> WrittenDown:
    """Write for one device what is new for it since it last told where it stands, with receipts for what it brought.

    Raises NotKnown(device), Refused(revoked), BundleUnwritable.
    """
    with district.reading() as session:
        known = session.get(Device, device)
        if known is None:
            raise NotKnown(what="device", name=device)
        if known.revoked_at:
            raise Refused(reason="revoked")
        seal_key = known.seal_key
        replies = _replies(district, session, known)
        shas = _new_files(session, known, replies)

    def entries() -> list[tuple[bytes, bytes]]:
        bodies = [(bundle.BODY, encode_reply(reply)) for reply in replies]
        return bodies + [(bundle.FILE, bytes.fromhex(sha) + attachments.read(district, sha)) for sha in shas]

    size = bundle.write(file, district.key, seal_key, district.key.device, district.now(), entries())
    return WrittenDown(
        file=str(file),
        device=device,
        operations=sum(len(page.operations) for reply in replies for page in reply.pages),
        receipts=len(replies[0].receipts),
        files=len(shas),
        bytes=size,
    )


def _replies(district: District, session: Session, device: Device) -> list[SyncReply]:
    scope = service.device_scope(session, device)
    told: dict[str, int] = json.loads(device.cursors)
    cursors = {village: told.get(village, 0) for village in scope}
    all_forms = [forms.read(session, form, version) for form, version in forms.published(session)]
    replies = [
        SyncReply(
            epoch=epoch_of(session),
            receipts=_receipts(session, device.id),
            quarantined=quarantine.told_to(session, device.id),
            scope=scope,
            areas=areas.rows_for(session, device.area),
            forms=tuple(all_forms),
            files=tuple(session.exec(select(File.sha).where(File.device == device.id)).all()),
            time=district.stamp(),
        )
    ]
    more = True
    while more:
        pages, _, more = service.pages_from(session, device.id, cursors, _PAGE, set())
        # A damaged feed that leads nowhere must not be followed for ever.
        more = more and any(page.next > page.start for page in pages)
        cursors.update({page.village: page.next for page in pages})
        replies.append(
            replace(
                replies[0],
                receipts=(),
                quarantined=(),
                areas=(),
                forms=(),
                files=(),
                pages=pages,
                authors=service.authors_of(session, pages),
            )
        )
    return replies


def _receipts(session: Session, device: str) -> tuple[str, ...]:
    apart = session.exec(select(Quarantine.id).where(Quarantine.sender == device)).all()
    return (*session.exec(select(Op.id).where(Op.sender == device)).all(), *apart)


def _new_files(session: Session, device: Device, replies: list[SyncReply]) -> list[str]:
    """Files that the operations in this bundle name, and that came from somebody else."""
    named = {
        value for reply in replies for page in reply.pages for operation in page.operations for value in operation.set.values() if value
    }
    scope = set(service.device_scope(session, device))
    found = session.exec(select(File.sha, FileRef.vil).join(FileRef, FileRef.sha == File.sha).where(File.device != device.id)).all()  # type: ignore[arg-type]
    return sorted({sha for sha, village in found if village in scope and sha in named})


def _request(file: Path, payload: bytes) -> SyncRequest:
    try:
        return decode_request(payload)
    except GarbledReply as wrong:
        raise BundleDamaged(file=file.name, what=str(wrong.values.get("what", ""))) from wrong


def _keep_file(district: District, file: Path, payload: bytes, sender: str) -> int:
    with district.reading() as session:
        if people.require_device(session, sender).revoked_at:
            return 0
    sha, data = bundle.split_file(file, payload)
    if not attachments.is_here(district, sha):
        attachments.keep(district, sha, data, sender)
    return 1


def _remember(district: District, header: bundle.Header, request: SyncRequest) -> None:
    """Where the laptop stood when it wrote the bundle, unless that was in another life of this database."""
    with district.writing() as session:
        known = people.require_device(session, header.sender)
        known.last_seen = district.stamp()
        known.cursors = json.dumps(dict(request.cursors) if request.epoch == epoch_of(session) else {}, sort_keys=True)
        session.add(known)
        left.note(session, header.sender, request.left, header.created)


def _count(district: District) -> int:
    with district.reading() as session:
        return feed.total(session)
