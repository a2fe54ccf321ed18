"""The exchange screen: what it says without a server, when the line is dead, and how a conflict is decided."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from fieldapp.errors import ClockWrong, Offline
from fieldapp.ui.screens.conflicts import ConflictsPanel
from fieldapp.usecases import exchange
from fieldapp.usecases.exchange import ConflictLine, ConflictWrite
from tests.robots.hands import press, write
from tests.robots.window import LONG_MS, WindowRobot

from .village import PASSPHRASE

WRITES = (
    ConflictWrite("13800990011", "李秀英", "2026-11-21T09:12:00+08:00", "a" * 32),
    ConflictWrite("", "张建国", "2026-11-21T16:40:00+08:00", "b" * 32),
)


@pytest.fixture
def at_exchange(robot: WindowRobot) -> WindowRobot:
    """Unlocked, with the exchange on the screen."""
    robot.unlocked(PASSPHRASE)
    robot.work.show_screen("exchange")
    robot.settle()
    return robot


def test_without_a_server_only_enrolling_is_offered(at_exchange):
    screen = at_exchange.work.exchange
    assert screen.cards["server"].value.text() == "未登记"
    assert screen.cards["unsent"].value.text().startswith("⇅")
    assert screen.enrolment.isVisible()
    assert not screen.sync.isEnabled()


def test_a_dead_line_is_told_in_place_and_everything_stays(at_exchange, qtbot, person):
    screen = at_exchange.work.exchange
    write(screen.url, "http://127.0.0.1:9")
    write(screen.code, "ABCD-1234")
    press(screen.code, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: screen.job is None and bool(screen.message.text()), timeout=LONG_MS)
    at_exchange.settle()
    assert "127.0.0.1" in screen.message.text() or "连" in screen.message.text()
    assert person.told == []
    assert screen.enrol.isEnabled()


def test_a_conflict_shows_every_value_with_who_and_when(qtbot, theme):
    panel = ConflictsPanel(theme)
    qtbot.addWidget(panel)
    decided: list[tuple[str, str, str]] = []
    panel.decided.connect(lambda *choice: decided.append(choice))
    panel.show_conflicts((ConflictLine("r1", "household", "h1", "王建国", "phone", "联系电话", WRITES),))
    shown = [panel._values.itemAt(at).widget() for at in range(panel._values.count()) if panel._values.itemAt(at).widget()]
    texts = [widget.text() for widget in shown]
    assert "王建国 户 · 联系电话" in texts
    assert "李秀英　2026-11-21 09:12" in texts
    assert any("（空）" in text for text in texts)
    shown[3].click()
    assert decided == [("r1", "phone", "")]


def test_no_conflicts_no_panel(qtbot, theme):
    panel = ConflictsPanel(theme)
    qtbot.addWidget(panel)
    panel.show_conflicts(())
    assert panel.isHidden()


def test_photos_can_be_left_for_a_better_line_and_the_traffic_is_told(at_exchange, qtbot):
    screen = at_exchange.work.exchange
    assert "回执" in screen.cards["traffic"].value.text()
    assert not screen.by_their_clock.isVisible()
    screen.photos_later.click()
    at_exchange.settle()
    assert exchange.status(at_exchange.work.workspace).photos_later
    screen.photos_later.click()
    at_exchange.settle()
    assert not exchange.status(at_exchange.work.workspace).photos_later


def test_only_a_wrong_clock_offers_the_districts(at_exchange):
    screen = at_exchange.work.exchange
    screen._failed(ClockWrong(url="https://a.example", theirs="2026-11-22T08:00:00+00:00", offset_s=86400))
    assert not screen.by_their_clock.isHidden()
    assert "2026-11-22" in screen.message.text()
    screen._failed(Offline(url="https://a.example"))
    assert screen.by_their_clock.isHidden()
