"""Kill a laptop at work at random points, many times: answering, finalizing, importing a roster, making archives, migrating.

Complements `tests.store.kill_proof` with the real form, the real roster file and the real PDF.
`python -m tests.journeys.kill_proof --kills 500` prints one JSON line. Needs `os.fork`.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from fieldapp.domain.clock import SystemClock
from fieldapp.domain.household import Household
from fieldapp.domain.ids import AreaCode, HouseholdId
from fieldapp.store import attachments, backup, households, migrations, submissions
from fieldapp.store.database import Database
from fieldapp.usecases import printing, roster, roster_file, workspaces
from tests.store.kill_proof import killed
from tests.upgrades import keep
from tests.world import PASSPHRASE, VILLAGE, bundled, laptop, nobody_home, photo, quiet

USER = "王队长"
IMPORTED = 25
"""Households of one roster file; they come all or not at all."""
LONGEST_S = 2.0
"""A kill comes at most so long after the child is ready."""


@dataclass
class Tally:
    """What happened over all kills."""

    kills: int = 0
    migrations: int = 0
    acknowledged: dict[str, int] = field(default_factory=dict)
    lost: int = 0
    torn: int = 0
    damages: list[str] = field(default_factory=list)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tally = prove(Path(folder), wanted.kills, wanted.seed)
    sys.stdout.write(json.dumps(tally.__dict__, ensure_ascii=False) + "\n")
    sys.exit(bool(tally.lost or tally.torn or tally.damages))


def prove(folder: Path, kills: int, seed: int) -> Tally:
    """Run, kill, look, `kills` times over one laptop; every fifth time a workspace of the oldest schema is opened instead."""
    chance, tally = random.Random(seed), Tally()
    laptop(folder / "laptop", USER).close()
    for turn in range(kills):
        tally.kills += 1
        if turn % 5 == 4:
            _kill_a_migration(folder, chance, tally)
        else:
            lines = _killed(lambda tell, turn=turn: _work(folder, turn, tell), chance.uniform(0, LONGEST_S))  # type: ignore[misc]
            _look(folder / "laptop", lines, tally, thorough=turn % 4 == 3 or turn == kills - 1)
    return tally


def _killed(task: Callable[[Callable[[str], None]], None], after_s: float) -> list[list[str]]:
    """What a child told before it was killed, a while after its first word."""
    return killed(lambda handle: task(lambda line: void(os.write(handle, f"{line}\n".encode()))), after_s)


def void(_result: object) -> None:
    """Nothing is done with it."""


def _work(folder: Path, turn: int, tell: Callable[[str], None]) -> None:
    """Visit, print and import until the end comes."""
    chance = random.Random(turn)
    workspace = workspaces.unlock(folder / "laptop", USER, PASSPHRASE, SystemClock())
    tell("ready -")
    while True:
        match chance.randrange(4):
            case 0:
                mark = f"{chance.getrandbits(64):016x}"
                file = folder / f"roster-{mark}.xlsx"
                families = [Household(HouseholdId(""), AreaCode(VILLAGE), f"户{mark}{number:02d}") for number in range(IMPORTED)]
                roster_file.write(file, families, {AreaCode(VILLAGE): "石桥村"})
                roster.import_file(workspace, file)
                tell(f"imported {mark}")
            case 1:
                home = nobody_home(workspace, f"户{chance.getrandbits(64):016x}", picture=photo())
                tell(f"finalized {home}")
            case 2:
                with workspace.read() as tx:
                    done = [one.household for one in submissions.finalized(tx)]
                if done:
                    made = printing.make_archive(workspace, HouseholdId(chance.choice(done)), quiet)
                    tell(f"archived {made.household}")
            case _:
                home = roster.add_household(workspace, VILLAGE, f"户{chance.getrandbits(64):016x}")
                tell(f"added {home}")


def _look(folder: Path, lines: list[list[str]], tally: Tally, thorough: bool) -> None:
    with Database.open(folder, USER, PASSPHRASE) as database, database.read() as tx:
        names = [line.head_name for line in households.search(tx, "", limit=1_000_000)]
        done = {one.household for one in submissions.finalized(tx)}
        for what, name in lines:
            tally.acknowledged[what] = tally.acknowledged.get(what, 0) + 1
            match what:
                case "imported":
                    tally.lost += sum(one.startswith(f"户{name}") for one in names) != IMPORTED
                case "added":
                    tally.lost += not any(one == name for one in households.ids(tx))
                case "finalized":
                    files = attachments.of_household(tx, name)
                    tally.lost += name not in done or len([one for one in files if attachments.get(tx, one.id)]) != 1
                case "archived":
                    kept = attachments.archives(tx, name)
                    tally.lost += not kept or not attachments.get(tx, kept[0].id).startswith(b"%PDF")
        tally.torn += _half_imported(names)
        tally.damages += [f"{one.part} {one.subject} {one.detail}" for one in (database.check() if thorough else ())]


def _half_imported(names: list[str]) -> int:
    """Roster files of which some households came and others did not."""
    count: dict[str, int] = {}
    for name in names:
        if len(name) == 19:
            count[name[1:17]] = count.get(name[1:17], 0) + 1
    return sum(number != IMPORTED for number in count.values())


def _kill_a_migration(folder: Path, chance: random.Random, tally: Tally) -> None:
    work = folder / "old"
    shutil.rmtree(work, ignore_errors=True)
    backup.restore(keep.name(1), work)

    def opening(tell: Callable[[str], None]) -> None:
        tell("ready -")
        Database.open(work, keep.USER, keep.PASSPHRASE).close()
        tell("opened -")
        signal.pause()

    tally.migrations += len(_killed(opening, chance.uniform(0, 0.12))) < 2
    with Database.open(work, keep.USER, keep.PASSPHRASE) as database, database.read() as tx:
        tally.lost += submissions.load(tx, "d" * 32).answers != {"head": "王小明", "note": "二"}
        tally.lost += database.info().schema != migrations.SCHEMA
        tally.damages += [f"{one.part} {one.subject} {one.detail}" for one in database.check()]


if __name__ == "__main__":
    bundled()
    main()
