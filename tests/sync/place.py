"""A real district in this process that can be backed up, put back and crashed, and a line to it that does what a plan says."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sync.errors import Offline
from sync.keys import sealing_public
from sync.operation import Operation, Signer
from sync.protocol import EnrolRequest, SyncReply, SyncRequest, decode_reply, decode_request, encode_reply, encode_request, enrol_text
from sync.replica import Card
from sync.server import areas, feed, people, service
from sync.server.district import District, init, new_epoch
from sync.server.tables import Op, Record, VillageCounter
from sync.session import FIRST_BATCH, Summary, _Batch, _trade

from .conftest import AREAS, silent
from .memory import MemoryReplica

NEVER = 1 << 30
TEAM = "张三"


class Crash(Exception):
    """The power went just before a commit."""


@dataclass(slots=True)
class FragileDistrict(District):
    """Loses power at the n-th commit; what was committed before stays."""

    until_crash: int = NEVER

    @contextmanager
    def writing(self) -> Iterator[object]:  # type: ignore[override]
        with District.writing(self) as session:
            yield session
            self.until_crash -= 1
            if self.until_crash < 0:
                self.until_crash = NEVER
                raise Crash


class Place:
    """The district over its real file, with a clock that moves with every look, and its backups."""

    def __init__(self, folder: Path) -> None:
        ticks = itertools.count()
        self.jumped = timedelta()
        made = init(folder, now=lambda: datetime(2026, 11, 22, tzinfo=UTC) + timedelta(seconds=next(ticks)) + self.jumped)
        self.district = FragileDistrict(folder=made.folder, engine=made.engine, key=made.key, now=made.now)
        (folder / "areas.csv").write_text(AREAS, encoding="utf-8")
        areas.import_areas(self.district, folder / "areas.csv")
        people.add_person(self.district, TEAM, "surveyor", "990101")

    def enrol(self, device: Signer, area: str = "990101001") -> None:
        code, _ = people.make_code(self.district, TEAM, area)
        seal = sealing_public(device)
        proof = device.sign(enrol_text(code, device.public_key, seal, "laptop"))
        people.enrol(self.district, EnrolRequest(code=code, public_key=device.public_key, seal_key=seal, name="laptop", proof=proof))

    def card(self, device: str) -> Card:
        """What the district says of an enrolled device."""
        with self.district.reading() as session:
            return people.cards(self.district, session, people.require_device(session, device))[0]  # type: ignore[arg-type]

    def saved(self) -> bytes:
        """The database file, with everything that was committed in it."""
        with self.district.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        return self._file.read_bytes()

    def put_back(self, data: bytes, *, noticed: bool) -> None:
        self.district.engine.dispose()
        for ending in ("-wal", "-shm"):
            self._file.with_name(self._file.name + ending).unlink(missing_ok=True)
        self._file.write_bytes(data)
        if noticed:
            with self.district.writing() as tx:
                new_epoch(tx, self.district.now())  # type: ignore[arg-type]

    @property
    def _file(self) -> Path:
        return self.district.folder / "district.db"

    def ids(self) -> set[str]:
        from sqlmodel import select

        with self.district.reading() as tx:
            return set(tx.exec(select(Op.id)).all())

    def operations(self) -> list[Operation]:
        from sqlmodel import select

        with self.district.reading() as tx:
            return [feed.read(body) for body in tx.exec(select(Op.body)).all()]

    def feeds(self) -> dict[str, tuple[int, str, list[tuple[int, str]]]]:
        """Village → counter, XOR, and (position, id) as they stand."""
        from sqlmodel import select

        with self.district.reading() as tx:
            rows = tx.exec(select(Op.vil, Op.vseq, Op.id).order_by(Op.vil, Op.vseq)).all()  # type: ignore[arg-type]
            counters = tx.exec(select(VillageCounter)).all()
            return {row.vil: (row.n, row.xor, [(at, identity) for vil, at, identity in rows if vil == row.vil]) for row in counters}

    def records(self) -> dict[str, tuple[str, bool, bool]]:
        """Record → heads, in conflict, deleted, as the district has noted them."""
        from sqlmodel import select

        with self.district.reading() as tx:
            return {row.rec: (row.heads, row.in_conflict, row.deleted) for row in tx.exec(select(Record)).all()}


class PlayedLine:
    """A peer over a line that does what the plan says, one word a request; after the plan it is good."""

    name = "district"

    def __init__(self, place: Place, device: str, plan: Iterable[str] = (), past: list[tuple[bytes, bytes]] | None = None) -> None:
        self.place, self.device, self.plan, self.past = place, device, list(plan), past if past is not None else []

    def _served(self, request: bytes) -> bytes:
        return encode_reply(service.sync(self.place.district, self.device, decode_request(request)))

    def sync(self, request: SyncRequest) -> SyncReply:
        word = self.plan.pop(0) if self.plan else "good"
        sent = encode_request(request)
        if word == "stale" and self.past:
            return decode_reply(self.past[0][1])
        if word in ("lost", "stale"):
            raise Offline(stage="line")
        if word == "old-request" and self.past:
            self._served(self.past[0][0])
        if word.startswith("crash-"):
            self.place.district.until_crash = int(word[6:])
        try:
            reply = self._served(sent)
        except Crash:
            raise Offline(stage="line") from None
        finally:
            self.place.district.until_crash = NEVER
        if word == "twice":
            reply = self._served(sent)
        self.past.append((sent, reply))
        if word == "reply-lost":
            raise Offline(stage="line")
        if word == "gone":
            raise Offline(stage="connect")
        if word in ("old-reply", "last-reply"):
            return decode_reply(self.past[0 if word == "old-reply" else -2][1] if len(self.past) > 1 else reply)
        return decode_reply(reply)

    def send_file(self, sha: str, data: bytes) -> None:
        raise AssertionError("no files here")

    def fetch_file(self, sha: str) -> bytes | None:
        raise AssertionError("no files here")


OLD_REPLIES = frozenset({"old-reply", "last-reply", "stale"})
"""The real line refuses these, as they are not signed for its question; here they only must not harm: their digests are of another day."""
WORDS = (
    "good", "lost", "reply-lost", "twice", "old-request", "old-reply", "last-reply", "stale", "gone", "crash-0", "crash-1", "crash-2",
)  # fmt: skip


def without_comparison(replica: MemoryReplica, peer: PlayedLine) -> Summary:
    """An exchange that trusts its receipts and never compares."""
    summary = Summary()
    _trade(replica, peer, silent, lambda: 0.0, summary, _Batch(FIRST_BATCH, lambda _: None))
    return summary
