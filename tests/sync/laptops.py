"""Laptops for the walks: a real encrypted workspace, or the replica in memory that keeps the same contract; both can crash at a commit."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from fieldapp.domain.clock import CHINA, FixedClock
from fieldapp.store import facts, operations
from fieldapp.store.check import Damage
from fieldapp.store.colleagues import DISTRICT_KEY
from fieldapp.store.database import Database
from fieldapp.store.keys import QUICK, Realm
from fieldapp.store.replica import StoreReplica
from fieldapp.store.transaction import Transaction
from sync.keys import DeviceKey
from sync.merge import RecordState
from sync.operation import Operation
from sync.replica import Author, FeedPage, Replica, Taken

from .memory import Memory, MemoryReplica
from .place import NEVER, Crash, Place

USER, PASSPHRASE = "王工", "five words of it"
FIRST_CLOCK = datetime(2026, 11, 20, 9, 0, tzinfo=CHINA)


class Laptop(Protocol):
    """What a walk does with a laptop."""

    until_crash: int

    @property
    def device(self) -> str: ...
    @property
    def replica(self) -> Replica: ...
    def write(self, record: str, kind: str, values: Mapping[str, str | None], village: str, *, delete: bool = False) -> None: ...
    def turn_clock(self, minutes: int) -> None: ...
    def saved(self) -> Any: ...
    def put_back(self, saved: Any, *, clock_too: bool) -> None: ...
    def cloned(self, number: int) -> Laptop: ...
    def ids(self) -> set[str]: ...
    def state(self, record: str) -> RecordState: ...
    def damage(self) -> tuple[Damage, ...]: ...
    def close(self) -> None: ...


class Fragile(Database):
    """Loses power at the n-th commit; what was committed before stays."""

    until_crash = NEVER

    @contextmanager
    def begin(self) -> Iterator[Transaction]:
        with super().begin() as tx:
            yield tx
            self.until_crash -= 1
            if self.until_crash < 0:
                self.until_crash = NEVER
                raise Crash


class StoreLaptop:
    """A workspace in a folder; its backups are copies that the engine makes while it is open."""

    def __init__(self, folder: Path, clock: FixedClock) -> None:
        self.folder, self.clock = folder, clock
        self._backups = 0
        self._open()

    def _open(self) -> None:
        self.database = Fragile.open(self.folder, USER, PASSPHRASE, self.clock)
        self.replica = StoreReplica(self.database)

    @property
    def device(self) -> str:
        return self.database.device.device

    @property
    def until_crash(self) -> int:
        return self.database.until_crash

    @until_crash.setter
    def until_crash(self, commits: int) -> None:
        self.database.until_crash = commits

    def write(self, record: str, kind: str, values: Mapping[str, str | None], village: str, *, delete: bool = False) -> None:
        self.clock.pass_time(seconds=1)
        with self.database.begin() as tx:
            operations.write(tx, kind, record, village, values, delete=delete)

    def turn_clock(self, minutes: int) -> None:
        self.clock.pass_time(minutes=minutes)

    def saved(self) -> tuple[Path, datetime]:
        self._backups += 1
        backup = self.folder.with_name(f"{self.folder.name}.backup-{self._backups}")
        backup.mkdir()
        for part in self.folder.iterdir():
            if part.is_file() and not part.name.startswith(("workspace.db", "lock")):
                shutil.copy(part, backup)
        self.database.snapshot(backup / "workspace.db")
        return backup, self.clock.instant

    def put_back(self, saved: tuple[Path, datetime], *, clock_too: bool) -> None:
        backup, instant = saved
        self.database.close()
        shutil.rmtree(self.folder)
        shutil.copytree(backup, self.folder)
        if clock_too:
            self.clock.instant = instant
        self._open()

    def cloned(self, number: int) -> StoreLaptop:
        folder = self.folder.with_name(f"clone-{number}")
        shutil.copytree(self.saved()[0], folder)
        return StoreLaptop(folder, FixedClock(self.clock.instant))

    def ids(self) -> set[str]:
        with self.database.read() as tx:
            return set(tx.column("SELECT id FROM operation"))

    def state(self, record: str) -> RecordState:
        with self.database.read() as tx:
            return operations.state(tx, record)

    def damage(self) -> tuple[Damage, ...]:
        return self.database.check()

    def close(self) -> None:
        self.database.close()


class MemoryLaptop(MemoryReplica):
    """Is its own replica."""

    until_crash = NEVER

    @property
    def device(self) -> str:
        return self.key.device

    @property
    def replica(self) -> MemoryLaptop:
        return self

    def write(  # type: ignore[override]
        self, record: str, kind: str, values: Mapping[str, str | None], village: str, *, delete: bool = False
    ) -> Operation:
        return super().write(record, values, village, delete=delete, kind=kind)

    def turn_clock(self, minutes: int) -> None:
        self.clock += minutes * 60_000

    def cloned(self, number: int) -> MemoryLaptop:
        clone = MemoryLaptop(self.key, self.clock)
        clone.kept = super().saved()
        return clone

    def saved(self) -> tuple[Memory, int]:  # type: ignore[override]
        return super().saved(), self.clock

    def put_back(self, saved: tuple[Memory, int], *, clock_too: bool) -> None:  # type: ignore[override]
        memory, clock = saved
        super().put_back(memory)
        if clock_too:
            self.clock = clock

    def ids(self) -> set[str]:
        return set(self.kept.operations)

    def damage(self) -> tuple[Damage, ...]:
        return ()

    def close(self) -> None:
        """Nothing is open."""

    def _commit(self) -> None:
        self.until_crash -= 1
        if self.until_crash < 0:
            self.until_crash = NEVER
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


class Fleet:
    """The laptops with which every walk begins: known to the district and once synced."""

    def __init__(self, folder: Path, place: Place, number: int, *, real: bool) -> None:
        self._folder, self._real = folder, real
        self._memories: list[tuple[DeviceKey, Memory]] = []
        self._templates: list[Path] = []
        for at in range(number):
            if real:
                template = folder / f"template-{at}"
                with Database.create(template, USER, PASSPHRASE, Realm.DEMO, FixedClock(FIRST_CLOCK), QUICK) as made:
                    place.enrol(made.device)
                    with made.begin() as tx:
                        facts.put(tx, DISTRICT_KEY, place.district.key.public_key.hex())
                self._templates.append(template)
            else:
                key = DeviceKey(bytes([at + 1]) * 32)
                place.enrol(key)
                self._memories.append((key, Memory()))

    def keep(self, laptops: Sequence[Laptop]) -> None:
        """What these laptops hold now is what every walk begins with."""
        for at, laptop in enumerate(laptops):
            if isinstance(laptop, MemoryLaptop):
                self._memories[at] = (laptop.key, laptop.saved()[0])
            elif isinstance(laptop, StoreLaptop):
                laptop.close()
                shutil.rmtree(self._templates[at])
                shutil.copytree(laptop.folder, self._templates[at])

    def fresh(self) -> list[Laptop]:
        """New laptops from the templates; their clocks are hours apart."""
        made: list[Laptop] = []
        if not self._real:
            for at, (key, memory) in enumerate(self._memories):
                one = MemoryLaptop(key, 1_800_000_000_000 + (at - 1) * 10_000_000)
                one.put_back((memory, 0), clock_too=False)
                made.append(one)
            return made
        for at, template in enumerate(self._templates):
            folder = self._folder / f"laptop-{at}"
            shutil.copytree(template, folder)
            made.append(StoreLaptop(folder, FixedClock(FIRST_CLOCK + timedelta(hours=3 * (at - 1)))))
        return made

    def clear(self) -> None:
        """Take away what a walk left."""
        for left in self._folder.iterdir():
            if left.is_dir() and not left.name.startswith("template-"):
                shutil.rmtree(left)
