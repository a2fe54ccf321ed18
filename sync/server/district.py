"""One district on one machine: its folder, its keys and its database."""

from __future__ import annotations

import json
import os
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine
from sqlmodel import Session

from ..keys import DeviceKey, sealing_key, sealing_public
from . import database, migrations, plain_files
from .errors import DistrictError, DistrictMissing, DistrictThere
from .tables import Fact

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

_CONFIG = "district.json"
KEY = "district.key"
"""The one thing that has to be kept apart: it signs, opens bundles and backups, and the database is encrypted under it."""
_EPOCH = "%Y%m%dT%H%M%S"


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
    writer: threading.Lock = field(default_factory=threading.Lock)

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
        # The embedded database has one writer at a time, and would let those that wait look again and again, the unlucky one last.
        queue = self.writer if engine.dialect.name == "sqlite" else nullcontext()
        with queue, Session(engine) as session, session.begin():
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


def new_epoch(session: Session, now: datetime, after: str = "") -> str:
    """Begin another epoch: laptops then offer all they hold again. It sorts after the present one and `after`, whatever the clock."""
    epoch = _epoch_at(now.astimezone(UTC))
    latest = max(after, epoch_of(session))
    if epoch <= latest:
        epoch = _epoch_at(datetime.strptime(latest.partition("-")[0], _EPOCH) + timedelta(seconds=1))
    session.merge(Fact(name="epoch", value=epoch))
    return epoch


def init(folder: Path, url: str = "", now: Any = utc_now, key: DeviceKey | None = None) -> District:
    """Make a district: folder, key file, database, first epoch. Raises DistrictThere, DatabaseUnreachable, KeyUnfit."""
    if (folder / _CONFIG).exists():
        raise DistrictThere(folder=str(folder))
    folder.mkdir(parents=True, exist_ok=True)
    key = key or DeviceKey.generate()
    _write(folder / KEY, key.private().hex())
    district = District(folder=folder, engine=database.connect(folder, url, key), key=key, now=now)
    with database.reachable():
        migrations.prepare(district.engine, folder, key, now())
        with district.writing() as session:
            if not epoch_of(session):
                new_epoch(session, now())
    _write(folder / _CONFIG, json.dumps({"database": url}))
    return district


def open_district(folder: Path, url: str = "", now: Any = utc_now) -> District:
    """Open a district, after bringing its database up to date. Raises DistrictMissing, DistrictTooNew, DatabaseUnreachable, KeyUnfit."""
    if not (folder / _CONFIG).exists() or not (folder / KEY).exists():
        raise DistrictMissing(folder=str(folder))
    config = json.loads((folder / _CONFIG).read_text(encoding="utf-8"))
    key = DeviceKey(bytes.fromhex((folder / KEY).read_text(encoding="ascii")))
    district = District(folder=folder, engine=database.connect(folder, url or config["database"], key), key=key, now=now)
    try:
        with database.reachable():
            migrations.prepare(district.engine, folder, key, now(), must_exist=True)
        plain_files.encrypt(folder, key)
    except DistrictError:
        district.close()
        raise
    return district


def _epoch_at(moment: datetime) -> str:
    return f"{moment:{_EPOCH}}-{secrets.token_hex(8)}"


def _write(file: Path, text: str) -> None:
    """For the owner's eyes only, and whole or not at all."""
    fresh = file.with_name(file.name + ".new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(file)
