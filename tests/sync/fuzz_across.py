"""Altered cards and bundles between laptops, from outside and from inside: a believed colleague whose program writes nonsense."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sync import across, bundle, card
from sync.keys import DeviceKey, sealing_public
from sync.protocol import SyncReply, encode_reply
from sync.replica import FeedPage
from sync.wire import an_object, pack, unpack

from .fuzz_inputs import Target, pack_any
from .memory import MemoryReplica
from .place import Place


def targets(folder: Path, place: Place, giver: MemoryReplica, page: FeedPage) -> dict[str, Target]:
    """What an enrolled laptop, its holder of the replica, writes for another; nothing but the last body may be believed."""
    key = DeviceKey(b"\x42" * 32)
    place.enrol(key)
    taker, district_key = MemoryReplica(key), place.district.key.public_key
    mine, theirs = place.card(giver.key.device), place.card(key.device)
    giver.learn_cards([mine])
    taker.learn_cards([theirs])
    written, fed = folder / "over.fab", folder / "over.fed"
    across.write(giver, written, card.read(theirs, district_key), "district", district_key, datetime.now(UTC))

    def outside(data: bytes) -> object:
        fed.write_bytes(data)
        return across.read(taker, fed, district_key)

    inside = {"cards": card.plain([mine]), "body": unpack(encode_reply(SyncReply("", pages=(page,))))}
    return {
        "bundle-across": Target(written.read_bytes(), outside),
        "bundle-inside": Target(pack(inside), _sealed_anew(fed, giver, taker, place), True),
        "card": Target(
            card.text(mine).encode(), lambda data: card.read(card.from_text(data.decode("utf-8", "replace")), district_key)
        ),
    }  # fmt: skip


def _sealed_anew(file: Path, giver: MemoryReplica, taker: MemoryReplica, place: Place) -> Callable[[bytes], object]:
    district = place.district.key

    def read(data: bytes) -> object:
        told = an_object(unpack(data), "inside")
        entries = [(bundle.CARDS, pack_any(told.get("cards"))), (bundle.BODY, pack_any(told.get("body")))]
        bundle.write(file, giver.key, sealing_public(taker.key), district.device, datetime.now(UTC), entries, show_key=True)
        return across.read(taker, file, district.public_key)

    return read
