"""A district that was put back from an older copy loses nothing that a laptop still holds."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sync.keys import DeviceKey
from sync.server.district import new_epoch, utc_now
from sync.session import exchange

from .conftest import EAST, silent
from .memory import MemoryReplica
from .place import Place, PlayedLine, without_comparison
from .test_exchange import rec


def laptops(place: Place) -> list[MemoryReplica]:
    replicas = [MemoryReplica(DeviceKey(bytes([number]) * 32)) for number in (1, 2, 3)]
    for replica in replicas:
        place.enrol(replica.key)
    return replicas


def sync(place: Place, replica: MemoryReplica):
    return exchange(replica, PlayedLine(place, replica.key.device), silent)


def test_a_new_epoch_makes_the_laptops_offer_everything_again(tmp_path: Path):
    place = Place(tmp_path / "district")
    one, two, _ = laptops(place)
    one.write(rec(1), {"name": "甲"}, EAST)
    sync(place, one)
    copy = place.saved()
    lost = [one.write(rec(2), {"name": "乙"}, EAST), two.write(rec(3), {"name": "丙"}, EAST)]
    for replica in (one, two, one):
        sync(place, replica)
    place.put_back(copy, noticed=False)
    with place.district.writing() as session:
        new_epoch(session, utc_now() + timedelta(days=1))
    assert not place.ids() & {operation.id for operation in lost}
    assert sync(place, one).started_over
    assert {operation.id for operation in lost} <= place.ids()
    sync(place, two)
    assert one.kept.operations.keys() == two.kept.operations.keys() == place.ids()
    place.district.close()


def test_a_copy_that_nobody_noticed_is_noticed_by_a_laptop_that_is_ahead(tmp_path: Path):
    place = Place(tmp_path / "district")
    one, *_ = laptops(place)
    sync(place, one)
    copy, epoch = place.saved(), place.district.epoch()
    one.write(rec(1), {"name": "甲"}, EAST)
    sync(place, one)
    place.put_back(copy, noticed=False)
    assert sync(place, one).started_over
    assert place.district.epoch() > epoch
    assert place.ids() == one.kept.operations.keys()
    place.district.close()


def _regrown(folder: Path) -> tuple[Place, MemoryReplica, MemoryReplica]:
    """The copy came back unseen, and the feed grew to the old length with other work."""
    place = Place(folder)
    one, two, _ = laptops(place)
    for replica in (one, two):
        sync(place, replica)
    copy = place.saved()
    one.write(rec(1), {"name": "甲"}, EAST)
    sync(place, one)
    place.put_back(copy, noticed=False)
    two.write(rec(2), {"name": "乙"}, EAST)
    sync(place, two)
    return place, one, two


def test_the_comparison_mends_what_epochs_and_cursors_cannot_see(tmp_path: Path):
    place, one, two = _regrown(tmp_path / "district")
    without_comparison(one, PlayedLine(place, one.key.device))
    assert len(place.ids()) == 1, "nothing but the comparison sees it"
    summary = sync(place, one)
    assert summary.mended
    assert summary.differing == ()
    sync(place, two)
    assert len(place.ids()) == 2
    assert place.ids() == one.kept.operations.keys() == two.kept.operations.keys()
    place.district.close()
