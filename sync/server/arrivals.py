"""Operations as they arrive, read and packed, which is most of the work of a push: here, or in processes of their own.

One Python process uses one core. Reading a body needs nothing but the body, so readers in other processes take it over, and the process
that answers keeps signatures, scope and the database. A reader that dies harms nothing: what it had is read here.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from multiprocessing import get_context, parent_process

from ..compact import id_of
from ..errors import BadOperation, ExchangeError
from ..operation import Operation, json_text, opened
from ..protocol import NO_DICTIONARIES, SyncRequest, decode_request

_WORTH_IT = 4 << 10
"""Bytes of a body from which on another process saves more than the way there costs."""
_LEVEL = 3
"""Of zstd: a tenth more bytes than level 10 in a quarter of the time."""


@dataclass(frozen=True, slots=True)
class Arrivals:
    """What was brought: each operation's id is the hash of its content, and nothing else is known yet."""

    readable: Mapping[str, Mapping[str, Operation]]
    """By village and id."""
    bodies: Mapping[str, bytes]
    """As they are kept, by id."""
    unreadable: Sequence[tuple[object, str]]
    """JSON value and reason code."""


def read(plain: Sequence[object]) -> Arrivals:
    """Operations out of JSON values; one that cannot be read stops no other."""
    readable: dict[str, dict[str, Operation]] = {}
    texts: list[tuple[str, str]] = []
    unreadable: list[tuple[object, str]] = []
    for value in plain:
        try:
            operation, text = opened(value)
            readable.setdefault(operation.vil, {})[operation.id] = operation
            texts.append((operation.id, text))
        except BadOperation as bad:
            unreadable.append((value, str(bad.values["reason"])))
    return Arrivals(readable, packed(texts), unreadable)


def packed(texts: Iterable[tuple[str, str]]) -> dict[str, bytes]:
    """Operations as they are kept, by id, out of (id, JSON text)."""
    import zstandard

    packer = zstandard.ZstdCompressor(level=_LEVEL)
    return {identity: packer.compress(text.encode("utf-8")) for identity, text in texts}


def packed_one(operation: Operation) -> dict[str, bytes]:
    """One operation as it is kept, by its id."""
    return packed([(operation.id, json_text(operation))])


def read_request(body: bytes, dictionaries: Mapping[bytes, bytes] = NO_DICTIONARIES) -> tuple[SyncRequest, Arrivals]:
    """A request, of whose operations only the ids are left in their places, and what it brought. Raises GarbledReply, ProtocolTooOld."""
    asked = decode_request(body, dictionaries)
    brought = read(asked.operations)
    return replace(asked, operations=tuple({"id": id_of(value)} for value in asked.operations)), brought


def usual_count() -> int:
    """Readers for this machine: two keep the process that answers busy, and on a single core there is nothing to win."""
    cores = os.cpu_count() or 1
    return min(2, cores) if cores > 1 else 0


@dataclass(slots=True)
class Readers:
    """Processes that read requests; with a `count` of 0 everything is read where it is asked for."""

    count: int = 0
    _pool: ProcessPoolExecutor | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def read(self, body: bytes, dictionaries: Mapping[bytes, bytes]) -> tuple[SyncRequest, Arrivals]:
        """As `read_request`."""
        if self.count == 0 or len(body) < _WORTH_IT:
            return read_request(body, dictionaries)
        named = {name: words for name, words in dictionaries.items() if name == body[4:12]}
        pool = self._started()
        try:
            told = pool.submit(_read_there, body, named).result()
        except BrokenProcessPool:
            self._forget(pool)
            return read_request(body, dictionaries)
        if isinstance(told, _Failed):
            raise told.kind(**told.values)
        return told

    def close(self) -> None:
        """End the processes."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(cancel_futures=True)

    def _started(self) -> ProcessPoolExecutor:
        with self._lock:
            if self._pool is None:
                self._pool = ProcessPoolExecutor(self.count, get_context("spawn"), _live_with_server)
            return self._pool

    def _forget(self, pool: ProcessPoolExecutor) -> None:
        with self._lock:
            if self._pool is pool:
                self._pool = None
        pool.shutdown(wait=False, cancel_futures=True)


@dataclass(frozen=True, slots=True)
class _Failed:
    """An expected error on its way between processes."""

    kind: type[ExchangeError]
    values: dict[str, object]


def _read_there(body: bytes, dictionaries: Mapping[bytes, bytes]) -> tuple[SyncRequest, Arrivals] | _Failed:
    try:
        return read_request(body, dictionaries)
    except ExchangeError as wrong:
        return _Failed(type(wrong), wrong.values)


def _live_with_server() -> None:
    """The server ends its readers, so an interrupt from the keyboard is not theirs; if it was killed itself they end too."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_after_server, daemon=True).start()


def _end_after_server() -> None:
    server = parent_process()
    if server is not None:
        server.join()
        os._exit(1)
