"""A display counts only if it answers; the table of system libraries is complete; the input method fits the Qt wheels."""

import platform
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fieldapp import screen

from .elf import needed

linux_only = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="X, Wayland and ELF are Linux matters")
_COOKIE = bytes(range(16))
_GLIBC = {
    "libc.so.6",
    "libm.so.6",
    "libdl.so.2",
    "libpthread.so.0",
    "libresolv.so.2",
    "librt.so.1",
    "ld-linux-x86-64.so.2",
    "ld-linux-aarch64.so.1",
}


@contextmanager
def _x_server(cookie: bytes = b"") -> Iterator[str]:
    """A display on loopback that lets in whoever shows the cookie; yields its DISPLAY."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            while True:
                try:
                    line, _ = server.accept()
                except OSError:
                    return
                with line:
                    line.sendall(b"\x01" if line.recv(4096).endswith(cookie) else b"\x00")

        thread = threading.Thread(target=answer)
        thread.start()
        try:
            yield f"127.0.0.1:{server.getsockname()[1] - 6000}"
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def _authority(file: Path, number: str, cookie: bytes) -> Path:
    fields = (b"somewhere", number.encode(), b"MIT-MAGIC-COOKIE-1", cookie)
    file.write_bytes(b"\x01\x00" + b"".join(len(field).to_bytes(2, "big") + field for field in fields))
    return file


@linux_only
def test_without_a_display_there_is_no_window() -> None:
    assert screen.display({}) is None


@linux_only
def test_a_display_that_does_not_answer_is_none() -> None:
    assert screen.display({"DISPLAY": ":48123", "HOME": "/nowhere"}) is None
    assert screen.display({"DISPLAY": "nonsense", "HOME": "/nowhere"}) is None


@linux_only
def test_an_x_server_that_lets_us_in_is_xcb(own_home: Path) -> None:
    with _x_server() as name:
        assert screen.display({"DISPLAY": name, "HOME": str(own_home)}) == "xcb"


@linux_only
def test_an_x_server_that_refuses_is_none(own_home: Path) -> None:
    with _x_server(_COOKIE) as name:
        assert screen.display({"DISPLAY": name, "HOME": str(own_home)}) is None


@linux_only
def test_an_x_server_is_asked_with_the_cookie_of_the_person(own_home: Path) -> None:
    with _x_server(_COOKIE) as name:
        file = _authority(own_home / ".Xauthority", name.rpartition(":")[2], _COOKIE)
        assert screen.display({"DISPLAY": name, "HOME": str(own_home)}) == "xcb"
        file.write_bytes(file.read_bytes()[:7])
        assert screen.display({"DISPLAY": name, "XAUTHORITY": str(file)}) is None


@linux_only
def test_a_wayland_socket_counts_while_somebody_listens(tmp_path: Path) -> None:
    environment = {"WAYLAND_DISPLAY": "w-0", "XDG_RUNTIME_DIR": str(tmp_path)}
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "w-0"))
        server.listen()
        assert screen.display(environment) == "wayland"
    assert (tmp_path / "w-0").exists()
    assert screen.display(environment) is None


def test_whoever_asks_for_offscreen_gets_no_window() -> None:
    with _x_server() as name:
        assert screen.display({"DISPLAY": name, "QT_QPA_PLATFORM": "offscreen"}) is None


def test_fcitx_is_reached_through_ibus_when_there_is_a_bus(tmp_path: Path) -> None:
    has_machine_id = any(Path(file).exists() for file in ("/etc/machine-id", "/var/lib/dbus/machine-id"))
    environment = {"QT_IM_MODULE": "fcitx5", "DBUS_SESSION_BUS_ADDRESS": "unix:path=/run/bus"}
    assert screen.input_method(environment, tmp_path) == ("ibus" if has_machine_id else "compose")


def test_fcitx_stays_when_its_plugin_is_there_or_no_bus(tmp_path: Path) -> None:
    plugins = tmp_path / "platforminputcontexts"
    plugins.mkdir()
    assert screen.input_method({"QT_IM_MODULE": "fcitx"}, tmp_path) is None
    (plugins / "libfcitx5platforminputcontextplugin.so").touch()
    assert screen.input_method({"QT_IM_MODULE": "fcitx", "DBUS_SESSION_BUS_ADDRESS": "unix:"}, tmp_path) is None


def test_no_window_is_written_as_offscreen_and_a_found_display_by_its_name(tmp_path: Path) -> None:
    none: dict[str, str] = {"QT_QPA_PLATFORM": "xcb"}
    screen.settle(none, None, tmp_path)
    found: dict[str, str] = {}
    screen.settle(found, "wayland", tmp_path)
    native: dict[str, str] = {}
    screen.settle(native, "native", tmp_path)
    assert (none["QT_QPA_PLATFORM"], found["QT_QPA_PLATFORM"], native) == ("offscreen", "wayland", {})


@linux_only
@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the Qt wheels need glibc")
def test_every_system_library_that_qt_asks_for_has_a_package() -> None:
    import PySide6

    folder = Path(PySide6.__file__).parent
    own = {
        file.name: file
        for file in [*folder.glob("*.so*"), *(folder / "Qt" / "lib").glob("*.so*"), *(folder.parent / "shiboken6").glob("*.so*")]
    }
    plugins = folder / "Qt" / "plugins"
    kinds = ("platforms/libqoffscreen.so", "platforms/libqxcb.so", "platforms/libqwayland*.so", "wayland-*/*.so", "xcbglintegrations/*.so")
    kinds += ("platforminputcontexts/lib[ci]*.so", "imageformats/*.so", "styles/*.so")
    waiting = [file for kind in kinds for file in plugins.glob(kind) if file.name != "libqpdf.so"]  # that one is of another wheel
    waiting += [folder / f"{name}.abi3.so" for name in ("QtCore", "QtGui", "QtWidgets", "QtNetwork", "QtPrintSupport", "QtSvg")]
    seen, asked = set(), set()
    while waiting:
        for name in set(needed(waiting.pop())) - seen:
            seen.add(name)
            if name in own:
                waiting.append(own[name])
            else:
                asked.add(name)
    assert len(asked) > 20
    assert asked - _GLIBC - set(screen.APT_PACKAGES) == set()


@linux_only
def test_the_linker_names_what_is_missing(tmp_path: Path) -> None:
    """A library renamed to a plugin whose own needs do not lie beside it is told as lacking."""
    import PySide6

    folder = Path(PySide6.__file__).parent
    plugins = tmp_path / "Qt" / "plugins" / "platforms"
    plugins.mkdir(parents=True)
    (plugins / "libqoffscreen.so").write_bytes((folder / "Qt" / "plugins" / "platforms" / "libqoffscreen.so").read_bytes())
    assert "libQt6Core.so.6" in screen.missing_libraries(tmp_path, None)
    assert screen.missing_libraries(folder, None) == ()


def test_packages_are_named_once_each() -> None:
    assert screen.packages_for(("libglib-2.0.so.0", "libgthread-2.0.so.0", "libunknown.so.9")) == ("libglib2.0-0",)
