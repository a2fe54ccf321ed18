"""The schema's numbered steps: each in one transaction, after a backup, never backwards."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from typing import Any

from sqlalchemy import Connection

from fieldapp.errors import WorkspaceTooNew

from . import cache, search


def _first(connection: Connection) -> None:
    """The first release's tables."""
    _run(connection, 1)


def _second(connection: Connection) -> None:
    """An index for finding while typing; what stands in it is written by the third step."""
    _run(connection, 2)


def _third(connection: Connection) -> None:
    """The ledger of copies, printing many households in a row, scanned pages; what the roster shows stands with what finds a household."""
    _run(connection, 3)
    raw: Any = connection.connection.driver_connection
    cache.fill(raw, ("copy_made", "copy_taken"))


def _fourth(connection: Connection) -> None:
    """Which households and members were joined, so that they are found, listed and counted once."""
    _run(connection, 4)
    raw: Any = connection.connection.driver_connection
    cache.fill_ties(raw)
    search.rebuild(raw)


def _run(connection: Connection, number: int) -> None:
    """A step's statements, as text that no later change of `tables` alters."""
    script = files(__package__).joinpath(f"schema_{number}.sql").read_text(encoding="utf-8")
    for statement in script.split(";\n"):
        if statement.strip():
            connection.exec_driver_sql(statement)


STEPS: tuple[Callable[[Connection], None], ...] = (_first, _second, _third, _fourth)
"""Step n leads from schema n to schema n + 1."""
SCHEMA = len(STEPS)


def schema(connection: Connection) -> int:
    """The schema number of a database, 0 when it is empty."""
    return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())


def pending(connection: Connection) -> int:
    """How many steps are missing; raises WorkspaceTooNew for a schema that this program does not know."""
    found = schema(connection)
    if found > SCHEMA:
        raise WorkspaceTooNew(schema=found, known=SCHEMA)
    return SCHEMA - found


def migrate(connection: Connection) -> None:
    """All missing steps inside the caller's transaction."""
    for number in range(schema(connection), SCHEMA):
        STEPS[number](connection)
        connection.exec_driver_sql(f"PRAGMA user_version = {number + 1}")
