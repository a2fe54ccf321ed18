"""Bundles from laptop to laptop: whom a laptop believes, what it leaves out, and what bad files do."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sync import across, bundle, card
from sync.errors import BundleDamaged, BundleForeign, BundleRevoked, CardRefused
from sync.keys import DeviceKey, sealing_public
from sync.operation import signed
from sync.protocol import EnrolRequest, SyncReply, encode_reply, enrol_text
from sync.replica import Author, Card, FeedPage
from sync.server import people, sticks
from sync.server.district import District
from sync.wire import pack

from .conftest import EAST, SOUTH, WEST, make_district
from .memory import MemoryReplica
from .test_exchange import rec

NOW = datetime(2026, 11, 22, tzinfo=UTC)
PEER = "district"


@dataclass
class Team:
    """A laptop that the district knows; nothing of this needs a line."""

    replica: MemoryReplica
    district: District

    @property
    def key(self) -> bytes:
        return self.district.key.public_key

    @property
    def colleague(self) -> card.Colleague:
        return across.own_card(self.replica, self.key)

    def give(self, to: Team, file: Path) -> bundle.Written:
        return across.write(self.replica, file, to.colleague, PEER, self.key, NOW)

    def take(self, file: Path) -> bundle.Read:
        return across.read(self.replica, file, self.key)

    def visit(self, folder: Path) -> bundle.Read:
        """The stick goes to the district and back."""
        up, down = folder / f"{self.replica.key.device}.up", folder / f"{self.replica.key.device}.down"
        bundle.write_to_district(self.replica, up, PEER, self.key, self.district.seal_public, NOW)
        sticks.read_up(self.district, up)
        sticks.write_down(self.district, self.replica.key.device, down)
        return bundle.read_from_district(self.replica, down, PEER, self.key)


def a_team(district: District, number: int, area: str = "990101001") -> Team:
    key = DeviceKey(bytes([number]) * 32)
    code, _ = people.make_code(district, "张三", area)
    seal, name = sealing_public(key), f"laptop {number}"
    proof = key.sign(enrol_text(code, key.public_key, seal, name))
    told = people.enrol(district, EnrolRequest(code, key.public_key, seal, name, proof))
    made = Team(MemoryReplica(key, 1_800_000_000_000 + number), district)
    made.replica.learn_cards([Card(told.certificate, told.signature)])
    return made


@pytest.fixture
def pair(district: District) -> tuple[Team, Team]:
    return a_team(district, 1), a_team(district, 2)


def forged(
    giver: Team, to: Team, file: Path, pages: list[FeedPage], cards: list[Card] | None = None, authors: tuple[Author, ...] = ()
) -> None:
    """A bundle whose inside is not what an honest program writes."""
    shown = [giver.colleague.card] if cards is None else cards
    body = encode_reply(SyncReply(epoch="z", receipts=("0" * 64,), scope=(SOUTH,), pages=tuple(pages), authors=authors))
    entries = [(bundle.CARDS, pack(card.plain(shown))), (bundle.BODY, body)]
    bundle.write(file, giver.replica.key, to.colleague.seal_key, giver.district.key.device, NOW, entries, show_key=True)


def test_what_one_team_gives_another_reaches_the_district_and_the_receipts_come_to_both(pair: tuple[Team, Team], tmp_path: Path):
    one, two = pair
    sha = one.replica.attach(os.urandom(150_000))
    for number in range(20):
        one.replica.write(rec(number), {"name": f"户{number}"}, EAST)
    one.replica.write(rec(99), {"sha256": sha}, EAST, kind="attachment")
    assert one.give(two, tmp_path / "across.fab").files == 1
    done = two.take(tmp_path / "across.fab")
    assert (done.received, done.files_received, done.set_aside, done.sender) == (21, 1, (), one.replica.key.device)
    assert (one.replica.unsent(PEER), two.replica.unsent(PEER)) == (21, 21)
    two.visit(tmp_path)
    assert two.replica.unsent(PEER) == 0
    sticks.write_down(one.district, one.replica.key.device, tmp_path / "answer.fab")
    bundle.read_from_district(one.replica, tmp_path / "answer.fab", PEER, one.key)
    assert (one.replica.unsent(PEER), list(one.replica.files_to_send(PEER))) == (0, [])


def test_reading_again_and_an_older_one_after_a_newer_change_nothing(pair: tuple[Team, Team], tmp_path: Path):
    one, two = pair
    one.replica.write(rec(1), {"name": "昨天"}, EAST)
    one.give(two, tmp_path / "old.fab")
    one.replica.write(rec(1), {"name": "今天"}, EAST)
    one.give(two, tmp_path / "new.fab")
    two.take(tmp_path / "new.fab")
    kept = two.replica.saved()
    for name in ("old.fab", "new.fab"):
        assert two.take(tmp_path / name).received == 0
    assert two.replica.kept == kept
    assert two.replica.state(rec(1)).values() == {"name": "今天"}


@pytest.mark.parametrize("where", ["magic", "header", "body", "signature", "short", "shorter", "longer"])
def test_damaged_bundle_is_refused_whole(pair: tuple[Team, Team], tmp_path: Path, where: str):
    one, two = pair
    one.replica.write(rec(1), {"name": "甲"}, EAST)
    file = tmp_path / "across.fab"
    one.give(two, file)
    whole = file.read_bytes()
    places = {"magic": 0, "header": len(bundle.MAGIC) + 40, "body": len(whole) - 100, "signature": len(whole) - 1}
    if where in places:
        at = places[where]
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
    else:
        file.write_bytes({"short": whole[:-1], "shorter": whole[:30], "longer": whole + b"x"}[where])
    with pytest.raises((BundleDamaged, BundleForeign)):
        two.take(file)
    assert two.replica.kept.operations == {}


def test_bundle_for_somebody_else_is_foreign(district: District, pair: tuple[Team, Team], tmp_path: Path):
    one, two = pair
    one.give(two, tmp_path / "across.fab")
    with pytest.raises(BundleForeign):
        a_team(district, 3).take(tmp_path / "across.fab")


def test_laptop_of_another_district_is_foreign_both_ways(pair: tuple[Team, Team], tmp_path: Path):
    one, two = pair
    other = make_district(tmp_path / "other")
    stranger = a_team(other, 9)
    other.close()
    with pytest.raises(CardRefused, match="other-district"):
        card.read(stranger.colleague.card, one.key)
    across.write(stranger.replica, tmp_path / "theirs.fab", two.colleague, PEER, stranger.key, NOW)
    entries = [(bundle.CARDS, pack(card.plain([one.colleague.card])))]
    bundle.write(
        tmp_path / "posing.fab", stranger.replica.key, two.colleague.seal_key, two.district.key.device, NOW, entries, show_key=True
    )
    for name in ("theirs.fab", "posing.fab"):
        with pytest.raises(BundleForeign):
            two.take(tmp_path / name)
    assert two.replica.kept.operations == {}


def test_card_that_was_altered_or_borrowed_opens_no_door(pair: tuple[Team, Team], tmp_path: Path):
    one, two = pair
    page = FeedPage(EAST, 0, 0, (one.replica.write(rec(1), {"name": "甲"}, EAST),))
    mine = one.colleague.card
    wider = Card(mine.certificate.replace('"990101001"', '"99"'), mine.signature)
    for number, cards in enumerate(([wider], [two.colleague.card], [])):
        forged(one, two, tmp_path / f"{number}.fab", [page], cards)
        with pytest.raises(BundleForeign):
            two.take(tmp_path / f"{number}.fab")
    assert two.replica.kept.operations == {}
    with pytest.raises(CardRefused, match="other-district"):
        card.read(wider, one.key)
    for told in ("", "{}", "[" * 5000, '{"certificate": 1, "signature": "00"}', "x" * (card.LARGEST + 1), card.text(mine)[:-2]):
        with pytest.raises(CardRefused, match="garbled"):
            card.from_text(told)
    assert card.from_text(card.text(mine)) == mine


def test_revoked_sender_is_refused_and_the_work_of_a_revoked_author_is_set_apart(
    district: District, pair: tuple[Team, Team], tmp_path: Path
):
    one, two = pair
    three = a_team(district, 3)
    one.replica.write(rec(1), {"name": "甲"}, EAST)
    one.give(three, tmp_path / "a.fab")
    one.give(two, tmp_path / "b.fab")
    three.take(tmp_path / "a.fab")
    people.revoke(district, one.replica.key.device)
    assert two.visit(tmp_path).received == 0
    with pytest.raises(BundleRevoked):
        two.take(tmp_path / "b.fab")
    three.give(two, tmp_path / "c.fab")
    done = two.take(tmp_path / "c.fab")
    assert (done.received, [reason for _, reason in done.set_aside]) == (0, ["revoked-author"])
    with pytest.raises(CardRefused, match="revoked"):
        across.write(two.replica, tmp_path / "d.fab", one.colleague, PEER, two.key, NOW)


def test_only_what_both_may_see_is_written_and_only_the_own_villages_are_taken_in(district: District, tmp_path: Path):
    town, village, elsewhere = a_team(district, 1), a_team(district, 2, EAST), a_team(district, 3, SOUTH)
    for number, place in enumerate((EAST, WEST)):
        town.replica.write(rec(number), {"name": place}, place)
    assert town.give(village, tmp_path / "honest.fab").operations == 1
    with pytest.raises(CardRefused, match="no-shared-area"):
        town.give(elsewhere, tmp_path / "none.fab")
    everything = list(town.replica.kept.operations.values())
    forged(town, village, tmp_path / "all.fab", [FeedPage(one.vil, 0, 1 << 30, (one,)) for one in everything])
    done = village.take(tmp_path / "all.fab")
    assert (done.received, done.elsewhere) == (1, 1)
    assert {one.vil for one in village.replica.kept.operations.values()} == {EAST}
    assert village.replica.kept.villages == ()
    assert (village.replica.cursors(PEER), village.replica.epoch(PEER)) == ({}, "")


def test_operations_that_cannot_be_believed_are_set_apart_and_stop_no_other(district: District, pair: tuple[Team, Team], tmp_path: Path):
    one, two = pair
    village = a_team(district, 3, WEST)
    stranger = MemoryReplica(DeviceKey(b"\x07" * 32))
    good = one.replica.write(rec(1), {"name": "好"}, EAST)
    unknown = stranger.write(rec(2), {"name": "生"}, EAST)
    bent = replace(one.replica.write(rec(3), {"name": "弯"}, EAST), sig="00" * 64)
    outside = village.replica.write(rec(4), {"name": "外"}, EAST)
    lent = signed(replace(good, user="别人", id="", sig=""), stranger.key)
    sly = Author(stranger.key.device, stranger.key.public_key, "自荐")
    page = FeedPage(EAST, 0, 9, (unknown, bent, outside, lent, good))
    forged(one, two, tmp_path / "across.fab", [page], [one.colleague.card, village.colleague.card], (sly,))
    done = two.take(tmp_path / "across.fab")
    assert done.received == 1
    assert dict(done.set_aside) == {
        unknown.id: "unknown-author",
        bent.id: "bad-signature",
        outside.id: "out-of-scope",
        lent.id: "bad-signature",
    }
    assert set(two.replica.kept.operations) == {good.id}
    assert two.replica.unsent(PEER) == 1


def test_work_of_a_third_team_travels_with_its_card(district: District, pair: tuple[Team, Team], tmp_path: Path):
    one, two = pair
    three = a_team(district, 3)
    three.replica.write(rec(1), {"name": "丙"}, EAST)
    three.give(one, tmp_path / "a.fab")
    one.take(tmp_path / "a.fab")
    one.give(two, tmp_path / "b.fab")
    assert two.take(tmp_path / "b.fab").received == 1
    assert {known.device for known in card.believed(two.replica.cards(), two.key).values()} == {
        team.replica.key.device for team in (one, two, three)
    }


def test_laptop_without_a_card_neither_gives_nor_takes(district: District, pair: tuple[Team, Team], tmp_path: Path):
    one, two = pair
    one.give(two, tmp_path / "a.fab")
    two_card = two.colleague
    for replica in (one.replica, two.replica):
        replica.kept.cards = ()
    with pytest.raises(CardRefused, match="no-own-card"):
        two.take(tmp_path / "a.fab")
    with pytest.raises(CardRefused, match="no-own-card"):
        across.write(one.replica, tmp_path / "b.fab", two_card, PEER, one.key, NOW)
    two.visit(tmp_path)
    assert two.take(tmp_path / "a.fab").received == 0


def test_phone_gets_no_bundle(pair: tuple[Team, Team], tmp_path: Path):
    one, two = pair
    phone = replace(two.colleague, seal_key=b"")
    with pytest.raises(CardRefused, match="not-a-laptop"):
        across.write(one.replica, tmp_path / "a.fab", phone, PEER, one.key, NOW)


def test_district_reads_no_bundle_that_is_meant_for_a_laptop(district: District, pair: tuple[Team, Team], tmp_path: Path):
    one, two = pair
    one.replica.write(rec(1), {"name": "甲"}, EAST)
    one.give(two, tmp_path / "across.fab")
    with pytest.raises(BundleForeign):
        sticks.read_up(district, tmp_path / "across.fab")
    with pytest.raises(BundleForeign):
        bundle.read_from_district(two.replica, tmp_path / "across.fab", PEER, two.key)
    assert two.replica.kept.operations == {}


def test_nothing_readable_stands_in_the_file(pair: tuple[Team, Team], tmp_path: Path):
    one, two = pair
    one.replica.write(rec(1), {"name": "CANARY甲"}, EAST)
    one.give(two, tmp_path / "across.fab")
    content = (tmp_path / "across.fab").read_bytes()
    for secret in ("CANARY", EAST, "990101001", "张三", "laptop 1"):
        assert secret.encode() not in content
