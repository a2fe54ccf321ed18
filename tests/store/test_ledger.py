"""Copies that were made and taken are records; runs are kept step by step."""

from __future__ import annotations

import json

import pytest

from fieldapp.domain.household import Household
from fieldapp.domain.ids import AreaCode, HouseholdId
from fieldapp.errors import NotFound
from fieldapp.store import cache, facts, households, ledger, operations, outbox, runs
from fieldapp.store.database import Database
from fieldapp.store.ledger import CopyMade, CopyTaken

VILLAGE = "990101001001"
HOME, OTHER = "a" * 32, "b" * 32


def copy(household: str = HOME, way: str = "print") -> CopyMade:
    return CopyMade(household, "c" * 32, 1, "d" * 64, ("township", "household"), 12, way, "HP-1")


def settled(database: Database) -> None:
    with database.begin() as tx:
        for home, village in ((HOME, VILLAGE), (OTHER, "990101001002")):
            households.save(tx, Household(HouseholdId(home), AreaCode(village), "王小明"))


def test_copies_are_numbered_per_household_and_travel(database: Database) -> None:
    settled(database)
    with database.begin() as tx:
        before = outbox.unsent(tx)
        first, second = ledger.add_made(tx, VILLAGE, copy()), ledger.add_made(tx, VILLAGE, copy(way="file"))
        other = ledger.add_made(tx, "990101001002", copy(OTHER))
        assert (first.number, second.number, other.number) == (1, 2, 1)
        assert (first.user, first.device, first.holders) == (tx.user, tx.device, ("township", "household"))
        assert outbox.unsent(tx) == before + 3
    with database.read() as tx:
        assert [one.number for one in ledger.made(tx, HOME)] == [2, 1]
        assert [one.household for one in ledger.made(tx, village=VILLAGE)] == [HOME, HOME]
        assert len(ledger.made(tx)) == 3
    assert database.check() == ()


def test_prints_of_before_the_ledger_are_counted_on(database: Database) -> None:
    with database.begin() as tx:
        facts.put(tx, f"printed/{HOME}", "4")
        assert ledger.add_made(tx, VILLAGE, copy()).number == 5
        assert ledger.add_made(tx, VILLAGE, copy()).number == 6


def test_who_took_a_copy_is_kept(database: Database) -> None:
    settled(database)
    with database.begin() as tx:
        made = ledger.add_made(tx, VILLAGE, copy())
        ledger.add_taken(tx, VILLAGE, CopyTaken(HOME, made.record, "household", 1, "李秀英", "2026-11-22", note="户主之妻"))
    with database.read() as tx:
        (taken,) = ledger.taken(tx, village=VILLAGE)
        assert (taken.taken_by, taken.holder, taken.made, taken.user) == ("李秀英", "household", made.record, tx.user)
        assert ledger.taken(tx, OTHER) == ()


def test_ledger_is_rebuilt_from_operations(database: Database) -> None:
    with database.begin() as tx:
        made = ledger.add_made(tx, VILLAGE, copy())
        tx.sql("DELETE FROM copy_made")
    assert [damage.part for damage in database.check()] == ["cache"] * 2
    with database.begin() as tx:
        operations.rebuild(tx)
        assert ledger.made(tx) == (made,)


def test_upgrade_shows_the_copies_that_an_older_program_carried(database: Database) -> None:
    with database.begin() as tx:
        made = ledger.add_made(tx, VILLAGE, copy())
        tx.sql("DELETE FROM copy_made")
        cache.fill(tx.connection, (ledger.MADE, ledger.TAKEN))
        assert ledger.made(tx) == (made,)


def test_run_remembers_each_household(database: Database) -> None:
    with database.begin() as tx:
        run = runs.begin(tx, VILLAGE, "石桥村", {"copies": "household"}, [HOME, OTHER])
        runs.note(tx, run.id, 0, runs.OUT, "e" * 32)
    with database.read() as tx:
        (found,) = runs.listed(tx, runs.OPEN)
        assert [(line.household, line.state) for line in found.lines] == [(HOME, runs.OUT), (OTHER, runs.WAITING)]
        assert json.dumps(dict(found.options)) == '{"copies": "household"}'
    with database.begin() as tx:
        runs.close(tx, run.id)
        assert runs.listed(tx, runs.OPEN) == ()
        with pytest.raises(NotFound):
            runs.get(tx, "f" * 32)
