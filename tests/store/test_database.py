from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlmodel import delete, text

from fieldapp.domain.area import Area, Level
from fieldapp.domain.clock import FixedClock
from fieldapp.domain.ids import AreaCode
from fieldapp.errors import (
    AlreadyOpen,
    AlreadyThere,
    NotAllowed,
    NotFound,
    WorkspaceDamaged,
    WorkspaceMissing,
    WorkspaceTooNew,
    WrongPassphrase,
    WrongRealm,
)
from fieldapp.store import areas, audit, facts, forms, households, keys, migrations, operations, tries
from fieldapp.store.check import Damage
from fieldapp.store.database import Database
from fieldapp.store.keys import QUICK, Realm
from fieldapp.store.tables import AuditRow, HouseholdRow, OperationRow, Row
from fieldapp.store.transaction import Transaction
from sync import driver
from sync.replica import PublishedForm

from .conftest import PASSPHRASE, USER
from .people import draft_of, household, keep, new_id


def sizes(folder: Path) -> dict[str, int]:
    return {file.name: file.stat().st_size for file in folder.rglob("*") if file.is_file()}


def test_workspace_opens_again_with_everything_in_it(database: Database) -> None:
    home = household()
    keep(database, home)
    device = database.device.device
    database.close()
    database.close()
    assert sorted(sizes(database.folder)) == ["keys.copy.json", "keys.json", "lock", "workspace.db"]
    with Database.open(database.folder, USER, PASSPHRASE) as again:
        assert (again.device.device, again.user, again.realm) == (device, USER, Realm.DEMO)
        with again.read() as tx:
            assert households.get(tx, home.id) == home


def test_closed_workspace_gives_nothing_more(database: Database) -> None:
    key = database.database_key()
    database.close()
    with pytest.raises(NotAllowed), database.read():
        pass
    with pytest.raises(NotAllowed), database.begin():
        pass
    assert key == bytes(32) == database.database_key()


def test_wrong_passphrase_is_refused_and_nothing_grows(database: Database) -> None:
    database.close()
    before = sizes(database.folder)
    for _ in range(3):
        with pytest.raises(WrongPassphrase):
            Database.open(database.folder, USER, "falsch")
    with pytest.raises(NotFound):
        Database.open(database.folder, "nobody", PASSPHRASE)
    grown = sizes(database.folder)
    assert grown.pop(tries.FILE) < 1_000
    assert grown == before
    with pytest.raises(WorkspaceMissing):
        Database.open(database.folder / "none", USER, PASSPHRASE)


def test_second_program_is_kept_out_until_the_first_is_done(database: Database) -> None:
    with pytest.raises(AlreadyOpen):
        Database.open(database.folder, USER, PASSPHRASE)
    database.close()
    Database.open(database.folder, USER, PASSPHRASE).close()


def test_folder_with_something_in_it_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("x")
    with pytest.raises(AlreadyThere):
        Database.create(tmp_path, USER, PASSPHRASE, Realm.DEMO, kdf=QUICK)


def test_change_that_raises_leaves_no_trace(database: Database) -> None:
    home = household()

    def break_off(tx: Transaction) -> None:
        households.save(tx, home)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), database.begin() as tx:
        break_off(tx)
    with database.read() as tx:
        assert households.count(tx) == 0
        assert facts.get(tx, facts.LAST_OPERATION) == ""
    keep(database, home)
    assert database.check() == ()


def test_reading_changes_nothing_and_a_change_is_not_nested(database: Database) -> None:
    with pytest.raises(driver.OperationalError, match="readonly"), database.read() as tx:
        facts.put(tx, "x", "y")
    with database.begin(), pytest.raises(RuntimeError), database.begin():
        pass
    with database.begin() as tx:
        facts.put(tx, "x", "y")


def test_writers_take_turns_and_readers_wait_for_nobody(database: Database) -> None:
    """The store lane writes while the window reads: every count that is seen is a whole transaction."""
    problems: list[str] = []

    def write(number: int) -> None:
        for _ in range(4):
            keep(database, household(f"户{number}"), household(f"户{number}"))

    def read(done: threading.Event) -> None:
        while not done.is_set():
            with database.read() as tx:
                if households.count(tx) % 2:
                    problems.append("half a transaction")

    done = threading.Event()
    readers = [threading.Thread(target=read, args=(done,)) for _ in range(2)]
    writers = [threading.Thread(target=write, args=(number,)) for number in range(3)]
    for thread in [*readers, *writers]:
        thread.start()
    with database.begin() as tx:
        facts.put(tx, "held", "1")
        with database.read() as other:
            assert facts.get(other, "held") == ""
    for thread in writers:
        thread.join()
    done.set()
    for thread in readers:
        thread.join()
    with database.read() as tx:
        assert (households.count(tx), problems) == (24, [])
    assert database.check() == ()


def test_two_users_share_one_workspace_and_sign_by_their_own_names(database: Database) -> None:
    database.add_user("李工", "zweites", QUICK)
    database.close()
    home = household()
    with Database.open(database.folder, "李工", "zweites") as theirs:
        keep(theirs, home)
        theirs.change_passphrase("李工", "zweites", "drittes")
        with theirs.read() as tx:
            assert {one.user for one in operations.of_record(tx, home.id)} == {"李工"}
            assert [line.action for line in audit.lines(tx)] == ["passphrase", "unlock", "add-user", "create", "unlock"]
    with Database.open(database.folder, USER, PASSPHRASE) as mine:
        mine.remove_user("李工")
    assert keys.users(database.folder) == (USER,)


def test_newer_schema_is_refused_and_left_alone(database: Database) -> None:
    with database.begin() as tx:
        tx.session.connection().exec_driver_sql(f"PRAGMA user_version = {migrations.SCHEMA + 1}")
    database.close()
    with pytest.raises(WorkspaceTooNew) as caught:
        Database.open(database.folder, USER, PASSPHRASE)
    assert caught.value.values == {"schema": migrations.SCHEMA + 1, "known": migrations.SCHEMA}


def test_step_to_the_next_schema_is_one_transaction_after_a_backup(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(database, household())
    database.close()

    def breaks(connection: object) -> None:
        connection.exec_driver_sql("CREATE TABLE next(x)")  # type: ignore[attr-defined]
        raise ZeroDivisionError

    def works(connection: object) -> None:
        connection.exec_driver_sql("CREATE TABLE next(x)")  # type: ignore[attr-defined]

    monkeypatch.setattr(migrations, "SCHEMA", migrations.SCHEMA + 1)
    monkeypatch.setattr(migrations, "STEPS", (*migrations.STEPS, breaks))
    with pytest.raises(ZeroDivisionError):
        Database.open(database.folder, USER, PASSPHRASE)
    monkeypatch.setattr(migrations, "STEPS", (*migrations.STEPS[:-1], works))
    with Database.open(database.folder, USER, PASSPHRASE) as again:
        assert again.info().schema == migrations.SCHEMA
        assert again.info().households == 1
    assert (database.folder / f"workspace.schema-{migrations.SCHEMA - 1}.db").exists()


def test_database_that_was_copied_without_its_log_is_recognised(database: Database, tmp_path: Path) -> None:
    keep(database, household())
    copied = tmp_path / "copied"
    shutil.copytree(database.folder, copied, ignore=shutil.ignore_patterns("*-wal", "*-shm"))
    with pytest.raises(WorkspaceDamaged) as caught:
        Database.open(copied, USER, PASSPHRASE)
    assert caught.value.values["part"] == "journal"
    with Database.open(copied, USER, PASSPHRASE, without_journal=True) as again:
        assert again.check() == ()
    Database.open(copied, USER, PASSPHRASE).close()


def test_database_that_is_gone_is_not_made_anew(database: Database) -> None:
    database.close()
    database.place.database.unlink()
    with pytest.raises(WorkspaceDamaged):
        Database.open(database.folder, USER, PASSPHRASE)
    assert not database.place.database.exists()


def test_damaged_key_file_is_mended_from_its_copy_and_told(database: Database) -> None:
    database.close()
    (database.folder / keys.FILE).write_bytes(b"rot")
    with Database.open(database.folder, USER, PASSPHRASE) as again:
        assert again.check() == (Damage("key-file", keys.FILE, "mended"),)
    with Database.open(database.folder, USER, PASSPHRASE) as again:
        assert again.check() == ()


def test_altered_rows_are_named_by_the_check(database: Database) -> None:
    home, other = household(), household("李四")
    keep(database, home, other)
    draft_of(database, home, name="王")
    with database.begin() as tx:
        row = tx.session.exec(operations.select(OperationRow).where(OperationRow.rec == home.id)).one()
        row.body = row.body.replace("王小明", "王大明")
        cached = tx.session.get(HouseholdRow, other.id)
        assert cached is not None
        cached.phone = "1"
        tx.session.add_all([row, cached])
        audit.record(tx, "print", home.id)
    with database.begin() as tx:
        tx.session.exec(text("UPDATE audit SET action = 'export' WHERE action = 'print'"))  # type: ignore[call-overload]
    with database.read() as tx:
        assert audit.first_broken(tx) == 3
        with pytest.raises(WorkspaceDamaged):
            operations.state(tx, home.id)
    found = {(damage.part, damage.subject) for damage in database.check()}
    assert {("record", home.id), ("audit", "3")} <= found


def test_cut_off_end_of_the_audit_trail_is_noticed(database: Database) -> None:
    with database.begin() as tx:
        audit.record(tx, "print", "a")
    with database.begin() as tx:
        tx.session.exec(delete(AuditRow).where(AuditRow.action == "print"))  # type: ignore[arg-type]
    with database.read() as tx:
        assert audit.first_broken(tx) == 3


def test_rebuilt_cache_is_the_one_that_was_kept(database: Database) -> None:
    home = household("王小明", phone="1")
    keep(database, home, household("李四"))
    with database.begin() as tx:
        tx.session.exec(text("UPDATE household SET phone = 'wrong'"))  # type: ignore[call-overload]
        tx.session.exec(text("DELETE FROM member"))  # type: ignore[call-overload]
    assert {damage.part for damage in database.check()} == {"cache"}
    with database.begin() as tx:
        operations.rebuild(tx)
    assert database.check() == ()
    with database.read() as tx:
        assert households.get(tx, home.id) == home


def test_info_counts_from_the_tables(database: Database) -> None:
    home = household("王小明")
    keep(database, home)
    draft_of(database, home)
    info = database.info()
    assert (info.households, info.members, info.submissions, info.operations, info.realm) == (1, 1, {"draft": 1}, 2, "demo")
    assert info.database_bytes > 0


def test_divisions_are_a_tree_with_whole_names(database: Database) -> None:
    names = [("99", "示范省"), ("9901", "示范市"), ("990101", "示范区"), ("990101001", "柳湾镇"), ("990101001001", "石桥村")]
    with database.begin() as tx:
        areas.learn(tx, [Area(AreaCode(code), name, Level.VILLAGE) for code, name in names])
    with database.read() as tx:
        assert areas.path_name(tx, "990101001001") == "示范省示范市示范区柳湾镇石桥村"
        assert [area.name for area in areas.children(tx)] == ["示范省"]
        assert [(area.name, area.level) for area in areas.children(tx, "990101001")] == [("石桥村", Level.VILLAGE)]
        assert [area.name for area in areas.below(tx, "9901")] == ["石桥村"]
        assert areas.get(tx, "9901").parent == "99"
        with pytest.raises(NotFound):
            areas.get(tx, "9902")
    with pytest.raises(WrongRealm), database.begin() as tx:
        areas.learn(tx, [Area(AreaCode("15"), "内蒙古自治区", Level.PROVINCE)])


def test_real_workspace_refuses_the_fictitious_region(tmp_path: Path, clock: FixedClock) -> None:
    with Database.create(tmp_path / "real", USER, PASSPHRASE, Realm.REAL, clock, keys.Kdf(19_456, 2, 1)) as database:
        with pytest.raises(WrongRealm):
            keep(database, household())
        keep(database, household(village="150421001001"))
    assert keys.realm(tmp_path / "real") is Realm.REAL


def test_form_versions_are_kept_whole(database: Database) -> None:
    form = PublishedForm("f", "1", "表", "<h:html>一</h:html>", {"list.csv": b"name,label\n1,\xe4\xb8\x80\n"})
    with database.begin() as tx:
        forms.keep(tx, form, b"compiled")
        forms.keep(tx, form)
        forms.keep(tx, PublishedForm("f", "2", "表", "<x/>", {}))
    with database.read() as tx:
        assert forms.get(tx, "f", "1") == form
        assert (forms.compiled(tx, "f", "1"), forms.compiled(tx, "f", "2"), forms.newest(tx, "f")) == (b"compiled", None, "2")
        assert forms.versions(tx) == (("f", "1", "表"), ("f", "2", "表"))
        with pytest.raises(NotFound):
            forms.get(tx, "g", "1")
    with database.begin() as tx:
        forms.keep_compiled(tx, "f", "2", b"c2")
        assert forms.compiled(tx, "f", "2") == b"c2"
        tx.session.exec(text("UPDATE form SET compiled = x'00', xform = xform || ' '"))  # type: ignore[call-overload]
    with database.read() as tx:
        assert forms.compiled(tx, "f", "1") is None
        with pytest.raises(WorkspaceDamaged):
            forms.get(tx, "f", "1")
    assert {damage.part for damage in database.check()} == {"form"}


def test_operation_needs_a_village(database: Database) -> None:
    with pytest.raises(Exception, match="bad-input"), database.begin() as tx:
        operations.write(tx, "household", new_id(), "9901", {})


def test_steps_of_migration_make_the_tables_that_the_code_knows(database: Database) -> None:
    def shapes(rows: list[tuple[str, str]]) -> dict[str, str]:
        return {name: "".join(sql.split()).replace('"', "") for name, sql in rows if sql}

    plain = create_engine("sqlite://")
    Row.metadata.create_all(plain)
    query = "SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE 'search$_%' ESCAPE '$'"
    with plain.connect() as connection:
        wanted = shapes([tuple(row) for row in connection.exec_driver_sql(query)])  # type: ignore[misc]
    plain.dispose()
    with database.read() as tx:
        assert shapes([tuple(row) for row in tx.sql(query)]) == wanted  # type: ignore[misc]
