"""A line that broke goes on where it stood, in the middle of TLS, and believes nobody else for it."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from sync.client.http import HttpPeer
from sync.errors import ForeignCertificate, GarbledReply, Offline
from sync.server import attachments, certificates
from sync.server.district import District
from sync.wire import LINE_COUNT, LINE_HELLO, LINE_NAME

from .conftest import EAST, Laptop, make_district, no_wait
from .test_exchange import rec
from .test_trust import Secure, enrolled

PHOTO = os.urandom(200_000)
SHA = sha256(PHOTO).hexdigest()


class Cutter:
    """Passes on to `target`; each connection breaks after so many bytes of one direction."""

    def __init__(self, target: tuple[str, int], up: int = 1 << 40, down: int = 1 << 40) -> None:
        self.target, self.up, self.down = target, up, down
        self.connections, self.began = 0, list[bytes]()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = "https://{}:{}".format(*self._listening.getsockname()[:2])
        self._workers: list[threading.Thread] = []
        self._sockets: list[socket.socket] = []
        self._start(self._listen)

    def stop(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for worker in self._workers:
            worker.join(20)
        for opened in self._sockets:
            opened.close()

    def broken(self) -> None:
        """What is to be different after a break stands here."""

    def _start(self, work: object, *values: object) -> None:
        self._workers.append(threading.Thread(target=work, args=values))  # type: ignore[arg-type]
        self._workers[-1].start()

    def _listen(self) -> None:
        while True:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            self.began.append(near.recv(len(LINE_HELLO), socket.MSG_PEEK))
            far = socket.create_connection(self.target)
            self._sockets += [near, far]
            self._start(self._pass, near, far, self.up)
            self._start(self._pass, far, near, self.down)

    def _pass(self, source: socket.socket, sink: socket.socket, left: int) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(min(4096, left)):
                sink.sendall(piece)
                left -= len(piece)
                if not left:
                    self.broken()
                    break
        for side in (source, sink):
            with contextlib.suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def secure(district: District) -> Iterator[Secure]:
    running = Secure(district)
    yield running
    running.stop()


@pytest.fixture
def laptop(secure: Secure) -> Laptop:
    made, _ = enrolled(secure.slip())
    return made


@contextlib.contextmanager
def over(
    line: Cutter, laptop: Laptop, district: District, *, wait: Callable[[float], None] = time.sleep, tick: Callable[[], None] = lambda: None
) -> Iterator[HttpPeer]:
    """The peer waits between its tries unless they are in vain: how soon the district notices a break is not for a test to say."""
    key, theirs, authority = laptop.replica.key, laptop.enrolment.district_key, certificates.authority_pem(district.folder)
    try:
        with HttpPeer(line.url, key, theirs, wait=wait, read_s=5, authority=authority, tick=tick) as peer:
            yield peer
    finally:
        line.stop()


def target(secure: Secure) -> tuple[str, int]:
    return "127.0.0.1", int(secure.socket.getsockname()[1])


def test_a_photo_over_a_breaking_line_is_one_question_and_one_request(secure: Secure, laptop: Laptop, district: District) -> None:
    line = Cutter(target(secure), up=30_000)
    with over(line, laptop, district) as peer:
        peer.send_file(SHA, PHOTO)
        assert peer.traffic.requests == 2
    assert line.connections > 6
    assert line.began[1:] == [LINE_HELLO] * (line.connections - 1)
    assert attachments.read(district, SHA) == PHOTO


def test_a_download_goes_on_too(secure: Secure, laptop: Laptop, district: District) -> None:
    line = Cutter(target(secure), down=60_000)
    with over(line, laptop, district) as peer:
        peer.send_file(SHA, PHOTO)
        asked = peer.traffic.requests
        assert peer.fetch_file(SHA) == PHOTO
        assert peer.traffic.requests == asked + 1
    assert line.connections > 3


def test_a_line_that_the_district_forgot_begins_anew(secure: Secure, laptop: Laptop, district: District) -> None:
    lines = secure.server.lines
    lines.kept_s = 0.5
    line = Cutter(target(secure), up=60_000)
    line.broken = lambda: lines.named.update({os.urandom(LINE_NAME): lines.named.pop(name) for name in list(lines.named)})  # type: ignore[method-assign]
    with over(line, laptop, district) as peer:
        peer.send_file(SHA, PHOTO)
        assert peer.traffic.requests > 4
    assert line.began.count(LINE_HELLO) > 1
    assert attachments.read(district, SHA) == PHOTO


def test_whoever_answers_in_the_districts_place_is_not_believed(secure: Secure, laptop: Laptop, district: District, tmp_path: Path) -> None:
    other = make_district(tmp_path / "other")
    stranger = Secure(other)
    line = Cutter(target(secure), up=60_000)
    line.broken = lambda: setattr(line, "target", target(stranger))  # type: ignore[method-assign]
    try:
        with over(line, laptop, district, wait=no_wait) as peer, pytest.raises(ForeignCertificate):
            peer.send_file(SHA, PHOTO)
        assert line.began[1] == LINE_HELLO
        assert not attachments.is_here(district, SHA)
    finally:
        stranger.stop()
        other.close()


def test_a_liar_who_knows_how_lines_go_on_gets_and_gives_nothing(secure: Secure, laptop: Laptop, district: District) -> None:
    """It says that it has everything and answers the request: TLS is still the one with the district."""
    lying = socket.create_server(("127.0.0.1", 0))
    heard: list[bytes] = []
    worker = threading.Thread(target=_lie, args=(lying, heard))
    worker.start()
    line = Cutter(target(secure), up=60_000)
    line.broken = lambda: setattr(line, "target", lying.getsockname()[:2])  # type: ignore[method-assign]
    try:
        with over(line, laptop, district, wait=no_wait) as peer, pytest.raises((Offline, GarbledReply)):
            peer.send_file(SHA, PHOTO)
    finally:
        lying.shutdown(socket.SHUT_RDWR)
        lying.close()
        worker.join(20)
    assert heard[0].startswith(LINE_HELLO)
    assert PHOTO[-100:] not in b"".join(heard)


def _lie(lying: socket.socket, heard: list[bytes]) -> None:
    while True:
        try:
            near, _ = lying.accept()
        except OSError:
            return
        with near, contextlib.suppress(OSError):
            heard.append(near.recv(1 << 16))
            near.sendall(LINE_HELLO + (60_000).to_bytes(LINE_COUNT, "big"))
            near.sendall(b"HTTP/1.1 201 Created\r\nUpload-Complete: ?1\r\nContent-Length: 0\r\n\r\n")
            near.shutdown(socket.SHUT_WR)
            while piece := near.recv(1 << 16):
                heard.append(piece)


@pytest.mark.parametrize("name", [bytes(LINE_NAME), b""])
def test_a_name_or_count_that_cannot_be_is_refused_and_harms_nobody(
    secure: Secure, laptop: Laptop, district: District, name: bytes
) -> None:
    line = Cutter(target(secure))
    with over(line, laptop, district) as peer:
        peer.send_file(SHA, PHOTO)
        known = next(iter(secure.server.lines.named))
        with socket.create_connection(target(secure), 5) as stranger:
            stranger.sendall(LINE_HELLO + (name or known) + (1 << 50).to_bytes(LINE_COUNT, "big"))
            assert stranger.recv(100) == LINE_HELLO + b"\xff" * LINE_COUNT
            assert stranger.recv(100) == b""
        laptop.replica.write(rec(1), {"name": "甲"}, EAST)
        peer.send_file(sha256(b"small").hexdigest(), b"small")
        assert peer.traffic.requests == 4
    assert line.connections == 1


def test_a_broken_line_does_not_hold_up_a_server_that_ends(secure: Secure, laptop: Laptop, district: District) -> None:
    secure.server.lines.kept_s = 1e6
    line = Cutter(target(secure), up=60_000)
    gone = threading.Event()
    line.broken = gone.set  # type: ignore[method-assign]
    with over(line, laptop, district, tick=lambda: _give_up_if(gone)) as peer, pytest.raises(GivenUp):
        peer.send_file(SHA, PHOTO)
    assert secure.server.lines.named
    secure.stop()
    assert not secure.thread.is_alive()
    assert not secure.server.lines.named


class GivenUp(Exception):
    """The person does not want to wait."""


def _give_up_if(gone: threading.Event) -> None:
    if gone.is_set():
        raise GivenUp


def test_a_laptop_that_leaves_is_not_waited_for(secure: Secure, laptop: Laptop, district: District) -> None:
    secure.server.lines.kept_s = 1e6
    with over(Cutter(target(secure)), laptop, district) as peer:
        peer.send_file(SHA, PHOTO)
        (left,) = secure.server.lines.named
    with over(Cutter(target(secure)), laptop, district) as peer:
        # Each request gives the server time to notice.
        assert any(left not in secure.server.lines.named for _ in range(200) if peer.fetch_file(SHA) == PHOTO)


def test_only_who_asks_for_it_gets_a_line_that_lasts(secure: Secure, laptop: Laptop, district: District) -> None:
    authority = certificates.authority_pem(district.folder)
    with HttpPeer(secure.url, laptop.replica.key, laptop.enrolment.district_key, wait=no_wait, read_s=5, authority=authority) as peer:
        answer, _ = peer._signed("HEAD", f"/v1/files/{SHA}", b"", {})
        assert "district-line" not in answer.headers
    assert not secure.server.lines.named


def test_server_that_stops_closes_connections_that_said_nothing(secure: Secure) -> None:
    with socket.create_connection(target(secure), timeout=20) as silent:
        enrolled(secure.slip())
        secure.stop()
        with contextlib.suppress(ConnectionResetError):
            assert silent.recv(1) == b""
