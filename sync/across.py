"""A bundle from one laptop to another of the same district: what both may see, believed by the cards that the district signed.

It holds the same pages that a reply of the district holds, and they are taken in by the same code; but another laptop's word is no
receipt and moves no cursor, so what it brought is sent on to the district by whoever comes there first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from . import bundle, card
from .bundle import BODY, CARDS, FILE, Read, Written
from .card import Colleague
from .errors import BundleDamaged, BundleForeign, BundleRevoked, CardRefused, GarbledReply
from .keys import sealing_key, sealing_public
from .operation import Operation, device_id
from .protocol import SyncReply, decode_reply, encode_reply
from .replica import LAPTOP, FeedPage, Replica
from .wire import pack, unpack

_BATCH = 500
"""Operations in one body."""


def own_card(replica: Replica, district_key: bytes) -> Colleague:
    """What the district says of this device. Raises CardRefused (no-own-card)."""
    known = card.believed(replica.cards(), district_key).get(replica.signer().device)
    if known is None:
        raise CardRefused(reason="no-own-card")
    return known


def write(replica: Replica, file: Path, to: Colleague, peer: str, district_key: bytes, now: datetime) -> Written:
    """Write for a colleague what is here of the villages that both work in, and the files that the peer (the district) has not.

    Raises CardRefused (no-own-card, revoked, not-a-laptop, no-shared-area), BundleUnwritable.
    """
    mine = own_card(replica, district_key)
    if to.device in replica.revoked():
        raise CardRefused(reason="revoked")
    if not to.seal_key:
        raise CardRefused(reason="not-a-laptop")
    area = card.shared(mine.area, to.area)
    if not area:
        raise CardRefused(reason="no-shared-area")
    operations = replica.of_area(area)
    named = {value for operation in operations for value in operation.set.values() if value}
    shas = [sha for sha in replica.files_to_send(peer) if sha in named]
    written_by = {operation.dev for operation in operations}
    others = [one.card for one in card.believed(replica.cards(), district_key).values() if one.device in written_by - {mine.device}]

    def entries() -> Iterator[tuple[bytes, bytes]]:
        yield CARDS, pack(card.plain([mine.card, *others]))
        for at in range(0, len(operations), _BATCH):
            yield BODY, encode_reply(SyncReply(epoch="", pages=_pages(operations[at : at + _BATCH])))
        for sha in shas:
            yield FILE, bytes.fromhex(sha) + replica.file(sha)

    size = bundle.write(file, replica.signer(), to.seal_key, device_id(district_key), now, entries(), show_key=True)
    replica.hand_over(peer)
    return Written(file=str(file), operations=len(operations), files=len(shas), bytes=size)


def is_across(header: bundle.Header) -> bool:
    """Whether a bundle says that another laptop wrote it for a laptop."""
    return header.key != b""


def read(replica: Replica, file: Path, district_key: bytes) -> Read:
    """Take in what another laptop wrote for this one; of villages that are not this device's nothing is taken.

    Raises BundleDamaged, BundleForeign, BundleRevoked, CardRefused (no-own-card).
    """
    mine = own_card(replica, district_key)
    header = bundle.check(file, {}, anybody=True)
    if header.recipient != device_id(sealing_public(replica.signer())) or header.district != device_id(district_key):
        raise BundleForeign(file=file.name, recipient=header.recipient)
    entries = bundle.unsealed(file, sealing_key(replica.signer()))
    reader = _Reader(replica, file, header.sender, mine.area, _introduced(replica, file, header.sender, entries, district_key))
    done = Read(created=header.created, sender=header.sender)
    for kind, payload in entries:
        if kind == FILE:
            done.files += 1
            bundle.keep_file(replica, file, payload, done)
        elif kind == BODY:
            reader.take(payload, done)
        else:
            raise BundleDamaged(file=file.name, what="entry")
    return done


def _introduced(
    replica: Replica, file: Path, sender: str, entries: Iterator[tuple[bytes, bytes]], district_key: bytes
) -> Mapping[str, Colleague]:
    """The cards with which a bundle begins, the sender's first. Raises BundleDamaged, BundleForeign, BundleRevoked."""
    kind, payload = next(entries, (b"", b""))
    try:
        cards = card.from_plain(unpack(payload) if kind == CARDS else None)
        first = card.read(cards[0], district_key) if cards else None
    except GarbledReply as wrong:
        raise BundleDamaged(file=file.name, what="cards") from wrong
    except CardRefused as wrong:
        raise BundleForeign(file=file.name, recipient=sender) from wrong
    if first is None or first.device != sender:
        raise BundleForeign(file=file.name, recipient=sender)
    if sender in replica.revoked():
        raise BundleRevoked(file=file.name, name=first.name)
    known = card.believed(cards, district_key)
    replica.learn_cards([one.card for one in known.values()])
    return {**card.believed(replica.cards(), district_key), **known}


@dataclass(frozen=True, slots=True)
class _Reader:
    replica: Replica
    file: Path
    sender: str
    area: str
    colleagues: Mapping[str, Colleague]

    def take(self, payload: bytes, done: Read) -> None:
        """The pages of one body; its authors, receipts and cursors are not the sender's to give."""
        try:
            told = decode_reply(payload)
        except GarbledReply as wrong:
            raise BundleDamaged(file=self.file.name, what=str(wrong.values.get("what", ""))) from wrong
        pages = [
            replace(page, start=0, next=0, operations=tuple(one for one in page.operations if card.contains(self.area, one.vil)))
            for page in told.pages
        ]
        done.elsewhere += sum(len(page.operations) for page in told.pages) - sum(len(page.operations) for page in pages)
        authors = {operation.dev for page in pages for operation in page.operations}
        known = [self.colleagues[device].author for device in sorted(authors) if device in self.colleagues]
        taken = self.replica.take_in(f"{LAPTOP}{self.sender}", pages, known)
        done.received += taken.new
        done.set_aside += taken.set_aside + told.unreadable


def _pages(operations: Sequence[Operation]) -> tuple[FeedPage, ...]:
    by_village: dict[str, list[Operation]] = {}
    for operation in operations:
        by_village.setdefault(operation.vil, []).append(operation)
    return tuple(FeedPage(village, 0, 0, tuple(found)) for village, found in sorted(by_village.items()))
