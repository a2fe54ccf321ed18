"""The bodies that travel: one request pushes operations and pulls the feed, one reply answers; the same bodies lie in a bundle.

The wire itself (compression, signatures, refusals) is `sync.wire`; docs/protocol.md describes both for another client.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from . import card, compact
from .errors import BadOperation, GarbledReply
from .operation import Operation, from_plain, to_plain
from .replica import AreaRow, Author, Card, FeedPage, PublishedForm
from .wire import (
    CLOSE,
    DEVICE,
    HASH,
    PLAIN,
    VILLAGE,
    a_claim,
    a_list,
    a_number,
    a_text,
    an_object,
    check_version,
    is_close,
    pack,
    pack_close,
    pairs,
    some_bytes,
    texts,
    two_numbers,
    unpack,
    unpack_close,
)

NO_DICTIONARIES: Mapping[bytes, bytes] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class SyncRequest:
    """What a laptop tells and asks. The operations are JSON values, so that one that cannot be read harms no other."""

    epoch: str
    cursors: Mapping[str, int]
    operations: Sequence[object] = ()
    forms: Sequence[tuple[str, str]] = ()
    areas: str = ""
    limit: int = 1 << 16
    """About how many bytes of feed the laptop wants in this reply."""
    version: int = PLAIN
    """Of the body in which it came; the reply comes in the same."""
    dictionaries: tuple[str, ...] = ()
    """Names of those that the asker has, the most fitting first."""
    left: tuple[int, int] | None = None
    """Operations and files that still wait at the laptop after this request; None from a program that does not tell."""
    cards: bool = False


@dataclass(frozen=True, slots=True)
class SyncReply:
    """What the district answers."""

    epoch: str
    receipts: tuple[str, ...] = ()
    """Ids of operations that the district has safely, quarantined ones included."""
    quarantined: tuple[tuple[str, str], ...] = ()
    """(operation id, reason code) of those that wait for a person."""
    pages: tuple[FeedPage, ...] = ()
    authors: tuple[Author, ...] = ()
    scope: tuple[str, ...] = ()
    digests: Mapping[str, tuple[int, str]] = field(default_factory=dict)
    """By village whose feed is now complete: count and XOR of ids of what this device should hold."""
    more: bool = False
    """There is more feed to pull."""
    areas: tuple[AreaRow, ...] = ()
    forms: tuple[PublishedForm, ...] = ()
    files: tuple[str, ...] = ()
    """Hashes of files that the district has from this device; told in bundles, as a line asks for each."""
    time: str = ""
    """The district's clock, ISO 8601."""
    cards: tuple[Card, ...] = ()
    unreadable: tuple[tuple[str, str], ...] = ()
    """(operation id, reason code) of operations in the pages that this program cannot read; never travels."""


@dataclass(frozen=True, slots=True)
class EnrolRequest:
    """A device asks to be known. `proof` is its signature over `enrol_text`."""

    code: str
    public_key: bytes
    seal_key: bytes
    name: str
    proof: bytes


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What the district answers to a good code, and what the laptop keeps."""

    device: str
    epoch: str
    district_key: bytes
    """Ed25519; signs replies, bundles and certificates."""
    district_seal_key: bytes
    """X25519; bundles for the district are sealed for it."""
    person: str
    role: str
    area: str
    scope: tuple[str, ...]
    certificate: str
    """JSON text that the district signed: device, key, seal_key, name, person, area, issued."""
    signature: bytes


def encode_request(request: SyncRequest, dictionary: bytes = b"") -> bytes:
    """The bytes of a request, in the version that it names."""
    body: dict[str, object] = {
        "v": request.version,
        "epoch": request.epoch,
        "cursors": dict(request.cursors),
        "forms": [list(pair) for pair in request.forms],
        "areas": request.areas,
        "limit": request.limit,
        **({"cards": True} if request.cards else {}),
    }
    if request.left is not None:
        body["left"] = list(request.left)
    if request.version == PLAIN:
        return pack({**body, "ops": list(request.operations)})
    return pack_close({**body, "dictionaries": list(request.dictionaries)}, compact.write(request.operations), dictionary)


def decode_request(data: bytes, dictionaries: Mapping[bytes, bytes] = NO_DICTIONARIES) -> SyncRequest:
    """Raises GarbledReply, ProtocolTooOld."""
    told, operations = unpack_close(data, dictionaries) if is_close(data) else (unpack(data), None)
    body = an_object(told, "request")
    check_version(body)
    return SyncRequest(
        epoch=a_text(body, "epoch"),
        cursors=_numbers_by_village(body, "cursors"),
        operations=tuple(a_list(body, "ops") if operations is None else operations),
        forms=pairs(body, "forms"),
        areas=a_text(body, "areas"),
        limit=a_number(body, "limit"),
        cards=body.get("cards") is True,
        version=PLAIN if operations is None else CLOSE,
        dictionaries=() if operations is None else tuple(texts(body, "dictionaries")),
        left=two_numbers(body, "left"),
    )


def encode_reply(reply: SyncReply, asked: SyncRequest | None = None, dictionary: bytes = b"") -> bytes:
    """The bytes of a reply; in a close one the receipts are places in what was asked."""
    body = _reply_out(reply)
    if asked is None or asked.version == PLAIN:
        return pack({**body, "pages": [_page_out(page) for page in reply.pages]})
    places = {compact.id_of(operation): place for place, operation in enumerate(asked.operations)}
    taken = sorted(places[identity] for identity in reply.receipts if identity in places)
    close = {
        **body,
        "v": CLOSE,
        "taken": compact.as_ranges(taken),
        "receipts": [identity for identity in reply.receipts if identity not in places],
        "pages": [[page.village, page.start, page.next, len(page.operations)] for page in reply.pages],
    }
    batch = compact.write(to_plain(operation) for page in reply.pages for operation in page.operations)
    return pack_close(close, batch, dictionary)


def _reply_out(reply: SyncReply) -> dict[str, object]:
    return {
        "v": PLAIN,
        "epoch": reply.epoch,
        "receipts": list(reply.receipts),
        "quarantined": [list(pair) for pair in reply.quarantined],
        "authors": [_author_out(author) for author in reply.authors],
        "scope": list(reply.scope),
        "digests": {village: list(digest) for village, digest in reply.digests.items()},
        "more": reply.more,
        "areas": [[area.code, area.name, area.parent] for area in reply.areas],
        "forms": [_form_out(form) for form in reply.forms],
        "files": list(reply.files),
        "time": reply.time,
        **({"cards": card.plain(reply.cards)} if reply.cards else {}),
    }


def decode_reply(data: bytes, asked: SyncRequest | None = None, dictionaries: Mapping[bytes, bytes] = NO_DICTIONARIES) -> SyncReply:
    """Raises GarbledReply, ProtocolTooOld. A close reply is read with what was asked."""
    told, operations = unpack_close(data, dictionaries) if is_close(data) else (unpack(data), None)
    body = an_object(told, "reply")
    check_version(body)
    if operations is not None:
        body = {**body, "pages": _close_pages(a_list(body, "pages"), operations)}
        if asked is not None:
            body["receipts"] = a_list(body, "receipts") + [
                compact.id_of(operation) for operation in compact.from_ranges(a_text(body, "taken"), asked.operations)
            ]
    unreadable: list[tuple[str, str]] = []
    scope = tuple(texts(body, "scope"))
    if not all(VILLAGE.fullmatch(village) for village in scope):
        raise GarbledReply(what="scope")
    return SyncReply(
        epoch=a_text(body, "epoch"),
        receipts=tuple(texts(body, "receipts")),
        quarantined=pairs(body, "quarantined"),
        pages=tuple(_page_in(an_object(page, "pages"), unreadable) for page in a_list(body, "pages")),
        authors=tuple(_author_in(an_object(author, "authors")) for author in a_list(body, "authors")),
        scope=scope,
        digests=_digests(body),
        more=a_claim(body, "more"),
        areas=tuple(_area_in(area) for area in a_list(body, "areas")),
        forms=tuple(_form_in(an_object(form, "forms")) for form in a_list(body, "forms")),
        files=tuple(texts(body, "files")),
        time=a_text(body, "time"),
        unreadable=tuple(unreadable),
        cards=card.from_plain(body.get("cards", [])),
    )


def enrol_text(code: str, public_key: bytes, seal_key: bytes, name: str) -> bytes:
    """What a device signs to show that the key is its own."""
    return "\n".join(("district enrolment 1", code, public_key.hex(), seal_key.hex(), name)).encode()


def encode_enrol_request(request: EnrolRequest) -> bytes:
    """The bytes of an enrolment."""
    return pack(
        {
            "v": PLAIN,
            "code": request.code,
            "public_key": request.public_key.hex(),
            "seal_key": request.seal_key.hex(),
            "name": request.name,
            "proof": request.proof.hex(),
        }
    )


def decode_enrol_request(data: bytes) -> EnrolRequest:
    """Raises GarbledReply, ProtocolTooOld."""
    body = an_object(unpack(data), "request")
    check_version(body)
    return EnrolRequest(
        code=a_text(body, "code"),
        public_key=some_bytes(body, "public_key", 32),
        seal_key=some_bytes(body, "seal_key", 32),
        name=a_text(body, "name")[:200],
        proof=some_bytes(body, "proof", 64),
    )


def encode_enrolment(enrolment: Enrolment) -> bytes:
    """The bytes of the answer to an enrolment."""
    return pack(
        {
            "v": PLAIN,
            "device": enrolment.device,
            "epoch": enrolment.epoch,
            "district_key": enrolment.district_key.hex(),
            "district_seal_key": enrolment.district_seal_key.hex(),
            "person": enrolment.person,
            "role": enrolment.role,
            "area": enrolment.area,
            "scope": list(enrolment.scope),
            "certificate": enrolment.certificate,
            "signature": enrolment.signature.hex(),
        }
    )


def decode_enrolment(data: bytes) -> Enrolment:
    """Raises GarbledReply, ProtocolTooOld."""
    body = an_object(unpack(data), "reply")
    check_version(body)
    return Enrolment(
        device=a_text(body, "device", DEVICE),
        epoch=a_text(body, "epoch"),
        district_key=some_bytes(body, "district_key", 32),
        district_seal_key=some_bytes(body, "district_seal_key", 32),
        person=a_text(body, "person"),
        role=a_text(body, "role"),
        area=a_text(body, "area"),
        scope=tuple(texts(body, "scope")),
        certificate=a_text(body, "certificate"),
        signature=some_bytes(body, "signature", 64),
    )


def _page_out(page: FeedPage) -> dict[str, object]:
    return {"vil": page.village, "start": page.start, "next": page.next, "ops": [to_plain(operation) for operation in page.operations]}


def _close_pages(told: Sequence[object], operations: Sequence[object]) -> list[object]:
    """Pages as in a plain reply: in a close one they only count what stands together."""
    pages: list[object] = []
    at = 0
    for page in told:
        if not isinstance(page, list) or len(page) != 4 or type(page[3]) is not int or not 0 <= page[3] <= len(operations) - at:
            raise GarbledReply(what="pages")
        pages.append({"vil": page[0], "start": page[1], "next": page[2], "ops": list(operations[at : at + page[3]])})
        at += page[3]
    if at != len(operations):
        raise GarbledReply(what="pages")
    return pages


def _page_in(body: Mapping[str, object], unreadable: list[tuple[str, str]]) -> FeedPage:
    operations: list[Operation] = []
    for plain in a_list(body, "ops"):
        try:
            operations.append(from_plain(plain))
        except BadOperation as bad:
            unreadable.append((str(bad.values["id"]), str(bad.values["reason"])))
    return FeedPage(
        village=a_text(body, "vil", VILLAGE), start=a_number(body, "start"), next=a_number(body, "next"), operations=tuple(operations)
    )


def _author_out(author: Author) -> dict[str, object]:
    return {"device": author.device, "key": author.public_key.hex(), "name": author.name, "revoked": author.revoked}


def _author_in(body: Mapping[str, object]) -> Author:
    return Author(
        device=a_text(body, "device", DEVICE),
        public_key=some_bytes(body, "key", 32),
        name=a_text(body, "name"),
        revoked=a_claim(body, "revoked"),
    )


def _form_out(form: PublishedForm) -> dict[str, object]:
    files = {name: base64.b64encode(data).decode() for name, data in form.files.items()}
    return {"form": form.form, "version": form.version, "title": form.title, "xform": form.xform, "files": files}


def _form_in(body: Mapping[str, object]) -> PublishedForm:
    files = an_object(body.get("files"), "files")
    try:
        plain = {name: base64.b64decode(a_text(files, name), validate=True) for name in files}
    except ValueError as wrong:
        raise GarbledReply(what="files") from wrong
    return PublishedForm(
        form=a_text(body, "form"), version=a_text(body, "version"), title=a_text(body, "title"), xform=a_text(body, "xform"), files=plain
    )


def _area_in(value: object) -> AreaRow:
    if not isinstance(value, list) or len(value) != 3 or not all(isinstance(part, str) for part in value):
        raise GarbledReply(what="areas")
    return AreaRow(*value)


def _numbers_by_village(body: Mapping[str, object], name: str) -> dict[str, int]:
    numbers = an_object(body.get(name), name)
    if not all(VILLAGE.fullmatch(village) for village in numbers):
        raise GarbledReply(what=name)
    return {village: a_number(numbers, village) for village in numbers}


def _digests(body: Mapping[str, object]) -> dict[str, tuple[int, str]]:
    told = an_object(body.get("digests"), "digests")
    digests: dict[str, tuple[int, str]] = {}
    for village, value in told.items():
        if (
            not isinstance(value, list)
            or len(value) != 2
            or type(value[0]) is not int
            or not isinstance(value[1], str)
            or not HASH.fullmatch(value[1])
        ):
            raise GarbledReply(what="digests")
        digests[village] = (value[0], value[1])
    return digests
