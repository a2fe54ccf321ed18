"""Clearing away and handing over: only what the district has goes by itself, and what was destroyed stays destroyed."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from fieldapp.domain.clock import FixedClock
from fieldapp.errors import AlreadyThere, BadInput, NotAllowed, WorkspaceMissing, WrongPassphrase
from fieldapp.store import attachments, snapshots
from fieldapp.usecases import clearing, exchange, interview, roster, workspaces
from fieldapp.usecases.workspaces import Workspace
from tests.world import MORNING, PASSPHRASE, VILLAGE, DistrictServer, enrolled, laptop, nobody_home, photo, quiet

USER = "王队长"


@pytest.fixture
def done(server: DistrictServer, tmp_path: Path) -> Workspace:
    """An enrolled laptop with one finished and exchanged household, one unfinished, and one that the district does not have."""
    held = enrolled(server, tmp_path / "laptop", USER)
    nobody_home(held, "已报", picture=photo("one"))
    open_one = roster.add_household(held, VILLAGE, "未定稿")
    interview.start(held, open_one)
    exchange.sync_now(held, quiet)
    nobody_home(held, "未报", picture=photo("two", (300, 200)))
    held.place.clock.pass_time(days=100)  # type: ignore[attr-defined]
    return held


def _heads(workspace: Workspace) -> list[str]:
    return [line.head_name for line in roster.search(workspace).lines]


def test_only_what_the_district_has_goes_and_the_rest_says_why_it_stays(done: Workspace) -> None:
    assert clearing.clear(done, 101).kept == {"draft": 1, "unsent": 1, "recent": 1}
    household = next(line.id for line in roster.search(done).lines if line.head_name == "已报")
    visit = interview.start(done, household)
    assert clearing.clear(done, 90).households == 0
    interview.discard(done, visit.draft)
    told = clearing.clear(done, 90, dry_run=True)
    assert (told.households, told.kept) == (1, {"draft": 1, "unsent": 1})
    assert len(_heads(done)) == 3
    before = len(list((done.folder / "files").iterdir()))
    gone = clearing.clear(done, 90)
    assert (gone.households, gone.files) == (1, 1)
    assert gone.operations >= 3
    assert sorted(_heads(done)) == sorted(["未定稿", "未报"])
    assert roster.search(done, "已报").total == 0
    assert len(list((done.folder / "files").iterdir())) == before - gone.files
    assert done.check() == ()
    assert clearing.clear(done, 90).households == 0
    with pytest.raises(BadInput):
        clearing.clear(done, -1)
    done.close()


def test_what_is_cleared_away_goes_from_the_backups_too(done: Workspace, tmp_path: Path) -> None:
    elsewhere = snapshots.take(done, snapshots.BY_HAND, tmp_path / "stick")
    older = [snapshots.take(done, snapshots.DAILY), snapshots.take(done, snapshots.BEFORE_EXCHANGE)]
    gone = clearing.clear(done, 90)
    own = [one.file for one in snapshots.listed(done.folder / "backups")]
    assert (gone.households, gone.backups, elsewhere.exists(), [file.exists() for file in older]) == (1, 2, True, [False, False])
    assert [file.name.split("-", 3)[3].partition(".")[0] for file in own] == ["after-clearing"]
    # A later backup takes none away that knows nothing of them.
    done.place.clock.pass_time(days=1)  # type: ignore[attr-defined]
    snapshots.take(done, snapshots.DAILY)
    assert len(snapshots.listed(done.folder / "backups")) == 2
    done.close()


def test_both_sides_still_agree_and_new_work_is_still_sent(done: Workspace) -> None:
    clearing.clear(done, 90)
    again = exchange.sync_now(done, quiet)
    assert (again.differing, again.received) == (0, 0)
    assert exchange.status(done).unsent == 0
    done.place.clock.pass_time(days=100)  # type: ignore[attr-defined]
    assert clearing.clear(done, 90).households == 1
    # The newest rows are gone now, and their places are taken again.
    roster.add_household(done, VILLAGE, "新户")
    assert exchange.status(done).unsent == 1
    assert exchange.sync_now(done, quiet).sent == 1
    assert sorted(_heads(done)) == sorted(["未定稿", "新户"])
    assert done.check() == ()
    done.close()


def test_cleared_household_comes_back_when_somebody_else_changes_it(server: DistrictServer, done: Workspace, tmp_path: Path) -> None:
    exchange.sync_now(done, quiet)
    other = enrolled(server, tmp_path / "other", "李工")
    household = next(line.id for line in roster.search(other).lines if line.head_name == "已报")
    clearing.clear(done, 90)
    opened = interview.start(other, household)
    opened.session.answer(f"{opened.session.root}/a_visit/visit_result_note", "改")
    interview.finalize(other, opened, reason="写错")
    exchange.sync_now(other, quiet)
    exchange.sync_now(done, quiet)
    exchange.sync_now(done, quiet)
    assert "已报" in _heads(done)
    assert interview.finalized_answers(done, household) == interview.finalized_answers(other, household)
    assert exchange.sync_now(done, quiet).differing == 0
    assert done.check() == ()
    other.close()
    done.close()


def test_hand_over_refuses_unsent_work_until_it_is_confirmed(done: Workspace, tmp_path: Path) -> None:
    folder, identity, clock = done.folder, done.keyring.workspace(), FixedClock(MORNING)
    done.close()
    receipt = tmp_path / "receipt.pdf"
    for confirmed in ("", identity[:4], "0" * 8):
        with pytest.raises(NotAllowed) as told:
            clearing.hand_over(folder, USER, PASSPHRASE, clock, receipt=receipt, confirmed=confirmed)
        assert told.value.values["reason"] == "unsent-work"
    with pytest.raises(WrongPassphrase):
        clearing.hand_over(folder, USER, "falsch", clock, receipt=receipt, confirmed=identity)
    assert not receipt.exists()
    workspaces.unlock(folder, USER, PASSPHRASE, clock).close()
    over = clearing.hand_over(folder, USER, PASSPHRASE, clock, receipt=receipt, confirmed=identity[:8])
    assert (over.households, over.unsent.drafts, over.unsent.operations > 0) == (3, 1, True)
    assert not folder.exists()


def test_after_hand_over_nothing_opens_but_the_backup_that_was_asked_for(tmp_path: Path) -> None:
    import pypdfium2

    held = laptop(tmp_path / "laptop")
    roster.add_household(held, VILLAGE, "张三")
    with held.begin() as tx:
        attachments.put(tx, b"photo" * 1000)
    snapshots.take_daily(held)
    identity, folder, clock = held.keyring.workspace(), held.folder, FixedClock(MORNING)
    held.close()
    receipt, backup = tmp_path / "receipt.pdf", tmp_path / "last.fieldbackup"
    receipt.write_bytes(b"something else")
    with pytest.raises(AlreadyThere):
        clearing.hand_over(folder, USER, PASSPHRASE, clock, receipt=receipt, backup=backup, confirmed=identity)
    receipt.unlink()
    done = clearing.hand_over(folder, USER, PASSPHRASE, clock, receipt=receipt, backup=backup, confirmed=identity)
    with pytest.raises(WorkspaceMissing):
        workspaces.unlock(folder, USER, PASSPHRASE, clock)
    assert (done.households, done.attachments, done.key_files) == (1, 1, 3)
    document = pypdfium2.PdfDocument(receipt)
    text = document[0].get_textpage().get_text_range().replace("\r\n", "").replace("\n", "")
    document.close()
    assert hashlib.sha256(backup.read_bytes()).hexdigest() in text
    assert identity in text
    assert "1 户" in text
    assert "张三" not in text
    workspaces.restore(backup, tmp_path / "again")
    with workspaces.unlock(tmp_path / "again", USER, PASSPHRASE, clock) as again:
        assert _heads(again) == ["张三"]


def test_destruction_that_is_broken_off_after_its_first_step_leaves_nothing_that_opens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fieldapp.errors import WorkspaceDamaged
    from fieldapp.store import destroy

    held = laptop(tmp_path / "laptop")
    held.close()

    class Killed(BaseException):
        pass

    def dying(folder: Path) -> None:
        raise Killed

    monkeypatch.setattr(destroy, "sync_folder", dying)
    with pytest.raises(Killed):
        destroy.destroy(held.folder)
    with pytest.raises(WorkspaceDamaged):
        workspaces.unlock(held.folder, USER, PASSPHRASE, FixedClock(MORNING))


def test_what_lies_beside_from_a_backup_that_was_put_back_is_destroyed_too(tmp_path: Path) -> None:
    from fieldapp.store import backup, destroy

    held = laptop(tmp_path / "laptop")
    backup.backup(held, tmp_path / "copy.fieldbackup")
    held.close()
    aside = backup.replace(tmp_path / "copy.fieldbackup", held.folder, "now")
    assert workspaces.exists(aside)
    destroy.destroy(held.folder)
    assert [place.name for place in tmp_path.iterdir()] == ["copy.fieldbackup"]
