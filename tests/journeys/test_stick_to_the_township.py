"""No line at all: a stick carries the work to the district and the receipts and the others' work back."""

from __future__ import annotations

from pathlib import Path

import pytest

from fieldapp.errors import BundleDamaged, BundleForeign
from fieldapp.usecases import exchange, interview, roster
from sync.server import cli as district
from tests.world import DistrictServer, enrolled, nobody_home, photo, quiet


def test_a_stick_carries_work_up_and_receipts_and_neighbours_down(server: DistrictServer, tmp_path: Path) -> None:
    first, second = enrolled(server, tmp_path / "one", "甲"), enrolled(server, tmp_path / "two", "乙")
    server.stop()
    household = nobody_home(first, "张𬭎", picture=photo())
    up, down, neighbours = (tmp_path / name for name in ("up.fab", "down.fab", "neighbours.fab"))

    assert exchange.write_bundle(first, up, quiet).sent == 3
    assert exchange.status(first).unsent == 3
    assert "张𬭎".encode() not in up.read_bytes()
    for _ in range(2):  # the same stick read twice changes nothing
        assert district.main(["bundle", "read", str(up), "--data", str(server.folder), "--json"]) == 0
    for file, laptop in ((down, first), (neighbours, second)):
        words = ["bundle", "write", "--device", laptop.device.device, "--out", str(file), "--data", str(server.folder), "--json"]
        assert district.main(words) == 0

    exchange.read_bundle(first, down, quiet)
    assert exchange.status(first).unsent == 0
    assert exchange.read_bundle(second, neighbours, quiet).received == 3
    assert exchange.read_bundle(second, neighbours, quiet).received == 0
    line = roster.search(second).lines[0]
    assert (line.id, line.head_name, line.state) == (household, "张𬭎", "finalized")
    assert interview.finalized_answers(second, household) == interview.finalized_answers(first, household)
    assert exchange.status(second).files_wanted == 0
    first.close()
    second.close()


def test_a_stick_for_somebody_else_or_a_damaged_one_changes_nothing(server: DistrictServer, tmp_path: Path) -> None:
    first, second = enrolled(server, tmp_path / "one", "甲"), enrolled(server, tmp_path / "two", "乙")
    nobody_home(first, "李四")
    exchange.sync_now(first, quiet)
    down = tmp_path / "down.fab"
    words = ["bundle", "write", "--device", first.device.device, "--out", str(down), "--data", str(server.folder), "--json"]
    assert district.main(words) == 0
    with pytest.raises(BundleForeign):
        exchange.read_bundle(second, down, quiet)
    damaged = tmp_path / "damaged.fab"
    data = bytearray(down.read_bytes())
    data[len(data) // 2] ^= 1
    damaged.write_bytes(data)
    with pytest.raises(BundleDamaged):
        exchange.read_bundle(first, damaged, quiet)
    assert roster.search(second).total == 0
    first.close()
    second.close()
