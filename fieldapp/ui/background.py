"""Run work off the UI thread: the one place in the application where threads are made.

A worker thread holds nothing but the plain function it runs; who is waiting and what they want done with the outcome stays on the
UI thread, and news crosses as small frozen values through one queued signal. So no Qt object can die in a worker.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol, TypeVar

import shiboken6
from PySide6.QtCore import QObject, Qt, Signal, Slot

from fieldapp.errors import Cancelled, CodedError

T = TypeVar("T")
_log = logging.getLogger(__name__)
_SECONDS_BETWEEN_REPORTS = 0.1


class Report(Protocol):
    """How work tells where it is; raises Cancelled once the person gave up, so progress is the cancel check."""

    def __call__(self, done: int, total: int, text: str = "") -> None: ...


class Lane(Enum):
    """Where work runs."""

    STORE = "store"
    """One at a time, in order: the person's own writes; never cancelled by closing."""
    OUTSIDE = "outside"
    """Network, paper, USB stick."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a piece of work is."""

    done: int
    total: int
    text: str


class Job:
    """A piece of work under way, as its starter sees it."""

    def __init__(self, name: str, lane: Lane, stop: Callable[[], object] | None = None) -> None:
        self.name = name
        self.lane = lane
        self._cancelled = threading.Event()
        self._stop = stop

    def cancel(self) -> None:
        """Ask the work to stop at its next report, and end what it waits for meanwhile."""
        self._cancelled.set()
        if self._stop is not None:
            self._stop()

    def check(self) -> None:
        """Raise Cancelled if the person gave up."""
        if self._cancelled.is_set():
            raise Cancelled


@dataclass(frozen=True, slots=True)
class _Waiting:
    owner: QObject
    done: Callable[[Any], object]
    failed: Callable[[Exception], object]
    progress: Callable[[Progress], object] | None
    cancelled: Callable[[], object] | None


@dataclass(frozen=True, slots=True)
class _News:
    job: Job
    what: str
    """progress, done, failed or cancelled."""
    value: Any = None


class Background(QObject):
    """Runs plain functions in threads and hands their outcome back on the UI thread."""

    failed = Signal(object)
    """An exception that nobody waited for."""
    busy_changed = Signal(bool)
    _news = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lanes = {
            Lane.STORE: ThreadPoolExecutor(max_workers=1, thread_name_prefix="store"),
            Lane.OUTSIDE: ThreadPoolExecutor(max_workers=2, thread_name_prefix="outside"),
        }
        self._waiting: dict[Job, _Waiting] = {}
        self._news.connect(self._pass_on, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        work: Callable[[Report], T],
        *,
        owner: QObject,
        done: Callable[[T], object],
        failed: Callable[[Exception], object] | None = None,
        progress: Callable[[Progress], object] | None = None,
        cancelled: Callable[[], object] | None = None,
        lane: Lane = Lane.STORE,
        stop: Callable[[], object] | None = None,
    ) -> Job:
        """Start `work(report)` in a lane; the callbacks run on the UI thread as long as `owner` lives.

        `stop` ends a wait of the work for something outside when it is cancelled; it is called on the UI thread and must not wait.
        """
        job = Job(getattr(work, "__qualname__", "work"), lane, stop)
        was_busy = self.busy()
        self._waiting[job] = _Waiting(owner, done, failed or self.failed.emit, progress, cancelled)
        self._lanes[lane].submit(self._work, job, work)
        if not was_busy:
            self.busy_changed.emit(True)
        return job

    def busy(self) -> bool:
        """Whether anything is under way."""
        return bool(self._waiting)

    def give_up(self, lane: Lane) -> None:
        """Cancel everything that is under way in a lane."""
        for job in self._waiting:
            if job.lane is lane:
                job.cancel()

    def stop(self) -> None:
        """Give up what is outside, write what is waiting to be written, then let the application close."""
        self.give_up(Lane.OUTSIDE)
        for executor in self._lanes.values():
            executor.shutdown(wait=True)

    def _work(self, job: Job, work: Callable[[Report], object]) -> None:
        last_told = 0.0

        def report(done: int, total: int, text: str = "") -> None:
            nonlocal last_told
            job.check()
            now = time.monotonic()
            if done == total or now - last_told >= _SECONDS_BETWEEN_REPORTS:
                last_told = now
                self._news.emit(_News(job, "progress", Progress(done, total, text)))

        try:
            job.check()
            news = _News(job, "done", work(report))
        except Cancelled:
            news = _News(job, "cancelled")
        except Exception as error:  # noqa: BLE001 - whatever it is, it is handed to the UI thread
            if not isinstance(error, CodedError):
                _log.info("job=%s failed", job.name, exc_info=True)
            news = _News(job, "failed", error)
        self._news.emit(news)

    @Slot(object)
    def _pass_on(self, news: _News) -> None:
        if news.what == "progress":
            waiting = self._waiting.get(news.job)
        else:
            waiting = self._waiting.pop(news.job, None)
            if not self.busy():
                self.busy_changed.emit(False)
        if waiting is None or not shiboken6.isValid(waiting.owner):
            return
        if news.what == "cancelled":
            if waiting.cancelled is not None:
                waiting.cancelled()
            return
        callback = {"progress": waiting.progress, "done": waiting.done, "failed": waiting.failed}[news.what]
        if callback is not None:
            callback(news.value)
