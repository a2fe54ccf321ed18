"""A district's journal of many households, made by the database itself: every operation, record and file row of a household, in the tables
and under the indexes of the program.

The bodies are those of ten real households over and over; the ids are hashes of their place, as random as real ones, so that the
indexes grow as they do in life. Villages have three hundred households. Nobody asks for these villages: the XOR in their counters is 0.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from sync.operation import Operation, json_text
from sync.server.arrivals import packed
from sync.server.district import District

VILLAGE = 300
"""Households."""
_AT_ONCE = 20
"""Villages in a transaction."""
_PLACES = (
    "CREATE TEMPORARY TABLE seed (place INTEGER, number INTEGER, kind TEXT, body {bytes})",
    "CREATE TEMPORARY TABLE seed_record (number INTEGER, kind TEXT, last INTEGER)",
    "CREATE TEMPORARY TABLE seed_file (number INTEGER)",
    "CREATE TEMPORARY TABLE seed_copy (copy INTEGER)",
    "CREATE TEMPORARY TABLE seed_village (vil TEXT)",
)
_ROWS = (
    "INSERT INTO op (vil, vseq, id, rec, dev, sender, received_at, body) "
    "SELECT vil, copy * :places + place, {sha}(vil || '.' || copy || '.' || place), {md5}(vil || '.' || copy || '.' || number), "
    ":device, :device, '2026-11-20T10:00:00+00:00', body FROM seed_village CROSS JOIN seed_copy CROSS JOIN seed",
    "INSERT INTO record (vil, rec, kind, heads, in_conflict, deleted) "
    "SELECT vil, {md5}(vil || '.' || copy || '.' || number), kind, {sha}(vil || '.' || copy || '.' || last), {no}, {no} "
    "FROM seed_village CROSS JOIN seed_copy CROSS JOIN seed_record",
    "INSERT INTO fileref (vil, sha) SELECT vil, {sha}(vil || '.' || copy || '.f' || number) "
    "FROM seed_village CROSS JOIN seed_copy CROSS JOIN seed_file",
    "INSERT INTO villagecounter (vil, n, xor, last_seen) "
    "SELECT vil, :places * (SELECT COUNT(*) FROM seed_copy), :nothing, '2026-11-20T10:00:00+00:00' FROM seed_village",
)


@dataclass(frozen=True, slots=True)
class Seed:
    """Ten real households."""

    operations: tuple[Operation, ...]
    households: int

    def rows(self) -> dict[str, float]:
        """How many rows of each table a household takes."""
        records, files = len({one.rec for one in self.operations}), len(_files(self.operations))
        return {"op": len(self.operations) / self.households, "record": records / self.households, "fileref": files / self.households}


def grow(district: District, seed: Seed, before: int, until: int) -> None:
    """From so many households to so many, both whole villages or nearly."""
    villages = [f"98{at:010d}" for at in range(-(-before // VILLAGE), -(-until // VILLAGE))]
    if not villages:
        return
    district.engine.dispose()
    with district.engine.connect() as connection:
        words = _words(connection)
        _places(connection, words, seed)
        connection.commit()
        for at in range(0, len(villages), _AT_ONCE):
            _fill(connection, words, seed, villages[at : at + _AT_ONCE])
        _usual(connection)
    if district.engine.dialect.name == "postgresql":
        with district.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("CHECKPOINT"))


def _words(connection: Connection) -> dict[str, str]:
    """What the engines call things; and nothing waits for the disk while the journal is made."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET synchronous_commit = off"))
        return {"sha": "seed_sha", "md5": "md5", "no": "false", "bytes": "BYTEA"}
    raw = connection.connection.dbapi_connection.raw  # type: ignore[union-attr]
    raw.create_scalar_function("seed_sha", lambda told: hashlib.sha256(told.encode()).hexdigest(), 1, deterministic=True)
    raw.create_scalar_function("md5", lambda told: hashlib.md5(told.encode()).hexdigest(), 1, deterministic=True)
    for pragma in ("wal_checkpoint(TRUNCATE)", "journal_mode=DELETE", "synchronous=OFF", "journal_mode=OFF", "cache_size=-400000"):
        raw.execute(f"PRAGMA {pragma}")
    return {"sha": "seed_sha", "md5": "md5", "no": "0", "bytes": "BLOB"}


def _usual(connection: Connection) -> None:
    """As the program has it: a connection of its own knows nothing of this one's settings."""
    if connection.dialect.name == "postgresql":
        for name in ("op", "record", "fileref", "villagecounter"):
            connection.execute(text(f"ANALYZE {name}"))
        connection.commit()
    connection.invalidate()


def _places(connection: Connection, words: dict[str, str], seed: Seed) -> None:
    for statement in _PLACES:
        connection.execute(text(statement.format(**words)))
    if connection.dialect.name == "postgresql":
        made = "CREATE FUNCTION pg_temp.seed_sha(t text) RETURNS text LANGUAGE sql AS $$ SELECT encode(sha256(t::bytea), 'hex') $$"
        connection.execute(text(made))
        words["sha"] = "pg_temp.seed_sha"
    numbers: dict[str, int] = {}
    kinds: dict[int, tuple[str, int]] = {}
    bodies = packed((one.id, json_text(one)) for one in seed.operations)
    rows = []
    for place, one in enumerate(seed.operations):
        number = numbers.setdefault(one.rec, len(numbers))
        kinds[number] = (one.kind, place)
        rows.append({"place": place, "number": number, "kind": one.kind, "body": bodies[one.id]})
    connection.execute(text("INSERT INTO seed VALUES (:place, :number, :kind, :body)"), rows)
    records = [{"number": number, "kind": kind, "last": last} for number, (kind, last) in kinds.items()]
    connection.execute(text("INSERT INTO seed_record VALUES (:number, :kind, :last)"), records)
    files = [{"number": number} for number in range(len(_files(seed.operations)))]
    connection.execute(text("INSERT INTO seed_file VALUES (:number)"), files)
    copies = [{"copy": copy} for copy in range(VILLAGE // seed.households)]
    connection.execute(text("INSERT INTO seed_copy VALUES (:copy)"), copies)


def _fill(connection: Connection, words: dict[str, str], seed: Seed, villages: Sequence[str]) -> None:
    connection.execute(text("DELETE FROM seed_village"))
    connection.execute(text("INSERT INTO seed_village VALUES (:vil)"), [{"vil": village} for village in villages])
    told = {"places": len(seed.operations), "device": "0" * 32, "nothing": "0" * 64}
    for statement in _ROWS:
        named = {name: value for name, value in told.items() if f":{name}" in statement}
        connection.execute(text(statement.format(**words)), named)
    connection.commit()


def _files(operations: Sequence[Operation]) -> set[str]:
    from sync.server.records import files_named

    return files_named(operations)


def sizes(district: District) -> dict[str, int]:
    """Bytes of the database by table with its indexes; of the file as a whole under `file`."""
    if district.engine.dialect.name != "postgresql":
        return {"file": sum(path.stat().st_size for path in district.folder.glob("district.db*"))}
    with district.engine.connect() as connection:
        return {
            name: connection.execute(text(f"SELECT pg_total_relation_size('{name}')")).scalar_one() for name in ("op", "record", "fileref")
        }
