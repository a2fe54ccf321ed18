"""A proxy in user space that behaves like a village's line: narrow, slow to answer, and unreliable in every way that was seen.

Rates, delays and waits are of the line; `speed` makes all of them shorter alike, so that hours of line pass in minutes. Bytes are
counted as they enter the line, TLS and repetition included.
"""

from __future__ import annotations

import asyncio
import random
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from sync.wire import LINE_HELLO

RATE_BPS, DELAY_S = 64_000, 0.3
"""Bits a second, and seconds each way: 600 ms there and back."""
FAULTS = ("drop", "drop-reply", "half-open", "stall", "truncate", "portal", "refuse")
SPOKEN = ("twice", "server-error", "busy")
"""Faults of a proxy that understands HTTP, so only on a line without TLS."""
PORTAL = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 26\r\nConnection: close\r\n\r\n<html>please log in</html>"
ERROR = b"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 3\r\nConnection: close\r\n\r\n502"
BUSY = b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 2\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_PIECE = 1024


@dataclass
class Seen:
    """What went over the line."""

    up: int = 0
    down: int = 0
    connections: int = 0
    went_on: int = 0
    """Connections that went on with one that broke."""
    faults: dict[str, int] = field(default_factory=dict)


@dataclass
class _Way:
    """One direction: when it is free again."""

    free_at: float = 0.0


class VillageLine:
    """Listens on this machine and passes on to `target`. `fault` names what befalls the next connection, empty for none."""

    def __init__(
        self,
        target: tuple[str, int],
        *,
        seed: int = 0,
        speed: float = 1.0,
        rate_bps: float = RATE_BPS,
        delay_s: float = DELAY_S,
        drop_every: float = 0.0,
        fault: Callable[[random.Random], str] = lambda _: "",
        secure: bool = True,
    ) -> None:
        self.target, self.chance, self.fault, self.drop_every = target, random.Random(seed), fault, drop_every
        self.seen = Seen()
        self._rate, self._delay, self._speed = rate_bps / 8 * speed, delay_s / speed, speed
        self._up, self._down = _Way(), _Way()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"{'https' if secure else 'http'}://127.0.0.1:{self._socket.getsockname()[1]}"
        self._loop = asyncio.new_event_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._over = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="village line")
        self._thread.start()

    def stop(self) -> None:
        """Cut everything."""
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(30)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._met, sock=self._socket, limit=4096)
        await self._over.wait()
        server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _met(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._carry(reader, writer)
        except (OSError, asyncio.CancelledError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            self._tasks.discard(task)
            _abort(writer)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.seen.connections += 1
        fault = self.fault(self.chance)
        if fault:
            self.seen.faults[fault] = self.seen.faults.get(fault, 0) + 1
        await asyncio.sleep(2 * self._delay)
        if fault == "refuse":
            return
        if fault in ("portal", "server-error", "busy"):
            self.seen.up += len(await reader.read(1 << 16))
            writer.write({"portal": PORTAL, "server-error": ERROR, "busy": BUSY}[fault])
            await writer.drain()
            writer.write_eof()
            await asyncio.wait_for(reader.read(), 2)
            return
        far_reader, far_writer = await asyncio.open_connection(*self.target, limit=4096)
        connection = _Connection(self, fault)
        try:
            if fault == "twice":
                await self._twice(reader, writer)
                return
            pumps = [
                asyncio.ensure_future(connection.pump(reader, far_writer, self._up, is_up=True)),
                asyncio.ensure_future(connection.pump(far_reader, writer, self._down, is_up=False)),
            ]
            connection.tasks += pumps
            breaks = bool(fault or self.drop_every)
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED if breaks else asyncio.ALL_COMPLETED)
        finally:
            await connection.end()
            # What was delivered is read by the other side before it sees the end.
            far_writer.close()

    async def _twice(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A proxy that lost the first answer and asks again on its own."""
        request = await _message(reader)
        self.seen.up += len(request)
        for last in (False, True):
            far_reader, far_writer = await asyncio.open_connection(*self.target)
            far_writer.write(request)
            answer = await _message(far_reader, head=request.startswith(b"HEAD"))
            far_writer.close()
            if last:
                writer.write(answer)
                await writer.drain()


class _Connection:
    """One connection over the line and what befalls it."""

    def __init__(self, line: VillageLine, fault: str) -> None:
        self._line, self._fault = line, fault
        chance = line.chance
        drop = line.drop_every or (chance.uniform(200, 20_000) if fault in ("drop", "half-open") else 0)
        self._left_up = chance.expovariate(1 / drop) if drop else float("inf")
        self._left_down = (
            chance.uniform(1, 6_000 if fault == "drop-reply" else 3_000) if fault in ("drop-reply", "truncate") else float("inf")
        )
        self._stall_at = chance.uniform(100, 6_000) if fault == "stall" else float("inf")
        self._begun = False
        self.tasks: list[asyncio.Future[None]] = []

    async def end(self) -> None:
        """Nothing more is delivered."""
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    async def pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, way: _Way, *, is_up: bool) -> None:
        """Take pieces as fast as the line is, deliver each after the delay, until this way ends or breaks."""
        line, loop = self._line, asyncio.get_running_loop()
        waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        sender = asyncio.ensure_future(_deliver(waiting, sink))
        self.tasks.append(sender)
        while piece := await source.read(_PIECE):
            if is_up:
                self._heard(piece)
                line.seen.up += len(piece)
            else:
                line.seen.down += len(piece)
            way.free_at = max(way.free_at, loop.time()) + len(piece) / line._rate
            if await self._befalls(len(piece), is_up=is_up):
                if self._fault == "truncate":
                    # What is left of it arrives, and then an end in good order.
                    waiting.put_nowait((way.free_at + line._delay, piece[: len(piece) + int(self._left_down)]))
                    waiting.put_nowait((way.free_at + line._delay, b""))
                    await sender
                return
            waiting.put_nowait((way.free_at + line._delay, piece))
            await asyncio.sleep(max(0.0, way.free_at - loop.time()))
        waiting.put_nowait((loop.time() + line._delay, b""))
        await sender

    def _heard(self, piece: bytes) -> None:
        if not self._begun:
            self._begun = True
            self._line.seen.went_on += piece.startswith(LINE_HELLO)

    async def _befalls(self, size: int, *, is_up: bool) -> bool:
        """Whether the line breaks at this piece."""
        if is_up:
            self._left_up -= size
            self._stall_at -= size
        else:
            self._left_down -= size
        if self._stall_at < 0:
            self._stall_at = float("inf")
            await asyncio.sleep(20 / self._line._speed)
        if self._left_up < 0 and self._fault == "half-open":
            await asyncio.sleep(300 / self._line._speed)
        return self._left_up < 0 or self._left_down < 0


async def _deliver(waiting: asyncio.Queue[tuple[float, bytes]], sink: asyncio.StreamWriter) -> None:
    loop = asyncio.get_running_loop()
    while True:
        due, piece = await waiting.get()
        await asyncio.sleep(max(0.0, due - loop.time()))
        if not piece:
            sink.write_eof()
            return
        sink.write(piece)
        await sink.drain()


async def _message(reader: asyncio.StreamReader, *, head: bool = False) -> bytes:
    start = b""
    while not start.endswith(b"\r\n\r\n"):
        start += await reader.readuntil(b"\n")
    lengths = [line.partition(b":")[2] for line in start.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    return start + (await reader.readexactly(int(lengths[0])) if lengths and not head else b"")


def _abort(writer: asyncio.StreamWriter) -> None:
    if writer.transport is not None:
        writer.transport.abort()
