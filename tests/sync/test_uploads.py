"""Files go up piece by piece after tus 1.0, a newer writer ends an older one, and previews come before the photos."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import secrets
import socket
from datetime import UTC, datetime

import httpx
import pytest
from PIL import Image

from sync import previews
from sync.errors import GarbledReply
from sync.server import attachments
from sync.server.district import District
from sync.wire import request_text

from .conftest import EAST, SOUTH, Laptop, Running, a_laptop
from .test_exchange import rec

FILE = os.urandom(100_000)
SHA = hashlib.sha256(FILE).hexdigest()


def proof(laptop: Laptop, method: str, target: str, body: bytes) -> dict[str, str]:
    stamp, nonce, digest = datetime.now(UTC).isoformat(), secrets.token_hex(16), hashlib.sha256(body).hexdigest()
    signature = laptop.replica.key.sign(request_text(method, target, laptop.device, stamp, nonce, digest)).hex()
    names = ("Device", "Time", "Nonce", "Body", "Signature")
    return {f"District-{name}": told for name, told in zip(names, (laptop.device, stamp, nonce, digest, signature), strict=True)}


def ask(running: Running, laptop: Laptop, method: str, body: bytes = b"", sha: str = SHA, **headers: str | bytes) -> httpx.Response:
    target = f"/v1/files/{sha}"
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.request(
        method, running.url + target, content=body, headers={**proof(laptop, method, target, body), **told}, trust_env=False
    )


def test_an_upload_is_created_continued_and_ended(district: District, running: Running):
    laptop = a_laptop(district, running.url, 1)
    made = ask(running, laptop, "POST", Upload_Length=str(len(FILE)))
    assert (made.status_code, made.headers["location"], made.headers["upload-offset"]) == (201, f"/v1/files/{SHA}", "0")
    first = ask(running, laptop, "PATCH", FILE[:40_000], Upload_Offset="0", Upload_Length=str(len(FILE)))
    assert (first.status_code, first.headers["upload-offset"]) == (202, "40000")
    assert ask(running, laptop, "HEAD").headers["upload-offset"] == "40000"
    assert ask(running, laptop, "PATCH", FILE[:10], Upload_Offset="10", Upload_Length=str(len(FILE))).status_code == 409
    assert ask(running, laptop, "DELETE").status_code == 204
    assert ask(running, laptop, "HEAD").headers["upload-offset"] == "0"
    whole = ask(running, laptop, "PATCH", FILE, Upload_Offset="0", Upload_Length=str(len(FILE)))
    assert (whole.status_code, whole.headers["upload-complete"]) == (201, "?1")
    assert ask(running, laptop, "DELETE").status_code == 204
    held = ask(running, laptop, "HEAD").headers
    assert (held["upload-complete"], held["upload-length"], held["tus-resumable"]) == ("?1", str(len(FILE)), "1.0.0")


def test_a_piece_with_a_wrong_checksum_is_taken_back(district: District, running: Running):
    laptop = a_laptop(district, running.url, 1)
    right = "sha256 " + base64.b64encode(hashlib.sha256(FILE[:5_000]).digest()).decode()
    good = ask(running, laptop, "PATCH", FILE[:5_000], Upload_Offset="0", Upload_Length=str(len(FILE)), Upload_Checksum=right)
    bad = ask(running, laptop, "PATCH", FILE[5_000:9_000], Upload_Offset="5000", Upload_Length=str(len(FILE)), Upload_Checksum=right)
    assert (good.status_code, bad.status_code) == (202, 460)
    assert ask(running, laptop, "HEAD").headers["upload-offset"] == "5000"
    for strange in (b"sha256 \xff", b"sha256 !", "sha256 ａ".encode(), b"\xff \xff"):
        assert (
            ask(running, laptop, "PATCH", b"x", Upload_Offset="5000", Upload_Length=str(len(FILE)), Upload_Checksum=strange).status_code
            == 403
        )
    none = ask(running, laptop, "PATCH", b"x", Upload_Offset="5000", Upload_Length=str(len(FILE)), Upload_Checksum="md5 eA==")
    assert none.status_code == 403


def test_a_newer_writer_ends_the_older_one_and_no_byte_is_written_twice(district: District, running: Running):
    laptop = a_laptop(district, running.url, 1)
    host, port = running.socket.getsockname()[:2]
    head = {
        **proof(laptop, "PATCH", f"/v1/files/{SHA}", FILE),
        "Upload-Offset": "0",
        "Upload-Length": str(len(FILE)),
        "Content-Length": str(len(FILE)),
    }
    with socket.create_connection((host, port), timeout=20) as old:
        lines = "".join(f"{name}: {value}\r\n" for name, value in {"Host": host, **head}.items())
        old.sendall(f"PATCH /v1/files/{SHA} HTTP/1.1\r\n{lines}\r\n".encode() + FILE[:30_000])
        part = attachments.part_of(district, SHA, laptop.device)
        while part.length() < 30_000:
            pass
        assert ask(running, laptop, "HEAD").headers["upload-offset"] == "30000"
        old.sendall(FILE[30_000:60_000])
        assert b" 403 " in old.recv(4096).split(b"\r\n")[0]
    rest = ask(running, laptop, "PATCH", FILE[30_000:], Upload_Offset="30000", Upload_Length=str(len(FILE)))
    assert rest.headers["upload-complete"] == "?1"
    assert attachments.read(district, SHA) == FILE


def jpeg() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (90, 60), (1, 2, 3)).save(out, "JPEG")
    return out.getvalue()


def test_previews_are_seen_by_the_village_before_the_photo_is_there(district: District, running: Running):
    one, two, far = (a_laptop(district, running.url, number, area) for number, area in ((1, EAST), (2, EAST), (3, SOUTH)))
    one.replica.write(rec(1), {"sha": SHA}, EAST, kind="attachment")
    one.sync(running.url)
    with one.peer(running.url) as peer:
        assert peer.send_previews({SHA: jpeg()}) == (SHA,)
    target = f"/v1/files/{SHA}/preview"
    seen = [httpx.get(running.url + target, headers=proof(laptop, "GET", target, b""), trust_env=False) for laptop in (one, two, far)]
    assert [answer.status_code for answer in seen] == [200, 200, 404]
    assert seen[1].content == jpeg()


@pytest.mark.parametrize(
    "found", [{"x": jpeg()}, {SHA: b"no picture"}, {SHA: jpeg() + bytes(previews.MOST)}, {f"{n:064x}": jpeg() for n in range(65)}]
)
def test_what_is_no_preview_is_refused(found: dict[str, bytes]):
    with pytest.raises(GarbledReply):
        previews.decode(previews.encode(found))
