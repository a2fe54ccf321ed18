"""The evening rush: many laptops against one district server in its own process, while its journal grows; embedded database and PostgreSQL.

Every simulated laptop speaks the whole protocol (`sync.session.exchange` over HTTP, signatures on both sides) and holds the real operations
of 30 finalized households, re-signed by its own device. Photos are not sent: files go to a folder and cost the database nothing.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from queue import Empty, SimpleQueue

from sqlalchemy import insert

from fieldapp.domain.clock import SystemClock
from fieldapp.usecases import demo, workspaces
from sync.client.http import HttpPeer
from sync.keys import DeviceKey
from sync.operation import Operation, from_plain, signed, to_plain
from sync.protocol import SyncReply, SyncRequest
from sync.server import areas, people, status
from sync.server.district import District, init
from sync.server.tables import Op, Record, VillageCounter
from sync.session import exchange
from sync.wire import pack
from tests.sync import postgres
from tests.sync.memory import MemoryReplica
from tests.world import quiet

from .measure import Figure, percentile

HOUSEHOLDS = 30
"""What one laptop brings home in the evening."""
_COPIES = 3
"""So often a laptop holds every real household, under ids of its own each time."""
_AT_ONCE = 8
"""Requests on their way at the same time; the clients share the machine with the server."""
_VILLAGES_A_TOWN = 20
_RUSH_LIMIT_S = 60.0
_P99_LIMIT_S = 5.0
_MEMORY_LIMIT_MB = 512.0
_SAMPLE = 40
"""Laptops that show what a push costs at a size of the journal."""
_FLAT = 1.5
_NAMES_RECORD = ("household", "@household", "submission")


def figures(folder: Path, households: int, laptops: int = 100) -> Iterator[Figure | str]:
    """`laptops` come in on either database; then the journal grows to `households` and a few come again."""
    template = _template(folder / "template")
    yield f"{laptops} laptops × {HOUSEHOLDS} households, {len(template) * _COPIES} operations each; {_AT_ONCE} requests at once"
    yield from _rush(folder / "embedded", "", template, laptops, households, "embedded SQLite")
    if not postgres.PROGRAMS:
        yield "no PostgreSQL server program is installed: figures for it left out"
        return
    with postgres.running() as url:
        yield from _rush(folder / "postgresql", url, template, laptops, households, "PostgreSQL")


def _rush(folder: Path, database: str, template: Sequence[Operation], laptops: int, households: int, name: str) -> Iterator[Figure]:
    sizes = sorted({size for size in (households // 100, households // 10, households) if size})
    district = init(folder, database)
    towns = _areas(district, folder, laptops + _SAMPLE * (len(sizes) + 1))
    people.add_person(district, "队员", "surveyor", "99")
    with _serving(folder, database) as server:
        came = _come(district, server, template, towns[:laptops])
        kept = _kept(district)
        note = f"{kept} of {laptops * len(template) * _COPIES} operations kept, {came.refused} refused"
        yield Figure(f"{name}: {laptops} laptops in", came.seconds, "s", 1, "limit", _RUSH_LIMIT_S * max(laptops / 1000, 0.1), note)
        yield Figure(f"{name}: not kept", laptops * len(template) * _COPIES - kept, "operations", 1, "limit", 0.5)
        yield Figure(f"{name}: households", laptops * HOUSEHOLDS / came.seconds, "/s", laptops)
        yield Figure(f"{name}: households per server CPU second", laptops * HOUSEHOLDS / max(came.cpu_s, 0.01), "/s", laptops)
        yield Figure(f"{name}: request p99", percentile(came.requests, 0.99), "s", len(came.requests), "limit", _P99_LIMIT_S)
        yield Figure(f"{name}: memory of the server", server.memory_mb(), "MB", 1, "limit", _MEMORY_LIMIT_MB)
    rest = towns[laptops:]
    first = 0.0
    for at, size in enumerate((0, *sizes)):
        _grow(district, template, size)
        with _serving(folder, database) as server:
            came = _come(district, server, template, rest[at * _SAMPLE : (at + 1) * _SAMPLE])
        cost = came.cpu_s / (_SAMPLE * HOUSEHOLDS) * 1000
        first = first or cost
        note = f"journal of {size} households; p99 {percentile(came.requests, 0.99):.2f} s"
        yield Figure(f"{name}: CPU a household at {size}", cost, "ms", _SAMPLE, "at the start", first, note, _FLAT)
    district.close()


@dataclass(slots=True)
class _Came:
    """What some laptops' coming cost."""

    seconds: float = 0.0
    cpu_s: float = 0.0
    refused: int = 0
    requests: list[float] = field(default_factory=list)
    """Seconds of each."""


@dataclass(frozen=True, slots=True)
class _Server:
    """The server's process."""

    url: str
    process: int

    def cpu_s(self) -> float:
        """Processor seconds so far."""
        told = Path(f"/proc/{self.process}/stat").read_text().rpartition(")")[2].split()
        return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")

    def memory_mb(self) -> float:
        """The most it ever held."""
        lines = Path(f"/proc/{self.process}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


class _Timed(HttpPeer):
    """Notes how long every push and pull took."""

    def __init__(self, *given: object, taken: Callable[[float], object], **named: object) -> None:
        super().__init__(*given, **named)  # type: ignore[arg-type]
        self._taken = taken

    def sync(self, request: SyncRequest) -> SyncReply:
        start = time.perf_counter()
        reply = super().sync(request)
        self._taken(time.perf_counter() - start)
        return reply


def _come(district: District, server: _Server, template: Sequence[Operation], villages: Sequence[str]) -> _Came:
    """One laptop for each village, several at a time; what they send is made before the clock runs."""
    waiting: SimpleQueue[MemoryReplica] = SimpleQueue()
    for village in villages:
        waiting.put(_laptop(district, template, village))
    came, before, start = _Came(), server.cpu_s(), time.perf_counter()

    def work() -> None:
        while True:
            try:
                replica = waiting.get_nowait()
            except Empty:
                return
            with _Timed(server.url, replica.key, district.key.public_key, taken=came.requests.append) as peer:
                summary = exchange(replica, peer, quiet)
            came.refused += len(summary.quarantined)

    threads = [threading.Thread(target=work) for _ in range(_AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    came.seconds, came.cpu_s = time.perf_counter() - start, server.cpu_s() - before
    return came


def _laptop(district: District, template: Sequence[Operation], village: str) -> MemoryReplica:
    """An enrolled device that holds the template's operations as its own, with records of its own."""
    from sync.protocol import EnrolRequest, enrol_text

    key = DeviceKey.generate()
    code, _ = people.make_code(district, "队员", village)
    proof = key.sign(enrol_text(code, key.public_key, key.public_key, "laptop"))
    people.enrol(district, EnrolRequest(code, key.public_key, key.public_key, "laptop", proof))
    replica = MemoryReplica(key)
    prev = ""
    for copy in range(_COPIES):
        ids: dict[str, str] = {}
        for operation in template:
            made = signed(_ones_own(operation, key.device, copy, village, prev, ids), key)
            ids[operation.id], prev = made.id, made.id
            replica.kept.operations[made.id] = made
    return replica


def _ones_own(operation: Operation, device: str, copy: int, village: str, prev: str, ids: Mapping[str, str]) -> Operation:
    named = {path: _own(f"{value}{copy}", device) for path, value in operation.set.items() if path in _NAMES_RECORD}
    parents = tuple(sorted(ids[parent] for parent in operation.par))
    record = _own(f"{operation.rec}{copy}", device)
    changes = {**operation.set, **named}
    return replace(operation, dev=device, prev=prev, rec=record, vil=village, set=changes, par=parents, id="", sig="")


def _own(record: str, device: str) -> str:
    return sha256(f"{record}{device}".encode()).hexdigest()[:32]


def _template(folder: Path) -> tuple[Operation, ...]:
    """The operations of a real laptop that surveyed real households, in their order, archives left out."""
    place = demo.run(folder, households=HOUSEHOLDS // _COPIES, seed=1, teams=1, report=quiet).per_team[0].workspace
    workspace = workspaces.unlock(place, workspaces.users(place)[0], demo.PASSPHRASE, SystemClock())
    try:
        with workspace.read() as tx:
            bodies = tx.column("SELECT body FROM operation ORDER BY seq")
    finally:
        workspace.close()
    found = [from_plain(json.loads(body)) for body in bodies]
    return tuple(operation for operation in found if operation.kind != "archive")


def _areas(district: District, folder: Path, count: int) -> list[str]:
    """Enough villages for every laptop to have its own."""
    villages = [f"99{at // _VILLAGES_A_TOWN:07d}{at % _VILLAGES_A_TOWN + 200:03d}" for at in range(count)]
    towns = sorted({village[:9] for village in villages})
    rows = [
        ("99", "模拟省", ""),
        *((town, f"镇{town}", "99") for town in towns),
        *((village, f"村{village}", village[:9]) for village in villages),
    ]
    file = folder / "areas.csv"
    file.write_text("code,name,parent\n" + "".join(f"{','.join(row)}\n" for row in rows), encoding="utf-8")
    areas.import_areas(district, file)
    return villages


def _grow(district: District, template: Sequence[Operation], households: int) -> None:
    """Fill the journal up to so many households of other villages, a household and a submission each, as rows."""
    bodies = {operation.kind: pack(to_plain(operation)) for operation in template if operation.kind in ("household", "submission")}
    with district.reading() as session:
        there = session.get(VillageCounter, "970000000000")
        first = there.n if there else 0
    step, a_village = 20_000, 300
    for start in range(first, households, step):
        rows, records, counters = [], [], {}
        for at in range(start, min(start + step, households)):
            village = f"98{at // a_village:010d}"
            for place, (kind, body) in enumerate(bodies.items()):
                identity, vseq = secrets.token_hex(32), (at % a_village) * 2 + place
                rows.append({
                    "vil": village, "vseq": vseq, "id": identity, "rec": identity[:32], "dev": "0" * 32, "sender": "0" * 32,
                    "received_at": "", "body": body,
                })  # fmt: skip
                records.append(
                    {"vil": village, "rec": identity[:32], "kind": kind, "heads": identity, "in_conflict": False, "deleted": False}
                )
                counters[village] = vseq + 1
        with district.writing() as session:
            session.execute(insert(Op), rows)
            session.execute(insert(Record), records)
            for village, count in counters.items():
                session.merge(VillageCounter(vil=village, n=count, xor="0" * 64))
            session.merge(VillageCounter(vil="970000000000", n=min(start + step, households), xor="0" * 64))


def _kept(district: District) -> int:
    with district.reading() as session:
        return status.figures(session).operations


@contextmanager
def _serving(data: Path, database: str) -> Iterator[_Server]:
    command = [sys.executable, "-m", "sync.server", "serve", "--data", str(data), "--listen", "127.0.0.1:0", "--json"]
    if database:
        command += ["--database", database]
    with ExitStack() as stack:
        log = stack.enter_context(data.with_name(f"{data.name}.log").open("wb"))
        process = stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, encoding="utf-8"))
        stack.callback(process.wait)
        stack.callback(process.terminate)
        assert process.stdout is not None
        yield _Server(str(json.loads(process.stdout.readline())["url"]), process.pid)
