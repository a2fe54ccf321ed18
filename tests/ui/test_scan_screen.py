"""Scans are dropped on the window and file themselves; what waits is looked at, filed by hand or thrown away."""

from __future__ import annotations

import random
from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent

from fieldapp.usecases import scans
from tests.archive import scanner
from tests.robots.window import LONG_MS
from tests.usecases import paper

from .village import PASSPHRASE

CHANCE = random.Random(2)


def drop(screen, *files: Path) -> None:
    """What a file manager sends."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
    where, buttons, keys = QPoint(20, 20), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    entering = QDragEnterEvent(where, Qt.DropAction.CopyAction, data, buttons, keys)
    screen.dragEnterEvent(entering)
    assert entering.isAccepted()
    screen.dropEvent(QDropEvent(where, Qt.DropAction.CopyAction, data, buttons, keys))


def test_dropped_folder_files_itself_and_the_rest_is_filed_or_thrown_away_by_hand(robot, qtbot, person, tmp_path):
    robot.unlocked(PASSPHRASE)
    workspace = robot.work.workspace
    home = next(line for line in robot.work.roster.model.lines if line.state == "finalized")
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    sheet = paper.sheets(workspace, home.id)[0]
    pages = {"a": sheet.signed(100, CHANCE), "b": paper.page_with([], 100, CHANCE), "c": paper.page_with([], 120, CHANCE)}
    for name, page in pages.items():
        (inbox / f"{name}.jpg").write_bytes(scanner.Scanner(CHANCE).jpeg(page, "none"))
    robot.work.go("scans")
    screen = robot.work.scans
    drop(screen, inbox)
    qtbot.waitUntil(lambda: screen.job is None and screen.tray.list.count() == 2, timeout=LONG_MS)
    assert "已归档 1 页，待处理 2 页" in screen.message.text()
    assert home.head_name in screen.taken.item(0).text()
    assert "没有找到档案二维码" in screen.tray.list.item(0).text()
    qtbot.waitUntil(lambda: not screen.tray.picture.pixmap().isNull(), timeout=LONG_MS)

    assert not screen.tray.file.isEnabled()
    screen.tray.search.setText(home.head_name)
    screen.tray.look_for()
    qtbot.waitUntil(screen.tray.file.isEnabled, timeout=LONG_MS)
    screen.tray.homes.setCurrentIndex(screen.tray.homes.findData(home.id))
    screen.tray.copy.setCurrentIndex(1)
    screen.tray.number.setValue(sheet.ref.number)
    screen.tray.file.click()
    qtbot.waitUntil(lambda: screen.tray.list.count() == 1, timeout=LONG_MS)
    screen.tray.discard.click()
    qtbot.waitUntil(lambda: screen.tray.list.count() == 0, timeout=LONG_MS)
    robot.settle()
    assert len(person.asked) == 1
    assert person.told == []
    with workspace.read() as tx:
        assert sorted(one.ref.copy for one in scans.signed_pages(tx, home.id)) == [1, 2]
    assert sorted(file.name for file in inbox.iterdir()) == ["a.jpg", "b.jpg", "c.jpg"]


def test_scan_screen_names_everything_that_takes_the_keyboard(robot):
    from .test_accessible import nameless

    robot.unlocked(PASSPHRASE)
    robot.work.go("scans")
    robot.settle()
    assert nameless(robot.window) == []
