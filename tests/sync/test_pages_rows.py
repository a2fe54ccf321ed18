"""Ten thousand rows on every list of the district's page: a page at a time, and what did not change is not counted again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from sqlalchemy import event, insert
from sqlmodel import Session

from sync.server import counts, views
from sync.server.district import District, init
from sync.server.tables import Area, AuditLine, Device, Person, Quarantine, Record, VillageCounter

from .postgres import PROGRAMS, account, running

ROWS = 10_000
_TOWNS, _VILLAGES = 20, 500
NOBODY = b""


def _is_there() -> bool:
    try:
        account()
    except LookupError:
        return False
    return bool(PROGRAMS) and os.name == "posix"


@pytest.fixture(scope="module", params=["embedded", "postgresql"])
def large(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[District]:
    with ExitStack() as stack:
        if request.param == "postgresql" and not _is_there():
            pytest.skip("PostgreSQL is not here")
        url = stack.enter_context(running()) if request.param == "postgresql" else ""
        district = init(tmp_path_factory.mktemp("large") / "district", url)
        with district.writing() as session:
            _fill(session)
        yield district
        district.close()


def _fill(session: Session) -> None:
    villages = [f"990101{1 + n % _TOWNS:03d}{1 + n // _TOWNS:03d}" for n in range(_TOWNS * _VILLAGES)]
    towns = [f"990101{1 + n:03d}" for n in range(_TOWNS)]
    session.execute(insert(Area), [{"code": code, "name": f"镇{code}", "parent": "990101"} for code in towns])
    session.execute(insert(Area), [{"code": code, "name": f"村{code}", "parent": code[:9]} for code in villages])
    session.execute(insert(VillageCounter), [{"vil": code, "n": 1, "xor": f"{n:064x}", "last_seen": ""} for n, code in enumerate(villages)])
    session.execute(
        insert(Record),
        [
            {"vil": code, "rec": f"{n:032x}", "kind": "household", "heads": "0" * 64, "in_conflict": True, "deleted": False}
            for n, code in enumerate(villages)
        ],
    )
    session.execute(
        insert(Person), [{"id": "p", "name": "张三", "role": "surveyor", "area": "990101", "secret": "", "wrong": 0, "wait_until": ""}]
    )
    keys = {"public_key": NOBODY, "seal_key": NOBODY, "enrolled_at": "", "revoked_at": "", "last_seen": "", "cursors": "{}"}
    session.execute(
        insert(Device),
        [{"id": f"{n:032x}", "name": f"电脑{n:05d}", "person": "p", "area": code, **keys} for n, code in enumerate(villages)],
    )
    plain = {"decision": "", "decided_at": "", "decided_by": "", "why": "", "body": NOBODY, "reason": "revoked"}
    session.execute(
        insert(Quarantine),
        [{"sender": "s", "id": f"{n:064x}", "vil": code, "received_at": f"{n:05d}", **plain} for n, code in enumerate(villages)],
    )
    line = {"at": "", "who": "w", "action": "status", "subject": "", "detail": "", "before": "", "hash": ""}
    session.execute(insert(AuditLine), [{"n": n + 1, **line} for n in range(ROWS)])


def test_each_list_is_one_page_of_all_rows_and_the_last_page_is_there(large: District):
    tallies = counts.Counts()
    with large.reading() as session:
        lists = (
            lambda page: views.devices(session, page),
            lambda page: views.unsent(session, "", page),
            lambda page: views.conflicts(session, tallies, "", page),
            lambda page: views.quarantine(session, "", page, everything=False),
            lambda page: views.audit_lines(session, page),
        )
        for listed in lists:
            first, last, beyond = listed(1), listed(ROWS // views.ROWS), listed(10**6)
            assert (first.total, len(first.rows), len(last.rows)) == (ROWS, views.ROWS, views.ROWS)
            assert beyond == last
            assert first.rows[0] != last.rows[0]
        town = views.quarantine(session, "990101003", 1, everything=False)
        assert (town.total, {row.village[:9] for row in town.rows}) == (_VILLAGES, {"990101003"})
        assert views.devices(session, 1, "电脑00042").total == 1
        assert views.devices(session, 1, "%").total == 0
        assert views.conflicts(session, tallies, "990101003", 5).rows[-1].village == "990101003500"


def test_village_is_counted_again_only_after_something_came_in(large: District):
    tallies = counts.Counts()
    told: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if "FROM record" in statement:
            told.append(statement)

    event.listen(large.engine, "before_cursor_execute", note)
    with large.reading() as session:
        lines = tallies.lines(session, "990101")
    assert [(line.code, line.tally.households) for line in lines[:2]] == [("990101001", _VILLAGES), ("990101002", _VILLAGES)]
    assert counts.total(lines).conflicts == ROWS
    first = len(told)
    with large.reading() as session:
        tallies.lines(session, "990101")
    assert len(told) == first, "nothing changed"
    with large.writing() as session:
        row = session.get(VillageCounter, "990101001001")
        assert row is not None
        row.xor = "f" * 64
        session.add(Record(vil=row.vil, rec="f" * 32, kind="household", heads="", in_conflict=False, deleted=False))
    with large.reading() as session:
        assert tallies.lines(session, "990101")[0].tally.households == _VILLAGES + 1
    assert len(told) == first + 1
    event.remove(large.engine, "before_cursor_execute", note)
