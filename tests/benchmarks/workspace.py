"""The encrypted workspace beside plain sqlite3: the same bytes, schema and statements, once with and once without encryption.

The first day of a county comes first: a roster of `size` households goes in through the real operations. Then the file is copied page by
page into an unencrypted one, and reading, searching and writing are timed in turn over both. Searching while typing is timed as the window
does it; on a machine that has other work the processor's time, which stands beside, says more.
"""

from __future__ import annotations

import itertools
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import apsw
import sqlcipher3

from fieldapp.domain.clock import FixedClock
from fieldapp.domain.household import Household
from fieldapp.store import attachments, households
from fieldapp.store.database import Database
from fieldapp.store.initials import initials
from fieldapp.store.keys import QUICK, Realm
from fieldapp.usecases import county, interview, roster, workspaces
from fieldapp.usecases.county.families import family
from sync import driver
from tests.world import MORNING, laptop

from .measure import Figure, in_turn, median, milliseconds, percentile

_UNLOCK_MS, _KEYSTROKE_MS, _IMPORT_MINUTES, _CHECK_S = 1000.0, 50.0, 4.0, 10.0
_READ, _SEARCH, _INSERT = 2.5, 2.0, 4.0
_SAVES, _TOGETHER, _KEYSTROKES = 200, 1000, 120
_PHOTOS = 60


def figures(folder: Path, size: int) -> Iterator[Figure]:
    """Unlock, autosave, a county's first day, reading and searching beside plain SQLite, typing, checking, photos."""
    yield _unlock(folder)
    with laptop(folder / "laptop") as workspace:
        yield from _autosave(workspace, folder / "autosave.db")
    with Database.create(folder / "county", "demo", "x", Realm.DEMO, FixedClock(MORNING), QUICK) as database:
        yield _first_day(database, size)
        yield from _typing(database, size)
        yield _checking(database, size)
        yield from _beside_plain(database, folder)
    yield from _photos(folder)


def _unlock(folder: Path) -> Figure:
    """With the real cost of the passphrase, not the quick one of the tests."""
    workspaces.create(folder / "locked", "demo", "correct horse", "demo", FixedClock(MORNING)).close()
    taken = in_turn(3, lambda: workspaces.unlock(folder / "locked", "demo", "correct horse", FixedClock(MORNING)).close())[0]
    return Figure("unlock and lock", median(taken), "ms", len(taken), "limit", _UNLOCK_MS)


def _autosave(workspace: workspaces.Workspace, plain: Path) -> Iterator[Figure]:
    """One changed answer, safe on disk, against the same row in plain SQLite with the same durability (WAL, synchronous FULL)."""
    family = county.families(1, 1)[0]
    opened = interview.start(workspace, roster.add(workspace, family.household))
    interview.save_draft(workspace, opened.draft, opened.session.snapshot())
    path = f"{opened.session.root}/a_visit/visit_result_note"
    numbers, others = itertools.count(), itertools.count()
    with sqlite3.connect(plain, isolation_level=None) as peer:
        peer.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE answer (path TEXT PRIMARY KEY, value TEXT)")
        ours, theirs = in_turn(
            _SAVES,
            lambda: interview.save_draft(workspace, opened.draft, {path: f"门锁着 {next(numbers)}"}),
            lambda: peer.execute("INSERT OR REPLACE INTO answer VALUES (?, ?)", (path, f"门锁着 {next(others)}")),
        )
    peer.close()
    yield Figure("autosave commit p50", median(ours), "ms", _SAVES, "plain sqlite3", median(theirs), "encrypted, through SQLModel")
    yield Figure("autosave commit p95", percentile(ours, 0.95), "ms", _SAVES, "plain sqlite3", percentile(theirs, 0.95))


def _county(size: int) -> Iterator[Household]:
    """Households of the fictitious county, spread over all its villages."""
    codes = [area.code for area in county.villages("99")]
    return (family(2, index, codes[index * len(codes) // size]).household for index in range(size))


def _household(index: int, size: int) -> Household:
    villages = county.villages("99")
    return family(2, index, villages[index * len(villages) // size].code).household


def _first_day(database: Database, size: int) -> Figure:
    """A roster goes in as a county's list does: signed operations, rows, search, 1,000 households in a transaction."""
    spent, cpu, made = list[float](), list[float](), _county(size)
    while some := list(itertools.islice(made, _TOGETHER)):
        before, start, last = time.process_time(), time.perf_counter(), len(spent) * _TOGETHER + len(some) == size
        _keep(database, some, last)
        spent.append(time.perf_counter() - start)
        cpu.append(time.process_time() - before)
    tenth = max(1, min(10_000 // _TOGETHER, len(spent)))
    rates = ", ".join(f"{tenth * _TOGETHER / sum(part):.0f}" for part in (spent[:tenth], spent[-tenth:], cpu[:tenth], cpu[-tenth:]))
    note = (
        f"households a second: the first and last 10,000, and of the processor: {rates}; processor {sum(cpu) / size * 100_000 / 60:.2f} min"
    )
    return Figure("first day: 100,000 households", sum(spent) / size * 100_000 / 60, "min", size, "limit", _IMPORT_MINUTES, note)


def _keep(database: Database, some: list[Household], last: bool) -> None:
    with database.begin(many=not last) as tx:
        for household in some:
            households.save(tx, household)


def _typing(database: Database, size: int) -> Iterator[Figure]:
    """Every keystroke of words that people type, each searched as the window does: the first page of 100 lines.

    The count follows when nobody types, and is timed apart.
    """
    chance = Random(3)
    chosen = [_household(chance.randrange(size), size) for _ in range(_KEYSTROKES)]
    kinds: dict[str, Callable[[Household], str]] = {
        "name": lambda one: chance.choice(one.members).name[:3] if one.members else one.head_name,
        "pinyin initials": lambda one: initials(one.head_name)[:3],
        "identity number, last 4": lambda one: chance.choice(one.members).citizen_id[-4:],
        "identity number from its start": lambda one: chance.choice(one.members).citizen_id[:14],
        "identity number, birth": lambda one: chance.choice(one.members).citizen_id[6:14],
        "identity number, any middle": lambda one: chance.choice(one.members).citizen_id[9:15],
        "phone": lambda one: one.phone[-6:] or "154000",
        "address": lambda one: one.address or "1号",
    }
    for kind, word in kinds.items():
        taken, cpu, hits = list[float](), list[float](), 0
        for one in chosen:
            typed = word(one)
            begin = 2 if typed[:3].isdecimal() else 0
            for end in range(begin, len(typed)):
                before = time.thread_time()
                taken.append(milliseconds(lambda query=typed[: end + 1], near=one.village: _stroke(database, query, near)))
                cpu.append((time.thread_time() - before) * 1000)
            hits += one.id in {line.id for line in roster.search(database, f"{typed} {one.head_name}", limit=1000).lines}
        note = f"processor {percentile(cpu, 0.95):.1f}; median {median(taken):.1f}, worst {max(taken):.1f}; {hits} of {len(chosen)} found"
        yield Figure(f"typing: {kind} p95", percentile(taken, 0.95), "ms", len(taken), "limit", _KEYSTROKE_MS, note)
    taken = [milliseconds(lambda query=query: roster.tally(database, query)) for query in _COUNTED * 5]
    yield Figure("counting when nobody types p95", percentile(taken, 0.95), "ms", len(taken), "limit", _KEYSTROKE_MS)
    for name, query in (("nothing matches", "不存在的人"), ("whole roster", "")):
        taken = in_turn(15, lambda query=query: _stroke(database, query, ""))[0]
        yield Figure(f"typing: {name} p95", percentile(taken, 0.95), "ms", len(taken), "limit", _KEYSTROKE_MS)


def _stroke(database: Database, query: str, near: str) -> object:
    return roster.search(database, query, limit=100, near=near)


def _checking(database: Database, size: int) -> Figure:
    """`workspace check` over everything, per 10,000 households."""
    start, cpu = time.perf_counter(), time.process_time()
    damages = database.check()
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    note = f"{len(damages)} damages; all of it {seconds:.1f} s, processor {cpu:.1f} s"
    return Figure("check: 10,000 households", seconds / size * 10_000, "s", size, "limit", _CHECK_S, note)


def _beside_plain(database: Database, folder: Path) -> Iterator[Figure]:
    """The very file, decrypted; both through the same library, so that only the encryption differs."""
    ours = driver.connect(str(database.place.database), database.database_key())
    plain = _decrypted(database, folder / "plain.db")
    standard = sqlite3.connect(folder / "plain.db", isolation_level=None)
    standard.execute("PRAGMA cache_size=-16000")
    ids = [identity for (identity,) in ours.execute("SELECT id FROM household ORDER BY id")]
    codes = [(code,) for (code,) in ours.execute("SELECT DISTINCT village FROM household")]
    some = [(one,) for one in Random(4).sample(ids, min(2000, len(ids)))]
    page = "SELECT * FROM household WHERE village = ? ORDER BY group_key, id LIMIT 50"
    yield _ratio("point read", _each("SELECT * FROM household WHERE id = ?", some), (ours, plain, standard), _READ)
    yield _ratio("village page of 50", _each(page, codes * (1000 // len(codes) + 1)), (ours, plain, standard), _READ)
    yield _ratio("full-text search", _each(_FIND, _WORDS * 20), (ours, plain), _SEARCH)
    yield _ratio("insert 500 operations", _insert, (ours, plain, standard), _INSERT, rounds=11)
    for one in (ours, plain, standard):
        one.close()


_COUNTED = ("王", "小明", "w", "zj", "9801", "1980", "19800101", "990101198", "")
_FIND = (
    "SELECT household FROM search_index CROSS JOIN search ON number = search_index.rowid"
    " WHERE search_index MATCH ? ORDER BY search_index.rowid LIMIT 50"
)
_WORDS: list[tuple[str, ...]] = [(f'"{word}"',) for word in ("王", "小明", "建国", "w", "zj", "9801", "1980", "镇", "王建国")]
_OPERATION = "INSERT INTO operation (id, rec, kind, vil, household, user, body, sum) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"


def _decrypted(database: Database, file: Path) -> driver.Connection:
    """A copy of the workspace under no key at all, with the pages and settings of the original."""
    database.snapshot(file)
    copied = driver.connect(str(file), database.database_key())
    copied.execute("PRAGMA journal_mode=delete")
    copied.execute("PRAGMA rekey=''")
    copied.close()
    assert file.read_bytes()[:15] == b"SQLite format 3"
    plain = driver.Connection(apsw.Connection(str(file)))
    for pragma in ("temp_store=memory", "secure_delete=on", "cache_size=-16000", "journal_mode=wal", "synchronous=full"):
        plain.execute(f"PRAGMA {pragma}")
    return plain


def _insert(connection: Any) -> None:
    """500 operations in one transaction, safe on the disk."""
    connection.execute("BEGIN IMMEDIATE")
    for _ in range(500):
        identity = os.urandom(32).hex()
        told = (identity, identity[:32], "household", "990101001001", identity[:32], "demo", "x" * 900, identity)
        connection.execute(_OPERATION, told)
    connection.execute("COMMIT")


def _each(statement: str, many: list[tuple[str, ...]]) -> Callable[[Any], None]:
    def run(connection: Any) -> None:
        for values in many:
            connection.execute(statement, values).fetchall()

    return run


def _ratio(name: str, work: Callable[[Any], None], sides: tuple[Any, ...], most: float, rounds: int = 7) -> Figure:
    """Against the same library without a key, which the limit is for, and against the standard library's sqlite3 for the record."""
    mine, same, *other = (min(times) for times in in_turn(rounds, *(partial(work, side) for side in sides)))
    note = f"{mine / other[0]:.2f} times the standard library's sqlite3 ({other[0]:.3g} ms)" if other else ""
    return Figure(name, mine, "ms", rounds, "unencrypted", same, note, most=most)


def _photos(folder: Path) -> Iterator[Figure]:
    """Files encrypted one by one against blobs in a SQLCipher database with the same durability."""
    chance = Random(6)
    photos = [chance.randbytes(chance.randint(180_000, 420_000)) for _ in range(_PHOTOS)]
    peer = sqlcipher3.connect(str(folder / "blobs.db"), isolation_level=None)
    peer.execute(f"PRAGMA key=\"x'{os.urandom(32).hex()}'\"")
    peer.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE blob (id INTEGER PRIMARY KEY, data BLOB)")
    kept: list[str] = []
    with Database.create(folder / "photos", "demo", "x", Realm.DEMO, FixedClock(MORNING), QUICK) as database:

        def put(data: bytes) -> None:
            with database.begin() as tx:
                kept.append(attachments.put(tx, data))

        def get(sha: str) -> None:
            with database.read() as tx:
                attachments.get(tx, sha)

        ours, theirs = [], []
        for data in photos:
            ours.append(milliseconds(lambda data=data: put(data)))
            theirs.append(milliseconds(lambda data=data: peer.execute("INSERT INTO blob (data) VALUES (?)", (data,))))
        yield Figure("photo of 300 KB, write", median(ours), "ms", _PHOTOS, "SQLCipher blob", median(theirs))
        ours, theirs = [], []
        for number, sha in enumerate(kept, 1):
            ours.append(milliseconds(lambda sha=sha: get(sha)))
            read = "SELECT data FROM blob WHERE id = ?"
            theirs.append(milliseconds(lambda number=number, read=read: peer.execute(read, (number,)).fetchone()))
        yield Figure("photo of 300 KB, read", median(ours), "ms", _PHOTOS, "SQLCipher blob", median(theirs))
    peer.close()
