"""What happens between the right passphrase and the first transaction, and between the last one and the end."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlmodel import select

from fieldapp.domain.clock import Clock
from fieldapp.errors import DiskFull, WorkspaceDamaged, WrongPassphrase
from sync import driver
from sync.keys import DeviceKey

from . import audit, engine, facts, keys, migrations, pages, rotation, siblings, tries
from .check import Damage
from .keys import Keys, Realm
from .lock import FolderLock
from .tables import AuthorRow, FileRow
from .transaction import Place, Transaction
from .vault import Vault

Opened = tuple[Place, Keys, Engine, FolderLock, tuple[Damage, ...]]
_NOBODY = b"\0" * 32


@dataclass(frozen=True, slots=True)
class Wish:
    """How to open: a `fresh` database; one `without_journal`, accepting the loss; over a registered `vfs`."""

    fresh: bool = False
    without_journal: bool = False
    vfs: str | None = None


def unlock(folder: Path, user: str, passphrase: str, clock: Clock) -> Keys:
    """The keys, unless the next try has to wait; a wrong try is noted. Raises TooManyTries and what `keys.unlock` raises."""
    siblings.settle(folder)
    tries.gate(folder, user, clock)
    try:
        found = keys.unlock(folder, user, passphrase)
    except WrongPassphrase as error:
        count = tries.wrong(folder, user, clock)
        raise WrongPassphrase(**error.values, count=count, wait=tries.wait_s(folder, user, clock)) from None
    tries.right(folder, user)
    return found


def renew_slot(folder: Path, user: str, passphrase: str, found: Keys) -> None:
    """A slot of the first format gets a key of its own, now that its passphrase is at hand."""
    if not keys.find(keys.read(folder), user).public:
        with contextlib.suppress(DiskFull):
            keys.reset_passphrase(folder, found, user, passphrase)


def nobody() -> DeviceKey:
    """A key that signs for nobody, where a laptop's key is not there yet or not any more."""
    return DeviceKey(_NOBODY)


def enter(folder: Path, user: str, found: Keys, realm: Realm, clock: Clock, wish: Wish) -> Opened:
    """Lock the folder, open, migrate, mend what a crash or a single bit spoilt; raises AlreadyOpen, WorkspaceDamaged, WorkspaceTooNew,
    DiskFull.
    """
    try:
        return _enter(folder, user, found, realm, clock, wish)
    except WorkspaceDamaged as error:
        turned = put_right(folder, found) if error.values["part"] == "database" else 0
        if not turned:
            raise
    return _enter(folder, user, found, realm, clock, wish, (Damage("bit", str(turned), "mended"),))


def _enter(folder: Path, user: str, found: Keys, realm: Realm, clock: Clock, wish: Wish, noticed: tuple[Damage, ...] = ()) -> Opened:
    lock = FolderLock(folder)
    names = keys.read(folder)
    file = folder / names.database
    pool = engine.connect(file, found.derive("database"), wish.vfs)
    try:
        if not wish.fresh and not file.exists():
            raise WorkspaceDamaged(part="database", detail="missing")
        log_is_there = file.with_name(file.name + "-wal").exists()
        place = Place(folder, file, realm, user, clock, nobody(), Vault(folder / names.files, found))
        _migrate(pool, place, found)
        with engine.transaction(pool, place, "BEGIN") as tx:
            known = facts.get(tx, facts.DEVICE_KEY)
            if facts.get(tx, facts.IN_USE) and not log_is_there and not wish.without_journal:
                raise WorkspaceDamaged(part="journal", detail="missing")
        private = bytes.fromhex(known) if known else DeviceKey.generate().private()
        place = replace(place, device=DeviceKey(private))
        noticed += _mend_keys(folder, found)
        rotation.clear(folder)
        _start(pool, place, "" if known else private.hex(), noticed)
    except BaseException:
        pool.dispose()
        lock.release()
        raise
    return place, found, pool, lock, noticed


def put_right(folder: Path, found: Keys) -> int:
    """Turn back single bits that fell over in the database of a closed workspace; returns how many. Raises AlreadyOpen."""
    lock = FolderLock(folder)
    try:
        file = folder / keys.read(folder).database
        return pages.put_right(file, found.derive("database")) if file.exists() else 0
    finally:
        lock.release()


def leave(pool: Engine, place: Place) -> None:
    """Note that all is written, move the log into the database file and close every connection."""
    try:
        with engine.transaction(pool, place, "BEGIN IMMEDIATE") as tx:
            facts.put(tx, facts.IN_USE, "")
        checkpoint(pool, place.folder)
        pool.dispose()
    except DiskFull:
        _leave_log(pool)


def checkpoint(pool: Engine, folder: Path) -> None:
    """Move the log into the database file as far as nobody reads from it; raises DiskFull."""
    with engine.coding(folder), pool.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def _leave_log(pool: Engine) -> None:
    """Without room to note a clean end the log has to stay, or its absence would look like a loss."""
    last: Any = pool.raw_connection().dbapi_connection
    driver.keep_log(last)
    pool.dispose()
    last.close()


def _migrate(pool: Engine, place: Place, found: Keys) -> None:
    with engine.coding(place.folder), pool.connect() as connection:
        missing = migrations.pending(connection)
        number = migrations.schema(connection)
        if not missing:
            return
        if number:
            file = place.database
            driver.copy(str(file), str(file.with_name(f"workspace.schema-{number}.db")), found.derive("database"))
        connection.rollback()
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        migrations.migrate(connection)
        connection.commit()


def _mend_keys(folder: Path, found: Keys) -> tuple[Damage, ...]:
    for pattern in ("*.json.*.part", "snapshot-*.part*", "look-*.part*"):
        for left in folder.glob(pattern):
            left.unlink()
    # A copy that is whole and only ahead is what an interruption left of a change, no damage.
    told = keys.unreadable(folder)
    if keys.damaged(folder):
        keys.mend(folder, found)
    return tuple(Damage("key-file", name, "mended") for name in told)


def _start(pool: Engine, place: Place, private: str, noticed: tuple[Damage, ...]) -> None:
    """First lines of a session; on a full disk the workspace opens all the same, to be read."""
    try:
        with engine.transaction(pool, place, "BEGIN IMMEDIATE") as tx:
            _introduce(tx, private)
            facts.put(tx, facts.IN_USE, "yes")
            for note in tries.notes(place.folder):
                audit.record(tx, note.action, note.user, f"{note.at} {note.detail}".strip(), user=note.user)
            audit.record(tx, "unlock")
            for damage in noticed:
                audit.record(tx, "mend", damage.part if damage.part == "bit" else damage.subject)
        checkpoint(pool, place.folder)
        tries.forget_notes(place.folder)
        with engine.transaction(pool, place, "BEGIN") as tx:
            if not facts.get(tx, facts.SALVAGED):
                place.vault.sweep(iter(tx.session.exec(select(FileRow.sha)).all()))
    except DiskFull:
        if private:
            raise


def _introduce(tx: Transaction, private: str) -> None:
    """A new workspace keeps its key and believes itself."""
    if not private:
        return
    facts.put(tx, facts.DEVICE_KEY, private)
    device = tx.place.device
    tx.session.add(AuthorRow(device=device.device, public_key=device.public_key.hex(), name="", revoked=False))
