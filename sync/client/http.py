"""The district over HTTP as a peer: signed requests, one connection kept alive, and every failure of the line as Offline."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import TYPE_CHECKING

from ..errors import GarbledReply, Offline, Refused
from ..keys import is_signed
from ..operation import Signer
from ..protocol import SyncReply, SyncRequest, decode_reply, encode_request
from ..wire import CONTENT_TYPE, MAX_FILE, MAX_PACKED, refused_with, reply_text, request_text

if TYPE_CHECKING:
    import httpx

CONNECT_S, READ_S = 10.0, 60.0
_WAITS_S = (0.3, 1.0)
"""Between tries to connect."""
_FILE_PATIENCE = 6
"""So many tries without one byte more and the file is left for the next time."""
_PIECE = 8 << 10
_EMPTY = hashlib.sha256(b"").hexdigest()


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer that was read to its end."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class HttpPeer:
    """A district server. `district_key` (from the enrolment) must have signed every reply."""

    def __init__(
        self,
        url: str,
        signer: Signer,
        district_key: bytes,
        *,
        name: str = "district",
        now: Callable[[], datetime] = _utc_now,
        wait: Callable[[float], None] = time.sleep,
        read_s: float = READ_S,
    ) -> None:
        self.url = url.rstrip("/")
        self._signer = signer
        self._district_key = district_key
        self._name = name
        self._now = now
        self._wait = wait
        self._offset = timedelta()
        self._client = open_client(read_s)

    def __enter__(self) -> HttpPeer:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let the connection go."""
        self._client.close()

    @property
    def name(self) -> str:
        """The name under which a replica keeps this peer's receipts and cursors."""
        return self._name

    @property
    def clock_offset_s(self) -> float:
        """How far the district's clock is ahead of this one, as far as it had to be noticed."""
        return self._offset.total_seconds()

    def sync(self, request: SyncRequest) -> SyncReply:
        """One push and pull; what the reply says counts only with the district's signature."""
        body = encode_request(request)
        answer, nonce = self._signed("POST", "/v1/sync", body, {"Content-Type": CONTENT_TYPE})
        if answer.status != 200 or answer.headers.get("content-type", "") != CONTENT_TYPE:
            raise GarbledReply(url=self.url, what="content-type")
        if not is_signed(self._district_key, _unhex(answer.headers.get("district-signature", "")), reply_text(nonce, answer.body)):
            raise GarbledReply(url=self.url, what="signature")
        return decode_reply(answer.body)

    def send_file(self, sha: str, data: bytes) -> None:
        """Upload from wherever the district stands; a broken line goes on from the last byte that arrived. Raises Offline, Refused."""
        tries, best = 0, -1
        while True:
            try:
                answer, _ = self._signed("HEAD", f"/v1/files/{sha}", b"", {})
                if answer.headers.get("upload-complete") == "?1":
                    return
                at = _offset(self.url, answer)
                if at > best:
                    tries, best = 0, at
                self._send_from(sha, data, at)
            except (Offline, GarbledReply) as failure:
                tries += 1
                if tries >= _FILE_PATIENCE or failure.values.get("stage") == "connect":
                    raise
                self._wait(_pause_s(tries))
            except Refused as no:
                tries += 1
                if no.values.get("reason") not in ("overtaken", "wrong-hash") or tries >= _FILE_PATIENCE:
                    raise
                self._wait(_pause_s(tries))

    def _send_from(self, sha: str, data: bytes, at: int) -> None:
        rest = data[at:]
        headers = {"Upload-Offset": str(at), "Upload-Length": str(len(data)), "Content-Type": "application/offset+octet-stream"}
        answer, _ = self._signed("PATCH", f"/v1/files/{sha}", rest, headers)
        if answer.headers.get("upload-complete") not in ("?0", "?1"):
            raise GarbledReply(url=self.url, what="upload-complete")

    def fetch_file(self, sha: str) -> bytes | None:
        """Download, going on after a break from the last byte that arrived; None if the district does not give it (yet)."""
        got = bytearray()
        tries = 0
        while True:
            before = len(got)
            try:
                headers = {"Range": f"bytes={len(got)}-"} if got else {}
                answer, _ = self._signed("GET", f"/v1/files/{sha}", b"", headers, into=got)
                if answer.status == 404:
                    return None
                if hashlib.sha256(got).hexdigest() == sha:
                    return bytes(got)
                got.clear()
                raise GarbledReply(url=self.url, what="hash")
            except (Offline, GarbledReply) as failure:
                tries = 0 if len(got) > before else tries + 1
                if tries >= _FILE_PATIENCE or failure.values.get("stage") == "connect":
                    raise
                self._wait(_pause_s(tries))

    def _signed(
        self, method: str, target: str, body: bytes, headers: Mapping[str, str], into: bytearray | None = None
    ) -> tuple[Answer, str]:
        """A signed request and its nonce; once more if the clocks differ or a proxy on the way had sent it twice."""
        for last in (False, True):
            nonce = secrets.token_hex(16)
            stamp = (self._now() + self._offset).isoformat()
            body_hash = hashlib.sha256(body).hexdigest() if body else _EMPTY
            signature = self._signer.sign(request_text(method, target, self._signer.device, stamp, nonce, body_hash))
            proof = {
                "District-Device": self._signer.device,
                "District-Time": stamp,
                "District-Nonce": nonce,
                "District-Body": body_hash,
                "District-Signature": signature.hex(),
            }
            try:
                return self._send(method, target, body, {**headers, **proof}, into), nonce
            except Refused as no:
                if last or no.values.get("reason") not in ("clock", "replayed"):
                    raise
                self._set_clock(no)
        raise AssertionError("the loop returns or raises")

    def _set_clock(self, refused: Refused) -> None:
        try:
            theirs = datetime.fromisoformat(str(refused.values.get("time", "")))
        except ValueError:
            return
        if theirs.tzinfo is not None:
            self._offset = theirs - self._now()

    def _send(self, method: str, target: str, body: bytes, headers: Mapping[str, str], into: bytearray | None) -> Answer:
        for wait_s in (*_WAITS_S, None):
            try:
                return send(self._client, method, self.url + target, body, headers, into)
            except Offline as gone:
                if gone.values.get("stage") != "connect" or wait_s is None:
                    raise
                self._wait(wait_s)
        raise AssertionError("the loop returns or raises")


def open_client(read_s: float = READ_S) -> httpx.Client:
    """A connection that follows no redirection (a captive portal's) and asks no proxy of the environment."""
    import httpx

    timeout = httpx.Timeout(read_s, connect=CONNECT_S)
    return httpx.Client(
        timeout=timeout, follow_redirects=False, trust_env=False, limits=httpx.Limits(max_connections=2, keepalive_expiry=60)
    )


def send(client: httpx.Client, method: str, url: str, body: bytes, headers: Mapping[str, str], into: bytearray | None = None) -> Answer:
    """One request, read to its end with a size cap. Raises Offline(stage connect, line, server), GarbledReply, and what was refused with.

    `into` gathers the bytes of a file as they come, so that what arrived before a break is not lost.
    """
    import httpx

    try:
        with client.stream(method, url, content=_pieces(body), headers={**headers, "Content-Length": str(len(body))}) as response:
            whole = into if into is not None and response.status_code in (200, 206) else bytearray()
            if response.status_code == 200:
                whole.clear()
            for piece in response.iter_bytes():
                whole += piece
                if len(whole) > (MAX_PACKED if into is None else MAX_FILE):
                    raise GarbledReply(url=url, what="too-large")
            answer = Answer(response.status_code, {name.lower(): value for name, value in response.headers.items()}, bytes(whole))
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol, httpx.InvalidURL) as gone:
        raise Offline(url=url, stage="connect") from gone
    except httpx.DecodingError as wrong:
        raise GarbledReply(url=url, what="encoding") from wrong
    except httpx.TransportError as gone:
        raise Offline(url=url, stage="line") from gone
    return _checked(url, method, answer)


def _checked(url: str, method: str, answer: Answer) -> Answer:
    if answer.status >= 500 or answer.status == 429:
        raise Offline(url=url, stage="server")
    if 300 <= answer.status < 400:
        raise GarbledReply(url=url, what="redirection")
    if answer.status < 300 or answer.status == 409 or (answer.status == 404 and method == "GET"):
        return answer
    if method == "HEAD" and "district-refused" in answer.headers:
        raise Refused(reason=answer.headers["district-refused"], time=answer.headers.get("district-time", ""))
    if not answer.headers.get("content-type", "").startswith("application/json"):
        raise GarbledReply(url=url, what="content-type")
    raise refused_with(answer.body)


def _pieces(body: bytes) -> Iterator[bytes]:
    for at in range(0, len(body), _PIECE):
        yield body[at : at + _PIECE]


def _pause_s(tries: int) -> float:
    """Longer after each try in vain: the district first has to notice that the line broke and to keep what had arrived."""
    return min(0.1 * 2.0**tries, 5.0)


def _offset(url: str, answer: Answer) -> int:
    told = answer.headers.get("upload-offset", "")
    if answer.headers.get("upload-complete") != "?0" or not told.isdigit():
        raise GarbledReply(url=url, what="upload-offset")
    return int(told)


def _unhex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""
