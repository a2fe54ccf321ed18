"""A connection that goes on after the line broke, under httpx: TLS and requests above it do not notice.

The district gives it a name in an answer; from then on a break costs a connection and two counts of bytes instead of a handshake, a
question and a request anew. If the district does not know the name any more, the break is told as ever. `docs/protocol.md`, section 5.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import ssl
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TypeVar

import httpcore
import httpx

from ..wire import LINE_COUNT, LINE_HELLO, LINE_NAME
from .manners import Manners

KEPT = 4 << 20
"""Of the bytes that were sent, so many are kept to be repeated: more than the buffers on the way hold."""
_PAUSES_S = (0.0, 0.3, 1.0)
"""Before the tries to go on; so many without one byte more and the line is given up."""
_RECORD = 1 << 14
_T = TypeVar("_T")


class Line:
    """A connection over one socket after another. Raises OSError, of which TimeoutError if nothing moves for so long."""

    def __init__(self, host: str, port: int, timeout_s: float | None, manners: Manners) -> None:
        self._address, self._manners = (host, port), manners
        self._name = b""
        self._received = self._sent = 0
        self._kept = bytearray()
        self._tries = self._reached = 0
        self.socket = self._connected(timeout_s)

    def outlive(self, name: bytes) -> None:
        """Go on under this name whenever the line breaks. All that was sent until now must have been answered."""
        self._name = name

    def send(self, data: bytes, timeout_s: float | None) -> None:
        """All of it, as far as this side can tell."""
        self._sent += len(data)
        if self._name:
            self._kept += data
            if len(self._kept) > 2 * KEPT:
                del self._kept[:-KEPT]
        try:
            self._push(data, timeout_s)
        except TimeoutError:
            raise
        except OSError:
            if not self._goes_on(timeout_s):
                raise

    def receive(self, most: int, timeout_s: float | None) -> bytes:
        """What came; empty at the end."""
        while True:
            self.socket.settimeout(timeout_s)
            try:
                data = self.socket.recv(most)
            except TimeoutError:
                raise
            except OSError:
                if not self._goes_on(timeout_s):
                    raise
                continue
            self._received += len(data)
            if data or not self._goes_on(timeout_s):
                return data

    def close(self) -> None:
        self._name = b""
        self.socket.close()

    def leave(self, last: bytes) -> None:
        """Close, after these bytes if they go at once."""
        with contextlib.suppress(OSError):
            self.socket.settimeout(0)
            self.socket.send(last)
        self.close()

    def cut(self) -> None:
        """End what waits on it, from another thread; it does not go on."""
        self._name = b""
        self.socket.shutdown(socket.SHUT_RDWR)

    def is_readable(self) -> bool:
        """Whether something came or the other side is gone."""
        if self.socket.fileno() < 0:
            return True
        with selectors.DefaultSelector() as looking:
            looking.register(self.socket, selectors.EVENT_READ)
            return bool(looking.select(0))

    def _connected(self, timeout_s: float | None) -> socket.socket:
        made = socket.create_connection(self._address, timeout_s)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made

    def _push(self, data: bytes, timeout_s: float | None) -> None:
        """The time is for each piece that the system takes."""
        self.socket.settimeout(timeout_s)
        rest = memoryview(data)
        while rest:
            rest = rest[self.socket.send(rest[:_RECORD]) :]

    def _goes_on(self, timeout_s: float | None) -> bool:
        """Come back until the district has what it missed; False, and the name is void, if it does not know the line or is not there."""
        while self._name and self._tries < len(_PAUSES_S):
            if _PAUSES_S[self._tries]:
                self._manners.wait(_PAUSES_S[self._tries])
            self._manners.tick()
            self._tries += 1
            with contextlib.suppress(OSError):
                theirs = self._asked(timeout_s)
                missing = self._sent - theirs
                if not 0 <= missing <= len(self._kept):
                    break
                if theirs + self._received > self._reached:
                    self._tries, self._reached = 0, theirs + self._received
                if missing:
                    self._push(bytes(self._kept[-missing:]), timeout_s)
                return True
        self._name = b""
        self._kept.clear()
        return False

    def _asked(self, timeout_s: float | None) -> int:
        """How much the district has of what was sent, over a new socket; more than there is if it does not know this line."""
        self.socket.close()
        self.socket = self._connected(timeout_s)
        if not self._name:
            raise ConnectionAbortedError
        self.socket.settimeout(timeout_s)
        self.socket.sendall(LINE_HELLO + self._name + self._received.to_bytes(LINE_COUNT, "big"))
        answer, whole = b"", len(LINE_HELLO) + LINE_COUNT
        while len(answer) < whole and LINE_HELLO.startswith(answer[: len(LINE_HELLO)]):
            piece = self.socket.recv(whole - len(answer))
            if not piece:
                raise ConnectionResetError
            answer += piece
        return int.from_bytes(answer[len(LINE_HELLO) :], "big") if answer.startswith(LINE_HELLO) else self._sent + 1


class _Hold:
    """`Held` of a line."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def shutdown(self, _how: int, /) -> None:
        self._line.cut()

    def close(self) -> None:
        pass


class Stream(httpcore.NetworkStream):
    """A line as httpcore wants it, without TLS."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        with _told(httpcore.ReadTimeout, httpcore.ReadError):
            return self._line.receive(max_bytes, timeout)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        with _told(httpcore.WriteTimeout, httpcore.WriteError):
            self._line.send(buffer, timeout)

    def close(self) -> None:
        self._line.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Raises ConnectTimeout, ConnectError (from ssl.SSLError if the other side is not believed)."""
        try:
            with _told(httpcore.ConnectTimeout, httpcore.ConnectError):
                return _Secure(self._line, ssl_context, server_hostname, timeout)
        except httpcore.NetworkError:
            self.close()
            raise

    def get_extra_info(self, info: str) -> Any:
        if info == "line":
            return self._line
        if info == "held":
            return _Hold(self._line)
        if info == "socket":
            return self._line.socket
        if info == "is_readable":
            return self._line.is_readable()
        return None


class _Secure(Stream):
    """TLS on a line."""

    def __init__(self, line: Line, context: ssl.SSLContext, name: str | None, timeout_s: float | None) -> None:
        super().__init__(line)
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._in, self._out, server_hostname=name)
        self._worked(self._tls.do_handshake, timeout_s)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        with _told(httpcore.ReadTimeout, httpcore.ReadError):
            try:
                return self._worked(partial(self._tls.read, max_bytes), timeout)
            except ssl.SSLZeroReturnError:
                return b""

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        with _told(httpcore.WriteTimeout, httpcore.WriteError):
            while buffer:
                buffer = buffer[self._worked(partial(self._tls.write, buffer), timeout) :]

    def close(self) -> None:
        """Say so, or the district would wait for this line to come back."""
        with contextlib.suppress(OSError):
            self._tls.unwrap()
        self._line.leave(self._out.read())

    def get_extra_info(self, info: str) -> Any:
        return self._tls if info == "ssl_object" else super().get_extra_info(info)

    def _worked(self, work: Callable[[], _T], timeout_s: float | None) -> _T:
        while True:
            try:
                result = work()
            except ssl.SSLWantReadError:
                self._flush(timeout_s)
                if got := self._line.receive(_RECORD, timeout_s):
                    self._in.write(got)
                else:
                    self._in.write_eof()
            else:
                self._flush(timeout_s)
                return result

    def _flush(self, timeout_s: float | None) -> None:
        if self._out.pending:
            self._line.send(self._out.read(), timeout_s)


class Backend(httpcore.NetworkBackend):
    """Makes lines."""

    def __init__(self, manners: Manners) -> None:
        self._manners = manners

    def connect_tcp(self, host: str, port: int, timeout: float | None = None, *_: Any, **__: Any) -> httpcore.NetworkStream:
        """Without a local address or options of the socket, which nobody here asks for."""
        with _told(httpcore.ConnectTimeout, httpcore.ConnectError):
            return Stream(Line(host, port, timeout, self._manners))


class Transport(httpx.HTTPTransport):
    """httpx over such lines."""

    def __init__(self, context: ssl.SSLContext | None, limits: httpx.Limits, manners: Manners) -> None:
        # A pool of one's own is the only way in for another way to connect; all else stays as httpx has it.
        self._pool = httpcore.ConnectionPool(
            ssl_context=context,
            max_connections=limits.max_connections,
            max_keepalive_connections=limits.max_keepalive_connections,
            keepalive_expiry=limits.keepalive_expiry,
            network_backend=Backend(manners),
        )


def name_line(response: httpx.Response, name: str) -> None:
    """The district gave the line of an answer a name (hex)."""
    stream = response.extensions.get("network_stream")
    line = stream.get_extra_info("line") if stream is not None else None
    if isinstance(line, Line) and len(name) == 2 * LINE_NAME:
        with contextlib.suppress(ValueError):
            line.outlive(bytes.fromhex(name))


@contextlib.contextmanager
def _told(late: type[Exception], wrong: type[Exception]) -> Iterator[None]:
    """The errors of a socket as those of httpcore."""
    try:
        yield
    except TimeoutError as gone:
        raise late(str(gone)) from gone
    except OSError as gone:
        raise wrong(str(gone)) from gone
