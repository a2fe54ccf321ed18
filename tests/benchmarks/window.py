"""From starting the process to the first painted window, opening a household in it, and the memory that takes; offscreen."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from fieldapp.domain.clock import FixedClock
from fieldapp.usecases import roster, workspaces
from tests.world import MORNING, PASSPHRASE, laptop, nobody_home

from .measure import Figure, median, milliseconds, peak_mib

if TYPE_CHECKING:
    from PySide6.QtCore import QObject

_ROUNDS = 5


def figures(folder: Path, _: int) -> Iterator[Figure]:
    """Each start is a process of its own; a bare Qt window is the peer, in turn with ours."""
    told: dict[str, list[dict[str, float]]] = {"unlock": [], "bare": []}
    for _round in range(_ROUNDS):
        for kind, taken in told.items():
            taken.append(_child(kind, folder))
    ours, bare = (median([one["shown_ms"] for one in told[kind]]) for kind in ("unlock", "bare"))
    yield Figure("start to first window", ours, "ms", _ROUNDS, "a bare Qt window", bare)
    sizes = [median([one["peak_mib"] for one in told[kind]]) for kind in ("unlock", "bare")]
    yield Figure("memory of the unlock window", sizes[0], "MiB", _ROUNDS, "a bare Qt window", sizes[1])
    with laptop(folder / "form") as workspace:
        nobody_home(workspace, "示范")
    opened = _child("form", folder)
    yield Figure("open a household in the window", opened["shown_ms"], "ms", 1, note="compiled form to painted page")
    yield Figure("memory with the form open", opened["peak_mib"], "MiB", 1)


def _child(kind: str, folder: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.benchmarks.window", kind, str(folder / kind), str(time.time())]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    told: dict[str, float] = json.loads(done.stdout)
    return told


def _first_paint(application: QObject) -> None:
    """Wait until a window has painted itself."""
    from PySide6.QtCore import QEvent, QEventLoop, QObject, QTimer
    from PySide6.QtWidgets import QWidget

    loop = QEventLoop()

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint and isinstance(watched, QWidget) and watched.isWindow():
                QTimer.singleShot(0, loop.quit)
            return False

    watch = Watch()
    application.installEventFilter(watch)
    loop.exec()
    application.removeEventFilter(watch)


def _bare() -> float:
    from PySide6.QtWidgets import QApplication, QLabel

    application = QApplication(["bare"])
    window = QLabel("入户摸底")
    window.resize(1366, 768)
    window.show()
    _first_paint(application)
    return time.time()


def _unlock(folder: Path) -> float:
    from fieldapp.ui.application import make_application
    from fieldapp.ui.background import Background
    from fieldapp.ui.desk import Desk
    from fieldapp.ui.error_dialog import WindowDialogs
    from fieldapp.ui.main_window import MainWindow

    application, theme = make_application([], 12)
    background = Background()
    window = MainWindow(Desk(background, FixedClock(MORNING), WindowDialogs(), theme, folder))
    window.resize(1366, 768)
    window.show()
    _first_paint(application)
    shown = time.time()
    background.stop()
    return shown


def _form_ms(folder: Path) -> float:
    from PySide6.QtCore import QEventLoop

    from fieldapp.ui.application import make_application
    from fieldapp.ui.background import Background
    from fieldapp.ui.desk import Desk
    from fieldapp.ui.error_dialog import WindowDialogs
    from fieldapp.ui.screens.interview import InterviewScreen

    application, theme = make_application([], 12)
    background = Background()
    with workspaces.unlock(folder, "王队长", PASSPHRASE, FixedClock(MORNING)) as workspace:
        household = roster.search(workspace).lines[0].id
        screen = InterviewScreen(Desk(background, FixedClock(MORNING), WindowDialogs(), theme, folder), workspace)
        screen.resize(1366, 768)
        screen.show()
        loop = QEventLoop()
        screen.opened.connect(loop.quit)

        def show() -> None:
            screen.open(household)
            loop.exec()
            screen.repaint()

        taken = milliseconds(show)
        background.stop()
        application.closeAllWindows()
    return taken


def _main(kind: str, folder: Path, started_s: float) -> None:
    """One start in a process of its own; its figures as JSON."""
    if kind == "form":
        shown_ms = _form_ms(folder)
    else:
        shown_ms = ((_bare() if kind == "bare" else _unlock(folder)) - started_s) * 1000
    print(json.dumps({"shown_ms": shown_ms, "peak_mib": peak_mib()}))


if __name__ == "__main__":
    _main(sys.argv[1], Path(sys.argv[2]), float(sys.argv[3]))
