"""Flip one bit somewhere in a workspace, mend it with the help of its backups, and compare with what was: `--flips N`.

Database, attachments and key file in turn. Everything a person could be shown has to be as before, and the check has to be clean.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from fieldapp.domain.clock import CHINA, FixedClock
from fieldapp.store import attachments, households, keyfile, keys, operations, snapshots, submissions
from fieldapp.store.database import Database
from fieldapp.usecases import upkeep

from .people import VILLAGE, draft_of, household, keep, member, new_id

USER, PASSPHRASE = "王工", "mend"
CLOCK = FixedClock(datetime(2026, 11, 20, 9, 0, tzinfo=CHINA))


_SECTOR = 512


@dataclass
class Tally:
    """What became of the flips, every fourth a whole sector of the database; `harmless` ones lie where nothing is read."""

    flips: int = 0
    restored: int = 0
    harmless: int = 0
    wrong: list[str] = field(default_factory=list)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--flips", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tally = prove(Path(folder), given.flips, given.seed)
    sys.stdout.write(json.dumps(asdict(tally), ensure_ascii=False) + "\n")
    sys.exit(bool(tally.wrong))


def prove(folder: Path, flips: int, seed: int = 1) -> Tally:
    """A workspace with every kind of content and a whole backup of it; each flip hits a fresh copy."""
    chance = random.Random(seed)
    truth, stick = _fill(folder / "truth"), folder / "stick"
    with Database.open(folder / "truth", USER, PASSPHRASE, CLOCK) as database:
        whole = snapshots.take(database, snapshots.BY_HAND, stick)
    tally = Tally()
    for turn in range(flips):
        work = folder / "work"
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(folder / "truth", work)
        name = _flip(work, chance, turn)
        tally.flips += 1
        workspace, mended = upkeep.mend(work, USER, PASSPHRASE, CLOCK, [whole], _quiet)
        with workspace:
            shown = _everything(workspace)
        if mended.lost or [x for x in mended.remaining if x.part != "key-file"] or shown != truth:
            tally.wrong.append(f"{turn} {name} {mended.lost} {mended.remaining}")
        elif mended.kept or mended.operations or mended.files or mended.bits:
            tally.restored += 1
        else:
            tally.harmless += 1
    return tally


def _fill(folder: Path) -> object:
    with Database.create(folder, USER, PASSPHRASE, keys.Realm.DEMO, CLOCK, keys.QUICK) as database:
        for number in range(25):
            home = household(f"户{number}", member("李四"), address="石桥村" * 9)
            keep(database, home)
            draft = draft_of(database, home, **{f"q{one}": f"答{one}" * 20 for one in range(30)})
            with database.begin() as tx:
                if number % 2:
                    submissions.finalize(tx, draft)
                sha = attachments.put(tx, f"照片{number}".encode() * 3000)
                operations.write(tx, "attachment", new_id(), VILLAGE, {"sha": sha, "household": home.id})
        return _everything(database)


def _everything(database: Database) -> object:
    """All that a person could be shown."""
    with database.read() as tx:
        homes = [households.get(tx, one) for one in households.ids(tx)]
        filled = [submissions.load(tx, one.id).answers for home in homes for one in submissions.of_household(tx, home.id)]
        drafts = [submissions.load(tx, one.id).answers for one in submissions.drafts(tx)]
        files = [attachments.get(tx, one.id) for home in homes for one in attachments.of_household(tx, home.id)]
        found = [sorted(line.id for line in households.find(tx, query).lines) for query in ("户1", "李四", "hs", "桥村")]
    return homes, filled, drafts, files, found


def _flip(work: Path, chance: random.Random, turn: int) -> str:
    kinds: tuple[Callable[[], Path], ...] = (
        lambda: work / keyfile.DATABASE,
        lambda: work / keyfile.DATABASE,
        lambda: chance.choice(sorted((work / "files").iterdir())),
        lambda: work / chance.choice((keys.FILE, keys.COPY)),
    )
    file = kinds[turn % len(kinds)]()
    data = bytearray(file.read_bytes())
    if file.name == keyfile.DATABASE and turn % 2:
        # Page 1 lists the tables: without it nothing can be salvaged and a backup is put back instead.
        _spoil_sector(data, chance.randrange(4096 // _SECTOR, len(data) // _SECTOR), chance)
    else:
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    file.write_bytes(data)
    return file.name


def _spoil_sector(data: bytearray, number: int, chance: random.Random) -> None:
    data[number * _SECTOR : (number + 1) * _SECTOR] = chance.randbytes(_SECTOR)


def _quiet(_done: int, _total: int, _text: str) -> None:
    """Nobody looks."""


if __name__ == "__main__":
    main()
