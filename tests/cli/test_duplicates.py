"""Duplicates on the command line: found, joined, listed, taken back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fieldapp.cli.main import main
from fieldapp.usecases import roster
from tests.world import PASSPHRASE, VILLAGE, laptop


def test_duplicates_are_listed_joined_and_taken_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIELDAPP_PASSPHRASE", PASSPHRASE)
    workspace = laptop(tmp_path / "w")
    first = roster.add_household(workspace, VILLAGE, "张大山", "3组5号")
    second = roster.add_household(workspace, VILLAGE, "张大山", "3组 ５号")
    workspace.close()

    def run(*told: str) -> tuple[int, dict[str, object]]:
        code = main(["--workspace", str(tmp_path / "w"), "--json", "roster", *told])
        return code, json.loads(capsys.readouterr().out)

    code, found = run("duplicates")
    assert code == 4
    assert {found["possible"][0][side]["id"] for side in ("first", "second")} == {first, second}  # type: ignore[index]
    assert run("join", second, "--into", first, "--why", "重复录入") == (0, {"household": second, "stays": first, "members": 0})
    code, found = run("duplicates")
    assert (code, found["possible"], found["joined"][0]["why"]) == (0, [], "重复录入")  # type: ignore[index]
    code, listed = run("list")
    assert (listed["total"], listed["households"][0]["joined"]) == (1, 1)  # type: ignore[index]
    assert run("join", first, "--into", second, "--why", "x")[1]["error"] == "not-allowed"
    assert run("unjoin", second, "--why", "看错了")[0] == 0
    assert run("unjoin", second, "--why", "看错了")[0] == 3
    assert run("distinct", first, second, "--why", "父子两家")[0] == 0
    assert run("duplicates")[0] == 0
    assert run("distinct", first, second, "--why", "是一家", "--undo")[0] == 0
    assert run("duplicates")[0] == 4
