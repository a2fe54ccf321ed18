"""Altered HTTP requests at the application's own doors: uploads after tus, downloads by range, previews, enrolment, OpenRosa, the page.

A request is read by h11 as the server reads it and handed to the application; what h11 refuses never gets that far. Laptops' requests are
signed after they were altered, three times of four, so that what lies behind the gate is reached.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import random
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote

import h11
import httpx

from sync import previews
from sync.errors import CodedError
from sync.keys import DeviceKey
from sync.server import attachments, forms, people, phones, staff
from sync.server.app import build
from sync.server.district import District
from sync.wire import request_text

from .fuzz_inputs import Target, altered, spoiled
from .place import TEAM

_ODD_NUMBERS = (b"-1", b"0", b"1", b"99999999999", b"9" * 5000, b"0x10", b"1e3", b" 5", b"+5", "５".encode(), b"", b"\xff", b"nan")
_ODD_RANGES = (
    b"bytes=0-",
    b"bytes=-",
    b"bytes=-0",
    b"bytes=9-2",
    b"bytes=0-0,2-3",
    b"bytes=99999999999999999-",
    b"bites=1-2",
    b"bytes=\xff-1",
)
_ODD_CHECKSUMS = (
    b"sha256 ",
    b"sha256 !!!!",
    b"md5 AAAA",
    b"sha256",
    b"sha256 " + b"A" * 5000,
    "sha256 ａ".encode(),
    b"sha1 x",
    b"\xff \xff",
)
_PERSON, _USER = "安全员", "fuzz-phone"


class Answered(CodedError):
    """A refusal over HTTP. Values: status."""

    def __init__(self, status: int) -> None:
        super().__init__(status=status)
        self.code = f"http-{status}"


class NotHttp(CodedError):
    """h11 refuses this before the application sees it."""

    code = "not-http"


@dataclass
class Application:
    """The district's application, asked with bytes as they would come over a line."""

    app: Any
    key: DeviceKey
    clock: Callable[[], str]

    def ask(self, data: bytes, *, sign: bool = False) -> object:
        """Raises Answered for a refusal, NotHttp, and whatever the application lets through; 5xx is such a thing too."""
        head, body = _read(data)
        told = [(name, value) for name, value in head.headers if name != b"content-length"]
        target = head.target.decode("latin-1")
        if sign:
            told += self._signature(head.method.decode("latin-1"), target, body)
        status, content = asyncio.run(self._call(head, target, told, body))
        if status >= 500:
            raise AssertionError(f"{status} for {target[:60]}: {content[:100]!r}")
        if status >= 400:
            raise Answered(status)
        return status

    def _signature(self, method: str, target: str, body: bytes) -> list[tuple[bytes, bytes]]:
        stamp, nonce, digest = self.clock(), secrets.token_hex(16), hashlib.sha256(body).hexdigest()
        path, mark, query = target.partition("?")
        # What the application makes of the path is what has to be signed.
        signed = self.key.sign(request_text(method, unquote(path, errors="replace") + mark + query, self.key.device, stamp, nonce, digest))
        told = {"device": self.key.device, "time": stamp, "nonce": nonce, "body": digest, "signature": signed.hex()}
        return [(f"district-{name}".encode(), value.encode()) for name, value in told.items()]

    async def _call(self, head: h11.Request, target: str, headers: Sequence[tuple[bytes, bytes]], body: bytes) -> tuple[int, bytes]:
        path, _, query = target.partition("?")
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": head.method.decode("latin-1"), "scheme": "https",
            "path": unquote(path, errors="replace"), "raw_path": path.encode("latin-1"), "query_string": query.encode("latin-1"),
            "root_path": "", "headers": list(headers), "client": ("127.0.0.1", 4000), "server": ("127.0.0.1", 8750), "state": {},
        }  # fmt: skip
        pieces = [body[at : at + 700] for at in range(0, len(body), 700)] or [b""]
        status, content = 0, b""

        async def receive() -> dict[str, object]:
            if not pieces:
                return {"type": "http.disconnect"}
            return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

        async def send(message: dict[str, Any]) -> None:
            nonlocal status, content
            status = message.get("status", status)
            content += message.get("body", b"")

        await self.app(scope, receive, send)
        return status, content


def _read(data: bytes) -> tuple[h11.Request, bytes]:
    """The request as h11 reads it; a body is as long as it came."""
    line = h11.Connection(h11.SERVER)
    head, mark, body = data.partition(b"\r\n\r\n")
    try:
        line.receive_data(head + mark)
        event = line.next_event()
    except h11.RemoteProtocolError:
        raise NotHttp from None
    if not isinstance(event, h11.Request):
        raise NotHttp
    return event, body


def request(method: str, target: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """The bytes of a whole request."""
    told = "".join(f"{name}: {value}\r\n" for name, value in {"Host": "127.0.0.1:8750", **headers}.items())
    return f"{method} {target} HTTP/1.1\r\n{told}\r\n".encode() + body


def targets(district: District, key: DeviceKey, enrolment: bytes, form: str, submission: bytes) -> dict[str, Target]:
    """Every door that is reached over HTTP, with something whole that goes through it."""
    app = Application(build(district), key, district.stamp)
    photo = bytes(range(256)) * 12
    sha = hashlib.sha256(photo).hexdigest()
    attachments.keep(district, sha, photo, key.device)
    other = hashlib.sha256(photo[1:]).hexdigest()
    small = previews.encode({sha: b"\xff\xd8\xff" + bytes(200)})
    size = {"Upload-Offset": "0", "Upload-Length": str(len(photo) - 1)}
    piece = {**size, "Upload-Checksum": "sha256 " + base64.b64encode(hashlib.sha256(photo[1:]).digest()).decode()}
    phone, multipart = _phone(district, form), {"Content-Type": "multipart/form-data; boundary=b"}
    found = {
        "tus-create": (request("POST", f"/v1/files/{other}", size), True),
        "tus-piece": (request("PATCH", f"/v1/files/{other}", piece, photo[1:]), True),
        "tus-state": (request("HEAD", f"/v1/files/{other}", {"Tus-Resumable": "1.0.0"}), True),
        "range": (request("GET", f"/v1/files/{sha}", {"Range": "bytes=100-2000"}), True),
        "previews": (request("POST", "/v1/previews", {}, small), True),
        "carried": (request("POST", "/v1/bundles", {}, b"FIELDAPP-BUNDLE-1\n" + bytes(300)), True),
        "enrol": (request("POST", "/v1/enrol", {}, enrolment), False),
        "openrosa-list": (request("GET", "/openrosa/formList?formID=visit&verbose=true", phone), False),
        "openrosa-form": (request("GET", "/openrosa/manifest?formID=visit&version=1", phone), False),
        "openrosa-post": (request("POST", "/openrosa/submission?deviceID=x", {**phone, **multipart}, submission), False),
        "page": (request("GET", "/devices?q=x&page=1", _page(app, district)), False),
    }
    made = {name: _target(app, whole, sign) for name, (whole, sign) in found.items()}
    part, read = attachments.part_of(district, other, key.device), made["tus-piece"].read

    def from_the_beginning(data: bytes) -> object:
        part.remove()
        return read(data)

    return {**made, "tus-piece": replace(made["tus-piece"], read=from_the_beginning)}


def _target(app: Application, whole: bytes, sign: bool) -> Target:
    plain = Target(whole, app.ask)

    def alter(chance: random.Random) -> bytes:
        # The first byte says whether the request is signed, so that an input is all that is needed to see a finding again.
        mark = b"S" if sign and chance.random() < 0.75 else b"-"
        return mark + (_other_header(chance, whole) if chance.random() < 0.5 else altered(chance, plain))

    return Target((b"S" if sign else b"-") + whole, lambda data: app.ask(data[1:], sign=data[:1] == b"S"), alter=alter)


def _other_header(chance: random.Random, whole: bytes) -> bytes:
    """One header with an odd value, or only the body or the target altered: the rest still fits."""
    head, _, body = whole.partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    at = chance.randrange(len(lines) + 2)
    if at == len(lines):
        body = spoiled(chance, body)
    elif at > len(lines):
        method, target, version = first.split(b" ")
        first = b" ".join((method, b"/" + spoiled(chance, target[1:]).replace(b" ", b"%20"), version))
    else:
        name, _, value = lines[at].partition(b": ")
        odd = (*_ODD_NUMBERS, *_ODD_RANGES, *_ODD_CHECKSUMS, spoiled(chance, value), value * 2)
        lines[at] = name + b": " + chance.choice(odd)
        lines += [lines[at]] * (chance.random() < 0.1)
    return b"\r\n".join((first, *lines)) + b"\r\n\r\n" + body


def _phone(district: District, form: str) -> dict[str, str]:
    file = district.folder / "visit.xml"
    file.write_text(form, encoding="utf-8")
    (district.folder / "list.csv").write_text("name,label\n1,一\n", encoding="utf-8")
    forms.publish(district, file)
    account = phones.add_phone(district, _USER, TEAM, "990101001001")
    word = base64.b64encode(f"{_USER}:{account.password}".encode()).decode()
    return {"Authorization": f"Basic {word}"}


def _page(app: Application, district: District) -> dict[str, str]:
    """The cookie of somebody who has signed in."""
    passphrase, here = secrets.token_hex(16), "https://127.0.0.1:8750"
    people.add_person(district, _PERSON, "security", "990101")
    staff.set_passphrase(district, _PERSON, passphrase)

    async def sign_in() -> str:
        transport = httpx.ASGITransport(app.app, client=("127.0.0.1", 4000))
        async with httpx.AsyncClient(transport=transport, base_url=here) as client:
            answer = await client.post("/sign-in", data={"name": _PERSON, "passphrase": passphrase}, headers={"Origin": here})
            return str(answer.headers["set-cookie"]).partition(";")[0]

    return {"Cookie": asyncio.run(sign_in())}
