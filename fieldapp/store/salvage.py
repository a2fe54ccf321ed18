"""All that can still be read of a damaged database file, in a new file.

A spoilt page is refused by the engine, and everything else is whole. Rows are read one stretch after the other
and, where a stretch fails, one by one; what is a cache is left out and made anew from the operations. The damaged file is kept.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fieldapp.errors import NotAllowed, WorkspaceDamaged
from sync import driver
from sync.keys import DeviceKey

from . import backup, cache, engine, facts, keyfile, migrations
from .keys import Keys
from .lock import FolderLock
from .safely import sync_folder

Report = Callable[[int, int, str], None]
_STRETCH = 200
_MADE_ANEW = {cache.name_of(table) for table in cache.CACHES} | {"tie", "search"}
_GIVE_UP = 2_000
"""So many row numbers without a row, one after the other, behind the last that was found, are the end of a table that does not tell it."""


@dataclass(frozen=True, slots=True)
class Salvaged:
    """`rows` were carried over; `unreadable` are the numbers of those that were not, by table; the damaged file lies at `kept`."""

    rows: int
    unreadable: Mapping[str, tuple[int, ...]]
    kept: Path


def salvage(folder: Path, keys: Keys, stamp: str, report: Report, backups: Sequence[Path] = ()) -> Salvaged:
    """Put a new database with all readable rows in the place of a damaged one; the workspace is closed.

    What the workspace knows of itself (this laptop's key, the district) comes from the newest readable backup if it is lost. Its
    caches are empty until `operations.rebuild`. Raises AlreadyOpen, DiskFull, WorkspaceDamaged (database) when not even the list of
    tables can be read.
    """
    lock = FolderLock(folder)
    try:
        file, fresh = folder / keyfile.read(folder).database, folder / "workspace.salvaged.db"
        _remove(fresh)
        with engine.coding(folder), engine.room(folder):
            rows, unreadable = _carry_over(file, fresh, keys, report)
            if "fact" in unreadable:
                _know_itself(fresh, keys, backups)
            _note(fresh, keys, unreadable)
            kept = folder / f"workspace.damaged-{stamp}.db"
            for suffix in ("-wal", "-shm", ""):
                old = file.with_name(file.name + suffix)
                if old.exists():
                    old.replace(kept.with_name(kept.name + suffix))
            fresh.replace(file)
            sync_folder(folder)
    finally:
        lock.release()
    return Salvaged(rows, unreadable, kept)


def _carry_over(file: Path, fresh: Path, keys: Keys, report: Report) -> tuple[int, dict[str, tuple[int, ...]]]:
    key = keys.derive("database")
    number = _make_tables(fresh, keys)
    old, new = driver.connect(str(file), key), driver.connect(str(fresh), key)
    try:
        known = dict(_named(old))
        if old.execute("PRAGMA user_version").fetchone() != (number,):
            raise WorkspaceDamaged(part="database", detail="schema")
        tables = [name for name in dict(_named(new)) if name not in _MADE_ANEW and name in known]
        rows, unreadable = 0, dict[str, tuple[int, ...]]()
        for place, table in enumerate(tables):
            report(place, len(tables), table)
            good, bad = _copy(old, new, table)
            rows += good
            if bad:
                unreadable[table] = bad
        new.execute("DELETE FROM fact WHERE name = ?", (facts.IN_USE,))
        new.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        report(len(tables), len(tables), "")
    finally:
        old.close()
        new.close()
    return rows, unreadable


def _know_itself(fresh: Path, keys: Keys, backups: Sequence[Path]) -> None:
    """Named values that were lost: from a backup where they do not change, else from what the operations and the audit trail end with."""
    new = driver.connect(str(fresh), keys.derive("database"))
    try:
        for name, value in _facts_of(backups, fresh.parent, keys):
            new.execute("INSERT OR IGNORE INTO fact (name, value) VALUES (?, ?)", (name, value))
        private = new.execute("SELECT value FROM fact WHERE name = ?", (facts.DEVICE_KEY,)).fetchone()
        device = DeviceKey(bytes.fromhex(private[0])).device if private else ""
        own = "FROM operation WHERE json_valid(body) AND json_extract(body, '$.dev') = ?"
        ends = {
            facts.AUDIT_HEAD: new.execute("SELECT seq || ':' || sum FROM audit ORDER BY seq DESC LIMIT 1").fetchone(),
            facts.LAST_OPERATION: new.execute(f"SELECT id {own} ORDER BY seq DESC LIMIT 1", (device,)).fetchone(),
            facts.LOGICAL_TIME: new.execute(f"SELECT max(json_extract(body, '$.hlc')) {own}", (device,)).fetchone(),
        }
        for name, found in ends.items():
            new.execute("DELETE FROM fact WHERE name = ?", (name,))
            if found and found[0]:
                new.execute("INSERT INTO fact (name, value) VALUES (?, ?)", (name, found[0]))
        new.execute("DELETE FROM fact WHERE name = ?", (facts.IN_USE,))
        new.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        new.close()


def _note(fresh: Path, keys: Keys, unreadable: Mapping[str, tuple[int, ...]]) -> None:
    """Leave word for the repair, so that an interruption between the two costs nothing."""
    new = driver.connect(str(fresh), keys.derive("database"))
    new.execute("INSERT OR REPLACE INTO fact (name, value) VALUES (?, ?)", (facts.SALVAGED, json.dumps(unreadable)))
    new.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    new.close()


def _facts_of(backups: Sequence[Path], folder: Path, keys: Keys) -> list[tuple[str, str]]:
    """The facts of the first backup that can be read."""
    for file in backups:
        try:
            backup.verify(file)
            with backup.opened_database(file, folder, keys.derive("database")) as then:
                return [(name, value) for name, value in then.execute("SELECT name, value FROM fact")]
        except (WorkspaceDamaged, NotAllowed):
            continue
    return []


def _make_tables(fresh: Path, keys: Keys) -> int:
    pool = engine.connect(fresh, keys.derive("database"))
    with pool.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        migrations.migrate(connection)
        connection.commit()
        number = migrations.schema(connection)
    pool.dispose()
    return number


def _named(connection: driver.Connection) -> list[tuple[str, str]]:
    listed = "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'search%' AND name NOT LIKE 'sqlite%'"
    return [(name, sql) for name, sql in connection.execute(listed)]


def _copy(old: driver.Connection, new: driver.Connection, table: str) -> tuple[int, tuple[int, ...]]:
    """How many rows were carried over and which row numbers could not be read."""
    columns = ", ".join(f'"{name}"' for _, name, *_ in new.execute(f'PRAGMA table_info("{table}")').fetchall())
    marks = ", ".join("?" for _ in columns.split(", "))
    good, bad = 0, list[int]()
    new.execute("BEGIN IMMEDIATE")
    for rows, failed in _stretches(old, table, columns):
        bad += failed
        good += len(rows)
        new.cursor().executemany(f'INSERT OR IGNORE INTO "{table}" ({columns}) VALUES ({marks})', rows)
    new.commit()
    return good, tuple(bad)


def _stretches(old: driver.Connection, table: str, columns: str) -> Iterator[tuple[list[tuple[object, ...]], list[int]]]:
    """Rows, a stretch of numbers at a time, and the numbers of it that failed."""
    select = f'SELECT {columns} FROM "{table}" NOT INDEXED WHERE rowid'
    last = _last(old, table)
    at, missing = 0, 0
    while (at < last) if last else (missing < _GIVE_UP):
        end = min(at + _STRETCH, last) if last else at + _STRETCH
        try:
            rows = old.execute(f"{select} > ? AND rowid <= ? ORDER BY rowid", (at, end)).fetchall()
            failed = list[int]()
        except driver.Error:
            rows, failed = _one_by_one(old, select, at, end)
        missing = 0 if rows else missing + _STRETCH
        at = end
        yield rows, failed


def _one_by_one(old: driver.Connection, select: str, start: int, end: int) -> tuple[list[tuple[object, ...]], list[int]]:
    rows: list[tuple[object, ...]] = []
    failed = list[int]()
    for number in range(start + 1, end + 1):
        try:
            rows += old.execute(f"{select} = ?", (number,)).fetchall()
        except driver.Error:
            failed.append(number)
    return rows, failed


def _last(old: driver.Connection, table: str) -> int:
    """The highest row number, -1 without rows; where the end of the table cannot be read, as an index knows it; else 0."""
    ways = [f'SELECT max(rowid) FROM "{table}" NOT INDEXED']
    for _, index, *_ in old.execute(f'PRAGMA index_list("{table}")').fetchall():
        ways.append(f'SELECT max(place) FROM (SELECT rowid AS place FROM "{table}" INDEXED BY "{index}" LIMIT -1)')
    for way in ways:
        try:
            found = old.execute(way).fetchone()
        except driver.Error:
            continue
        return int(found[0]) if found and found[0] is not None else -1
    return 0


def _remove(file: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        file.with_name(file.name + suffix).unlink(missing_ok=True)
