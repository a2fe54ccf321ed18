"""The roster in the window: pages that follow while scrolling, the village at hand first, and what happened to a household."""

from __future__ import annotations

from uuid import uuid4

from fieldapp.domain.household import Household
from fieldapp.domain.ids import AreaCode, HouseholdId
from fieldapp.store import households, operations
from fieldapp.ui.screens import roster as screen
from fieldapp.usecases import county

from .village import PASSPHRASE

LONG_MS = 30_000


def _keep(workspace, *found: Household) -> None:
    with workspace.begin() as tx:
        for one in found:
            households.save(tx, one)


def _home(village: str, head: str, address: str = "") -> Household:
    return Household(HouseholdId(uuid4().hex), AreaCode(village), head, address=address)


def test_pages_follow_while_scrolling(robot, qtbot):
    robot.unlocked(PASSPHRASE)
    codes = [area.code for area in county.villages()]
    _keep(robot.work.workspace, *(_home(codes[n % 7], f"贺{n}") for n in range(230)))
    robot.find("贺")
    shown = robot.work.roster
    assert len(shown.model.lines) == screen.PAGE
    qtbot.waitUntil(lambda: shown.count.text() == "显示 100 户，共 230 户", timeout=LONG_MS)
    for expected in (200, 230):
        shown.table.scrollToBottom()
        qtbot.waitUntil(lambda expected=expected: len(shown.model.lines) == expected, timeout=LONG_MS)
    assert len({line.id for line in shown.model.lines}) == 230


def test_households_of_the_village_at_hand_come_first(robot):
    robot.unlocked(PASSPHRASE)
    codes = sorted(area.code for area in county.villages())
    far = _home(codes[-1], "贺知章", "远")
    _keep(robot.work.workspace, _home(codes[0], "贺知章", "近"), far)
    assert [line.address for line in _lines(robot, "贺知章")] == ["近", "远"]
    robot.work.roster._near = far.village
    assert [line.address for line in _lines(robot, "贺知章x")] == []
    assert [line.address for line in _lines(robot, "贺知章")] == ["远", "近"]


def _lines(robot, query: str):
    robot.find(query)
    return robot.work.roster.model.lines


def test_history_of_a_household_tells_old_new_who_and_why(robot, qtbot):
    robot.unlocked(PASSPHRASE)
    workspace = robot.work.workspace
    one = _home(sorted(area.code for area in county.villages())[0], "贺知章", "一组")
    _keep(workspace, one)
    with workspace.begin() as tx:
        operations.write(tx, "household", one.id, one.village, {"address": "二组"}, why="搬家")
    robot.find("贺知章")
    robot.work.roster.history.setChecked(True)
    panel = robot.work.roster.history_panel
    qtbot.waitUntil(lambda: panel.rowCount() > 1, timeout=LONG_MS)
    newest = [panel.item(0, column).text() for column in range(panel.columnCount())]
    assert newest[4:] == ["一组", "二组", "搬家"]
    assert panel.isVisible()
