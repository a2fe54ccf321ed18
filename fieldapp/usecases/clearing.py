"""Clearing away what the district has, and handing a computer over: its keys are destroyed, and a receipt says what went."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from fieldapp.domain.clock import Clock
from fieldapp.errors import AlreadyThere, NotAllowed
from fieldapp.words import say

from . import exchange, workspaces

if TYPE_CHECKING:
    from fieldapp.store.database import Database as Workspace

DEFAULT_DAYS = 90
"""So long a district that was put back from a backup can still be healed by its laptops."""


@dataclass(frozen=True, slots=True)
class Clearing:
    """What may be, or was, cleared away; `kept` counts by reason: unsent, draft, conflict, files-unsent, recent."""

    households: int
    operations: int
    files: int
    bytes: int
    kept: dict[str, int]
    backups: int = 0
    """Backups in the workspace that still held them and went, once a new one was verified."""


@dataclass(frozen=True, slots=True)
class Unsent:
    """What would be lost with this computer."""

    operations: int
    files: int
    drafts: int

    def __bool__(self) -> bool:
        return bool(self.operations or self.files or self.drafts)


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What was destroyed, as counted before, and the receipt."""

    workspace: str
    device: str
    households: int
    submissions: int
    archives: int
    attachments: int
    operations: int
    unsent: Unsent
    key_files: int
    files: int
    size_bytes: int
    backup: str
    backup_sha256: str
    pdf: bytes


def clear(workspace: Workspace, older_than_days: float = DEFAULT_DAYS, dry_run: bool = False) -> Clearing:
    """Take away households that the district has and nobody changed for so many days, also from the workspace's own backups.

    Backups in other places stay. Raises BadInput (older-than), and DiskFull for the new backup: then the old ones go with the next.
    """
    from fieldapp.store import attachments, purge, snapshots

    with workspace.read() as tx:
        plan = purge.plan(tx, older_than_days)
    if dry_run or not plan.households:
        return Clearing(len(plan.households), 0, 0, 0, plan.kept)
    with workspace.begin() as tx:
        plan = purge.plan(tx, older_than_days)
        done = purge.purge(tx, plan.households)
    with workspace.begin() as tx:
        attachments.sweep(tx)
    older = len(snapshots.before_clearing(workspace))
    snapshots.take(workspace, snapshots.AFTER_CLEARING)
    return Clearing(done.households, done.operations, done.files, done.bytes, plan.kept, older)


def unsent(workspace: Workspace) -> Unsent:
    """What nobody else has yet."""
    status, drafts = exchange.status(workspace), workspace.info().submissions.get("draft", 0)
    return Unsent(status.unsent, status.files_waiting, drafts)


def hand_over(
    folder: Path, user: str, passphrase: str, clock: Clock, *, receipt: Path, backup: Path | None = None, confirmed: str = ""
) -> HandedOver:
    """Destroy a locked workspace and write the receipt; a last backup before, if wanted.

    While something is unsent or unfinished it is refused (NotAllowed, unsent-work) unless `confirmed` is the workspace's id, or its first
    eight signs. Raises WrongPassphrase, AlreadyThere (receipt, backup), AlreadyOpen, DiskFull; then nothing was destroyed.
    """
    from fieldapp.store import audit, destroy

    for file in (receipt, backup):
        if file is not None and file.exists():
            raise AlreadyThere(what="file", id=str(file))
    workspace = workspaces.unlock(folder, user, passphrase, clock)
    try:
        identity, device, left, info = workspace.keyring.workspace(), workspace.device.device, unsent(workspace), workspace.info()
        if left and (len(confirmed) < 8 or not identity.startswith(confirmed)):
            raise NotAllowed(reason="unsent-work", **asdict(left), id=identity[:8])
        with workspace.begin() as tx:
            audit.record(tx, "hand-over", "", f"{left.operations} {left.files} {left.drafts}")
        if backup is not None:
            workspaces.backup(workspace, backup)
    finally:
        workspace.close()
    finished = {state: count for state, count in info.submissions.items() if state != "draft"}
    done = HandedOver(
        identity, device, info.households, sum(finished.values()), info.archives, info.attachments, info.operations, left,
        0, 0, 0, backup.name if backup is not None else "", _sha(backup), b"",
    )  # fmt: skip
    # What can go wrong with the receipt goes wrong before anything is destroyed.
    receipt.write_bytes(_paper(done, user, clock))
    gone = destroy.destroy(folder)
    done = replace(done, key_files=gone.key_files, files=gone.files, size_bytes=gone.bytes)
    pdf = _paper(done, user, clock)
    receipt.write_bytes(pdf)
    return replace(done, pdf=pdf)


def _paper(done: HandedOver, user: str, clock: Clock) -> bytes:
    """No names of households stand on it."""
    from fieldapp.archive.slip import Slip, print_slip

    now = clock.now()
    counts = {name: getattr(done, name) for name in ("households", "submissions", "archives", "attachments", "operations")}
    lost = say("slip-over-unsent", **asdict(done.unsent)) if done.unsent else say("slip-over-nothing-unsent")
    rows = (
        (say("slip-workspace"), done.workspace),
        (say("slip-laptop"), done.device),
        (say("slip-over-by"), f"{user}　{now:%Y-%m-%d %H:%M}"),
        (say("slip-over-counts"), say("slip-over-counts-value", **counts)),
        (say("slip-over-left"), lost),
        (say("slip-over-destroyed"), say("slip-over-destroyed-value", keys=done.key_files, files=done.files, bytes=done.size_bytes)),
        (say("slip-over-backup"), f"{done.backup}　SHA-256 {done.backup_sha256}" if done.backup else say("slip-over-no-backup")),
    )
    notes = tuple(say(f"slip-over-note-{number}") for number in range(1, 4))
    signatures = tuple(say(f"slip-over-{who}") for who in ("giver", "taker", "witness"))
    return print_slip(Slip(say("slip-over-title"), (say("slip-over-lead"),), rows, now, "", notes, signatures))


def _sha(file: Path | None) -> str:
    if file is None:
        return ""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
