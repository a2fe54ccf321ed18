"""The demo leaves a real county behind: what it prints is what the databases, the server and the archives hold."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from fieldapp.cli import main
from fieldapp.domain.clock import FixedClock
from fieldapp.usecases import exchange, interview, printing, roster, workspaces
from fieldapp.usecases.demo import PASSPHRASE, START


def test_demo_ends_with_everything_on_the_server_and_on_both_laptops(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--dir", str(tmp_path / "county"), "--households", "3", "--seed", "1", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["households"], told["submissions"], told["archives"]) == (3, 3, 3)
    assert [(team["households"], team["submissions"]) for team in told["per_team"]] == [(3, 3), (3, 3)]

    laptops = [_opened(Path(team["workspace"])) for team in told["per_team"]]
    for laptop in laptops:
        assert laptop.check() == ()
        status = exchange.status(laptop)
        assert (status.unsent, status.files_waiting, status.files_wanted, status.conflicts) == (0, 0, 0, 0)
    first, second = (_answers(laptop) for laptop in laptops)
    assert first == second
    assert len(first) == 3

    files = sorted(Path(told["archive_dir"]).glob("*.pdf"))
    verdicts = [verdict for _, verdict in printing.verify_files(files, laptops[0])]
    assert [(one.valid, one.copies_identical, one.stale) for one in verdicts] == [(True, True, False)] * 3
    for laptop in laptops:
        laptop.close()

    served = subprocess.run(
        [sys.executable, "-m", "sync.server", "status", "--data", told["server_data"], "--json"], capture_output=True, text=True, check=True
    )
    assert json.loads(served.stdout)["records"] == told["server_records"]
    assert json.loads(served.stdout)["conflicts"] == 0


def test_demo_refuses_a_folder_that_holds_something(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    assert main(["demo", "--dir", str(tmp_path), "--json"]) == 3
    assert json.loads(capsys.readouterr().out)["error"] == "already-there"
    assert (tmp_path / "mine.txt").read_text(encoding="utf-8") == "mine"


def _opened(folder: Path) -> workspaces.Workspace:
    return workspaces.unlock(folder, workspaces.users(folder)[0], PASSPHRASE, FixedClock(START))


def _answers(laptop: workspaces.Workspace) -> dict[str, object]:
    """Every household's finalized answers, which a second laptop must hold to the letter."""
    return {line.id: interview.finalized_answers(laptop, line.id) for line in roster.search(laptop).lines}
