"""The archive's window: what is missing before printing, the ledger, receipts, changed pages, a village in one go."""

from __future__ import annotations

import os
from pathlib import Path

import pypdfium2
import pytest
from PySide6.QtCore import Qt

from fieldapp.domain.ids import HouseholdId
from fieldapp.usecases import interview, printing_ledger, printing_runs
from tests.robots.hands import press, write
from tests.robots.queue import put_up
from tests.robots.window import LONG_MS, WindowRobot

from .test_accessible import nameless
from .village import PASSPHRASE

ROOT = "/household_survey"

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs a program on the path")


def opened(robot: WindowRobot) -> HouseholdId:
    """The archive of the surveyed household is shown."""
    robot.unlocked(PASSPHRASE)
    done = next(line for line in robot.work.roster.model.lines if line.state == "finalized")
    robot.work.open_archive(done.id)
    robot.bot.waitUntil(lambda: robot.work.archive.shown is not None, timeout=LONG_MS)
    robot.settle()
    return done.id


def lines(list_widget) -> str:  # type: ignore[no-untyped-def]
    return "\n".join(list_widget.item(at).text() for at in range(list_widget.count()))


def print_now(robot: WindowRobot, reason: str = "") -> None:
    """Ask for the printer, say why, print."""
    screen = robot.work.archive
    before = screen.printing.dialog
    press(screen.print, Qt.Key.Key_Space)
    robot.bot.waitUntil(lambda: screen.printing.dialog is not before, timeout=LONG_MS)
    dialog = screen.printing.dialog
    if dialog.lacks.count():
        assert not dialog.go.isEnabled()
        dialog.known.click()
    if reason:
        assert not dialog.go.isEnabled()
        write(dialog.reason, reason)
    assert nameless(dialog) == []
    dialog.go.click()
    robot.settle()


def test_copies_are_printed_taken_superseded_and_only_changed_pages_printed_again(
    robot: WindowRobot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = put_up(tmp_path, monkeypatch)
    household = opened(robot)
    screen, workspace = robot.work.archive, robot.work.workspace
    assert "还没有印制" in lines(screen.papers.ledger)
    assert not screen.papers.receipt.save.isEnabled()
    screen.duplex.click()
    screen.holders["township"].click()
    robot.settle()
    assert [copy.title for copy in screen.shown.copies] == ["行政村存档", "农户留存"]
    print_now(robot)
    assert "sides=two-sided-long-edge" in queue.words(0)
    assert len(pypdfium2.PdfDocument(queue.jobs[0])) == screen.shown.archive.pages
    assert screen.shown.archive.pages % 2 == 0
    print_now(robot, "纸弄湿了")
    assert "原因：纸弄湿了" in lines(screen.papers.ledger)
    assert "第 2 次" in lines(screen.papers.ledger)

    screen.papers.setCurrentIndex(2)
    assert nameless(screen) == []
    write(screen.papers.receipt.by, "李秀英")
    press(screen.papers.receipt.save, Qt.Key.Key_Space)
    robot.settle()
    assert "李秀英 领取农户份" in lines(screen.papers.ledger)
    assert not screen.changes.isEnabled()

    form = interview.start(workspace, household)
    form.session.answer(f"{ROOT}/o_sign/survey_note", "电话改了")
    interview.finalize(workspace, form, reason="写错")
    screen.open(household)
    robot.settle()
    assert "已有第 2 版" in screen.stale.text()
    assert "▲ 已有第 2 版" in lines(screen.papers.ledger)
    whole = screen.shown.archive.pages
    before = screen.printing.dialog
    press(screen.changes, Qt.Key.Key_Space)
    robot.bot.waitUntil(lambda: screen.printing.dialog is not before, timeout=LONG_MS)
    screen.printing.dialog.go.click()
    robot.settle()
    assert len(pypdfium2.PdfDocument(queue.jobs[2])) < whole
    assert screen.stale.text() == ""
    newest = printing_ledger.lines(workspace, household)[0].made
    assert (newest.number, newest.way, newest.target, newest.holders) == (3, "print", "HP-1", ("village", "household"))
    assert newest.part


def test_printer_that_refuses_is_told_and_nothing_stands_in_the_ledger(
    robot: WindowRobot, person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # type: ignore[no-untyped-def]
    put_up(tmp_path, monkeypatch).jam()
    household = opened(robot)
    print_now(robot)
    assert person.told[0].values["detail"] == "no paper"
    assert printing_ledger.lines(robot.work.workspace, household) == ()


def test_a_village_is_printed_from_the_window_and_who_was_not_is_named(
    robot: WindowRobot, person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # type: ignore[no-untyped-def]
    queue = put_up(tmp_path, monkeypatch)
    household = opened(robot)
    screen, run = robot.work.archive, robot.work.archive.run
    press(screen.village, Qt.Key.Key_Space)
    robot.bot.waitUntil(lambda: run.isVisible() and run.village.count() > 0, timeout=LONG_MS)
    robot.settle()
    assert nameless(run) == []
    run.target.setCurrentIndex(run.target.findData("printer:HP-1"))
    run.incomplete.setChecked(True)
    press(run.go, Qt.Key.Key_Space)
    robot.bot.waitUntil(lambda: bool(queue.jobs), timeout=LONG_MS)
    robot.settle()
    village = str(run.village.currentData())
    made = printing_ledger.lines(robot.work.workspace, village=village)
    assert [line.made.household for line in made] == [household]
    assert len(queue.jobs) == 1
    assert run.message.text().startswith("✔ 印好 1 户")
    assert run.aside.count() == sum(line.village == village for line in robot.work.roster.model.lines) - 1
    assert printing_runs.unfinished(robot.work.workspace) == ()
    person.save_file = tmp_path / "list.pdf"
    run.catalogue.click()
    robot.settle()
    assert person.save_file.read_bytes().startswith(b"%PDF")
    assert "第 1 次" in lines(screen.papers.ledger)
    run.hide_.click()
