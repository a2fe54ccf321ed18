"""Households that were entered twice: the district counts each once, across villages and deletions, and again when that is taken back."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmodel import col, delete, select

from sync.joining import FIELD
from sync.keys import DeviceKey
from sync.server import backup, counts, dump, examine, joined, status
from sync.server.tables import IS_HOUSEHOLD, Joined, Record
from sync.session import exchange

from .conftest import EAST, SOUTH, silent
from .memory import MemoryReplica
from .place import Place, PlayedLine
from .test_exchange import rec


class Team:
    """A laptop of the whole county, and what the district counts of its villages."""

    def __init__(self, folder: Path) -> None:
        self.place = Place(folder)
        self.replica = MemoryReplica(DeviceKey(b"\x31" * 32))
        self.place.enrol(self.replica.key, "990101")
        self.counts = counts.Counts()

    def say(self, number: int, village: str = EAST, **fields: str | None) -> None:
        self.replica.write(rec(number), dict(fields), village)
        self.send()

    def send(self) -> None:
        exchange(self.replica, PlayedLine(self.place, self.replica.key.device), silent)

    def households(self) -> dict[str, int]:
        """By village, as the page and `district status` tell, which have to agree."""
        with self.place.district.reading() as session:
            page = {village: tally.households for village, tally in self.counts.villages(session, "990101").items()}
            assert {area.code: area.households for area in status.figures(session).areas} == page
            assert examine.examine(self.place.district).wrong == ()
        return page


@pytest.fixture
def team(tmp_path: Path) -> Team:
    made = Team(tmp_path / "district")
    for number, village in ((1, EAST), (2, EAST), (3, SOUTH)):
        made.replica.write(rec(number), {"head_name": "张三"}, village)
    made.send()
    return made


def test_joined_household_counts_once_until_the_join_is_taken_back(team: Team) -> None:
    assert team.households() == {EAST: 2, SOUTH: 1}
    team.say(2, **{FIELD: rec(1)})
    assert team.households() == {EAST: 1, SOUTH: 1}
    team.say(2, **{FIELD: None})
    assert team.households() == {EAST: 2, SOUTH: 1}


def test_join_to_another_village_follows_what_becomes_of_the_other_one(team: Team) -> None:
    team.say(2, **{FIELD: rec(3)})
    assert team.households() == {EAST: 1, SOUTH: 1}
    team.replica.write(rec(3), {}, SOUTH, delete=True)
    team.send()
    assert team.households() == {EAST: 2, SOUTH: 0}
    team.say(3, SOUTH, head_name="张三")
    team.say(3, SOUTH, **{FIELD: rec(2)})
    assert sum(team.households().values()) == 2, "of a circle one stays"


def test_join_to_what_never_came_or_to_itself_hides_nothing(team: Team) -> None:
    team.say(1, **{FIELD: rec(9)})
    team.say(2, **{FIELD: rec(2)})
    assert team.households() == {EAST: 2, SOUTH: 1}
    team.say(9, SOUTH, head_name="张三")
    assert team.households() == {EAST: 1, SOUTH: 2}


def test_joins_of_before_are_found_when_a_database_or_a_backup_did_not_note_them(team: Team, tmp_path: Path) -> None:
    team.say(2, **{FIELD: rec(1)})
    district = team.place.district
    with district.writing() as session:
        session.exec(delete(Joined))
    file = tmp_path / f"old{dump.SUFFIX}"
    backup.write(district, file)
    with district.writing() as session:
        joined.fill(session)
        assert session.exec(select(Joined.rec)).all() == [rec(2)]
        session.exec(delete(Joined))
    backup.put_back(district, file)
    team.counts = counts.Counts()
    assert team.households() == {EAST: 1, SOUTH: 1}
    with district.writing() as session:
        session.exec(delete(Joined))
        session.connection().exec_driver_sql("UPDATE fact SET value = '2' WHERE name = 'schema'")
        for statement in (
            "DROP TABLE joined",
            "DROP INDEX ix_op_vil_rec",
            "DROP INDEX ix_record_household",
            "CREATE INDEX ix_op_rec ON op (rec)",
        ):
            session.connection().exec_driver_sql(statement)
    from sync.server import migrations

    migrations.prepare(district.engine, district.folder, district.key, district.now())
    team.counts = counts.Counts()
    assert team.households() == {EAST: 1, SOUTH: 1}


def test_household_is_found_in_every_village_by_its_index(team: Team) -> None:
    with team.place.district.reading() as session:
        wanted = select(Record.vil, Record.rec).where(IS_HOUSEHOLD, col(Record.rec).in_([rec(1)]), col(Record.deleted).is_(False))
        plan = (
            session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {wanted.compile(compile_kwargs={'literal_binds': True})}").fetchall()
        )
        assert "ix_record_household" in str(plan)
        plan = session.connection().exec_driver_sql("EXPLAIN QUERY PLAN SELECT body FROM op WHERE vil = '' AND rec = ''").fetchall()
        assert "ix_op_vil_rec" in str(plan)
