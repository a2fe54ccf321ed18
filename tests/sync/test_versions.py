"""Old and new programs understand each other, dictionaries are used where both have the form, and batches follow the line."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from sync import lexicon
from sync.client.http import HttpPeer
from sync.errors import GarbledReply, Offline, ProtocolTooOld
from sync.operation import Operation
from sync.protocol import SyncReply, SyncRequest, decode_request
from sync.server import arrivals, forms, status
from sync.server.district import District
from sync.session import FIRST_BATCH, LARGEST_BATCH, SMALLEST_BATCH, exchange
from sync.wire import PLAIN, is_close

from .conftest import EAST, Laptop, Running, a_laptop, no_wait, silent
from .test_exchange import XFORM, rec


def old_peer(laptop: Laptop, url: str) -> HttpPeer:
    return HttpPeer(url, laptop.replica.key, laptop.enrolment.district_key, wait=no_wait, read_s=5, version=PLAIN)


def test_an_old_laptop_is_served_until_it_would_have_to_read_what_it_cannot(district: District, running: Running):
    old, new = a_laptop(district, running.url, 1), a_laptop(district, running.url, 2)
    first = old.replica.write(rec(1), {"name": "甲"}, EAST)
    with old_peer(old, running.url) as peer:
        assert exchange(old.replica, peer, silent).sent == 1
    for number in range(3):
        new.replica.write(rec(10 + number), {"name": "新"}, EAST)
    assert new.sync(running.url).received == 1
    old.replica.write(rec(2), {"name": "乙"}, EAST)
    with old_peer(old, running.url) as peer, pytest.raises(ProtocolTooOld):
        exchange(old.replica, peer, silent)
    with district.reading() as session:
        assert status.figures(session).operations == 5
    summary = old.sync(running.url)  # upgraded
    assert (summary.received, summary.differing) == (3, ())
    assert first.id in new.replica.kept.operations


def test_a_new_laptop_speaks_the_old_protocol_to_an_old_district(district: District, running: Running, monkeypatch: pytest.MonkeyPatch):
    laptop = a_laptop(district, running.url, 1)
    seen: list[bool] = []

    def as_before(body: bytes, _dictionaries: object) -> SyncRequest:
        seen.append(is_close(body))
        if is_close(body):
            raise GarbledReply(what="not-zstd")
        return decode_request(body)

    monkeypatch.setattr(arrivals, "decode_request", as_before)
    laptop.replica.write(rec(1), {"name": "甲"}, EAST)
    assert laptop.sync(running.url).sent == 1
    assert seen[0]
    assert not any(seen[1:])


def test_the_dictionary_of_a_form_is_used_where_both_have_it(district: District, running: Running, tmp_path: Path):
    (tmp_path / "household.xml").write_text(XFORM, encoding="utf-8")
    forms.publish(district, tmp_path / "household.xml")
    laptop = a_laptop(district, running.url, 1)
    laptop.sync(running.url)
    sizes = {}
    for name, words in (("none", b""), ("shared", lexicon.words(XFORM)), ("unknown", lexicon.words("<other/>") + b"x")):
        written = laptop.replica.write(rec(len(sizes)), {"head_name": "甲", "household_type": "1", "natural_village": "东"}, EAST)
        with HttpPeer(
            running.url, laptop.replica.key, laptop.enrolment.district_key, wait=no_wait, words_of=lambda *_, words=words: words
        ) as peer:
            exchange(laptop.replica, peer, silent)
            sizes[name] = peer.traffic.up
        with district.reading() as session:
            assert written.id in {operation.id for operation in _all(session)}
    assert sizes["shared"] < sizes["none"]


def _all(session: object) -> list[Operation]:
    from sync.server import feed

    return feed.page(session, EAST, 0, 100, 1 << 20).operations  # type: ignore[arg-type, return-value]


class Recorder:
    """A line whose requests break or take as long as it is told."""

    name = "district"

    def __init__(self, took_s: list[float]) -> None:
        self.took_s, self.now, self.limits = took_s, 0.0, list[int]()

    def sync(self, request: SyncRequest) -> SyncReply:
        took = self.took_s.pop(0)
        self.limits.append(request.limit)
        if took < 0:
            raise Offline(stage="line")
        self.now += took
        return SyncReply(epoch="1", scope=(EAST,), more=bool(self.took_s))


def test_batches_halve_on_a_break_and_grow_when_full_ones_are_quick(district: District, running: Running):
    laptop = a_laptop(district, running.url, 1)
    turn = itertools.count()
    laptop.replica.cursors = lambda peer: {EAST: next(turn)}  # type: ignore[method-assign]
    bore: list[int] = []
    line = Recorder([-1, -1, -1, 1.0, 20.0, 5.0, 1.0])
    exchange(laptop.replica, line, silent, clock=lambda: line.now, bore=bore.append)  # type: ignore[arg-type]
    eighth = FIRST_BATCH // 8
    assert bore[:5] == [FIRST_BATCH // 2, FIRST_BATCH // 4, eighth, eighth * 2, eighth]
    assert all(SMALLEST_BATCH <= limit <= LARGEST_BATCH for limit in bore)
