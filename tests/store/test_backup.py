from __future__ import annotations

import os
import random
import shutil
import tarfile
from pathlib import Path

import pytest

from fieldapp.errors import AlreadyThere, WorkspaceDamaged
from fieldapp.store import attachments, audit, backup, households, operations, siblings, submissions
from fieldapp.store.database import Database

from .conftest import PASSPHRASE, USER
from .people import VILLAGE, draft_of, household, keep, new_id


@pytest.fixture
def filled(database: Database) -> Database:
    home = household()
    keep(database, home)
    draft_of(database, home, note="草稿")
    with database.begin() as tx:
        sha = attachments.put(tx, b"picture" * 30_000)
        operations.write(tx, "attachment", new_id(), VILLAGE, {"sha": sha, "household": home.id})
    return database


def test_restored_workspace_holds_the_same(filled: Database, tmp_path: Path) -> None:
    made = backup.backup(filled, tmp_path / "a.fieldbackup")
    keep(filled, household("后来的"))
    restored = backup.restore(tmp_path / "a.fieldbackup", tmp_path / "restored")
    assert (restored, restored.operations, restored.attachments) == (made, 3, 1)
    with Database.open(tmp_path / "restored", USER, PASSPHRASE) as again:
        assert again.check() == ()
        assert again.device.device == filled.device.device
        with again.read() as tx:
            (line,) = households.search(tx)
            assert line.head_name == "王小明"
            (draft,) = submissions.drafts(tx)
            assert submissions.load(tx, draft.id).answers == {"note": "草稿"}
            (file,) = attachments.of_household(tx, line.id)
            assert attachments.get(tx, file.id) == b"picture" * 30_000
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.fieldbackup", "restored", "workspace"]
    with filled.read() as tx:
        assert "backup" in [one.action for one in audit.lines(tx)]


def test_nothing_is_overwritten(filled: Database, tmp_path: Path) -> None:
    file = tmp_path / "a.fieldbackup"
    backup.backup(filled, file)
    with pytest.raises(AlreadyThere):
        backup.backup(filled, file)
    with pytest.raises(AlreadyThere):
        backup.restore(file, filled.folder)
    (tmp_path / "empty").mkdir()
    backup.restore(file, tmp_path / "empty")


def test_damaged_backup_is_not_laid_out(filled: Database, tmp_path: Path) -> None:
    file, wrong = tmp_path / "a.fieldbackup", tmp_path / "wrong.fieldbackup"
    backup.backup(filled, file)
    data = file.read_bytes()
    chance = random.Random(3)
    # The last 10,240-byte record of a tar is padding that nothing reads.
    damages = [bytes(data[: len(data) * part // 4]) for part in range(4)] + [b"not a backup"]
    for _ in range(40):
        changed = bytearray(data)
        changed[chance.randrange(len(data) - 10_240)] ^= 0xFF
        damages.append(bytes(changed))
    refused = 0
    for damaged in damages:
        wrong.write_bytes(damaged)
        try:
            backup.restore(wrong, tmp_path / "restored")
        except WorkspaceDamaged:
            refused += 1
            assert not (tmp_path / "restored").exists()
        else:
            # Only the padding between members may differ.
            with Database.open(tmp_path / "restored", USER, PASSPHRASE) as again:
                assert again.check() == ()
            shutil.rmtree(tmp_path / "restored")
    assert refused >= len(damages) - 3


def test_member_with_a_foreign_name_is_refused(filled: Database, tmp_path: Path) -> None:
    file = tmp_path / "a.fieldbackup"
    backup.backup(filled, file)
    with tarfile.open(file, "a:") as archive:
        archive.addfile(tarfile.TarInfo("../outside"))
    with pytest.raises(WorkspaceDamaged):
        backup.restore(file, tmp_path / "restored")
    assert not (tmp_path.parent / "outside").exists()


def test_remains_of_a_killed_backup_under_an_older_key_are_in_nobodys_way(database: Database, tmp_path: Path) -> None:
    (database.folder / "snapshot.part").write_bytes(os.urandom(8192))
    (tmp_path / "copy.fieldbackup.part").write_bytes(b"half of it")
    backup.backup(database, tmp_path / "copy.fieldbackup")
    assert backup.verify(tmp_path / "copy.fieldbackup").operations == 0


def test_exchange_that_was_killed_between_its_two_steps_is_finished_at_the_next_opening(database: Database, tmp_path: Path) -> None:
    keep(database, household("王小明"))
    backup.backup(database, tmp_path / "copy.fieldbackup")
    database.close()
    backup.restore(tmp_path / "copy.fieldbackup", siblings.restored(database.folder))
    database.folder.rename(siblings.before(database.folder, "now"))
    with Database.open(database.folder, USER, PASSPHRASE) as again, again.read() as tx:
        assert [line.head_name for line in households.search(tx)] == ["王小明"]
