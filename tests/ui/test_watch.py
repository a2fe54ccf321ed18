"""Sleep and session locking, as logind, screen savers and Windows tell them."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from collections.abc import Iterator

import pytest
from PySide6.QtDBus import QDBusConnection, QDBusMessage

from fieldapp.ui.watch import SessionWatch, WindowsMessages, _Message

LONG_MS = 10_000


@pytest.fixture
def bus() -> Iterator[str]:
    """A message bus of our own."""
    daemon = shutil.which("dbus-daemon")
    if daemon is None:
        pytest.skip("no dbus-daemon here")
    command = [daemon, "--session", "--print-address", "--nofork", "--nopidfile"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as running:
        assert running.stdout is not None
        yield running.stdout.readline().strip()
        for name in ("hearing", "telling"):
            QDBusConnection.disconnectFromBus(name)
        running.terminate()


@pytest.mark.parametrize(
    ("path", "interface", "name", "arguments", "told"),
    [
        ("/org/freedesktop/login1", "org.freedesktop.login1.Manager", "PrepareForSleep", [True], "suspend"),
        ("/org/freedesktop/login1/session/_31", "org.freedesktop.login1.Session", "Lock", [], "session-lock"),
        ("/org/gnome/ScreenSaver", "org.gnome.ScreenSaver", "ActiveChanged", [True], "session-lock"),
    ],
)
def test_signal_on_the_bus_is_heard(qtbot, bus, path, interface, name, arguments, told):
    hearing, telling = QDBusConnection.connectToBus(bus, "hearing"), QDBusConnection.connectToBus(bus, "telling")
    watch = SessionWatch()
    assert watch.listen_to_system(hearing)
    assert watch.listen_to_session(hearing)
    # A question that waits for its answer: after it the bus knows what is listened to.
    hearing.interface().registeredServiceNames()
    with qtbot.waitSignal(watch.leaving, timeout=LONG_MS) as heard:
        message = QDBusMessage.createSignal(path, interface, name)
        message.setArguments(arguments)
        assert telling.send(message)
    assert heard.args == [told]


def test_without_a_bus_nothing_is_heard_and_nothing_breaks(qtbot):
    watch = SessionWatch()
    assert not watch.listen_to_system(QDBusConnection("nowhere"))
    assert not watch.listen_to_session(QDBusConnection("nowhere"))


@pytest.mark.parametrize(
    ("message", "wparam", "told"),
    [(0x0218, 0x4, ["suspend"]), (0x02B1, 0x7, ["session-lock"]), (0x02B1, 0x8, []), (0x0218, 0x12, []), (0x0100, 0x7, [])],
)
def test_messages_of_windows_are_understood(message, wparam, told):
    heard: list[str] = []
    found = _Message(None, message, wparam, 0, 0, 0, 0)
    assert WindowsMessages(heard.append).nativeEventFilter(b"windows_generic_MSG", ctypes.addressof(found)) == (False, 0)
    assert WindowsMessages(heard.append).nativeEventFilter(b"xcb_generic_event_t", 0) == (False, 0)
    assert heard == told
