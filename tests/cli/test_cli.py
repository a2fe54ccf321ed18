"""The command line as other programs call it: JSON on standard output, exit codes, coded errors."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fieldapp.cli import main
from fieldapp.store import migrations
from fieldapp.usecases.workspaces import Workspace
from tests.world import PASSPHRASE, VILLAGE, laptop, nobody_home, photo

Run = Callable[..., tuple[int, Any]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("FIELDAPP_PASSPHRASE", PASSPHRASE)

    def call(*words: object) -> tuple[int, Any]:
        code = main([*map(str, words), "--json"])
        out = capsys.readouterr().out
        return code, json.loads(out) if out.strip() else None

    return call


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    workspace: Workspace = laptop(tmp_path / "laptop")
    nobody_home(workspace, "张𬭎", picture=photo())
    workspace.close()
    return tmp_path / "laptop"


def test_info_tells_schema_and_counts(run: Run, folder: Path) -> None:
    code, info = run("workspace", "info", "--workspace", folder)
    assert code == 0
    assert (info["schema"], info["households"], info["submissions"]) == (migrations.SCHEMA, 1, {"finalized": 1})


def test_wrong_passphrase_is_a_coded_error_with_exit_code_3(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIELDAPP_PASSPHRASE", "wrong")
    code, told = run("workspace", "info", "--workspace", folder)
    assert (code, told["error"]) == (3, "wrong-passphrase")
    assert told["message"]


def test_missing_workspace_is_a_coded_error(run: Run, tmp_path: Path) -> None:
    code, told = run("workspace", "info", "--workspace", tmp_path / "none")
    assert (code, told["error"]) == (3, "workspace-missing")


def test_check_of_a_sound_workspace_is_clean_and_a_damaged_attachment_is_a_finding(run: Run, folder: Path) -> None:
    assert run("workspace", "check", "--workspace", folder) == (0, {"ok": True, "damages": []})
    held = next(file for file in (folder / "files").rglob("*") if file.is_file())
    damaged = bytearray(held.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    held.write_bytes(damaged)
    code, told = run("workspace", "check", "--workspace", folder)
    assert code == 4
    assert told["damages"]


def test_backup_restores_into_another_folder_with_the_same_counts(run: Run, folder: Path, tmp_path: Path) -> None:
    assert run("workspace", "backup", tmp_path / "b.backup", "--workspace", folder)[0] == 0
    assert run("workspace", "restore", tmp_path / "b.backup", "--workspace", tmp_path / "again")[0] == 0
    before, after = (run("workspace", "info", "--workspace", place)[1] for place in (folder, tmp_path / "again"))
    for same in ("households", "submissions", "operations", "attachments", "device"):
        assert before[same] == after[same]


def test_passphrase_can_be_changed(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIELDAPP_NEW_PASSPHRASE", "another horse")
    assert run("workspace", "passphrase", "--workspace", folder)[0] == 0
    assert run("workspace", "info", "--workspace", folder)[0] == 3
    monkeypatch.setenv("FIELDAPP_PASSPHRASE", "another horse")
    assert run("workspace", "info", "--workspace", folder)[0] == 0


def test_roster_lists_by_query_and_village(run: Run, folder: Path) -> None:
    code, told = run("roster", "list", "--query", "张", "--village", VILLAGE, "--limit", 5, "--workspace", folder)
    assert code == 0
    assert [(line["head_name"], line["state"]) for line in told["households"]] == [("张𬭎", "finalized")]
    assert run("roster", "list", "--query", "李", "--workspace", folder)[1]["total"] == 0


def test_roster_survives_export_and_import_into_another_workspace(run: Run, folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "roster.xlsx"
    assert run("export", "--all", "--layout", "roster", "--out", file, "--workspace", folder)[0] == 0
    laptop(tmp_path / "other").close()
    assert run("roster", "import", file, "--workspace", tmp_path / "other", "--dry-run")[1]["new"] == 1
    assert run("roster", "import", file, "--workspace", tmp_path / "other")[1]["new"] == 1
    assert run("roster", "import", file, "--workspace", tmp_path / "other")[1]["new"] == 0
    assert run("roster", "list", "--workspace", tmp_path / "other")[1]["households"][0]["head_name"] == "张𬭎"


def test_archives_are_made_as_files_and_verify(run: Run, folder: Path, tmp_path: Path) -> None:
    code, made = run("archive", "make", "--all", "--out", tmp_path / "out", "--workspace", folder)
    assert code == 0
    file = Path(made["archives"][0]["file"])
    code, told = run("archive", "verify", file, "--workspace", folder)
    assert code == 0
    assert (told[0]["valid"], told[0]["copies_identical"], told[0]["digest"]) == (True, True, made["archives"][0]["digest"])
    assert told[0]["district_signature"] == "none"
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 0xFF
    file.write_bytes(data)
    code, told = run("archive", "verify", file, "--workspace", folder)
    assert (code, told[0]["valid"]) == (4, False)
    assert told[0]["problems"]


def test_interview_plays_a_script_and_keeps_the_answers(run: Run, folder: Path, tmp_path: Path) -> None:
    household = run("roster", "list", "--workspace", folder)[1]["households"][0]["id"]
    script = tmp_path / "steps.jsonl"
    steps = [
        {"op": "set", "ref": "/household_survey/a_visit/visit_result_note", "value": "再次上门"},
        {"op": "set", "ref": "/household_survey/b_household/house_no", "value": "不该问"},
    ]
    script.write_text("\n".join(json.dumps(step) for step in steps), encoding="utf-8")
    code, told = run("interview", "play", household, "--form", "household_survey", "--script", script, "--workspace", folder)
    assert code == 4
    assert (told["steps"], told["refused"], told["state"]) == (2, [{"step": 2, "error": "not-allowed"}], "draft")


def test_broken_expression_names_sheet_and_row(run: Run, tmp_path: Path) -> None:
    form = tmp_path / "broken.md"
    form.write_text(
        "| survey |\n| | type | name | label | relevant |\n| | integer | a | A | |\n| | text | b | B | ${a} > |\n", encoding="utf-8"
    )
    code, told = run("form", "compile", form)
    assert (code, told["error"], told["sheet"], told["row"]) == (3, "expression", "survey", "3")


def test_form_compiles_to_an_xform_file(run: Run, tmp_path: Path) -> None:
    form = tmp_path / "small.md"
    form.write_text("| survey |\n| | type | name | label |\n| | integer | a | A |\n", encoding="utf-8")
    code, told = run("form", "compile", form, "--out", tmp_path / "small.xml")
    assert (code, told["questions"]) == (0, 1)
    assert "<h:html" in (tmp_path / "small.xml").read_text(encoding="utf-8")


def test_play_answers_line_by_line_and_refuses_what_is_no_json(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    xml = (
        '<h:html xmlns:h="http://www.w3.org/1999/xhtml" xmlns="http://www.w3.org/2002/xforms"><h:head><h:title>t</h:title><model>'
        '<instance><d id="t"><a/></d></instance><bind nodeset="/d/a" type="int"/></model></h:head>'
        '<h:body><input ref="/d/a"><label>A</label></input></h:body></h:html>'
    )
    case = {"id": "1", "xml": xml, "steps": [{"op": "set", "ref": "/d/a", "value": "5"}]}
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(case) + "\n"))
    assert main(["form", "play"]) == 0
    played = json.loads(capsys.readouterr().out)
    assert played["states"][1]["set"][0]["v"] == "5"
    monkeypatch.setattr("sys.stdin", io.StringIO("not json\n"))
    with pytest.raises(SystemExit) as ended:
        main(["form", "play"])
    assert ended.value.code == 2


def test_wrong_words_end_with_exit_code_2() -> None:
    with pytest.raises(SystemExit) as ended:
        main(["archive", "make"])
    assert ended.value.code == 2


def test_backups_are_made_listed_and_put_back_over_the_present(run: Run, folder: Path, tmp_path: Path) -> None:
    at = ("--workspace", folder)
    assert run("workspace", "backup", "--daily", *at)[0] == 0
    assert run("workspace", "backup", "--daily", *at)[1] == {"file": ""}
    code, whole = run("workspace", "backup", "--to", tmp_path / "stick", *at)
    assert (code, Path(whole["file"]).parent) == (0, tmp_path / "stick")
    (line,) = run("workspace", "backups", *at)[1]["backups"]
    assert line["why"] == "daily"
    code, told = run("workspace", "restore", line["file"], "--preview", *at)
    assert (code, told["households"], told["operations_lost"]) == (0, {"added": 0, "lost": 0, "changed": 0}, 0)
    code, done = run("workspace", "restore", line["file"], "--over", *at)
    assert (code, Path(done["before"]).is_dir()) == (0, True)
    assert run("workspace", "check", *at) == (0, {"ok": True, "damages": []})


def test_damaged_database_is_mended_from_what_is_readable_and_from_backups(run: Run, folder: Path) -> None:
    at = ("--workspace", folder)
    run("workspace", "backup", "--daily", *at)
    file = folder / "workspace.db"
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 8
    file.write_bytes(data)
    code, mended = run("workspace", "repair", *at)
    assert (code, mended["lost"], mended["remaining"]) == (0, [], [])
    assert run("workspace", "check", *at) == (0, {"ok": True, "damages": []})
    assert [line["head_name"] for line in run("roster", "list", *at)[1]["households"]] == ["张𬭎"]


def test_history_of_every_field_tells_old_new_who_when_why(run: Run, folder: Path) -> None:
    household = run("roster", "list", "--workspace", folder)[1]["households"][0]["id"]
    code, told = run("roster", "history", household, "--field", "visit_result_note", "--workspace", folder)
    (line,) = told["changes"]
    assert (code, line["before"], line["value"], line["who"], line["kind"]) == (0, "", "门锁着", "王队长", "submission")
    assert line["when"].startswith("2026-11-20")


def test_command_that_changes_something_makes_the_backup_of_the_day(run: Run, folder: Path, tmp_path: Path) -> None:
    file, at = tmp_path / "roster.xlsx", ("--workspace", tmp_path / "other")
    run("export", "--all", "--layout", "roster", "--out", file, "--workspace", folder)
    laptop(tmp_path / "other").close()
    own = tmp_path / "other" / "backups"
    assert run("roster", "list", *at)[0] == 0
    assert not list(own.glob("*"))
    assert run("roster", "import", file, *at)[1]["new"] == 1
    assert sorted(one["why"] for one in run("workspace", "backups", *at)[1]["backups"]) == ["before-import", "daily"]
