"""Ways back when a passphrase is lost: a printed sheet, and the district; made while the workspace is open, used while it is locked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fieldapp.domain.clock import Clock
from fieldapp.errors import BadInput, NotEnrolled, RecoveryRefused
from fieldapp.words import say

if TYPE_CHECKING:
    from fieldapp.store.database import Database as Workspace

DISTRICT_SEAL_KEY = "district-seal-key"
_SHEET = " sheet"
"""Under this name wrong codes are counted; no user's name begins with a space."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A recovery sheet; whoever has the code and the laptop can open the workspace once."""

    code: str
    pdf: bytes


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to the district; `digits` are read out to whoever answers it."""

    text: str
    digits: str


def make_sheet(workspace: Workspace) -> Sheet:
    """A new sheet; an older one opens nothing any more. The PDF is on no disk yet."""
    from fieldapp.archive.slip import Slip, print_slip
    from fieldapp.store import facts

    with workspace.read() as tx:
        name = facts.get(tx, facts.DEVICE_NAME) or workspace.user
    code, now = workspace.keyring.make_sheet(), workspace.place.clock.now()
    rows = (
        (say("slip-workspace"), workspace.keyring.workspace()),
        (say("slip-laptop"), f"{name}（{workspace.device.device[:16]}）"),
        (say("slip-made"), f"{now:%Y-%m-%d %H:%M} {workspace.user}"),
    )
    notes = tuple(say(f"slip-sheet-note-{number}") for number in range(1, 6))
    slip = Slip(say("slip-sheet-title"), (say("slip-sheet-lead"),), rows, now, code, notes, (say("slip-keeper"), say("slip-kept-at")))
    return Sheet(code, print_slip(slip))


def seal_for_district(workspace: Workspace, key: str = "") -> None:
    """Let the district bring this workspace back; `key` (64 hex digits) if another than the enrolling server's. Raises NotEnrolled."""
    from fieldapp.store import facts

    with workspace.read() as tx:
        chosen = key or facts.get(tx, DISTRICT_SEAL_KEY)
    if not chosen:
        raise NotEnrolled()
    try:
        public = bytes.fromhex(chosen)
    except ValueError:
        raise BadInput(what="recovery-key", value=chosen) from None
    workspace.keyring.seal_for_district(public)


def ways(folder: Path) -> tuple[str, ...]:
    """Which ways back there are: sheet, district; readable while locked."""
    from fieldapp.store import recovery

    return recovery.ways(folder)


def is_asked(folder: Path) -> bool:
    """Whether a request to the district waits for its answer."""
    from fieldapp.store import recovery

    return (folder / recovery.PENDING).exists()


def ask(folder: Path, user: str, passphrase: str, clock: Clock) -> Asked:
    """Begin anew with a passphrase of one's choice: what the district has to answer. Raises RecoveryRefused (no-district), NotFound."""
    from fieldapp.store import recovery, tries
    from sync.recovery import fingerprint

    request = recovery.ask(folder, user, passphrase)
    tries.note(folder, clock, user, "recovery-asked", fingerprint(request))
    return Asked(recovery.request_text(request), fingerprint(request))


def use_answer(folder: Path, text: str, passphrase: str, clock: Clock) -> str:
    """Take the district's answer with the passphrase that was chosen when asking; returns the user who can unlock again."""
    from fieldapp.store import recovery, tries

    found, user = recovery.take_answer(folder, text, passphrase)
    found.wipe()
    tries.right(folder, user)
    tries.note(folder, clock, user, "recovery-used", "district")
    return user


def use_sheet(folder: Path, user: str, code: str, passphrase: str, clock: Clock) -> None:
    """Set a user's passphrase anew by the code of a sheet, which is used up by that.

    Raises TooManyTries, BadInput (recovery-code, passphrase), RecoveryRefused (no-sheet, wrong-code), NotFound (user).
    """
    from fieldapp.store import keys, recovery, tries

    tries.gate(folder, _SHEET, clock)
    try:
        found = recovery.open_sheet(folder, code)
    except RecoveryRefused as refused:
        if refused.values["reason"] == "wrong-code":
            tries.wrong(folder, _SHEET, clock)
        raise
    keys.reset_passphrase(folder, found, user, passphrase)
    recovery.spend_sheet(folder, found)
    found.wipe()
    for who in (_SHEET, user):
        tries.right(folder, who)
    tries.note(folder, clock, user, "recovery-used", "sheet")
