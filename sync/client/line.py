"""One HTTP request over a weak line: read to its end under a size cap, and every failure told as an expected error."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import CertificateDates, ExchangeError, ForeignCertificate, GarbledReply, Offline, Refused
from ..wire import MAX_FILE, MAX_PACKED, refused_with
from .manners import Held, Manners

if TYPE_CHECKING:
    import httpx

CONNECT_S, READ_S = 10.0, 60.0
_PIECE = 2 << 10
"""Also the size of a TLS record: of one that the line cuts nothing arrives."""
_NOT_YET, _NO_MORE = 9, 10
"""X509_V_ERR_CERT_NOT_YET_VALID and X509_V_ERR_CERT_HAS_EXPIRED of OpenSSL."""
MOST_WAIT_S = 4 * 3600


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer that was read to its end."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    certificate: bytes = b""
    """DER of the server's certificate, empty without TLS."""

    def json(self) -> Any:
        """Raises ValueError."""
        return json.loads(self.body)


@dataclass(slots=True)
class Traffic:
    """What went over the line, heads of HTTP included, TLS not."""

    up: int = 0
    down: int = 0
    requests: int = 0
    broken: int = 0
    """Requests that did not come to their end."""
    tick: Callable[[], None] = lambda: None
    """Called before each request and whenever a piece went over the line; may raise to give up."""
    _held: Held | None = None
    """Of the open connection; of one without a line that lasts a second socket, as TLS takes the first one over and is busy with it."""

    def watch(self, event: str, told: Mapping[str, Any]) -> None:
        """Take note of the connection that is open (the trace of httpx)."""
        if event == "connection.connect_tcp.complete":
            self.close()
            stream = told["return_value"]
            self._held = stream.get_extra_info("held") or stream.get_extra_info("socket").dup()

    def cut(self) -> None:
        """End whatever waits on the line, from any thread: reading ends at once, as if the line broke."""
        held = self._held
        if held is not None:
            with contextlib.suppress(OSError):
                held.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Let the connection go."""
        held, self._held = self._held, None
        if held is not None:
            held.close()


def open_client(read_s: float = READ_S, verify: ssl.SSLContext | bool = False, manners: Manners | None = None) -> httpx.Client:
    """A connection that follows no redirection (a captive portal's) and asks no proxy of the environment.

    With `manners` it outlives breaks of the line wherever the district lets it.
    """
    import httpx

    timeout = httpx.Timeout(read_s, connect=max(CONNECT_S, read_s / 2))
    limits = httpx.Limits(max_connections=2, keepalive_expiry=60)
    transport = None
    if manners is not None:
        from .lasting import Transport

        transport = Transport(verify if isinstance(verify, ssl.SSLContext) else None, limits, manners)
    client = httpx.Client(timeout=timeout, follow_redirects=False, trust_env=False, limits=limits, verify=verify, transport=transport)
    # What httpx says of itself by default is a hundred bytes of each request.
    client.headers.clear()
    return client


def send(
    client: httpx.Client,
    method: str,
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    into: bytearray | None = None,
    traffic: Traffic | None = None,
) -> Answer:
    """One request. Raises Offline(stage connect, line, server; retry_s), GarbledReply, CertificateDates, and what was refused with.

    `into` gathers the bytes of a file as they come, so that what arrived before a break is not lost.
    """
    import httpx

    count = traffic if traffic is not None else Traffic()
    count.tick()
    count.requests += 1
    count.broken += 1
    watched = {"trace": traffic.watch} if traffic is not None else {}
    sent = {**headers, "Content-Length": str(len(body))} if body else dict(headers)
    count.up += len(method) + len(url) + sum(len(name) + len(value) + 4 for name, value in sent.items())
    content = _pieces(body, count) if body else None
    try:
        with client.stream(method, url, content=content, headers=sent, extensions=watched) as response:
            whole = into if into is not None and response.status_code in (200, 206) else bytearray()
            if response.status_code == 200:
                whole.clear()
            if name := response.headers.get("district-line"):
                from .lasting import name_line

                name_line(response, name)
            count.down += sum(len(name) + len(value) + 4 for name, value in response.headers.items())
            for piece in response.iter_bytes():
                count.down += len(piece)
                count.tick()
                whole += piece
                if len(whole) > (MAX_PACKED if into is None else MAX_FILE):
                    raise GarbledReply(url=url, what="too-large")
            told = {name.lower(): value for name, value in response.headers.items()}
            answer = Answer(response.status_code, told, bytes(whole), _certificate(response))
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol, httpx.InvalidURL) as gone:
        raise _not_connected(url, gone) from gone
    except httpx.DecodingError as wrong:
        raise GarbledReply(url=url, what="encoding") from wrong
    except httpx.TransportError as gone:
        raise Offline(url=url, stage="line") from gone
    count.broken -= 1
    return _checked(url, method, answer)


def _not_connected(url: str, gone: BaseException) -> ExchangeError:
    """A stranger's certificate, one whose dates do not fit, a portal that speaks no TLS, or nobody there."""
    cause: BaseException | None = gone
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return CertificateDates(url=url) if cause.verify_code in (_NOT_YET, _NO_MORE) else ForeignCertificate(url=url)
        if isinstance(cause, ssl.SSLError) and not isinstance(cause, ssl.SSLEOFError):
            return GarbledReply(url=url, what="not-tls")
        cause = cause.__cause__ or cause.__context__
    return Offline(url=url, stage="connect")


def _certificate(response: httpx.Response) -> bytes:
    stream = response.extensions.get("network_stream")
    tls = stream.get_extra_info("ssl_object") if stream is not None else None
    return (tls.getpeercert(True) or b"") if tls is not None else b""


def _checked(url: str, method: str, answer: Answer) -> Answer:
    if answer.status >= 500 or answer.status == 429:
        raise Offline(url=url, stage="server", retry_s=_retry_s(answer))
    if 300 <= answer.status < 400:
        raise GarbledReply(url=url, what="redirection")
    if answer.status < 300 or answer.status == 409 or (answer.status == 404 and method == "GET"):
        return answer
    if method == "HEAD" and "district-refused" in answer.headers:
        raise Refused(reason=answer.headers["district-refused"], time=answer.headers.get("district-time", ""))
    if not answer.headers.get("content-type", "").startswith("application/json"):
        raise GarbledReply(url=url, what="content-type")
    raise refused_with(answer.body)


def _retry_s(answer: Answer) -> int:
    """How long the server asks to wait, 0 if it says nothing."""
    told = answer.headers.get("retry-after", "")
    return min(int(told), MOST_WAIT_S) if told.isascii() and told.isdigit() else 0


def _pieces(body: bytes, count: Traffic) -> Iterator[bytes]:
    for at in range(0, len(body), _PIECE):
        count.up += len(body[at : at + _PIECE])
        count.tick()
        yield body[at : at + _PIECE]
