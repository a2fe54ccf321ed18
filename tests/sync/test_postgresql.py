"""The same district over a real PostgreSQL, started for the test where its programs are installed."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.server import status
from sync.server.district import init, open_district

from .conftest import EAST, WEST, Running, a_laptop, make_district
from .test_exchange import rec

pwd = pytest.importorskip("pwd")
PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
pytestmark = pytest.mark.skipif(not PROGRAMS, reason="no PostgreSQL server program (initdb) is installed")


def _account() -> dict[str, int]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    try:
        account = pwd.getpwnam("postgres")
    except KeyError:
        pytest.skip("running as root and there is no postgres account")
    return {"user": account.pw_uid, "group": account.pw_gid}


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    programs, account = PROGRAMS[-1].parent, _account()
    folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))
    if account:
        os.chown(folder, account["user"], account["group"])
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    quiet = {"check": True, "capture_output": True, "cwd": folder, **account}
    subprocess.run([programs / "initdb", "-D", folder / "data", "-A", "trust", "-U", "district", "-E", "UTF8", "--locale=C"], **quiet)
    options = f"-h 127.0.0.1 -p {port} -k {folder}"
    subprocess.run([programs / "pg_ctl", "-D", folder / "data", "-w", "-l", folder / "log", "-o", options, "start"], **quiet)
    try:
        yield f"postgresql+psycopg://district@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run([programs / "pg_ctl", "-D", folder / "data", "-m", "fast", "-w", "stop"], **quiet)
        shutil.rmtree(folder)


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
    finally:
        again.close()


def test_a_second_folder_over_the_same_database_keeps_the_epoch(database: str, tmp_path: Path):
    first = init(tmp_path / "one", database)
    second = init(tmp_path / "two", database)
    assert first.epoch() == second.epoch()
    first.close()
    second.close()
