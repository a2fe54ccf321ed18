"""No line between the laptops: a stick goes from team to team, one of them comes to the district, and everybody has the receipts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fieldapp.domain.ids import HouseholdId
from fieldapp.usecases import exchange, interview, roster, sticks
from fieldapp.usecases.workspaces import Workspace
from sync.server import cli as district
from tests.world import DistrictServer, enrolled, nobody_home, photo, quiet, visit_in_vain

VILLAGE = "990102101201"


def stick(folder: Path) -> Path:
    folder.mkdir()
    return folder


def colleague(laptop: Workspace, other: Workspace) -> sticks.Colleague:
    return next(one for one in sticks.colleagues(laptop) if one.device == other.device.device)


def given(giver: Workspace, taker: Workspace, folder: Path) -> exchange.ExchangeReport:
    """The giver writes for the taker, who reads it."""
    file = folder / "across.bundle"
    sticks.give(giver, colleague(giver, taker).device, file, quiet)
    return sticks.read(taker, file, quiet)


def served(server: DistrictServer, folder: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    """One press at the district."""
    capsys.readouterr()
    assert district.main(["bundle", "stick", str(folder), "--data", str(server.folder), "--json"]) == 0
    told: dict[str, object] = json.loads(capsys.readouterr().out)
    return told


def answers(laptop: Workspace, household: HouseholdId) -> dict[str, str]:
    return dict(interview.finalized_answers(laptop, household))


def test_first_gives_to_second_who_comes_to_the_district_and_first_has_receipts_without_sending_again(
    server: DistrictServer, tmp_path: Path
) -> None:
    first, second = enrolled(server, tmp_path / "one", "甲"), enrolled(server, tmp_path / "two", "乙")
    server.stop()
    bag = stick(tmp_path / "stick")
    household = nobody_home(first, "张𬭎", picture=photo("x" * 30_000))
    sticks.write_card(second, bag)
    assert sticks.learn_card_file(first, next(bag.glob("*.card"))).person == "乙"
    done = given(first, second, bag)
    assert (done.received, done.files_received, done.set_aside) == (3, 1, 0)
    assert "张𬭎".encode() not in (bag / "across.bundle").read_bytes()
    assert sticks.read(second, bag / "across.bundle", quiet).received == 0
    assert roster.search(second).lines[0].head_name == "张𬭎"
    assert answers(second, household) == answers(first, household)
    assert (exchange.status(first).unsent, exchange.status(second).unsent) == (3, 3), "another laptop's word is no receipt"

    server.start()
    visit_in_vain(second, roster.add_household(second, VILLAGE, "李四"))
    assert exchange.sync_now(second, quiet).sent == 5
    assert exchange.status(second).unsent == 0
    own = nobody_home(first, "王五")
    report = exchange.sync_now(first, quiet)
    assert report.sent == 2, "what the second laptop carried is not sent again"
    assert report.bytes_up < 15_000, "nor is the photo: the district has it and says so"
    status = exchange.status(first)
    assert (status.unsent, status.files_waiting, status.conflicts, status.set_aside) == (0, 0, 0, 0)
    assert exchange.sync_now(second, quiet).received == 2
    assert {line.head_name for line in roster.search(second).lines} == {"张𬭎", "李四", "王五"}
    assert answers(second, own) == answers(first, own)
    first.close()
    second.close()


def test_township_collects_on_one_stick_and_brings_the_answers_back(
    server: DistrictServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    laptops = [enrolled(server, tmp_path / name, name) for name in ("甲", "乙")]
    server.stop()
    bag = stick(tmp_path / "stick")
    households = [nobody_home(laptop, f"户{at}", picture=photo(size=(400 + at, 300))) for at, laptop in enumerate(laptops)]
    for laptop in laptops:
        report = sticks.visit(laptop, bag, quiet)
        assert (report.sent, report.files_sent, report.read) == (3, 1, 0)
    assert len(list(bag.glob("*.bundle"))) == 2
    (bag / "torn.bundle").write_bytes(next(bag.glob("*.bundle")).read_bytes()[:-7])

    told = served(server, bag, capsys)
    assert (told["bundles"], told["new"], told["files"], told["refused"]) == (2, 6, 2, [["torn.bundle", "bundle-damaged"]])
    assert len(told["answers"]) == 2  # type: ignore[arg-type]
    again = served(server, bag, capsys)
    assert (again["bundles"], again["new"]) == (2, 0)
    assert len(list(bag.glob("*-answer.fab"))) <= 4

    for laptop in laptops:
        report = sticks.visit(laptop, bag, quiet)
        assert (report.set_aside, report.sent, report.files_sent) == (0, 0, 0)
        assert report.received == 3
        assert exchange.status(laptop).unsent == 0
        assert sticks.visit(laptop, bag, quiet).received == 0
    told_by_first = answers(laptops[0], households[0])
    for laptop in laptops:
        assert exchange.status(laptop).files_wanted == 0
        assert roster.search(laptop).total == 2
        assert answers(laptop, households[0]) == told_by_first
        laptop.close()


def test_township_laptop_takes_the_villages_work_along(server: DistrictServer, tmp_path: Path) -> None:
    village = enrolled(server, tmp_path / "village", "村甲", VILLAGE)
    town = enrolled(server, tmp_path / "town", "镇乙")
    exchange.sync_now(village, quiet)
    server.stop()
    bag = stick(tmp_path / "stick")
    sticks.visit(town, bag, quiet)
    household = nobody_home(village, "赵六", picture=photo())
    sticks.visit(village, bag, quiet)
    assert [one.person for one in sticks.colleagues(village)] == ["镇乙"]
    sticks.give(village, town.device.device, bag / "for-town.bundle", quiet)
    report = sticks.visit(town, bag, quiet)
    assert (report.read, report.received, report.files_received, report.passed_over) == (1, 3, 1, 1)
    server.start()
    assert exchange.sync_now(town, quiet).files_sent == 1
    server.stop()
    sticks.give(town, village.device.device, bag / "for-village.bundle", quiet)
    assert sticks.read(village, bag / "for-village.bundle", quiet).received == 0
    assert exchange.status(village).unsent == 3, "only the district gives receipts"
    server.start()
    done = exchange.sync_now(village, quiet)
    assert (done.sent, exchange.status(village).unsent, exchange.status(village).files_waiting) == (0, 0, 0)
    assert answers(town, household) == answers(village, household)
    village.close()
    town.close()


def test_township_line_brings_sealed_work_to_the_district_and_the_answers_back(server: DistrictServer, tmp_path: Path) -> None:
    village, town = enrolled(server, tmp_path / "village", "村甲", VILLAGE), enrolled(server, tmp_path / "town", "镇乙")
    bag = stick(tmp_path / "stick")
    household = nobody_home(village, "钱七", picture=photo())
    sticks.visit(village, bag, quiet)
    whole = next(bag.glob("*.bundle")).read_bytes()
    (bag / "torn.bundle").write_bytes(whole[:-7])
    done = sticks.relay(town, bag, quiet)
    assert (done.carried, [(one.file, one.code) for one in done.refused]) == (1, [("torn.bundle", "refused")])
    assert sticks.relay(town, bag, quiet).carried == 1
    assert roster.search(town).total == 0, "what was carried is sealed"
    server.stop()
    assert sticks.visit(village, bag, quiet).set_aside == 0
    assert (exchange.status(village).unsent, exchange.status(village).files_waiting) == (0, 0)
    server.start()
    exchange.sync_now(town, quiet)
    assert answers(town, household) == answers(village, household)
    village.close()
    town.close()
