"""A newer version of the form is offered above the open form; members move and come back by keyboard."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt

from fieldapp.store import forms
from fieldapp.usecases.interview import HOUSEHOLD_SURVEY
from tests.robots.hands import press
from tests.robots.window import LONG_MS

from .village import PASSPHRASE

ROOT = "/household_survey"
NEWER = "2099010101"


def publish_newer(robot) -> None:
    with robot.work.workspace.begin() as tx:
        known = forms.get(tx, HOUSEHOLD_SURVEY, forms.newest(tx, HOUSEHOLD_SURVEY))
        text = known.xform.replace(f'version="{known.version}"', f'version="{NEWER}"').replace("guide_name", "guide")
        forms.keep(tx, replace(known, version=NEWER, xform=text))


def test_a_draft_goes_to_the_newer_version_after_its_report_was_read(robot, qtbot):
    robot.unlocked(PASSPHRASE)
    blank = next(line for line in robot.work.roster.model.lines if not line.state)
    robot.find(blank.head_name)
    robot.open_first()
    bar = robot.work.interview.version
    assert bar.isHidden()
    robot.answer(f"{ROOT}/a_visit/second_interviewer", "赵敏")
    robot.answer(f"{ROOT}/a_visit/guide_name", "钱村长")
    robot.autosaved()
    publish_newer(robot)
    robot.lock()
    robot.unlocked(PASSPHRASE)
    robot.find(blank.head_name)
    robot.open_first()
    bar = robot.work.interview.version
    assert not bar.isHidden()
    assert NEWER in bar.told.text()
    press(bar.look, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: bar.look.isHidden(), timeout=LONG_MS)
    told = bar.told.text().split("\n")
    assert "照旧保留" in told[0]
    assert "钱村长" in bar.told.text()
    press(bar.take, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: bar.isHidden() and robot.work.interview.form is not None, timeout=LONG_MS)
    robot.built()
    form = robot.work.interview.form
    assert form.session.definition.version == NEWER
    assert form.session.view(f"{ROOT}/a_visit/second_interviewer").value == "赵敏"
    assert form.session.snapshot()["a_visit/guide_name"] == "钱村长"
    assert form.isEnabled()
