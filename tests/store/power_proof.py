"""Cut the power at random writes, many times: what SQLite had not yet flushed survives in part, in torn sectors, or not at all.

A layer under the encryption (an APSW virtual file system) records every unsynced write; after the cut a file is rebuilt from what was
flushed plus a random part of the rest. `python -m tests.store.power_proof --cuts 1000` prints one JSON line.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import shutil
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import apsw

from fieldapp.errors import NotFound, WorkspaceError
from fieldapp.store import operations, submissions
from fieldapp.store.database import Database
from fieldapp.store.keys import QUICK, Realm

VILLAGE = "990101001001"
USER, PASSPHRASE = "王工", "power"
SECTOR = 512


@dataclass
class Tally:
    """What happened over all cuts."""

    cuts: int = 0
    acknowledged: int = 0
    lost: int = 0
    torn: int = 0
    damages: list[str] = field(default_factory=list)


@dataclass
class Recorded:
    """One file: what is surely on the disk, and what was written since."""

    durable: bytes
    since: list[tuple[int, bytes | None]] = field(default_factory=list)
    """(offset, bytes), or (size, None) for a truncation."""


class Mains:
    """The power supply: fails after a number of writes."""

    def __init__(self) -> None:
        self.left = 1 << 60
        self.files: dict[str, Recorded] = {}

    def use(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise apsw.IOError("power cut")


class RecordingFile(apsw.VFSFile):
    def __init__(self, mains: Mains, name: Any, flags: list[int]) -> None:
        super().__init__("", name, flags)
        self._mains = mains
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        kept = Path(path).read_bytes() if path and Path(path).exists() else b""
        self._file = mains.files.setdefault(path, Recorded(kept)) if path else Recorded(b"")

    def xWrite(self, data: bytes, offset: int) -> None:
        self._mains.use()
        super().xWrite(data, offset)
        self._file.since.append((offset, bytes(data)))

    def xTruncate(self, size: int) -> None:
        self._mains.use()
        super().xTruncate(size)
        self._file.since.append((size, None))

    def xSync(self, flags: int) -> None:
        self._mains.use()
        super().xSync(flags)
        self._file.durable = bytes(self._image(None))
        self._file.since = []

    def _image(self, chance: random.Random | None) -> bytearray:
        return image(self._file, chance)


class RecordingDisk(apsw.VFS):
    def __init__(self, name: str, mains: Mains) -> None:
        super().__init__(name, "")
        self.name = name
        self._mains = mains

    def xOpen(self, name: Any, flags: list[int]) -> RecordingFile:
        return RecordingFile(self._mains, name, flags)

    def xDelete(self, name: str, sync: bool) -> None:
        self._mains.use()
        super().xDelete(name, sync)
        self._mains.files.pop(name, None)


def image(file: Recorded, chance: random.Random | None) -> bytearray:
    """The bytes after the cut; without chance, everything that was written."""
    made = bytearray(file.durable)
    for offset, data in file.since:
        if chance is not None and chance.random() < 0.5:
            continue
        if data is None:
            del made[offset:]
            continue
        torn = chance is not None and chance.random() < 0.3
        for start in range(0, len(data), SECTOR):
            if torn and chance is not None and chance.random() < 0.4:
                continue
            end = offset + start + len(data[start : start + SECTOR])
            made.extend(bytes(max(0, end - len(made))))
            made[offset + start : end] = data[start : start + SECTOR]
    return made


def prove(folder: Path, cuts: int, seed: int) -> Tally:
    """Write, cut, rebuild the disk, look, `cuts` times, each from a fresh copy of one small workspace."""
    chance, mains, tally = random.Random(seed), Mains(), Tally()
    disk = RecordingDisk(f"recording-{seed}", mains)
    model, work = folder / "model", folder / "work"
    Database.create(model, USER, PASSPHRASE, Realm.DEMO, kdf=QUICK).close()
    for _ in range(cuts):
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(model, work)
        mains.files, mains.left = {}, chance.randint(1, 400)
        done = _write_until_dark(work, disk, chance)
        tally.cuts += mains.left < 0
        tally.acknowledged += done.acknowledged
        for path, recorded in mains.files.items():
            if path.endswith("-shm"):
                Path(path).unlink(missing_ok=True)
            else:
                Path(path).write_bytes(image(recorded, chance))
        mains.left = 1 << 60
        _look(work, done, tally)
    disk.unregister()
    return tally


@dataclass
class Done:
    """What was acknowledged, and the one change that may or may not have been under way."""

    saved: dict[str, str] = field(default_factory=dict)
    tried: dict[str, str] = field(default_factory=dict)
    finalized: set[str] = field(default_factory=set)
    acknowledged: int = 0


def _write_until_dark(work: Path, disk: RecordingDisk, chance: random.Random) -> Done:
    done = Done()
    database = None
    try:
        database = Database.open(work, USER, PASSPHRASE, vfs=disk.name)
        for number in range(40):
            _one_submission(database, number, chance, done)
        database.close()
    except WorkspaceError:
        if database is not None:
            with contextlib.suppress(WorkspaceError):
                database.close()
    return done


def _one_submission(database: Database, number: int, chance: random.Random, done: Done) -> None:
    submission = f"{chance.getrandbits(128):032x}"
    with database.begin() as tx:
        submissions.start_draft(tx, submission, "0" * 32, VILLAGE, "f", "1")
    for step in range(chance.randint(1, 5)):
        text = done.tried[submission] = f"{number:02d}{step:02d}" * chance.randint(1, 900)
        with database.begin() as tx:
            submissions.save_answers(tx, submission, {"a": text, "b": text})
        done.saved[submission] = text
        done.acknowledged += 1
    if chance.random() < 0.5:
        with database.begin() as tx:
            submissions.finalize(tx, submission)
        done.finalized.add(submission)
        done.acknowledged += 1


def _look(work: Path, done: Done, tally: Tally) -> None:
    with Database.open(work, USER, PASSPHRASE) as database, database.read() as tx:
        for submission, text in done.saved.items():
            try:
                answers = submissions.load(tx, submission).answers
            except NotFound:
                tally.lost += 1
                continue
            tally.torn += answers["a"] != answers["b"]
            tally.lost += answers["a"] not in (text, done.tried[submission])
            tally.lost += submission in done.finalized and not operations.of_record(tx, submission)
        tally.damages += [f"{one.part} {one.subject} {one.detail}" for one in database.check()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cuts", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tally = prove(Path(folder), wanted.cuts, wanted.seed)
    sys.stdout.write(json.dumps(tally.__dict__, ensure_ascii=False) + "\n")
    sys.exit(bool(tally.lost or tally.torn or tally.damages))


if __name__ == "__main__":
    main()
