from __future__ import annotations

import json
from pathlib import Path

import pytest

from fieldapp.domain.clock import FixedClock
from fieldapp.errors import TooManyTries, WrongPassphrase
from fieldapp.store import audit, tries
from fieldapp.store.database import Database

from .conftest import PASSPHRASE, USER


def _try(folder: Path, clock: FixedClock, passphrase: str = "falsch") -> int:
    """A wrong try; the seconds until the next."""
    with pytest.raises(WrongPassphrase) as told:
        Database.open(folder, USER, passphrase, clock)
    return int(str(told.value.values["wait"]))


def test_every_wrong_try_makes_the_next_one_wait_longer_but_never_for_ever(database: Database, clock: FixedClock) -> None:
    database.close()
    waits = []
    for _ in range(12):
        waits.append(_try(database.folder, clock))
        clock.pass_time(seconds=waits[-1])
    assert waits == [0, 0, 0, 5, 15, 30, 60, 120, 300, 300, 300, 300]
    Database.open(database.folder, USER, PASSPHRASE, clock).close()
    assert _try(database.folder, clock) == 0


def test_waiting_outlasts_a_restart_and_even_the_right_passphrase_has_to_wait(database: Database, clock: FixedClock) -> None:
    database.close()
    for _ in range(4):
        _try(database.folder, clock)
    with pytest.raises(TooManyTries) as told:
        Database.open(database.folder, USER, PASSPHRASE, FixedClock(clock.now()))
    assert (told.value.values["wait"], told.value.values["count"]) == (5, 4)
    clock.pass_time(seconds=4.5)
    assert tries.wait_s(database.folder, USER, clock) == 1
    clock.pass_time(seconds=0.5)
    Database.open(database.folder, USER, PASSPHRASE, clock).close()


def test_clock_that_was_set_back_begins_the_waiting_again_and_no_more(database: Database, clock: FixedClock) -> None:
    database.close()
    for _ in range(4):
        _try(database.folder, clock)
    clock.pass_time(days=-400)
    assert tries.wait_s(database.folder, USER, clock) == 5
    clock.pass_time(seconds=5)
    assert tries.wait_s(database.folder, USER, clock) == 0


def test_wrong_tries_stand_in_the_audit_trail_once_somebody_is_in(database: Database, clock: FixedClock) -> None:
    database.close()
    _try(database.folder, clock)
    _try(database.folder, clock)
    with Database.open(database.folder, USER, PASSPHRASE, clock) as again:
        with again.read() as tx:
            found = [(line.action, line.user, line.detail[:16]) for line in audit.lines(tx, 3)]
        assert found == [("unlock", USER, ""), ("unlock-failed", USER, "2026-11-20T09:00"), ("unlock-failed", USER, "2026-11-20T09:00")]
        assert not (again.folder / tries.FILE).exists()
        assert again.check() == ()


def test_another_users_tries_do_not_make_one_wait(database: Database, clock: FixedClock) -> None:
    database.close()
    for _ in range(6):
        tries.wrong(database.folder, "李工", clock)
    Database.open(database.folder, USER, PASSPHRASE, clock).close()


@pytest.mark.parametrize(
    "garbage", [b"", b"[]", b'{"wrong":{"a":1},"notes":[]}', b'{"wrong":{"a":{"count":1e999,"at":"x"}},"notes":3}', b"\xff"]
)
def test_garbled_file_counts_as_none(database: Database, clock: FixedClock, garbage: bytes) -> None:
    database.close()
    (database.folder / tries.FILE).write_bytes(garbage)
    assert _try(database.folder, clock) == 0
    assert json.loads((database.folder / tries.FILE).read_text("utf-8"))["wrong"][USER]["count"] == 1


def test_putting_a_backup_back_is_told_and_begins_no_new_count(database: Database, clock: FixedClock) -> None:
    from fieldapp.store import snapshots
    from fieldapp.usecases import upkeep

    file = snapshots.take_daily(database)
    database.close()
    assert file is not None
    for _ in range(4):
        _try(database.folder, clock)
    upkeep.put_back(database.folder, file, clock)
    assert tries.wait_s(database.folder, USER, clock) == 5
    clock.pass_time(seconds=5)
    with Database.open(database.folder, USER, PASSPHRASE, clock) as again, again.read() as tx:
        assert [line.action for line in audit.lines(tx, 6)] == ["unlock", "restore", *["unlock-failed"] * 4]
