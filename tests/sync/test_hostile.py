"""Bodies and bundles that were altered, cut, meant for others or seen before are refused or set apart, and change nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sync import bundle
from sync.errors import ExchangeError
from sync.keys import DeviceKey
from sync.operation import to_plain
from sync.protocol import SyncRequest, decode_request, encode_request
from sync.server import service, sticks
from sync.server.tables import Quarantine

from . import fuzz
from .conftest import EAST
from .memory import MemoryReplica
from .place import Place
from .test_exchange import rec

ALTERED = {
    "cut": lambda data: data[: len(data) // 2],
    "last byte gone": lambda data: data[:-1],
    "one bit in the middle": lambda data: data[: len(data) // 2] + bytes([data[len(data) // 2] ^ 1]) + data[len(data) // 2 + 1 :],
    "a tail": lambda data: data + b"tail",
    "twice": lambda data: data + data,
    "empty": lambda data: b"",
}
SEALED = ("bundle-up", "bundle-down", "bundle-across", "backup")


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Place, dict[str, fuzz.Target]]]:
    folder = tmp_path_factory.mktemp("doors")
    place = Place(folder / "district")
    yield place, fuzz.targets(folder, place)
    place.district.close()


@pytest.mark.parametrize("how", ALTERED)
@pytest.mark.parametrize("name", SEALED)
def test_sealed_file_that_was_altered_is_refused_whole(doors: tuple[Place, dict[str, fuzz.Target]], name: str, how: str):
    place, targets = doors
    before = place.ids()
    with pytest.raises(ExchangeError):
        targets[name].read(ALTERED[how](targets[name].whole))
    assert place.ids() == before


@pytest.mark.parametrize("how", ["cut", "last byte gone", "empty"])
@pytest.mark.parametrize("name", ["sync-body", "reply", "enrolment"])
def test_body_that_was_cut_is_refused(doors: tuple[Place, dict[str, fuzz.Target]], name: str, how: str):
    _, targets = doors
    with pytest.raises(ExchangeError):
        targets[name].read(ALTERED[how](targets[name].whole))


@pytest.mark.parametrize("name", ["sync-body", *SEALED])
def test_what_comes_again_changes_nothing(doors: tuple[Place, dict[str, fuzz.Target]], name: str):
    place, targets = doors
    targets[name].read(targets[name].whole)
    before = place.feeds()
    targets[name].read(targets[name].whole)
    assert place.feeds() == before


def test_altered_operations_in_a_whole_body_are_set_apart_with_their_reason(tmp_path: Path):
    place = Place(tmp_path / "district")
    key, stranger = DeviceKey(b"\x41" * 32), MemoryReplica(DeviceKey(b"\x42" * 32))
    place.enrol(key)
    good = [to_plain(MemoryReplica(key, 1_800_000_000_000 + number).write(rec(number), {"name": "户"}, EAST)) for number in range(6)]
    sent = [
        good[0],
        {**good[1], "set": {"name": "改"}},
        {**good[2], "sig": "0" * 128},
        {**good[3], "extra": 1},
        {**good[4], "dev": stranger.key.device},
        to_plain(stranger.write(rec(9), {"name": "谁"}, EAST)),
    ]
    body = encode_request(SyncRequest(place.district.epoch(), {EAST: 0}, tuple(sent)))
    service.sync(place.district, key.device, decode_request(body))
    from sqlmodel import select

    with place.district.reading() as session:
        reasons = sorted(session.exec(select(Quarantine.reason)).all())
    assert reasons == ["bad-hash", "bad-hash", "bad-signature", "malformed", "unknown-author"]
    assert place.ids() == {good[0]["id"]}
    place.district.close()


def test_stick_for_another_district_or_by_an_unknown_laptop_is_foreign(tmp_path: Path):
    one, other = Place(tmp_path / "one"), Place(tmp_path / "other")
    known, stranger = MemoryReplica(DeviceKey(b"\x41" * 32)), MemoryReplica(DeviceKey(b"\x42" * 32))
    one.enrol(known.key)
    for replica, meant_for in ((known, other), (stranger, one)):
        file = tmp_path / f"{replica.key.device}.fab"
        keys = meant_for.district
        bundle.write_to_district(replica, file, "district", keys.key.public_key, keys.seal_public, datetime.now(UTC))
        for reader in (one, other):
            with pytest.raises(ExchangeError):
                sticks.read_up(reader.district, file)
    one.district.close()
    other.district.close()


@pytest.mark.expects_log("the parser of multipart bodies tells of every letter that it does not like")
def test_a_thousand_altered_inputs_raise_only_what_is_declared(tmp_path: Path):
    told = fuzz.prove(tmp_path, seconds=60, seed=7, inputs=1000)
    assert told["wrong"] == []
    assert int(str(told["inputs"])) >= 1000
    assert int(str(told["grew_mb"])) < fuzz.LIMIT_MB
