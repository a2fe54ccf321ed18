"""The same district over a real PostgreSQL, started for the test where its programs are installed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.joining import FIELD
from sync.server import backup, examine, joined, status
from sync.server.district import District, init, open_district

from . import postgres
from .conftest import EAST, WEST, Laptop, Running, a_laptop, make_district
from .test_exchange import rec

pytestmark = pytest.mark.skipif(not postgres.PROGRAMS, reason="no PostgreSQL server program (initdb) is installed")


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    try:
        postgres.account()
    except LookupError:
        pytest.skip("running as root and there is no postgres account")
    with postgres.running() as url:
        yield url


def _joined_households_count_once(district: District, laptop: Laptop) -> None:
    running = Running(district)
    try:
        for duplicate, stays in ((2, 4), (6, 1)):
            laptop.replica.write(rec(duplicate), {FIELD: rec(stays)}, EAST)
        laptop.sync(running.url)
    finally:
        running.stop()
    for again in (False, True):
        with district.writing() as session:
            if again:
                joined.fill(session)
            doubles = joined.doubles(session)
            assert (doubles.by_village, doubles.outward) == ({EAST: 2}, {EAST}), "rec(1) is in the other village"
            assert sum(area.households for area in status.figures(session).areas) == 99
    assert examine.examine(district).wrong == ()


def test_laptops_meet_in_postgresql(database: str, tmp_path: Path):
    district = make_district(tmp_path / "district", database)
    running = Running(district)
    try:
        laptops = [a_laptop(district, running.url, number) for number in range(1, 5)]
        for number, laptop in enumerate(laptops):
            for edit in range(25):
                laptop.replica.write(rec(number * 100 + edit), {"name": f"户{edit}"}, (EAST, WEST)[edit % 2])
            laptop.replica.write(rec(999), {"name": f"{number}"}, EAST)
        threads = [threading.Thread(target=laptop.sync, args=(running.url,)) for laptop in laptops]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        for laptop in laptops:
            assert laptop.sync(running.url).differing == ()
            assert laptop.replica.kept.operations == laptops[0].replica.kept.operations
        with district.reading() as session:
            figures = status.figures(session)
        assert (figures.operations, figures.records, figures.conflicts, figures.heads) == (104, 101, 1, 104)
    finally:
        running.stop()
        district.close()
    again = open_district(tmp_path / "district")
    try:
        with again.reading() as session:
            assert status.figures(session).operations == 104
        backup.write(again, tmp_path / "b")
        drill = backup.rehearse(again, tmp_path / "b")
        assert (drill.operations, drill.records, drill.wrong) == (104, 101, ())
        _joined_households_count_once(again, laptops[0])
        epoch = again.epoch()
        assert backup.put_back(again, tmp_path / "b").operations == 104
        assert again.epoch() > epoch
        assert examine.examine(again).wrong == ()
        with backup.on_a_new_machine(tmp_path / "new", again.key, tmp_path / "b", database) as other:
            done = backup.put_back(other, tmp_path / "b")
            assert (done.operations, done.digest) == (104, drill.digest)
            assert other.engine.dialect.name == "postgresql"
            assert examine.examine(other).wrong == ()
    finally:
        again.close()


def test_a_second_folder_over_the_same_database_keeps_the_epoch(database: str, tmp_path: Path):
    first = init(tmp_path / "one", database)
    second = init(tmp_path / "two", database)
    assert first.epoch() == second.epoch()
    first.close()
    second.close()
