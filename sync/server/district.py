"""One district on one machine: its folder, its keys and its database."""

from __future__ import annotations

import json
import os
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlmodel import Session

from ..keys import DeviceKey, sealing_key, sealing_public
from .errors import DatabaseUnreachable, DistrictMissing, DistrictThere, DistrictTooNew
from .tables import SCHEMA, Base, Fact

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

_CONFIG = "district.json"
_KEY = "district.key"


def utc_now() -> datetime:
    """The instant by the machine's clock."""
    return datetime.now(UTC)


@dataclass(slots=True)
class District:
    """An opened district. `folder` holds keys, files and, unless another database is named, the database."""

    folder: Path
    engine: Engine
    key: DeviceKey
    now: Any = utc_now
    """Callable → aware datetime."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def seal_key(self) -> X25519PrivateKey:
        """Opens the bundles that are sealed for the district."""
        return sealing_key(self.key)

    @property
    def seal_public(self) -> bytes:
        """What laptops seal for."""
        return sealing_public(self.key)

    def stamp(self) -> str:
        """Now, as it is kept: ISO 8601 in UTC to the second."""
        return str(self.now().astimezone(UTC).isoformat(timespec="seconds"))

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A view of the database that does not change while it is read."""
        with Session(self.engine) as session:
            yield session
            session.rollback()

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One short transaction; what it wrote is on disk when it ends, or nothing of it is."""
        engine = self.engine.execution_options(immediate=True)
        with Session(engine) as session, session.begin():
            yield session

    def epoch(self) -> str:
        """The name of this life of the database; another after it was put back from a backup."""
        with self.reading() as session:
            return epoch_of(session)

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()


def epoch_of(session: Session) -> str:
    """The epoch within a transaction."""
    fact = session.get(Fact, "epoch")
    return fact.value if fact else ""


def new_epoch(session: Session, now: datetime) -> str:
    """Begin another epoch: laptops then offer everything they hold again. Later epochs sort after earlier ones."""
    epoch = f"{now.astimezone(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(8)}"
    session.merge(Fact(name="epoch", value=epoch))
    return epoch


def init(folder: Path, database: str = "", now: Any = utc_now) -> District:
    """Make a district: folder, keys, database, first epoch. Raises DistrictThere, DatabaseUnreachable."""
    if (folder / _CONFIG).exists():
        raise DistrictThere(folder=str(folder))
    folder.mkdir(parents=True, exist_ok=True)
    key = DeviceKey.generate()
    _write(folder / _KEY, key.private().hex())
    district = District(folder=folder, engine=_engine(folder, database), key=key, now=now)
    with _reachable():
        Base.metadata.create_all(district.engine)
        with district.writing() as session:
            session.merge(Fact(name="schema", value=str(SCHEMA)))
            if not epoch_of(session):
                new_epoch(session, now())
    _write(folder / _CONFIG, json.dumps({"database": database}))
    return district


def open_district(folder: Path, database: str = "", now: Any = utc_now) -> District:
    """Open a district. Raises DistrictMissing, DistrictTooNew, DatabaseUnreachable."""
    if not (folder / _CONFIG).exists():
        raise DistrictMissing(folder=str(folder))
    config = json.loads((folder / _CONFIG).read_text(encoding="utf-8"))
    key = DeviceKey(bytes.fromhex((folder / _KEY).read_text(encoding="ascii")))
    district = District(folder=folder, engine=_engine(folder, database or config["database"]), key=key, now=now)
    with _reachable():
        Base.metadata.create_all(district.engine)
        with district.reading() as session:
            fact = session.get(Fact, "schema")
            schema = int(fact.value) if fact else 0
        if not schema:
            raise DistrictMissing(folder=str(folder))
        if schema > SCHEMA:
            raise DistrictTooNew(schema=schema, known=SCHEMA)
    return district


@contextmanager
def _reachable() -> Iterator[None]:
    try:
        yield
    except (DBAPIError, ArgumentError) as wrong:
        raise DatabaseUnreachable(detail=type(wrong).__name__) from wrong


def _engine(folder: Path, database: str) -> Engine:
    if database:
        engine = create_engine(make_url(database), pool_pre_ping=True)
    else:
        engine = create_engine(f"sqlite:///{folder / 'district.db'}", connect_args={"timeout": 60})
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _sqlite_manners)
        event.listen(engine, "begin", _sqlite_begin)
    return engine


def _sqlite_manners(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=60000"):
        connection.execute(f"PRAGMA {pragma}").close()


def _sqlite_begin(connection: Any) -> None:
    """A writer takes its place in the queue at the beginning, so that it never has to give up half-way."""
    immediate = connection.get_execution_options().get("immediate", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _write(file: Path, text: str) -> None:
    """For the owner's eyes only, and whole or not at all."""
    fresh = file.with_name(file.name + ".new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(file)
