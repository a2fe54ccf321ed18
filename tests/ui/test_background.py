"""The one worker: results on the UI thread, writes in order, nothing dropped, no Qt object dying in a thread."""

from __future__ import annotations

import threading
import weakref

from PySide6.QtCore import QCoreApplication, QEvent, QObject

from fieldapp.errors import Cancelled, Offline
from fieldapp.ui.background import Background, Lane, Progress, Report


def test_result_arrives_on_the_ui_thread(qtbot, background: Background):
    seen: list[tuple[str, bool]] = []
    here = threading.main_thread()
    background.run(
        lambda report: threading.current_thread().name,
        owner=background,
        done=lambda name: seen.append((name, threading.current_thread() is here)),
    )
    qtbot.waitUntil(lambda: bool(seen))
    assert seen[0][0].startswith("store")
    assert seen[0][1]


def test_store_lane_keeps_order(qtbot, background: Background):
    order: list[int] = []
    for number in range(60):
        background.run(lambda report, number=number: number, owner=background, done=order.append)
    qtbot.waitUntil(lambda: len(order) == 60)
    assert order == list(range(60))


def test_progress_is_throttled_and_the_last_is_told(qtbot, background: Background):
    seen: list[Progress] = []
    ended: list[None] = []

    def work(report: Report) -> None:
        for done in range(1, 5001):
            report(done, 5000)

    background.run(work, owner=background, done=ended.append, progress=seen.append)
    qtbot.waitUntil(lambda: bool(ended))
    assert seen[-1] == Progress(5000, 5000, "")
    assert len(seen) < 100


def test_cancelling_ends_what_the_work_waits_for(qtbot, background: Background):
    started, answer, gave_up = threading.Event(), threading.Event(), []

    def work(report: Report) -> None:
        started.set()
        answer.wait(60)
        report(0, 1)

    background.run(
        work, owner=background, done=gave_up.append, cancelled=lambda: gave_up.append("cancelled"), lane=Lane.OUTSIDE, stop=answer.set
    )
    assert started.wait(5)
    background.give_up(Lane.STORE)
    assert not answer.is_set()
    background.give_up(Lane.OUTSIDE)
    assert answer.is_set()
    qtbot.waitUntil(lambda: not background.busy())
    assert gave_up == ["cancelled"]


def test_cancelled_work_stops_at_its_next_report_and_says_nothing_but_that(qtbot, background: Background):
    started, ended, gave_up = threading.Event(), [], []

    def work(report: Report) -> None:
        started.set()
        while True:
            report(0, 1)

    job = background.run(work, owner=background, done=ended.append, cancelled=lambda: gave_up.append(1), lane=Lane.OUTSIDE)
    assert started.wait(5)
    job.cancel()
    qtbot.waitUntil(lambda: not background.busy())
    assert ended == []
    assert gave_up == [1]


def test_an_error_nobody_waits_for_reaches_the_failed_signal(qtbot, background: Background):
    def work(report: Report) -> None:
        raise Offline(url="x")

    with qtbot.waitSignal(background.failed) as told:
        background.run(work, owner=background, done=lambda _: None)
    assert isinstance(told.args[0], Offline)


def test_a_dead_owner_hears_nothing(qtbot, background: Background):
    seen: list[int] = []
    go = threading.Event()
    owner = QObject()

    def work(report: Report) -> int:
        go.wait(5)
        return 1

    background.run(work, owner=owner, done=seen.append)
    owner.deleteLater()
    QCoreApplication.sendPostedEvents(owner, QEvent.Type.DeferredDelete)
    go.set()
    qtbot.waitUntil(lambda: not background.busy())
    assert seen == []


def test_closing_never_drops_a_queued_write(qapp):
    worker = Background()
    written: list[int] = []
    for number in range(50):
        worker.run(lambda report, number=number: written.append(number), owner=worker, done=lambda _: None)
    worker.stop()
    assert written == list(range(50))


def test_closing_gives_up_what_is_outside(qapp):
    worker = Background()
    stopped: list[bool] = []
    started = threading.Event()

    def work(report: Report) -> None:
        started.set()
        try:
            while True:
                report(0, 1)
        except Cancelled:
            stopped.append(True)
            raise

    worker.run(work, owner=worker, done=lambda _: None, lane=Lane.OUTSIDE)
    assert started.wait(5)
    worker.stop()
    assert stopped == [True]


def test_owners_die_on_the_ui_thread(qtbot, background: Background):
    died: list[bool] = []

    class Owner(QObject):
        def take(self, value: int) -> None:
            self.got = value

    def start(number: int) -> None:
        owner = Owner()
        weakref.finalize(owner, lambda: died.append(threading.current_thread() is threading.main_thread()))
        background.run(lambda report: number, owner=owner, done=owner.take, lane=Lane.OUTSIDE)

    for number in range(600):
        start(number)
    qtbot.waitUntil(lambda: len(died) == 600, timeout=20_000)
    assert all(died)
