"""Flip single bits in every file of a workspace: what is shown is right or refused, and without any backup the rest stays readable.

What a backup gives back is shown by `tests.store.mend_proof`.
`python -m tests.store.flip_proof --flips 500` prints one JSON line.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from fieldapp.errors import FieldAppError, WorkspaceDamaged
from fieldapp.store import attachments, households, keyfile, keys, opening, operations, repair, salvage, submissions
from fieldapp.store.database import Database
from fieldapp.store.keys import QUICK, Realm

from .people import VILLAGE, draft_of, household, keep, member, new_id

USER, PASSPHRASE = "王工", "flip"
Shown = Mapping[str, object]


@dataclass
class Tally:
    """What happened over all flips; shares are of all records over all flips."""

    flips: int = 0
    noticed: int = 0
    """Flips that a check or an opening told."""
    harmless: int = 0
    """Flips in bytes that hold nothing: everything is shown as it was."""
    shown_wrong: int = 0
    readable_at_once: float = 0.0
    """Before anything is mended."""
    readable_alone: float = 0.0
    """After mending without any backup or district."""
    others_readable_alone: float = 0.0
    """The same of all records that have nothing on the page that was hit."""
    without_tables: int = 0
    """Flips in the one page that lists the tables: salvaging finds nothing there."""
    in_database: int = 0
    """Noticed flips in the database file."""
    turned_back: int = 0
    """Those after which everything was as before once the bit was turned back, without salvaging anything."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--flips", type=int, default=30)
    parser.add_argument("--households", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tally = prove(Path(folder), wanted.flips, wanted.households, wanted.seed)
    sys.stdout.write(json.dumps(asdict(tally)) + "\n")
    sys.exit(bool(tally.shown_wrong or tally.others_readable_alone < 0.999 or tally.turned_back < tally.in_database))


def prove(folder: Path, flips: int, size: int, seed: int) -> Tally:
    """Each flip is made in a fresh copy of one workspace; a third each in database, attachments and key files."""
    chance, tally = random.Random(seed), Tally()
    model = folder / "model"
    _fill(model, size)
    with Database.open(model, USER, PASSPHRASE) as database:
        truth = dict(_shown(database))
        with database.read() as tx:
            homes = dict(tx.sql("SELECT seq, household FROM operation").fetchall())
    seen = Seen()
    for _ in range(flips):
        work = folder / "work"
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(model, work)
        hit = _flip(work, chance)
        tally.flips += 1
        if hit == keyfile.DATABASE:
            shutil.copytree(work, folder / "beside", dirs_exist_ok=True)
        noticed = tally.noticed
        _one(work, truth, homes, tally, seen)
        if hit == keyfile.DATABASE and tally.noticed > noticed:
            tally.in_database += 1
            tally.turned_back += _put_right(folder / "beside", truth)
    tally.readable_at_once, tally.readable_alone, tally.others_readable_alone = (
        round(right / every, 6) if every else 1.0 for right, every in (seen.at_once, seen.alone, seen.others)
    )
    return tally


@dataclass
class Seen:
    """(right, of how many) at each stage."""

    at_once: tuple[int, int] = (0, 0)
    alone: tuple[int, int] = (0, 0)
    others: tuple[int, int] = (0, 0)


def _fill(model: Path, size: int) -> None:
    with Database.create(model, USER, PASSPHRASE, Realm.DEMO, kdf=QUICK) as database:
        for number in range(size):
            home = household(f"户{number}", member("李四"), member("王五"))
            keep(database, home)
            if number % 4:
                continue
            submission = draft_of(database, home, note="长" * 300, **{f"q{one}": f"答{one}" for one in range(30)})
            with database.begin() as tx:
                if number % 8:
                    submissions.finalize(tx, submission)
                sha = attachments.put(tx, f"照片{number}".encode() * 900)
                operations.write(tx, "attachment", new_id(), VILLAGE, {"sha": sha, "name": "a.jpg", "household": home.id})


def _flip(work: Path, chance: random.Random) -> str:
    database = work / keyfile.DATABASE
    files = sorted((work / "files").iterdir())
    file = chance.choice((database, database, chance.choice(files), work / chance.choice((keys.FILE, keys.COPY))))
    data = bytearray(file.read_bytes())
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    file.write_bytes(data)
    return file.name


def _shown(database: Database) -> Iterator[tuple[str, object]]:
    """Every record as a person would be shown it, one reading for each as screens do, an error where it is refused."""
    with database.read() as tx:
        homes = households.ids(tx)
    for home in homes:
        for name, look in (("household", households.get), ("submissions", _submissions), ("files", _files)):
            try:
                with database.read() as tx:
                    yield f"{home} {name}", look(tx, home)
            except FieldAppError as refused:
                yield f"{home} {name}", refused


def _submissions(tx: object, home: str) -> object:
    return [submissions.load(tx, one.id) for one in submissions.of_household(tx, home)]  # type: ignore[arg-type]


def _files(tx: object, home: str) -> object:
    return [(one, attachments.get(tx, one.id)) for one in attachments.of_household(tx, home)]  # type: ignore[arg-type]


def _one(work: Path, truth: Shown, homes: Mapping[int, str], tally: Tally, seen: Seen) -> None:
    """Look at once, and after mending without help."""
    damages: object = ("refused",)
    try:
        with Database.open(work, USER, PASSPHRASE) as database:
            shown = dict(_shown(database))
            damages = database.check()
            tally.shown_wrong += sum(not isinstance(value, FieldAppError) and truth.get(name) != value for name, value in shown.items())
            seen.at_once = _plus(seen.at_once, shown, truth)
    except FieldAppError:
        seen.at_once = _plus(seen.at_once, {}, truth)
    if not damages:
        tally.harmless += 1
        return
    tally.noticed += 1
    try:
        missing = _salvaged(work)
    except WorkspaceDamaged:
        tally.without_tables += 1
        return
    hit = {homes[seq] for seq in missing if seq in homes}
    with Database.open(work, USER, PASSPHRASE) as database:
        left = repair.repair(database, (), missing=missing)
        hit |= {name.split()[0] for name, value in truth.items() if any(one.subject in str(value) for one in left.lost)}
        shown = dict(_shown(database))
        seen.alone = _plus(seen.alone, shown, truth)
        seen.others = _plus(seen.others, shown, {name: value for name, value in truth.items() if name.split()[0] not in hit})


def _plus(so_far: tuple[int, int], shown: Shown, truth: Shown) -> tuple[int, int]:
    return so_far[0] + sum(shown.get(name) == value for name, value in truth.items()), so_far[1] + len(truth)


def _salvaged(work: Path) -> tuple[int, ...]:
    found = salvage.salvage(work, keys.unlock(work, USER, PASSPHRASE), "then", lambda _done, _total, _text: None)
    return found.unreadable.get("operation", ())


def _put_right(work: Path, truth: Shown) -> bool:
    """Whether turning the bit back alone made everything as it was."""
    if not opening.put_right(work, keys.unlock(work, USER, PASSPHRASE)):
        return False
    with Database.open(work, USER, PASSPHRASE) as database:
        return database.check() == () and dict(_shown(database)) == truth


if __name__ == "__main__":
    main()
