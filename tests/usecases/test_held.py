"""A flood of deletions waits for a person, everything else of the exchange does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from fieldapp.domain.household import Household
from fieldapp.domain.ids import AreaCode, HouseholdId
from fieldapp.errors import NotFound
from fieldapp.store import households, operations
from fieldapp.usecases import exchange, held
from fieldapp.usecases.workspaces import Workspace
from tests.world import VILLAGE, DistrictServer, enrolled, quiet

IDS = [f"{number:032x}" for number in range(1, 61)]


@pytest.fixture
def teams(server: DistrictServer, tmp_path: Path) -> tuple[Workspace, Workspace]:
    """Two laptops that hold the same sixty households."""
    one, two = enrolled(server, tmp_path / "one", "甲"), enrolled(server, tmp_path / "two", "乙")
    with one.begin() as tx:
        for at, identity in enumerate(IDS):
            households.save(tx, Household(HouseholdId(identity), AreaCode(VILLAGE), f"户主{at}"))
    exchange.sync_now(one, quiet)
    exchange.sync_now(two, quiet)
    return one, two


def _delete(workspace: Workspace, ids: list[str]) -> None:
    with workspace.begin() as tx:
        for identity in ids:
            operations.write(tx, "household", identity, VILLAGE, {}, delete=True)


def _alive(workspace: Workspace) -> int:
    with workspace.read() as tx:
        return households.count(tx)


def test_few_deletions_pass_and_many_are_held_until_they_are_confirmed(teams: tuple[Workspace, Workspace]) -> None:
    one, two = teams
    _delete(one, IDS[:3])
    exchange.sync_now(one, quiet)
    exchange.sync_now(two, quiet)
    assert (_alive(two), held.waiting(two)) == (57, ())
    _delete(one, IDS[3:30])
    with one.begin() as tx:
        operations.write(tx, "household", IDS[40], VILLAGE, {"phone": "1"})
    exchange.sync_now(one, quiet)
    report = exchange.sync_now(two, quiet)
    assert (report.differing, report.received) == (0, 1)
    (line,) = held.waiting(two)
    assert (line.village, line.records, line.of, line.who) == (VILLAGE, 27, 57, "甲")
    assert _alive(two) == 57
    again = exchange.sync_now(two, quiet)
    assert (again.sent, again.received, again.differing, len(held.waiting(two))) == (0, 0, 0, 1)
    assert held.confirm(two, VILLAGE) == 27
    assert (_alive(two), held.waiting(two), exchange.status(two).unsent) == (30, (), 0)
    assert two.check() == ()
    with pytest.raises(NotFound):
        held.confirm(two, VILLAGE)
    for team in teams:
        team.close()


def test_refused_deletions_bring_the_records_back_everywhere(teams: tuple[Workspace, Workspace]) -> None:
    one, two = teams
    _delete(one, IDS[:25])
    exchange.sync_now(one, quiet)
    exchange.sync_now(two, quiet)
    assert held.keep(two, VILLAGE) == 25
    assert (_alive(two), held.waiting(two)) == (60, ())
    exchange.sync_now(two, quiet)
    exchange.sync_now(one, quiet)
    assert _alive(one) == 60
    assert (exchange.conflicts(one), exchange.conflicts(two)) == ((), ())
    for team in teams:
        team.close()
