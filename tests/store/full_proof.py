"""Fill the disk at every single write, one after the other: a clear refusal, reading goes on, nothing said is taken back, space heals.

For each write of a day's work the disk is full at that write and stays so until the refusal is told; then there is room again and the same
change is tried anew. `python -m tests.store.full_proof` goes through all of them and prints one JSON line.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from fieldapp.domain.household import Household
from fieldapp.domain.ids import AreaCode, HouseholdId
from fieldapp.errors import DiskFull
from fieldapp.store import attachments, backup, households, operations, submissions
from fieldapp.store.database import Database
from fieldapp.store.keys import QUICK, Realm

from .disk import PLENTY, Mains, RecordingDisk, full_for_sqlite, full_for_system

VILLAGE = AreaCode("990101001001")
USER, PASSPHRASE, NEW = "王工", "full", "voll"
DRAFT = "d" * 32
Result = TypeVar("Result")


@dataclass
class Tally:
    """What happened over all write points."""

    points: int = 0
    refused: int = 0
    lost: int = 0
    damages: list[str] = field(default_factory=list)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="try every so manieth write point")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tally = prove(Path(folder), wanted.every)
    sys.stdout.write(json.dumps(tally.__dict__, ensure_ascii=False) + "\n")
    sys.exit(bool(tally.lost or tally.damages))


def prove(folder: Path, every: int) -> Tally:
    """The same day once for each write point, until a day passes without meeting its point."""
    space, tally = Mains(full_for_sqlite, full_for_system), Tally()
    disk = RecordingDisk(f"filling-{every}", space)
    model, work = folder / "model", folder / "work"
    with Database.create(model, USER, PASSPHRASE, Realm.DEMO, kdf=QUICK) as database, database.begin() as tx:
        households.save(tx, Household(HouseholdId("a" * 32), VILLAGE, "王小明"))
        submissions.start_draft(tx, DRAFT, "a" * 32, VILLAGE, "f", "1", {"note": "先"})
    point, met = 1, True
    while met:
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(model, work / "workspace")
        day = Day(work, disk, space, tally)
        with _bounded(space):
            met = day.live(point)
        tally.points += met
        point += every
    disk.unregister()
    return tally


@contextmanager
def _bounded(space: Mains) -> Iterator[None]:
    """While open, flushing a file needs space as well; flushing a folder allocates nothing."""
    real = os.fsync

    def fsync(handle: int) -> None:
        if stat.S_ISREG(os.fstat(handle).st_mode):
            space.use_by_system()
        real(handle)

    os.fsync = fsync  # type: ignore[assignment]
    try:
        yield
    finally:
        os.fsync = real


class Day:
    """One day's work on a disk that is full once."""

    def __init__(self, work: Path, disk: RecordingDisk, space: Mains, tally: Tally) -> None:
        self._work, self._disk, self._space, self._tally = work, disk, space, tally
        self._note = "先"
        self._photos = [random.Random(number).randbytes(90_000) for number in range(2)]

    def live(self, point: int) -> bool:
        """Work through; the disk is full at write number `point`. Whether the day had so many writes."""
        self._space.files, self._space.left = {}, point
        database = self._persisted(lambda: Database.open(self._work / "workspace", USER, PASSPHRASE, vfs=self._disk.name), None)
        for task in (self._answer, self._photograph, self._answer, self._finalize, self._change_passphrase, self._back_up):
            self._persisted(lambda task=task: task(database), database)  # type: ignore[misc]
        met = self._space.dark or self._space.left > PLENTY // 2
        database.close()
        self._space.left = PLENTY
        self._look()
        return met

    def _persisted(self, task: Callable[[], Result], database: Database | None) -> Result:
        try:
            return task()
        except DiskFull:
            self._tally.refused += 1
            if database is not None:
                with database.read() as tx:
                    self._tally.lost += submissions.load(tx, DRAFT).answers["note"] != self._note
            self._space.left = PLENTY
            return task()

    def _answer(self, database: Database) -> None:
        note = self._note + "改" * 500
        with database.begin() as tx:
            submissions.save_answers(tx, DRAFT, {"note": note})
        self._note = note

    def _photograph(self, database: Database) -> None:
        for data in self._photos:
            with database.begin() as tx:
                sha = attachments.put(tx, data)
                operations.write(tx, "attachment", sha[:32], VILLAGE, {"sha": sha, "household": "a" * 32})

    def _finalize(self, database: Database) -> None:
        with database.begin() as tx:
            submissions.finalize(tx, DRAFT)

    def _change_passphrase(self, database: Database) -> None:
        database.change_passphrase(USER, PASSPHRASE, NEW, QUICK)

    def _back_up(self, database: Database) -> None:
        file = self._work / "copy.fieldbackup"
        file.unlink(missing_ok=True)
        backup.backup(database, file)

    def _look(self) -> None:
        with Database.open(self._work / "workspace", USER, NEW) as database, database.read() as tx:
            self._tally.lost += submissions.load_finalized(tx, DRAFT).answers["note"] != self._note
            self._tally.lost += {one.id for one in attachments.of_household(tx, "a" * 32)} != {
                attachments.put(tx, data) for data in self._photos
            }
            self._tally.damages += [f"{one.part} {one.subject} {one.detail}" for one in database.check()]
        backup.verify(self._work / "copy.fieldbackup")


if __name__ == "__main__":
    main()
