"""What the sync centre tells: what waits by kind, what was set apart and why, decisions that can be taken back, deletions among them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fieldapp.cli.main import main
from fieldapp.cli.told import PASSPHRASE as VARIABLE
from fieldapp.domain.clock import FixedClock
from fieldapp.domain.household import Household
from fieldapp.domain.ids import AreaCode, HouseholdId
from fieldapp.errors import ExchangeError, NotFound
from fieldapp.store import facts, households, intake, operations
from fieldapp.store.database import Database
from fieldapp.store.keys import QUICK, Realm
from fieldapp.usecases import apart, decisions, exchange, sync_centre
from fieldapp.usecases.workspaces import Workspace
from fieldapp.words import knows, say
from sync.errors import CodedError
from sync.operation import Operation
from sync.replica import Author
from tests.world import MORNING, PASSPHRASE, VILLAGE, laptop, nobody_home, photo

HOUSEHOLD, OTHER = "a" * 32, "b" * 32


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Workspace, Workspace]:
    clock = FixedClock(MORNING)
    one, two = (Database.create(tmp_path / name, user, PASSPHRASE, Realm.DEMO, clock, QUICK) for name, user in (("1", "甲"), ("2", "乙")))
    with one.begin() as tx:
        for identity, head in ((HOUSEHOLD, "张三"), (OTHER, "李四")):
            households.save(tx, Household(HouseholdId(identity), AreaCode(VILLAGE), head))
    _carry(one, two)
    return one, two


def _carry(source: Workspace, target: Workspace) -> None:
    """Everything that one laptop knows, to another one, without a line."""
    with source.read() as tx:
        known = [operations.read(row) for row in operations.every(tx)]
    _take(target, known, source)


def _take(target: Workspace, incoming: list[Operation], author: Workspace | None) -> None:
    with target.begin() as tx:
        if author is not None:
            intake.learn_authors(tx, [Author(author.device.device, author.device.public_key, "")])
        intake.take_in(tx, exchange.PEER, incoming)


def _write(workspace: Workspace, record: str, *, delete: bool = False, **values: str) -> Operation:
    with workspace.begin() as tx:
        return operations.write(tx, "household", record, VILLAGE, values, delete=delete)


def _alive(workspace: Workspace, record: str) -> bool:
    with workspace.read() as tx:
        return not operations.state(tx, record).deleted


def test_queue_tells_by_kind_what_waits_and_the_command_line_tells_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = laptop(tmp_path / "one", "甲")
    nobody_home(workspace, "王五", picture=photo(size=(900, 700)))
    with workspace.begin() as tx:
        facts.put(tx, facts.SERVER_URL, "https://district.example")
        facts.put(tx, "last-error", "offline")
        facts.put(tx, "last-error-at", "2026-11-20T08:00:00+08:00")
    centre = sync_centre.read(workspace)
    kinds = {line.kind: (line.records, line.operations) for line in centre.status.queue}
    assert kinds == {"household": (1, 1), "submission": (1, 1), "photo": (1, 1)}
    assert sum(line.operations for line in centre.status.queue) == centre.status.unsent
    assert all(line.bytes > 300 for line in centre.status.queue)
    assert centre.status.files_waiting == 1
    with workspace.read() as tx:
        stored = int(tx.value("SELECT sum(size) FROM file"))
    assert centre.status.files_waiting_bytes == stored > 1000
    workspace.close()
    monkeypatch.setenv(VARIABLE, PASSPHRASE)
    place = ["--workspace", str(tmp_path / "one")]
    assert main([*place, "sync", "--status", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [(line["kind"], line["operations"]) for line in told["queue"]] == [(line.kind, line.operations) for line in centre.status.queue]
    assert (told["unattended"], told["last_error"], told["apart"], told["decided"]) == (True, "offline", [], [])
    assert main([*place, "sync", "--auto", "off"]) == 0
    words = capsys.readouterr().out
    assert say("cli-sync-plan-off") in words
    assert say("exchange-failed-offline") in words


def test_what_the_district_and_what_this_laptop_keeps_apart_is_listed_with_reason_and_advice(pair: tuple[Workspace, Workspace]) -> None:
    one, two = pair
    refused = [_write(one, HOUSEHOLD, phone="1"), _write(one, HOUSEHOLD, phone="2"), _write(one, OTHER, phone="3")]
    stray = _write(two, OTHER, note="来自陌生人")
    with one.begin() as tx:
        tx.sql("DELETE FROM author WHERE device = ?", two.device.device)
        reasons = ("out-of-scope", "out-of-scope", "rejected")
        told = [f"{operation.id} {reason}" for operation, reason in zip(refused, reasons, strict=True)]
        facts.put(tx, f"apart:{exchange.PEER}", "\n".join([*told, f"{'0' * 64} something-new"]))
    _take(one, [stray], None)
    lines = apart.listed(one)
    assert [(line.where, line.head_name, line.reason, line.operations, line.who) for line in lines] == [
        ("district", "张三", "out-of-scope", 2, "甲"),
        ("district", "李四", "rejected", 1, "甲"),
        ("district", "", "something-new", 1, ""),
        ("here", "李四", "unknown-author", 1, "乙"),
    ]
    assert all(line.why and line.what_to_do and not line.why.startswith("apart-") for line in lines)
    assert "something-new" in lines[2].why
    assert exchange.status(one).set_aside_there == 4
    _take(one, [], two)
    assert [line.where for line in apart.listed(one)] == ["district"] * 3
    for team in pair:
        team.close()


def test_every_reason_and_every_failure_has_words() -> None:
    there = "malformed version too-large bad-hash wrong-key bad-signature unknown-author out-of-scope revoked rejected other"
    here = "unknown-author revoked-author wrong-realm many-deletions bad-signature bad-hash wrong-key other"
    asked = [f"apart-{where}-{reason}" for where, reasons in (("district", there), ("here", here)) for reason in reasons.split()]
    not_of_a_line = ("bundle-", "card-", "bad-operation", "recovery-refused", "certificate-dates", "exchange")
    codes = [error.code for error in _below(ExchangeError) if error.__module__ == "sync.errors"]
    asked += [f"exchange-failed-{code}" for code in codes if not code.startswith(not_of_a_line)]
    assert len(asked) > 25
    assert [message for message in asked for language in ("zh_CN", "en") if not knows(message, language)] == []


def _below(error: type[CodedError]) -> list[type[CodedError]]:
    return [error, *(deeper for child in error.__subclasses__() for deeper in _below(child))]


@pytest.mark.parametrize("taken", [decisions.DELETE, decisions.KEEP])
def test_record_that_one_deleted_and_another_changed_is_decided_and_taken_back(pair: tuple[Workspace, Workspace], taken: str) -> None:
    one, two = pair
    _write(one, HOUSEHOLD, delete=True)
    _write(two, HOUSEHOLD, phone="13900990022")
    _carry(two, one)
    _carry(one, two)
    (line,) = decisions.conflicts(one)
    assert (line.field, {(write.value, write.who) for write in line.writes}) == ("", {("delete", "甲"), ("keep", "乙")})
    assert any("13900990022" in write.told for write in line.writes)
    decisions.resolve(one, HOUSEHOLD, "", taken)
    assert _alive(one, HOUSEHOLD) == (taken == decisions.KEEP)
    assert decisions.conflicts(one) == ()
    (made,) = decisions.made(one)
    assert (made.record, made.field, made.who) == (HOUSEHOLD, "", "甲")
    assert made.value == say("conflict-kept" if taken == decisions.KEEP else "conflict-deleted")
    _carry(one, two)
    assert (_alive(two, HOUSEHOLD), decisions.conflicts(two)) == (taken == decisions.KEEP, ())
    decisions.reopen(one, HOUSEHOLD, "")
    _carry(one, two)
    for team in pair:
        assert [conflict.field for conflict in decisions.conflicts(team)] == [""]
        assert _alive(team, HOUSEHOLD)
    assert decisions.made(one) == ()
    with pytest.raises(NotFound):
        decisions.reopen(one, HOUSEHOLD, "")
    other = decisions.KEEP if taken == decisions.DELETE else decisions.DELETE
    decisions.resolve(two, HOUSEHOLD, "", other)
    _carry(two, one)
    assert (_alive(one, HOUSEHOLD), decisions.conflicts(one)) == (other == decisions.KEEP, ())
    for team in pair:
        team.close()


def test_decisions_are_listed_until_they_are_taken_back(pair: tuple[Workspace, Workspace]) -> None:
    one, two = pair
    for record in (HOUSEHOLD, OTHER):
        _write(one, record, phone="111")
        _write(two, record, phone="222")
    _carry(two, one)
    assert len(decisions.conflicts(one)) == 2
    for record, value in ((HOUSEHOLD, "222"), (OTHER, "111")):
        decisions.resolve(one, record, "phone", value)
    newest, older = decisions.made(one)
    assert (newest.head_name, newest.value, newest.others) == ("李四", "111", (("222", "乙"),))
    assert (older.head_name, older.value, older.others) == ("张三", "222", (("111", "甲"),))
    decisions.reopen(one, older.record, older.field)
    assert [one_of.record for one_of in decisions.made(one)] == [OTHER]
    (again,) = decisions.conflicts(one)
    assert {write.value for write in again.writes} == {"111", "222"}
    decisions.resolve(one, HOUSEHOLD, "phone", "111")
    assert [made.record for made in decisions.made(one)] == [HOUSEHOLD, OTHER]
    for team in pair:
        team.close()
