"""The open workspace: unlock, one short transaction at a time, close."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Engine

from fieldapp.domain.clock import Clock, SystemClock
from fieldapp.errors import AlreadyThere, NotAllowed
from sync import driver
from sync.keys import DeviceKey

from . import audit, cache, engine, facts, keys, opening
from .check import Damage, Report, examine, unseen
from .info import Info, count
from .keyring import Keyring
from .keys import Kdf, Keys, Realm
from .lock import FolderLock
from .safely import make_folder
from .transaction import Place, Transaction


class Database:
    """One unlocked workspace; any thread may read, one at a time writes. Made by `create` and `open`, ended by `close`."""

    def __init__(self, place: Place, keys: Keys, pool: Engine, lock: FolderLock, noticed: tuple[Damage, ...]) -> None:
        self.place = place
        self._keys = keys
        self._pool = pool
        self._lock = lock
        self._noticed = noticed
        self._writing = threading.Lock()
        self._writer = 0

    @classmethod
    def create(
        cls,
        folder: Path,
        user: str,
        passphrase: str,
        realm: Realm,
        clock: Clock | None = None,
        kdf: Kdf | None = None,
        device_name: str = "",
    ) -> Database:
        """Make a workspace in a new or empty folder and open it; raises AlreadyThere, BadInput, DiskFull."""
        if folder.exists() and any(folder.iterdir()):
            raise AlreadyThere(what="workspace", id=str(folder))
        make_folder(folder)
        fresh = keys.create(folder, user, passphrase, realm, kdf or Kdf())
        database = cls(*opening.enter(folder, user, fresh, realm, clock or SystemClock(), opening.Wish(fresh=True)))
        with database.begin() as tx:
            facts.put(tx, facts.DEVICE_NAME, device_name)
            audit.record(tx, "create")
        return database

    @classmethod
    def open(
        cls,
        folder: Path,
        user: str,
        passphrase: str,
        clock: Clock | None = None,
        without_journal: bool = False,
        vfs: str | None = None,
    ) -> Database:
        """Unlock a workspace.

        Raises WorkspaceMissing, WrongPassphrase, TooManyTries, NotFound (user), AlreadyOpen, WorkspaceDamaged, WorkspaceTooNew. A database
        file that was copied without its write-ahead log is refused as damaged (part `journal`) unless `without_journal` accepts the loss.
        """
        clock = clock or SystemClock()
        found = opening.unlock(folder, user, passphrase, clock)
        wish = opening.Wish(without_journal=without_journal, vfs=vfs)
        database = cls(*opening.enter(folder, user, found, keys.realm(folder), clock, wish))
        opening.renew_slot(folder, user, passphrase, found)
        return database

    @property
    def folder(self) -> Path:
        """Where the workspace lies."""
        return self.place.folder

    @property
    def user(self) -> str:
        """Who unlocked it."""
        return self.place.user

    @property
    def realm(self) -> Realm:
        """Real people or the fictitious county."""
        return self.place.realm

    @property
    def device(self) -> DeviceKey:
        """This laptop's id and signing key."""
        return self.place.device

    @contextmanager
    def begin(self, many: bool = False) -> Iterator[Transaction]:
        """One short change: committed and on the disk when the block ends, undone when it raises.

        Raises DiskFull, WorkspaceDamaged. Not to be nested; reading inside it goes through the same transaction. One of `many` changes in a
        row leaves them in the write-ahead log, as safe there as in the file, until an ordinary change brings them into the file.
        """
        if self._writer == threading.get_ident():
            raise RuntimeError("a change is already under way in this thread")
        with self._writing:
            _require(self._lock)
            self._writer = threading.get_ident()
            try:
                with engine.transaction(
                    self._pool, self.place, "BEGIN IMMEDIATE", engine.MANY_LOG_PAGES if many else engine.LOG_PAGES
                ) as tx:
                    yield tx
                    cache.refresh_search(tx)
            finally:
                self._writer = 0

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """One reading of a single moment; waits for no writer and cannot change anything."""
        _require(self._lock)
        with engine.transaction(self._pool, self.place, "BEGIN") as tx:
            yield tx

    def change_passphrase(self, user: str, old: str, new: str, kdf: Kdf | None = None) -> None:
        """Give a user another passphrase; raises WrongPassphrase, TooManyTries, BadInput."""
        found = opening.unlock(self.folder, user, old, self.place.clock)
        _note(self, "passphrase", user)
        keys.reset_passphrase(self.folder, found, user, new, kdf)

    def add_user(self, user: str, passphrase: str, kdf: Kdf | None = None) -> None:
        """One more person who can unlock this workspace, as well protected as who adds them; raises AlreadyThere, BadInput."""
        keys.add_user(self.folder, self._keys, user, passphrase, kdf or keys.find(keys.read(self.folder), self.user).kdf or Kdf())
        _note(self, "add-user", user)

    def remove_user(self, user: str) -> None:
        """Take a person's slot away; raises NotFound, BadInput (the last one)."""
        keys.remove_user(self.folder, self._keys, user)
        _note(self, "remove-user", user)

    @property
    def keyring(self) -> Keyring:
        """The ways back into this workspace, and its data key for whoever renews it."""
        return Keyring(self.folder, self._keys, self.device.device, lambda action, subject: _note(self, action, subject))

    def info(self) -> Info:
        """Schema, counts by state, sizes."""
        with self.read() as tx:
            return count(tx)

    def check(self, report: Report = unseen) -> tuple[Damage, ...]:
        """Everything that can be verified: key file, database pages, operations, files, audit chain, caches, drafts, forms."""
        with self.read() as tx:
            return self._noticed + examine(tx, report)

    def snapshot(self, file: Path) -> None:
        """A consistent encrypted copy of the database file under the same key, while work goes on; raises DiskFull."""
        with engine.coding(self.folder):
            driver.copy(str(self.place.database), str(file), self.database_key())
            copied = driver.connect(str(file), self.database_key())
            copied.execute("DELETE FROM fact WHERE name = ?", (facts.IN_USE,))
            copied.close()

    def database_key(self) -> bytearray:
        """The raw key of the database file, for reading a snapshot."""
        return self._keys.derive("database")

    def close(self) -> None:
        """Write everything into the one database file, drop the keys, let others in. Closing twice is allowed."""
        if self._lock.released:
            return
        with self._writing:
            try:
                opening.leave(self._pool, self.place)
            finally:
                self._pool.dispose()
                # Every key that is held is overwritten; what Python and the libraries copied elsewhere in memory is out of reach.
                self._keys.wipe()
                self._pool = engine.connect(self.place.database, bytes(32))
                self.place = replace(self.place, device=opening.nobody())
                self._lock.release()

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _note(database: Database, action: str, subject: str) -> None:
    with database.begin() as tx:
        audit.record(tx, action, subject)


def _require(lock: FolderLock) -> None:
    if lock.released:
        raise NotAllowed(reason="closed")
