from __future__ import annotations

import gc
import weakref
from pathlib import Path

import pytest
import sqlcipher3
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlmodel import Field, Session, SQLModel, select

from fieldapp.store import engine
from fieldapp.store.database import Database
from fieldapp.store.tables import Row
from sync import driver

from .people import household, keep

KEY = bytes(range(32))


class Thing(SQLModel, table=True):
    __tablename__ = "thing_of_the_driver_tests"
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    data: bytes | None = None


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "some.db"


def test_models_are_kept_and_found(file: Path) -> None:
    pool = engine.connect(file, KEY)
    SQLModel.metadata.create_all(pool, tables=[Thing.__table__])  # type: ignore[attr-defined]
    with Session(pool) as session:
        session.add_all(Thing(name=f"名{number}", data=bytes([number])) for number in range(100))
        session.commit()
        assert session.exec(select(Thing.name).where(Thing.id == 7)).one() == "名6"
        assert session.exec(select(Thing).where(Thing.name == "名9")).one().data == b"\x09"
    pool.dispose()


def test_rollback_undoes_and_a_refused_row_leaves_the_rest(file: Path) -> None:
    pool = engine.connect(file, KEY)
    SQLModel.metadata.create_all(pool, tables=[Thing.__table__])  # type: ignore[attr-defined]
    with pool.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        connection.execute(text("insert into thing_of_the_driver_tests(name) values ('a')"))
        connection.rollback()
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        connection.execute(text("insert into thing_of_the_driver_tests(name) values ('b')"))
        with pytest.raises(IntegrityError):
            connection.execute(text("insert into thing_of_the_driver_tests(name) values ('b')"))
        connection.commit()
        assert connection.execute(text("select name from thing_of_the_driver_tests")).scalars().all() == ["b"]
        with pytest.raises(OperationalError):
            connection.execute(text("select nothing from nowhere"))
        result = connection.execute(text("update thing_of_the_driver_tests set name = 'c'"))
        assert result.rowcount == 1
        connection.rollback()
    pool.dispose()


def test_empty_result_still_names_its_columns(file: Path) -> None:
    connection = driver.connect(str(file), KEY)
    cursor = connection.execute("select 1 as one, 2 as two where 0")
    assert [column[0] for column in cursor.description or ()] == ["one", "two"]
    assert (cursor.fetchone(), cursor.fetchmany(3), cursor.fetchall()) == (None, [], [])
    connection.close()


def test_wrong_key_opens_nothing(file: Path) -> None:
    driver.connect(str(file), KEY).execute("create table t(x)").connection.close()
    with pytest.raises(driver.DatabaseError):
        driver.connect(str(file), bytes(32)).execute("select * from t")


def test_parameters_never_stand_in_a_message(file: Path) -> None:
    pool = engine.connect(file, KEY)
    with pool.connect() as connection, pytest.raises(OperationalError) as caught:
        connection.execute(text("select * from nowhere where x = :x"), {"x": "CANARY"})
    assert "CANARY" not in str(caught.value)
    pool.dispose()


def test_sqlcipher_reads_and_writes_the_same_file(database: Database) -> None:
    keep(database, household("王小明"))
    key = bytes(database.database_key())
    database.close()
    other = sqlcipher3.connect(str(database.place.database), isolation_level=None)
    other.execute(f"pragma key=\"x'{key.hex()}'\"")
    assert other.execute("select head_name from household").fetchall() == [("王小明",)]
    assert other.execute("pragma cipher_integrity_check").fetchall() == []
    other.execute("update household set phone = '1'")
    other.close()
    again = driver.connect(str(database.place.database), key)
    assert again.execute("select phone from household").fetchall() == [("1",)]
    again.close()


def test_every_promise_of_durability_is_set(database: Database) -> None:
    with database.read() as tx:
        pragma = {
            name: tx.session.connection().exec_driver_sql(f"pragma {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "secure_delete", "temp_store")
        }
    assert pragma == {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "temp_store": 2}


def test_laptop_tables_stand_apart_from_other_models() -> None:
    assert not set(Row.metadata.tables) & set(SQLModel.metadata.tables)


def test_a_cursor_that_nobody_holds_is_gone_at_once(file: Path) -> None:
    connection = driver.connect(str(file), KEY)
    gc.disable()
    try:
        assert [weakref.ref(connection.execute(sql))() for sql in ("SELECT 1", "CREATE TABLE t (a)", "INSERT INTO t VALUES (1)")] == [
            None
        ] * 3
    finally:
        gc.enable()
        connection.close()
