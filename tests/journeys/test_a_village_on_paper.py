"""A village on paper: printed in one go through a kill, handed out, revised by another team, exchanged page by page; all laptops know."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pypdfium2
import pytest

from fieldapp.domain.clock import FixedClock
from fieldapp.domain.ids import HouseholdId
from fieldapp.store import audit
from fieldapp.usecases import exchange, interview, printers, printing_changes, printing_ledger, printing_runs, roster, workspaces
from fieldapp.usecases.printing_runs import Wanted
from tests.robots.queue import put_up
from tests.world import MORNING, PASSPHRASE, VILLAGE, DistrictServer, enrolled, nobody_home, quiet

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs fork, SIGKILL and a program on the path")
HEADS = ("张一", "张二", "张三")


def test_a_village_is_printed_handed_out_revised_and_exchanged(
    server: DistrictServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = put_up(tmp_path, monkeypatch)
    office, team = (enrolled(server, tmp_path / name, user) for name, user in (("office", "王队长"), ("team", "李队长")))
    homes = {head: nobody_home(office, head) for head in HEADS}
    run = printing_runs.begin(office, Wanted(VILLAGE, duplex=True))
    office.close()

    killed_after(tmp_path / "office", run.id, households=1)
    office = workspaces.unlock(tmp_path / "office", "王队长", PASSPHRASE, FixedClock(MORNING))
    (waiting,) = printing_runs.unfinished(office)
    assert (waiting.done, waiting.total, len(queue.jobs)) == (1, 3, 1)
    (printer, _) = printers.cups_printers()
    over = printing_runs.go_on(office, run.id, quiet, printer)
    assert (over.done, over.skipped, len(queue.jobs)) == (3, (), 3)
    assert sorted(line.head_name for line in printing_ledger.lines(office, village=VILLAGE)) == sorted(HEADS)
    for head in HEADS:
        printing_ledger.take(office, homes[head], "household", head)

    exchange.sync_now(office, quiet)
    exchange.sync_now(team, quiet)
    revise(team, homes["张二"], "门锁着，邻居说在外务工")
    exchange.sync_now(team, quiet)
    exchange.sync_now(office, quiet)
    for laptop in (office, team):
        stale = {line.head_name for line in printing_ledger.lines(laptop, village=VILLAGE) if line.stale}
        assert stale == {"张二"}
        assert {line.head_name for line in printing_ledger.taken(laptop) if line.stale} == {"张二"}

    changed = printing_changes.changed_pages(office, homes["张二"], quiet, duplex=True)
    assert printing_changes.print_changed(office, changed, printer) == 2
    assert len(pypdfium2.PdfDocument(queue.jobs[3])) == changed.pages
    assert printing_ledger.papers(office, homes["张二"]).stale == ()
    exchange.sync_now(office, quiet)
    exchange.sync_now(team, quiet)
    newest = printing_ledger.lines(team, homes["张二"])[0].made
    assert (newest.number, newest.revision, newest.part) == (2, 2, changed.part)
    with office.read() as tx:
        told = [line.detail for line in audit.lines(tx, 1000, subject=homes["张二"]) if line.action in ("print", "copy-taken")]
    assert len(told) == 3
    assert all("household" in detail for detail in told)
    assert office.check() == team.check() == ()
    office.close()
    team.close()


def killed_after(folder: Path, run: str, households: int) -> None:
    """A laptop prints a run and loses its power when so many households are done."""
    child = os.fork()
    if child == 0:
        try:
            opened = workspaces.unlock(folder, "王队长", PASSPHRASE, FixedClock(MORNING))

            def report(done: int, total: int, text: str = "") -> None:
                if done == households:
                    os.kill(os.getpid(), signal.SIGKILL)

            printing_runs.go_on(opened, run, report, printers.cups_printers()[0])
        finally:
            os._exit(3)
    _, how = os.waitpid(child, 0)
    assert os.WIFSIGNALED(how)


def revise(laptop: workspaces.Workspace, household: HouseholdId, note: str) -> None:
    """Another team finds a mistake."""
    assert any(line.id == household for line in roster.search(laptop).lines)
    opened = interview.start(laptop, household)
    opened.session.answer(f"{opened.session.root}/a_visit/visit_result_note", note)
    interview.finalize(laptop, opened, reason="补充")
