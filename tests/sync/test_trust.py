"""A laptop believes its district's authority and nobody else; dates that do not fit are told apart from strangers."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sync.client.enrol import authority_of, enrol
from sync.client.http import HttpPeer
from sync.errors import CertificateExpired, ClockWrong, ForeignCertificate, GarbledReply, Refused
from sync.keys import DeviceKey
from sync.protocol import SyncRequest
from sync.server import certificates, people, serving
from sync.server.district import District
from sync.session import exchange
from sync.slip import Slip, file_text, read, text

from .conftest import EAST, Laptop, make_district, no_wait, silent
from .memory import MemoryReplica
from .test_exchange import rec


class Secure:
    """A district's server with TLS in a thread."""

    def __init__(self, district: District) -> None:
        self.district = district
        self.socket = serving.open_socket("127.0.0.1:0")
        self.url = serving.url_of(self.socket, secure=True)
        ready = threading.Event()
        self.server = serving.server(district, ready.set, tls=True)
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [self.socket]})
        self.thread.start()
        assert ready.wait(20)

    def slip(self) -> Slip:
        held = certificates.current(self.district.folder)
        assert held is not None
        code, _ = people.make_code(self.district, "张三", EAST)
        return Slip(self.url, code, held.pin, EAST)

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join(20)
        self.socket.close()


@pytest.fixture
def secure(district: District) -> Iterator[Secure]:
    running = Secure(district)
    yield running
    running.stop()


def enrolled(slip: Slip, number: int = 1) -> tuple[Laptop, str]:
    key = DeviceKey(bytes([number]) * 32)
    authority = authority_of(slip)
    enrolment = enrol(slip.url, slip.code, key, key.public_key, "一号", wait=no_wait, authority=authority)
    return Laptop(MemoryReplica(key), enrolment), authority


def peer(laptop: Laptop, url: str, authority: str, **more: object) -> HttpPeer:
    return HttpPeer(url, laptop.replica.key, laptop.enrolment.district_key, wait=no_wait, read_s=5, authority=authority, **more)  # type: ignore[arg-type]


def test_a_slip_leads_to_the_district_and_to_no_other(secure: Secure, tmp_path: Path):
    slip = secure.slip()
    assert read(text(slip)) == slip
    laptop, authority = enrolled(slip)
    laptop.replica.write(rec(1), {"name": "甲"}, EAST)
    with peer(laptop, slip.url, authority) as line:
        assert exchange(laptop.replica, line, silent).sent == 1
    by_stick = replace(slip, authority=authority)
    assert authority_of(read(file_text(by_stick))) == authority
    other = make_district(tmp_path / "other")
    stranger = Secure(other)
    try:
        with pytest.raises(ForeignCertificate):
            authority_of(replace(slip, url=stranger.url))
        with pytest.raises(ForeignCertificate):
            authority_of(replace(by_stick, authority=certificates.authority_pem(other.folder)))
        with peer(laptop, stranger.url, authority) as line, pytest.raises(ForeignCertificate):
            exchange(laptop.replica, line, silent)
        with pytest.raises(ForeignCertificate):
            enrol(stranger.url, slip.code, laptop.replica.key, laptop.replica.key.public_key, "一号", wait=no_wait, authority=authority)
    finally:
        stranger.stop()
        other.close()


def test_a_line_without_a_pin_is_refused_unless_it_stays_on_this_machine(secure: Secure):
    key = DeviceKey(b"\x01" * 32)
    for url, reason in ((secure.url, "no-pin"), ("http://other.example:8750", "plain-line"), ("http://district.example", "plain-line")):
        with pytest.raises(Refused, match=reason):
            HttpPeer(url, key, key.public_key)
        with pytest.raises(Refused, match=reason):
            enrol(url, "AAAA", key, key.public_key, "一号", wait=no_wait)


def test_a_portal_that_speaks_no_tls_is_named(secure: Secure, district: District):
    laptop, authority = enrolled(secure.slip())
    plain = serving.open_socket("127.0.0.1:0")
    answers = threading.Thread(target=_login_page, args=(plain,))
    answers.start()
    try:
        with peer(laptop, serving.url_of(plain, secure=True), authority) as line, pytest.raises(GarbledReply, match="not-tls"):
            line.sync(SyncRequest(epoch="", cursors={}))
    finally:
        answers.join(10)
        plain.close()


def _login_page(listening: object) -> None:
    near, _ = listening.accept()  # type: ignore[attr-defined]
    with near:
        near.recv(1 << 16)
        near.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://login.example/\r\nContent-Length: 0\r\n\r\n")
        with contextlib.suppress(OSError):
            near.shutdown(socket.SHUT_WR)
            near.recv(1 << 16)


def test_a_renewed_certificate_is_used_at_once_and_laptops_notice_nothing(secure: Secure, district: District):
    laptop, authority = enrolled(secure.slip())
    before = certificates.current(district.folder)
    made = certificates.renew(district.folder, district.now(), ["district.example", "192.0.2.7"])
    secure.server.look_at_certificate()
    assert before is not None
    assert made.pin == before.pin
    assert {"district.example", "192.0.2.7", "127.0.0.1"} <= set(made.names)
    with peer(laptop, secure.url, authority) as line:
        exchange(laptop.replica, line, silent)
    soon = made.until - timedelta(days=30)
    assert certificates.ensure(district.folder, soon).until > made.until
    held = certificates.current(district.folder)
    assert held is not None
    assert certificates.ensure(district.folder, district.now()) == held


def test_a_certificate_that_ran_out_is_told_as_the_districts_fault(secure: Secure, district: District):
    laptop, authority = enrolled(secure.slip())
    certificates.renew(district.folder, datetime.now(UTC) - timedelta(days=500))
    assert secure.server.tls is not None
    secure.server.tls.context.load_cert_chain(str(district.folder / "server.pem"))
    with peer(laptop, secure.url, authority) as line, pytest.raises(CertificateExpired):
        exchange(laptop.replica, line, silent)
    with pytest.raises(CertificateExpired):
        peer(laptop, secure.url, authority, district_time=True)


def test_a_laptop_with_a_wrong_clock_is_offered_the_districts(secure: Secure, district: District):
    """For a laptop in 2001 every certificate is of the future. OpenSSL asks the machine for the date, so here the district moves."""
    laptop, authority = enrolled(secure.slip())
    laptop.replica.write(rec(1), {"name": "甲"}, EAST)
    later = datetime.now(UTC) + timedelta(days=3000)
    certificates.renew(district.folder, later)
    assert secure.server.tls is not None
    secure.server.tls.context.load_cert_chain(str(district.folder / "server.pem"))
    began = datetime.now(UTC)
    district.now = lambda: later + (datetime.now(UTC) - began)
    with peer(laptop, secure.url, authority) as line, pytest.raises(ClockWrong) as wrong:
        exchange(laptop.replica, line, silent)
    assert abs(wrong.value.values["offset_s"] - 3000 * 86400) < 60
    with peer(laptop, secure.url, authority, district_time=True) as line:
        assert exchange(laptop.replica, line, silent).sent == 1
        assert line.clock_offset_s > 2999 * 86400


@pytest.mark.parametrize(
    "told",
    [
        "",
        "fieldapp-enrol:?u=ftp://a.example:1&c=1",
        "fieldapp-enrol:?u=https://a.example:1&c=",
        "http://a.example",
        "{}",
        '{"v":1,"slip":{"url":1}}',
        "{" * 9000,
        "fieldapp-enrol:?u=https://a.example:1&c=A&p=short",
    ],
)
def test_what_is_no_slip_is_refused(told: str):
    with pytest.raises(GarbledReply, match="slip"):
        read(told)
