"""Kill a writing process at random points, many times: nothing acknowledged is lost, nothing is torn, the check is clean.

`python -m tests.store.kill_proof --kills 2000` prints one JSON line. Needs `os.fork`.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import select as polling
import shutil
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from fieldapp.domain.household import Household
from fieldapp.domain.ids import AreaCode, HouseholdId
from fieldapp.store import attachments, households, operations, rotation, snapshots, submissions
from fieldapp.store.database import Database
from fieldapp.store.keys import QUICK, Realm

VILLAGE = AreaCode("990101001001")
USER, PASSPHRASE = "王工", "kill"
FIELDS = 12
LIVES = 40
REKEY = 5
"""Every so manieth writer exchanges the data key again and again."""


@dataclass
class Tally:
    """What happened over all kills."""

    kills: int = 0
    acknowledged: int = 0
    rekeyed: int = 0
    lost: int = 0
    torn: int = 0
    damages: list[str] = field(default_factory=list)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=25)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tally = prove(Path(folder) / "workspace", wanted.kills, wanted.seed)
    sys.stdout.write(json.dumps(tally.__dict__, ensure_ascii=False) + "\n")
    sys.exit(bool(tally.lost or tally.torn or tally.damages))


def prove(folder: Path, kills: int, seed: int) -> Tally:
    """Run, kill, look, `kills` times; every workspace lives through some dozens of them."""
    chance = random.Random(seed)
    tally = Tally()
    for turn in range(kills):
        if turn % LIVES == 0:
            shutil.rmtree(folder, ignore_errors=True)
            Database.create(folder, USER, PASSPHRASE, Realm.DEMO, kdf=QUICK).close()
        after_s = chance.uniform(0.0, 1.5 if turn % REKEY == 0 else 0.25)
        lines = killed(partial(_write_for_ever, folder, turn), after_s)
        tally.kills += 1
        tally.acknowledged += len(lines)
        _look(folder, lines, tally, thorough=turn % 5 == 4 or turn == kills - 1)
    return tally


def killed(task: Callable[[int], object], after_s: float) -> list[list[str]]:
    """The words of each line that a child wrote to the handle it was given; it is killed a while after its first."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            task(writing)
        finally:
            traceback.print_exc()
            os._exit(3)
    os.close(writing)
    polling.select([reading], [], [], 30)
    polling.select([], [], [], after_s)
    os.kill(child, signal.SIGKILL)
    _, how = os.waitpid(child, 0)
    if not os.WIFSIGNALED(how):
        raise RuntimeError("the child ended by itself")
    text = b""
    while piece := os.read(reading, 1 << 16):
        text += piece
    os.close(reading)
    return [line.split() for line in text.decode().splitlines(keepends=True) if line.endswith("\n")]


def _write_for_ever(folder: Path, turn: int, acknowledge: int) -> None:
    chance = random.Random(turn)
    database = Database.open(folder, USER, PASSPHRASE)
    number = 0
    while True:
        household, submission = f"{chance.getrandbits(128):032x}", f"{chance.getrandbits(128):032x}"
        with database.begin() as tx:
            households.save(tx, Household(HouseholdId(household), VILLAGE, "王小明"))
            submissions.start_draft(tx, submission, household, VILLAGE, "f", "1", {"same/0": "0"})
        for _ in range(chance.randint(2, 12)):
            number += 1
            with database.begin() as tx:
                submissions.save_answers(tx, submission, {f"same/{place}": f"{number:06d}" * 40 for place in range(FIELDS)})
            os.write(acknowledge, f"saved {submission} {number:06d}\n".encode())
        with database.begin() as tx:
            sha = attachments.put(tx, chance.randbytes(chance.randint(1, 200_000)))
            operations.write(tx, "attachment", f"{chance.getrandbits(128):032x}", VILLAGE, {"sha": sha, "household": household})
        os.write(acknowledge, f"file {sha} 0\n".encode())
        if chance.random() < 0.7:
            with database.begin() as tx:
                submissions.finalize(tx, submission)
            os.write(acknowledge, f"finalized {submission} {number:06d}\n".encode())
        if chance.random() < 0.1:
            snapshots.take(database, snapshots.BY_HAND, folder.parent / "backups")
        if chance.random() < 0.1:
            database.change_passphrase(USER, PASSPHRASE, PASSPHRASE)
        if turn % REKEY == 0:
            database = _rekeyed(database, acknowledge)


def _rekeyed(database: Database, acknowledge: int) -> Database:
    database.keyring.rotate(USER, PASSPHRASE, lambda _done, _total, _text: None)
    database.close()
    rotation.settle(database.folder)
    os.write(acknowledge, b"rekeyed - 0\n")
    return Database.open(database.folder, USER, PASSPHRASE)


def _look(folder: Path, lines: list[list[str]], tally: Tally, thorough: bool) -> None:
    newest: dict[str, str] = {}
    with Database.open(folder, USER, PASSPHRASE) as database, database.read() as tx:
        for what, name, number in lines:
            if what == "rekeyed":
                tally.rekeyed += 1
            elif what == "file":
                tally.lost += not attachments.is_here(tx, name) or not attachments.get(tx, name)
            else:
                newest[name] = number
        for name, number in newest.items():
            answers = submissions.load(tx, name).answers
            tally.lost += answers["same/0"][:6] < number
            tally.torn += len(answers) != FIELDS or len(set(answers.values())) != 1
        tally.damages += [f"{one.part} {one.subject} {one.detail}" for one in (database.check() if thorough else ())]


if __name__ == "__main__":
    main()
