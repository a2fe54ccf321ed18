"""Laptops and a real district server over a good line."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from sync.client.enrol import enrol
from sync.client.http import HttpPeer
from sync.errors import GarbledReply, NotEnrolled, Offline, Refused
from sync.keys import DeviceKey
from sync.server import forms, people, status
from sync.server.district import District
from sync.session import exchange

from .conftest import EAST, SOUTH, WEST, Running, a_laptop, no_wait, silent
from .memory import MemoryReplica

XFORM = """<?xml version="1.0"?>
<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head><h:title>户表</h:title><model>
<instance><data id="household" version="1"><name/></data></instance><bind nodeset="/data/name" type="string"/></model></h:head>
<h:body><input ref="/data/name"><label>户主</label></input></h:body></h:html>"""


def rec(number: int) -> str:
    return f"{number:032x}"


def test_two_laptops_that_share_a_village_see_each_others_records(district: District, running: Running):
    one, two = a_laptop(district, running.url, 1), a_laptop(district, running.url, 2)
    for number in range(30):
        one.replica.write(rec(number), {"name": f"户{number}"}, EAST)
    two.replica.write(rec(100), {"name": "西"}, WEST)
    first, second, third = one.sync(running.url), two.sync(running.url), one.sync(running.url)
    assert (first.sent, second.received, third.received) == (30, 30, 1)
    assert one.replica.kept.operations == two.replica.kept.operations
    assert one.replica.unsent("district") == two.replica.unsent("district") == 0
    with district.reading() as session:
        figures = status.figures(session)
    assert (figures.records, figures.heads, figures.conflicts, figures.operations) == (31, 31, 0, 31)
    assert {(area.code, area.households) for area in figures.areas} == {(EAST, 30), (WEST, 1)}


def test_a_second_exchange_moves_nothing(district: District, running: Running):
    laptop = a_laptop(district, running.url, 1)
    laptop.replica.write(rec(1), {"name": "甲"}, EAST)
    laptop.sync(running.url)
    again = laptop.sync(running.url)
    assert (again.sent, again.received, again.mended, again.started_over) == (0, 0, False, False)


def test_a_conflict_is_seen_by_both_and_its_resolution_travels(district: District, running: Running):
    one, two = a_laptop(district, running.url, 1), a_laptop(district, running.url, 2)
    one.replica.write(rec(1), {"name": "甲"}, EAST)
    one.sync(running.url)
    two.sync(running.url)
    one.replica.write(rec(1), {"name": "乙"}, EAST)
    two.replica.write(rec(1), {"name": "丙"}, EAST)
    for laptop in (one, two, one):
        laptop.sync(running.url)
    assert one.replica.state(rec(1)) == two.replica.state(rec(1))
    assert {write.value for write in one.replica.state(rec(1)).fields["name"].writes} == {"乙", "丙"}
    with district.reading() as session:
        assert [conflict.record for conflict in status.open_conflicts(session)] == [rec(1)]
    two.replica.write(rec(1), {"name": "丙"}, EAST)
    for laptop in (two, one):
        laptop.sync(running.url)
    assert one.replica.state(rec(1)).values() == {"name": "丙"}
    with district.reading() as session:
        assert status.figures(session).conflicts == 0


def test_areas_and_forms_arrive_once(district: District, running: Running, tmp_path: Path):
    (tmp_path / "household.xml").write_text(XFORM, encoding="utf-8")
    (tmp_path / "household-media").mkdir()
    (tmp_path / "household-media" / "list.csv").write_bytes(b"a,b\n1,2\n")
    forms.publish(district, tmp_path / "household.xml")
    laptop = a_laptop(district, running.url, 1, "990101001")
    laptop.sync(running.url)
    assert laptop.replica.kept.villages == (EAST, WEST)
    assert [area.code for area in laptop.replica.kept.areas] == ["99", "9901", "990101", "990101001", EAST, WEST]
    form = laptop.replica.kept.forms["household", "1"]
    assert (form.title, form.xform, form.files) == ("户表", XFORM, {"list.csv": b"a,b\n1,2\n"})
    laptop.replica.learn = lambda areas, forms: pytest.fail("learned again")  # type: ignore[method-assign]
    laptop.sync(running.url)


def test_a_photo_reaches_the_other_laptop_of_the_village_and_no_other(district: District, running: Running):
    one, two, far = (a_laptop(district, running.url, number, area) for number, area in ((1, EAST), (2, EAST), (3, SOUTH)))
    photo = os.urandom(200_000)
    sha = one.replica.attach(photo)
    one.replica.write(rec(1), {"sha256": sha}, EAST, kind="attachment")
    assert one.sync(running.url).files_sent == 1
    assert two.sync(running.url).files_received == 1
    assert two.replica.kept.files[sha] == photo
    with far.peer(running.url) as peer:
        assert peer.fetch_file(sha) is None
    assert one.sync(running.url).files_sent == 0


def test_what_is_out_of_scope_is_set_apart_and_stops_nothing(district: District, running: Running):
    laptop = a_laptop(district, running.url, 1, EAST)
    stray = laptop.replica.write(rec(1), {"name": "远"}, SOUTH)
    good = laptop.replica.write(rec(2), {"name": "近"}, EAST)
    summary = laptop.sync(running.url)
    assert summary.quarantined == ((stray.id, "out-of-scope"),)
    assert laptop.replica.unsent("district") == 0
    with district.reading() as session:
        assert [(row.id, row.reason) for row in status.set_apart(session)] == [(stray.id, "out-of-scope")]
        assert status.figures(session).operations == 1
    other = a_laptop(district, running.url, 2, "990101")
    other.sync(running.url)
    assert list(other.replica.kept.operations) == [good.id]


def test_a_broken_operation_is_set_apart_with_a_reason(district: District, running: Running):
    laptop = a_laptop(district, running.url, 1)
    laptop.sync(running.url)
    laptop.replica.write(rec(2), {"name": "好"}, EAST)
    stranger = MemoryReplica(DeviceKey(b"\x09" * 32))
    foreign = stranger.write(rec(3), {"name": "谁"}, EAST)
    from dataclasses import replace

    forged = replace(laptop.replica.write(rec(4), {"name": "真"}, EAST), sig="0" * 128)
    laptop.replica.kept.operations[forged.id] = forged
    laptop.replica.kept.operations[foreign.id] = foreign
    summary = laptop.sync(running.url)
    assert set(summary.quarantined) == {(foreign.id, "unknown-author"), (forged.id, "bad-signature")}
    assert not summary.differing
    with district.reading() as session:
        assert status.figures(session).operations == 1
    assert not laptop.sync(running.url).differing


def test_a_revoked_device_pulls_nothing_and_what_it_brings_is_kept_apart(district: District, running: Running):
    one, two = a_laptop(district, running.url, 1), a_laptop(district, running.url, 2)
    two.replica.write(rec(1), {"name": "新"}, EAST)
    two.sync(running.url)
    people.revoke(district, one.device)
    last = one.replica.write(rec(2), {"name": "未报"}, EAST)
    with pytest.raises(Refused, match="revoked"):
        one.sync(running.url)
    assert list(one.replica.kept.operations) == [last.id]
    with district.reading() as session:
        assert [(row.id, row.reason) for row in status.set_apart(session)] == [(last.id, "revoked")]
    with one.peer(running.url) as peer, pytest.raises(Refused, match="revoked"):
        peer.send_file("0" * 64, b"x")


def test_a_device_that_never_enrolled_is_told_so(district: District, running: Running):
    stranger = MemoryReplica(DeviceKey(b"\x07" * 32))
    with HttpPeer(running.url, stranger.key, district.key.public_key, wait=no_wait) as peer, pytest.raises(NotEnrolled):
        exchange(stranger, peer, silent)


def test_a_server_with_another_key_is_not_believed(district: District, running: Running):
    laptop = a_laptop(district, running.url, 1)
    with HttpPeer(running.url, laptop.replica.key, b"\x01" * 32, wait=no_wait) as peer, pytest.raises(GarbledReply, match="signature"):
        exchange(laptop.replica, peer, silent)
    assert laptop.replica.kept.epochs == {}


def test_nobody_there_is_offline(district: District, running: Running):
    laptop = a_laptop(district, running.url, 1)
    running.stop()
    with pytest.raises(Offline):
        laptop.sync(running.url)


def test_a_laptop_with_a_wrong_clock_still_syncs(district: District, running: Running):
    from datetime import UTC, datetime, timedelta

    laptop = a_laptop(district, running.url, 1)
    laptop.replica.write(rec(1), {"name": "甲"}, EAST)
    wrong = HttpPeer(
        running.url,
        laptop.replica.key,
        laptop.enrolment.district_key,
        wait=no_wait,
        now=lambda: datetime(2001, 1, 1, tzinfo=UTC) + timedelta(seconds=1),
    )
    with wrong as peer:
        assert exchange(laptop.replica, peer, silent).sent == 1
        assert peer.clock_offset_s > 20 * 365 * 86400


def test_a_laptop_put_back_from_a_backup_gets_its_own_work_again(district: District, running: Running):
    laptop = a_laptop(district, running.url, 1)
    laptop.replica.write(rec(1), {"name": "甲"}, EAST)
    laptop.sync(running.url)
    backup = laptop.replica.saved()
    later = laptop.replica.write(rec(2), {"name": "乙"}, EAST)
    laptop.sync(running.url)
    laptop.replica.put_back(backup)
    laptop.sync(running.url)
    assert later.id in laptop.replica.kept.operations


def test_many_operations_arrive_in_several_rounds(district: District, running: Running):
    one, two = a_laptop(district, running.url, 1), a_laptop(district, running.url, 2)
    for number in range(400):
        one.replica.write(rec(number), {"note": os.urandom(600).hex()}, (EAST, WEST)[number % 2])
    steps: list[tuple[int, int, str]] = []
    with one.peer(running.url) as peer:
        assert exchange(one.replica, peer, lambda *step: steps.append(step)).sent == 400
    assert len(steps) > 2
    assert two.sync(running.url).received == 400
    assert one.replica.kept.operations.keys() == two.replica.kept.operations.keys()


def test_laptops_that_sync_at_the_same_moment_wait_for_each_other(district: District, running: Running):
    laptops = [a_laptop(district, running.url, number) for number in range(1, 5)]
    for number, laptop in enumerate(laptops):
        for edit in range(25):
            laptop.replica.write(rec(number * 100 + edit), {"name": f"户{edit}"}, (EAST, WEST)[edit % 2])
    threads = [threading.Thread(target=laptop.sync, args=(running.url,)) for laptop in laptops]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    for laptop in laptops:
        assert laptop.sync(running.url).differing == ()
        assert laptop.replica.kept.operations == laptops[0].replica.kept.operations
    with district.reading() as session:
        assert status.figures(session).operations == 100


def test_an_enrolment_code_serves_one_device_and_repeats_its_answer(district: District, running: Running):
    code, _ = people.make_code(district, "张三", EAST)
    first, second = DeviceKey(b"\x01" * 32), DeviceKey(b"\x02" * 32)
    answer = enrol(running.url, code.lower(), first, first.public_key, "一号", wait=no_wait)
    assert answer.scope == (EAST,)
    assert enrol(running.url, code, first, first.public_key, "一号", wait=no_wait) == answer
    with pytest.raises(Refused, match="code-used"):
        enrol(running.url, code, second, second.public_key, "二号", wait=no_wait)
    with pytest.raises(Refused, match="code-unknown"):
        enrol(running.url, "AAAA-BBBB-CCCC-DDDD", second, second.public_key, "二号", wait=no_wait)


def test_an_enrolment_code_expires(district: District, running: Running):
    code, _ = people.make_code(district, "张三", EAST, days=-1)
    key = DeviceKey(b"\x01" * 32)
    with pytest.raises(Refused, match="code-expired"):
        enrol(running.url, code, key, key.public_key, "一号", wait=no_wait)
