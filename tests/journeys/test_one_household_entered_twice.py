"""Two teams without a line enter the same household; it is joined on one laptop, counted once everywhere, and taken back on the other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from fieldapp.domain.household import Household, Member
from fieldapp.domain.ids import AreaCode, HouseholdId, MemberId
from fieldapp.store import households
from fieldapp.usecases import duplicates, exchange, interview, roster
from fieldapp.usecases.workspaces import Workspace
from sync.server import status
from tests.world import VILLAGE, DistrictServer, enrolled, quiet, visit_in_vain

FATHER = Member(MemberId(""), "张大山", "02", birth="1970-01-01", citizen_id="990102197001011239")
MOTHER = Member(MemberId(""), "李秀英", "10", birth="1972-02-02")


def entered(workspace: Workspace, address: str, *people: Member) -> HouseholdId:
    """A household with people."""
    members = tuple(replace(one, id=MemberId(uuid4().hex)) for one in people)
    return roster.add(workspace, Household(HouseholdId(uuid4().hex), AreaCode(VILLAGE), "张大山", address=address, members=members))


def exchanged(*teams: Workspace) -> None:
    """One after the other; the comparison with the district agrees."""
    for team in teams:
        assert exchange.sync_now(team, quiet).differing == 0


def counted(server: DistrictServer, *teams: Workspace) -> set[int]:
    """How many households the district and every laptop count: in figures, list, export and archives alike."""
    with server.district.reading() as session:
        numbers = {sum(area.households for area in status.figures(session).areas)}
    for team in teams:
        with team.read() as tx:
            numbers |= {len(households.ids(tx, VILLAGE)), households.count(tx), len(households.search(tx, "张大山"))}
        numbers |= {team.info().households, roster.search(team).total}
    return numbers


def test_a_household_of_two_teams_is_joined_on_one_laptop_and_taken_back_on_the_other(server: DistrictServer, tmp_path: Path) -> None:
    first, second = enrolled(server, tmp_path / "one", "甲队"), enrolled(server, tmp_path / "two", "乙队")
    server.stop()
    stays, gone = entered(first, "3组5号", FATHER, MOTHER), entered(second, "三组五号", FATHER)
    visit_in_vain(second, gone)
    server.start()
    exchanged(first, second, first)
    assert counted(server, first, second) == {2}
    for team in (first, second):
        (pair,) = duplicates.possible(team)
        assert ({pair.first.id, pair.second.id}, pair.rules) == ({stays, gone}, ("citizen-id",))

    assert duplicates.join(first, gone, stays, "两队各录一次") == 1
    exchanged(first, second)
    assert counted(server, first, second) == {1}
    (joined,) = duplicates.joined(second)
    assert (joined.household.id, joined.stays.id, joined.who, joined.why) == (gone, stays, "甲队", "两队各录一次")
    (line,) = roster.search(second).lines
    assert (line.id, line.members, line.joined, line.state) == (stays, 2, 1, "finalized")
    assert duplicates.possible(second) == ()
    assert interview.finalized_answers(second, gone)["a_visit/visit_result_note"] == "门锁着", "what the other team wrote is there"

    assert duplicates.take_back(second, gone, "是两兄弟") == 1
    exchanged(second, first)
    assert counted(server, first, second) == {2}
    assert {line.members for line in roster.search(first).lines} == {1, 2}
    assert first.check() == second.check() == ()
    first.close()
    second.close()
