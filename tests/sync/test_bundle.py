"""A stick between a laptop and the district, both ways, and what happens to bad sticks."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sync import bundle
from sync.errors import BundleDamaged, BundleForeign, BundleUnwritable, Refused
from sync.keys import sealing_public
from sync.server import people, status, sticks
from sync.server.district import District, new_epoch

from .conftest import EAST, Laptop, Running, a_laptop, make_district
from .test_exchange import rec

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def carry_up(laptop: Laptop, district: District, file: Path) -> sticks.ReadUp:
    keys = laptop.enrolment
    bundle.write_to_district(laptop.replica, file, "district", keys.district_key, keys.district_seal_key, NOW)
    return sticks.read_up(district, file)


def carry_down(laptop: Laptop, district: District, file: Path) -> bundle.Read:
    sticks.write_down(district, laptop.device, file)
    return bundle.read_from_district(laptop.replica, file, "district", laptop.enrolment.district_key)


@pytest.fixture
def pair(district: District, running: Running) -> tuple[Laptop, Laptop]:
    return a_laptop(district, running.url, 1), a_laptop(district, running.url, 2)


def test_work_and_photos_travel_by_stick_and_receipts_come_back(district: District, pair: tuple[Laptop, Laptop], tmp_path: Path):
    one, two = pair
    photo = os.urandom(150_000)
    sha = one.replica.attach(photo)
    operations = [one.replica.write(rec(number), {"name": f"户{number}"}, EAST) for number in range(20)]
    operations.append(one.replica.write(rec(99), {"sha256": sha}, EAST, kind="attachment"))
    up = carry_up(one, district, tmp_path / "up.fab")
    assert (up.device, up.operations, up.new, up.known, up.quarantined, up.files) == (one.device, 21, 21, 0, 0, 1)
    assert one.replica.unsent("district") == 21
    back = carry_down(one, district, tmp_path / "down.fab")
    assert (back.receipts, back.received, one.replica.unsent("district")) == (21, 0, 0)
    assert one.replica.files_to_send("district") == []
    other = carry_down(two, district, tmp_path / "other.fab")
    assert (other.received, other.files_received) == (21, 1)
    assert two.replica.kept.files[sha] == photo
    assert two.replica.kept.operations.keys() == {operation.id for operation in operations}


def test_reading_twice_changes_nothing(district: District, pair: tuple[Laptop, Laptop], tmp_path: Path):
    one, two = pair
    one.replica.write(rec(1), {"name": "甲"}, EAST)
    first = carry_up(one, district, tmp_path / "up.fab")
    again = sticks.read_up(district, tmp_path / "up.fab")
    assert (first.new, again.new, again.known) == (1, 0, 1)
    carry_down(two, district, tmp_path / "down.fab")
    kept = two.replica.saved()
    bundle.read_from_district(two.replica, tmp_path / "down.fab", "district", two.enrolment.district_key)
    assert two.replica.kept == kept


def test_yesterdays_stick_after_todays_loses_nothing(district: District, pair: tuple[Laptop, Laptop], tmp_path: Path):
    one, two = pair
    one.replica.write(rec(1), {"name": "昨天"}, EAST)
    carry_up(one, district, tmp_path / "up1.fab")
    sticks.write_down(district, two.device, tmp_path / "old.fab")
    one.replica.write(rec(1), {"name": "今天"}, EAST)
    carry_up(one, district, tmp_path / "up2.fab")
    carry_down(two, district, tmp_path / "new.fab")
    bundle.read_from_district(two.replica, tmp_path / "old.fab", "district", two.enrolment.district_key)
    assert two.replica.state(rec(1)).values() == {"name": "今天"}
    assert not two.replica.state(rec(1)).in_conflict


def test_line_and_stick_may_be_mixed(district: District, running: Running, pair: tuple[Laptop, Laptop], tmp_path: Path):
    one, two = pair
    one.replica.write(rec(1), {"name": "甲"}, EAST)
    carry_up(one, district, tmp_path / "up.fab")
    summary = one.sync(running.url)
    assert not summary.differing
    assert not summary.mended
    assert two.sync(running.url).received == 1
    with district.reading() as session:
        assert status.figures(session).operations == 1


@pytest.mark.parametrize("where", ["magic", "header", "body", "signature", "short", "shorter", "longer"])
def test_a_damaged_stick_is_refused_whole(district: District, pair: tuple[Laptop, Laptop], tmp_path: Path, where: str):
    one, _ = pair
    one.replica.write(rec(1), {"name": "甲"}, EAST)
    file = tmp_path / "up.fab"
    bundle.write_to_district(one.replica, file, "district", one.enrolment.district_key, one.enrolment.district_seal_key, NOW)
    whole = file.read_bytes()
    places = {"magic": 0, "header": len(bundle.MAGIC) + 40, "body": len(whole) - 100, "signature": len(whole) - 1}
    if where in places:
        at = places[where]
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
    else:
        file.write_bytes({"short": whole[:-1], "shorter": whole[:30], "longer": whole + b"x"}[where])
    with pytest.raises((BundleDamaged, BundleForeign)):
        sticks.read_up(district, file)
    with district.reading() as session:
        assert status.figures(session).operations == 0


def test_a_stick_for_somebody_else_is_foreign(district: District, pair: tuple[Laptop, Laptop], tmp_path: Path):
    one, two = pair
    sticks.write_down(district, one.device, tmp_path / "down.fab")
    with pytest.raises(BundleForeign):
        bundle.read_from_district(two.replica, tmp_path / "down.fab", "district", two.enrolment.district_key)
    other = make_district(tmp_path / "other")
    try:
        one.replica.write(rec(1), {"name": "甲"}, EAST)
        bundle.write_to_district(one.replica, tmp_path / "up.fab", "district", other.key.public_key, other.seal_public, NOW)
        for place in (district, other):
            with pytest.raises(BundleForeign):
                sticks.read_up(place, tmp_path / "up.fab")
    finally:
        other.close()


def test_a_stick_that_somebody_else_signed_is_foreign(district: District, pair: tuple[Laptop, Laptop], tmp_path: Path):
    one, two = pair
    file = tmp_path / "down.fab"
    bundle.write(file, two.replica.key, sealing_public(one.replica.key), district.key.device, NOW, [])
    with pytest.raises(BundleForeign):
        bundle.read_from_district(one.replica, file, "district", one.enrolment.district_key)


def test_a_revoked_device_gets_no_stick_and_its_work_is_set_apart(district: District, pair: tuple[Laptop, Laptop], tmp_path: Path):
    one, _ = pair
    one.replica.write(rec(1), {"name": "甲"}, EAST)
    people.revoke(district, one.device)
    assert carry_up(one, district, tmp_path / "up.fab").quarantined == 1
    with pytest.raises(Refused, match="revoked"):
        sticks.write_down(district, one.device, tmp_path / "down.fab")


def test_a_stick_from_an_earlier_life_of_the_district_gives_no_receipts(
    district: District, pair: tuple[Laptop, Laptop], running: Running, tmp_path: Path
):
    one, two = pair
    two.replica.write(rec(2), {"name": "乙"}, EAST)
    two.sync(running.url)
    one.replica.write(rec(1), {"name": "甲"}, EAST)
    carry_up(one, district, tmp_path / "up.fab")
    sticks.write_down(district, one.device, tmp_path / "old.fab")
    with district.writing() as session:
        new_epoch(session, datetime.now(UTC) + timedelta(days=1))
    one.sync(running.url)
    epoch = one.replica.epoch("district")
    read = bundle.read_from_district(one.replica, tmp_path / "old.fab", "district", one.enrolment.district_key)
    assert read.late
    assert read.receipts == 0
    assert one.replica.epoch("district") == epoch
    assert not one.sync(running.url).differing


def test_a_large_bundle_opens_in_pieces(tmp_path: Path, district: District):
    entries = [(bundle.FILE, os.urandom(size)) for size in (0, 1, bundle.CHUNK - 5, bundle.CHUNK, 3 * bundle.CHUNK + 7)]
    file = tmp_path / "big.fab"
    assert bundle.write(file, district.key, district.seal_public, district.key.device, NOW, entries) == file.stat().st_size
    bundle.check(file, {district.key.device: district.key.public_key})
    assert list(bundle.unsealed(file, district.seal_key)) == entries


def test_a_stick_that_cannot_be_written_says_so_and_leaves_nothing(tmp_path: Path, district: District):
    with pytest.raises(BundleUnwritable):
        bundle.write(tmp_path / "gone" / "up.fab", district.key, district.seal_public, district.key.device, NOW, [])
    assert list(tmp_path.glob("*.new")) == []


def test_nothing_readable_stands_in_the_file(district: District, pair: tuple[Laptop, Laptop], tmp_path: Path):
    one, _ = pair
    one.replica.write(rec(1), {"name": "CANARY甲"}, EAST)
    bundle.write_to_district(one.replica, tmp_path / "up.fab", "district", one.enrolment.district_key, one.enrolment.district_seal_key, NOW)
    content = (tmp_path / "up.fab").read_bytes()
    assert b"CANARY" not in content
    assert EAST.encode() not in content
