"""The window exchanges by itself: no typing waits for the line, nobody is told off when there is none, giving up takes a moment."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from fieldapp.ui.network import NetworkWatch
from fieldapp.ui.rounds import line_of
from fieldapp.usecases import exchange, interview, rounds
from tests.robots.hands import write
from tests.robots.window import LONG_MS, WindowRobot
from tests.sync.held_line import HeldLine
from tests.world import DistrictServer, quiet

from .conftest import START
from .village import PASSPHRASE, USER

FIELD = "/household_survey/a_visit/guide_name"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[DistrictServer]:
    district = DistrictServer(tmp_path / "district")
    district.start()
    yield district
    district.close()


@pytest.fixture
def line(server: DistrictServer) -> Iterator[HeldLine]:
    held = HeldLine(("127.0.0.1", int(server.url.rpartition(":")[2])))
    yield held
    held.stop()


@pytest.fixture
def enrolled(robot: WindowRobot, server: DistrictServer, line: HeldLine) -> WindowRobot:
    """Unlocked, known to the district, and everything is across."""
    robot.unlocked(PASSPHRASE)
    robot.settle()
    workspace = robot.work.workspace
    exchange.enrol(workspace, f"http://127.0.0.1:{line.port}", server.code(USER), quiet)
    exchange.sync_now(workspace, quiet)
    robot.work.exchange.refresh()
    robot.settle()
    return robot


def _time_passes(robot: WindowRobot, minutes: int) -> None:
    """The window's timer looks at the clock."""
    robot.desk.clock.pass_time(minutes=minutes)  # type: ignore[attr-defined]
    robot.work.rounds.timer.timeout.emit()


def _ended(robot: WindowRobot) -> None:
    robot.bot.waitUntil(lambda: robot.work.exchange.job is None, timeout=LONG_MS)
    robot.settle()


def _write_something(robot: WindowRobot) -> None:
    from fieldapp.store import operations

    line = robot.work.roster.model.lines[0]
    with robot.work.workspace.begin() as tx:
        operations.write(tx, "household", line.id, line.village, {"phone": "15400000009"})


def test_typing_is_saved_and_screens_answer_while_a_request_hangs_on_the_line(enrolled, line, qtbot, person):
    robot, order = enrolled, []
    blank = next(row for row in robot.work.roster.model.lines if not row.state)
    other = next(row for row in robot.work.roster.model.lines if row.id != blank.id)
    robot.find(blank.head_name)
    robot.open_first()
    _write_something(robot)
    line.hold()
    _time_passes(robot, 30)
    assert robot.work.exchange.job is not None
    assert robot.window.exchanged.text() == "正在同步…"
    qtbot.waitUntil(line.asked.is_set, timeout=LONG_MS)
    order.append("the request is on its way")
    form = robot.work.interview.form
    form.page.go_to(FIELD)
    with qtbot.waitSignal(form.keeper.saved, timeout=LONG_MS):
        write(robot.field(), "钱村长")
        form.page.commit()
    with robot.work.workspace.read() as tx:
        from fieldapp.store import submissions

        assert submissions.load(tx, form.interview.draft).answers["a_visit/guide_name"] == "钱村长"
    order.append("the answer is saved")
    robot.work.show_screen("roster")
    robot.work.roster.search.clear()
    write(robot.work.roster.search, other.head_name)
    qtbot.waitUntil(lambda: [row.id for row in robot.work.roster.model.lines] == [other.id], timeout=LONG_MS)
    order.append("the roster answers")
    assert exchange.status(robot.work.workspace).unsent == 1
    assert robot.work.exchange.job is not None
    line.release()
    _ended(robot)
    order.append("the exchange is done")
    assert order == ["the request is on its way", "the answer is saved", "the roster answers", "the exchange is done"]
    assert exchange.status(robot.work.workspace).unsent == 0
    assert robot.window.exchanged.text().startswith("上次同步 11:12 · ✔")
    assert person.told == []


def test_without_a_line_it_is_silent_and_tries_later_and_later(enrolled, server, line, person):
    robot = enrolled
    _write_something(robot)
    server.stop()
    before = robot.work.exchange.message.text()
    shown = []
    for _ in range(3):
        plan = rounds.plan(robot.work.workspace)
        robot.desk.clock.instant = plan.next_try + timedelta(seconds=1)
        robot.work.rounds.timer.timeout.emit()
        _ended(robot)
        shown.append(rounds.plan(robot.work.workspace).next_try - robot.desk.clock.instant)
    assert (person.told, person.asked, robot.work.exchange.message.text()) == ([], [], before)
    assert shown == sorted(shown)
    assert "▲" in robot.window.exchanged.text()
    assert "待上报 1 项" in robot.window.exchanged.text()
    server.start()
    _time_passes(robot, 90)
    _ended(robot)
    assert "▲" not in robot.window.exchanged.text()
    assert exchange.status(robot.work.workspace).failures == 0


def test_giving_up_and_locking_do_not_wait_for_the_line_and_it_goes_on_where_it_was(enrolled, line, qtbot, person):
    robot = enrolled
    _write_something(robot)
    line.hold()
    _time_passes(robot, 30)
    qtbot.waitUntil(line.asked.is_set, timeout=LONG_MS)
    robot.work.exchange.cancel.click()
    _ended(robot)
    assert "下次接着传" in robot.work.exchange.message.text()
    assert rounds.plan(robot.work.workspace).next_try >= robot.desk.clock.now() + rounds.EVERY
    line.hold()
    _time_passes(robot, 30)
    qtbot.waitUntil(line.asked.is_set, timeout=LONG_MS)
    robot.lock()
    assert robot.window.exchanged.text() == ""
    robot.unlocked(PASSPHRASE)
    assert exchange.status(robot.work.workspace).unsent == 1
    line.release()
    _time_passes(robot, 30)
    _ended(robot)
    assert exchange.status(robot.work.workspace).unsent == 0
    assert person.told == []


def test_switched_off_nothing_goes_over_the_line_until_somebody_asks(enrolled, line):
    robot = enrolled
    robot.work.show_screen("exchange")
    robot.settle()
    assert robot.work.exchange.by_itself.isChecked()
    robot.work.exchange.by_itself.click()
    robot.settle()
    assert not exchange.status(robot.work.workspace).unattended
    assert "自动同步已关" in robot.window.exchanged.text()
    line.hold()
    _time_passes(robot, 120)
    robot.work.rounds.finalized()
    robot.settle()
    assert robot.work.exchange.job is None
    assert not line.asked.is_set()
    line.release()
    robot.work.exchange.begin()
    _ended(robot)
    robot.work.exchange.by_itself.click()
    robot.settle()
    assert robot.work.rounds._plan.next_try <= robot.desk.clock.now() + rounds.SOON
    robot.work.exchange.broke.emit()
    robot.settle()
    assert "请手动同步" in robot.window.exchanged.text()
    _time_passes(robot, 600)
    assert robot.work.exchange.job is None


def test_laptop_without_a_district_says_nothing(robot):
    robot.unlocked(PASSPHRASE)
    robot.settle()
    assert not robot.window.exchanged.isVisible()
    _time_passes(robot, 600)
    assert robot.work.exchange.job is None
    household = robot.work.roster.model.lines[0].id
    assert interview.start(robot.work.workspace, household).household.id == household


def test_network_that_comes_back_is_told_once(qapp):
    watch, back = NetworkWatch(), []
    watch.back.connect(lambda: back.append(True))
    for word in ("Online", "Unknown", "Disconnected", "Unknown", "Local", "Online", "Disconnected", "Site"):
        watch.heard(word)
    assert back == [True, True]
    watch.start()
    watch.stop()


def test_line_below_the_window_tells_last_success_what_waits_and_the_next_try():
    status = exchange.ExchangeStatus("https://a.example", "d", "甲", "99", 3, 2, 0, 0, 0, "2026-11-21T18:05:00+08:00", "")
    later = dataclasses.replace(status, next_try="2026-11-22T10:50:00+08:00", last_error="offline")
    assert line_of(later, START) == "▲ 暂时连不上区县 · 上次同步 11-21 18:05 · 待上报 3 项、照片 2 张 · 下次 10:50"
    assert line_of(dataclasses.replace(status, last_sync=""), START) == "还没有同步过 · 待上报 3 项、照片 2 张 · 自动同步已关"
    assert line_of(dataclasses.replace(later, next_try="2026-11-22T09:00:00+08:00", last_error=""), START).endswith("下次 10:42")
