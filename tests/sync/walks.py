"""Random walks that try to make laptops and the district disagree or lose something.

A walk is a list of steps, each a name and numbers, drawn from a seed; the same list always does the same. Whatever happens in it, in
the end everybody must hold everything that is still held anywhere and read the same out of it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sync import across, bundle, card
from sync.errors import ExchangeError
from sync.merge import OF_THE_MACHINE, RecordState
from sync.operation import Operation
from sync.server import sticks
from sync.session import exchange

from .conftest import EAST, WEST, silent
from .laptops import Fleet, Laptop
from .place import NEVER, OLD_REPLIES, WORDS, Crash, Place, PlayedLine

LAPTOPS = 3
RECORDS = tuple(f"{number:032x}" for number in range(3))
VILLAGES = dict(zip(RECORDS, (EAST, WEST, EAST), strict=True))
KINDS = dict(zip(RECORDS, ("household", "household", "member"), strict=True))
FIELDS = ("phone", "remark")
PEER = "district"

Step = tuple[Any, ...]
Reader = Callable[[], object]
Draw = Callable[[random.Random], tuple[Any, ...]]


class World:
    """One walk: the district, the laptops, the sticks that lie about, and what was backed up."""

    def __init__(self, place: Place, laptops: list[Laptop], empty: bytes, folder: Path) -> None:
        self.place, self.laptops, self.folder = place, laptops, folder
        place.put_back(empty, noticed=False)
        place.jumped = timedelta()
        self.past: dict[int, list[tuple[bytes, bytes]]] = {}
        self.backups: dict[int, Any] = {}
        self.server_backup = empty
        self.sticks: list[tuple[int, Path, Reader]] = []
        """Whose stick it is (-1: the district's), the file, and what reads it."""
        self.unnoticed = False
        """The district was put back and nobody told it: then the comparison may have something to mend."""
        self.misled: set[int] = set()
        """Laptops that took an old reply in an exchange that broke off before its comparison: the next one has that to mend."""

    def walk(self, steps: Sequence[Step]) -> None:
        for name, *numbers in steps:
            getattr(self, name)(*numbers)
        self.meet()

    def edit(self, who: int, which: int, field: int, value: int) -> None:
        record, laptop = RECORDS[which], self._laptop(who)
        laptop.write(record, KINDS[record], {FIELDS[field]: str(value)}, VILLAGES[record])
        state = laptop.state(record)
        assert len(state.heads) == 1, "somebody wrote over all that was to be seen, and it did not count"
        assert state.fields[FIELDS[field]].value == str(value), "what was written last is not what is shown"

    def delete(self, who: int, which: int) -> None:
        record = RECORDS[which]
        self._laptop(who).write(record, KINDS[record], {}, VILLAGES[record], delete=True)

    def turn_clock(self, who: int, minutes: int) -> None:
        self._laptop(who).turn_clock(minutes)

    def sync(self, who: int, plan: Sequence[str] = (), crash: int = NEVER) -> None:
        laptop = self._laptop(who)
        laptop.until_crash = crash
        try:
            self._exchange(laptop, plan, self.past.setdefault(who % len(self.laptops), []))
        except (Crash, ExchangeError):
            if OLD_REPLIES & set(plan):
                self.misled.add(who % len(self.laptops))
        finally:
            laptop.until_crash = NEVER

    def stick_up(self, who: int) -> None:
        district = self.place.district
        laptop, file = self._laptop(who), self.folder / f"{len(self.sticks)}.fab"
        bundle.write_to_district(laptop.replica, file, PEER, district.key.public_key, district.seal_public, datetime.now(UTC))
        self.sticks.append((-1, file, lambda: sticks.read_up(district, file)))

    def stick_down(self, who: int) -> None:
        file = self.folder / f"{len(self.sticks)}.fab"
        sticks.write_down(self.place.district, self._laptop(who).device, file)
        key = self.place.district.key.public_key
        self._lies_about(who, file, lambda laptop: bundle.read_from_district(laptop.replica, file, PEER, key))

    def stick_across(self, who: int, to: int) -> None:
        """One laptop writes for another; or for itself, when they are the same disk."""
        laptop, file, key = self._laptop(who), self.folder / f"{len(self.sticks)}.fab", self.place.district.key.public_key
        colleague = card.believed(laptop.replica.cards(), key)[self._laptop(to).device]
        across.write(laptop.replica, file, colleague, PEER, key, datetime.now(UTC))
        self._lies_about(to, file, lambda laptop: across.read(laptop.replica, file, key))

    def _lies_about(self, who: int, file: Path, read: Callable[[Laptop], object]) -> None:
        at = who % len(self.laptops)
        self.sticks.append((at, file, lambda: read(self.laptops[at])))

    def plug_in(self, which: int, crash: int = NEVER) -> None:
        """Any stick that was ever written, as often as one likes; the power may go while it is read."""
        if not self.sticks:
            return
        reader, _, read = self.sticks[which % len(self.sticks)]
        try:
            if reader < 0:
                self.place.district.until_crash = crash
            else:
                self._laptop(reader).until_crash = crash
            read()
        except Crash:
            pass
        finally:
            self.place.district.until_crash = NEVER
            if reader >= 0:
                self._laptop(reader).until_crash = NEVER

    def back_up_laptop(self, who: int) -> None:
        at = who % len(self.laptops)
        self.backups[at] = self._laptop(who).saved(), at in self.misled

    def put_back_laptop(self, who: int, clock_too: int) -> None:
        at = who % len(self.laptops)
        if at in self.backups:
            saved, was_misled = self.backups[at]
            self.laptops[at].put_back(saved, clock_too=bool(clock_too))
            self.misled |= {at} if was_misled else set()

    def clone(self, who: int) -> None:
        """A second machine with the same disk; both go on as the same device."""
        if len(self.laptops) == LAPTOPS:
            self.misled |= {LAPTOPS} if who % len(self.laptops) in self.misled else set()
            self.laptops.append(self._laptop(who).cloned(len(self.laptops)))

    def back_up_server(self) -> None:
        self.server_backup = self.place.saved()

    def put_back_server(self, noticed: int, busy: int, edits: int) -> None:
        """And somebody goes on at once, so that the feed grows past what was lost."""
        self.place.put_back(self.server_backup, noticed=bool(noticed))
        self.unnoticed |= not noticed
        for number in range(edits):
            self.edit(busy, 0, 0, 10 + number)
        if edits:
            self.sync(busy)

    def turn_server_clock(self, hours: int) -> None:
        self.place.jumped += timedelta(hours=hours)

    def meet(self) -> None:
        """Bring everybody together and look whether anything is missing or read differently."""
        held = self.place.ids().union(*(laptop.ids() for laptop in self.laptops))
        for _ in range(4):
            for laptop in self.laptops:
                self._exchange(laptop)
            there = self.place.ids()
            if all(laptop.ids() == there for laptop in self.laptops):
                break
        assert held <= there, f"lost at the district: {len(held - there)}"
        for at, laptop in enumerate(self.laptops):
            assert laptop.ids() == there, f"laptop {at} differs"
            assert laptop.replica.unsent(PEER) == 0, f"laptop {at} waits for a receipt"
        check_feed(self.place)
        check_readings(self.place, self.laptops)

    def _exchange(self, laptop: Laptop, plan: Sequence[str] = (), past: list[tuple[bytes, bytes]] | None = None) -> None:
        summary = exchange(laptop.replica, PlayedLine(self.place, laptop.device, plan, past), silent)
        at, clean = self.laptops.index(laptop), not (summary.mended or summary.differing)
        known = self.unnoticed or at in self.misled or OLD_REPLIES & set(plan)
        assert clean or known, "receipts or cursors were wrong, only the comparison saw it"
        self.misled.discard(at)

    def _laptop(self, who: int) -> Laptop:
        return self.laptops[who % len(self.laptops)]


Reading = tuple[tuple[str, ...], dict[str, frozenset[tuple[str, str | None]]], bool, bool]
"""Heads, live writes by field (operation, value), deleted, deletion beside another head."""


def reading(state: RecordState) -> Reading:
    """What a laptop's own merge says."""
    fields = {path: frozenset((write.operation, write.value) for write in field.writes) for path, field in state.fields.items()}
    return tuple(state.heads), fields, state.deleted, state.deleted_elsewhere


def check_feed(place: Place) -> None:
    """The feed is whole."""
    for village, (count, xor, rows) in place.feeds().items():
        assert [at for at, _ in rows] == list(range(count)), f"the feed of {village} has holes"
        together = 0
        for _, identity in rows:
            together ^= int(identity, 16)
        assert f"{together:064x}" == xor, f"the digest of {village} is wrong"
        assert len({identity for _, identity in rows}) == count, f"something stands twice in the feed of {village}"


def check_readings(place: Place, laptops: Sequence[Laptop]) -> None:
    """Everybody reads what the protocol says."""
    noted, everything = place.records(), place.operations()
    for record in RECORDS:
        operations = [operation for operation in everything if operation.rec == record]
        if not operations:
            continue
        truth = by_definition(operations)
        for laptop in laptops:
            assert reading(laptop.state(record)) == truth, "a laptop reads something else"
        heads, fields, deleted, beside = truth
        split = any(len({value for _, value in live}) > 1 for path, live in fields.items() if path not in OF_THE_MACHINE)
        assert noted[record] == (" ".join(heads), split or beside, deleted), "the district notes something else"


def by_definition(operations: Sequence[Operation]) -> Reading:
    """The same from the words of the protocol alone, however slowly."""
    known = {operation.id: operation for operation in operations}
    heads = sorted(known.keys() - {parent for operation in operations for parent in operation.par})
    seen = {identity: _past(identity, known) for identity in known}
    fields = {
        path: frozenset(
            (one.id, one.set[path])
            for one in operations
            if path in one.set and not any(path in other.set and one.id in seen[other.id] for other in operations)
        )
        for path in {path for operation in operations for path in operation.set}
    }
    deletions = [known[head].delete for head in heads]
    return tuple(heads), fields, all(deletions), any(deletions) and not all(deletions)


def _past(identity: str, known: dict[str, Operation]) -> set[str]:
    past: set[str] = set()
    waiting = [identity]
    while waiting:
        for parent in known[waiting.pop()].par:
            if parent in known and parent not in past:
                past.add(parent)
                waiting.append(parent)
    return past


def _who(chance: random.Random) -> int:
    return chance.randrange(LAPTOPS + 1)


def _plan(chance: random.Random) -> list[str]:
    return [chance.choice(WORDS) for _ in range(chance.choice((0, 0, 0, 1, 1, 2, 3)))]


def _crash(chance: random.Random) -> int:
    return chance.choice((NEVER, NEVER, 0, 1, 2, 3, 4))


RULES: dict[str, tuple[int, Draw]] = {
    "edit": (30, lambda chance: (_who(chance), chance.randrange(3), chance.randrange(2), chance.randrange(5))),
    "delete": (6, lambda chance: (_who(chance), chance.randrange(3))),
    "turn_clock": (4, lambda chance: (_who(chance), chance.choice((-525_600, -1440, -7, 7, 1440, 525_600)))),
    "sync": (28, lambda chance: (_who(chance), _plan(chance), _crash(chance))),
    "stick_up": (5, lambda chance: (_who(chance),)),
    "stick_down": (5, lambda chance: (_who(chance),)),
    "stick_across": (6, lambda chance: (_who(chance), _who(chance))),
    "plug_in": (12, lambda chance: (chance.randrange(100), _crash(chance))),
    "back_up_laptop": (3, lambda chance: (_who(chance),)),
    "put_back_laptop": (4, lambda chance: (_who(chance), chance.randrange(2))),
    "clone": (1, lambda chance: (_who(chance),)),
    "back_up_server": (3, lambda chance: ()),
    "put_back_server": (3, lambda chance: (chance.randrange(2), _who(chance), chance.randrange(4))),
    "turn_server_clock": (1, lambda chance: (chance.choice((-48, -1, 1, 48)),)),
}
"""Rule → how often, and what it draws."""


def drawn(seed: int, number: int, length: int) -> list[Step]:
    """The walk of that number."""
    chance = random.Random(f"{seed}/{number}")
    names, weights = list(RULES), [weight for weight, _ in RULES.values()]
    return [(name, *RULES[name][1](chance)) for name in chance.choices(names, weights, k=length)]


class Walker:
    """A place and laptops that are used for one walk after another."""

    def __init__(self, folder: Path, *, real: bool) -> None:
        self.folder = folder
        self.place = Place(folder / "district")
        (folder / "laptops").mkdir()
        self.fleet = Fleet(folder / "laptops", self.place, LAPTOPS, real=real)
        first = self.fleet.fresh()
        for laptop in first:
            exchange(laptop.replica, PlayedLine(self.place, laptop.device), silent)
        self.fleet.keep(first)
        self.fleet.clear()
        self.empty = self.place.saved()

    def go(self, steps: Sequence[Step], *, examine: bool = False) -> None:
        """One walk; raises AssertionError, or whatever broke. `examine` lets every workspace check itself whole at the end."""
        world = World(self.place, self.fleet.fresh(), self.empty, self.folder)
        try:
            world.walk(steps)
            if examine:
                for laptop in world.laptops:
                    assert laptop.damage() == (), "a workspace is damaged"
        finally:
            for laptop in world.laptops:
                laptop.close()
            self.fleet.clear()
            for _, file, _ in world.sticks:
                file.unlink(missing_ok=True)

    def wrong(self, steps: Sequence[Step]) -> str:
        """What broke in a walk, empty when nothing did."""
        try:
            self.go(steps)
        except Exception as found:  # noqa: BLE001 - a mistake may show in any way
            return f"{type(found).__name__}: {found}"
        return ""

    def shrunk(self, steps: Sequence[Step], patience: int = 200) -> list[Step]:
        """A walk that still goes wrong with as few steps as can be found by leaving some out."""
        left, size = list(steps), max(1, len(steps) // 2)
        while size and patience:
            at = 0
            while at < len(left) and patience:
                shorter = left[:at] + left[at + size :]
                patience -= 1
                if self.wrong(shorter):
                    left = shorter
                else:
                    at += size
            size //= 2
        return left

    def close(self) -> None:
        self.place.district.close()
