"""The evening rush: many laptops against one district server in its own process, while its journal grows; embedded database and PostgreSQL.

Each laptop is a device of its own, enrolled, that holds the real operations of 30 finalized households under ids and signatures of its own.
It speaks the protocol of the program (`sync.client.http`) and comes again when the server tells it to. What it sends is made before the
clock runs; all begin in the same moment. Photos are not sent: files go to a folder and cost the database nothing.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text
from sqlmodel import col, func, select

from fieldapp.domain.clock import SystemClock
from fieldapp.usecases import demo, workspaces
from fieldapp.words import forms as bundled
from sync.keys import DeviceKey
from sync.operation import Operation, from_plain
from sync.protocol import EnrolRequest, enrol_text
from sync.replica import AreaRow, PublishedForm
from sync.server import areas, forms, people
from sync.server.district import District, init
from sync.server.tables import Fact, Op, Quarantine, VillageCounter
from tests.sync import postgres
from tests.world import quiet

from .journal import Seed, grow, sizes
from .laptops import COPIES, Came, Plan, come, load, prepare
from .measure import Figure, percentile

HOUSEHOLDS = 30
"""What one laptop brings home in the evening."""
_SHOWN = {"embedded": "embedded SQLite", "postgresql": "PostgreSQL"}
_AT_ONCE = 8
"""Of the few laptops that show what a push costs at a size of the journal: fewer than the server turns away."""
_VILLAGES_A_TOWN = 20
_RUSH_LIMIT_S = 60.0
_P99_LIMIT_S = 5.0
_MEMORY_LIMIT_MB = 512.0
_SAMPLE = 40
"""Laptops that show what a push costs at a size of the journal."""
_FLAT = 1.5
_EPOCH = "20260101T000000-0000000000000000"
"""Both databases have the same, so that what the laptops send fits both."""
_PROVINCE = AreaRow("99", "模拟省", "")


@dataclass(frozen=True, slots=True)
class _Evening:
    """Who comes: to the rush, and by size of the journal those that show what it costs then."""

    plan: Plan
    rush: tuple[Path, ...]
    samples: tuple[tuple[int, tuple[Path, ...]], ...]


def figures(folder: Path, households: int, laptops: int = 100, databases: Sequence[str] = tuple(_SHOWN)) -> Iterator[Figure | str]:
    """`laptops` come in on each database; then the journal grows to `households` and a few come again."""
    template = _template(folder / "template")
    yield f"{laptops} laptops × {HOUSEHOLDS} households, {len(template) * COPIES} operations each, all at the same moment"
    evening = _prepared(folder, template, households, laptops)
    for database in databases:
        place = folder / database
        if database == "embedded":
            yield from _on(place, "", evening, _SHOWN[database])
            shutil.rmtree(place)
        elif postgres.PROGRAMS:
            with postgres.running("max_wal_size=16GB", "checkpoint_timeout=30min") as url:
                yield from _on(place, url, evening, _SHOWN[database])
        else:
            yield "no PostgreSQL server program is installed: figures for it left out"


def _on(folder: Path, database: str, evening: _Evening, name: str) -> Iterator[Figure | str]:
    district = init(folder, database)
    _furnish(district, folder, evening)
    with _serving(folder, database) as server:
        before = server.cpu_s()
        came, _ = come(evening.rush, server.url, district.key.public_key, evening.plan.form, len(evening.rush))
        cpu_s, memory_mb = server.cpu_s() - before, server.memory_mb()
    yield from _rush_figures(district, evening, came, cpu_s, memory_mb, name)
    yield from _ladder(district, folder, database, evening, name)
    district.close()


def _rush_figures(district: District, evening: _Evening, came: Came, cpu_s: float, memory_mb: float, name: str) -> Iterator[Figure | str]:
    laptops, sent = len(evening.rush), [load(file) for file in evening.rush]
    lost, apart = _lost(district, sent), _apart(district)
    whole = sum(len(laptop.ids) for laptop in sent)
    note = f"{came.receipts} of {whole} receipts, {came.asked_to_wait} times told to come later, {len(came.failed)} gave up"
    yield Figure(f"{name}: {laptops} laptops in", came.seconds, "s", 1, "limit", _RUSH_LIMIT_S * max(laptops / 1000, 0.1), note)
    yield Figure(
        f"{name}: not in the feed", lost, "operations", whole, "limit", 0.5, "ids and places of every feed compared with what was sent"
    )
    yield Figure(f"{name}: set apart or refused", apart + came.quarantined + len(came.failed), "operations", whole, "limit", 0.5)
    in_time = [percentile(came.last, share) for share in (0.5, 0.9)]
    note = f"half of the laptops in after {in_time[0]:.1f} s, nine tenths after {in_time[1]:.1f} s"
    yield Figure(f"{name}: households", laptops * HOUSEHOLDS / came.seconds, "/s", laptops, note=note)
    yield Figure(f"{name}: households per server CPU second", laptops * HOUSEHOLDS / max(cpu_s, 0.01), "/s", laptops)
    yield Figure(f"{name}: request p99", percentile(came.requests, 0.99), "s", len(came.requests), "limit", _P99_LIMIT_S)
    yield Figure(f"{name}: memory of the server", memory_mb, "MB", 1, "limit", _MEMORY_LIMIT_MB)


def _ladder(district: District, folder: Path, database: str, evening: _Evening, name: str) -> Iterator[Figure | str]:
    """What a household costs the server's processor while the journal grows."""
    seed = Seed(evening.plan.template, HOUSEHOLDS // COPIES)
    first, before = 0.0, 0
    for size, files in evening.samples:
        start, held = time.monotonic(), sizes(district)
        grow(district, seed, before, size)
        took_s, holds = time.monotonic() - start, sizes(district)
        with _serving(folder, database) as server:
            cpu_s = server.cpu_s()
            came, _ = come(files, server.url, district.key.public_key, evening.plan.form, _AT_ONCE)
            cost, memory_mb = (server.cpu_s() - cpu_s) / (len(files) * HOUSEHOLDS) * 1000, server.memory_mb()
        first = first or cost
        lost = _lost(district, [load(file) for file in files])
        note = f"{_rows(district)} operations held; request p99 {percentile(came.requests, 0.99):.2f} s; {memory_mb:.0f} MB; {lost} lost"
        yield Figure(f"{name}: CPU a household at {size}", cost, "ms", len(files), "at the start", first, note, _FLAT)
        if size > before:
            each = ", ".join(f"{part} {(holds[part] - held[part]) / (size - before):.0f}" for part in holds)
            rows = ", ".join(f"{count:.1f} {table}" for table, count in seed.rows().items())
            yield f"{name}: {size - before} households made in {took_s:.0f} s, {rows} rows each; bytes a household with indexes: {each}"
        before = size


def _lost(district: District, sent: Sequence[object]) -> int:
    """How many of the operations are not in the feed of their village, and how many places of those feeds are empty or doubled."""
    from .laptops import Laptop

    lost = 0
    with district.reading() as session:
        for laptop in sent:
            assert isinstance(laptop, Laptop)
            feed = session.exec(select(Op.vseq, Op.id).where(Op.vil == laptop.village).order_by(col(Op.vseq))).all()
            counter = session.get(VillageCounter, laptop.village)
            lost += len(set(laptop.ids) - {identity for _, identity in feed})
            lost += [place for place, _ in feed] != list(range(counter.n if counter else 0))
    return lost


def _apart(district: District) -> int:
    with district.reading() as session:
        return session.exec(select(func.count()).select_from(Quarantine)).one()


def _rows(district: District) -> int:
    with district.engine.connect() as connection:
        return int(connection.execute(text("SELECT SUM(n) FROM villagecounter")).scalar_one())


def _prepared(folder: Path, template: tuple[Operation, ...], households: int, laptops: int) -> _Evening:
    """Enough villages for every laptop to have its own, and the laptops."""
    ladder = [0, *sorted({size for size in (households // 100, households // 10, households) if size})]
    count = laptops + _SAMPLE * len(ladder)
    villages = [f"99{at // _VILLAGES_A_TOWN:07d}{at % _VILLAGES_A_TOWN + 200:03d}" for at in range(count)]
    known = {
        village: (_PROVINCE, AreaRow(village[:9], f"镇{village[:9]}", "99"), AreaRow(village, f"村{village}", village[:9]))
        for village in villages
    }
    plan = Plan(folder / "laptops", template, _EPOCH, _form(folder), known)
    files = prepare(plan, villages)
    samples = [tuple(files[laptops + at * _SAMPLE : laptops + (at + 1) * _SAMPLE]) for at in range(len(ladder))]
    return _Evening(plan, tuple(files[:laptops]), tuple(zip(ladder, samples, strict=True)))


def _form(folder: Path) -> PublishedForm:
    """The form as a district publishes it."""
    made = init(folder / "form")
    try:
        return forms.publish(made, bundled() / "household_survey" / "household_survey.csv")
    finally:
        made.close()


def _furnish(district: District, folder: Path, evening: _Evening) -> None:
    """Epoch, areas, form, a surveyor, and every laptop enrolled."""
    with district.writing() as session:
        session.merge(Fact(name="epoch", value=evening.plan.epoch))
    rows = sorted({row for known in evening.plan.areas.values() for row in known}, key=lambda row: row.code)
    file = folder / "areas.csv"
    file.write_text("code,name,parent\n" + "".join(f"{row.code},{row.name},{row.parent}\n" for row in rows), encoding="utf-8")
    areas.import_areas(district, file)
    forms.publish(district, bundled() / "household_survey" / "household_survey.csv")
    people.add_person(district, "队员", "surveyor", "99")
    for made in (*evening.rush, *(file for _, files in evening.samples for file in files)):
        laptop = load(made)
        _enrol(district, laptop.key(), laptop.village)


def _enrol(district: District, key: DeviceKey, village: str) -> None:
    code, _ = people.make_code(district, "队员", village)
    proof = key.sign(enrol_text(code, key.public_key, key.public_key, "laptop"))
    people.enrol(district, EnrolRequest(code, key.public_key, key.public_key, "laptop", proof))


def _template(folder: Path) -> tuple[Operation, ...]:
    """The operations of a real laptop that surveyed real households, in their order, archives left out."""
    place = demo.run(folder, households=HOUSEHOLDS // COPIES, seed=1, teams=1, report=quiet).per_team[0].workspace
    workspace = workspaces.unlock(place, workspaces.users(place)[0], demo.PASSPHRASE, SystemClock())
    try:
        with workspace.read() as tx:
            bodies = tx.column("SELECT body FROM operation ORDER BY seq")
    finally:
        workspace.close()
    found = [from_plain(json.loads(body)) for body in bodies]
    return tuple(operation for operation in found if operation.kind != "archive")


@dataclass(frozen=True, slots=True)
class _Server:
    """The server's process and those that it started."""

    url: str
    process: int

    def cpu_s(self) -> float:
        """Processor seconds so far."""
        ticks = 0
        for process in self._all(self.process):
            told = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(int(part) for part in told[11:15])
        return ticks / os.sysconf("SC_CLK_TCK")

    def memory_mb(self) -> float:
        """The most that each of them ever held, together."""
        whole = 0
        for process in self._all(self.process):
            lines = Path(f"/proc/{process}/status").read_text().splitlines()
            whole += next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
        return whole / 1024

    def _all(self, process: int) -> list[int]:
        """A process counts as the child of the thread that started it."""
        children = [child for told in Path(f"/proc/{process}/task").glob("*/children") for child in told.read_text().split()]
        return [process, *(found for child in children for found in self._all(int(child)))]


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
