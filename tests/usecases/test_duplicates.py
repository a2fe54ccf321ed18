"""A household that was entered twice: found, joined, counted once, taken back with nothing changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from fieldapp.domain.clock import FixedClock
from fieldapp.domain.household import Household, Member
from fieldapp.domain.ids import AreaCode, HouseholdId, MemberId
from fieldapp.errors import NotAllowed, NotFound
from fieldapp.store import areas, audit, doubles, households, operations
from fieldapp.store.database import Database
from fieldapp.store.keys import QUICK, Realm
from fieldapp.usecases import duplicates, interview, roster, roster_file
from fieldapp.usecases.county.divisions import divisions
from fieldapp.usecases.workspaces import Workspace
from sync.survey import member_rows
from tests.world import MORNING, PASSPHRASE, VILLAGE, laptop, nobody_home

STAYS, GONE, THIRD = (HouseholdId(sign * 32) for sign in "abc")
FATHER, MOTHER, SON = "990102197001011239", "990102197202021228", "990102200003033211"
WHY = "两队各录一次"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """Without forms, which most of these stories do not need."""
    opened = Database.create(tmp_path / "laptop", "王队长", PASSPHRASE, Realm.DEMO, FixedClock(MORNING), QUICK)
    with opened.begin() as tx:
        areas.learn(tx, [area for area in divisions() if VILLAGE.startswith(area.code)])
    yield opened
    opened.close()


@pytest.fixture
def surveying(tmp_path: Path) -> Iterator[Workspace]:
    """With the forms."""
    opened = laptop(tmp_path / "surveying")
    yield opened
    opened.close()


def entered_twice(workspace: Workspace) -> None:
    """Two teams: both have the father, one knows the mother, the other the son."""
    keep(workspace, STAYS, "张大山", "3组5号", Member(MemberId("1" * 32), "张大山", "02", citizen_id=FATHER), mother("2"))
    keep(
        workspace,
        GONE,
        "张大山",
        "3组五号",
        Member(MemberId("3" * 32), "张大山", "02", citizen_id=FATHER),
        Member(MemberId("4" * 32), "张小海"),
    )


def mother(sign: str) -> Member:
    return Member(MemberId(sign * 32), "李秀英", "10", citizen_id=MOTHER)


def keep(workspace: Workspace, identity: HouseholdId, head: str, address: str, *members: Member, code: str = "") -> None:
    one = Household(identity, AreaCode(VILLAGE), head, address, national_code=code, members=members)
    roster.add(workspace, one)


def everything(workspace: Workspace) -> object:
    """All that the screens read of the roster."""
    with workspace.read() as tx:
        kept = [asdict(households.get(tx, one)) for one in (STAYS, GONE)]
        lines = [{**asdict(line), "unsent": 0} for line in households.search(tx)]
        tables = [tx.sql(f"SELECT * FROM {table} ORDER BY 1").fetchall() for table in ("household", "member", "submission", "tie")]
        found = tx.sql("SELECT household, text, shown FROM search ORDER BY 1").fetchall()
        return kept, lines, tables, found, workspace.info().households, workspace.info().members


def test_join_counts_the_household_and_its_people_once_and_finds_it_by_both_names(workspace: Workspace) -> None:
    entered_twice(workspace)
    (pair,) = duplicates.possible(workspace)
    assert (pair.first.id, pair.second.id, pair.rules) == (STAYS, GONE, ("citizen-id",))
    assert duplicates.join(workspace, GONE, STAYS, WHY) == 1
    (line,) = roster.search(workspace).lines
    assert (line.id, line.members, line.joined) == (STAYS, 3, 1)
    assert [one.id for one in roster.search(workspace, "小海").lines] == [STAYS]
    assert [one.id for one in roster.search(workspace, "五号").lines] == [STAYS]
    assert roster.tally(workspace) == (1, True)
    assert (workspace.info().households, workspace.info().members) == (1, 3)
    assert next(one.households for one in roster.villages(workspace) if one.code == VILLAGE) == 1
    assert duplicates.possible(workspace) == ()
    assert duplicates.marked(workspace).households == frozenset()
    with workspace.read() as tx:
        assert [one.name for one in households.whole(tx, STAYS).members] == ["张大山", "李秀英", "张小海"]
        assert [one.name for one in households.get(tx, GONE).members] == ["张大山", "张小海"]
        assert households.twin(tx, VILLAGE, "张大山", "3组五号") == STAYS
        assert households.by_citizen_id(tx, FATHER) == (STAYS,)
        assert audit.lines(tx, limit=1)[0].action == "join-household"
    assert workspace.check() == ()


def test_taking_back_restores_exactly_what_was_before(workspace: Workspace) -> None:
    entered_twice(workspace)
    before = everything(workspace)
    duplicates.join(workspace, GONE, STAYS, WHY)
    (joined,) = duplicates.joined(workspace)
    assert (joined.household.id, joined.stays.id, joined.why, joined.who) == (GONE, STAYS, WHY, "王队长")
    assert everything(workspace) != before
    assert duplicates.take_back(workspace, GONE, "看错了") == 1
    assert everything(workspace) == before
    assert duplicates.joined(workspace) == ()
    assert workspace.check() == ()


def test_joined_cache_is_rebuilt_from_the_operations_and_a_damaged_one_is_noticed(workspace: Workspace) -> None:
    entered_twice(workspace)
    duplicates.join(workspace, GONE, STAYS, WHY)
    joined = everything(workspace)
    with workspace.begin() as tx:
        tx.sql("UPDATE tie SET stays = '' WHERE record = ?", GONE)
    assert ("cache", GONE, "tie") in [(one.part, one.subject, one.detail) for one in workspace.check()]
    with workspace.begin() as tx:
        operations.rebuild(tx)
    assert everything(workspace) == joined
    assert workspace.check() == ()


def test_chain_of_joins_has_one_end_and_opens_link_by_link(workspace: Workspace) -> None:
    entered_twice(workspace)
    keep(workspace, THIRD, "张大山", "村部", mother("5"))
    duplicates.join(workspace, GONE, STAYS, WHY)
    assert duplicates.join(workspace, STAYS, THIRD, WHY) == 1
    assert [(line.id, line.joined, line.members) for line in roster.search(workspace).lines] == [(THIRD, 2, 3)]
    with pytest.raises(NotAllowed, match="same-household"):
        duplicates.join(workspace, THIRD, GONE, WHY)
    keep(workspace, HouseholdId("d" * 32), "孙七", "村西")
    with pytest.raises(NotAllowed, match="joined-already"):
        duplicates.join(workspace, GONE, HouseholdId("d" * 32), WHY)
    duplicates.take_back(workspace, STAYS, "看错了")
    assert [(line.id, line.joined) for line in roster.search(workspace, "张").lines] == [(STAYS, 1), (THIRD, 0)]


def test_taking_back_a_join_that_two_laptops_made_the_other_way_round_takes_both_back(workspace: Workspace) -> None:
    entered_twice(workspace)
    before = everything(workspace)
    duplicates.join(workspace, GONE, STAYS, WHY)
    with workspace.begin() as tx:
        operations.write(tx, "household", STAYS, VILLAGE, {doubles.FIELD: GONE})
        operations.write(tx, "member", "1" * 32, VILLAGE, {doubles.FIELD: "3" * 32})
    (joined,) = duplicates.joined(workspace)
    assert (joined.household.id, joined.stays.id) == (GONE, STAYS)
    assert duplicates.take_back(workspace, GONE, "看错了") == 2
    assert everything(workspace) == before


def test_household_whose_other_half_was_deleted_can_be_joined_anew(workspace: Workspace) -> None:
    entered_twice(workspace)
    duplicates.join(workspace, GONE, STAYS, WHY)
    keep(workspace, THIRD, "张大山", "村部", mother("5"))
    with workspace.begin() as tx:
        operations.write(tx, "household", STAYS, VILLAGE, {}, delete=True)
    duplicates.join(workspace, GONE, THIRD, WHY)
    assert [(one.household.id, one.stays.id) for one in duplicates.joined(workspace)] == [(GONE, THIRD)]


def test_join_asks_for_a_reason_and_for_two_households(workspace: Workspace) -> None:
    entered_twice(workspace)
    with pytest.raises(NotAllowed, match="reason-missing"):
        duplicates.join(workspace, GONE, STAYS, " ")
    with pytest.raises(NotAllowed, match="same-household"):
        duplicates.join(workspace, GONE, GONE, WHY)
    with pytest.raises(NotFound):
        duplicates.join(workspace, GONE, THIRD, WHY)
    with pytest.raises(NotFound, match="member"):
        duplicates.join(workspace, GONE, STAYS, WHY, [(MemberId("1" * 32), MemberId("1" * 32))])
    with pytest.raises(NotFound, match="join"):
        duplicates.take_back(workspace, GONE, WHY)
    assert duplicates.joined(workspace) == ()


def test_join_across_villages_needs_both_in_the_scope(workspace: Workspace) -> None:
    entered_twice(workspace)
    with workspace.begin() as tx:
        tx.sql("INSERT INTO scope (village) VALUES (?)", "990102101202")
    with pytest.raises(NotAllowed, match="scope"):
        duplicates.join(workspace, GONE, STAYS, WHY)
    with workspace.begin() as tx:
        tx.sql("INSERT INTO scope (village) VALUES (?)", VILLAGE)
    duplicates.join(workspace, GONE, STAYS, WHY)


def test_two_households_that_a_person_looked_at_are_not_offered_again_until_that_is_taken_back(workspace: Workspace) -> None:
    entered_twice(workspace)
    duplicates.set_apart(workspace, GONE, STAYS, "父子两家")
    assert duplicates.possible(workspace) == ()
    assert duplicates.marked(workspace).households == frozenset()
    duplicates.set_apart(workspace, STAYS, GONE, "还是一家", same=True)
    assert duplicates.marked(workspace).households == {STAYS, GONE}
    known = duplicates.marked(workspace)
    assert duplicates.marked(workspace, known) is known


def test_comparison_shows_every_field_and_who_is_one_person(surveying: Workspace) -> None:
    entered_twice(surveying)
    surveyed = nobody_home(surveying, "张大山")
    found = duplicates.compare(surveying, STAYS, GONE)
    address = next(one for one in found.fields if one.field == "address")
    assert (address.first, address.second, address.differs) == ("3组5号", "3组五号", True)
    people = [(one.first and one.first.name, one.second and one.second.name) for one in found.people]
    assert people == [("张大山", "张大山"), ("李秀英", None), (None, "张小海")]
    assert found.better == STAYS
    assert duplicates.compare(surveying, STAYS, surveyed).better == surveyed


def test_joined_household_keeps_its_form_and_tells_how_far_it_is(surveying: Workspace) -> None:
    entered_twice(surveying)
    surveyed = nobody_home(surveying, "张大山")
    duplicates.join(surveying, surveyed, STAYS, WHY)
    line = next(line for line in roster.search(surveying).lines if line.id == STAYS)
    assert (line.state, line.revision) == ("finalized", 1)
    opened, other = interview.start(surveying, surveyed), interview.start(surveying, STAYS)
    assert (opened.revision, opened.joined) == (1, "已合并到：张大山 户")
    assert (other.revision, other.joined) == (0, "另有 1 户合并到这一户，表在“重复户”里看")
    with surveying.read() as tx:
        assert doubles.parts(tx, STAYS) == (STAYS, surveyed)
        assert tx.value("SELECT count(*) FROM submission WHERE household = ?", surveyed) == 1


def test_first_survey_of_the_one_that_stays_begins_with_everybody_once_and_one_head(surveying: Workspace) -> None:
    entered_twice(surveying)
    other = Member(MemberId("6" * 32), "张二海", "02")
    keep(surveying, THIRD, "张二海", "3组6号", other)
    duplicates.join(surveying, GONE, STAYS, WHY)
    duplicates.join(surveying, THIRD, STAYS, WHY)
    opened = interview.start(surveying, STAYS)
    told = member_rows(opened.session.snapshot())
    assert [answers["m_name"] for _, answers in told] == ["张大山", "李秀英", "张小海", "张二海"]
    assert [answers.get("m_relation", "") for _, answers in told] == ["02", "10", "", ""]


def test_export_counts_a_joined_household_and_its_people_once(workspace: Workspace, tmp_path: Path) -> None:
    entered_twice(workspace)
    duplicates.join(workspace, GONE, STAYS, WHY)
    file = tmp_path / "out.xlsx"
    assert roster.export_file(workspace, file, "roster") == 1
    with workspace.read() as tx:
        known = areas.below(tx, "")
    (written,) = roster_file.read(file, known).households
    assert sorted(member.name for member in written.members) == ["张大山", "张小海", "李秀英"]
