from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from fieldapp.domain.area import Area, Level
from fieldapp.domain.ids import AreaCode
from fieldapp.errors import BadInput, WrongRealm
from fieldapp.store import areas, audit, facts, held, households, intake, operations
from fieldapp.store.database import Database
from fieldapp.store.replica import StoreReplica
from sync.operation import Operation, signed
from sync.replica import AreaRow, Author, PublishedForm
from tests.sync.replica_contract import NEXT_VILLAGE, VILLAGE, OtherLaptop, ReplicaContract, page, record_id


class WorkspaceReplica(StoreReplica):
    """The replica with its workspace at hand."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.database = database


@pytest.fixture
def replica(database: Database) -> WorkspaceReplica:
    return WorkspaceReplica(database)


class TestStoreReplica(ReplicaContract):
    def write(self, replica: WorkspaceReplica, record: str, changes: Mapping[str, str | None], kind: str = "household") -> Operation:  # type: ignore[override]
        with replica.database.begin() as tx:
            return operations.write(tx, kind, record, VILLAGE, changes)


def test_operation_of_an_author_who_becomes_known_later_is_taken_in_then(replica: WorkspaceReplica) -> None:
    other = OtherLaptop()
    theirs = other.write(record_id(1), {"head_name": "李"})
    replica.take_in("district", [page(0, theirs)], [])
    with replica.database.read() as tx:
        assert [(one, why) for one, why, _ in intake.set_aside(tx)] == [(theirs.id, "unknown-author")]
    taken = replica.take_in("district", [], [other.author])
    assert (taken.new, taken.set_aside) == (1, ())
    with replica.database.read() as tx:
        assert intake.set_aside(tx) == ()
        assert households.get(tx, record_id(1)).head_name == "李"


def test_revoked_author_is_set_aside_unless_the_district_took_it_in(replica: WorkspaceReplica) -> None:
    other = OtherLaptop()
    theirs = other.write(record_id(1), {"head_name": "李"})
    gone = Author(other.device, other.public_key, revoked=True)
    assert replica.take_in("stick", [page(0, theirs)], [gone]).set_aside == ((theirs.id, "revoked-author"),)
    assert replica.take_in("stick", [page(0, theirs)], [other.author]).new == 0
    assert replica.take_in("district", [page(0, theirs)], []).new == 1


def test_real_place_never_enters_a_demo_workspace(replica: WorkspaceReplica) -> None:
    other = OtherLaptop()
    theirs = other.write(record_id(1), {"head_name": "李"}, village="150421001001")
    assert replica.take_in("district", [page(0, theirs, village="150421001001")], [other.author]).set_aside == ((theirs.id, "wrong-realm"),)
    with pytest.raises(WrongRealm):
        replica.learn([AreaRow("15", "内蒙古自治区", "")], [])
    with pytest.raises(WrongRealm):
        replica.scope(["150421001001"])


def test_two_laptops_that_write_one_field_are_in_conflict_until_somebody_decides(replica: WorkspaceReplica) -> None:
    other = OtherLaptop()
    with replica.database.begin() as tx:
        mine = operations.write(tx, "household", record_id(1), VILLAGE, {"head_name": "王小明", "phone": "1"})
    theirs = other.write(record_id(1), {"head_name": "王晓明", "phone": "1"})
    replica.take_in("district", [page(0, theirs)], [other.author])
    with replica.database.read() as tx:
        (conflict,) = operations.conflicts(tx, record_id(1))
        assert conflict.path == "head_name"
        assert {write.value for write in conflict.writes} == {"王小明", "王晓明"}
        assert households.line(tx, record_id(1)).conflicts == 1
    with replica.database.begin() as tx:
        decided = operations.write(tx, "household", record_id(1), VILLAGE, {"head_name": "王晓明"}, why="问过本人")
    assert decided.par == tuple(sorted([mine.id, theirs.id]))
    with replica.database.read() as tx:
        assert operations.conflicts(tx, record_id(1)) == ()
        assert households.line(tx, record_id(1)).conflicts == 0
    assert replica.database.check() == ()


def test_decision_that_is_taken_back_shows_both_values_with_their_authors_again(replica: WorkspaceReplica) -> None:
    other = OtherLaptop()
    with replica.database.begin() as tx:
        operations.write(tx, "household", record_id(1), VILLAGE, {"head_name": "王小明"})
    replica.take_in("district", [page(0, other.write(record_id(1), {"head_name": "王晓明"}))], [other.author])
    with replica.database.begin() as tx:
        assert not operations.reopen(tx, record_id(1), "head_name", "?")
        operations.write(tx, "household", record_id(1), VILLAGE, {"head_name": "王晓明"})
        assert operations.reopen(tx, record_id(1), "head_name", "看错了")
    with replica.database.read() as tx:
        (conflict,) = operations.conflicts(tx, record_id(1))
        assert {(write.value, write.user) for write in conflict.writes} == {("王小明", "王工"), ("王晓明", "李工")}
    assert replica.database.check() == ()


def test_child_that_arrives_before_its_parent_is_no_conflict(replica: WorkspaceReplica) -> None:
    other = OtherLaptop()
    first = other.write(record_id(1), {"head_name": "李", "village": NEXT_VILLAGE})
    second = other.write(record_id(1), {"head_name": "李明"}, first)
    replica.take_in("district", [page(1, second)], [other.author])
    replica.take_in("district", [page(0, first)], [])
    with replica.database.read() as tx:
        assert operations.conflicts(tx, record_id(1)) == ()
        assert (households.get(tx, record_id(1)).head_name, households.get(tx, record_id(1)).village) == ("李明", NEXT_VILLAGE)
    assert replica.database.check() == ()


def test_what_is_written_after_a_foreign_change_also_sorts_after_it(replica: WorkspaceReplica) -> None:
    other = OtherLaptop()
    theirs = other.write(record_id(1), {"head_name": "李"})
    with replica.database.begin() as tx:
        ahead = f"{int(tx.now().timestamp() * 1000) + 3_600_000:013d}-000007"
        far = f"{int(tx.now().timestamp() * 1000) + 3_600_000_000:013d}-000000"
    near = signed(_at(theirs, ahead), other)
    wrong_clock = signed(_at(theirs, far), other)
    replica.take_in("district", [page(0, near, wrong_clock)], [other.author])
    with replica.database.begin() as tx:
        mine = operations.write(tx, "household", record_id(1), VILLAGE, {"head_name": "王"})
    assert ahead < mine.hlc < far


def test_own_work_that_a_restored_laptop_lost_comes_back_and_the_fork_is_told(replica: WorkspaceReplica) -> None:
    device = replica.database.device
    lost = signed(
        Operation(
            dev=device.device, prev="", rec=record_id(1), kind="household", vil=VILLAGE, par=(), set={"head_name": "王"},
            hlc="1763600000000-000000", user="王工",
        ),
        device,
    )  # fmt: skip
    replica.take_in("district", [page(0, lost)], [])
    with replica.database.read() as tx:
        assert facts.get(tx, facts.LAST_OPERATION) == lost.id
    fork = signed(
        Operation(
            dev=device.device, prev="f" * 64, rec=record_id(2), kind="household", vil=VILLAGE, par=(), set={"head_name": "王"},
            hlc="1763600000000-000001", user="王工",
        ),
        device,
    )  # fmt: skip
    replica.take_in("district", [page(1, fork)], [])
    with replica.database.read() as tx:
        assert [line.subject for line in audit.lines(tx) if line.action == "chain-forked"] == [fork.id]


def test_file_with_other_bytes_is_refused(replica: WorkspaceReplica) -> None:
    with pytest.raises(BadInput):
        replica.keep_file("0" * 64, b"other")


def test_form_that_differs_under_a_known_version_is_not_taken_and_told(replica: WorkspaceReplica) -> None:
    replica.learn([], [PublishedForm("f", "1", "表", "<a/>", {})])
    replica.learn([], [PublishedForm("f", "1", "表", "<b/>", {}), PublishedForm("f", "2", "表", "<c/>", {})])
    assert list(replica.known_forms()) == [("f", "1"), ("f", "2")]
    with replica.database.read() as tx:
        assert "form-differs" in [line.action for line in audit.lines(tx)]


def _at(operation: Operation, hlc: str) -> Operation:
    from dataclasses import replace

    return replace(operation, hlc=hlc)


def test_private_use_characters_from_elsewhere_are_shown_and_found_as_the_real_ones(replica: WorkspaceReplica) -> None:
    """What another laptop signed stays as it was signed; what screens and paper read has the real character."""
    theirs = OtherLaptop()
    written = theirs.write(record_id(1), {"head_name": "王\ue81e", "village": VILLAGE})
    replica.take_in("district", [page(0, written)], [theirs.author])
    with replica.database.read() as tx:
        assert households.get(tx, record_id(1)).head_name == "王\u9fb4"
        for typed in ("王\u9fb4", "\ue81e"):
            assert [one.id for one in households.search(tx, typed)] == [record_id(1)]
        assert operations.of_record(tx, record_id(1))[0].set["head_name"] == "王\ue81e"
    assert replica.database.check() == ()


def test_what_is_written_here_has_no_private_use_character_of_the_codec(replica: WorkspaceReplica) -> None:
    with replica.database.begin() as tx:
        areas.learn(tx, [Area(AreaCode(VILLAGE), "\ue816村", Level.VILLAGE)])
        mine = operations.write(tx, "household", record_id(2), VILLAGE, {"head_name": "李\ue855", "phone": None}, why="\ue78d")
        assert areas.get(tx, VILLAGE).name == "\U00020087村"
    assert (mine.set["head_name"], mine.set["phone"], mine.why) == ("李\U000241fe", None, "\ufe10")


def test_flood_of_deletions_from_a_laptop_counts_only_once_the_district_has_it(replica: WorkspaceReplica) -> None:
    other = OtherLaptop()
    born = [other.write(record_id(number), {"head_name": f"户{number}"}) for number in range(8)]
    replica.take_in("district", [page(0, *born)], [other.author])
    gone = [_deleted(other, operation) for operation in born[:5]]
    before = replica.digest(VILLAGE)
    taken = replica.take_in("laptop/x", [page(0, *gone, next=0)], [other.author])
    assert {reason for _, reason in taken.set_aside} == {"many-deletions"}
    assert replica.digest(VILLAGE) == before, "the district has none of them yet"
    replica.take_in("district", [page(8, *gone)], [other.author])
    assert replica.digest(VILLAGE)[0] == 13
    with replica.database.begin() as tx:
        assert held.let_in(tx, VILLAGE) == 5
    assert (replica.digest(VILLAGE)[0], replica.unsent("district")) == (13, 0)


def test_what_only_a_laptop_brought_and_a_person_let_in_waits_for_the_districts_receipt(replica: WorkspaceReplica) -> None:
    other = OtherLaptop()
    born = [other.write(record_id(number), {"head_name": f"户{number}"}) for number in range(8)]
    replica.take_in("district", [page(0, *born)], [other.author])
    replica.take_in("laptop/x", [page(0, *(_deleted(other, operation) for operation in born[:5]), next=0)], [other.author])
    with replica.database.begin() as tx:
        assert held.let_in(tx, VILLAGE) == 5
    assert (replica.digest(VILLAGE)[0], replica.unsent("district")) == (13, 5)


def _deleted(other: OtherLaptop, operation: Operation) -> Operation:
    last = other.write(operation.rec, {}, operation)
    return signed(replace(last, delete=True, id="", sig=""), other)
