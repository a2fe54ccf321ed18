"""Connections that outlive a break of the line: the laptop comes back and goes on in the middle of TLS, without a new handshake or request.

Every connection begins as any other. Once a handler gave it a name (`name_of`), a break only takes its socket away: what the program above
reads and writes stays, and whoever comes with the name and a count goes on. Bytes are repeated by their count; whether they are the right
ones TLS decides, as ever. `docs/protocol.md`, section 5.
"""

from __future__ import annotations

import asyncio
import secrets
import ssl
from asyncio.sslproto import SSLProtocol
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from ..wire import LINE_COUNT, LINE_HELLO, LINE_NAME

KEPT_S = 60.0
"""So long a line may be broken; more than a laptop's tries to connect take."""
HELLO_S, _MOMENT_S = 60.0, 0.05
_HELLO = len(LINE_HELLO) + LINE_NAME + LINE_COUNT
MOST_NAMED = 512
TAIL = 256 << 10
"""Bytes of answers that are kept to be repeated."""
_EXTENSION = "fieldapp.line"
_TOLD = ("socket", "peername", "sockname")
Program = asyncio.Protocol | asyncio.BufferedProtocol


@dataclass(slots=True)
class Lines:
    """The named lines of one server."""

    kept_s: float = KEPT_S
    named: dict[bytes, Line] = field(default_factory=dict)
    silent: set[asyncio.Transport] = field(default_factory=set)
    """Sockets that said nothing yet, of which the program above does not know."""
    is_ending: bool = False

    def name(self, line: Line) -> bytes:
        """A new name for a line, empty if there are too many."""
        if self.is_ending or len(self.named) >= MOST_NAMED:
            return b""
        name = secrets.token_bytes(LINE_NAME)
        self.named[name] = line
        return name

    def end(self) -> None:
        """Nobody comes back any more: the server stops."""
        self.is_ending = True
        for line in list(self.named.values()):
            line.end_if_broken()
        for raw in self.silent:
            raw.abort()


class Line(asyncio.Transport):
    """What the program above takes for its connection, over one socket after another."""

    def __init__(self, raw: asyncio.Transport, lines: Lines) -> None:
        super().__init__({name: raw.get_extra_info(name) for name in _TOLD})
        self._raw: asyncio.Transport | None = raw
        self._lines, self._loop = lines, asyncio.get_running_loop()
        self._program: Program | None = None
        self._name = b""
        self._received = self._sent = 0
        self._tail, self._unread = bytearray(), bytearray()
        self._is_closing = self._reading_waits = self._writing_waits = False
        self._patience: asyncio.TimerHandle | None = None

    def carry(self, program: Program) -> None:
        """Begin: `program` is told that it is connected."""
        self._program = program
        program.connection_made(self)

    @property
    def has_socket(self) -> bool:
        """Whether nobody noticed a break."""
        return self._raw is not None

    def keep(self) -> str:
        """The name (hex) under which this line goes on after a break; empty if it will not."""
        if not self._name and not self._is_closing:
            self._name = self._lines.name(self)
        return self._name.hex()

    def arrived(self, raw: asyncio.Transport, data: bytes) -> None:
        """Bytes from a socket; what a socket brings that was replaced is sent again over the new one."""
        if raw is self._raw:
            self._received += len(data)
            self._unread += data
            self._read_on()

    def go_on(self, raw: asyncio.Transport, theirs: int) -> bool:
        """Take another socket, whose other side has read `theirs` bytes; False if what it misses is not here any more."""
        missing = self._sent - theirs
        if self._is_closing or not 0 <= missing <= len(self._tail):
            return False
        if self._raw is not None:
            self._raw.abort()
        if self._patience is not None:
            self._patience.cancel()
        self._raw = raw
        raw.write(LINE_HELLO + self._received.to_bytes(LINE_COUNT, "big") + (bytes(self._tail[-missing:]) if missing else b""))
        if self._reading_waits:
            raw.pause_reading()
        if raw.get_write_buffer_size() <= raw.get_write_buffer_limits()[1]:
            self.writing(raw, waits=False)
        return True

    def eof(self, raw: asyncio.Transport) -> bool | None:
        """The other side sends no more; of a named line that is a break."""
        if raw is self._raw and not self._name and self._program is not None:
            return self._program.eof_received()
        return False

    def lost(self, raw: asyncio.Transport, error: Exception | None) -> None:
        """A socket is gone: with it the line, or it waits for the next."""
        if raw is not self._raw:
            return
        self._raw = None
        if not self._name or self._is_closing or self._lines.is_ending:
            self._end(error)
            return
        self.writing(None, waits=True)
        self._patience = self._loop.call_later(self._lines.kept_s, self._end, None)

    def end_if_broken(self) -> None:
        """Let it go unless it has a socket."""
        if self._raw is None:
            self._end(None)

    def writing(self, raw: asyncio.Transport | None, *, waits: bool) -> None:
        """Whether the socket takes more just now."""
        if raw is not self._raw or self._program is None or waits == self._writing_waits:
            return
        self._writing_waits = waits
        if waits:
            self._program.pause_writing()
        else:
            self._program.resume_writing()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if self._program is None:
            return
        if self._name:
            self._sent += len(data)
            self._tail += data
            del self._tail[:-TAIL]
        else:
            self._sent += len(data)
        if self._raw is not None:
            self._raw.write(data)

    def is_closing(self) -> bool:
        return self._is_closing

    def close(self) -> None:
        self._let_go(None, at_once=False)

    def abort(self) -> None:
        self._let_go(None, at_once=True)

    def _force_close(self, error: Exception | None) -> None:
        """Asked for by the TLS of asyncio when it fails."""
        self._let_go(error, at_once=True)

    def pause_reading(self) -> None:
        self._reading_waits = True
        if self._raw is not None:
            self._raw.pause_reading()

    def resume_reading(self) -> None:
        self._reading_waits = False
        if self._raw is not None:
            self._raw.resume_reading()
        self._loop.call_soon(self._read_on)

    def _read_on(self) -> None:
        while self._unread and not self._reading_waits and self._program is not None:
            if isinstance(self._program, asyncio.BufferedProtocol):
                room = memoryview(self._program.get_buffer(len(self._unread)))
                size = min(len(room), len(self._unread))
                room[:size] = self._unread[:size]
                del self._unread[:size]
                self._program.buffer_updated(size)
            else:
                data = bytes(self._unread)
                self._unread.clear()
                self._program.data_received(data)

    def _let_go(self, error: Exception | None, *, at_once: bool) -> None:
        if self._raw is None:
            if not self._is_closing:
                self._loop.call_soon(self._end, error)
        elif at_once:
            self._raw.abort()
        elif not self._is_closing:
            self._raw.close()
        self._is_closing = True

    def _end(self, error: Exception | None) -> None:
        if self._patience is not None:
            self._patience.cancel()
        self._lines.named.pop(self._name, None)
        self._is_closing = True
        program, self._program = self._program, None
        if program is not None:
            program.connection_lost(error)


class Arrival(asyncio.Protocol):
    """A socket that was just taken up: the beginning of a line, or the next one of a line that broke."""

    def __init__(self, lines: Lines, begin: Callable[[Line], Program]) -> None:
        self._lines, self._begin = lines, begin
        self._line: Line | None = None
        self._head = b""
        self._is_met = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._raw = cast(asyncio.Transport, transport)
        self._lines.silent.add(self._raw)
        self._patience = asyncio.get_running_loop().call_later(HELLO_S, self._raw.abort)

    def data_received(self, data: bytes) -> None:
        if self._line is not None:
            self._line.arrived(self._raw, data)
            return
        self._head += data
        if LINE_HELLO[:1] != self._head[:1]:
            self._line = Line(self._raw, self._lines)
            self._line.carry(self._begin(self._line))
            self._line.arrived(self._raw, self._head)
        elif len(self._head) < _HELLO or self._is_met:
            return
        else:
            self._meet(self._head[len(LINE_HELLO) :][:LINE_NAME], int.from_bytes(self._head[_HELLO - LINE_COUNT : _HELLO], "big"))
        self._lines.silent.discard(self._raw)
        self._patience.cancel()

    def _meet(self, name: bytes, theirs: int) -> None:
        """What follows the count is not asked for: the other side waits to hear from where to go on."""
        self._is_met = True
        line = self._lines.named.get(name) if self._head.startswith(LINE_HELLO) else None
        if line is not None and line.has_socket:
            # It may not have told yet of all that arrived before it broke, which would be sent again.
            asyncio.get_running_loop().call_later(_MOMENT_S, self._go_on, line, theirs)
        else:
            self._go_on(line, theirs)

    def _go_on(self, line: Line | None, theirs: int) -> None:
        if self._raw.is_closing():
            return
        self._line = line
        if line is None or not line.go_on(self._raw, theirs):
            self._line = None
            self._raw.write(LINE_HELLO + b"\xff" * LINE_COUNT)
            self._raw.close()

    def eof_received(self) -> bool | None:
        return self._line.eof(self._raw) if self._line is not None else False

    def connection_lost(self, exc: Exception | None) -> None:
        self._lines.silent.discard(self._raw)
        self._patience.cancel()
        if self._line is not None:
            self._line.lost(self._raw, exc)

    def pause_writing(self) -> None:
        if self._line is not None:
            self._line.writing(self._raw, waits=True)

    def resume_writing(self) -> None:
        if self._line is not None:
            self._line.writing(self._raw, waits=False)


def arrival(lines: Lines, http: asyncio.Protocol, tls: ssl.SSLContext | None) -> Arrival:
    """For a socket on which `http` shall speak, inside TLS if there is a context."""

    def begin(line: Line) -> Program:
        _tell_of(line, http)
        if tls is None:
            return http
        # As asyncio does for a server of its own, to which nobody waits for the handshake either.
        return SSLProtocol(asyncio.get_running_loop(), http, tls, None, server_side=True)  # type: ignore[arg-type]

    return Arrival(lines, begin)


def _tell_of(line: Line, http: asyncio.Protocol) -> None:
    """Every request over the line can ask for its name."""
    app: ASGIApp = http.app  # type: ignore[attr-defined]

    async def telling(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "extensions": {**scope.get("extensions", {}), _EXTENSION: line.keep}}, receive, send)

    http.app = telling  # type: ignore[attr-defined]


def name_of(request: Request) -> str:
    """The name (hex) that the line of a request has from now on, empty if it will not outlive a break."""
    keep = request.scope.get("extensions", {}).get(_EXTENSION)
    return keep() if keep is not None else ""
