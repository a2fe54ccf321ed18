from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from fieldapp.domain.clock import SystemClock
from fieldapp.errors import AttachmentMissing, DiskFull, NotAllowed, WorkspaceDamaged, WrongPassphrase
from fieldapp.store import attachments, audit, backup, households, keys, recovery, rotation
from fieldapp.store.database import Database
from fieldapp.store.keys import QUICK
from fieldapp.usecases.workspaces import rekey

from .conftest import PASSPHRASE, USER
from .people import draft_of, household, keep


def quiet(_done: int, _total: int, _text: str) -> None:
    """Nobody looks."""


@pytest.fixture
def folder(database: Database) -> Path:
    """A closed workspace with two users, a sheet, two households, a draft and two files."""
    database.add_user("李工", "zwei", QUICK)
    keep(database, first := household("王小明"), household("李四"))
    draft_of(database, first, note="草稿")
    with database.begin() as tx:
        attachments.put(tx, b"one" * 50_000)
        attachments.put(tx, b"two")
    database.close()
    return database.folder


def _turn(folder: Path, **more: object) -> int:
    return rekey(folder, USER, PASSPHRASE, SystemClock(), quiet, **more)  # type: ignore[arg-type]


def _heads(folder: Path, user: str = USER, passphrase: str = PASSPHRASE) -> list[str]:
    """Everything is there and sound; the heads of the households."""
    with Database.open(folder, user, passphrase) as database:
        assert database.check() == ()
        with database.read() as tx:
            for sha in ("one" * 50_000, "two"):
                attachments.get(tx, hashlib.sha256(sha.encode()).hexdigest())
            return sorted(line.head_name for line in households.search(tx))


HEADS = sorted(["王小明", "李四"])


def test_everybody_opens_everything_with_the_new_key_and_the_old_key_opens_nothing(folder: Path) -> None:
    old = keys.unlock(folder, USER, PASSPHRASE)
    names = {file.name for file in (folder / "files").iterdir()}
    told: list[tuple[int, int]] = []
    assert rekey(folder, USER, PASSPHRASE, SystemClock(), lambda done, total, _: told.append((done, total))) == 2
    assert told == [(0, 2), (1, 2), (2, 2)]
    fresh = keys.unlock(folder, USER, PASSPHRASE)
    assert fresh != old
    assert _heads(folder) == HEADS == _heads(folder, "李工", "zwei")
    assert names.isdisjoint(file.name for file in (folder / "files").iterdir())
    with pytest.raises(WorkspaceDamaged):
        keys.prove(keys.read(folder), old)
    assert sorted(file.name for file in folder.iterdir()) == ["files", "keys.copy.json", "keys.json", "lock", "workspace.db"]
    with Database.open(folder, USER, PASSPHRASE) as database, database.read() as tx:
        assert "rekey" in [line.action for line in audit.lines(tx)]


def test_sheet_and_district_serve_after_the_rotation_and_a_removed_user_does_not(folder: Path) -> None:
    with Database.open(folder, USER, PASSPHRASE) as database:
        code = database.keyring.make_sheet()
    kept = recovery.open_sheet(folder, code)
    _turn(folder, without=("李工",))
    assert recovery.open_sheet(folder, code) == keys.unlock(folder, USER, PASSPHRASE) != kept
    assert keys.users(folder) == (USER,)


def test_backup_of_before_keeps_the_old_key(folder: Path, tmp_path: Path) -> None:
    with Database.open(folder, USER, PASSPHRASE) as database:
        backup.backup(database, tmp_path / "before.fieldbackup")
    _turn(folder)
    backup.restore(tmp_path / "before.fieldbackup", tmp_path / "again")
    assert _heads(tmp_path / "again") == HEADS


class Killed(BaseException):
    """The program is gone."""


def _dying(real: Callable[..., object], left: list[int]) -> Callable[..., object]:
    def call(*arguments: object, **more: object) -> object:
        left[0] -= 1
        if left[0] == 0:
            raise Killed
        return real(*arguments, **more)

    return call


@pytest.mark.parametrize("step", range(3, 15))
def test_killed_at_any_step_the_old_or_the_new_key_opens_everything(folder: Path, monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    """Steps: every move of a file, every flushing of a folder's names, every tidying up."""
    old = keys.unlock(folder, USER, PASSPHRASE)
    left = [step]
    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", _dying(os.replace, left))
        patched.setattr(rotation, "sync_folder", _dying(rotation.sync_folder, left))
        patched.setattr(rotation, "_clear", _dying(rotation._clear, left))
        with contextlib.suppress(Killed):
            _turn(folder)
    turned = (folder / rotation.NEXT_KEYS).exists()
    assert _heads(folder) == HEADS == _heads(folder, "李工", "zwei")
    assert not turned or keys.unlock(folder, USER, PASSPHRASE) != old
    assert sorted(file.name for file in folder.iterdir()) == ["files", "keys.copy.json", "keys.json", "lock", "workspace.db"]


def test_damaged_attachment_or_want_of_room_leaves_the_old_key_in_force(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = keys.unlock(folder, USER, PASSPHRASE)
    with monkeypatch.context() as patched:
        patched.setattr(rotation, "_SPARE_BYTES", 1 << 60)
        with pytest.raises(DiskFull):
            _turn(folder)
    with pytest.raises(WrongPassphrase):
        rekey(folder, USER, "falsch", SystemClock(), quiet)
    victim = next((folder / "files").iterdir())
    victim.unlink()
    with pytest.raises(AttachmentMissing):
        _turn(folder)
    assert keys.unlock(folder, USER, PASSPHRASE) == old
    assert not list(folder.glob("*next*"))


def test_next_key_file_that_rots_before_anything_was_moved_is_thrown_away(folder: Path) -> None:
    old, fresh = keys.unlock(folder, USER, PASSPHRASE), keys.Keys(bytes(range(32)))
    rotation.prepare(folder, old, fresh, lambda _: None, quiet)
    (folder / rotation.NEXT_KEYS).write_bytes(b"rot")
    assert _heads(folder) == HEADS
    assert keys.unlock(folder, USER, PASSPHRASE) == old


def test_slot_that_nobody_can_renew_stops_the_rotation(folder: Path) -> None:
    file = keys.read(folder)
    old = keys.unlock(folder, USER, PASSPHRASE)
    slots = tuple(keys.Slot(slot.kind, slot.name, "", "", slot.kdf, slot.salt, slot.nonce, slot.wrapped) for slot in file.slots)
    with pytest.raises(NotAllowed):
        keys.next_file(keys.KeyFile(file.workspace, file.realm, slots), old)
