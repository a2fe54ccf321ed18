"""Users and ways back on the command line, the district's side too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fieldapp.domain.clock import FixedClock
from fieldapp.usecases import workspaces
from sync.server.cli import main as district_main
from tests.world import MORNING, DistrictServer, enrolled, laptop

from .test_cli import Run, run

__all__ = ["run"]
USER = "王队长"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    laptop(tmp_path / "laptop").close()
    return tmp_path / "laptop"


def test_users_are_added_listed_and_removed(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIELDAPP_NEW_PASSPHRASE", "zweites Wort")
    assert run("workspace", "user", "list", "--workspace", folder) == (0, {"users": [USER], "recovery": []})
    assert run("workspace", "user", "add", "李工", "--workspace", folder)[1]["users"] == [USER, "李工"]
    assert run("workspace", "info", "--workspace", folder, "--user", "李工")[1]["error"] == "wrong-passphrase"
    monkeypatch.setenv("FIELDAPP_PASSPHRASE", "zweites Wort")
    assert run("workspace", "info", "--workspace", folder, "--user", "李工")[0] == 0
    assert run("workspace", "user", "remove", USER, "--workspace", folder, "--user", "李工")[1]["users"] == ["李工"]
    assert run("workspace", "user", "remove", "李工", "--workspace", folder)[1]["error"] == "bad-input"
    assert run("workspace", "user", "add", "赵工", "--workspace", folder)[1]["users"] == ["李工", "赵工"]
    more = ("--workspace", folder, "--user", "李工")
    assert run("workspace", "user", "remove", "赵工", "--keep-key", *more)[1]["users"] == ["李工"]
    assert run("workspace", "user", "remove", "赵工", *more)[1]["error"] == "not-found"
    assert run("workspace", "rekey", "--workspace", folder)[1]["attachments"] == 0
    assert run("workspace", "check", "--workspace", folder)[0] == 0


def test_sheet_is_written_once_and_its_code_sets_a_new_passphrase(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pypdfium2

    paper = folder.parent / "sheet.pdf"
    assert run("workspace", "recovery", "make", "--sheet", paper, "--workspace", folder)[1]["recovery"] == ["sheet"]
    assert run("workspace", "recovery", "make", "--sheet", paper, "--workspace", folder)[1]["error"] == "already-there"
    document = pypdfium2.PdfDocument(paper)
    text = document[0].get_textpage().get_text_range()
    document.close()
    code = next(line for line in text.splitlines() if line.count("-") == 6)
    monkeypatch.setenv("FIELDAPP_NEW_PASSPHRASE", "neue Worte")
    monkeypatch.setenv("FIELDAPP_RECOVERY_CODE", code)
    assert run("workspace", "recovery", "use", "--workspace", folder)[1]["user"] == USER
    monkeypatch.setenv("FIELDAPP_PASSPHRASE", "neue Worte")
    assert run("workspace", "check", "--workspace", folder)[0] == 0
    assert run("workspace", "recovery", "list", "--workspace", folder)[1] == {"recovery": []}


def _district(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, Any]:
    code = district_main([*map(str, words), "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_district_command_answers_a_request_only_with_the_digits(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    server = DistrictServer(tmp_path / "district")
    server.start()
    enrolled(server, tmp_path / "laptop", USER).close()
    server.close()
    folder, request, answer = tmp_path / "laptop", tmp_path / "request", tmp_path / "answer"
    monkeypatch.setenv("FIELDAPP_NEW_PASSPHRASE", "neue Worte")
    monkeypatch.delenv("FIELDAPP_PASSPHRASE")
    asked = run("workspace", "recovery", "ask", "--out", request, "--workspace", folder)[1]
    data = ("--data", tmp_path / "district", "--out", answer)
    code, told = _district(capsys, "recovery", "open", request, "--digits", "0000 0000 0000 0000", *data)
    assert (code, told["values"]["reason"], answer.exists()) == (3, "fingerprint", False)
    code, told = _district(capsys, "recovery", "open", request, "--digits", asked["digits"], *data)
    assert (code, told["person"], told["user"]) == (0, USER, USER)
    assert run("workspace", "recovery", "use", "--answer", answer, "--workspace", folder)[0] == 0
    monkeypatch.setenv("FIELDAPP_PASSPHRASE", "neue Worte")
    assert run("workspace", "check", "--workspace", folder)[0] == 0


def test_key_kept_offline_answers_too(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    key, request, answer = (folder.parent / name for name in ("key", "request", "answer"))
    public = _district(capsys, "recovery", "key", "--out", key)[1]["public"]
    assert _district(capsys, "recovery", "key", "--out", key)[0] == 3
    assert run("workspace", "recovery", "make", "--district", "--key", "00", "--workspace", folder)[1]["error"] == "bad-input"
    assert run("workspace", "recovery", "make", "--district", "--workspace", folder)[1]["error"] == "not-enrolled"
    assert run("workspace", "recovery", "make", "--district", "--key", public, "--workspace", folder)[0] == 0
    monkeypatch.setenv("FIELDAPP_NEW_PASSPHRASE", "neue Worte")
    asked = run("workspace", "recovery", "ask", "--out", request, "--workspace", folder)[1]
    told = _district(capsys, "recovery", "open", request, "--digits", asked["digits"], "--key", key, "--out", answer)[1]
    assert (told["user"], told["person"]) == (USER, "")
    assert run("workspace", "recovery", "use", "--answer", answer, "--workspace", folder)[0] == 0
    monkeypatch.setenv("FIELDAPP_PASSPHRASE", "neue Worte")
    assert run("workspace", "info", "--workspace", folder)[0] == 0


def test_purge_tells_before_it_acts_and_hand_over_needs_a_second_word(run: Run, folder: Path) -> None:
    from tests.world import PASSPHRASE, nobody_home

    with workspaces.unlock(folder, USER, PASSPHRASE, FixedClock(MORNING)) as opened:
        nobody_home(opened, "张三")
    code, told = run("workspace", "purge", "--older-than", 0, "--dry-run", "--workspace", folder)
    assert (code, told["households"], told["kept"], told["dry_run"]) == (0, 0, {"unsent": 1}, True)
    receipt = folder.parent / "receipt.pdf"
    code, told = run("workspace", "hand-over", "--receipt", receipt, "--workspace", folder)
    assert (code, told["error"], told["reason"]) == (3, "not-allowed", "unsent-work")
    lines = run("workspace", "audit", "--limit", 3, "--workspace", folder)[1]
    assert [line["action"] for line in lines] == ["unlock", "unlock", "unlock"]
    code, told = run("workspace", "hand-over", "--receipt", receipt, "--confirm", told["id"], "--workspace", folder)
    assert (code, told["households"], told["submissions"], told["key_files"]) == (0, 1, 1, 2)
    assert receipt.read_bytes().startswith(b"%PDF-")
    assert run("workspace", "info", "--workspace", folder)[1]["error"] == "workspace-missing"
