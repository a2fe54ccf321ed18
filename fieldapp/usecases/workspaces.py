"""Making, unlocking, checking and keeping a workspace; its users can be listed before anything heavy is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fieldapp.domain.clock import Clock
from fieldapp.errors import AlreadyThere, WorkspaceMissing

if TYPE_CHECKING:
    from fieldapp.store.database import Database as Workspace
else:
    Workspace = object

__all__ = ["Summary", "Workspace", "create", "exists", "summary", "unlock", "users", "warm"]


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
    from fieldapp.store import keys

    return keys.present(folder)


def users(folder: Path) -> tuple[str, ...]:
    """The users who can unlock the workspace; nothing heavy is loaded."""
    from fieldapp.store import keys

    if not keys.present(folder):
        raise WorkspaceMissing(folder=folder)
    return keys.users(folder)


def warm() -> None:
    """Load what unlocking and answering need; run in a worker while the person types the passphrase."""
    import fieldapp.engine.session
    import fieldapp.store.database  # noqa: F401


def create(folder: Path, user: str, passphrase: str, realm: str, clock: Clock) -> Workspace:
    """Make a workspace for its first user and install the bundled forms. `realm` is "real" or "demo"."""
    from fieldapp.store import keys
    from fieldapp.store.database import Database, Realm

    from . import publishing

    if keys.present(folder):
        raise AlreadyThere(what="workspace", id=folder)
    workspace = Database.create(folder, user=user, passphrase=passphrase, realm=Realm(realm), clock=clock)
    publishing.install_bundled(workspace)
    return workspace


def unlock(folder: Path, user: str, passphrase: str, clock: Clock) -> Workspace:
    """Open the workspace for a user."""
    from fieldapp.store.database import Database

    return Database.open(folder, user=user, passphrase=passphrase, clock=clock)
