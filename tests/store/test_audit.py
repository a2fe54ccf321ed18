from __future__ import annotations

import pytest

from fieldapp.domain.clock import FixedClock
from fieldapp.store import audit, facts
from fieldapp.store.database import Database


def _lines(database: Database, count: int = 6) -> None:
    for number in range(count):
        with database.begin() as tx:
            audit.record(tx, "view", f"h{number}")


@pytest.mark.parametrize(
    ("damage", "broken"),
    [
        ("UPDATE audit SET detail = 'x' WHERE seq = 4", 4),
        ("UPDATE audit SET user = 'x' WHERE seq = 5", 5),
        ("UPDATE audit SET at = '' WHERE seq = 1", 1),
        ("DELETE FROM audit WHERE seq = 3", 3),
        ("DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)", 8),
        ("UPDATE audit SET sum = (SELECT sum FROM audit WHERE seq = 2) WHERE seq = 6", 6),
        ("DELETE FROM audit", 1),
    ],
)
def test_first_broken_line_is_named(database: Database, damage: str, broken: int) -> None:
    _lines(database)
    with database.read() as tx:
        assert audit.first_broken(tx) is None
    with database.begin() as tx:
        tx.sql(damage)
    with database.read() as tx:
        assert audit.first_broken(tx) == broken
    assert [(found.part, found.subject) for found in database.check()] == [("audit", str(broken))]


def test_line_put_in_the_middle_is_noticed(database: Database) -> None:
    _lines(database)
    with database.begin() as tx:
        tx.sql("UPDATE audit SET seq = seq + 100 WHERE seq > 4")
        tx.sql("INSERT INTO audit (seq, at, user, action, subject, detail, sum) VALUES (5, '', '', 'unlock', '', '', '0')")
    with database.read() as tx:
        assert audit.first_broken(tx) == 5


def test_looking_again_on_the_same_day_is_one_event_for_every_person(database: Database, clock: FixedClock) -> None:
    def views() -> int:
        with database.read() as tx:
            return sum(line.action == "view" for line in audit.lines(tx))

    for _ in range(3):
        with database.begin() as tx:
            audit.once_a_day(tx, "view", "household")
    assert views() == 1
    with database.begin() as tx:
        audit.once_a_day(tx, "view", "another")
        audit.once_a_day(tx, "view", "another")
        audit.once_a_day(tx, "edit", "household")
    assert views() == 2
    clock.pass_time(days=1)
    with database.begin() as tx:
        audit.once_a_day(tx, "view", "household")
    assert views() == 3
    with database.begin() as tx:
        assert facts.get(tx, facts.AUDIT_DAY).startswith("2026-11-21:")
    assert database.check() == ()
