"""Every print and save stands in the ledger with its number; who took a copy is kept; a newer revision marks everything stale."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from fieldapp.domain.ids import HouseholdId
from fieldapp.errors import BadInput, NotAllowed
from fieldapp.store import attachments, audit
from fieldapp.usecases import exchange, interview, printing, printing_ledger
from fieldapp.usecases.workspaces import Workspace
from tests.world import DistrictServer, enrolled, nobody_home, photo, quiet


def revised(workspace: Workspace, household: HouseholdId, note: str = "改") -> None:
    """One answer is changed and the survey finalized again."""
    opened = interview.start(workspace, household)
    opened.session.answer(f"{opened.session.root}/a_visit/visit_result_note", note)
    interview.finalize(workspace, opened, reason="写错")


def test_prints_and_saves_stand_in_the_ledger_until_a_newer_revision_makes_them_stale(workspace: Workspace, tmp_path: Path) -> None:
    household = nobody_home(workspace, "张三")
    archive = printing.make_archive(workspace, household, quiet)
    printing.save_copy(workspace, archive, tmp_path / "a.pdf")
    own = printing.make_archive(workspace, household, quiet, ("household",), duplex=True)
    assert printing.printed(workspace, own, "HP-1", "农户遗失") == 2
    second, first = printing_ledger.lines(workspace, household)
    assert (first.made.way, first.made.target, first.made.number, first.made.holders) == ("file", "a.pdf", 1, printing.HOLDERS)
    assert (first.made.archive, first.made.digest, first.made.pages) == (archive.record, archive.digest, archive.pages)
    assert (second.made.way, second.made.target, second.made.reason, second.made.holders) == ("print", "HP-1", "农户遗失", ("household",))
    assert (first.head_name, first.stale) == ("张三", False)
    assert own.pages % 2 == 0
    revised(workspace, household)
    assert [line.stale for line in printing_ledger.lines(workspace, village="990102101")] == [True, True]
    kept = printing.kept_archive(workspace, household)
    assert kept is not None
    assert (kept.stale, kept.revision, kept.newest, kept.duplex) == (True, 1, 2, True)
    papers = printing_ledger.papers(workspace, household)
    assert (papers.newest, papers.archived, papers.stale) == (2, 1, printing.HOLDERS)
    with workspace.read() as tx:
        details = [line.detail for line in audit.lines(tx, subject=household) if line.action in ("print", "save-copy")]
    assert details[0].endswith("household HP-1")
    assert details[1].endswith("township,village,household a.pdf")


def test_copy_that_was_taken_is_told_with_its_revision_and_signature(workspace: Workspace) -> None:
    household = nobody_home(workspace, "张三")
    with pytest.raises(NotAllowed) as refused:
        printing_ledger.take(workspace, household, "household", "李四")
    assert refused.value.values["reason"] == "no-copy"
    printing.printed(workspace, printing.make_archive(workspace, household, quiet))
    taken = printing_ledger.take(workspace, household, "household", " 李四 ", date(2026, 11, 20), "户主之妻", photo())
    (line,) = printing_ledger.taken(workspace, village="9901")
    assert (line.taken, line.stale, line.head_name) == (taken, False, "张三")
    assert (taken.taken_by, taken.holder, taken.revision, taken.taken_on) == ("李四", "household", 1, "2026-11-20")
    (made,) = printing_ledger.lines(workspace, household)
    assert (made.made.record, made.taken) == (taken.made, (taken,))
    with workspace.read() as tx:
        (picture,) = attachments.of_household(tx, household)
        assert picture.id == taken.signature
    revised(workspace, household)
    assert printing_ledger.taken(workspace, household)[0].stale
    for wrong in (
        {"holder": "nobody", "taken_by": "李四"},
        {"holder": "village", "taken_by": "  "},
        {"holder": "village", "taken_by": "李四", "taken_on": date(2027, 1, 1)},
    ):
        with pytest.raises(BadInput):
            printing_ledger.take(workspace, household, **wrong)  # type: ignore[arg-type]
    assert workspace.check() == ()


def test_ledger_of_one_laptop_is_read_on_another(server: DistrictServer, tmp_path: Path) -> None:
    first, second = (enrolled(server, tmp_path / name, user) for name, user in (("one", "王队长"), ("two", "李队长")))
    household = nobody_home(first, "张三")
    printing.printed(first, printing.make_archive(first, household, quiet), "HP-1")
    printing_ledger.take(first, household, "village", "村委会")
    for laptop in (first, second):
        exchange.sync_now(laptop, quiet)
    (line,) = printing_ledger.lines(second, household)
    assert (line.made.user, line.made.device, line.made.target) == ("王队长", first.device.device, "HP-1")
    assert [by.taken_by for by in line.taken] == ["村委会"]
    assert printing.printed(second, printing.make_archive(second, household, quiet), "Canon") == 2
    for laptop in (first, second):
        laptop.close()
