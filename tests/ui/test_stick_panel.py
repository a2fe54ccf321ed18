"""The row for sticks: who can be chosen, and what one press does with a whole stick."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from fieldapp.usecases import exchange, roster, sticks
from tests.robots.hands import press
from tests.robots.window import LONG_MS, WindowRobot
from tests.world import TOWN, VILLAGE, DistrictServer, enrolled, quiet

from .conftest import Person
from .village import PASSPHRASE


@pytest.fixture
def server(tmp_path: Path):
    district = DistrictServer(tmp_path / "district")
    district.start()
    yield district
    district.close()


def ended(robot: WindowRobot, qtbot) -> str:
    screen = robot.work.exchange
    qtbot.waitUntil(lambda: screen.job is None and bool(screen.message.text()), timeout=LONG_MS)
    robot.settle()
    return screen.message.text()


def test_a_person_knows_a_colleague_gives_a_bundle_and_serves_a_stick(robot, qtbot, person: Person, server: DistrictServer, tmp_path: Path):
    other = enrolled(server, tmp_path / "other", "乙")
    robot.unlocked(PASSPHRASE)
    robot.work.show_screen("exchange")
    robot.settle()
    screen, workspace = robot.work.exchange, robot.work.workspace
    panel = screen.sticks
    assert not panel.visit.isEnabled()
    assert not panel.give.isEnabled()
    exchange.enrol(workspace, server.url, server.code("甲", TOWN), quiet)
    server.stop()
    screen.refresh()
    qtbot.waitUntil(panel.visit.isEnabled, timeout=LONG_MS)
    assert not panel.give.isEnabled()

    stick = tmp_path / "stick"
    stick.mkdir()
    person.open_file = sticks.write_card(other, stick)
    press(panel.read, Qt.Key.Key_Space)
    assert "乙" in ended(robot, qtbot)
    qtbot.waitUntil(panel.give.isEnabled, timeout=LONG_MS)
    assert panel.to.currentText().startswith("乙")

    roster.add_household(workspace, VILLAGE, "周八")
    person.save_file = stick / "across.bundle"
    press(panel.give, Qt.Key.Key_Space)
    assert ended(robot, qtbot).startswith("✔")
    assert sticks.read(other, stick / "across.bundle", quiet).received == 1

    roster.add_household(other, VILLAGE, "孙七")
    sticks.give(other, workspace.device.device, stick / "back.bundle", quiet)
    person.open_file = stick
    press(panel.visit, Qt.Key.Key_Space)
    told = ended(robot, qtbot)
    assert told.startswith("✔")
    assert "新收 1 条" in told
    (stick / "torn.bundle").write_bytes((stick / "back.bundle").read_bytes()[:-9])
    press(panel.visit, Qt.Key.Key_Space)
    told = ended(robot, qtbot)
    assert told.startswith("▲")
    assert "torn.bundle" in told
    assert len(list(stick.glob("*.card"))) == 2
    other.close()
    assert person.told == []
