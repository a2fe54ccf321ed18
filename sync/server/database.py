"""The district's database: an encrypted file of its own, or PostgreSQL by URL.

The file is in the format of the laptops' workspaces, under a key that is derived from the district's key file. A file of an earlier
program, which was not encrypted, is encrypted when it is first opened.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import QueuePool

from .. import driver
from .errors import DatabaseUnreachable, KeyUnfit

if TYPE_CHECKING:
    from ..keys import DeviceKey

FILE = "district.db"
_PLAIN = b"SQLite format 3\0"


def database_key(key: DeviceKey) -> bytes:
    """The 32 bytes that the district's file is encrypted with."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"fieldapp district database 1").derive(key.private())


def connect(folder: Path, url: str, key: DeviceKey) -> Engine:
    """An engine over the file in the folder, or over the database that `url` names. Raises DatabaseUnreachable, KeyUnfit."""
    with reachable():
        if url:
            made = create_engine(make_url(url), pool_pre_ping=True, hide_parameters=True)
            if made.dialect.name == "sqlite":
                raise DatabaseUnreachable(detail="sqlite")
            return made
    file, secret = folder / FILE, database_key(key)
    encrypt(file, secret)
    made = create_engine(
        "sqlite://",
        module=driver,
        creator=lambda: _opened(file, secret),
        poolclass=QueuePool,
        pool_size=8,
        max_overflow=40,
        hide_parameters=True,
    )
    event.listen(made, "begin", _begin)
    return made


def copy(folder: Path, key: DeviceKey, target: Path) -> None:
    """A whole copy of the district's file under the same key, while others work on it."""
    driver.copy(str(folder / FILE), str(target), database_key(key))


def encrypt(file: Path, secret: bytes) -> bool:
    """Encrypt a file that is not; what was readable is overwritten once the other one is whole. Whether there was anything to do."""
    if not _is_plain(file):
        return False
    import apsw

    fresh = file.with_name(file.name + ".encrypting")
    fresh.unlink(missing_ok=True)
    plain = apsw.Connection(str(file))
    plain.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    plain.execute("PRAGMA journal_mode=DELETE")
    plain.close()
    fresh.write_bytes(file.read_bytes())
    changing = apsw.Connection(str(fresh))
    for pragma in ("cipher='sqlcipher'", "legacy=4", f"rekey=\"x'{secret.hex()}'\""):
        changing.execute(f"PRAGMA {pragma}")
    changing.close()
    driver.connect(str(fresh), secret).close()
    _sync(fresh)
    size = file.stat().st_size
    fresh.replace(file.with_name(file.name + ".whole"))
    with open(file, "r+b") as old:
        old.write(bytes(size))
        old.flush()
        os.fsync(old.fileno())
    file.with_name(file.name + ".whole").replace(file)
    return True


@contextmanager
def reachable() -> Iterator[None]:
    """Turn what the engine raises at opening into errors for a person."""
    try:
        yield
    except (DBAPIError, ArgumentError) as wrong:
        raise DatabaseUnreachable(detail=type(wrong).__name__) from wrong


def _is_plain(file: Path) -> bool:
    whole = file.with_name(file.name + ".whole")
    if whole.exists():
        # Power went between the last two steps of an encryption.
        whole.replace(file)
    try:
        with open(file, "rb") as source:
            return source.read(len(_PLAIN)) == _PLAIN
    except FileNotFoundError:
        return False


def _opened(file: Path, secret: bytes) -> driver.Connection:
    try:
        opened = driver.connect(str(file), secret)
    except driver.DatabaseError as wrong:
        raise KeyUnfit(file=file.name) from wrong
    for pragma in ("foreign_keys=ON", "busy_timeout=60000"):
        opened.execute(f"PRAGMA {pragma}").close()
    return opened


def _begin(connection: Any) -> None:
    """A writer takes its place in the queue at the beginning, so that it never has to give up half-way."""
    immediate = connection.get_execution_options().get("immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _sync(file: Path) -> None:
    with open(file, "rb") as written:
        os.fsync(written.fileno())
