from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldapp.store import audit, households, keys, opening, pages
from fieldapp.store.check import Damage
from fieldapp.store.database import Database

from .conftest import PASSPHRASE, USER
from .people import household, keep


@pytest.fixture
def whole(database: Database) -> tuple[Path, bytes, bytes]:
    """A closed database file, its key and its bytes."""
    keep(database, *(household(f"户{number}", address="石桥村" * 20) for number in range(20)))
    key, file = bytes(database.database_key()), database.place.database
    database.close()
    return file, key, file.read_bytes()


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_single_bit_anywhere_is_turned_back(whole: tuple[Path, bytes, bytes], data: st.DataObject) -> None:
    file, key, before = whole
    at = data.draw(st.one_of(st.integers(0, len(before) * 8 - 1), st.integers(0, 16 * 8 - 1), st.integers(4016 * 8, 4096 * 8 - 1)))
    spoilt = bytearray(before)
    spoilt[at // 8] ^= 1 << at % 8
    file.write_bytes(spoilt)
    if at >= 16 * 8:
        assert pages.damaged(file, key) == (at // 8 // pages.PAGE + 1,)
    assert pages.put_right(file, key) == 1
    assert file.read_bytes() == before


def test_more_than_a_bit_is_left_as_it_is(whole: tuple[Path, bytes, bytes]) -> None:
    file, key, before = whole
    spoilt = bytearray(before)
    spoilt[5000] ^= 3
    spoilt[9000:9512] = random.Random(1).randbytes(512)
    file.write_bytes(spoilt)
    assert pages.damaged(file, key) == (2, 3)
    assert pages.put_right(file, key) == 0
    assert file.read_bytes() == spoilt


def test_sound_file_and_one_under_another_key_stay_as_they_are(whole: tuple[Path, bytes, bytes]) -> None:
    file, key, before = whole
    assert pages.put_right(file, key) == 0
    assert pages.put_right(file, bytes(32)) == 0
    file.write_bytes(b"")
    assert pages.put_right(file, key) == 0
    file.write_bytes(before)
    assert opening.put_right(file.parent, keys.unlock(file.parent, USER, PASSPHRASE)) == 0
    assert file.read_bytes() == before


def test_workspace_whose_list_of_tables_lost_a_bit_opens_and_tells(whole: tuple[Path, bytes, bytes]) -> None:
    file, _, before = whole
    spoilt = bytearray(before)
    spoilt[100] ^= 4
    file.write_bytes(spoilt)
    with Database.open(file.parent, USER, PASSPHRASE) as database:
        assert database.check() == (Damage("bit", "1", "mended"),)
        with database.read() as tx:
            assert "bit" in [line.subject for line in audit.lines(tx) if line.action == "mend"]
            assert len(households.ids(tx)) == 20
    with Database.open(file.parent, USER, PASSPHRASE) as database:
        assert database.check() == ()
