"""Each exchange tells how much still waits on the laptop, and the district shows who holds work that is nowhere else."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sync import bundle, session
from sync.errors import GarbledReply
from sync.protocol import SyncRequest, decode_request, encode_request
from sync.server import left, people, phones, sticks, views
from sync.server.cli import main
from sync.server.district import District
from sync.session import exchange
from sync.wire import CLOSE, PLAIN, pack, unpack

from .conftest import EAST, SOUTH, Laptop, Running, a_laptop, silent
from .memory import MemoryReplica
from .test_exchange import rec


class TextOnly(MemoryReplica):
    """Offers no file, as a laptop that leaves photos for another line."""

    def left(self, peer: str) -> tuple[int, int]:
        return self.unsent(peer), len(super().files_to_send(peer))

    def files_to_send(self, peer: str) -> list[str]:
        return []


def _known(district: District, laptop: Laptop) -> tuple[int, int] | None:
    with district.reading() as opened:
        found = left.of(opened, [laptop.device]).get(laptop.device)
    return (found.operations, found.files) if found else None


def _photo(laptop: Laptop, number: int) -> bytes:
    data = os.urandom(3000)
    laptop.replica.write(rec(number), {"sha256": laptop.replica.attach(data)}, EAST, kind="attachment")
    return data


def test_photos_that_stay_are_told_and_counted_down_as_they_come(district: District, running: Running):
    one = a_laptop(district, running.url, 1)
    photos = [_photo(one, number) for number in (1, 2, 3)]
    text_only = TextOnly(one.replica.key, one.replica.clock)
    text_only.kept = one.replica.kept
    with one.peer(running.url) as peer:
        exchange(text_only, peer, silent)
        assert _known(district, one) == (0, 3)
        peer.send_file(one.replica.files_to_send("district")[0], photos[0])
        assert _known(district, one) == (0, 2)
        one.replica.file_sent("district", one.replica.files_to_send("district")[0])
    one.sync(running.url)
    assert _known(district, one) == (0, 0)


def test_operations_that_follow_in_later_requests_are_told(district: District, running: Running):
    one = a_laptop(district, running.url, 1)
    one.sync(running.url)
    for number in range(1, 40):
        one.replica.write(rec(number), {"name": "户" * 40}, EAST)
    with one.peer(running.url) as peer:
        peer.sync(session.send(one.replica, "district", 4096))
    told = _known(district, one)
    assert told is not None
    assert 0 < told[0] < 39
    assert told[0] == 39 - len(session.send(one.replica, "district", 4096).operations)


@pytest.mark.parametrize("version", [PLAIN, CLOSE])
def test_versions_without_the_field_are_understood_and_leave_what_is_known(district: District, running: Running, version: int):
    request = SyncRequest(epoch="e", cursors={EAST: 3}, version=version)
    assert decode_request(encode_request(request)).left is None
    assert decode_request(encode_request(replace(request, left=(7, 2)))).left == (7, 2)
    one = a_laptop(district, running.url, 1)
    assert _known(district, one) is None
    one.sync(running.url)
    with one.peer(running.url) as peer:
        peer.sync(replace(session.send(one.replica, "district", 4096), left=(5, 1)))
        peer.sync(replace(session.send(one.replica, "district", 4096), left=None))
    assert _known(district, one) == (5, 1)


@pytest.mark.parametrize("told", [[1], [1, 2, 3], [-1, 0], ["1", 0], {"a": 1}, [1 << 60, 0], [True, 0]])
def test_garbled_numbers_are_refused(told: object):
    body = unpack(encode_request(SyncRequest(epoch="", cursors={})))
    assert isinstance(body, dict)
    with pytest.raises(GarbledReply):
        decode_request(pack({**body, "left": told}))


def test_the_field_costs_a_few_bytes():
    request = SyncRequest(epoch="1790000000000-0123456789abcdef", cursors={EAST: 300, SOUTH: 12}, version=CLOSE)
    assert len(encode_request(replace(request, left=(1234, 56)))) - len(encode_request(request)) <= 24


def test_a_stick_tells_that_everything_is_in_it_but_an_old_one_hides_nothing_newer(district: District, running: Running, tmp_path: Path):
    one = a_laptop(district, running.url, 1)
    _photo(one, 1)
    keys, now = one.enrolment, datetime.now(UTC)
    for name, day in (("old", now - timedelta(days=2)), ("new", now + timedelta(minutes=1))):
        bundle.write_to_district(one.replica, tmp_path / name, "district", keys.district_key, keys.district_seal_key, day)
    with one.peer(running.url) as peer:
        peer.sync(replace(session.send(one.replica, "district", 4096), left=(0, 4)))
    sticks.read_up(district, tmp_path / "old")
    assert _known(district, one) == (0, 3)
    sticks.read_up(district, tmp_path / "new")
    assert _known(district, one) == (0, 0)


def test_who_holds_work_comes_first_within_the_area_only(district: District, running: Running, tmp_path: Path, capsys):
    done, holds, far, gone = (a_laptop(district, running.url, number, area) for number, area in enumerate((EAST, EAST, SOUTH, EAST), 1))
    account = phones.add_phone(district, "phone-1", "张三", EAST)
    for laptop in (done, far):
        laptop.sync(running.url)
    people.revoke(district, gone.device)
    with holds.peer(running.url) as peer:
        peer.sync(replace(session.send(holds.replica, "district", 4096), left=(12, 3)))
    with district.reading() as opened:
        town, whole = views.unsent(opened, "990101001", 1), views.unsent(opened, "", 1)
        facts = views.device(opened, holds.device)
    assert [(row.id, row.left and (row.left.operations, row.left.files)) for row in town.rows] == [
        (holds.device, (12, 3)),
        (done.device, (0, 0)),
    ]
    assert {row.id for row in whole.rows} == {done.device, holds.device, far.device}
    assert account.user == "phone-1"
    assert facts.line.left is not None
    assert facts.line.left.told_at == facts.line.last_seen
    capsys.readouterr()
    assert main(["device", "list", "--data", str(tmp_path / "district"), "--json"]) == 0
    listed = {row["id"]: row["waiting"] for row in json.loads(capsys.readouterr().out)["devices"]}
    assert (listed[holds.device]["operations"], listed[holds.device]["files"], listed[gone.device]) == (12, 3, None)
