"""A real district with a real server for the tests of the exchange."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sync.client.enrol import enrol
from sync.client.http import HttpPeer
from sync.keys import DeviceKey
from sync.protocol import Enrolment
from sync.server import areas, people, serving
from sync.server.district import District, init
from sync.session import Summary, exchange

from .memory import MemoryReplica

AREAS = """code,name,parent
99,模拟省,
9901,模拟市,99
990101,模拟县,9901
990101001,东河镇,990101
990101001001,东河村,990101001
990101001002,西河村,990101001
990101002,南山镇,990101
990101002001,南山村,990101002
"""
EAST, WEST, SOUTH = "990101001001", "990101001002", "990101002001"


class Running:
    """A server in a thread."""

    def __init__(self, district: District) -> None:
        self.socket = serving.open_socket("127.0.0.1:0")
        self.url = serving.url_of(self.socket)
        ready = threading.Event()
        self.server = serving.server(district, ready.set)
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [self.socket]})
        self.thread.start()
        assert ready.wait(20)

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(20)
        self.socket.close()


@dataclass
class Laptop:
    """A replica that is enrolled."""

    replica: MemoryReplica
    enrolment: Enrolment

    @property
    def device(self) -> str:
        return self.replica.key.device

    def peer(self, url: str) -> HttpPeer:
        return HttpPeer(url, self.replica.key, self.enrolment.district_key, wait=no_wait, read_s=5)

    def sync(self, url: str) -> Summary:
        with self.peer(url) as peer:
            return exchange(self.replica, peer, silent)


def no_wait(_seconds: float) -> None:
    """Tests do not sleep."""


def silent(_done: int, _total: int, _text: str) -> None:
    """Nobody looks at the progress."""


def make_district(folder: Path, database: str = "") -> District:
    district = init(folder, database)
    (folder / "areas.csv").write_text(AREAS, encoding="utf-8")
    areas.import_areas(district, folder / "areas.csv")
    people.add_person(district, "张三", "surveyor", "990101")
    return district


def a_laptop(district: District, url: str, number: int, area: str = "990101001") -> Laptop:
    key = DeviceKey(bytes([number]) * 32)
    code, _ = people.make_code(district, "张三", area)
    return Laptop(MemoryReplica(key, 1_800_000_000_000 + number), enrol(url, code, key, key.public_key, f"laptop {number}", wait=no_wait))


@pytest.fixture
def district(tmp_path: Path) -> Iterator[District]:
    opened = make_district(tmp_path / "district")
    yield opened
    opened.close()


@pytest.fixture
def running(district: District) -> Iterator[Running]:
    server = Running(district)
    yield server
    server.stop()
