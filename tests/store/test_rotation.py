from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from fieldapp.domain.clock import SystemClock
from fieldapp.errors import AttachmentMissing, DiskFull, NotAllowed, WorkspaceDamaged, WrongPassphrase
from fieldapp.store import attachments, audit, backup, households, keyfile, keys, recovery, rotation, safely
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


def _names(folder: Path) -> list[str]:
    """What lies in the folder, and that it is what the key file names and nothing else."""
    file = keys.read(folder)
    found = sorted(place.name for place in folder.iterdir())
    assert found == sorted([file.files, "keys.copy.json", "keys.json", "lock", file.database])
    return found


def test_everybody_opens_everything_with_the_new_key_and_the_old_key_opens_nothing(folder: Path) -> None:
    old = keys.unlock(folder, USER, PASSPHRASE)
    names = {file.name for file in (folder / "files").iterdir()}
    told: list[tuple[int, int]] = []
    assert rekey(folder, USER, PASSPHRASE, SystemClock(), lambda done, total, _: told.append((done, total))) == 2
    assert told == [(0, 2), (1, 2), (2, 2)]
    fresh = keys.unlock(folder, USER, PASSPHRASE)
    assert fresh != old
    assert _heads(folder) == HEADS == _heads(folder, "李工", "zwei")
    assert names.isdisjoint(file.name for file in (folder / "files-1").iterdir())
    with pytest.raises(WorkspaceDamaged):
        keys.prove(keys.read(folder), old)
    assert _names(folder) == ["files-1", "keys.copy.json", "keys.json", "lock", "workspace-1.db"]
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


def test_backup_of_afterwards_comes_back_with_the_files_of_its_generation_and_turns_again(folder: Path, tmp_path: Path) -> None:
    _turn(folder)
    with Database.open(folder, USER, PASSPHRASE) as database:
        backup.backup(database, tmp_path / "after.fieldbackup", files=False)
    backup.restore(tmp_path / "after.fieldbackup", tmp_path / "again", beside=folder)
    assert _heads(tmp_path / "again") == HEADS
    assert "workspace-1.db" in _names(tmp_path / "again")
    _turn(tmp_path / "again")
    assert _heads(tmp_path / "again") == HEADS
    assert "workspace-2.db" in _names(tmp_path / "again")


class Killed(BaseException):
    """The program is gone."""


def _dying(real: Callable[..., object], left: list[int]) -> Callable[..., object]:
    def call(*arguments: object, **more: object) -> object:
        left[0] -= 1
        if left[0] == 0:
            raise Killed
        return real(*arguments, **more)

    return call


@pytest.mark.parametrize("step", range(1, 18))
def test_killed_at_any_step_the_old_or_the_new_key_opens_everything(folder: Path, monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    """Steps: every file put in its place, every flushing of a folder's names, every tidying up."""
    old = keys.unlock(folder, USER, PASSPHRASE)
    left = [step]
    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", _dying(os.replace, left))
        for room in (rotation, safely):
            patched.setattr(room, "sync_folder", _dying(room.sync_folder, left))
        patched.setattr(rotation, "clear", _dying(rotation.clear, left))
        with contextlib.suppress(Killed):
            _turn(folder)
    turned = keys.read(folder).generation == 1
    assert _heads(folder) == HEADS == _heads(folder, "李工", "zwei")
    assert turned == (keys.unlock(folder, USER, PASSPHRASE) != old)
    assert f"workspace{'-1' * turned}.db" in _names(folder)
    assert (left[0] > 0) == (step == 17), "the last is the first that is not there"


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


@pytest.mark.parametrize("rots", [keyfile.FILE, keyfile.COPY])
def test_broken_off_between_the_two_key_files_and_one_of_them_rots(folder: Path, monkeypatch: pytest.MonkeyPatch, rots: str) -> None:
    old = keys.unlock(folder, USER, PASSPHRASE)
    real = keyfile.write_safely

    def dying(path: Path, data: bytes, verify: Callable[[Path], object] | None = None) -> None:
        if path.name == keyfile.FILE:
            raise Killed
        real(path, data, verify)

    with monkeypatch.context() as patched:
        patched.setattr(keyfile, "write_safely", dying)
        with contextlib.suppress(Killed):
            _turn(folder)
    assert {"workspace.db", "workspace-1.db"} <= {place.name for place in folder.iterdir()}, "which one is in force is not sure yet"
    (folder / rots).write_bytes(b"rot")
    with Database.open(folder, USER, PASSPHRASE) as database:
        assert [(one.subject, one.detail) for one in database.check()] == [(rots, "mended")]
    assert _heads(folder) == HEADS
    assert (keys.unlock(folder, USER, PASSPHRASE) == old) == (rots == keyfile.COPY)
    _names(folder)


def test_workspace_that_goes_on_open_cannot_write_the_old_key_into_the_new_key_file(folder: Path) -> None:
    with Database.open(folder, USER, PASSPHRASE) as database:
        database.keyring.rotate(USER, PASSPHRASE, quiet)
        with pytest.raises(WorkspaceDamaged):
            database.add_user("孙工", "drei", QUICK)
        with pytest.raises(WorkspaceDamaged):
            database.keyring.make_sheet()
    assert keys.users(folder) == (USER, "李工")
    assert _heads(folder) == HEADS


def test_slot_that_nobody_can_renew_stops_the_rotation(folder: Path) -> None:
    file = keys.read(folder)
    old = keys.unlock(folder, USER, PASSPHRASE)
    slots = tuple(keys.Slot(slot.kind, slot.name, "", "", slot.kdf, slot.salt, slot.nonce, slot.wrapped) for slot in file.slots)
    with pytest.raises(NotAllowed):
        keys.next_file(keys.KeyFile(file.workspace, file.realm, slots), old)
