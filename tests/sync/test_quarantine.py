"""What cannot be believed waits for a person of the right role: released it enters the feed, rejected it stays; laptops are told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sync.server import audit, examine, feed, people, quarantine, roles, service, status
from sync.server.district import District
from sync.server.errors import NotKnown, NotPermitted, NotReleasable

from .conftest import EAST, SOUTH, Laptop, Running, a_laptop
from .test_exchange import rec


@pytest.fixture
def pair(district: District, running: Running) -> tuple[Laptop, Laptop]:
    """One for EAST, one for the whole county."""
    return a_laptop(district, running.url, 1, EAST), a_laptop(district, running.url, 2, "990101")


def test_released_operation_enters_the_feed_and_its_laptop_is_told(district: District, running: Running, pair: tuple[Laptop, Laptop]):
    near, whole = pair
    stray = near.replica.write(rec(1), {"name": "远"}, SOUTH)
    near.sync(running.url)
    assert near.replica.kept.apart == ((stray.id, "out-of-scope"),)
    with district.reading() as session:
        [apart] = quarantine.listed(session)
    assert (apart.id, apart.village, apart.reason, apart.decision) == (stray.id, SOUTH, "out-of-scope", "")
    done = quarantine.release(district, stray.id, "他家搬到了南山", by="")
    assert done.decision == "released"
    assert whole.sync(running.url).received == 1
    near.sync(running.url)
    assert near.replica.kept.apart == ()
    with district.reading() as session:
        assert quarantine.listed(session) == ()
        assert [one.decision for one in quarantine.listed(session, everything=True)] == ["released"]
        assert [line.action for line in audit.lines(session)] == ["quarantine-released"]
    assert examine.examine(district).wrong == ()
    with pytest.raises(NotKnown):
        quarantine.release(district, stray.id, "again")


def test_rejected_operation_stays_apart_and_its_laptop_is_told(district: District, running: Running, pair: tuple[Laptop, Laptop]):
    near, whole = pair
    stray = near.replica.write(rec(1), {"name": "远"}, SOUTH)
    near.sync(running.url)
    quarantine.reject(district, stray.id, "不是这户")
    summary = near.sync(running.url)
    assert summary.quarantined == near.replica.kept.apart == ((stray.id, "rejected"),)
    assert not summary.differing
    assert whole.sync(running.url).received == 0
    assert stray.id in near.replica.kept.operations
    with district.reading() as session:
        assert status.figures(session).quarantined == 0


def test_work_of_a_lost_laptop_can_be_let_in_and_nobody_disagrees(district: District, running: Running, pair: tuple[Laptop, Laptop]):
    near, whole = pair
    before = near.replica.write(rec(1), {"name": "早"}, EAST)
    near.sync(running.url)
    people.revoke(district, near.device)
    late = near.replica.write(rec(2), {"name": "晚"}, EAST)
    from sync.operation import to_plain

    service.take_in(district, near.device, [to_plain(late)])
    quarantine.release(district, late.id, "电脑找到了")
    summary = whole.sync(running.url)
    assert (summary.received, summary.differing) == (2, ())
    assert {before.id, late.id} <= whole.replica.kept.operations.keys()


def test_what_no_laptop_could_believe_is_not_released(district: District, running: Running, pair: tuple[Laptop, Laptop]):
    near, _ = pair
    near.sync(running.url)
    forged = replace(near.replica.write(rec(4), {"name": "真"}, EAST), sig="0" * 128)
    near.replica.kept.operations[forged.id] = forged
    near.sync(running.url)
    with pytest.raises(NotReleasable):
        quarantine.release(district, forged.id, "trust me")
    with district.reading() as session:
        assert feed.total(session) == 0


def test_reviewer_decides_in_the_own_area_only(district: District, running: Running, pair: tuple[Laptop, Laptop]):
    near, _ = pair
    people.add_person(district, "东河审核", roles.REVIEWER, "990101001")
    people.add_person(district, "南山审核", roles.REVIEWER, "990101002")
    stray = near.replica.write(rec(1), {"name": "远"}, SOUTH)
    near.sync(running.url)
    with district.reading() as session:
        assert quarantine.listed(session, by="东河审核") == ()
        assert len(quarantine.listed(session, by="南山审核")) == 1
    for decide in (quarantine.release, quarantine.reject):
        with pytest.raises(NotPermitted):
            decide(district, stray.id, "x", by="东河审核")
    assert quarantine.release(district, stray.id, "x", by="南山审核").decided_by == "南山审核"
