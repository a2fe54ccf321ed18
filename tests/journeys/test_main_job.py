"""The whole job in the real window: enrol, open a household, answer the real form by keyboard, finalize, archive, sync, second laptop."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt

from fieldapp.domain.ids import HouseholdId
from fieldapp.ui.desk import Desk
from fieldapp.usecases import county, exchange, interview, printing, roster
from tests.robots.hands import press, write
from tests.robots.typist import Typist
from tests.robots.window import LONG_MS, WindowRobot
from tests.ui.conftest import Person
from tests.world import DistrictServer, enrolled, quiet

USER, PASSPHRASE = "李秀英", "kou-ling-2026"


def test_a_household_goes_from_the_first_key_to_the_second_laptop(
    qtbot: object, desk: Desk, person: Person, server: DistrictServer, tmp_path: Path
) -> None:
    family = county.families(1, 1)[0]
    robot = WindowRobot(qtbot, desk)  # type: ignore[arg-type]
    first_run(robot)
    enrol(robot, server)

    add_household(robot, family)
    typist = Typist(robot, county.pictures(1, family), tmp_path)
    county.fill(typist, family, typist.take)  # type: ignore[arg-type]
    assert typist.typed > 120
    robot.autosaved()

    household = HouseholdId(robot.work.interview.household())
    with robot.bot.waitSignal(robot.work.interview.finalized, timeout=LONG_MS):
        robot.work.interview.finalize()
    robot.bot.waitUntil(lambda: robot.work.archive.shown is not None, timeout=LONG_MS)
    assert len(robot.work.archive.shown.copies) == 3  # type: ignore[union-attr]
    with robot.bot.waitSignal(robot.work.archive.made, timeout=LONG_MS):
        press(robot.work.archive.make, Qt.Key.Key_Space)
    robot.settle()
    synced(robot)
    assert person.told == []

    second = enrolled(server, tmp_path / "second", "乙", county.TOWN)
    line = next(one for one in roster.search(second).lines if one.id == household)
    assert (line.head_name, line.state, line.revision, line.members) == (family.head_name, "finalized", 1, len(family.members))
    mine = interview.finalized_answers(robot.work.workspace, household)
    assert interview.finalized_answers(second, household) == mine
    assert exchange.status(robot.work.workspace).unsent == 0
    file = tmp_path / "archive.pdf"
    printing.save_copy(robot.work.workspace, printing.kept_archive(robot.work.workspace, household), file)
    ((_, verdict),) = printing.verify_files([file], second)
    assert (verdict.valid, verdict.copies_identical, verdict.household) == (True, True, household)
    exchange.sync_now(second, quiet)
    second.close()
    robot.end()


def first_run(robot: WindowRobot) -> None:
    """Make the workspace in the window."""
    unlock = robot.window.unlock
    write(unlock.new_user, USER)
    for field in (unlock.passphrase, unlock.again):
        write(field, PASSPHRASE)
    press(unlock.again, Qt.Key.Key_Return)
    robot.bot.waitUntil(lambda: robot.window.work is not None, timeout=LONG_MS)
    robot.settle()


def enrol(robot: WindowRobot, server: DistrictServer) -> None:
    """Type the address and the code from the district's slip, and sync."""
    robot.work.go("exchange")
    screen = robot.work.exchange
    write(screen.url, server.url)
    press(screen.url, Qt.Key.Key_Return)
    write(screen.code, server.code(USER, county.TOWN))
    press(screen.code, Qt.Key.Key_Return)
    robot.bot.waitUntil(lambda: screen.job is None and screen.sync.isEnabled(), timeout=LONG_MS)
    synced(robot)


def synced(robot: WindowRobot) -> None:
    """Press the sync key and wait until it is through."""
    robot.work.go("exchange")
    screen = robot.work.exchange
    screen.begin()
    robot.bot.waitUntil(lambda: screen.job is None, timeout=LONG_MS)
    robot.settle()


def add_household(robot: WindowRobot, family: county.Family) -> None:
    """A new household by keyboard; its form opens."""
    robot.work.go("roster")
    robot.settle()
    robot.work.new_household()
    panel = robot.work.roster.new_panel
    robot.bot.waitUntil(lambda: panel.village.findData(family.village) >= 0, timeout=LONG_MS)
    panel.village.setCurrentIndex(panel.village.findData(family.village))
    write(panel.head, family.head_name)
    press(panel.head, Qt.Key.Key_Return)
    write(panel.address, family.house_no)
    press(panel.address, Qt.Key.Key_Return)
    with robot.bot.waitSignal(robot.work.interview.opened, timeout=LONG_MS):
        press(panel.phone, Qt.Key.Key_Return)
    robot.built()
