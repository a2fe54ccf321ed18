"""Random sittings of real laptops with a real district over lines that fail in every way; then everybody must hold everything, once.

`python3 -m tests.prove chaos --sittings 500 --seed S` prints one JSON line. Time on the line is scaled (`--speed`, stated in what is
printed): rates, delays, stalls and patience shrink alike, the work of both programs does not, so scaling makes nothing easier. Afterwards
it is measured what drops every 50 KB cost, against the same bytes over the same line without drops.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlmodel import select

from fieldapp.errors import CodedError
from fieldapp.store import attachments, facts, operations, outbox
from fieldapp.store.replica import StoreReplica
from fieldapp.usecases import exchange, lines
from fieldapp.usecases.workspaces import Workspace
from sync.client.http import HttpPeer
from sync.server import certificates, serving
from sync.server.district import open_district
from sync.server.tables import File, Op, VillageCounter
from sync.session import exchange as bring_together
from tests.world import VILLAGE, DistrictServer, laptop, quiet

from .village_line import FAULTS, SPOKEN, VillageLine

TEAMS = ("甲", "乙", "丙")
Serve = Callable[[Path, str], AbstractContextManager[tuple[str, int]]]
"""(district folder, on or off for TLS) → address."""
SHARE = 0.6
"""Of connections that something befalls."""
READ_S = 60.0
OVERHEAD_EVERY = 50_000
PHOTO = 150_000
SLOWLY = 8.0
"""Scale of the line while its drops are measured: faster, and what a busy machine holds back would count as lost."""


@dataclass
class Tally:
    """What happened."""

    sittings: int = 0
    broken: int = 0
    written: int = 0
    files: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    lost: int = 0
    doubled: int = 0
    differing: int = 0
    overhead: float = 0.0
    """What drops every 50 KB add to the bytes of photos, both directions, as a part of them, without TLS and with it."""
    overhead_with_tls: float = 0.0
    drops: int = 0
    drops_with_tls: int = 0
    went_on: int = 0
    """Connections of the sittings that went on with one that broke."""


@dataclass
class Team:
    """A laptop and what it wrote."""

    workspace: Workspace
    key: bytes
    authority: str
    households: list[str] = field(default_factory=list)


@dataclass
class Place:
    """The district's process, once with TLS and once without, over the same folder; the laptops; what was written by anybody."""

    secure: tuple[str, int]
    plain: tuple[str, int]
    teams: list[Team]
    speed: float
    written: set[str] = field(default_factory=set)
    files: set[str] = field(default_factory=set)


def prove(folder: Path, sittings: int, seed: int, speed: float, photos: int = 4, serve: Serve | None = None) -> Tally:
    """Sit, break, go home, come again; then compare all sides and measure what drops cost."""
    chance, tally = random.Random(seed), Tally()
    with ExitStack() as stack:
        place = _set_up(folder, stack, speed, serve or _serving)
        for _ in range(sittings):
            _sit(place, chance, tally)
        for team in (*place.teams, *place.teams):
            with _peer(place, team, f"https://127.0.0.1:{place.secure[1]}", 1.0) as peer:
                bring_together(StoreReplica(team.workspace), peer, quiet)
        _compare(place, folder, tally)
        if photos:
            _measure(place, tally, chance, photos)
    return tally


def _set_up(folder: Path, stack: ExitStack, speed: float, serve: Serve) -> Place:
    server = DistrictServer(folder / "district")
    codes = [server.code(name) for name in TEAMS]
    certificates.ensure(server.folder, datetime.now(UTC))
    server.close()
    secure, plain = (stack.enter_context(serve(folder / "district", tls)) for tls in ("on", "off"))
    authority = certificates.authority_pem(folder / "district")
    teams = []
    for name, code in zip(TEAMS, codes, strict=True):
        workspace = laptop(folder / name, name)
        stack.callback(workspace.close)
        exchange.enrol(workspace, f"http://127.0.0.1:{plain[1]}", code, quiet)
        with workspace.read() as tx:
            key = bytes.fromhex(facts.get(tx, "district-key"))
        team = Team(workspace, key, authority)
        teams.append(team)
    place = Place(secure, plain, teams, speed)
    for team in teams:
        with _peer(place, team, f"http://127.0.0.1:{plain[1]}", 1.0) as peer:
            bring_together(StoreReplica(team.workspace), peer, quiet)
    return place


@contextmanager
def _serving(data: Path, tls: str) -> Iterator[tuple[str, int]]:
    """In a process of its own."""
    command = [sys.executable, "-m", "sync.server", "serve", "--data", str(data), "--listen", "127.0.0.1:0", "--json", "--tls", tls]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8") as server:
        try:
            assert server.stdout is not None
            yield "127.0.0.1", int(json.loads(server.stdout.readline())["url"].rpartition(":")[2])
        finally:
            server.terminate()
            server.wait()


@contextmanager
def threaded(data: Path, tls: str) -> Iterator[tuple[str, int]]:
    """In a thread of this process, for a short run."""
    district, ready = open_district(data), threading.Event()
    opened = serving.open_socket("127.0.0.1:0")
    server = serving.server(district, ready.set, tls=tls == "on")
    thread = threading.Thread(target=server.run, kwargs={"sockets": [opened]})
    thread.start()
    try:
        assert ready.wait(30)
        yield "127.0.0.1", int(opened.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join(30)
        opened.close()
        district.close()


def _sit(place: Place, chance: random.Random, tally: Tally) -> None:
    """One evening of one team: some work, then an exchange over a line that may fail, with a clock that may be wrong."""
    team = chance.choice(place.teams)
    _work(place, team, chance, tally)
    secure = chance.random() < 0.6
    faults = FAULTS if secure else FAULTS + SPOKEN
    line = VillageLine(
        place.secure if secure else place.plain,
        seed=chance.getrandbits(30),
        speed=place.speed,
        fault=lambda dice: dice.choice(faults) if dice.random() < SHARE else "",
        secure=secure,
    )
    wrong_clock = timedelta(days=chance.choice((-9000, 400)) if chance.random() < 0.2 else 0)
    tally.sittings += 1
    tally.faults["wrong-clock"] += bool(wrong_clock)
    try:
        with _peer(place, team, line.url, place.speed, wrong_clock) as peer:
            bring_together(StoreReplica(team.workspace), peer, quiet)
    except CodedError as error:
        tally.broken += 1
        tally.errors[f"{error.code} {error.values.get('what', error.values.get('reason', error.values.get('stage', '')))}".strip()] += 1
    finally:
        line.stop()
    tally.faults.update(line.seen.faults)
    tally.went_on += line.seen.went_on


def _peer(place: Place, team: Team, url: str, speed: float, wrong: timedelta = timedelta()) -> HttpPeer:
    secure = url.startswith("https")
    return HttpPeer(
        url,
        team.workspace.device,
        team.key,
        wait=lambda seconds: _pause(seconds / speed),
        now=lambda: datetime.now(UTC) + wrong,
        read_s=max(1.0, READ_S / speed),
        authority=team.authority if secure else "",
        words_of=lines.words_of(team.workspace),
    )


def _pause(seconds: float) -> None:
    time.sleep(seconds)


def _work(place: Place, team: Team, chance: random.Random, tally: Tally) -> None:
    """New households, edits of anybody's, and now and then a photo; every operation is noted outside of all programs."""
    with team.workspace.begin() as tx:
        known = sorted({row.rec for row in operations.every(tx) if row.kind == "household"})
        for _ in range(chance.randint(0, 4)):
            record = chance.choice(known) if known and chance.random() < 0.6 else f"{chance.getrandbits(128):032x}"
            changes = {
                "head_name": f"户{chance.randint(1, 999)}",
                "note": chance.choice(("门锁着", "下午再来", "狗很凶")),
                "x": f"{chance.getrandbits(900):x}",
            }
            _note(place, tally, operations.write(tx, "household", record, VILLAGE, changes).id)
        if chance.random() < 0.3:
            data = chance.randbytes(chance.randint(1_000, 30_000))
            sha = attachments.put(tx, data)
            place.files.add(sha)
            changes = {"name": "photo.jpg", "mime": "image/jpeg", "size": str(len(data)), "sha": sha, "household": "0" * 32}
            _note(place, tally, operations.write(tx, "attachment", f"{chance.getrandbits(128):032x}", VILLAGE, changes).id)
            tally.files += 1


def _note(place: Place, tally: Tally, identity: str) -> None:
    place.written.add(identity)
    tally.written += 1


def _compare(place: Place, folder: Path, tally: Tally) -> None:
    """Every operation and file everywhere, each once, and all sides of one mind."""
    district = open_district(folder / "district")
    with district.reading() as session:
        there = list(session.exec(select(Op.id)).all())
        kept = set(session.exec(select(File.sha)).all())
        digests = {
            village: (n, xor) for village, n, xor in session.exec(select(VillageCounter.vil, VillageCounter.n, VillageCounter.xor)).all()
        }
    district.close()
    held = [there]
    for team in place.teams:
        with team.workspace.read() as tx:
            held.append([row.id for row in operations.every(tx)])
            tally.lost += len(place.files - {sha for sha in place.files if attachments.is_here(tx, sha)})
            tally.differing += outbox.unsent(tx, exchange.PEER)
        tally.differing += StoreReplica(team.workspace).digest(VILLAGE) != digests[VILLAGE]
    for ids in held:
        tally.lost += len(place.written - set(ids))
        tally.doubled += len(ids) - len(set(ids))
        tally.differing += set(ids) != set(held[0])
    tally.lost += len(place.files - kept)


def _measure(place: Place, tally: Tally, chance: random.Random, photos: int) -> None:
    """The same amount of new photos over a line without and with drops: what the drops added, heads of HTTP and lost pieces included.

    Without TLS, as in the notes (3.7), and with its handshake at every new connection; the limit is for both.
    """
    tally.overhead, tally.drops = _added(place, chance, photos, secure=False)
    tally.overhead_with_tls, tally.drops_with_tls = _added(place, chance, photos, secure=True)


def _added(place: Place, chance: random.Random, photos: int, secure: bool) -> tuple[float, int]:
    """(bytes with drops over bytes without, less one; drops)."""
    carried, drops = [], 0
    for drop in (0.0, float(OVERHEAD_EVERY)):
        target = place.secure if secure else place.plain
        line = VillageLine(target, seed=chance.getrandbits(30), speed=SLOWLY, drop_every=drop, secure=secure)
        try:
            with _peer(place, place.teams[0], line.url, SLOWLY) as peer:
                for _ in range(photos):
                    data = chance.randbytes(PHOTO)
                    peer.send_file(hashlib.sha256(data).hexdigest(), data)
        finally:
            line.stop()
        carried.append(line.seen.up + line.seen.down)
        drops = line.seen.connections - 1
    return carried[1] / carried[0] - 1, drops


def main() -> int:
    """Exit code 1 if anything was lost or doubled, somebody differs, or the drops cost more than a tenth."""
    parser = argparse.ArgumentParser(prog="chaos", description=__doc__)
    parser.add_argument("--sittings", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--speed", type=float, default=50.0)
    parser.add_argument("--photos", type=int, default=20)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fieldapp-chaos-") as folder:
        tally = prove(Path(folder), given.sittings, given.seed, given.speed, given.photos)
    told = {**{name: getattr(tally, name) for name in Tally.__dataclass_fields__}, "overhead": round(tally.overhead, 4)}
    told["overhead_with_tls"] = round(tally.overhead_with_tls, 4)
    sys.stdout.write(
        json.dumps({"proof": "chaos", "seed": given.seed, "line_time_scaled_by": given.speed, **told}, ensure_ascii=False) + "\n"
    )
    return 1 if tally.lost or tally.doubled or tally.differing or max(tally.overhead, tally.overhead_with_tls) > 0.10 else 0


if __name__ == "__main__":
    sys.exit(main())
