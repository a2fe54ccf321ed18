"""What a change or a reading holds on to: the open transaction, and who does it where and when."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session

from fieldapp.domain.clock import Clock
from sync import driver
from sync.keys import DeviceKey

from .keys import Realm
from .vault import Vault


@dataclass(frozen=True, slots=True)
class Place:
    """What stays the same while a workspace is open; the database is one file of the folder."""

    folder: Path
    database: Path
    realm: Realm
    user: str
    clock: Clock
    device: DeviceKey
    vault: Vault


@dataclass(slots=True)
class Transaction:
    """One open transaction; handed to the functions of the store's nouns, useless afterwards."""

    session: Session
    connection: driver.Connection
    place: Place
    stale: dict[str, None] = field(default_factory=dict)
    """Households whose search line is written anew before the commit, in the order of arrival."""
    loose: bool = False
    """Whether a tie, or a record that one names, changed: what counts as what is worked out anew before the commit."""
    facts: dict[str, str] = field(default_factory=dict)
    """Facts that were read or set, by name; empty for those that are not there."""
    changed_facts: set[str] = field(default_factory=set)
    """Names of facts that are written before the commit."""

    def sql(self, statement: str, *parameters: object) -> driver.Cursor:
        """A statement as it stands, for the paths that have to be fast: past the session, which it does not flush."""
        return self.connection.execute(statement, parameters)

    def value(self, statement: str, *parameters: object) -> Any:
        """The first column of the first row, None when there is none."""
        row = self.sql(statement, *parameters).fetchone()
        return None if row is None else row[0]

    def column(self, statement: str, *parameters: object) -> list[Any]:
        """The first column of every row."""
        return [row[0] for row in self.sql(statement, *parameters).fetchall()]

    def look_again(self) -> None:
        """Begin the reading anew: after a damaged page the engine gives nothing more to a transaction, though the rest is whole."""
        self.session.expire_all()
        self.connection.rollback()
        self.sql("BEGIN")

    @property
    def user(self) -> str:
        """Who unlocked the workspace."""
        return self.place.user

    @property
    def device(self) -> str:
        """Id of this laptop."""
        return self.place.device.device

    def now(self) -> datetime:
        """The instant by the workspace's clock."""
        return self.place.clock.now()

    def stamp(self) -> str:
        """The instant as ISO text with milliseconds."""
        return self.now().isoformat(timespec="milliseconds")
