"""What every `sync.replica.Replica` owes, as tests: a room's test class inherits `ReplicaContract` and brings its own replica."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import replace

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.operation import Operation, device_id, signed
from sync.replica import AreaRow, Author, FeedPage, PublishedForm, Replica, areas_digest

VILLAGE = "990101001001"
NEXT_VILLAGE = "990101001002"
EVERYTHING = 1 << 30


class OtherLaptop:
    """Somebody else who writes operations."""

    def __init__(self) -> None:
        self._key = Ed25519PrivateKey.generate()
        self.public_key = self._key.public_key().public_bytes_raw()
        self.device = device_id(self.public_key)
        self.author = Author(self.device, self.public_key, "另一台")
        self._prev = ""
        self._count = 0

    def sign(self, data: bytes) -> bytes:
        return self._key.sign(data)

    def write(
        self,
        record: str,
        changes: Mapping[str, str | None],
        *parents: Operation,
        kind: str = "household",
        village: str = VILLAGE,
    ) -> Operation:
        self._count += 1
        operation = signed(
            Operation(
                dev=self.device,
                prev=self._prev,
                rec=record,
                kind=kind,
                vil=village,
                par=tuple(sorted(parent.id for parent in parents)),
                set=dict(changes),
                hlc=f"1790000000000-{self._count:06d}",
                user="李工",
            ),
            self,
        )
        self._prev = operation.id
        return operation


def page(start: int, *operations: Operation, village: str = VILLAGE, next: int | None = None) -> FeedPage:
    return FeedPage(village, start, start + len(operations) if next is None else next, operations)


def record_id(number: int) -> str:
    return f"{number:032x}"


class ReplicaContract(ABC):
    """Inherit, give a fixture `replica` (its scope empty, nothing in it) and `write`."""

    @abstractmethod
    def write(self, replica: Replica, record: str, changes: Mapping[str, str | None], kind: str = "household") -> Operation:
        """Have the replica's own side write an operation in VILLAGE."""

    def test_own_operation_waits_until_it_is_acknowledged(self, replica: Replica) -> None:
        mine = self.write(replica, record_id(1), {"head_name": "王小明"})
        assert replica.unsent("district") == 1
        assert list(replica.outgoing("district", EVERYTHING)) == [mine]
        replica.acknowledge("district", [mine.id, "0" * 64])
        assert replica.unsent("district") == 0
        assert list(replica.outgoing("district", EVERYTHING)) == []
        assert list(replica.outgoing("stick", EVERYTHING)) == [mine]

    def test_outgoing_is_oldest_first_and_never_empty_for_want_of_room(self, replica: Replica) -> None:
        written = [self.write(replica, record_id(number), {"head_name": "王"}) for number in range(1, 6)]
        assert list(replica.outgoing("district", 1)) == written[:1]
        replica.acknowledge("district", [written[0].id, written[2].id])
        assert list(replica.outgoing("district", EVERYTHING)) == [written[1], written[3], written[4]]

    def test_taking_in_twice_changes_nothing(self, replica: Replica) -> None:
        other = OtherLaptop()
        theirs = other.write(record_id(1), {"head_name": "李"})
        first = replica.take_in("district", [page(0, theirs)], [other.author])
        again = replica.take_in("district", [page(0, theirs)], [])
        assert (first.new, first.known, again.new, again.known) == (1, 0, 0, 1)
        assert replica.digest(VILLAGE) == (1, theirs.id)

    def test_digest_is_the_xor_of_the_ids_of_a_village(self, replica: Replica) -> None:
        other = OtherLaptop()
        here = [other.write(record_id(number), {"head_name": "李"}) for number in (1, 2)]
        there = other.write(record_id(3), {"head_name": "李"}, village=NEXT_VILLAGE)
        replica.take_in("district", [page(0, *here), page(0, there, village=NEXT_VILLAGE)], [other.author])
        assert replica.digest(VILLAGE) == (2, f"{int(here[0].id, 16) ^ int(here[1].id, 16):064x}")
        assert replica.digest(NEXT_VILLAGE) == (1, there.id)
        assert replica.digest("990101001009") == (0, "0" * 64)

    def test_cursor_moves_only_over_a_page_that_joins(self, replica: Replica) -> None:
        other = OtherLaptop()
        replica.scope([VILLAGE, NEXT_VILLAGE])
        written = [other.write(record_id(number), {"head_name": "李"}) for number in range(4)]
        assert replica.cursors("district") == {VILLAGE: 0, NEXT_VILLAGE: 0}
        replica.take_in("district", [page(0, *written[:2])], [other.author])
        assert replica.cursors("district") == {VILLAGE: 2, NEXT_VILLAGE: 0}
        late = replica.take_in("district", [page(0, written[0])], [])
        assert (late.known, replica.cursors("district")[VILLAGE]) == (1, 2)
        beyond = replica.take_in("district", [page(3, written[3])], [])
        assert (beyond.new, replica.cursors("district")[VILLAGE]) == (1, 2)
        replica.take_in("district", [page(1, *written[1:4])], [])
        assert replica.cursors("district") == {VILLAGE: 4, NEXT_VILLAGE: 0}
        assert replica.cursors("stick") == {VILLAGE: 0, NEXT_VILLAGE: 0}

    def test_scope_names_the_villages_with_cursors(self, replica: Replica) -> None:
        replica.scope([VILLAGE])
        replica.scope([NEXT_VILLAGE])
        assert replica.cursors("district") == {NEXT_VILLAGE: 0}

    def test_what_came_from_a_peer_is_not_offered_back_but_to_others(self, replica: Replica) -> None:
        other = OtherLaptop()
        theirs = other.write(record_id(1), {"head_name": "李"})
        replica.take_in("district", [page(0, theirs)], [other.author])
        assert list(replica.outgoing("district", EVERYTHING)) == []
        assert list(replica.outgoing("stick", EVERYTHING)) == [theirs]

    def test_own_operation_that_comes_back_counts_as_receipted(self, replica: Replica) -> None:
        mine = self.write(replica, record_id(1), {"head_name": "王小明"})
        taken = replica.take_in("district", [page(0, mine)], [])
        assert (taken.known, replica.unsent("district")) == (1, 0)

    def test_what_cannot_be_believed_is_set_aside_and_blocks_nothing(self, replica: Replica) -> None:
        other, stranger = OtherLaptop(), OtherLaptop()
        good = other.write(record_id(1), {"head_name": "李"})
        forged = replace(other.write(record_id(2), {"head_name": "李"}), sig="0" * 128)
        unknown = stranger.write(record_id(3), {"head_name": "陈"})
        replica.scope([VILLAGE])
        taken = replica.take_in("district", [page(0, forged, unknown, good)], [other.author])
        assert taken.new == 1
        assert dict(taken.set_aside) == {forged.id: "bad-signature", unknown.id: "unknown-author"}
        assert replica.digest(VILLAGE) == (1, good.id)
        assert replica.cursors("district") == {VILLAGE: 3}
        assert list(replica.outgoing("stick", EVERYTHING)) == [good]

    def test_altered_operation_is_set_aside(self, replica: Replica) -> None:
        other = OtherLaptop()
        altered = replace(other.write(record_id(1), {"head_name": "李"}), set={"head_name": "张"})
        taken = replica.take_in("district", [page(0, altered)], [other.author])
        assert taken.set_aside == ((altered.id, "bad-hash"),)

    def test_key_that_is_not_the_device_s_own_makes_nobody_known(self, replica: Replica) -> None:
        other, stranger = OtherLaptop(), OtherLaptop()
        theirs = other.write(record_id(1), {"head_name": "李"})
        taken = replica.take_in("district", [page(0, theirs)], [Author(other.device, stranger.public_key)])
        assert taken.set_aside == ((theirs.id, "unknown-author"),)

    def test_starting_over_offers_everything_again(self, replica: Replica) -> None:
        other = OtherLaptop()
        replica.scope([VILLAGE])
        mine = self.write(replica, record_id(1), {"head_name": "王小明"})
        theirs = other.write(record_id(2), {"head_name": "李"})
        replica.take_in("district", [page(0, theirs)], [other.author])
        replica.acknowledge("district", [mine.id])
        assert replica.epoch("district") == ""
        replica.start_over("district", "e2")
        assert replica.epoch("district") == "e2"
        assert list(replica.outgoing("district", EVERYTHING)) == [mine, theirs]
        assert replica.cursors("district") == {VILLAGE: 0}

    def test_reference_data_is_learned_once(self, replica: Replica) -> None:
        areas = [AreaRow("99", "示范省", ""), AreaRow("9901", "示范市", "99")]
        form = PublishedForm("household_survey", "1", "入户调查", "<h:html/>", {"list.csv": b"name,label\n"})
        assert (replica.known_areas(), list(replica.known_forms())) == ("", [])
        replica.learn(areas, [form])
        replica.learn([], [form])
        assert replica.known_areas() == areas_digest(areas)
        assert list(replica.known_forms()) == [("household_survey", "1")]

    def test_file_that_a_record_names_is_wanted_until_it_is_here(self, replica: Replica) -> None:
        other = OtherLaptop()
        data = b"picture" * 20_000
        sha = hashlib.sha256(data).hexdigest()
        theirs = other.write(record_id(1), {"sha": sha, "name": "a.jpg", "mime": "image/jpeg"}, kind="attachment")
        replica.take_in("district", [page(0, theirs)], [other.author])
        assert (list(replica.files_wanted()), list(replica.files_to_send("stick"))) == ([sha], [])
        replica.keep_file(sha, data)
        assert (list(replica.files_wanted()), replica.file(sha)) == ([], data)
        assert list(replica.files_to_send("stick")) == [sha]

    def test_file_goes_to_each_peer_once_and_again_after_starting_over(self, replica: Replica) -> None:
        shas = []
        for number in (1, 2):
            data = bytes([number]) * 1000
            shas.append(hashlib.sha256(data).hexdigest())
            replica.keep_file(shas[-1], data)
            self.write(replica, record_id(number), {"sha": shas[-1], "name": "a.jpg"}, "attachment")
        assert list(replica.files_to_send("district")) == shas[::-1]
        replica.file_sent("district", shas[1])
        replica.file_sent("district", shas[1])
        assert list(replica.files_to_send("district")) == shas[:1]
        assert list(replica.files_to_send("stick")) == shas[::-1]
        replica.start_over("district", "e2")
        assert list(replica.files_to_send("district")) == shas[::-1]
