"""`archive scan`, `archive tray` and `archive verify` of paper, as other programs call them."""

from __future__ import annotations

import random
from pathlib import Path

from tests.archive import scanner
from tests.usecases import paper
from tests.world import laptop, nobody_home

from .test_cli import Run, run

__all__ = ["run"]


def test_scans_are_filed_listed_filed_by_hand_and_verified(run: Run, tmp_path: Path) -> None:
    workspace = laptop(tmp_path / "laptop")
    home = nobody_home(workspace, "张𬭎")
    chance = random.Random(8)
    sheet = paper.sheets(workspace, home)[2]
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    for name, page in (("signed", sheet.signed(100, chance)), ("strange", paper.page_with([], 100, chance))):
        (inbox / f"{name}.jpg").write_bytes(scanner.Scanner(chance).jpeg(page, "none"))
    workspace.close()
    where = ("--workspace", tmp_path / "laptop")

    code, told = run("archive", "scan", inbox, *where)
    assert (code, told["filed"], told["tray"]) == (4, 1, 1)
    assert told["pages"][0] | {"scan": ""} == {
        "file": "signed.jpg", "page": 1, "outcome": "filed", "reason": "", "scan": "", "household": home,
        "revision": 1, "copy": 3, "kind": "signatures", "number": sheet.ref.number, "part": 1, "parts": 1,
    }  # fmt: skip
    code, told = run("archive", "tray", *where)
    assert (code, [one["reason"] for one in told["tray"]]) == (4, ["no-code"])
    scan = told["tray"][0]["scan"]
    code, told = run("archive", "tray", "--picture", scan, "--out", tmp_path / "look.jpg", *where)
    assert (code, (tmp_path / "look.jpg").read_bytes()[:2]) == (0, b"\xff\xd8")
    code, told = run("archive", "tray", "--file", scan, "--household", home, "--revision", 1, "--copy", 1, "--page", 3, *where)
    assert (code, told["outcome"], told["copy"]) == (0, "filed", 1)
    assert run("archive", "tray", *where) == (0, {"tray": []})
    code, told = run("archive", "tray", "--discard", scan, *where)
    assert (code, told["error"]) == (3, "bad-input")
    code, told = run("archive", "verify", inbox / "signed.jpg", *where)
    assert (code, told[0]["valid"], told[0]["household"], told[0]["revision"]) == (0, True, home, 1)
