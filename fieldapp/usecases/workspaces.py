"""Making, unlocking, checking and keeping a workspace; its users can be listed before anything heavy is loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fieldapp.domain.clock import Clock

if TYPE_CHECKING:
    from fieldapp.store.audit import AuditLine
    from fieldapp.store.backup import Contents
    from fieldapp.store.check import Damage
    from fieldapp.store.database import Database as Workspace
    from fieldapp.store.keys import Kdf
    from sync.replica import PublishedForm

    Made = tuple[tuple[PublishedForm, bytes], ...]
else:
    Workspace = object

__all__ = [
    "Summary", "Workspace", "backup", "change_passphrase", "check", "create", "exists", "info",
    "lock", "rekey", "restore", "summary", "trail", "unlock", "users", "wait_s", "warm",
]  # fmt: skip

Report = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Summary:
    """What a workspace holds, counted in its database."""

    realm: str
    households: int
    submissions: Mapping[str, int]
    """Count by state."""
    archives: int
    unsent: int
    conflicts: int
    server: str
    last_sync: str


def exists(folder: Path) -> bool:
    """Whether a workspace lies in the folder."""
    from fieldapp.store import keys, siblings

    siblings.settle(folder)
    return (folder / keys.FILE).exists() or (folder / keys.COPY).exists()


def users(folder: Path) -> tuple[str, ...]:
    """The users who can unlock the workspace; nothing heavy is loaded."""
    from fieldapp.store import keys

    return keys.users(folder)


def wait_s(folder: Path, user: str, clock: Clock) -> int:
    """Seconds until the next try to unlock, after wrong ones; nothing heavy is loaded."""
    from fieldapp.store import tries

    return tries.wait_s(folder, user, clock)


def warm() -> None:
    """Load what unlocking and answering need; run in a worker while the person types the passphrase."""
    import fieldapp.engine.session
    import fieldapp.store.database  # noqa: F401


def create(
    folder: Path, user: str, passphrase: str, realm: str, clock: Clock, kdf: Kdf | None = None, made: Made | None = None
) -> Workspace:
    """Make a workspace for its first user and install the bundled forms. `realm` is "real" or "demo".

    `made` are the bundled forms if they were compiled before (for several workspaces at once).
    """
    from fieldapp.store.database import Database
    from fieldapp.store.keys import Realm

    from . import publishing

    ready = publishing.bundled() if made is None else made
    workspace = Database.create(folder, user=user, passphrase=passphrase, realm=Realm(realm), clock=clock, kdf=kdf)
    publishing.install(workspace, ready)
    return workspace


def unlock(folder: Path, user: str, passphrase: str, clock: Clock) -> Workspace:
    """Open the workspace for a user."""
    from fieldapp.store.database import Database

    return Database.open(folder, user=user, passphrase=passphrase, clock=clock)


def summary(workspace: Workspace) -> Summary:
    """What the home page shows, counted in the database."""
    from . import exchange

    info, status = workspace.info(), exchange.status(workspace)
    return Summary(
        realm=info.realm,
        households=info.households,
        submissions=info.submissions,
        archives=info.archives,
        unsent=status.unsent,
        conflicts=status.conflicts,
        server=status.server,
        last_sync=status.last_sync,
    )


def info(workspace: Workspace) -> dict[str, object]:
    """Schema version, counts by state and sizes, as plain values."""
    told = asdict(workspace.info())
    return {**told, "submissions": dict(told["submissions"])}


def check(workspace: Workspace, report: Report | None = None) -> tuple[Damage, ...]:
    """Verify database, attachments, keys and the audit chain; what is damaged. `report` hears how far it is and may raise Cancelled."""
    return workspace.check(report) if report is not None else workspace.check()


def lock(workspace: Workspace) -> None:
    """Close the workspace and drop its keys."""
    workspace.close()


def change_passphrase(workspace: Workspace, user: str, old: str, new: str) -> None:
    """Give a user another passphrase."""
    workspace.change_passphrase(user, old, new)


def rekey(folder: Path, user: str, passphrase: str, clock: Clock, report: Report, without: Iterable[str] = ()) -> int:
    """Encrypt a locked workspace anew under a new data key; returns how many attachments there were. All users and ways back stay,
    but for those `without`; older backups keep the old key. Interrupted at any point, the old or the new key opens everything.

    Raises WrongPassphrase, TooManyTries, AlreadyOpen, DiskFull, WorkspaceDamaged, NotAllowed (slot-too-old).
    """
    from fieldapp.store import rotation

    workspace = unlock(folder, user, passphrase, clock)
    try:
        count = workspace.keyring.rotate(user, passphrase, report, tuple(without))
    finally:
        workspace.close()
    rotation.settle(folder)
    _renew_snapshots(folder, user, passphrase, clock)
    return count


def _renew_snapshots(folder: Path, user: str, passphrase: str, clock: Clock) -> None:
    """Those of before hold the old key, which those who were removed know; a fresh one takes their place."""
    from fieldapp.store import snapshots
    from fieldapp.store.backup import OWN

    old = snapshots.listed(folder / OWN)
    if old:
        with unlock(folder, user, passphrase, clock) as workspace:
            snapshots.take(workspace, snapshots.BY_HAND)
        for one in old:
            one.file.unlink(missing_ok=True)


def trail(workspace: Workspace, limit: int = 100) -> tuple[AuditLine, ...]:
    """The newest lines of the audit trail, the newest first."""
    from fieldapp.store import audit

    with workspace.read() as tx:
        return audit.lines(tx, limit)


def backup(workspace: Workspace, file: Path) -> Contents:
    """Write everything into one encrypted file and verify it by reopening."""
    from fieldapp.store.backup import backup as write

    return write(workspace, file)


def restore(file: Path, folder: Path) -> None:
    """Bring a backup back into an empty folder."""
    from fieldapp.domain.clock import SystemClock
    from fieldapp.store import tries
    from fieldapp.store.backup import restore as read

    read(file, folder)
    tries.note(folder, SystemClock(), "", "restore", file.name)
