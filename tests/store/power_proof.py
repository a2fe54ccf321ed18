"""Cut the power at random writes, many times: what was not yet flushed survives in part, in torn sectors, or not at all.

Database, log, key file, attachments, backups and a restored workspace all lie on the disk of `tests.store.disk`.
`python -m tests.store.power_proof --cuts 1000` prints one JSON line.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import shutil
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from fieldapp.domain.ids import AreaCode
from fieldapp.errors import NotFound, WorkspaceError, WrongPassphrase
from fieldapp.store import attachments, backup, operations, rotation, submissions
from fieldapp.store.database import Database
from fieldapp.store.keys import QUICK, Realm

from .disk import PLENTY, Mains, PowerCut, RecordingDisk, WatchedFolder, image

VILLAGE = AreaCode("990101001001")
USER, PASSPHRASE = "王工", "power"
MOST_WRITES = 500
"""A cut comes after 1 to this many writes."""
EXCHANGE_WRITES = 80
"""So many has the exchange of the data key, about; half of the cuts of a run that exchanges it are aimed there."""


@dataclass
class Tally:
    """What happened over all cuts."""

    cuts: int = 0
    acknowledged: int = 0
    passphrases: int = 0
    backups: int = 0
    restored: int = 0
    rekeyed: int = 0
    aimed: int = 0
    """Cuts while the data key was being exchanged."""
    mended: int = 0
    lost: int = 0
    torn: int = 0
    damages: list[str] = field(default_factory=list)


def prove(folder: Path, cuts: int, seed: int, exchange: bool = False) -> Tally:
    """Write, cut, rebuild the disk, look, `cuts` times, each from a fresh copy of one small workspace.

    With `exchange` every cut is aimed at the exchange of the data key.
    """
    chance, mains, tally = random.Random(seed), Mains(), Tally()
    disk = RecordingDisk(f"recording-{seed}", mains)
    model, work = folder / "model", folder / "work"
    Database.create(model / "workspace", USER, PASSPHRASE, Realm.DEMO, kdf=QUICK).close()
    for _ in range(cuts):
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(model, work)
        watched = WatchedFolder(work, mains)
        mains.files, mains.left = {}, chance.randint(1, MOST_WRITES)
        with watched.watched():
            done = _write_until_dark(work, disk, watched, mains, chance, exchange)
            tally.cuts += mains.dark
            tally.aimed += mains.dark and done.exchanging
            mains.left = PLENTY
        watched.rebuild(chance)
        for path, recorded in mains.files.items():
            if path.endswith("-shm"):
                Path(path).unlink(missing_ok=True)
            elif Path(path).parent.exists():
                Path(path).write_bytes(image(recorded, chance))
        _look(work, done, tally)
    disk.unregister()
    return tally


@dataclass
class Done:
    """What was acknowledged, and the one change that may or may not have been under way."""

    saved: dict[str, str] = field(default_factory=dict)
    tried: dict[str, str] = field(default_factory=dict)
    finalized: set[str] = field(default_factory=set)
    files: dict[str, bytes] = field(default_factory=dict)
    passphrases: tuple[str, ...] = (PASSPHRASE,)
    """The one in force; two while it is being changed."""
    backups: list[Path] = field(default_factory=list)
    restored: str = ""
    """The passphrase of the backup that was restored."""
    acknowledged: int = 0
    changed: int = 0
    rekeyed: bool = False
    exchanging: bool = False


def _write_until_dark(work: Path, disk: RecordingDisk, watched: WatchedFolder, mains: Mains, chance: random.Random, exchange: bool) -> Done:
    done = Done()
    database = None
    rekey, aimed = exchange or chance.random() < 0.3, exchange or chance.random() < 0.5
    if rekey and aimed:
        mains.left = PLENTY
    try:
        database = Database.open(work / "workspace", USER, PASSPHRASE, vfs=disk.name)
        for number in range(chance.randint(1, 3) if rekey else 40):
            _one_submission(database, number, chance, done)
            if chance.random() < 0.4:
                _one_file(database, chance, done)
            if chance.random() < 0.2:
                _change_passphrase(database, f"power {number}", done)
            if chance.random() < 0.1:
                _back_up(database, work, number, done)
        if rekey:
            if aimed:
                mains.left = chance.randint(0, EXCHANGE_WRITES)
            done.exchanging = True
            _rekey(database, watched, done)
        database.close()
    except (WorkspaceError, PowerCut):
        if database is not None:
            with contextlib.suppress(WorkspaceError, PowerCut):
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


def _one_file(database: Database, chance: random.Random, done: Done) -> None:
    data = chance.randbytes(chance.randint(1, 100_000))
    with database.begin() as tx:
        sha = attachments.put(tx, data)
        operations.write(tx, "attachment", f"{chance.getrandbits(128):032x}", VILLAGE, {"sha": sha, "household": "0" * 32})
    done.files[sha] = data
    done.acknowledged += 1


def _change_passphrase(database: Database, new: str, done: Done) -> None:
    done.passphrases = (*done.passphrases, new)
    database.change_passphrase(USER, done.passphrases[0], new, QUICK)
    done.passphrases = (new,)
    done.changed += 1


def _back_up(database: Database, work: Path, number: int, done: Done) -> None:
    file = work / f"{number}.fieldbackup"
    backup.backup(database, file)
    done.backups.append(file)
    if not done.restored:
        backup.restore(file, work / "again")
        done.restored = done.passphrases[0]


def _rekey(database: Database, watched: WatchedFolder, done: Done) -> None:
    database.keyring.rotate(USER, done.passphrases[0], lambda _done, _total, _text: None)
    database.close()
    watched.take_over()
    rotation.settle(database.folder)
    done.rekeyed = True


def _look(work: Path, done: Done, tally: Tally) -> None:
    tally.acknowledged += done.acknowledged
    tally.passphrases += done.changed
    tally.backups += len(done.backups)
    tally.restored += bool(done.restored)
    tally.rekeyed += done.rekeyed
    with _opened(work / "workspace", done.passphrases) as database, database.read() as tx:
        for submission, text in done.saved.items():
            try:
                answers = submissions.load(tx, submission).answers
            except NotFound:
                tally.lost += 1
                continue
            tally.torn += answers["a"] != answers["b"]
            tally.lost += answers["a"] not in (text, done.tried[submission])
            tally.lost += submission in done.finalized and not operations.of_record(tx, submission)
        for sha, data in done.files.items():
            tally.lost += not attachments.is_here(tx, sha) or attachments.get(tx, sha) != data
        _note(database, tally)
    for file in done.backups:
        tally.lost += not file.exists()
    for file in work.glob("*.fieldbackup"):
        backup.verify(file)
    again = work / "again"
    tally.lost += bool(done.restored) and not again.exists()
    if again.exists():
        with _opened(again, (done.restored,) if done.restored else done.passphrases) as database:
            _note(database, tally)


def _note(database: Database, tally: Tally) -> None:
    """A key file cut between its two copies is mended at the opening and told; anything else is damage."""
    for one in database.check():
        if (one.part, one.detail) == ("key-file", "mended"):
            tally.mended += 1
        else:
            tally.damages.append(f"{one.part} {one.subject} {one.detail}")


def _opened(folder: Path, passphrases: Iterable[str]) -> Database:
    """By the passphrase in force: the old one or the new one while it was being changed."""
    for passphrase in passphrases:
        with contextlib.suppress(WrongPassphrase):
            return Database.open(folder, USER, passphrase)
    raise WrongPassphrase(user=USER)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cuts", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--exchange", action="store_true", help="aim every cut at the exchange of the data key")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tally = prove(Path(folder), wanted.cuts, wanted.seed, wanted.exchange)
    sys.stdout.write(json.dumps(tally.__dict__, ensure_ascii=False) + "\n")
    sys.exit(bool(tally.lost or tally.torn or tally.damages))


if __name__ == "__main__":
    main()
