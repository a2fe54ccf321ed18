"""SQLAlchemy over the encrypted file: connections for any thread, and the engine's errors as the application's."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apsw
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool
from sqlmodel import Session

from fieldapp.errors import CodedError, DiskFull, WorkspaceDamaged
from sync import driver

from . import facts
from .transaction import Place, Transaction

LOG_PAGES = 1_000
MANY_LOG_PAGES = 24_000
"""Pages of the write-ahead log: few while somebody works, as bringing them in is felt; many (100 MB) while thousands of records come in,
as they change the same pages of the indexes again and again, and each is brought in once."""
_NO_ROOM = 1 << 20
"""With less than this left, a failed write is put down to the full disk."""


def connect(file: Path, key: bytes | bytearray, vfs: str | None = None) -> Engine:
    """An engine whose transactions are begun by the caller; parameters never appear in its messages.

    The connection that was used last is used again: its pages are decrypted already, and nobody else's change made them worthless.
    """
    return create_engine(
        "sqlite://",
        module=driver,
        creator=lambda: driver.connect(str(file), key, vfs),
        poolclass=QueuePool,
        pool_size=3,
        max_overflow=20,
        pool_use_lifo=True,
        hide_parameters=True,
    )


@contextmanager
def transaction(pool: Engine, place: Place, begin: str, log_pages: int = LOG_PAGES) -> Iterator[Transaction]:
    """One transaction, committed at the end and undone by any exception; `begin` is BEGIN (reading only) or BEGIN IMMEDIATE.

    A write-ahead log of more than `log_pages` is brought into the file by the commit.
    """
    with coding(place.folder), pool.connect() as connection:
        connection.exec_driver_sql(f"PRAGMA query_only = {int(begin == 'BEGIN')}")
        connection.exec_driver_sql(f"PRAGMA wal_autocheckpoint = {log_pages}")
        connection.exec_driver_sql(begin)
        with Session(connection, expire_on_commit=False) as session:
            tx = Transaction(session, _raw(connection), place)
            yield tx
            session.flush()
            facts.write(tx)
            connection.commit()


@contextmanager
def coding(folder: Path) -> Iterator[None]:
    """Turn what the engine raises into the application's errors."""
    try:
        yield
    except (DBAPIError, driver.Error) as error:
        known = coded(error, folder)
        if known is None:
            raise
        raise known from error


@contextmanager
def room(folder: Path) -> Iterator[None]:
    """Turn the operating system's refusal for want of space into DiskFull."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(folder=str(folder)) from error
        raise


def _raw(connection: Connection) -> driver.Connection:
    found: Any = connection.connection.driver_connection
    assert isinstance(found, driver.Connection)
    return found


def coded(error: DBAPIError | driver.Error, folder: Path) -> CodedError | None:
    """The application's error for the engine's; None when it is a bug of ours."""
    original = error.orig if isinstance(error, DBAPIError) else error
    cause = original.__cause__ if original is not None else None
    if isinstance(cause, apsw.FullError):
        return DiskFull(folder=str(folder))
    if isinstance(cause, apsw.IOError | apsw.CantOpenError):
        if shutil.disk_usage(folder).free < _NO_ROOM:
            return DiskFull(folder=str(folder))
        return WorkspaceDamaged(part="disk", detail=type(cause).__name__)
    if isinstance(cause, apsw.CorruptError | apsw.NotADBError):
        return WorkspaceDamaged(part="database", detail=type(cause).__name__)
    return None
