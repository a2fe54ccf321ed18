"""What stays here of written bundles, cards, and the commands for sticks."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from fieldapp.cli import main as cli
from fieldapp.errors import BundleForeign, CardRefused, NotEnrolled, NotFound
from fieldapp.store import facts
from fieldapp.store.replica import StoreReplica
from fieldapp.usecases import exchange, kept_bundles, roster, sticks
from fieldapp.usecases.workspaces import Workspace
from tests.world import PASSPHRASE, VILLAGE, DistrictServer, enrolled, laptop, quiet


@dataclass
class Pair:
    """Two laptops of one district, for all tests here."""

    server: DistrictServer
    folder: Path
    one: Workspace
    two: Workspace


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    folder = tmp_path_factory.mktemp("sticks")
    server = DistrictServer(folder / "district")
    server.start()
    made = Pair(server, folder, enrolled(server, folder / "one", "甲"), enrolled(server, folder / "two", "乙"))
    yield made
    made.one.close()
    made.two.close()
    server.close()


@pytest.fixture
def team(pair: Pair) -> Workspace:
    return pair.one


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    made = tmp_path / "stick"
    made.mkdir()
    return made


def test_the_last_five_written_bundles_stay_sealed_as_they_were_and_can_be_written_again(team: Workspace, tmp_path: Path) -> None:
    written = []
    for number in range(7):
        roster.add_household(team, VILLAGE, f"CANARY{number}")
        team.place.clock.pass_time(seconds=1)  # type: ignore[attr-defined]
        sticks.write(team, tmp_path / f"{number}.bundle", quiet)
        written.append((tmp_path / f"{number}.bundle").read_bytes())
    kept = kept_bundles.kept(team)
    assert [one.file.rpartition("-")[2] for one in kept] == [f"{number}.bundle" for number in (6, 5, 4, 3, 2)]
    for one, data in zip(kept, reversed(written), strict=False):
        stays = (team.folder / kept_bundles.SENT / one.file).read_bytes()
        assert stays == data
        assert b"CANARY" not in stays
    assert kept_bundles.copy_kept(team, kept[0].file, tmp_path / "again.bundle") == kept[0].bytes
    assert (tmp_path / "again.bundle").read_bytes() == written[-1]
    with pytest.raises(NotFound):
        kept_bundles.copy_kept(team, "../vault.json", tmp_path / "no.bundle")


def test_what_stays_is_bounded_by_size(team: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    team.place.clock.pass_time(seconds=1)  # type: ignore[attr-defined]
    sticks.write(team, tmp_path / "a.bundle", quiet)
    size = (tmp_path / "a.bundle").stat().st_size
    monkeypatch.setattr(kept_bundles, "KEPT_BYTES", 2 * size + 100)
    for name in ("b", "c"):
        team.place.clock.pass_time(seconds=1)  # type: ignore[attr-defined]
        sticks.write(team, tmp_path / f"{name}.bundle", quiet)
    assert [one.file.rpartition("-")[2] for one in kept_bundles.kept(team)] == ["c.bundle", "b.bundle"]
    monkeypatch.setattr(kept_bundles, "KEPT_BYTES", size - 100)
    sticks.write(team, tmp_path / "d.bundle", quiet)
    assert "d.bundle" not in {one.file.rpartition("-")[2] for one in kept_bundles.kept(team)}


def test_before_enrolment_there_is_neither_card_nor_colleague(tmp_path: Path) -> None:
    with laptop(tmp_path / "fresh") as fresh:
        assert sticks.colleagues(fresh) == ()
        with pytest.raises(NotEnrolled):
            sticks.card_text(fresh)
        with pytest.raises(NotEnrolled):
            sticks.visit(fresh, tmp_path, quiet)


def test_laptop_enrolled_before_there_were_cards_gets_its_own_and_its_colleagues_with_the_next_exchange(team: Workspace) -> None:
    with team.begin() as tx:
        for name in ("cards", "cards-day"):
            facts.put(tx, name, "")
    with pytest.raises(CardRefused, match="no-own-card"):
        sticks.card_text(team)
    exchange.sync_now(team, quiet)
    assert json.loads(sticks.card_text(team))["v"] == 1
    assert [one.person for one in sticks.colleagues(team)] == ["乙"]


def test_cards_are_asked_for_once_a_day(pair: Pair) -> None:
    replica = StoreReplica(pair.two)
    exchange.sync_now(pair.two, quiet)
    assert not replica.cards_wanted()
    pair.two.place.clock.pass_time(hours=24)  # type: ignore[attr-defined]
    assert replica.cards_wanted()


def test_bundle_for_another_is_passed_over_on_a_stick_and_refused_when_named(pair: Pair, stick: Path) -> None:
    roster.add_household(pair.two, VILLAGE, "周七")
    sticks.learn_card(pair.two, sticks.card_text(pair.one))
    sticks.give(pair.two, pair.one.device.device, stick / "across.bundle", quiet)
    report = sticks.visit(pair.two, stick, quiet)
    assert (report.read, report.passed_over, report.refused) == (0, 0, ()), "one's own bundle for a colleague is not another's"
    with pytest.raises(BundleForeign):
        sticks.read(pair.two, stick / "across.bundle", quiet)
    assert sticks.visit(pair.one, stick, quiet).passed_over == 1
    assert {file.suffix for file in stick.iterdir()} == {".bundle", ".card"}


def test_new_bundle_takes_the_place_of_what_this_laptop_wrote_and_of_nothing_else(team: Workspace, stick: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "clone.bundle"
    exchange.write_bundle(team, elsewhere, quiet)
    shutil.copy(elsewhere, stick)
    first = sticks.visit(team, stick, quiet).written
    team.place.clock.pass_time(seconds=1)  # type: ignore[attr-defined]
    second = sticks.visit(team, stick, quiet).written
    assert first != second
    assert {file.name for file in stick.glob("*.bundle")} == {second, "clone.bundle"}


def test_commands_carry_work_from_one_laptop_to_another(
    pair: Pair, stick: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    device = pair.two.device.device
    sticks.write_card(pair.two, stick)
    roster.add_household(pair.one, VILLAGE, "周八")
    pair.one.close()
    pair.two.close()
    monkeypatch.setenv("FIELDAPP_PASSPHRASE", PASSPHRASE)

    def run(folder: str, *words: str, code: int = 0) -> dict[str, object]:
        capsys.readouterr()
        user = {"one": "甲", "two": "乙"}[folder]
        assert cli([*words, "--workspace", str(pair.folder / folder), "--user", user, "--json"]) == code
        told: dict[str, object] = json.loads(capsys.readouterr().out)
        return told

    file = str(stick / "across.bundle")
    assert run("one", "bundle", "read", str(next(stick.glob("*.card"))))["person"] == "乙"
    assert [one["device"] for one in run("one", "bundle", "colleagues")["colleagues"]] == [device]  # type: ignore[attr-defined]
    assert int(str(run("one", "bundle", "write", "--to", device, "--out", file)["sent"])) > 0
    assert int(str(run("two", "bundle", "stick", str(stick))["received"])) > 0
    assert run("two", "bundle", "read", file)["received"] == 0
    assert str(run("two", "bundle", "card", "--out", str(stick))["file"]).endswith(".card")
    kept = run("one", "bundle", "kept")["kept"]
    again = str(stick / "again.bundle")
    assert run("one", "bundle", "kept", "--again", kept[0]["file"], "--out", again)["bytes"] == kept[0]["bytes"]  # type: ignore[index]
    assert run("one", "bundle", "write", "--to", "0" * 32, "--out", file, code=3)["error"]
