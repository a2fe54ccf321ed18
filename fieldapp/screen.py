"""What Qt needs of the machine before it may start: a display that answers, its system libraries, an input method that works.

Standard library only. With no usable display Qt does not raise, it aborts the process; so all of this is decided before.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from pathlib import Path

NO_WINDOW = ("offscreen", "minimal", "vnc")

# Shared library that a Qt wheel asks for -> package of Debian, Ubuntu, UOS and Kylin.
APT_PACKAGES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libGLX.so.0": "libglx0",
    "libOpenGL.so.0": "libopengl0",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libX11.so.6": "libx11-6",
    "libXau.so.6": "libxau6",
    "libbrotlicommon.so.1": "libbrotli1",
    "libbrotlidec.so.1": "libbrotli1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libdrm.so.2": "libdrm2",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "libgpg-error.so.0": "libgpg-error0",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
    "libwayland-server.so.0": "libwayland-server0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-glx.so.0": "libxcb-glx0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xinerama.so.0": "libxcb-xinerama0",
    "libxcb-xinput.so.0": "libxcb-xinput0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxcb.so.1": "libxcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libgcc_s.so.1": "libgcc-s1",
    "libstdc++.so.6": "libstdc++6",
    "libz.so.1": "zlib1g",
    "libzstd.so.1": "libzstd1",
}

_BINDINGS = ("QtGui", "QtWidgets", "QtNetwork", "QtPrintSupport", "QtSvg")
_TIMEOUT_S = 2
_COOKIE = b"MIT-MAGIC-COOKIE-1"


def display(environment: Mapping[str, str] = os.environ) -> str | None:
    """The Qt platform that can open a window here (`wayland`, `xcb`, or `native` off Linux), or None; found by connecting to it."""
    asked = environment.get("QT_QPA_PLATFORM", "").split(":")[0].split(";")[0]
    if asked in NO_WINDOW:
        return None
    if not sys.platform.startswith("linux"):
        return "native"
    if asked != "xcb" and _wayland_answers(environment):
        return "wayland"
    if not asked.startswith("wayland") and _x_answers(environment):
        return "xcb"
    return asked if asked in ("eglfs", "linuxfb") else None


def input_method(environment: Mapping[str, str], qt_plugins: Path) -> str | None:
    """What QT_IM_MODULE must become, or None to leave it.

    The Qt wheels bring no fcitx plugin and a system one is of another Qt; fcitx5 answers on the ibus interface of the session bus.
    Without a machine id libdbus aborts the process, so then no bus is asked at all.
    """
    asked = environment.get("QT_IM_MODULE", "")
    if asked.startswith("fcitx"):
        has_plugin = any((qt_plugins / "platforminputcontexts").glob("*fcitx*"))
        if has_plugin or not environment.get("DBUS_SESSION_BUS_ADDRESS"):
            return None
        return "ibus" if _has_machine_id() else "compose"
    if asked == "ibus" and sys.platform.startswith("linux") and not _has_machine_id():
        return "compose"
    return None


def pyside() -> Path:
    """The folder of this interpreter's PySide6, found without loading it."""
    found = importlib.util.find_spec("PySide6")
    return Path(next(iter(found.submodule_search_locations or [""]), "") if found else "")


def settle(environment: MutableMapping[str, str], kind: str | None, qt: Path) -> None:
    """Write into the environment what Qt (the PySide6 folder `qt`) shall use: the display that was found, and a working input method."""
    if kind is None:
        environment["QT_QPA_PLATFORM"] = "offscreen"
    elif kind != "native":
        environment.setdefault("QT_QPA_PLATFORM", kind)
    module = input_method(environment, qt / "Qt" / "plugins")
    if module:
        environment["QT_IM_MODULE"] = module


def missing_libraries(qt: Path, kind: str | None) -> tuple[str, ...]:
    """The shared libraries that the PySide6 in this folder lacks for a platform, as the dynamic linker names them; None: no window."""
    if not sys.platform.startswith("linux") or not shutil.which("ldd"):
        return ()
    plugins = qt / "Qt" / "plugins" / "platforms"
    asked = [qt / f"{name}.abi3.so" for name in _BINDINGS] + [plugins / "libqoffscreen.so"]
    if kind == "xcb":
        asked.append(plugins / "libqxcb.so")
    if kind == "wayland":
        asked.extend(plugins.glob("libqwayland*.so"))
    there = [str(file) for file in asked if file.exists()]
    if not there:
        return ()
    told = subprocess.run(["ldd", *there], capture_output=True, text=True, check=False).stdout
    return tuple(sorted({line.split()[0] for line in told.splitlines() if "not found" in line}))


def packages_for(libraries: tuple[str, ...]) -> tuple[str, ...]:
    """The Debian packages that bring these libraries; a library that is not in the table is left out."""
    return tuple(sorted({APT_PACKAGES[name] for name in libraries if name in APT_PACKAGES}))


def old_glibc() -> bool:
    """Whether this Linux is too old for the newest Qt wheels (they need glibc 2.34; Qt 6.9 needs 2.28)."""
    name, version = platform.libc_ver()
    if name != "glibc":
        return False
    numbers = version.split(".")
    return (int(numbers[0]), int(numbers[1])) < (2, 34)


def _has_machine_id() -> bool:
    return any(Path(file).exists() for file in ("/etc/machine-id", "/var/lib/dbus/machine-id"))


def _wayland_answers(environment: Mapping[str, str]) -> bool:
    name = environment.get("WAYLAND_DISPLAY", "")
    if not name:
        return False
    path = Path(environment.get("XDG_RUNTIME_DIR", "/nowhere")) / name
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(_TIMEOUT_S)
        try:
            line.connect(str(path))
        except OSError:
            return False
    return True


def _x_answers(environment: Mapping[str, str]) -> bool:
    """Whether the X server of DISPLAY lets us in: a socket alone is not enough, another person's server refuses and Qt aborts."""
    host, _, rest = environment.get("DISPLAY", "").rpartition(":")
    number = rest.split(".")[0]
    if not number.isdigit():
        return False
    cookies = [b"", *_cookies(environment, number.encode())]
    return any(_x_lets_in(host, number, cookie) for cookie in cookies[:8])


def _x_lets_in(host: str, number: str, cookie: bytes) -> bool:
    """One connection set-up of the X protocol (little endian, version 11.0); the first byte of the answer is 1 for success."""
    name = _COOKIE if cookie else b""
    hello = struct.pack("<BxHHHHxx", ord("l"), 11, 0, len(name), len(cookie)) + _padded(name) + _padded(cookie)
    try:
        with _x_socket(host, number) as line:
            line.sendall(hello)
            return line.recv(1) == b"\x01"
    except OSError:
        return False


def _x_socket(host: str, number: str) -> socket.socket:
    if host not in ("", "unix"):
        return socket.create_connection((host, 6000 + int(number)), _TIMEOUT_S)
    line = socket.socket(socket.AF_UNIX)
    line.settimeout(_TIMEOUT_S)
    file = f"/tmp/.X11-unix/X{number}"
    try:
        line.connect(file if Path(file).exists() else f"\0{file}")
    except OSError:
        line.close()
        raise
    return line


def _cookies(environment: Mapping[str, str], number: bytes) -> Iterator[bytes]:
    """The cookies for a display in the Xauthority file: family, then address, number, name and data, each counted, big endian."""
    home = environment.get("HOME", "")
    file = Path(environment.get("XAUTHORITY") or Path(home) / ".Xauthority")
    try:
        data = file.read_bytes()
    except OSError:
        return
    at = 0
    while at < len(data):
        at += 2
        fields = []
        for _ in range(4):
            length = int.from_bytes(data[at : at + 2], "big")
            fields.append(data[at + 2 : at + 2 + length])
            at += 2 + length
        if fields[1] in (b"", number) and fields[2] == _COOKIE:
            yield fields[3]


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)
