"""When a laptop exchanges by itself: spread over the laptops, later after each failure, never before the district wants it."""

from __future__ import annotations

import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp.domain.clock import CHINA, FixedClock
from fieldapp.errors import AskedToWait
from fieldapp.store import audit, facts
from fieldapp.store.database import Database
from fieldapp.store.keys import QUICK, Realm
from fieldapp.store.transaction import Transaction
from fieldapp.usecases import exchange, rounds, workspaces
from fieldapp.usecases.workspaces import Workspace
from fieldapp.words import say
from tests.world import MORNING, PASSPHRASE, DistrictServer, enrolled, nobody_home, photo, quiet

EVENING = datetime(2026, 11, 20, 18, 0, tzinfo=CHINA)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """One that a district knows; nothing goes over a line here."""
    opened = Database.create(tmp_path / "one", "甲", PASSPHRASE, Realm.DEMO, FixedClock(MORNING), QUICK)
    with opened.begin() as tx:
        facts.put(tx, facts.SERVER_URL, "https://district.example")
        facts.put(tx, rounds.LAST_SYNC, MORNING.isoformat())
        rounds.succeeded(tx)
    yield opened
    opened.close()


def _clock(workspace: Workspace) -> FixedClock:
    assert isinstance(workspace.place.clock, FixedClock)
    return workspace.place.clock


def _wait_of(workspace: Workspace) -> timedelta:
    planned = rounds.plan(workspace)
    assert planned.next_try is not None
    return planned.next_try - _clock(workspace).now()


def test_laptop_that_no_district_knows_plans_nothing(workspace: Workspace) -> None:
    with workspace.begin() as tx:
        facts.put(tx, facts.SERVER_URL, "")
    assert rounds.opened(workspace).next_try is None
    assert rounds.finalized(workspace).next_try is None
    assert not rounds.plan(workspace).is_due(MORNING + timedelta(days=1))


def test_next_try_follows_success_start_and_finalizing(workspace: Workspace) -> None:
    assert rounds.EVERY <= _wait_of(workspace) <= rounds.EVERY * 1.5
    after_success = rounds.plan(workspace).next_try
    assert rounds.opened(workspace).next_try == after_success
    _clock(workspace).pass_time(minutes=2)
    assert rounds.finalized(workspace).is_on
    assert _wait_of(workspace) <= rounds.SOON
    _clock(workspace).pass_time(hours=10)
    assert rounds.plan(workspace).is_due(_clock(workspace).now())
    rounds.opened(workspace)
    rounds.put_off(workspace)
    assert _wait_of(workspace) >= rounds.EVERY


def test_failures_are_tried_later_and_later_and_a_success_forgets_them(workspace: Workspace) -> None:
    waits = []
    for _ in range(9):
        with workspace.begin() as tx:
            rounds.failed(tx)
        waits.append(_wait_of(workspace))
        assert not rounds.plan(workspace).is_due(_clock(workspace).now())
        _clock(workspace).instant += waits[-1]
        assert rounds.plan(workspace).is_due(_clock(workspace).now())
    plain = [min(rounds.FIRST * 2**at, rounds.LONGEST) for at in range(9)]
    assert all(least <= wait <= least * 1.5 for least, wait in zip(plain, waits, strict=True))
    assert waits[-1] >= rounds.LONGEST
    rounds.put_off(workspace)
    assert rounds.finalized(workspace).failures == 9
    assert _wait_of(workspace) >= rounds.EVERY
    assert rounds.line_is_back(workspace).failures == 9
    assert _wait_of(workspace) <= rounds.RUSH
    with workspace.begin() as tx:
        rounds.succeeded(tx)
    assert (rounds.plan(workspace).failures, rounds.plan(workspace).not_before) == (0, None)


def test_what_the_district_asked_for_is_kept_over_a_restart(workspace: Workspace) -> None:
    with workspace.begin() as tx:
        rounds.failed(tx, retry_s=1800)
    asked = rounds.plan(workspace).not_before
    assert asked is not None
    assert timedelta(seconds=1800) <= asked - _clock(workspace).now() <= timedelta(seconds=2700)
    workspace.close()
    with workspaces.unlock(workspace.folder, "甲", PASSPHRASE, _clock(workspace)) as again:
        for reason in (rounds.opened, rounds.finalized, rounds.line_is_back, lambda opened: rounds.switch(opened, True)):
            planned = reason(again)
            assert planned.next_try is not None
            assert planned.next_try >= asked
            assert not planned.is_due(asked - timedelta(seconds=1))
        assert rounds.plan(again).is_due(asked + rounds.LONGEST)


def test_switched_off_it_stays_off_until_switched_on(workspace: Workspace) -> None:
    off = rounds.switch(workspace, False)
    assert (off.is_on, off.next_try) == (False, None)
    assert rounds.finalized(workspace).next_try is None
    assert exchange.status(workspace).next_try == ""
    with workspace.begin() as tx:
        rounds.succeeded(tx)
    assert rounds.plan(workspace).next_try is None
    assert rounds.switch(workspace, True).next_try is not None
    assert _wait_of(workspace) <= rounds.SOON


def test_clock_that_ran_ahead_does_not_put_the_next_try_into_another_year(workspace: Workspace) -> None:
    clock = _clock(workspace)
    clock.pass_time(days=400)
    with workspace.begin() as tx:
        rounds.failed(tx, retry_s=900)
    clock.pass_time(days=-400)
    assert rounds.plan(workspace).is_due(clock.now())
    rounds.put_off(workspace)
    assert rounds.EVERY <= _wait_of(workspace) <= rounds.EVERY * 1.5


@dataclass
class _Stub:
    """Of a transaction only what a plan reads, so that a district's thousand laptops need no thousand files."""

    device: str
    instant: datetime
    facts: dict[str, str]
    changed_facts: set[str]

    def now(self) -> datetime:
        return self.instant


def _laptops(count: int, seed: int) -> list[Transaction]:
    known = dict.fromkeys((facts.SERVER_URL, "rounds-next", "rounds-failures", "rounds-not-before", "rounds-off"), "")
    stubs = [_Stub(f"{seed:08x}{at:024x}", EVENING, {**known, facts.SERVER_URL: "https://a.example"}, set()) for at in range(count)]
    return [cast(Transaction, one) for one in stubs]


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**31), failures=st.integers(1, 12), retry_s=st.integers(0, 4 * 3600))
def test_laptops_that_failed_in_the_same_second_come_again_spread_out(seed: int, failures: int, retry_s: int) -> None:
    laptops = _laptops(100, seed)
    moments = []
    for one in laptops:
        one.facts["rounds-failures"] = str(failures - 1)
        rounds.failed(one, retry_s)
        moment = rounds.planned(one).next_try
        assert moment is not None
        assert moment >= EVENING + timedelta(seconds=retry_s)
        moments.append((moment - EVENING).total_seconds())
    span = max(moments) - min(moments)
    assert span >= 0.4 * min(moments)
    tenth = Counter(int((moment - min(moments)) / (span / 10 + 1e-9)) for moment in moments)
    assert max(tenth.values()) <= 30


def test_a_thousand_laptops_that_start_at_six_come_over_twenty_minutes() -> None:
    minutes = Counter(int(rounds._soon(one).total_seconds() // 60) for one in _laptops(1000, 7))
    assert set(minutes) == set(range(20))
    assert max(minutes.values()) <= 80
    quiet_hour = [replace(cast(_Stub, one), instant=MORNING) for one in _laptops(1000, 7)]
    assert max(rounds._soon(cast(Transaction, one)) for one in quiet_hour) <= rounds.SOON


def test_exchange_keeps_its_plan_and_lets_new_text_pass_before_the_next_photo(server: DistrictServer, tmp_path: Path) -> None:
    workspace = enrolled(server, tmp_path / "one", "甲")
    for at in range(2):
        nobody_home(workspace, f"户{at}", picture=photo(size=(400 + at, 300)))
    port = int(server.url.rpartition(":")[2])
    server.stop()
    for _ in range(2):
        with _busy(port, retry_s=600), pytest.raises(AskedToWait):
            exchange.sync_now(workspace, quiet, unattended=True)
    held = exchange.status(workspace)
    assert (held.last_error, held.failures, held.unsent) == ("asked-to-wait", 2, 6)
    assert _clock(workspace).now() + timedelta(seconds=600) <= datetime.fromisoformat(held.not_before)
    assert held.next_try >= held.not_before
    with workspace.read() as tx:
        assert [line.action for line in audit.lines(tx, limit=9)].count("sync-failed") == 1
    server.start()
    told: list[str] = []
    wrote: list[str] = []

    def report(done: int, total: int, words: str) -> None:
        if words and (not told or told[-1] != words):
            told.append(words)
        if words == say("exchange-files-out") and done == 1 and not wrote:
            wrote.append(nobody_home(workspace, "刚定稿"))

    done = exchange.sync_now(workspace, report)
    order = [words for words in told if words != say("exchange-previews")]
    assert order == [say("exchange-operations"), say("exchange-files-out")] * 2
    held = exchange.status(workspace)
    assert (done.sent, done.files_sent, done.files_left, held.unsent) == (8, 2, 0, 0)
    assert (held.last_error, held.failures, held.not_before) == ("", 0, "")
    workspace.close()


@contextmanager
def _busy(port: int, retry_s: int) -> Iterator[None]:
    """An address that asks everybody to come later."""

    def answer() -> None:
        near, _ = listening.accept()
        with near:
            near.recv(1 << 16)
            near.sendall(f"HTTP/1.1 429 Too Many Requests\r\nRetry-After: {retry_s}\r\nContent-Length: 0\r\n\r\n".encode())
            while near.recv(1 << 16):
                pass

    with socket.create_server(("127.0.0.1", port)) as listening:
        answering = threading.Thread(target=answer)
        answering.start()
        yield
        answering.join(20)
