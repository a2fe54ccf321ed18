"""A state machine that tries to make laptops and the district disagree or lose something, and mutants that it must catch.

`python -m tests.sync.convergence --examples 2000 [--steps 40] [--mutant NAME]` runs it for longer. The district is the real one over a
database in memory, the exchange is the real session; only the line and the disks of the laptops are played.
"""

from __future__ import annotations

import argparse
import itertools
import shutil
import sys
import tempfile
import unittest
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from sync import bundle, session
from sync.errors import ExchangeError, Offline
from sync.keys import DeviceKey, sealing_public
from sync.merge import FieldState, RecordState, merge
from sync.operation import Operation
from sync.protocol import EnrolRequest, SyncReply, SyncRequest, decode_reply, decode_request, encode_reply, encode_request, enrol_text
from sync.replica import Author, FeedPage, Taken
from sync.server import people, service, sticks
from sync.server.district import District, init, new_epoch
from sync.session import Summary, exchange

from .conftest import AREAS, EAST, WEST, silent
from .memory import Memory, MemoryReplica

LAPTOPS = 3
RECORDS = [f"{number:032x}" for number in range(2)]
VILLAGES = {RECORDS[0]: EAST, RECORDS[1]: WEST}


class Crash(Exception):
    """The laptop lost power just before a commit."""


class CrashingReplica(MemoryReplica):
    """Loses power at the n-th change; what was committed before stays."""

    until_crash = 1 << 30

    def _commit(self) -> None:
        self.until_crash -= 1
        if self.until_crash < 0:
            self.until_crash = 1 << 30
            raise Crash

    def start_over(self, peer: str, epoch: str) -> None:
        self._commit()
        super().start_over(peer, epoch)

    def take_in(self, peer: str, pages: Sequence[FeedPage], authors: Sequence[Author]) -> Taken:
        self._commit()
        return super().take_in(peer, pages, authors)

    def acknowledge(self, peer: str, receipts: Sequence[str]) -> None:
        self._commit()
        super().acknowledge(peer, receipts)

    def scope(self, villages: Sequence[str]) -> None:
        self._commit()
        super().scope(villages)


class Place:
    """The district in this process, with a clock that moves with every look, and its backups."""

    def __init__(self, folder: Path) -> None:
        ticks = itertools.count()
        self.district: District = init(folder, "sqlite://", now=lambda: datetime(2026, 11, 22, tzinfo=UTC) + timedelta(seconds=next(ticks)))
        (folder / "areas.csv").write_text(AREAS, encoding="utf-8")
        from sync.server.areas import import_areas

        import_areas(self.district, folder / "areas.csv")
        people.add_person(self.district, "张三", "surveyor", "990101")
        self.keys = [DeviceKey(bytes([number + 1]) * 32) for number in range(LAPTOPS)]
        for key in self.keys:
            code, _ = people.make_code(self.district, "张三", "990101001")
            seal = sealing_public(key)
            proof = key.sign(enrol_text(code, key.public_key, seal, "laptop"))
            people.enrol(self.district, EnrolRequest(code=code, public_key=key.public_key, seal_key=seal, name="laptop", proof=proof))
        self.empty = self.saved()

    def saved(self) -> bytes:
        connection = self.district.engine.raw_connection()
        try:
            return bytes(connection.driver_connection.serialize())  # type: ignore[union-attr]
        finally:
            connection.close()

    def put_back(self, data: bytes, *, noticed: bool) -> None:
        connection = self.district.engine.raw_connection()
        try:
            connection.driver_connection.deserialize(data)  # type: ignore[union-attr]
        finally:
            connection.close()
        if noticed:
            with self.district.writing() as tx:
                new_epoch(tx, self.district.now())

    def ids(self) -> set[str]:
        from sqlmodel import select

        from sync.server.tables import Op

        with self.district.reading() as tx:
            return set(tx.exec(select(Op.id)).all())

    def operations(self) -> list[Operation]:
        from sync.server import feed

        with self.district.reading() as tx:
            return [operation for record, village in VILLAGES.items() for operation in feed.of_record(tx, village, record)]


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
        if word == "lost":
            raise Offline(stage="line")
        if word == "old-request" and self.past:
            self._served(self.past[0][0])
        reply = self._served(sent)
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


WORDS = st.lists(st.sampled_from(["good", "lost", "reply-lost", "twice", "old-request", "old-reply", "last-reply", "gone"]), max_size=3)


class Disagreement(RuleBasedStateMachine):
    """Whatever happens, in the end everybody holds everything that is still held anywhere."""

    place: Place
    folder: Path
    replica_class: type[CrashingReplica] = CrashingReplica
    exchange: Callable[..., Summary] = staticmethod(exchange)

    @initialize()
    def begin(self) -> None:
        self.place.put_back(self.place.empty, noticed=False)
        self.replicas = [
            self.replica_class(key, 1_800_000_000_000 + (number - 1) * 10_000_000) for number, key in enumerate(self.place.keys)
        ]
        self.backups: list[Memory] = []
        self.past: list[list[tuple[bytes, bytes]]] = [[] for _ in self.replicas]
        for replica in self.replicas:
            self._exchange(replica, [])
            self.backups.append(replica.saved())
        self.server_backup = self.place.saved()
        self.sticks: list[tuple[int, Path]] = []

    @rule(who=st.integers(0, LAPTOPS - 1), record=st.sampled_from(RECORDS), path=st.sampled_from("ab"), value=st.integers(0, 4))
    def edit(self, who: int, record: str, path: str, value: int) -> None:
        self.replicas[who].write(record, {path: str(value)}, VILLAGES[record])

    @rule(who=st.integers(0, LAPTOPS - 1), record=st.sampled_from(RECORDS))
    def delete(self, who: int, record: str) -> None:
        self.replicas[who].write(record, {}, VILLAGES[record], delete=True)

    @rule(who=st.integers(0, LAPTOPS - 1), plan=WORDS, crash=st.one_of(st.none(), st.integers(0, 6)))
    def sync(self, who: int, plan: list[str], crash: int | None) -> None:
        replica = self.replicas[who]
        replica.until_crash = 1 << 30 if crash is None else crash
        try:
            self._exchange(replica, plan, self.past[who])
        except (Crash, ExchangeError):
            pass
        finally:
            replica.until_crash = 1 << 30

    @rule(who=st.integers(0, LAPTOPS - 1))
    def stick_up(self, who: int) -> None:
        file = self.folder / f"{len(self.sticks)}.fab"
        key = self.place.district.key
        bundle.write_to_district(self.replicas[who], file, "district", key.public_key, self.place.district.seal_public, datetime.now(UTC))
        self.sticks.append((LAPTOPS, file))

    @rule(who=st.integers(0, LAPTOPS - 1))
    def stick_down(self, who: int) -> None:
        file = self.folder / f"{len(self.sticks)}.fab"
        sticks.write_down(self.place.district, self.replicas[who].key.device, file)
        self.sticks.append((who, file))

    @rule(which=st.integers(0, 30))
    def plug_in(self, which: int) -> None:
        if not self.sticks:
            return
        reader, file = self.sticks[which % len(self.sticks)]
        if reader == LAPTOPS:
            sticks.read_up(self.place.district, file)
        else:
            bundle.read_from_district(self.replicas[reader], file, "district", self.place.district.key.public_key)

    @rule(who=st.integers(0, LAPTOPS - 1))
    def back_up_laptop(self, who: int) -> None:
        self.backups[who] = self.replicas[who].saved()

    @rule(who=st.integers(0, LAPTOPS - 1), clock_too=st.booleans())
    def put_back_laptop(self, who: int, clock_too: bool) -> None:
        self.replicas[who].put_back(self.backups[who])
        if clock_too:
            self.replicas[who].clock = 1_800_000_000_000

    @rule()
    def back_up_server(self) -> None:
        self.server_backup = self.place.saved()

    @rule(noticed=st.booleans(), busy=st.integers(0, LAPTOPS - 1), edits=st.integers(0, 3))
    def put_back_server(self, noticed: bool, busy: int, edits: int) -> None:
        """And somebody goes on at once, so that the feed grows past what was lost."""
        self.place.put_back(self.server_backup, noticed=noticed)
        for number in range(edits):
            self.replicas[busy].write(RECORDS[0], {"a": f"again {number}"}, EAST)
        if edits:
            self._exchange(self.replicas[busy], [])

    @rule(who=st.integers(0, LAPTOPS - 1), edits=st.integers(1, 3))
    def put_back_laptop_and_stick(self, who: int, edits: int) -> None:
        """A stick that was written for what the laptop once knew."""
        other = self.replicas[(who + 1) % LAPTOPS]
        for number in range(edits):
            other.write(RECORDS[0], {"b": f"more {number}"}, EAST)
            self._exchange(other, [])
            self._exchange(self.replicas[who], [])
        other.write(RECORDS[0], {"b": "last"}, EAST)
        self._exchange(other, [])
        self.replicas[who].put_back(self.backups[who])
        self.stick_down(who)
        self.plug_in(len(self.sticks) - 1)

    def teardown(self) -> None:
        if not hasattr(self, "sticks"):
            return
        held = {identity for replica in self.replicas for identity in replica.kept.operations} | self.place.ids()
        for _ in range(3):
            for replica in self.replicas:
                self._exchange(replica, [])
        there = self.place.ids()
        assert held <= there, "lost at the district"
        for replica in self.replicas:
            assert replica.kept.operations.keys() == there, "a laptop differs"
            assert replica.unsent("district") == 0, "no receipt"
            self._check_states(replica)

    def _check_states(self, replica: CrashingReplica) -> None:
        reference = self.place.operations()
        for record in RECORDS:
            operations = [operation for operation in reference if operation.rec == record]
            state = replica.state(record)
            seen = {identity: _past(identity, operations) for identity in (operation.id for operation in operations)}
            for operation in operations:
                for path, value in operation.set.items():
                    later = any(path in other.set and operation.id in seen[other.id] for other in operations)
                    assert later or value in {write.value for write in state.fields[path].writes}, "silent loss"

    def _exchange(self, replica: CrashingReplica, plan: Iterable[str], past: list[tuple[bytes, bytes]] | None = None) -> None:
        self.exchange(replica, PlayedLine(self.place, replica.key.device, plan, past), silent)


def _past(identity: str, operations: Sequence[Operation]) -> set[str]:
    known = {operation.id: operation for operation in operations}
    past: set[str] = set()
    waiting = [identity]
    while waiting:
        for parent in known[waiting.pop()].par:
            if parent in known and parent not in past:
                past.add(parent)
                waiting.append(parent)
    return past


class LastWriterWins(CrashingReplica):
    def state(self, record: str) -> RecordState:
        state = merge(operation for operation in self.kept.operations.values() if operation.rec == record)
        fields = {path: FieldState(field.value, field.operation, field.writes[-1:]) for path, field in state.fields.items()}
        return RecordState(fields, state.heads, state.deleted, (), deleted_elsewhere=False)


class KeepsReceipts(CrashingReplica):
    def start_over(self, peer: str, epoch: str) -> None:
        kept = self.kept.receipts.get(peer, set())
        super().start_over(peer, epoch)
        self.kept.receipts[peer] = kept


class JumpsGaps(CrashingReplica):
    def take_in(self, peer: str, pages: Sequence[FeedPage], authors: Sequence[Author]) -> Taken:
        taken = super().take_in(peer, pages, authors)
        for page in pages:
            self.kept.places.setdefault(peer, {})[page.village] = page.next
        return taken


class ReceiptsOnSending(CrashingReplica):
    def outgoing(self, peer: str, limit_bytes: int) -> Sequence[Operation]:
        chosen = super().outgoing(peer, limit_bytes)
        self.kept.receipts.setdefault(peer, set()).update(operation.id for operation in chosen)
        return chosen


class IgnoresEpochs(CrashingReplica):
    def start_over(self, peer: str, epoch: str) -> None:
        if self.epoch(peer):
            self.kept.epochs[peer] = epoch
            return
        super().start_over(peer, epoch)


def without_comparison(replica: MemoryReplica, peer: Any, report: Any) -> Summary:
    """An exchange that trusts its receipts and never compares."""
    summary = Summary()
    session._trade(replica, peer, report, lambda: 0.0, summary)
    return summary


MUTANTS: dict[str, dict[str, Any]] = {
    "last-writer-wins": {"replica_class": LastWriterWins},
    "receipts-on-sending": {"replica_class": ReceiptsOnSending, "exchange": staticmethod(without_comparison)},
    "kept-receipts": {"replica_class": KeepsReceipts},
    "no-epochs": {"replica_class": IgnoresEpochs},
    "cursor-gap": {"replica_class": JumpsGaps, "exchange": staticmethod(without_comparison)},
}
"""Each is one mistake; where the comparison at the end would mend the mistake, it is switched off so that the mistake itself shows."""


def run(examples: int, steps: int, mutant: str = "", *, seeded: bool = True) -> unittest.TestResult:
    """Run the machine; a failure in the result means that something was lost or differed."""
    folder = Path(tempfile.mkdtemp(dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
    place = Place(folder)
    phases = [Phase.generate] if mutant else [Phase.generate, Phase.shrink]
    try:
        machine = type("Machine", (Disagreement,), {"place": place, "folder": folder, **MUTANTS.get(mutant, {})})
        case = machine.TestCase  # type: ignore[attr-defined]
        case.settings = settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, derandomize=seeded, database=None, phases=phases,
            suppress_health_check=list(HealthCheck), print_blob=False, report_multiple_bugs=False,
        )  # fmt: skip
        result = unittest.TestResult()
        case("runTest").run(result)
        return result
    finally:
        place.district.close()
        shutil.rmtree(folder)


def main() -> int:
    """Run for as long as asked."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--examples", type=int, default=2000)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--mutant", choices=sorted(MUTANTS), default="")
    asked = parser.parse_args()
    result = run(asked.examples, asked.steps, asked.mutant, seeded=False)
    for _, text in (*result.failures, *result.errors):
        sys.stdout.write(text)
    sys.stdout.write(f"{'agreed' if result.wasSuccessful() else 'disagreed'}: {asked.examples} × {asked.steps} {asked.mutant}\n")
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
