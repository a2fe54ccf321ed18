"""The rows of the district's database, the files they name and the keys beside it, as one sealed bundle of the district for itself,
whatever the engine."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from .. import bundle
from ..keys import DeviceKey, sealing_public
from ..operation import canonical
from ..wire import pack
from . import sheets
from .errors import FileDamaged
from .tables import Base

SUFFIX = ".districtbackup"
VERSION = 2
"""Version 1 had neither keys nor previews, and no end."""
_TOLD = (
    "SELECT vil, n, xor FROM villagecounter ORDER BY vil",
    "SELECT sha, size FROM file ORDER BY sha",
    "SELECT id, name, role, area FROM person ORDER BY id",
    "SELECT id, person, area, revoked_at FROM device ORDER BY id",
)
_PART = 2 << 20
_ROWS = 500


@dataclass(frozen=True, slots=True)
class Written:
    """What a backup holds."""

    file: str
    rows: int
    operations: int
    files: int
    previews: int
    keys: int
    """Keys and certificates beside the district's own."""
    lost: tuple[str, ...]
    """Files that should be here and are not, or are damaged; the backup goes on without them."""
    digest: str
    """As `examine` tells it of the same moment."""
    sheet: str
    """Since when the recovery sheet is that opens it, empty if only the key file does."""
    bytes: int


@dataclass(frozen=True, slots=True)
class Beside:
    """What lies beside the database: how to read a file, a preview (None where there is none), and keys by their file names."""

    file: Callable[[str], bytes]
    preview: Callable[[str], bytes | None]
    keys: Mapping[str, bytes]
    with_files: bool = True


def write(engine: Engine, key: DeviceKey, now: datetime, file: Path, beside: Beside | None = None) -> Written:
    """Write one moment of the database, and what lies beside it. Raises BundleUnwritable."""
    counts: Counter[str] = Counter()
    lost: list[str] = []
    with _one_moment(engine) as connection:
        sheet, told = sheets.current(connection), digest(connection)

        def entries() -> Iterator[tuple[bytes, bytes]]:
            about = {"v": VERSION, "schema": schema(connection), "created": now.astimezone(UTC).isoformat(timespec="seconds")}
            yield bundle.BODY, pack(about)
            for table in Base.metadata.sorted_tables:
                for rows in _rows(connection, table.name):
                    counts[table.name] += len(rows)
                    yield bundle.BODY, pack({"table": table.name, "rows": rows})
            shas = _shas(connection)
            if beside is not None:
                yield from _beside(beside, shas, counts, lost)
            tables = {name: number for name, number in counts.items() if not name.startswith("@")}
            yield bundle.BODY, pack({"end": tables, "digest": told})

        recovery = sheets.slot(sheet, key) if sheet else ""
        size = bundle.write(file, key, sealing_public(key), key.device, now, entries(), recovery=recovery)
    return Written(
        file=str(file),
        rows=sum(number for name, number in counts.items() if not name.startswith("@")),
        operations=counts["op"],
        files=counts["@file"],
        previews=counts["@preview"],
        keys=counts["@key"],
        lost=tuple(lost),
        digest=told,
        sheet=sheet.made_at if sheet else "",
        bytes=size,
    )


def digest(connection: Connection) -> str:
    """What a district holds, in 16 hex digits: feeds, files, people and devices; the same after a backup is put back elsewhere."""
    whole = hashlib.sha256()
    for query in _TOLD:
        for row in connection.execute(text(query)):
            whole.update(canonical([str(value) for value in row]) + b"\n")
    return whole.hexdigest()[:16]


def _shas(connection: Connection) -> tuple[list[str], list[str]]:
    """Files that are wholly here, and those that records name."""
    files = [str(row.sha) for row in connection.execute(text("SELECT sha FROM file ORDER BY sha"))]
    named = [str(row.sha) for row in connection.execute(text("SELECT DISTINCT sha FROM fileref ORDER BY sha"))]
    return files, named


def _beside(beside: Beside, shas: tuple[list[str], list[str]], counts: Counter[str], lost: list[str]) -> Iterator[tuple[bytes, bytes]]:
    for name, data in beside.keys.items():
        counts["@key"] += 1
        yield bundle.BODY, pack({"key": name, "data": _told(data)})
    if not beside.with_files:
        return
    for sha in shas[0]:
        try:
            data = beside.file(sha)
        except FileDamaged:
            lost.append(sha)
            continue
        counts["@file"] += 1
        yield bundle.FILE, bytes.fromhex(sha) + data
    for sha in sorted({*shas[0], *shas[1]}):
        small = beside.preview(sha)
        if small is not None:
            counts["@preview"] += 1
            yield bundle.BODY, pack({"preview": sha, "data": _told(small)})


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
