"""The database's numbered steps: each in one transaction, after a backup, never backwards; a newer database is refused."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, text
from sqlmodel import Session

from ..keys import DeviceKey
from . import dump, joined
from .errors import DistrictMissing, DistrictTooNew
from .tables import SCHEMA, Base

STEPS: dict[int, tuple[str, ...]] = {
    2: (
        "ALTER TABLE person ADD COLUMN secret VARCHAR NOT NULL DEFAULT ''",
        "ALTER TABLE person ADD COLUMN wrong INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE person ADD COLUMN wait_until VARCHAR NOT NULL DEFAULT ''",
        "ALTER TABLE quarantine ADD COLUMN decision VARCHAR NOT NULL DEFAULT ''",
        "ALTER TABLE quarantine ADD COLUMN decided_at VARCHAR NOT NULL DEFAULT ''",
        "ALTER TABLE quarantine ADD COLUMN decided_by VARCHAR NOT NULL DEFAULT ''",
        "ALTER TABLE quarantine ADD COLUMN why VARCHAR NOT NULL DEFAULT ''",
    ),
    3: (
        "DROP INDEX ix_op_rec",
        "CREATE INDEX ix_op_vil_rec ON op (vil, rec)",
        "CREATE INDEX ix_record_household ON record (rec) WHERE kind = 'household'",
    ),
}
"""Schema → what leads to it from the one before, in words that both engines know; new tables need no step."""
_JOINED = 3
"""Since then joined households are noted; those that came before are looked for once."""


def prepare(engine: Engine, folder: Path, key: DeviceKey, now: datetime, *, must_exist: bool = False) -> None:
    """Bring the database to this program's schema. Raises DistrictTooNew, DistrictMissing where `must_exist` finds nothing."""
    with engine.connect() as connection:
        found = dump.schema(connection)
    if found > SCHEMA:
        raise DistrictTooNew(schema=found, known=SCHEMA)
    if not found and must_exist:
        raise DistrictMissing(folder=str(folder))
    if found and found < SCHEMA:
        dump.write(engine, key, now, folder / f"before-schema-{found + 1}{dump.SUFFIX}")
    with engine.execution_options(immediate=True).begin() as connection:
        for number in range(found + 1, SCHEMA + 1) if found else ():
            for statement in STEPS[number]:
                connection.exec_driver_sql(statement)
        Base.metadata.create_all(connection)
        if 0 < found < _JOINED:
            with Session(connection) as session:
                joined.fill(session)
                session.flush()
        if found != SCHEMA:
            connection.execute(text("DELETE FROM fact WHERE name = 'schema'"))
            connection.execute(text("INSERT INTO fact (name, value) VALUES ('schema', :number)"), {"number": str(SCHEMA)})
