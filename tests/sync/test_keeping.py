"""The district's own keeping: encrypted at rest, brought up to date, backed up, put back; laptops heal what a backup lacks."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest
from sqlmodel import select

from sync.errors import BundleDamaged, BundleForeign
from sync.keys import DeviceKey
from sync.operation import to_plain
from sync.server import attachments, audit, backup, dump, examine, people, service, status
from sync.server.district import KEY, District, open_district
from sync.server.errors import BackupUnfit, DistrictTooNew, KeyUnfit
from sync.server.tables import SCHEMA, AuditLine, Fact, Op, Person, VillageCounter
from sync.wire import pack, unpack

from .conftest import EAST, WEST, make_district
from .laptops import Fleet
from .memory import MemoryReplica
from .place import Place, PlayedLine
from .test_exchange import rec
from .walks import PEER, exchange, silent

CANARY = "CANARY金丝雀"


def test_nothing_readable_stands_in_the_database_and_the_key_is_the_owners_alone(tmp_path: Path):
    district = make_district(tmp_path / "district")
    people.add_person(district, CANARY, "surveyor", "990101")
    written = b"".join(file.read_bytes() for file in (tmp_path / "district").glob("district.db*"))
    assert CANARY.encode() not in written
    assert b"SQLite format" not in written
    district.close()
    assert b"SQLite format" not in (tmp_path / "district" / "district.db").read_bytes()
    assert (tmp_path / "district" / KEY).stat().st_mode & 0o777 == 0o600


def test_another_key_opens_nothing_and_says_so(tmp_path: Path):
    make_district(tmp_path / "district").close()
    (tmp_path / "district" / KEY).write_text(DeviceKey.generate().private().hex(), encoding="ascii")
    with pytest.raises(KeyUnfit):
        open_district(tmp_path / "district")


def _of_schema_1(folder: Path) -> list[str]:
    """A district as the first program left it: not encrypted, with a person and an operation; returns the feed's ids."""
    made = make_district(folder)
    key = DeviceKey(b"\x21" * 32)
    replica = MemoryReplica(key)
    operation = replica.write(rec(1), {"name": CANARY}, EAST)
    made.close()
    for left in folder.glob("district.db*"):
        left.unlink()
    plain = sqlite3.connect(folder / "district.db")
    plain.executescript((Path(__file__).parents[1] / "upgrades" / "district-schema-1.sql").read_text(encoding="utf-8"))
    plain.execute("PRAGMA journal_mode=WAL")
    plain.execute("INSERT INTO fact VALUES ('schema', '1'), ('epoch', '20261101T000000-00')")
    plain.execute("INSERT INTO area VALUES ('990101', '模拟县', '9901'), (?, '东河村', '990101001')", (EAST,))
    plain.execute("INSERT INTO person VALUES ('p', ?, 'surveyor', '990101')", (CANARY,))
    plain.execute(
        "INSERT INTO device VALUES (?, ?, ?, 'laptop', 'p', '990101', '2026-11-01', '', '', '{}')", (key.device, key.public_key, bytes(32))
    )
    body = (EAST, 0, operation.id, operation.rec, operation.dev, key.device, "2026-11-01", pack(to_plain(operation)))
    plain.execute("INSERT INTO op VALUES (?, ?, ?, ?, ?, ?, ?, ?)", body)
    plain.execute(
        "INSERT INTO villagecounter VALUES (?, 1, ?, '')",
        (EAST, operation.id),
    )
    plain.execute("INSERT INTO record VALUES (?, ?, 'household', ?, 0, 0)", (EAST, operation.rec, operation.id))
    plain.commit()
    plain.close()
    return [operation.id]


def test_database_of_the_first_program_is_encrypted_backed_up_and_brought_up_to_date(tmp_path: Path):
    ids = _of_schema_1(tmp_path / "district")
    district = open_district(tmp_path / "district")
    with district.reading() as session:
        assert session.exec(select(Op.id)).all() == ids
        assert session.get(Fact, "schema").value == str(SCHEMA)  # type: ignore[union-attr]
        assert [(one.name, one.role, one.secret) for one in session.exec(select(Person)).all()] == [(CANARY, "surveyor", "")]
    assert examine.examine(district).wrong == ()
    kept = tmp_path / "district" / f"before-schema-2{dump.SUFFIX}"
    assert backup.put_back(district, kept).operations == 1
    district.close()
    assert CANARY.encode() not in b"".join(file.read_bytes() for file in (tmp_path / "district").iterdir() if file.is_file())
    open_district(tmp_path / "district").close()


def test_database_of_a_newer_program_is_refused_and_left_alone(tmp_path: Path):
    district = make_district(tmp_path / "district")
    with district.writing() as session:
        session.merge(Fact(name="schema", value=str(SCHEMA + 1)))
    district.close()
    with pytest.raises(DistrictTooNew):
        open_district(tmp_path / "district")


def _with_work(folder: Path, url: str = "") -> tuple[District, MemoryReplica]:
    district = make_district(folder, url)
    key = DeviceKey(b"\x31" * 32)
    from sync.keys import sealing_public
    from sync.protocol import EnrolRequest, enrol_text

    code, _ = people.make_code(district, "张三", "990101001")
    seal = sealing_public(key)
    people.enrol(district, EnrolRequest(code, key.public_key, seal, "laptop", key.sign(enrol_text(code, key.public_key, seal, "laptop"))))
    replica = MemoryReplica(key)
    operations = [replica.write(rec(number % 7), {"name": f"{CANARY}{number}"}, EAST) for number in range(40)]
    service.take_in(district, key.device, [to_plain(operation) for operation in operations])
    photo = os.urandom(70_000)
    import hashlib

    attachments.keep(district, hashlib.sha256(photo).hexdigest(), photo, key.device)
    return district, replica


def test_backup_is_sealed_rehearsed_and_put_back_on_a_new_machine(tmp_path: Path):
    district, _ = _with_work(tmp_path / "district")
    written = backup.write(district, tmp_path / "b")
    assert (written.operations, written.files) == (40, 1)
    assert CANARY.encode() not in (tmp_path / "b").read_bytes()
    drill = backup.rehearse(district, tmp_path / "b")
    assert (drill.operations, drill.records, drill.files, drill.wrong) == (40, 7, 1, ())
    assert not list((tmp_path / "district").glob("drill-*"))
    epoch = district.epoch()
    district.close()
    with backup.on_a_new_machine(tmp_path / "other", backup.key_of(tmp_path / "district" / KEY), tmp_path / "b") as other:
        done = backup.put_back(other, tmp_path / "b")
        assert (done.operations, done.files) == (40, 1)
        assert done.epoch == other.epoch() > epoch
        assert examine.examine(other).wrong == ()
        with other.reading() as session:
            assert status.figures(session).operations == 40
            assert session.get(VillageCounter, EAST).n == 40  # type: ignore[union-attr]


def test_backup_of_the_first_format_and_one_that_ends_too_early(tmp_path: Path):
    from sync import bundle

    district, _ = _with_work(tmp_path / "district")
    backup.write(district, tmp_path / "b")
    entries = list(bundle.unsealed(tmp_path / "b", district.seal_key))
    (_, about), *rest = entries
    first = [(kind, payload) for kind, payload in rest if kind == bundle.FILE or "table" in unpack(payload)]  # type: ignore[operator]

    def written(name: str, version: int, entries: list[tuple[bytes, bytes]]) -> Path:
        told = pack({**unpack(about), "v": version})  # type: ignore[dict-item]
        bundle.write(
            tmp_path / name, district.key, district.seal_public, district.key.device, district.now(), [(bundle.BODY, told), *entries]
        )
        return tmp_path / name

    with backup.on_a_new_machine(tmp_path / "old", district.key, written("v1", 1, first)) as other:
        done = backup.put_back(other, tmp_path / "v1")
        assert (done.operations, done.files, done.keys) == (40, 1, 0)
        assert examine.examine(other).wrong == ()
    short = written("short", 2, rest[:-1])
    for _ in range(2):
        with pytest.raises(BackupUnfit), backup.on_a_new_machine(tmp_path / "new", district.key, short) as other:
            backup.put_back(other, short)
    with backup.on_a_new_machine(tmp_path / "new", district.key, tmp_path / "b") as other:
        assert backup.put_back(other, tmp_path / "b").operations == 40
    district.close()


def test_backup_of_another_district_cut_short_or_altered_changes_nothing(tmp_path: Path):
    district, _ = _with_work(tmp_path / "district")
    backup.write(district, tmp_path / "b")
    whole = (tmp_path / "b").read_bytes()
    other = make_district(tmp_path / "other")
    before = other.epoch()
    with pytest.raises(BundleForeign):
        backup.put_back(other, tmp_path / "b")
    epoch = district.epoch()
    for name, damaged in {
        "cut": whole[:-1],
        "half": whole[: len(whole) // 2],
        "flip": whole[:900] + bytes([whole[900] ^ 1]) + whole[901:],
    }.items():
        (tmp_path / name).write_bytes(damaged)
        with pytest.raises(BundleDamaged):
            backup.put_back(district, tmp_path / name)
    from sync import bundle

    bundle.write(
        tmp_path / "new",
        district.key,
        district.seal_public,
        district.key.device,
        district.now(),
        [(bundle.BODY, pack({"v": 1, "schema": 99}))],
    )
    with pytest.raises(BackupUnfit):
        backup.put_back(district, tmp_path / "new")
    assert (district.epoch(), other.epoch()) == (epoch, before)
    assert examine.examine(district).operations == 40
    for place in (district, other):
        place.close()


def test_damage_in_the_database_is_found_by_the_check(tmp_path: Path):
    district, _ = _with_work(tmp_path / "district")
    assert examine.examine(district).wrong == ()
    with district.writing() as session:
        session.exec(select(VillageCounter)).one().xor = "0" * 64
        row = session.exec(select(Op)).first()
        row.body = pack({"v": 1})  # type: ignore[union-attr]
        session.add(row)
    wrong = examine.examine(district).wrong
    assert {line.split()[0] for line in wrong} >= {"operation", "counter"}
    district.close()


def test_audit_line_that_was_changed_breaks_the_chain(tmp_path: Path):
    district = make_district(tmp_path / "district")
    with district.writing() as session:
        for number in range(3):
            audit.record(session, district.stamp(), "安全员", "device-revoke", str(number))
    with district.reading() as session:
        assert audit.first_broken(session) is None
    with district.writing() as session:
        session.exec(select(AuditLine).where(AuditLine.n == 2)).one().who = "别人"
    with district.reading() as session:
        assert audit.first_broken(session) == 2
    district.close()


def test_real_laptops_heal_a_district_that_was_put_back(tmp_path: Path):
    place = Place(tmp_path / "district")
    (tmp_path / "laptops").mkdir()
    fleet = Fleet(tmp_path / "laptops", place, 2, real=True)
    one, two = fleet.fresh()
    for laptop in (one, two):
        exchange(laptop.replica, PlayedLine(place, laptop.device), silent)
    one.write(rec(1), "household", {"phone": "1"}, EAST)
    exchange(one.replica, PlayedLine(place, one.device), silent)
    backup.write(place.district, tmp_path / "b")
    one.write(rec(1), "household", {"phone": "2"}, EAST)
    two.write(rec(2), "household", {"phone": "3"}, WEST)
    for laptop in (one, two, one):
        exchange(laptop.replica, PlayedLine(place, laptop.device), silent)
    assert len(place.ids()) == 3
    backup.put_back(place.district, tmp_path / "b")
    assert len(place.ids()) == 1
    assert exchange(one.replica, PlayedLine(place, one.device), silent).started_over
    exchange(two.replica, PlayedLine(place, two.device), silent)
    assert len(place.ids()) == 3 == len(one.ids()) == len(two.ids())
    assert (one.replica.unsent(PEER), two.replica.unsent(PEER)) == (0, 0)
    assert examine.examine(place.district).wrong == ()
    for laptop in (one, two):
        laptop.close()
    place.district.close()
