"""Tells when the person leaves the computer: it goes to sleep, or the session is locked.

Linux: signals of logind and of the screen savers over D-Bus. Windows: session and power messages in the event queue. Where neither
is there nothing is heard, and the idle timer alone locks.
"""

from __future__ import annotations

import ctypes
import sys
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import SLOT, QAbstractNativeEventFilter, QByteArray, QCoreApplication, QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from PySide6.QtDBus import QDBusConnection

_WM_POWERBROADCAST, _PBT_APMSUSPEND = 0x0218, 0x0004
_WM_WTSSESSION_CHANGE = 0x02B1
_SESSION_LEFT = (0x2, 0x4, 0x6, 0x7)
"""Disconnected from the console or from afar, logged off, locked."""
_MANAGER, _SESSION = "org.freedesktop.login1.Manager", "org.freedesktop.login1.Session"
_SCREEN_SAVERS = ("org.freedesktop.ScreenSaver", "org.gnome.ScreenSaver", "org.mate.ScreenSaver", "org.cinnamon.ScreenSaver")


class SessionWatch(QObject):
    """Listens once `start` was called."""

    leaving = Signal(str)
    """`suspend` or `session-lock`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._messages: WindowsMessages | None = None

    def start(self, window: QWidget) -> bool:
        """Whether somebody will tell."""
        if sys.platform == "win32":
            self._messages = WindowsMessages(self.leaving.emit)
            application = QCoreApplication.instance()
            if application is not None:
                application.installNativeEventFilter(self._messages)
            return bool(ctypes.windll.wtsapi32.WTSRegisterSessionNotification(int(window.winId()), 0))
        try:
            from PySide6.QtDBus import QDBusConnection
        except ImportError:
            return False
        heard = self.listen_to_system(QDBusConnection.systemBus())
        return self.listen_to_session(QDBusConnection.sessionBus()) or heard

    def listen_to_system(self, bus: QDBusConnection) -> bool:
        """Sleep and locking as logind tells them; False without such a bus."""
        if not bus.isConnected():
            return False
        slept = bus.connect("", "", _MANAGER, "PrepareForSleep", self, SLOT("slept(bool)"))  # type: ignore[call-overload]
        return bool(bus.connect("", "", _SESSION, "Lock", self, SLOT("locked()")) and slept)  # type: ignore[call-overload]

    def listen_to_session(self, bus: QDBusConnection) -> bool:
        """Screen savers; False without such a bus."""
        if not bus.isConnected():
            return False
        answers = [bus.connect("", "", name, "ActiveChanged", self, SLOT("saved(bool)")) for name in _SCREEN_SAVERS]  # type: ignore[call-overload]
        return all(answers)

    @Slot(bool)
    def slept(self, _begins: bool) -> None:
        """Before sleeping, and again on waking in case there was no time left before."""
        self.leaving.emit("suspend")

    @Slot()
    def locked(self) -> None:
        """The session is locked."""
        self.leaving.emit("session-lock")

    @Slot(bool)
    def saved(self, active: bool) -> None:
        """The screen saver comes or goes."""
        if active:
            self.leaving.emit("session-lock")


class _Message(ctypes.Structure):
    """MSG of the Windows API."""

    _fields_ = [
        ("window", ctypes.c_void_p),
        ("message", ctypes.c_uint),
        ("wparam", ctypes.c_size_t),
        ("lparam", ctypes.c_ssize_t),
        ("time", ctypes.c_uint32),
        ("x", ctypes.c_int32),
        ("y", ctypes.c_int32),
    ]


class WindowsMessages(QAbstractNativeEventFilter):
    """Reads the messages that Windows sends; lets all of them pass."""

    def __init__(self, tell: Any) -> None:
        super().__init__()
        self._tell = tell

    def nativeEventFilter(self, kind: QByteArray | bytes | bytearray | memoryview, message: Any) -> object:
        """Look at one message."""
        if bytes(kind) == b"windows_generic_MSG":  # type: ignore[arg-type]
            found = _Message.from_address(int(message))
            if found.message == _WM_POWERBROADCAST and found.wparam == _PBT_APMSUSPEND:
                self._tell("suspend")
            elif found.message == _WM_WTSSESSION_CHANGE and found.wparam in _SESSION_LEFT:
                self._tell("session-lock")
        return False, 0
