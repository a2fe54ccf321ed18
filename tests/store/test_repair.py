from __future__ import annotations

import json
import os
import random
from dataclasses import replace
from pathlib import Path

import pytest

from fieldapp.errors import WorkspaceDamaged
from fieldapp.store import (
    attachments,
    audit,
    backup,
    facts,
    households,
    keys,
    operations,
    outbox,
    repair,
    salvage,
    snapshots,
    submissions,
)
from fieldapp.store.database import Database
from fieldapp.store.tables import ScanRow
from sync import driver

from . import mend_proof
from .conftest import PASSPHRASE, USER
from .people import VILLAGE, draft_of, household, keep, member, new_id


def quiet(_done: int, _total: int, _text: str) -> None:
    """Nobody looks."""


def spoil(database: Database, seq: int) -> str:
    """Alter the body of an operation as the second driver would let a damaged page alter it; its record."""
    with database.begin() as tx:
        tx.sql("UPDATE operation SET body = replace(body, '王小明', '王小朋') WHERE seq = ?", seq)
        return str(tx.value("SELECT rec FROM operation WHERE seq = ?", seq))


def test_damaged_operation_comes_back_from_the_newest_backup_that_has_it(database: Database) -> None:
    home = household("王小明")
    keep(database, home)
    snapshots.take_daily(database)
    keep(database, household("孙七"))
    record = spoil(database, 1)
    assert {(one.part, one.subject) for one in database.check()} == {("record", record)}
    mended = repair.repair(database, [one.file for one in snapshots.listed(database.folder / backup.OWN)])
    assert (mended.operations, mended.lost, mended.remaining) == (1, (), ())
    with database.read() as tx:
        assert households.get(tx, home.id) == home
        assert audit.lines(tx)[0].action == "repair"


def test_operation_that_only_the_district_has_waits_for_the_next_exchange(database: Database) -> None:
    keep(database, household("王小明"), household("孙七"))
    with database.begin() as tx:
        outbox.acknowledge(tx, outbox.DISTRICT, tx.column("SELECT id FROM operation WHERE seq <= 2"))
        tx.sql("INSERT INTO cursor (peer, village, next) VALUES ('district', ?, 7)", VILLAGE)
    spoil(database, 1)
    mended = repair.repair(database)
    assert (mended.awaited, mended.lost, mended.remaining) == (1, (), ())
    with database.read() as tx:
        assert tx.value("SELECT count(*) FROM cursor") == 0
        assert [line.head_name for line in households.search(tx)] == ["孙七"]


def test_what_nobody_has_is_named_and_stays(database: Database) -> None:
    home = household("王小明")
    keep(database, home, household("孙七"))
    record = spoil(database, 1)
    mended = repair.repair(database)
    assert [(one.part, one.subject) for one in mended.lost] == [("record", record)]
    with database.read() as tx:
        assert sorted(line.head_name for line in households.search(tx)) == ["孙七", "王小明"]
        with pytest.raises(WorkspaceDamaged):
            operations.state(tx, record)


def test_attachments_come_back_from_a_stick_or_wait_for_the_district(database: Database, tmp_path: Path) -> None:
    home = household("王小明")
    keep(database, home)
    shas = []
    with database.begin() as tx:
        for number in range(3):
            sha = attachments.put(tx, f"照片{number}".encode() * 5000)
            operations.write(tx, "attachment", new_id(), VILLAGE, {"sha": sha, "household": home.id})
            shas.append(sha)
        attachments.sent(tx, outbox.DISTRICT, shas[2])
    file = snapshots.take(database, snapshots.BY_HAND, tmp_path / "stick")
    vault = database.place.vault
    data = bytearray(vault.path(shas[0]).read_bytes())
    data[5000] ^= 4
    vault.path(shas[0]).write_bytes(data)
    vault.path(shas[2]).unlink()
    assert {one.detail for one in database.check()} == {"altered", "missing"}
    without = repair.repair(database)
    assert (without.files, without.files_awaited, [one.subject for one in without.lost]) == (0, 1, [shas[0]])
    mended = repair.repair(database, [file])
    assert (mended.files, mended.lost, mended.remaining) == (1, (), ())
    with database.read() as tx:
        assert attachments.get(tx, shas[0]) == "照片0".encode() * 5000
        assert attachments.wanted(tx) == (shas[2],)


def test_answers_of_a_draft_come_back_from_its_journal(database: Database) -> None:
    home = household("王小明")
    keep(database, home)
    draft = draft_of(database, home)
    with database.begin() as tx:
        submissions.save_answers(tx, draft, {"a": "一", "b": "二"})
        tx.sql("UPDATE draft_answer SET value = 'x' WHERE path = 'a'")
        tx.sql("DELETE FROM draft_answer WHERE path = 'b'")
    assert [one.part for one in database.check()] == ["draft"]
    assert repair.repair(database).answers == 2
    with database.read() as tx:
        assert submissions.load(tx, draft).answers == {"a": "一", "b": "二"}


def test_draft_whose_row_is_gone_comes_back_from_its_journal_or_else_from_a_backup(database: Database) -> None:
    home = household("王小明")
    keep(database, home)
    draft = draft_of(database, home, a="一")
    copy = snapshots.take_daily(database)
    assert copy is not None
    with database.begin() as tx:
        submissions.save_answers(tx, draft, {"b": "二"})
        before = submissions.load(tx, draft)
        tx.sql("DELETE FROM draft")
    assert [(one.part, one.subject) for one in database.check()] == [("draft", draft)]
    repair.repair(database)
    with database.begin() as tx:
        assert replace(submissions.load(tx, draft), changed_at=before.changed_at) == before
        tx.sql("DELETE FROM draft")
        tx.sql("DELETE FROM draft_journal")
    assert [one.subject for one in repair.repair(database).lost] == [draft]
    assert repair.repair(database, [copy]).lost == ()
    with database.read() as tx:
        assert submissions.load(tx, draft).answers == {"a": "一", "b": "二"}


def _leaves(file: Path, key: bytes) -> dict[str, list[int]]:
    """Pages at the ends of every table and index."""
    connection = driver.connect(str(file), key)
    found: dict[str, list[int]] = {}
    for name, page in connection.execute("SELECT name, pageno FROM dbstat WHERE pagetype = 'leaf'"):
        found.setdefault(name, []).append(page)
    connection.close()
    return found


@pytest.mark.parametrize(
    "table", ["operation", "ix_operation_rec", "household", "member", "search", "search_index_data", "draft_answer", "audit"]
)
def test_damaged_page_costs_nothing_that_a_backup_has(database: Database, table: str) -> None:
    homes = [household(f"户{number}", member("李四"), address="石桥村" * 20) for number in range(120)]
    keep(database, *homes)
    draft = draft_of(database, homes[0])
    with database.begin() as tx:
        submissions.save_answers(tx, draft, {f"q{number}": f"答{number}" * 30 for number in range(80)})
    copy = snapshots.take_daily(database)
    assert copy is not None
    key, file = bytes(database.database_key()), database.place.database
    database.close()
    page = random.Random(table).choice(_leaves(file, key)[table])
    data = bytearray(file.read_bytes())
    data[(page - 1) * 4096 + 1000] ^= 3
    file.write_bytes(data)
    found = salvage.salvage(database.folder, keys.unlock(database.folder, USER, PASSPHRASE), "now", quiet)
    assert found.kept.read_bytes()[:4096] == bytes(data[:4096])
    with Database.open(database.folder, USER, PASSPHRASE) as again:
        mended = repair.repair(again, [copy], missing=found.unreadable.get("operation", ()))
        assert mended.lost == ()
        assert mended.operations == len(found.unreadable.get("operation", ()))
        assert {one.part for one in mended.remaining} <= ({"audit"} if table == "audit" else set())
        with again.read() as tx:
            assert [households.get(tx, home.id) for home in homes] == homes
            assert len(submissions.load(tx, draft).answers) == 80


def test_scanned_pages_that_wait_come_back_from_a_backup_and_an_older_one_without_their_table_is_passed_over(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(database, household("王小明"))
    with database.begin() as tx:
        blank = dict.fromkeys(("reason", "fault", "household", "path", "code", "picture", "record"), "")
        tx.session.add(ScanRow(id="s1", source="f" * 64, page=1, pages=1, name="a.jpg", state="tray", dpi=200, at=tx.stamp(), **blank))
    copy = snapshots.take_daily(database)
    assert copy is not None
    with database.begin() as tx:
        tx.sql("DELETE FROM scan")
        facts.put(tx, facts.SALVAGED, json.dumps({"scan": [1], "of_a_later_schema": [1]}))
    monkeypatch.setattr(repair, "_WHOLE", (*repair._WHOLE, "of_a_later_schema"))
    mended = repair.repair(database, [copy])
    assert [(one.part, one.subject) for one in mended.lost] == [("database", "of_a_later_schema")]
    with database.read() as tx:
        assert tx.column("SELECT id FROM scan") == ["s1"]


def test_damaged_end_of_the_operations_names_only_those_that_were_there(database: Database) -> None:
    keep(database, *(household(f"户{number}") for number in range(60)))
    key, file = bytes(database.database_key()), database.place.database
    with database.read() as tx:
        highest = tx.value("SELECT max(seq) FROM operation")
    database.close()
    page = max(_leaves(file, key)["operation"])
    data = bytearray(file.read_bytes())
    data[(page - 1) * 4096 + 1000] ^= 3
    file.write_bytes(data)
    found = salvage.salvage(database.folder, keys.unlock(database.folder, USER, PASSPHRASE), "now", quiet)
    assert 0 < len(found.unreadable["operation"]) < 20
    assert max(found.unreadable["operation"]) <= highest


def test_laptop_knows_itself_again_after_its_facts_were_lost(database: Database) -> None:
    keep(database, household("王小明"))
    copy = snapshots.take_daily(database)
    keep(database, household("孙七"))
    key, device, file = bytes(database.database_key()), database.device.device, database.place.database
    database.close()
    page = _leaves(file, key)["fact"][0]
    data = bytearray(file.read_bytes())
    data[(page - 1) * 4096 + 1000] ^= 3
    file.write_bytes(data)
    with pytest.raises(WorkspaceDamaged):
        Database.open(database.folder, USER, PASSPHRASE)
    assert copy is not None
    salvage.salvage(database.folder, keys.unlock(database.folder, USER, PASSPHRASE), "now", quiet, [copy])
    with Database.open(database.folder, USER, PASSPHRASE) as again:
        assert again.device.device == device
        assert repair.repair(again).remaining == ()
        keep(again, household("新来的"))
        assert again.check() == ()
        with again.read() as tx:
            chain = [json.loads(body)["prev"] for body in tx.column("SELECT body FROM operation ORDER BY seq")]
            assert chain[1:] == tx.column("SELECT id FROM operation ORDER BY seq")[:-1]


def test_file_without_a_list_of_tables_cannot_be_salvaged_and_stays(database: Database) -> None:
    keep(database, household("王小明"))
    key_of = database.folder
    database.close()
    file = database.place.database
    data = bytearray(os.urandom(4096) + file.read_bytes()[4096:])
    file.write_bytes(data)
    with pytest.raises(WorkspaceDamaged):
        salvage.salvage(key_of, keys.unlock(key_of, USER, PASSPHRASE), "now", quiet)
    assert file.read_bytes() == data


def test_any_flipped_bit_is_mended_with_a_backup(tmp_path: Path) -> None:
    tally = mend_proof.prove(tmp_path, 6, seed=3)
    assert (tally.flips, tally.wrong) == (6, [])
    assert tally.restored >= 2
