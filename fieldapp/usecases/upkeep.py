"""Keeping a workspace safe: backups of every day and to a stick, putting one back, checking, mending."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fieldapp.domain.clock import Clock
from fieldapp.errors import WorkspaceDamaged
from fieldapp.words import say

if TYPE_CHECKING:
    from fieldapp.store.check import Damage as Damage
    from fieldapp.store.database import Database as Workspace
    from fieldapp.store.difference import Difference as Difference
    from fieldapp.store.repair import Repaired
    from fieldapp.store.salvage import Salvaged
    from fieldapp.store.snapshots import Snapshot

Report = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Mended:
    """What a repair did; `unreadable` counts rows by table of a damaged file that lies at `kept` (empty when none had to be replaced)."""

    caches: int
    operations: int
    files: int
    answers: int
    awaited: int
    files_awaited: int
    lost: tuple[Damage, ...]
    remaining: tuple[Damage, ...]
    unreadable: dict[str, int]
    kept: str
    bits: int = 0
    """Pages of the database of which one bit had fallen over and was turned back."""


def backups(folder: Path) -> tuple[Snapshot, ...]:
    """The automatic backups of the workspace in a folder, the newest first."""
    from fieldapp.store import backup, snapshots

    return snapshots.listed(folder / backup.OWN)


def back_up_daily(workspace: Workspace) -> Path | None:
    """The backup of today, unless it is there; raises DiskFull."""
    from fieldapp.store import snapshots

    return snapshots.take_daily(workspace)


def place(workspace: Workspace) -> tuple[int, int]:
    """How far the workspace is written, for `back_up_when_changed`."""
    from fieldapp.store import snapshots

    return snapshots.place(workspace)


def back_up_when_changed(workspace: Workspace, before: tuple[int, int]) -> Path | None:
    """The backup of today, unless it is there or nothing was written since `before`; raises DiskFull."""
    return back_up_daily(workspace) if place(workspace) != before else None


def back_up_to(workspace: Workspace, folder: Path) -> Path:
    """A whole backup in a second folder or on a stick, which is remembered; older ones there are thinned out. Raises DiskFull."""
    from fieldapp.store import facts, snapshots

    made = snapshots.take(workspace, snapshots.BY_HAND, folder)
    with workspace.begin() as tx:
        facts.put(tx, facts.BACKUP_FOLDER, str(folder))
    return made


def second_folder(workspace: Workspace) -> str:
    """Where the last backup by hand went, empty before the first."""
    from fieldapp.store import facts

    with workspace.read() as tx:
        return facts.get(tx, facts.BACKUP_FOLDER)


def difference(workspace: Workspace, file: Path, user: str = "", passphrase: str = "") -> Difference:
    """What putting a backup back would change; one from before the key was exchanged needs user and passphrase of that time."""
    from fieldapp.store.difference import between

    return between(workspace, file, user, passphrase)


def put_back(folder: Path, file: Path, clock: Clock) -> Path:
    """Put a backup in the place of a locked workspace; the present stays whole in the folder that is returned.

    Raises AlreadyOpen, DiskFull, WorkspaceDamaged (backup).
    """
    from fieldapp.store import backup, tries

    kept = backup.replace(file, folder, f"{clock.now():%Y%m%d-%H%M%S}")
    tries.carry(kept, folder)
    tries.note(folder, clock, "", "restore", file.name)
    return kept


def mend(folder: Path, user: str, passphrase: str, clock: Clock, files: Sequence[Path], report: Report) -> tuple[Workspace, Mended]:
    """Repair a locked workspace with the help of its own backups and further `files`; it is open afterwards.

    Order: single bits that fell over are turned back, what can be read of a damaged database file, operations and attachments from
    backups (the newest first), what the district has with the next exchange, drafts from their journal, caches from the operations. A
    workspace that was copied without its log is opened without. Raises WrongPassphrase, AlreadyOpen, DiskFull, WorkspaceDamaged when
    nothing can be read at all.
    """
    from fieldapp.store import repair, snapshots

    workspace, salvaged, bits = _opened(folder, user, passphrase, clock, [*files, *(one.file for one in backups(folder))], report)
    elsewhere = second_folder(workspace)
    kept = [*(snapshots.listed(Path(elsewhere)) if elsewhere else ()), *backups(folder)]
    places = [*files, *(one.file for one in sorted(kept, key=lambda one: one.made_at, reverse=True))]
    missing = salvaged.unreadable.get("operation", ()) if salvaged else ()
    done = repair.repair(workspace, places, report, missing)
    return workspace, _told(done, salvaged, bits)


def summary(mended: Mended) -> str:
    """What a repair did, in plain words."""
    names = ("bits", "operations", "files", "answers", "awaited", "files_awaited")
    lines = [say("repair-done", **{name: getattr(mended, name) for name in names})]
    return "\n".join([*lines, *map(explain, mended.lost)])


def explain(damage: Damage) -> str:
    """A damage in plain words: what it is and what is safe."""
    return say(f"damage-{damage.part}", subject=damage.subject, detail=damage.detail)


def _opened(
    folder: Path, user: str, passphrase: str, clock: Clock, files: Sequence[Path], report: Report
) -> tuple[Workspace, Salvaged | None, int]:
    """The workspace with every page readable, and how many single bits were turned back for it."""
    from fieldapp.store import opening, salvage
    from fieldapp.store.database import Database

    keys = opening.unlock(folder, user, passphrase, clock)
    bits = opening.put_right(folder, keys)
    try:
        workspace = Database.open(folder, user, passphrase, clock, without_journal=True)
        if not any(one.part == "database" or one.detail == "unreadable" for one in workspace.check(report)):
            return workspace, None, bits
        workspace.close()
    except WorkspaceDamaged as error:
        if error.values["part"] != "database" or error.values["detail"] == "missing":
            raise
    salvaged = salvage.salvage(folder, keys, f"{clock.now():%Y%m%d-%H%M%S}", report, files)
    return Database.open(folder, user, passphrase, clock), salvaged, bits


def _told(done: Repaired, salvaged: Salvaged | None, bits: int) -> Mended:
    plain = {one.name: getattr(done, one.name) for one in dataclasses.fields(done)}
    unreadable = {table: len(rows) for table, rows in salvaged.unreadable.items()} if salvaged else {}
    return Mended(**plain, unreadable=unreadable, kept=str(salvaged.kept) if salvaged else "", bits=bits)
