"""Duplicates in the window, by keyboard alone: marked, compared, joined, taken back, said to be two."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt

from fieldapp.domain.ids import HouseholdId, MemberId
from fieldapp.usecases import duplicates, roster
from tests.robots.hands import press, write
from tests.robots.window import LONG_MS

from .village import PASSPHRASE

OTHER = HouseholdId("f" * 32)


def entered_twice(robot):
    """Another team entered the first household with another address and without its last member."""
    workspace = robot.work.workspace
    one = roster.household(workspace, robot.work.roster.model.lines[0].id)
    people = tuple(replace(member, id=MemberId(f"{at:032x}")) for at, member in enumerate(one.members[:-1], 1))
    roster.add(workspace, replace(one, id=OTHER, address="村西", members=people))
    robot.work.roster.refresh()
    robot.work.roster.duplicates.look()
    robot.settle()
    return one


def heads(robot):
    model = robot.work.roster.model
    return [model.data(model.index(row, 1)) for row in range(model.rowCount())]


def opened(robot, qtbot):
    press(robot.work.roster.table, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: robot.work.roster.duplicates.dialog is not None, timeout=LONG_MS)
    dialog = robot.work.roster.duplicates.dialog
    qtbot.waitUntil(lambda: dialog.sides.fields.rowCount() > 0, timeout=LONG_MS)
    return dialog


def test_household_is_joined_and_taken_back_by_keyboard(robot, qtbot):
    robot.unlocked(PASSPHRASE)
    one = entered_twice(robot)
    workspace, screen = robot.work.workspace, robot.work.roster
    before = heads(robot)
    assert [head for head in before if "≈疑重" in head] == [f"{one.head_name} ≈疑重"] * 2
    assert screen.duplicates.text() == "重复户 2（Ctrl+D）"
    dialog = opened(robot, qtbot)
    assert (dialog.list.count(), dialog.list.hasFocus()) == (1, True)
    assert dialog.sides.decision()[:2] == (OTHER, one.id), "the surveyed one is offered to stay"
    assert dialog._shown.second.id == OTHER
    for key, stays in ((Qt.Key.Key_2, OTHER), (Qt.Key.Key_1, one.id)):
        press(dialog.list, key, Qt.KeyboardModifier.AltModifier)
        qtbot.waitUntil(lambda stays=stays: dialog.sides.decision()[1] == stays, timeout=LONG_MS)
    dialog.sides.people.setFocus()
    dialog.sides.people.setCurrentCell(0, 0)
    press(dialog.sides.people, Qt.Key.Key_Space)
    assert len(dialog.sides.decision()[2]) == len(one.members) - 2, "who is unticked is not one person"
    press(dialog.sides.people, Qt.Key.Key_Space)
    press(dialog.list, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: dialog.take_back.isVisible() and dialog.sides.fields.rowCount() > 0, timeout=LONG_MS)
    robot.settle()
    assert [line.id for line in roster.search(workspace).lines].count(OTHER) == 0
    assert [(pair.household.id, pair.stays.id) for pair in duplicates.joined(workspace)] == [(OTHER, one.id)]
    assert f"{one.head_name} ⊕并1户" in heads(robot)
    assert screen.duplicates.text() == "重复户 0（Ctrl+D）"
    assert not dialog.take_back.isEnabled(), "a reason first"
    write(dialog.why, "看错了")
    press(dialog.take_back, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: dialog.join.isVisible() and dialog.sides.fields.rowCount() > 0, timeout=LONG_MS)
    robot.settle()
    assert heads(robot) == before
    press(dialog.apart, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: dialog.list.count() == 0, timeout=LONG_MS)
    robot.settle()
    assert screen.duplicates.text() == "重复户 0（Ctrl+D）"
    press(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_form_of_either_household_opens_from_the_comparison(robot, qtbot):
    robot.unlocked(PASSPHRASE)
    one = entered_twice(robot)
    duplicates.join(robot.work.workspace, OTHER, one.id, "重复")
    dialog = opened(robot, qtbot)
    assert dialog._shown.first.id == OTHER
    with qtbot.waitSignal(robot.work.roster.opened, timeout=LONG_MS) as told:
        press(dialog.forms[0], Qt.Key.Key_Space)
    assert told.args == [OTHER]
    robot.bot.waitUntil(lambda: robot.work.interview.form is not None, timeout=LONG_MS)
    assert robot.work.interview.household() == OTHER
