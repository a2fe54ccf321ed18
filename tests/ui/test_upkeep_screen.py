"""Data safety in the window: the backup of the day, the stick, what putting back would change, checking, mending."""

from __future__ import annotations

from fieldapp.store import keyfile
from fieldapp.usecases import roster, upkeep

from .village import PASSPHRASE

LONG_MS = 30_000


def test_backup_of_the_day_is_made_after_unlocking_and_listed(robot, qtbot):
    robot.unlocked(PASSPHRASE)
    robot.work.go("upkeep")
    shown = robot.work.upkeep
    qtbot.waitUntil(lambda: shown.list.count() == 1, timeout=LONG_MS)
    assert "每日" in shown.list.item(0).text()


def test_stick_is_asked_for_once_then_one_button_is_enough(robot, qtbot, person, tmp_path):
    (tmp_path / "stick").mkdir()
    person.save_file = tmp_path / "stick" / "fieldapp.fieldbackup"
    robot.unlocked(PASSPHRASE)
    shown = robot.work.upkeep
    for count in (1, 2):
        shown.to_stick.click()
        qtbot.waitUntil(lambda count=count: len(list((tmp_path / "stick").glob("*.fieldbackup"))) == count, timeout=LONG_MS)
        qtbot.waitUntil(shown.to_stick.isEnabled, timeout=LONG_MS)
    assert len(person.asked) == 1
    assert person.told == []


def test_check_says_that_all_is_whole(robot, qtbot):
    robot.unlocked(PASSPHRASE)
    robot.work.upkeep.begin_check()
    qtbot.waitUntil(lambda: robot.work.upkeep.message.text() == "工作区完好", timeout=LONG_MS)


def test_backup_is_put_back_after_its_changes_were_shown(robot, qtbot, person):
    robot.unlocked(PASSPHRASE)
    robot.work.go("upkeep")
    shown = robot.work.upkeep
    qtbot.waitUntil(lambda: shown.list.count() == 1, timeout=LONG_MS)
    village = roster.search(robot.work.workspace).lines[0].village
    roster.add_household(robot.work.workspace, village, "后来的人")
    shown.put_back.click()
    qtbot.waitUntil(lambda: "已恢复到" in robot.window.unlock.message.text(), timeout=LONG_MS)
    assert any("后来的人" in question for question in person.asked)
    robot.unlocked(PASSPHRASE)
    assert roster.search(robot.work.workspace, "后来的人").total == 0


def test_damaged_workspace_is_mended_when_it_cannot_be_unlocked(robot, qtbot, person):
    robot.unlocked(PASSPHRASE)
    qtbot.waitUntil(lambda: len(upkeep.backups(robot.window.desk.folder)) == 1, timeout=LONG_MS)
    robot.settle()
    before = {line.id for line in roster.search(robot.work.workspace).lines}
    with robot.work.workspace.read() as tx:
        page = tx.value("SELECT pageno FROM dbstat WHERE name = 'fact' AND pagetype = 'leaf' LIMIT 1")
    robot.lock()
    file = robot.window.desk.folder / keyfile.DATABASE
    data = bytearray(file.read_bytes())
    data[(page - 1) * 4096 + 700] ^= 3
    file.write_bytes(data)
    robot.unlock(PASSPHRASE)
    qtbot.waitUntil(lambda: "已修复" in robot.window.unlock.message.text(), timeout=LONG_MS)
    assert [type(error).__name__ for error in person.told] == ["WorkspaceDamaged"]
    robot.unlocked(PASSPHRASE)
    assert {line.id for line in roster.search(robot.work.workspace).lines} == before
