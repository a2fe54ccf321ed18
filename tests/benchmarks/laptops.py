"""Laptops for the evening rush: what each sends is made beforehand, in processes of their own, and kept as files until the clock runs."""

from __future__ import annotations

import multiprocessing
import pickle
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from hashlib import sha256
from multiprocessing.connection import Connection
from pathlib import Path
from queue import Empty, SimpleQueue

from sync import compact, lexicon
from sync.client.http import HttpPeer
from sync.errors import Offline
from sync.keys import DeviceKey
from sync.operation import Operation, signed, to_plain
from sync.protocol import SyncReply, SyncRequest, decode_reply, encode_request
from sync.replica import AreaRow, PublishedForm, areas_digest
from sync.session import FIRST_BATCH, PATIENCE
from sync.wire import CLOSE, CONTENT_TYPE

COPIES = 3
"""So often a laptop holds every real household, under ids of its own each time."""
_NAMES_RECORD = ("household", "@household", "submission")
_STACK = 512 << 10


@dataclass(frozen=True, slots=True)
class Laptop:
    """A device at the end of its day."""

    private: bytes
    village: str
    body: bytes
    """Its one request: everything that it wrote, and that it knows the areas and the form since the morning."""
    ids: tuple[str, ...]

    def key(self) -> DeviceKey:
        """What it signs with."""
        return DeviceKey(self.private)


@dataclass(frozen=True, slots=True)
class Plan:
    """What all of them share."""

    folder: Path
    template: tuple[Operation, ...]
    epoch: str
    form: PublishedForm
    areas: Mapping[str, Sequence[AreaRow]]
    """By village what its laptop knows of the divisions."""


@dataclass(slots=True)
class Came:
    """What some laptops' coming took, as they saw it."""

    seconds: float = 0.0
    requests: list[float] = field(default_factory=list)
    """Seconds of each exchange without the waits that the server asked for."""
    last: list[float] = field(default_factory=list)
    """Seconds from the start until each laptop had its receipts."""
    asked_to_wait: int = 0
    receipts: int = 0
    quarantined: int = 0
    failed: list[str] = field(default_factory=list)


def prepare(plan: Plan, villages: Sequence[str]) -> list[Path]:
    """One laptop for each village, made by as many processes as there are cores."""
    plan.folder.mkdir()
    with ProcessPoolExecutor(multiprocessing.cpu_count(), multiprocessing.get_context("spawn"), _keep_plan, (plan,)) as pool:
        return list(pool.map(_prepared, villages, chunksize=8))


def load(file: Path) -> Laptop:
    """A laptop that was prepared."""
    made = pickle.loads(file.read_bytes())
    assert isinstance(made, Laptop)
    return made


_plans: list[Plan] = []
"""Of a worker process."""


def _keep_plan(plan: Plan) -> None:
    _plans.append(plan)


def _prepared(village: str) -> Path:
    plan, key = _plans[-1], DeviceKey.generate()
    operations: list[object] = []
    ids: list[str] = []
    for copy in range(COPIES):
        named: dict[str, str] = {}
        for operation in plan.template:
            made = signed(_ones_own(operation, key.device, copy, village, ids[-1] if ids else "", named), key)
            named[operation.id] = made.id
            ids.append(made.id)
            operations.append(to_plain(made))
    words = lexicon.words(plan.form.xform)
    request = SyncRequest(
        epoch=plan.epoch,
        cursors={village: 0},
        operations=compact.under_one_signature(operations, key),
        forms=[(plan.form.form, plan.form.version)],
        areas=areas_digest(plan.areas[village]),
        limit=FIRST_BATCH // 8,
        version=CLOSE,
        dictionaries=(lexicon.name(words).hex(),),
    )
    file = plan.folder / village
    file.write_bytes(pickle.dumps(Laptop(key.private(), village, encode_request(request, words), tuple(ids))))
    return file


def _ones_own(operation: Operation, device: str, copy: int, village: str, prev: str, named: Mapping[str, str]) -> Operation:
    renamed = {path: _own(f"{value}{copy}", device) for path, value in operation.set.items() if path in _NAMES_RECORD}
    parents = tuple(sorted(named[parent] for parent in operation.par))
    record = _own(f"{operation.rec}{copy}", device)
    changes = {**operation.set, **renamed}
    return replace(operation, dev=device, prev=prev, rec=record, vil=village, set=changes, par=parents, id="", sig="")


def _own(record: str, device: str) -> str:
    return sha256(f"{record}{device}".encode()).hexdigest()[:32]


def come(files: Sequence[Path], url: str, district_key: bytes, form: PublishedForm, at_once: int) -> tuple[Came, float]:
    """All of them, so many at once, from a process of their own; and when they began, by the monotonic clock that processes share."""
    here, there = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_evening, args=(there, list(files), url, district_key, form, at_once))
    process.start()
    there.close()
    try:
        here.recv()
        began = time.monotonic()
        here.send("go")
        came = here.recv()
        assert isinstance(came, Came)
        return came, began
    finally:
        process.join()


class _Peer(HttpPeer):
    """Sends a request that was made before, and notes how long it took without the waits that the server asked for."""

    slept = 0.0

    def bring(self, laptop: Laptop, dictionary: bytes) -> SyncReply:
        answer, _ = self._signed("POST", "/v1/sync", laptop.body, {"Content-Type": CONTENT_TYPE})
        asked = SyncRequest(epoch="", cursors={}, operations=[{"id": identity} for identity in laptop.ids], version=CLOSE)
        return decode_reply(answer.body, asked, {lexicon.name(dictionary): dictionary})

    def rest(self, seconds: float) -> None:
        self.slept += seconds
        time.sleep(seconds)


def _evening(pipe: Connection, files: Sequence[Path], url: str, district_key: bytes, form: PublishedForm, at_once: int) -> None:
    waiting: SimpleQueue[tuple[_Peer, Laptop]] = SimpleQueue()
    for file in files:
        laptop = load(file)
        peer = _Peer(url, laptop.key(), district_key)
        peer._wait = peer.rest
        waiting.put((peer, laptop))
    words, came, lock, start = lexicon.words(form.xform), Came(), threading.Lock(), threading.Barrier(at_once + 1)

    def work() -> None:
        start.wait()
        while True:
            try:
                peer, laptop = waiting.get_nowait()
            except Empty:
                return
            _bring(peer, laptop, words, came, lock, began)

    threading.stack_size(_STACK)
    threads = [threading.Thread(target=work) for _ in range(at_once)]
    for thread in threads:
        thread.start()
    pipe.send("ready")
    pipe.recv()
    began = time.monotonic()
    start.wait()
    for thread in threads:
        thread.join()
    came.seconds = time.monotonic() - began
    pipe.send(came)


def _bring(peer: _Peer, laptop: Laptop, words: bytes, came: Came, lock: threading.Lock, began: float) -> None:
    """Until everything has a receipt, as patient as the exchange of the program is."""
    for left in reversed(range(PATIENCE)):
        start, slept = time.monotonic(), peer.slept
        try:
            reply = peer.bring(laptop, words)
        except Offline as gone:
            with lock:
                came.requests.append(time.monotonic() - start - (peer.slept - slept))
                came.failed += [] if left else [f"{laptop.village} {gone.values}"]
            continue
        end = time.monotonic()
        with lock:
            came.requests.append(end - start - (peer.slept - slept))
            came.last.append(end - began)
            came.asked_to_wait += peer.traffic.requests - 1
            came.receipts += len(set(reply.receipts) & set(laptop.ids))
            came.quarantined += len(reply.quarantined)
        break
    peer.close()
