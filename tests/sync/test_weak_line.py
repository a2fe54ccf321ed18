"""Over a line that drops, truncates, repeats and lies, nothing is lost and nothing is doubled."""

from __future__ import annotations

import os

import pytest

from sync.client.http import HttpPeer
from sync.errors import GarbledReply, Offline
from sync.server import status
from sync.server.district import District
from sync.session import exchange

from .conftest import EAST, Laptop, Running, a_laptop, no_wait, silent
from .test_exchange import rec
from .weak_line import WeakLine


def over(line: WeakLine, laptop: Laptop) -> HttpPeer:
    return HttpPeer(line.url, laptop.replica.key, laptop.enrolment.district_key, wait=no_wait, read_s=3)


def target(running: Running) -> tuple[str, int]:
    host, port = running.socket.getsockname()[:2]
    return str(host), int(port)


@pytest.mark.parametrize("seed", range(4))
def test_nothing_is_lost_and_nothing_is_doubled(district: District, running: Running, seed: int):
    laptops = [a_laptop(district, running.url, number) for number in (1, 2)]
    line = WeakLine(target(running), seed)
    try:
        for sitting in range(5):
            for number, laptop in enumerate(laptops):
                for edit in range(3):
                    laptop.replica.write(rec(sitting * 10 + edit), {f"field{number}": os.urandom(40).hex()}, EAST)
                try:
                    with over(line, laptop) as peer:
                        exchange(laptop.replica, peer, silent)
                except (Offline, GarbledReply):
                    continue
        assert line.told.faults > 0
    finally:
        line.stop()
    for laptop in (*laptops, *laptops):
        summary = laptop.sync(running.url)
        assert summary.differing == ()
    assert laptops[0].replica.kept.operations == laptops[1].replica.kept.operations
    with district.reading() as session:
        assert status.figures(session).operations == len(laptops[0].replica.kept.operations) == 30


def test_a_photo_goes_on_from_where_the_line_broke(district: District, running: Running):
    laptop = a_laptop(district, running.url, 1)
    photo = os.urandom(300_000)
    sha = laptop.replica.attach(photo)
    laptop.replica.write(rec(1), {"sha256": sha}, EAST, kind="attachment")
    laptop.sync(running.url)
    again = os.urandom(300_000)
    sha = laptop.replica.attach(again)
    line = WeakLine(target(running), 1, drop_after=60_000)
    try:
        # No connection carries a fifth of the photo, so whoever began anew each time would never end. The peer waits between its tries:
        # how much is sent twice depends on how soon the district notices a break.
        with HttpPeer(line.url, laptop.replica.key, laptop.enrolment.district_key, read_s=3) as peer:
            peer.send_file(sha, again)
        assert line.told.connections > 4
        assert line.told.up_bytes < 900_000
    finally:
        line.stop()
    with laptop.peer(running.url) as peer:
        assert peer.fetch_file(sha) == again


def test_a_captive_portal_is_named_and_changes_nothing(district: District, running: Running):
    laptop = a_laptop(district, running.url, 1)
    laptop.replica.write(rec(1), {"name": "甲"}, EAST)
    line = WeakLine(target(running), 1, share=1.0)
    line.chance.choice = lambda _: "garbage"  # type: ignore[method-assign]
    before = laptop.replica.saved()
    try:
        with over(line, laptop) as peer, pytest.raises(GarbledReply):
            exchange(laptop.replica, peer, silent)
    finally:
        line.stop()
    assert laptop.replica.kept == before
