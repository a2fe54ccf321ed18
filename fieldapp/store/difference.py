"""What putting a backup back would change: counted before anything is touched."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fieldapp.errors import NotAllowed
from sync import driver

from . import backup, keys
from .database import Database

_NAMES = 50


@dataclass(frozen=True, slots=True)
class Change:
    """Of one kind of thing: how many the backup would add, how many would be lost, how many would be as they were then."""

    added: int
    lost: int
    changed: int


@dataclass(frozen=True, slots=True)
class Difference:
    """What is different in a backup; `names` are up to fifty (head, added | lost | changed) of households."""

    made_at: str
    operations_lost: int
    households: Change
    submissions: Change
    drafts: Change
    attachments: Change
    names: tuple[tuple[str, str], ...]


def between(database: Database, file: Path, user: str = "", passphrase: str = "") -> Difference:
    """Compare an open workspace with a backup of it.

    A backup from before the data key was changed needs a user and passphrase of that time. Raises WorkspaceDamaged (backup),
    NotAllowed (other-key), WrongPassphrase, DiskFull.
    """
    made_at = backup.verify(file).made_at
    try:
        return _compared(database, file, database.database_key(), made_at)
    except NotAllowed:
        if not passphrase:
            raise
    with tempfile.TemporaryDirectory(dir=database.folder, suffix=".part") as place:
        backup.key_file(file, Path(place))
        found = keys.unlock(Path(place), user, passphrase)
    return _compared(database, file, found.derive("database"), made_at)


def _compared(database: Database, file: Path, key: bytes | bytearray, made_at: str) -> Difference:
    with backup.opened_database(file, database.folder, key) as then, database.read() as tx:
        now = tx.connection
        lost, added = _differing(now, then)
        touched = _households(now, lost) | _households(then, added)
        homes_now, homes_then = _heads(now), _heads(then)
        names = [(name, "lost") for one, name in homes_now.items() if one not in homes_then]
        names += [(name, "added") for one, name in homes_then.items() if one not in homes_now]
        names += [(name, "changed") for one, name in homes_now.items() if one in homes_then and one in touched]
        return Difference(
            made_at=made_at,
            operations_lost=len(lost),
            households=_change(homes_now, homes_then, touched),
            submissions=_change(_pairs(now, _SUBMISSIONS), _pairs(then, _SUBMISSIONS)),
            drafts=_change(_pairs(now, _DRAFTS), _pairs(then, _DRAFTS)),
            attachments=_change(_pairs(now, _FILES), _pairs(then, _FILES)),
            names=tuple(names[:_NAMES]),
        )


_SUBMISSIONS = "SELECT id, revision || changed_at FROM submission WHERE NOT deleted"
_DRAFTS = "SELECT id, changed_at FROM draft"
_FILES = "SELECT sha, sha FROM file"


def _differing(now: driver.Connection, then: driver.Connection) -> tuple[set[str], set[str]]:
    """Ids of operations that only one of the two has."""
    ids = [{identity for (identity,) in one.execute("SELECT id FROM operation")} for one in (now, then)]
    return ids[0] - ids[1], ids[1] - ids[0]


def _households(connection: driver.Connection, operations: Iterable[str]) -> set[str]:
    listed = "SELECT DISTINCT household FROM operation WHERE id IN (SELECT value FROM json_each(?))"
    return {household for (household,) in connection.execute(listed, (json.dumps(sorted(operations)),))}


def _heads(connection: driver.Connection) -> dict[str, str]:
    return dict(connection.execute("SELECT id, head_name FROM household WHERE NOT deleted").fetchall())


def _pairs(connection: driver.Connection, statement: str) -> dict[str, str]:
    return dict(connection.execute(statement).fetchall())


def _change(now: dict[str, str], then: dict[str, str], touched: set[str] | None = None) -> Change:
    both = now.keys() & then.keys()
    changed = both & touched if touched is not None else {one for one in both if now[one] != then[one]}
    return Change(len(then.keys() - now.keys()), len(now.keys() - then.keys()), len(changed))
