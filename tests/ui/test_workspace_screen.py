"""The workspace's own screen, and the way back when a passphrase is lost: everything a person is asked, and what becomes of it."""

from __future__ import annotations

import pytest

from fieldapp.errors import WrongPassphrase
from fieldapp.ui import paper
from fieldapp.usecases import recovery, workspaces
from tests.robots.window import LONG_MS, WindowRobot

from .village import PASSPHRASE, USER


@pytest.fixture
def at_workspace(robot: WindowRobot, monkeypatch) -> WindowRobot:
    """Unlocked, with the workspace's screen in front, on a computer without a printer."""
    monkeypatch.setattr(paper, "has_printer", lambda: False)
    robot.unlocked(PASSPHRASE)
    robot.work.go("keeping")
    robot.settle()
    return robot


def _said(robot: WindowRobot, text: str) -> None:
    robot.bot.waitUntil(lambda: text in robot.work.keeping.message.text(), timeout=LONG_MS)


def test_users_are_added_and_removed_with_a_new_data_key(at_workspace, qtbot, person):
    screen = at_workspace.work.keeping
    assert USER in screen.state.text()
    person.text, person.secrets = "李工", ["zweites Wort", "zweites Wort"]
    screen.add_user()
    _said(at_workspace, "已添加")
    assert workspaces.users(at_workspace.desk.folder) == (USER, "李工")
    person.secrets = [PASSPHRASE]
    screen.remove_user()
    qtbot.waitUntil(lambda: "新密钥" in at_workspace.window.unlock.message.text(), timeout=LONG_MS)
    assert workspaces.users(at_workspace.desk.folder) == (USER,)
    at_workspace.unlocked(PASSPHRASE)


def test_short_or_differing_passphrases_change_nothing(at_workspace, person):
    person.secrets = [PASSPHRASE, "kurz"]
    at_workspace.work.keeping.change_passphrase()
    _said(at_workspace, "至少")
    person.secrets = [PASSPHRASE, "lang genug 1", "lang genug 2"]
    at_workspace.work.keeping.change_passphrase()
    _said(at_workspace, "不一样")


def test_sheet_is_saved_where_asked_and_sets_a_new_passphrase_on_the_unlock_screen(at_workspace, qtbot, person, tmp_path):
    import pypdfium2

    person.save_file = tmp_path / "sheet.pdf"
    at_workspace.work.keeping.make_sheet()
    qtbot.waitUntil(lambda: person.save_file.exists(), timeout=LONG_MS)
    document = pypdfium2.PdfDocument(person.save_file)
    text = document[0].get_textpage().get_text_range()
    document.close()
    at_workspace.lock()
    unlock = at_workspace.window.unlock
    person.text = next(line for line in text.splitlines() if line.count("-") == 6)
    person.secrets = ["neue Worte", "neue Worte"]
    unlock.lost.click()
    qtbot.waitUntil(lambda: "新口令" in unlock.message.text(), timeout=LONG_MS)
    at_workspace.settle()
    with pytest.raises(WrongPassphrase):
        workspaces.unlock(at_workspace.desk.folder, USER, PASSPHRASE, at_workspace.desk.clock)
    at_workspace.unlocked("neue Worte")


def test_without_any_way_back_the_unlock_screen_says_so(robot, person):
    robot.window.unlock.lost.click()
    assert "打不开" in robot.window.unlock.message.text()
    assert recovery.ways(robot.desk.folder) == ()
    assert person.asked == []


def test_hand_over_is_refused_without_the_number_and_done_with_it(at_workspace, qtbot, person, tmp_path):
    screen, folder = at_workspace.work.keeping, at_workspace.desk.folder
    person.text = "12345678"
    screen.hand_over()
    _said(at_workspace, "没有移交")
    person.text = at_workspace.work.workspace.keyring.workspace()[:8]
    person.save_file, person.secrets = tmp_path / "paper", [PASSPHRASE]
    receipts = iter([tmp_path / "receipt.pdf", None])
    person.ask_save = lambda title, name, filters: next(receipts)
    screen.hand_over()
    qtbot.waitUntil(lambda: not folder.exists() and not at_workspace.desk.background.busy(), timeout=LONG_MS)
    assert (tmp_path / "receipt.pdf").read_bytes().startswith(b"%PDF-")
    assert at_workspace.window.unlock.first_run
    assert "回执" in at_workspace.window.unlock.message.text()


def test_check_and_clearing_tell_what_they_found(at_workspace, person):
    at_workspace.work.keeping.check()
    _said(at_workspace, "完好")
    at_workspace.work.keeping.clear()
    _said(at_workspace, "没有可以清理的")
    assert person.told == []
