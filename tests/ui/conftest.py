"""Fixtures of the window's tests: the offscreen platform, the bundled font, a worker that is joined, a person who answers."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from fieldapp.domain.clock import CHINA, FixedClock
from fieldapp.engine.views import NodeView
from fieldapp.ui.background import Background
from fieldapp.ui.desk import Desk
from fieldapp.ui.questions import factory
from fieldapp.ui.questions.base import Helps, QuestionWidget
from fieldapp.ui.theme import Theme, register_fonts
from fieldapp.words import resources
from tests.robots.window import WindowRobot

from . import village

START = datetime(2026, 11, 22, 10, 42, 7, tzinfo=CHINA)


@dataclass
class Person:
    """Answers every dialog at once, and remembers what was told and asked."""

    yes: bool = True
    text: str | None = "记错了"
    secrets: list[str] = field(default_factory=list)
    """What is typed unseen, one after the other."""
    open_file: Path | None = None
    save_file: Path | None = None
    told: list[Exception] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def tell(self, error: Exception) -> None:
        self.told.append(error)

    def ask(self, question: str) -> bool:
        self.asked.append(question)
        return self.yes

    def ask_text(self, question: str) -> str | None:
        self.asked.append(question)
        return self.text

    def ask_secret(self, question: str) -> str | None:
        self.asked.append(question)
        return self.secrets.pop(0) if self.secrets else None

    def ask_open(self, title: str, filters: str) -> Path | None:
        self.asked.append(title)
        return self.open_file

    def ask_folder(self, title: str) -> Path | None:
        self.asked.append(title)
        return self.open_file

    def ask_save(self, title: str, name: str, filters: str) -> Path | None:
        self.asked.append(title)
        return self.save_file


@pytest.fixture(scope="session")
def theme(qapp: QApplication) -> Theme:
    made = Theme(register_fonts(resources() / "fonts"))
    made.apply(qapp)
    return made


@pytest.fixture
def background(qapp: QApplication) -> Iterator[Background]:
    worker = Background()
    yield worker
    worker.stop()
    for _ in range(3):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QCoreApplication.processEvents()
    gc.collect()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(START)


@pytest.fixture
def person() -> Person:
    return Person()


@pytest.fixture
def desk(background: Background, clock: FixedClock, person: Person, theme: Theme, tmp_path: Path) -> Desk:
    return Desk(background, clock, person, theme, tmp_path / "workspace", realm="demo", autosave_after_ms=0)


@pytest.fixture(scope="session")
def village_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed workspace of four households, the first surveyed; made once, copied for each test."""
    folder = tmp_path_factory.mktemp("village") / "workspace"
    village.build(folder, FixedClock(START), households=4, surveyed=1).close()
    return folder


@pytest.fixture
def robot(qtbot, desk: Desk, village_folder: Path) -> Iterator[WindowRobot]:
    """The locked window over a copy of the village's workspace."""
    shutil.copytree(village_folder, desk.folder)
    made = WindowRobot(qtbot, desk)
    yield made
    made.end()


@pytest.fixture
def first_run(qtbot, desk: Desk) -> Iterator[WindowRobot]:
    """The window where there is no workspace yet."""
    made = WindowRobot(qtbot, desk)
    yield made
    made.end()


@pytest.fixture
def helps(clock, tmp_path) -> Helps:
    return Helps(clock, lambda mediatype: None)


@pytest.fixture
def put(qtbot, helps, theme):
    """A question widget in a shown window, with what it tells."""

    windows: list[QWidget] = []

    def place(view: NodeView) -> tuple[QuestionWidget, list[object]]:
        window = QWidget()
        windows.append(window)
        qtbot.addWidget(window)
        page = QVBoxLayout(window)
        widget = factory.make(view, helps)
        told: list[object] = []
        widget.answered.connect(told.append)
        page.addWidget(widget)
        page.addStretch(1)
        window.resize(700, 400)
        window.show()
        qtbot.waitExposed(window)
        with qtbot.waitActive(window):
            window.activateWindow()
        widget.setFocus()
        return widget, told

    return place
