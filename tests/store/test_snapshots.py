from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from fieldapp.domain.clock import FixedClock
from fieldapp.errors import AlreadyOpen, NotAllowed
from fieldapp.store import attachments, backup, difference, households, operations, snapshots, submissions
from fieldapp.store.database import Database
from fieldapp.store.snapshots import Policy, Snapshot

from .conftest import PASSPHRASE, USER
from .people import VILLAGE, draft_of, household, keep, new_id


def test_backup_of_every_day_is_made_once_and_holds_no_attachments(database: Database, clock: FixedClock) -> None:
    keep(database, household())
    with database.begin() as tx:
        attachments.put(tx, os.urandom(50_000))
    first = snapshots.take_daily(database)
    assert (first and first.name, snapshots.take_daily(database)) == ("workspace-20261120-090000-daily.fieldbackup", None)
    clock.pass_time(days=1)
    assert snapshots.take_daily(database) is not None
    assert [one.why for one in snapshots.listed(database.folder / backup.OWN)] == ["daily", "daily"]
    assert first is not None
    assert (backup.verify(first).files, backup.verify(first).attachments) == (False, 1)


def test_backup_to_another_folder_is_whole(database: Database, tmp_path: Path) -> None:
    with database.begin() as tx:
        attachments.put(tx, b"picture" * 1000)
    file = snapshots.take(database, snapshots.BY_HAND, tmp_path / "stick")
    second = snapshots.take(database, snapshots.BY_HAND, tmp_path / "stick")
    assert second.name == "workspace-20261120-090000-by-hand-2.fieldbackup"
    assert [one.file for one in snapshots.listed(tmp_path / "stick")] == [file, second] or len(snapshots.listed(tmp_path / "stick")) == 2
    backup.restore(file, tmp_path / "again")
    with Database.open(tmp_path / "again", USER, PASSPHRASE) as again:
        assert again.check() == ()


def test_days_and_weeks_thin_out() -> None:
    start = datetime(2026, 11, 22, 18)
    found = [Snapshot(Path(f"{n}"), start - timedelta(hours=6 * n), "", 0) for n in range(400)]
    gone = snapshots.superseded(found, Policy(daily=7, weekly=4, newest=3))
    kept = [one for one in found if one not in gone]
    assert [one.file.name for one in kept[:3]] == ["0", "1", "2"]
    assert len({one.made_at.date() for one in kept}) == 10
    assert {one.made_at.date() for one in kept} >= {(start - timedelta(days=day)).date() for day in range(7)}
    assert len({one.made_at.isocalendar()[:2] for one in kept}) == 4
    assert snapshots.superseded(kept, Policy(daily=7, weekly=4, newest=3)) == ()


def _worked_on(database: Database, clock: FixedClock) -> tuple[Path, str, str]:
    """A backup of two households, after which one was changed, one deleted, one added, and a draft begun."""
    first, second = household("王小明"), household("孙七")
    keep(database, first, second)
    submission = draft_of(database, first, note="一")
    with database.begin() as tx:
        submissions.finalize(tx, submission)
        sha = attachments.put(tx, b"old" * 9000)
        operations.write(tx, "attachment", new_id(), VILLAGE, {"sha": sha, "household": first.id})
    file = snapshots.take(database, snapshots.BY_HAND)
    clock.pass_time(hours=1)
    draft_of(database, first, note="二")
    keep(database, household("新来的"))
    with database.begin() as tx:
        operations.write(tx, "household", second.id, second.village, {}, delete=True)
        operations.write(tx, "household", first.id, first.village, {"phone": "15400000001"})
        attachments.put(tx, b"new" * 9000)
    return file, first.id, sha


def test_what_putting_back_would_change_is_told_before(database: Database, clock: FixedClock) -> None:
    file, _, _ = _worked_on(database, clock)
    told = difference.between(database, file)
    assert told.operations_lost == 4
    assert told.households == difference.Change(added=1, lost=1, changed=1)
    assert told.submissions == difference.Change(0, 0, 0)
    assert told.drafts == difference.Change(added=0, lost=1, changed=0)
    assert told.attachments == difference.Change(added=0, lost=1, changed=0)
    assert sorted(told.names) == [("孙七", "added"), ("新来的", "lost"), ("王小明", "changed")]
    assert not list(database.folder.glob("*.part*"))


def test_backup_of_another_data_key_needs_its_passphrase(database: Database, clock: FixedClock, tmp_path: Path) -> None:
    from fieldapp.store.keys import QUICK, Realm

    with Database.create(tmp_path / "other", USER, "andere", Realm.DEMO, clock, QUICK) as other:
        keep(other, household("王小明"))
        file = snapshots.take(other, snapshots.BY_HAND)
        with pytest.raises(NotAllowed):
            difference.between(database, file)
        assert difference.between(database, file, USER, "andere").households.added == 1


def test_backup_is_put_back_and_the_present_stays_beside(database: Database, clock: FixedClock) -> None:
    file, first, sha = _worked_on(database, clock)
    with pytest.raises(AlreadyOpen):
        backup.replace(file, database.folder, "now")
    database.close()
    aside = backup.replace(file, database.folder, "20261120-100000")
    with Database.open(database.folder, USER, PASSPHRASE) as again:
        assert again.check() == ()
        with again.read() as tx:
            assert sorted(line.head_name for line in households.search(tx)) == ["孙七", "王小明"]
            assert households.get(tx, first).phone == ""
            assert attachments.get(tx, sha) == b"old" * 9000
        assert len(snapshots.listed(again.folder / backup.OWN)) == 1
    with Database.open(aside, USER, PASSPHRASE) as before:
        assert before.check() == ()
        with before.read() as tx:
            assert sorted(line.head_name for line in households.search(tx)) == ["新来的", "王小明"]
