"""Pictures of every screen, offscreen at 1366×768 with the bundled font: `python -m tests.ui.screenshots --out DIR`.

They are made to be looked at: in a demonstration workspace with real answers, in each look and size that is asked for.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QCoreApplication, QDeadlineTimer, QEventLoop
from PySide6.QtWidgets import QApplication, QWidget

from fieldapp.domain.clock import CHINA, FixedClock
from fieldapp.domain.ids import HouseholdId, MemberId
from fieldapp.errors import DiskFull
from fieldapp.ui.application import make_application
from fieldapp.ui.background import Background
from fieldapp.ui.desk import Desk
from fieldapp.ui.error_dialog import ErrorDialog, WindowDialogs, words_for
from fieldapp.ui.main_window import MainWindow
from fieldapp.ui.questions.base import NewFile
from fieldapp.ui.questions.dates import DateQuestion
from fieldapp.ui.questions.drawing import AnnotateQuestion
from fieldapp.ui.theme import Look
from fieldapp.usecases import interview, printing, printing_ledger, roster
from fieldapp.usecases.exchange import ConflictLine, ConflictWrite
from tests.robots import widgets as robots
from tests.world import quiet

from . import village, widget_form

ROOT = "/household_survey"
CLOCK = FixedClock(datetime(2026, 11, 22, 10, 42, 7, tzinfo=CHINA))
_LONGEST_MS = 120_000
_ANSWERS = {
    "texts/t_plain": "王建国",
    "texts/t_masked": "pass-9",
    "texts/t_grouped": "1234567",
    "numbers/n_whole": "5",
    "numbers/n_grouped": "35000",
    "numbers/r_plain": "7",
    "numbers/r_rating": "4",
    "numbers/r_vertical": "10",
    "days/d_year": "1998-01-01",
    "one/s_plain": "1",
    "one/s_many": "2",
    "one/s_two": "4",
    "one/s_pictures": "cave",
    "one/s_nobuttons": "brick",
    "one/s_likert": "2",
    "one/s_long": "a",
    "many/m_search": "2 99",
    "many/m_minimal": "6",
    "many/m_packed": "1 2",
    "many/m_pictures": "brick tent",
    "many/k_rank": "2 1 3 4 5 6 99",
    "grid/w_road": "2",
    "grid/w_water": "4",
    "grid/w_several": "3 5",
    "auto/a_tv": "1",
    "places/g_point": "36.59 109.49",
    "places/g_shape": "36.50 109.40 0 0;36.62 109.42 0 0;36.60 109.51 0 0;36.52 109.49 0 0;36.50 109.40 0 0",
    "files/f_hidden": "secret",
    "files/f_read": "OK",
    "member[1]/m_name": "李秀英",
    "member[1]/m_health": "3",
}


class Camera:
    """Opens screens and saves what they look like."""

    def __init__(self, out: Path, desk: Desk) -> None:
        self.out, self.desk = out, desk
        self.window = MainWindow(desk)
        self.window.resize(1366, 768)
        self.window.show()
        self.number = 0

    def until(self, ready: Callable[[], bool]) -> None:
        """Let the window work until something is so."""
        deadline = QDeadlineTimer(_LONGEST_MS)
        while not ready():
            if deadline.hasExpired():
                raise TimeoutError
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 50)
        QCoreApplication.processEvents()

    def idle(self) -> None:
        """Until the worker has nothing to do."""
        self.until(lambda: not self.desk.background.busy())

    def take(self, name: str, widget: QWidget | None = None) -> None:
        """Save a picture."""
        for _ in range(5):
            QCoreApplication.processEvents()
        self.number += 1
        file = self.out / f"{self.number:02d}-{name}.png"
        (widget or self.window).grab().save(str(file))
        print(file)  # noqa: T201 - the names of the pictures are the output

    def unlock(self) -> None:
        """Picture the lock, unlock, picture the roster."""
        self.idle()
        self.take("unlock")
        self.window.unlock.passphrase.setText(village.PASSPHRASE)
        self.window.unlock.go()
        self.until(lambda: self.window.work is not None and self.window.work.roster.model.rowCount() > 0)
        self.idle()
        self.take("roster")

    def form(self) -> None:
        """A new form, the members, problems, and a finalized one."""
        work = self.window.work
        assert work is not None
        lines = work.roster.model.lines
        blank = next(line for line in lines if not line.state)
        work.new_household()
        self.take("new-household")
        work.roster.new_panel.hide()
        work.open_household(blank.id)
        self._built()
        self.take("form-new")
        form = work.interview.form
        assert form is not None
        form._answered(f"{ROOT}/a_visit/visit_result", "1")
        form._answered(f"{ROOT}/b_household/household_phone", "123")
        self._built()
        form.page.go_to_section(1)
        self.take("form-household")
        form.page.go_to(f"{ROOT}/b_household/household_type")
        field = form.page.cell(f"{ROOT}/b_household/household_type")
        assert field is not None
        if field.widget is not None and hasattr(field.widget, "_toggle"):
            field.widget._toggle()
        self.take("form-choices")
        form.page.go_to_section(2)
        self.take("form-members")
        work.interview.finalize()
        self.take("form-problems")
        done = next(line for line in lines if line.state == "finalized")
        work.open_household(done.id)
        self.until(lambda: work.interview.household() == done.id)
        self._built()
        form = work.interview.form
        assert form is not None
        form.page.go_to_section(2)
        self.take("form-members-answered")
        form.page.go_to_section(form.sections.count() - 1)
        self.idle()
        self.take("form-signatures")

    def rest(self) -> None:
        """Archive, exchange, conflicts, error."""
        work = self.window.work
        assert work is not None
        done = next(line for line in work.roster.model.lines if line.state == "finalized")
        work.open_archive(done.id)
        self.until(lambda: work.archive.shown is not None)
        self.idle()
        self.take("archive")
        work.archive.show_copy(2)
        self.take("archive-household-copy")
        self._papers(done.id)
        work.show_screen("exchange")
        self.idle()
        self.take("exchange")
        work.exchange.conflicts.show_conflicts(_conflicts(done.head_name))
        work.exchange.centre.setCurrentIndex(2)
        self.take("conflicts")
        dialog = ErrorDialog(words_for(DiskFull(folder=str(self.desk.folder))), self.window)
        dialog.show()
        self.take("error", dialog)
        dialog.close()

    def _papers(self, household: str) -> None:
        """Printed, revised, superseded; what is asked before printing; a village in one go."""
        work = self.window.work
        assert work is not None
        first = printing.make_archive(work.workspace, HouseholdId(household), quiet)
        printing.printed(work.workspace, first, "HP-LaserJet")
        printing_ledger.take(work.workspace, HouseholdId(household), "household", "李秀英")
        work.archive.open(household)
        self.idle()
        work.archive.papers.setCurrentIndex(1)
        self.take("archive-ledger")
        work.archive.papers.setCurrentIndex(2)
        work.archive.papers.receipt.by.setText("李秀英")
        self.take("archive-receipt")
        work.archive.printing.print(work.archive.shown.archive, printing_ledger.lines(work.workspace, household))
        self.idle()
        dialog = work.archive.printing.dialog
        assert dialog is not None
        self.take("print-dialog", dialog)
        dialog.reject()
        opened = interview.start(work.workspace, HouseholdId(household))
        opened.session.answer(f"{ROOT}/o_sign/survey_note", "电话改了")
        interview.finalize(work.workspace, opened, reason="写错")
        work.archive.open(household)
        self.idle()
        work.archive.papers.setCurrentIndex(1)
        self.take("archive-superseded")
        work.archive.run.begin((), HouseholdId(household), False)
        self.idle()
        self.take("print-run", work.archive.run)
        work.archive.run.hide()

    def duplicates(self) -> None:
        """A household that another team entered as well, side by side; then joined."""
        work = self.window.work
        assert work is not None
        one = roster.household(work.workspace, work.roster.model.lines[0].id)
        people = tuple(replace(member, id=MemberId(f"{at:032x}"), phone="") for at, member in enumerate(one.members[:-1], 1))
        roster.add(work.workspace, replace(one, id=HouseholdId("f" * 32), address=f"{one.address}西侧", phone="", members=people))
        work.show_screen("roster")
        work.roster.refresh()
        work.roster.duplicates.look()
        self.idle()
        self.take("roster-suspects")
        work.roster.duplicates.begin()
        dialog = work.roster.duplicates.dialog
        assert dialog is not None
        self.until(lambda: dialog.sides.fields.rowCount() > 0)
        self.take("duplicates", dialog)
        dialog.join.click()
        self.until(lambda: dialog.take_back.isVisible() and dialog.take_back.text() != "" and dialog.sides.fields.rowCount() > 0)
        self.idle()
        self.take("duplicates-joined", dialog)
        dialog.close()
        self.idle()
        self.take("roster-joined")

    def widgets(self) -> None:
        """Every question type and appearance, half of them answered."""
        work = self.window.work
        assert work is not None
        widget_form.install(work.workspace)
        household = work.roster.model.lines[0].id
        work.interview.leave()
        self.until(lambda: work.interview.form is None)
        work.interview.open(household, widget_form.FORM)
        self._built()
        form = work.interview.form
        assert form is not None
        for path, value in _ANSWERS.items():
            form._answered(f"{widget_form.ROOT}/{path}", value)
        form._answered(f"{widget_form.ROOT}/files/f_annotate", NewFile("x.png", robots.picture(600, 400)))
        form._answered(f"{widget_form.ROOT}/files/f_audio", NewFile("谈话.wav", robots.recording()))
        self._built()
        for at in range(form.sections.count()):
            form.page.go_to_section(at)
            self.idle()
            self.take(f"widgets-{at + 1:02d}")
        for path in ("texts/t_plain", "one/s_pictures", "one/s_long", "many/m_packed", "many/k_rank", "files/f_draw", "files/f_audio"):
            form.page.go_to(f"{widget_form.ROOT}/{path}")
            self.idle()
            self.take(f"widget-{path.rsplit('/', 1)[1]}")
        cell = form.page.cell(f"{widget_form.ROOT}/files/f_annotate")
        assert cell is not None
        if isinstance(cell.widget, AnnotateQuestion):
            form.page.go_to(cell.view.path)
            cell.widget._begin()
            self.take("widget-annotating")
        cell = form.page.cell(f"{widget_form.ROOT}/days/d_plain")
        assert cell is not None
        if isinstance(cell.widget, DateQuestion):
            form.page.go_to(cell.view.path)
            cell.widget.toggle()
            self.take("widget-calendar")
            cell.widget.close_calendar()

    def close(self) -> None:
        """Lock, and end everything in order."""
        closed: list[bool] = []
        self.window.lock(lambda: closed.append(True))
        self.until(lambda: bool(closed))
        self.idle()

    def _built(self) -> None:
        self.until(lambda: self.window.work is not None and self.window.work.interview.form is not None)
        work = self.window.work
        assert work is not None
        form = work.interview.form
        assert form is not None
        self.until(lambda: not form.page._next.isActive())
        self.idle()
        form.refresh_side()


def _conflicts(head: str) -> tuple[ConflictLine, ...]:
    """Two conflicts as they look when two teams met one household."""
    writes = (
        ConflictWrite("13800990011", "李秀英", "2026-11-21T09:12:00+08:00", "a" * 32),
        ConflictWrite("13900990022", "张建国", "2026-11-21T16:40:00+08:00", "b" * 32),
    )
    other = (
        ConflictWrite("三组12号", "李秀英", "2026-11-21T09:12:00+08:00", "a" * 32),
        ConflictWrite("四组2号", "张建国", "2026-11-21T16:40:00+08:00", "b" * 32),
    )
    return (
        ConflictLine("r1", "household", "h1", head, "phone", "联系电话", writes),
        ConflictLine("r1", "household", "h1", head, "address", "住址", other),
    )


def main() -> int:
    """Make a workspace, open every screen, save the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--size", type=int, default=12, choices=(12, 14, 18))
    parser.add_argument("--look", default="light", choices=[look.value for look in Look])
    parser.add_argument("--only", choices=("widgets",), help="only the pages of question widgets")
    parser.add_argument("--workspace", type=Path, help="a copy of a demonstration workspace to look at; made anew if it is not given")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    application, theme = make_application([], given.size)
    theme.look = Look(given.look)
    theme.apply(application)
    background = Background()
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.workspace or Path(scratch) / "workspace"
        if not folder.exists():
            village.build(folder, CLOCK, households=3 if given.only else 24, surveyed=0 if given.only else 2).close()
        camera = Camera(given.out, Desk(background, CLOCK, WindowDialogs(), theme, folder, realm="demo", autosave_after_ms=100))
        try:
            camera.unlock()
            if not given.only:
                camera.duplicates()
                camera.form()
                camera.rest()
            camera.widgets()
            camera.close()
        finally:
            background.stop()
    QApplication.quit()
    return 0


if __name__ == "__main__":
    sys.exit(main())
