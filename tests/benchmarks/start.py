"""One start of the program in a process of its own, for the benchmark of the window; imports nothing that the program would not."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from fieldapp.domain.clock import SystemClock

if TYPE_CHECKING:
    from PySide6.QtCore import QObject


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
    window = MainWindow(Desk(background, SystemClock(), WindowDialogs(), theme, folder))
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
    from fieldapp.usecases import roster, workspaces
    from tests.world import PASSPHRASE

    from .measure import milliseconds

    application, theme = make_application([], 12)
    background = Background()
    with workspaces.unlock(folder, "王队长", PASSPHRASE, SystemClock()) as workspace:
        household = roster.search(workspace).lines[0].id
        screen = InterviewScreen(Desk(background, SystemClock(), WindowDialogs(), theme, folder), workspace)
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
    print(json.dumps({"shown_ms": shown_ms, "peak_mib": _peak_mib()}))


def _peak_mib() -> float:
    """The most memory this program held; not what the process that started it held, as getrusage tells on Linux."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024
    except OSError:
        from .measure import peak_mib

        return peak_mib()


if __name__ == "__main__":
    _main(sys.argv[1], Path(sys.argv[2]), float(sys.argv[3]))
