"""Bundles at the district: take one in like a request over the line, and write the answer for one device."""

from __future__ import annotations

import contextlib
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sqlmodel import Session, col, select

from .. import bundle
from ..errors import BundleDamaged, ExchangeError, GarbledReply, Refused
from ..operation import device_id
from ..protocol import SyncReply, SyncRequest, decode_request, encode_reply
from ..replica import FeedPage
from ..wire import HASH
from . import areas, attachments, feed, forms, left, people, quarantine, service
from .district import District, epoch_of
from .errors import FileDamaged, NotKnown
from .tables import Device, File, FileRef, Op, Quarantine

_PAGE = 1 << 20
_RELAYED = 4 << 20
"""Bytes of photos in an answer that goes over somebody else's line."""


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


@dataclass(frozen=True, slots=True)
class Carried:
    """What one press did with a stick that several laptops' bundles lie on."""

    bundles: int
    """Read, for the district."""
    operations: int
    new: int
    quarantined: int
    files: int
    answers: tuple[str, ...]
    """Names of the bundles that were written, one for each laptop that brought something and is not revoked."""
    refused: tuple[tuple[str, str], ...]
    """(file, code) of bundles that could not be read."""
    passed_over: int
    """Bundles for others."""


def serve_stick(district: District, folder: Path) -> Carried:
    """Read every bundle for the district on a stick, the oldest first, and write every answer back beside them.

    A bundle that cannot be read stops no other; an answer takes the place of the older ones for the same laptop once it is whole.
    Raises NotKnown(folder), BundleUnwritable.
    """
    if not folder.is_dir():
        raise NotKnown(what="folder", name=str(folder))
    found = bundle.lying_in(folder)
    mine = device_id(district.seal_public)
    brought = sorted(((header.created, file) for file, header in found if header.recipient == mine), key=lambda pair: pair[0])
    read, refused = [], []
    for _, file in brought:
        try:
            read.append(read_up(district, file))
        except ExchangeError as error:
            refused.append((file.name, error.code))
    answers = [_answer(district, folder, device, found) for device in sorted({one.device for one in read})]
    return Carried(
        bundles=len(read),
        operations=sum(one.operations for one in read),
        new=sum(one.new for one in read),
        quarantined=sum(one.quarantined for one in read),
        files=sum(one.files for one in read),
        answers=tuple(answer for answer in answers if answer),
        refused=tuple(refused),
        passed_over=sum(header.recipient != mine and header.sender != district.key.device for _, header in found),
    )


def _answer(district: District, folder: Path, device: str, found: Sequence[tuple[Path, bundle.Header]]) -> str:
    """The name of the answer for a device, empty for one that gets none."""
    with district.reading() as session:
        known = people.require_device(session, device)
        seal = device_id(known.seal_key)
        if known.revoked_at:
            return ""
    file = folder / f"{district.now().astimezone():%Y%m%d-%H%M%S}-{device[:8]}-answer{bundle.SUFFIX}"
    write_down(district, device, file)
    bundle.check(file, {district.key.device: district.key.public_key})
    for old, header in found:
        if header.sender == district.key.device and header.recipient == seal and old != file:
            with contextlib.suppress(OSError):
                old.unlink()
    return file.name


def relay(district: District, data: bytes) -> bytes:
    """Read a bundle that somebody else carried here over a line, and give the answer for whoever wrote it, with few photos.

    Nobody on the way can read either. Raises BundleDamaged, BundleForeign, Refused(revoked) for its writer, after it was taken in.
    """
    folder = district.folder / "relayed"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="relay-", dir=folder) as place:
        up, down = Path(place) / "up", Path(place) / "down"
        up.write_bytes(data)
        brought = read_up(district, up)
        write_down(district, brought.device, down, most_bytes=_RELAYED)
        return down.read_bytes()


def write_down(district: District, device: str, file: Path, *, most_bytes: int = 1 << 62) -> WrittenDown:
    """Write for one device what is new for it since it last told where it stands, with receipts for what it brought.

    Files end after so many bytes of them. Raises NotKnown(device), Refused(revoked), BundleUnwritable.
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

    given, room = list[str](), [most_bytes]

    def entries() -> Iterator[tuple[bytes, bytes]]:
        yield from ((bundle.BODY, encode_reply(reply)) for reply in replies)
        for sha in shas:
            # One that is damaged here keeps no other from going; the laptop asks for it again.
            with contextlib.suppress(FileDamaged):
                data = attachments.read(district, sha)
                room[0] -= len(data)
                if room[0] < 0:
                    return
                given.append(sha)
                yield bundle.FILE, bytes.fromhex(sha) + data

    size = bundle.write(file, district.key, seal_key, district.key.device, district.now(), entries())
    return WrittenDown(
        file=str(file),
        device=device,
        operations=sum(len(page.operations) for reply in replies for page in reply.pages),
        receipts=len(replies[0].receipts),
        files=len(given),
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
            cards=people.cards(district, session, device),
            authors=people.revoked_near(session, device),
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
                files=_files_here(session, _named(pages)),
                pages=pages,
                authors=service.authors_of(session, pages, device),
                cards=(),
            )
        )
    return replies


def _receipts(session: Session, device: str) -> tuple[str, ...]:
    apart = session.exec(select(Quarantine.id).where(Quarantine.sender == device)).all()
    return (*session.exec(select(Op.id).where(Op.sender == device)).all(), *apart)


def _new_files(session: Session, device: Device, replies: list[SyncReply]) -> list[str]:
    """Files that the operations in this bundle name, and that came from somebody else."""
    named = {value for reply in replies for value in _named(reply.pages)}
    scope = set(service.device_scope(session, device))
    found = session.exec(select(File.sha, FileRef.vil).join(FileRef, FileRef.sha == File.sha).where(File.device != device.id)).all()  # type: ignore[arg-type]
    return sorted({sha for sha, village in found if village in scope and sha in named})


def _named(pages: Sequence[FeedPage]) -> set[str]:
    """What may be the hash of a file in these operations."""
    values = (value for page in pages for operation in page.operations for value in operation.set.values())
    return {value for value in values if value and HASH.fullmatch(value)}


def _files_here(session: Session, named: set[str]) -> tuple[str, ...]:
    """Those that are wholly here, whoever brought them: nobody need bring them again."""
    wanted, found = sorted(named), list[str]()
    for at in range(0, len(wanted), 500):
        found += session.exec(select(File.sha).where(col(File.sha).in_(wanted[at : at + 500]))).all()
    return tuple(sorted(found))


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
