"""What stays here of written bundles, cards, and the commands for sticks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldapp.cli import main as cli
from fieldapp.errors import BundleForeign, CardRefused, NotEnrolled, NotFound
from fieldapp.usecases import exchange, roster, sticks
from fieldapp.usecases.workspaces import Workspace
from tests.world import PASSPHRASE, VILLAGE, DistrictServer, enrolled, laptop, quiet


@pytest.fixture
def server(tmp_path: Path) -> Iterator[DistrictServer]:
    district = DistrictServer(tmp_path / "district")
    district.start()
    yield district
    district.close()


@pytest.fixture
def team(server: DistrictServer, tmp_path: Path) -> Iterator[Workspace]:
    made = enrolled(server, tmp_path / "one", "甲")
    yield made
    made.close()


def test_the_last_five_written_bundles_stay_sealed_as_they_were_and_can_be_written_again(team: Workspace, tmp_path: Path) -> None:
    written = []
    for number in range(7):
        roster.add_household(team, VILLAGE, f"CANARY{number}")
        team.place.clock.pass_time(seconds=1)  # type: ignore[attr-defined]
        sticks.write(team, tmp_path / f"{number}.bundle", quiet)
        written.append((tmp_path / f"{number}.bundle").read_bytes())
    kept = sticks.kept(team)
    assert [one.file.rpartition("-")[2] for one in kept] == [f"{number}.bundle" for number in (6, 5, 4, 3, 2)]
    for one, data in zip(kept, reversed(written), strict=False):
        stays = (team.folder / sticks.SENT / one.file).read_bytes()
        assert stays == data
        assert b"CANARY" not in stays
    assert sticks.copy_kept(team, kept[0].file, tmp_path / "again.bundle") == kept[0].bytes
    assert (tmp_path / "again.bundle").read_bytes() == written[-1]
    with pytest.raises(NotFound):
        sticks.copy_kept(team, "../vault.json", tmp_path / "no.bundle")


def test_what_stays_is_bounded_by_size(team: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sticks.write(team, tmp_path / "a.bundle", quiet)
    size = (tmp_path / "a.bundle").stat().st_size
    monkeypatch.setattr(sticks, "KEPT_BYTES", 2 * size + 100)
    for name in ("b", "c"):
        team.place.clock.pass_time(seconds=1)  # type: ignore[attr-defined]
        sticks.write(team, tmp_path / f"{name}.bundle", quiet)
    assert [one.file.rpartition("-")[2] for one in sticks.kept(team)] == ["c.bundle", "b.bundle"]
    monkeypatch.setattr(sticks, "KEPT_BYTES", size - 100)
    sticks.write(team, tmp_path / "d.bundle", quiet)
    assert "d.bundle" not in {one.file.rpartition("-")[2] for one in sticks.kept(team)}


def test_before_enrolment_there_is_neither_card_nor_colleague(tmp_path: Path) -> None:
    with laptop(tmp_path / "fresh") as fresh:
        assert sticks.colleagues(fresh) == ()
        with pytest.raises(NotEnrolled):
            sticks.card_text(fresh)
        with pytest.raises(NotEnrolled):
            sticks.visit(fresh, tmp_path, quiet)


def test_laptop_enrolled_before_there_were_cards_gets_its_own_with_the_next_exchange(team: Workspace) -> None:
    from fieldapp.store import facts

    with team.begin() as tx:
        for name in ("cards", "cards-day"):
            facts.put(tx, name, "")
    with pytest.raises(CardRefused, match="no-own-card"):
        sticks.card_text(team)
    exchange.sync_now(team, quiet)
    assert json.loads(sticks.card_text(team))["v"] == 1


def test_colleagues_become_known_by_line_once_a_day(server: DistrictServer, team: Workspace, tmp_path: Path) -> None:
    with enrolled(server, tmp_path / "two", "乙") as two:
        assert [one.person for one in sticks.colleagues(two)] == ["甲"]
    assert sticks.colleagues(team) == ()
    exchange.sync_now(team, quiet)
    assert sticks.colleagues(team) == ()
    team.place.clock.pass_time(hours=24)  # type: ignore[attr-defined]
    exchange.sync_now(team, quiet)
    assert [one.person for one in sticks.colleagues(team)] == ["乙"]


def test_commands_carry_work_from_one_laptop_to_another(
    server: DistrictServer, team: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    two = enrolled(server, tmp_path / "two", "乙")
    device = two.device.device
    stick = tmp_path / "stick"
    stick.mkdir()
    sticks.write_card(two, stick)
    two.close()
    roster.add_household(team, VILLAGE, "周八")
    team.close()
    monkeypatch.setenv("FIELDAPP_PASSPHRASE", PASSPHRASE)

    def run(folder: str, *words: str, code: int = 0) -> dict[str, object]:
        capsys.readouterr()
        user = {"one": "甲", "two": "乙"}[folder]
        assert cli([*words, "--workspace", str(tmp_path / folder), "--user", user, "--json"]) == code
        told: dict[str, object] = json.loads(capsys.readouterr().out)
        return told

    file = str(stick / "across.bundle")
    assert run("one", "bundle", "read", str(next(stick.glob("*.card"))))["person"] == "乙"
    assert [one["device"] for one in run("one", "bundle", "colleagues")["colleagues"]] == [device]  # type: ignore[attr-defined]
    assert run("one", "bundle", "write", "--to", device, "--out", file)["sent"] == 1
    assert run("two", "bundle", "stick", str(stick))["received"] == 1
    assert run("two", "bundle", "read", file)["received"] == 0
    assert str(run("two", "bundle", "card", "--out", str(stick))["file"]).endswith(".card")
    kept = run("one", "bundle", "kept")["kept"]
    again = str(tmp_path / "again.bundle")
    assert run("one", "bundle", "kept", "--again", kept[0]["file"], "--out", again)["bytes"] == kept[0]["bytes"]  # type: ignore[index]
    assert run("one", "bundle", "write", "--to", "0" * 32, "--out", file, code=3)["error"]


def test_bundle_on_the_stick_for_another_is_passed_over_and_refused_when_named(
    server: DistrictServer, team: Workspace, tmp_path: Path
) -> None:
    two, three = (enrolled(server, tmp_path / name, name) for name in ("乙", "丙"))
    stick = tmp_path / "stick"
    stick.mkdir()
    roster.add_household(three, VILLAGE, "周八")
    sticks.give(three, two.device.device, stick / "across.bundle", quiet)
    report = sticks.visit(team, stick, quiet)
    assert (report.read, report.passed_over, report.refused) == (0, 1, ())
    with pytest.raises(BundleForeign):
        sticks.read(team, stick / "across.bundle", quiet)
    two.close()
    three.close()
