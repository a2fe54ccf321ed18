"""What holds in every test: no screen, a home of its own, no unexpected warning in the log, no Qt object left behind."""

from __future__ import annotations

import faulthandler
import gc
import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

os.environ["QT_QPA_PLATFORM"] = "offscreen"

settings.register_profile("quiet", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("search", deadline=None, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quiet"))

CONFORMANCE = Path(__file__).resolve().parent.parent.parent / "shared" / "conformance"


def pytest_configure(config: pytest.Config) -> None:
    """Dumps of every thread when the process dies."""
    config.addinivalue_line("markers", "expects_log(reason): warnings in the log are part of this test")
    faulthandler.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs the reference cases where they do not lie beside the checkout."""
    if CONFORMANCE.is_dir():
        return
    absent = pytest.mark.skip(reason="the reference cases do not lie beside this checkout")
    for item in items:
        if "conformance" in item.keywords:
            item.add_marker(absent)


@pytest.fixture
def conformance() -> Path:
    """The folder of reference cases; the test must carry the mark `conformance`."""
    return CONFORMANCE


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home, so that nothing reads or touches the real one."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR", "APPDATA", "LOCALAPPDATA"):
        folder = home / name.lower()
        folder.mkdir(mode=0o700)
        monkeypatch.setenv(name, str(folder))
    monkeypatch.delenv("FIELDAPP_PASSPHRASE", raising=False)
    return home


class _Warnings(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.told.append(f"{record.levelname} {record.name}: {record.getMessage()}")


@pytest.fixture(autouse=True)
def no_unexpected_log(request: pytest.FixtureRequest) -> Iterator[None]:
    """A warning or error in the log fails the test unless it is marked `expects_log(reason)`."""
    handler, root = _Warnings(), logging.getLogger()
    root.addHandler(handler)
    yield
    root.removeHandler(handler)
    mark = request.node.get_closest_marker("expects_log")
    if mark is None and handler.told:
        pytest.fail("unexpected in the log:\n" + "\n".join(handler.told))


@pytest.fixture(autouse=True)
def nothing_left_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    """Qt objects die at the end of their own test, in the main thread, not in the middle of another.

    What earlier tests keep is not looked through again meanwhile: that would take seconds a test at the end of the whole run.
    """
    if not {"qapp", "qtbot", "qapp_cls"} & set(request.fixturenames):
        yield
        return
    gc.freeze()
    yield
    _collect_widgets()
    gc.unfreeze()


def _collect_widgets() -> None:
    widgets = sys.modules.get("PySide6.QtWidgets")
    application = widgets.QApplication.instance() if widgets else None
    if application is None:
        return
    gc.collect()
    from PySide6.QtCore import QCoreApplication, QEvent

    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    application.processEvents()
    gc.collect()
