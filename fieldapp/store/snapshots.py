"""Backups that nobody has to think of: of every day, before every large change, the old ones thinned out.

They lie inside the workspace and hold the database and the key file; attachments never change once they are written and lie beside them.
What goes to a second folder or a stick is whole.

What was cleared away is cleared away in the backups, too: once a verified backup from after the clearing is here, the older ones in the
workspace go. Those in other places are left to whoever keeps them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from . import backup, facts
from .database import Database
from .safely import make_folder

DAILY, BEFORE_IMPORT, BEFORE_EXCHANGE, AFTER_CLEARING, BY_HAND = "daily", "before-import", "before-exchange", "after-clearing", "by-hand"
LARGE = 500
"""So many operations from elsewhere in one exchange are a large change."""
_NAME = re.compile(rf"workspace-(\d{{8}}-\d{{6}})(?:-([a-z-]+?))?(?:-(\d+))?{re.escape(backup.SUFFIX)}")


@dataclass(frozen=True, slots=True)
class Policy:
    """What stays: the newest of each of so many days, of each of so many weeks, and so many of the newest whatever day they are of."""

    daily: int = 7
    weekly: int = 4
    newest: int = 5


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One backup file as its name tells it; `why` is daily, before-import, before-exchange, by-hand or empty."""

    file: Path
    made_at: datetime
    why: str
    size: int


def take(database: Database, why: str, folder: Path | None = None, policy: Policy | None = None) -> Path:
    """Write and verify a backup, then thin out the older ones; in the workspace itself without `folder`, whole into one elsewhere.

    In the workspace itself those go, too, that are older than the last clearing away. Raises DiskFull, WorkspaceDamaged.
    """
    place = folder or database.folder / backup.OWN
    make_folder(place)
    if folder is None:
        for left in place.glob("*.part"):
            left.unlink()
    stem = f"workspace-{database.place.clock.now():%Y%m%d-%H%M%S}-{why}"
    file, number = place / f"{stem}{backup.SUFFIX}", 1
    while file.exists():
        number += 1
        file = place / f"{stem}-{number}{backup.SUFFIX}"
    backup.backup(database, file, files=folder is not None)
    for old in superseded(listed(place), policy or Policy()):
        old.file.unlink()
    if folder is None:
        for older in before_clearing(database):
            if older != file:
                older.unlink()
    return file


def before_clearing(database: Database) -> tuple[Path, ...]:
    """The backups and kept files of older schemas in the workspace that still hold what was cleared away since."""
    with database.read() as tx:
        purged = facts.get(tx, facts.PURGED)
    if not purged:
        return ()
    at = datetime.fromisoformat(purged)
    kept = (file for file in database.folder.glob("workspace.schema-*.db") if file.stat().st_mtime < at.timestamp())
    second = at.replace(tzinfo=None, microsecond=0)
    older = (
        one.file
        for one in listed(database.folder / backup.OWN)
        if one.made_at < second or (one.made_at == second and one.why != AFTER_CLEARING)
    )
    return (*older, *kept)


def take_daily(database: Database) -> Path | None:
    """The backup of today, unless it is there."""
    today = database.place.clock.now().date()
    if any(one.made_at.date() == today and one.why == DAILY for one in listed(database.folder / backup.OWN)):
        return None
    return take(database, DAILY)


def place(database: Database) -> tuple[int, int]:
    """How far the workspace is written: the newest operation and the newest autosave."""
    with database.read() as tx:
        operation, autosave = (tx.value(f"SELECT coalesce(max(seq), 0) FROM {table}") for table in ("operation", "draft_journal"))
        return int(operation), int(autosave)


def listed(folder: Path) -> tuple[Snapshot, ...]:
    """The backups in a folder, the newest first."""
    found = []
    for file in folder.iterdir() if folder.is_dir() else ():
        told = _NAME.fullmatch(file.name)
        if told:
            made = datetime.strptime(told[1], "%Y%m%d-%H%M%S")
            found.append(Snapshot(file, made, told[2] or "", file.stat().st_size))
    return tuple(sorted(found, key=lambda one: (one.made_at, one.file.name), reverse=True))


def superseded(found: Sequence[Snapshot], policy: Policy) -> tuple[Snapshot, ...]:
    """Those that no rule keeps; `found` with the newest first."""
    days: dict[object, Snapshot] = {}
    weeks: dict[object, Snapshot] = {}
    for one in found:
        days.setdefault(one.made_at.date(), one)
        weeks.setdefault(one.made_at.isocalendar()[:2], one)
    kept = [*found[: policy.newest], *list(days.values())[: policy.daily], *list(weeks.values())[: policy.weekly]]
    files = {one.file for one in kept}
    return tuple(one for one in found if one.file not in files)
