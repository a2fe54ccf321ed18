"""The rows of the district's database, and the files they name, as one sealed bundle of the district for itself, whatever the engine."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from .. import bundle
from ..keys import DeviceKey, sealing_public
from ..wire import pack
from .tables import Base

SUFFIX = ".districtbackup"
_PART = 2 << 20
_ROWS = 500


@dataclass(frozen=True, slots=True)
class Written:
    """What a backup holds."""

    file: str
    rows: int
    operations: int
    files: int
    bytes: int


def write(engine: Engine, key: DeviceKey, now: datetime, file: Path, place_of: Callable[[str], Path] | None = None) -> Written:
    """Write one moment of the database, and its files where `place_of` tells where they lie. Raises BundleUnwritable."""
    counts: Counter[str] = Counter()

    def entries() -> Iterator[tuple[bytes, bytes]]:
        with _one_moment(engine) as connection:
            about = {"v": 1, "schema": schema(connection), "created": now.astimezone(UTC).isoformat(timespec="seconds")}
            yield bundle.BODY, pack(about)
            for table in Base.metadata.sorted_tables:
                for rows in _rows(connection, table.name):
                    counts[table.name] += len(rows)
                    yield bundle.BODY, pack({"table": table.name, "rows": rows})
            kept = [row.sha for row in connection.execute(text("SELECT sha FROM file ORDER BY sha"))] if place_of else []
        for sha in kept:
            if place_of is not None:
                counts["files"] += 1
                yield bundle.FILE, bytes.fromhex(sha) + place_of(sha).read_bytes()

    size = bundle.write(file, key, sealing_public(key), key.device, now, entries())
    stored = counts.pop("files", 0)
    return Written(file=str(file), rows=sum(counts.values()), operations=counts["op"], files=stored, bytes=size)


def schema(connection: Connection) -> int:
    """The schema number of a database, 0 when it is empty."""
    if not inspect(connection).has_table("fact"):
        return 0
    value = connection.execute(text("SELECT value FROM fact WHERE name = 'schema'")).scalar()
    return int(value) if value else 0


def plain(value: object) -> object:
    """A column's value as it stood in the row."""
    return base64.b64decode(str(value["b64"])) if isinstance(value, Mapping) else value


def _rows(connection: Connection, table: str) -> Iterator[list[dict[str, object]]]:
    """All rows of a table as JSON values, some at a time. A table that is not there yet has none."""
    if not inspect(connection).has_table(table):
        return
    part: list[dict[str, object]] = []
    size = 0
    for row in connection.execution_options(yield_per=_ROWS).execute(text(f'SELECT * FROM "{table}"')).mappings():
        told = {name: _told(value) for name, value in row.items()}
        size += sum(len(str(value)) for value in told.values())
        part.append(told)
        if size > _PART:
            yield part
            part, size = [], 0
    yield part


def _told(value: object) -> object:
    if isinstance(value, bytes | memoryview | bytearray):
        return {"b64": base64.b64encode(value).decode("ascii")}
    return value


@contextmanager
def _one_moment(engine: Engine) -> Iterator[Connection]:
    """A reading that does not change while it lasts, on both engines."""
    level = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
    with engine.connect().execution_options(**level) as connection:
        yield connection
