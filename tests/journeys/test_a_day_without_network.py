"""A day in the village: no network, a lock at noon, and in the evening everything goes up from the township at once."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt

from fieldapp.ui.desk import Desk
from fieldapp.usecases import county, exchange, roster
from tests.robots.hands import press
from tests.robots.window import LONG_MS, WindowRobot
from tests.ui.conftest import Person
from tests.world import DistrictServer, enrolled

from .test_main_job import PASSPHRASE, add_household, enrol, first_run, synced

VISIT = "/household_survey/a_visit"


def test_what_is_surveyed_offline_goes_up_in_the_evening(
    qtbot: object, desk: Desk, person: Person, server: DistrictServer, tmp_path: Path
) -> None:
    robot = WindowRobot(qtbot, desk)  # type: ignore[arg-type]
    first_run(robot)
    enrol(robot, server)
    morning, noon, afternoon = county.families(1, 3)
    server.stop()

    visit_in_vain(robot, morning, "门锁着，邻居说去县城了")
    synced(robot)
    assert "网络" in robot.work.exchange.message.text()
    assert person.told == []
    waiting = exchange.status(robot.work.workspace)
    assert waiting.unsent > 0
    assert waiting.last_error == "offline"

    begin_visit(robot, noon)
    robot.answer(f"{VISIT}/visit_result_note", "老人耳背，下午再来")
    robot.lock()
    robot.unlocked(PASSPHRASE)
    robot.find(noon.head_name)
    robot.open_first()
    form = robot.work.interview.form
    assert form is not None
    assert form.session.view(f"{VISIT}/visit_result_note").value == "老人耳背，下午再来"
    finish_visit(robot)
    visit_in_vain(robot, afternoon, "没有人")

    server.start()
    synced(robot)
    assert exchange.status(robot.work.workspace).unsent == 0
    second = enrolled(server, tmp_path / "second", "乙", county.TOWN)
    heads = {line.head_name: line.state for line in roster.search(second).lines}
    assert heads == {family.head_name: "finalized" for family in (morning, noon, afternoon)}
    second.close()
    robot.end()


def visit_in_vain(robot: WindowRobot, family: county.Family, note: str) -> None:
    """Nobody opens: the short form, typed and finalized."""
    begin_visit(robot, family)
    robot.answer(f"{VISIT}/visit_result_note", note)
    finish_visit(robot)


def begin_visit(robot: WindowRobot, family: county.Family) -> None:
    """A new household with its first answers."""
    add_household(robot, family)
    robot.answer(f"{VISIT}/survey_round", "首次摸底")
    press_space(robot, f"{VISIT}/notice_read")
    robot.answer(f"{VISIT}/interviewer_phone", "15400000001")
    robot.answer(f"{VISIT}/visit_result", "家中无人")


def finish_visit(robot: WindowRobot) -> None:
    """Finalize and wait for it."""
    with robot.bot.waitSignal(robot.work.interview.finalized, timeout=LONG_MS):
        robot.work.interview.finalize()
    robot.settle()


def press_space(robot: WindowRobot, path: str) -> None:
    """Say yes to what only wants a yes."""
    form = robot.work.interview.form
    assert form is not None
    assert form.page.go_to(path)
    press(robot.field(), Qt.Key.Key_Space)
