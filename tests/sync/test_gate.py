"""Who may come in: signatures, clocks, repeated and altered requests, garbage."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from sync.protocol import SyncRequest, encode_request
from sync.server import people, status
from sync.server.district import District
from sync.wire import CONTENT_TYPE, MAX_PLAIN, pack, request_text, unpack

from .conftest import EAST, Laptop, Running, a_laptop

EMPTY = SyncRequest(epoch="", cursors={})


@pytest.fixture
def laptop(district: District, running: Running) -> Laptop:
    return a_laptop(district, running.url, 1, EAST)


def proof(laptop: Laptop, method: str, target: str, body: bytes, **changed: str) -> dict[str, str]:
    told = {
        "device": laptop.device,
        "time": datetime.now(UTC).isoformat(),
        "nonce": secrets.token_hex(16),
        "body": hashlib.sha256(body).hexdigest(),
    }
    told |= changed
    text = request_text(method, target, told["device"], told["time"], told["nonce"], told["body"])
    return {f"District-{name.title()}": value for name, value in told.items()} | {"District-Signature": laptop.replica.key.sign(text).hex()}


def post(running: Running, headers: Mapping[str, str], body: bytes, target: str = "/v1/sync") -> tuple[int, str]:
    answer = httpx.post(running.url + target, content=body, headers={"Content-Type": CONTENT_TYPE, **headers}, trust_env=False)
    return answer.status_code, answer.headers.get("district-refused", "")


def test_a_signed_request_is_answered_and_a_repeated_one_is_not(running: Running, laptop: Laptop):
    body = encode_request(EMPTY)
    headers = proof(laptop, "POST", "/v1/sync", body)
    assert post(running, headers, body) == (200, "")
    assert post(running, headers, body) == (403, "replayed")


def test_a_request_that_was_altered_on_the_way_is_refused(running: Running, laptop: Laptop):
    body = encode_request(EMPTY)
    other = encode_request(SyncRequest(epoch="x", cursors={}))
    assert post(running, proof(laptop, "POST", "/v1/sync", body), other) == (403, "bad-signature")
    assert post(running, proof(laptop, "GET", "/v1/sync", body), body) == (403, "bad-signature")
    assert post(running, {**proof(laptop, "POST", "/v1/sync", body), "District-Nonce": "0" * 32}, body) == (403, "bad-signature")


def test_an_old_request_is_refused(running: Running, laptop: Laptop):
    body = encode_request(EMPTY)
    old = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    assert post(running, proof(laptop, "POST", "/v1/sync", body, time=old), body) == (403, "clock")


def test_nobody_comes_in_without_a_name(running: Running, laptop: Laptop):
    body = encode_request(EMPTY)
    assert post(running, {}, body) == (401, "not-enrolled")
    assert post(running, proof(laptop, "POST", "/v1/sync", body, device="0" * 32), body) == (401, "not-enrolled")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        pack([]),
        pack({"v": 1}),
        pack({"v": "1"}),
        b"\x28\xb5\x2f\xfd\x00",
        pack({"v": 1, "epoch": 5, "cursors": {}, "ops": []}),
    ],
    ids=["empty", "html", "list", "bare", "version", "cut", "types"],
)
def test_garbage_is_refused_with_a_code(running: Running, laptop: Laptop, body: bytes):
    assert post(running, proof(laptop, "POST", "/v1/sync", body), body) == (400, "garbled")


def test_another_version_is_named(running: Running, laptop: Laptop):
    body = pack({"v": 99})
    assert post(running, proof(laptop, "POST", "/v1/sync", body), body) == (426, "protocol-too-old")


def test_a_bomb_is_not_unfolded(running: Running, laptop: Laptop):
    import zstandard

    bomb = zstandard.ZstdCompressor(level=19).compress(b" " * (MAX_PLAIN + 1000))
    assert len(bomb) < 100_000
    assert post(running, proof(laptop, "POST", "/v1/sync", bomb), bomb) == (400, "garbled")


def test_operations_that_are_no_operations_go_to_quarantine_and_stop_nothing(district: District, running: Running, laptop: Laptop):
    laptop.sync(running.url)
    good = laptop.replica.write("0" * 32, {"name": "甲"}, EAST)
    from sync.operation import to_plain

    strange: list[object] = [5, None, [], {"id": "x"}, {"id": "f" * 64, "vil": EAST}, {**to_plain(good), "v": 7, "id": "e" * 64}]
    body = encode_request(SyncRequest(epoch=laptop.replica.epoch("district"), cursors={EAST: 0}, operations=[*strange, to_plain(good)]))
    assert post(running, proof(laptop, "POST", "/v1/sync", body), body) == (200, "")
    with district.reading() as session:
        assert status.figures(session).operations == 1
        assert sorted(row.reason for row in status.set_apart(session)) == ["malformed"] * 5 + ["version"]


def test_codes_cannot_be_tried_for_ever(district: District, running: Running):
    from sync.client.enrol import enrol
    from sync.errors import Refused
    from sync.keys import DeviceKey

    key = DeviceKey(b"\x08" * 32)
    reasons = set()
    for _ in range(22):
        with pytest.raises(Refused) as refused:
            enrol(running.url, "AAAA-AAAA-AAAA-AAAA", key, key.public_key, "x")
        reasons.add(refused.value.values["reason"])
    assert reasons == {"code-unknown", "too-many-tries"}


def test_health_tells_the_protocol(district: District, running: Running):
    told = json.loads(httpx.get(running.url + "/v1/health", trust_env=False).text)
    assert told["ok"]
    assert told["protocol"] == [1, 2]
    assert told["epoch"] == district.epoch()


def test_the_page_asks_who_it_is_and_answers_only_the_machine_itself(running: Running):
    page = httpx.get(running.url + "/", trust_env=False)
    assert (page.status_code, page.headers["location"]) == (303, "/sign-in")
    assert httpx.get(running.url + "/", headers={"X-Forwarded-For": "10.0.0.1"}, trust_env=False).status_code == 403
    assert httpx.get(running.url + "/", headers={"Host": "district.example"}, trust_env=False).status_code == 403


def test_a_reply_is_as_packed_as_it_says(running: Running, laptop: Laptop):
    body = encode_request(EMPTY)
    answer = httpx.post(running.url + "/v1/sync", content=body, headers=proof(laptop, "POST", "/v1/sync", body), trust_env=False)
    reply = unpack(answer.content)
    assert isinstance(reply, dict)
    assert reply["scope"] == [EAST]


def test_a_code_never_opens_more_than_its_person_answers_for(district: District):
    from sync.server.errors import OutsideArea

    people.add_person(district, "李四", "surveyor", EAST)
    with pytest.raises(OutsideArea):
        people.make_code(district, "李四", "990101")
