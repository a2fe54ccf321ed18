"""`fieldapp archive ledger | receipt | changes | catalogue | labels` on the command line."""

from __future__ import annotations

from pathlib import Path

from fieldapp.domain.clock import FixedClock
from fieldapp.usecases import workspaces
from tests.usecases.test_printing_ledger import revised
from tests.world import MORNING, PASSPHRASE, VILLAGE

from .test_cli import Run, folder, run

__all__ = ["folder", "run"]


def test_ledger_tells_what_was_made_taken_and_superseded(run: Run, folder: Path, tmp_path: Path) -> None:
    _, made = run("archive", "make", "--village", VILLAGE, "--out", tmp_path / "out", "--workspace", folder, "--resume")
    household = made["archives"][0]["household"]
    assert (made["resumed"], made["archives"][0]["gaps"]) == (0, made["archives"][0]["gaps"])
    code, taken = run(
        "archive", "receipt", "--household", household, "--copy", "household", "--by", "张𬭎", "--on", "2026-11-20", "--workspace", folder
    )
    assert (code, taken["by"], taken["copy"], taken["revision"], taken["signed"]) == (0, "张𬭎", "household", 1, False)
    code, told = run("archive", "ledger", "--workspace", folder)
    (copy,) = told["copies"]
    assert (code, copy["number"], copy["way"], copy["stale"], copy["head"]) == (0, 1, "file", False, "张𬭎")
    assert [receipt["of"] for receipt in told["receipts"]] == [copy["record"]]
    code, told = run("archive", "receipt", "--household", household, "--copy", "nobody", "--by", "张", "--workspace", folder)
    assert (code, told["error"]) == (3, "bad-input")
    workspace = workspaces.unlock(folder, "王队长", PASSPHRASE, FixedClock(MORNING))
    revised(workspace, household)
    workspace.close()
    code, told = run("archive", "ledger", "--household", household, "--workspace", folder)
    assert (code, told["copies"][0]["stale"], told["copies"][0]["newest"]) == (4, True, 2)
    file = tmp_path / "changed.pdf"
    code, changed = run("archive", "changes", "--household", household, "--out", file, "--workspace", folder)
    assert (code, changed["number"], changed["revision"]) == (0, 2, 2)
    assert file.read_bytes().startswith(b"%PDF")
    assert all("cover" in copy["out"] and "cover" in copy["in"] for copy in changed["copies"])
    code, told = run("archive", "changes", "--household", household, "--out", tmp_path / "b.pdf", "--workspace", folder)
    assert (code, told["error"], told["reason"]) == (3, "not-allowed", "up-to-date")


def test_list_of_volumes_and_labels_are_files(run: Run, folder: Path, tmp_path: Path) -> None:
    run("archive", "make", "--all", "--out", tmp_path / "out", "--workspace", folder)
    for name, more in (("catalogue", ()), ("labels", ("--box", 40))):
        file = tmp_path / f"{name}.pdf"
        code, told = run("archive", name, "--village", VILLAGE, "--out", file, *more, "--workspace", folder)
        assert (code, told["volumes"], told["absent"], told["stale"]) == (0, 1, [], [])
        assert file.read_bytes().startswith(b"%PDF")
