"""Joins on several laptops: whatever arrives in whatever order, everybody reads the same, and taking back leaves nothing behind."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldapp.domain.clock import CHINA, FixedClock
from fieldapp.domain.household import Household, Member
from fieldapp.domain.ids import AreaCode, HouseholdId, MemberId
from fieldapp.store import cache, households, intake, operations, outbox, purge, ties
from fieldapp.store.database import Database
from fieldapp.store.keys import QUICK, Realm
from fieldapp.store.transaction import Transaction
from sync.replica import Author

VILLAGE = AreaCode("990101001001")
HOMES, LAPTOPS = 4, 3
DECISIONS = st.lists(st.tuples(st.integers(0, LAPTOPS - 1), st.integers(0, HOMES - 1), st.integers(-1, HOMES - 1)), min_size=1, max_size=7)
"""Laptop, household, and the one that it is joined to there; -1 takes a join back."""


@pytest.fixture(scope="module")
def laptops(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Database]]:
    clock = FixedClock(datetime(2026, 11, 20, 9, 0, tzinfo=CHINA))
    made = [Database.create(tmp_path_factory.mktemp("w") / "w", "王", "p" * 12, Realm.DEMO, clock, QUICK) for _ in range(LAPTOPS)]
    authors = [Author(one.device.device, one.device.public_key, "", False) for one in made]
    for one in made:
        with one.begin() as tx:
            intake.learn_authors(tx, authors)
    yield made
    for one in made:
        one.close()


def entered(tx: Transaction, count: int = HOMES) -> list[str]:
    """Households with a member each, with ids of their own."""
    ids = [uuid4().hex for _ in range(count)]
    for number, one in enumerate(ids):
        member = Member(MemberId(uuid4().hex), f"员{number}")
        households.save(tx, Household(HouseholdId(one), VILLAGE, f"户{number}", members=(member,)))
    return ids


def say(laptop: Database, record: str, target: str | None) -> None:
    with laptop.begin() as tx:
        operations.write(tx, "household", record, VILLAGE, {ties.FIELD: target}, why="重复")


def carry(laptop: Database, to: Database, records: list[str]) -> None:
    with laptop.read() as tx:
        known = [operation for record in records for operation in operations.of_record(tx, record)]
    with to.begin() as tx:
        intake.take_in(tx, "stick", known)


def reading(laptop: Database, records: list[str]) -> object:
    """Who counts as whom, what the roster lists and by what it is found."""
    with laptop.read() as tx:
        stays = {one: end for one, end in ties.hidden(tx.connection).items() if one in records}
        listed = {line.id: (line.members, line.joined) for line in households.search(tx, limit=1000) if line.id in records}
        found = {line.id for number in range(HOMES) for line in households.search(tx, f"户{number}", limit=1000) if line.id in records}
    assert set(listed) == set(records) - set(stays)
    assert found == set(listed)
    return stays, listed


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(DECISIONS, st.permutations(range(LAPTOPS)), st.randoms(use_true_random=False))
def test_all_laptops_read_the_same_groups_and_taking_back_restores_what_was(laptops: list[Database], decisions, order, chance) -> None:
    with laptops[0].begin() as tx:
        ids = entered(tx)
    with laptops[0].read() as tx:
        everybody = [*ids, *(member.id for one in ids for member in households.get(tx, one).members)]
    for other in laptops[1:]:
        carry(laptops[0], other, everybody)
    before = reading(laptops[0], ids)
    for laptop, record, target in decisions:
        say(laptops[laptop], ids[record], ids[target] if target >= 0 else None)
        if chance.random() < 0.2:
            carry(laptops[laptop], laptops[(laptop + 1) % LAPTOPS], chance.sample(ids, 2))
    for giver in order:
        for taker in order:
            if giver != taker:
                carry(laptops[giver], laptops[taker], chance.sample(ids, HOMES))
    readings = [reading(one, ids) for one in laptops]
    assert readings[0] == readings[1] == readings[2]
    for record in ids:
        say(laptops[0], record, None)
    assert reading(laptops[0], ids) == before


def test_two_laptops_that_join_the_other_way_round_agree_on_one_that_stays(laptops: list[Database]) -> None:
    with laptops[0].begin() as tx:
        one, other = sorted(entered(tx, 2))
    carry(laptops[0], laptops[1], [one, other])
    say(laptops[0], one, other)
    say(laptops[1], other, one)
    carry(laptops[0], laptops[1], [one, other])
    carry(laptops[1], laptops[0], [one, other])
    for laptop in laptops[:2]:
        with laptop.read() as tx:
            assert ties.staying(tx.connection, [one, other]) == {other: one}


def test_household_that_was_deleted_or_cleared_away_hides_nothing(database: Database) -> None:
    with database.begin() as tx:
        one, other, third = entered(tx, 3)
    say(database, one, other)
    say(database, third, other)
    with database.begin() as tx:
        operations.write(tx, "household", other, VILLAGE, {}, delete=True)
        assert {line.id for line in households.search(tx)} == {one, third}
    with database.begin() as tx:
        operations.write(tx, "household", other, VILLAGE, {})
        assert {line.id for line in households.search(tx)} == {other}
    with database.begin() as tx:
        purge.purge(tx, [other])
    with database.begin() as tx:
        assert {line.id for line in households.search(tx)} == {one, third}
        purge.purge(tx, [third])
    assert database.check() == ()


def test_join_to_nothing_or_to_itself_is_none(database: Database) -> None:
    with database.begin() as tx:
        (one,) = entered(tx, 1)
    for target in ("", one, "no such household"):
        say(database, one, target)
        with database.read() as tx:
            assert [line.id for line in households.search(tx)] == [one]
    assert database.check() == ()


def test_what_was_joined_is_cleared_away_together(database: Database) -> None:
    with database.begin() as tx:
        one, other, third = entered(tx, 3)
        outbox.acknowledge(tx, outbox.DISTRICT, tx.column("SELECT id FROM operation"))
    say(database, one, other)
    with database.begin() as tx:
        assert purge.plan(tx, 0).households == (third,)
        assert purge.plan(tx, 0).kept == {"unsent": 2}
        outbox.acknowledge(tx, outbox.DISTRICT, tx.column("SELECT id FROM operation"))
        assert set(purge.plan(tx, 0).households) == {one, other, third}


def test_joins_that_an_older_program_carried_are_found_by_the_migration(database: Database) -> None:
    with database.begin() as tx:
        one, other, third = entered(tx, 3)
        operations.write(tx, "household", third, VILLAGE, {f"{ties.UNLIKE}{one}": "1"})
    say(database, one, other)
    with database.begin() as tx:
        known = ties.every(tx.connection)
        tx.sql("DELETE FROM tie")
        cache.fill_ties(tx.connection)
        assert ties.every(tx.connection) == known
        assert {row[0] for row in known} == {one, third}
