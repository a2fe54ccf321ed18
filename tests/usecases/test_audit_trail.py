"""What people do with households' data stands in the trail: opened, changed, printed, saved, exported, exchanged."""

from __future__ import annotations

from pathlib import Path

from fieldapp.store import audit
from fieldapp.usecases import exchange, interview, printing, roster
from fieldapp.usecases.workspaces import Workspace
from tests.world import DistrictServer, enrolled, nobody_home, quiet


def actions(workspace: Workspace) -> list[str]:
    """All actions, the oldest first."""
    with workspace.read() as tx:
        return [line.action for line in reversed(audit.lines(tx, 1000))]


def test_a_days_work_is_told_line_by_line(server: DistrictServer, tmp_path: Path) -> None:
    laptop = enrolled(server, tmp_path / "laptop", "王队长")
    household = nobody_home(laptop, "张三")
    archive = printing.make_archive(laptop, household, quiet)
    printing.preview(laptop, household, quiet)
    printing.save_copy(laptop, archive, tmp_path / "a.pdf")
    assert [printing.printed(laptop, archive) for _ in range(2)] == [2, 3]
    roster.export_file(laptop, tmp_path / "r.xlsx", "roster")
    exchange.sync_now(laptop, quiet)
    opened = interview.start(laptop, household)
    interview.save_draft(laptop, opened.draft, {"x": "1"})
    interview.save_draft(laptop, opened.draft, {"x": "2"})
    assert actions(laptop) == [
        "unlock", "create", "enrol", "recovery-district", "sync",
        "add-household", "view", "edit", "finalize", "archive", "save-copy", "print", "print", "export", "sync",
    ]  # fmt: skip
    with laptop.read() as tx:
        prints = [line.detail for line in audit.lines(tx, subject=household) if line.action == "print"]
    assert [detail.split()[:2] for detail in prints] == [["number", "3"], ["number", "2"]]
    assert laptop.check() == ()
    laptop.close()
