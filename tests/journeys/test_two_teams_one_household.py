"""Two teams change the same household on the same day: both values are shown, with who and when, and a person decides in the window."""

from __future__ import annotations

import shutil
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from fieldapp.ui.desk import Desk
from fieldapp.ui.screens.conflicts import ConflictsPanel
from fieldapp.usecases import exchange, interview
from tests.robots.hands import press
from tests.robots.window import LONG_MS, WindowRobot
from tests.ui.conftest import Person
from tests.world import PASSPHRASE, DistrictServer, enrolled, nobody_home, quiet

from .test_main_job import synced

NOTE = "/household_survey/a_visit/visit_result_note"


def offered(panel: ConflictsPanel) -> list[QPushButton]:
    """The values on the screen to choose from: a layout shows what is added to it at the next turn of the event loop."""
    return [button for button in panel.values.findChildren(QPushButton) if button.isVisible()]


def test_a_person_decides_in_the_window_what_two_teams_wrote(
    qtbot: object, desk: Desk, person: Person, server: DistrictServer, tmp_path: Path
) -> None:
    first, second = enrolled(server, tmp_path / "one", "甲队"), enrolled(server, tmp_path / "two", "乙队")
    household = nobody_home(first, "赵六")
    exchange.sync_now(first, quiet)
    exchange.sync_now(second, quiet)
    for laptop, note in ((first, "狗很凶"), (second, "下午再来")):
        opened = interview.start(laptop, household)
        opened.session.answer(NOTE, note)
        interview.finalize(laptop, opened, reason="补充说明")
    exchange.sync_now(second, quiet)
    second.close()
    first.close()
    shutil.copytree(tmp_path / "one", desk.folder)

    robot = WindowRobot(qtbot, desk)  # type: ignore[arg-type]
    robot.unlocked(PASSPHRASE)
    synced(robot)
    panel = robot.work.exchange.conflicts
    robot.bot.waitUntil(lambda: panel.list.count() == 1, timeout=LONG_MS)
    robot.bot.waitUntil(lambda: len(offered(panel)) == 2, timeout=LONG_MS)
    buttons = offered(panel)
    assert sorted(button.text().split("：")[-1] for button in buttons) == ["下午再来", "狗很凶"]
    chosen = next(button for button in buttons if "下午再来" in button.text())
    press(chosen, Qt.Key.Key_Space)
    robot.bot.waitUntil(lambda: panel.list.count() == 0, timeout=LONG_MS)
    press(robot.work.exchange.undo, Qt.Key.Key_Space)
    robot.bot.waitUntil(lambda: panel.list.count() == 1 and len(offered(panel)) == 2, timeout=LONG_MS)
    again = offered(panel)
    assert sorted(button.text().split("：")[-1] for button in again) == ["下午再来", "狗很凶"]
    press(next(button for button in again if "下午再来" in button.text()), Qt.Key.Key_Space)
    robot.bot.waitUntil(lambda: panel.list.count() == 0, timeout=LONG_MS)
    synced(robot)
    workspace = robot.work.workspace
    assert exchange.conflicts(workspace) == ()
    assert interview.finalized_answers(workspace, household)["a_visit/visit_result_note"] == "下午再来"
    assert exchange.status(workspace).unsent == 0
    assert person.told == []
    robot.end()
