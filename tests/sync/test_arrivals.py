"""What laptops bring is read by other processes as it is read here, and a reader that dies loses nothing."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from sync.errors import GarbledReply
from sync.operation import to_plain
from sync.protocol import SyncRequest, decode_request, encode_request
from sync.server.arrivals import Readers, read_request
from sync.wire import CLOSE

from .writing import VILLAGE, Writer

BROKEN = {"v": 1, "id": "ab" * 32}


def a_body() -> bytes:
    writer = Writer()
    plain: list[object] = [to_plain(writer.write({"name": os.urandom(40).hex()}, record=number)) for number in range(100)]
    return encode_request(SyncRequest("e", {VILLAGE: 0}, [*plain, BROKEN], version=CLOSE))


@pytest.fixture(scope="module")
def readers() -> Iterator[Readers]:
    made = Readers(1)
    yield made
    made.close()


def test_a_request_is_read_by_another_process_as_it_is_read_here(readers: Readers):
    body = a_body()
    asked, brought = readers.read(body, {})
    assert (asked, brought) == read_request(body)
    assert len(brought.bodies) == 100
    assert brought.unreadable == [(BROKEN, "malformed")]
    assert [one["id"] for one in asked.operations] == [one["id"] for one in decode_request(body).operations]  # type: ignore[index]


def test_a_body_that_cannot_be_read_there_is_refused_here(readers: Readers):
    with pytest.raises(GarbledReply) as refused:
        readers.read(a_body()[:-1], {})
    assert refused.value.values == {"what": "operations"}


def test_a_reader_that_dies_loses_nothing(readers: Readers):
    body = a_body()
    readers.read(body, {})
    assert readers._pool is not None
    for process in list(readers._pool._processes):
        os.kill(process, signal.SIGTERM)
    assert readers.read(body, {})[1] == readers.read(body, {})[1] == read_request(body)[1]
