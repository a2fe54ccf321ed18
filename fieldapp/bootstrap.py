"""Makes the private environment that a source checkout runs in, then starts a module in it; standard library only.

`python3 -m fieldapp`, `python3 -m tests` and `python3 -m tests.benchmarks` come here first; an installed or frozen program never does.
An environment is used only if its stamp says that this very lock file was installed completely, for this Python, in this folder; anything
else (killed half-way, moved, deleted in part) is made anew. Two starts at once wait for one another. The sentences stand here and not in
the message library, because that needs a package which is not installed yet.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, NoReturn

from . import screen

ROOT = Path(__file__).resolve().parent.parent
RUNNING = "requirements"
TESTING = "requirements-test"
NEEDS_PYTHON = (3, 11)

_EVIDENCE = {
    RUNNING: ("PySide6", "apsw", "reportlab", "fluent"),
    TESTING: ("PySide6", "apsw", "reportlab", "fluent", "pytest", "hypothesis"),
}
_APT = ("apt-get", "install", "-y", "-q", "--no-install-recommends")
# Settings that would make pip install somewhere else than into the environment, or believe that a package is there already.
_MISLEADING = ("PYTHONPATH", "PYTHONHOME", "PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_REQUIREMENT", "PIP_CONSTRAINT")


def needs_environment(locks: str = RUNNING) -> bool:
    """Whether this is a source checkout, outside its own environment, with a Python that lacks the packages of RUNNING or TESTING."""
    if getattr(sys, "frozen", False) or not (ROOT / "pyproject.toml").is_file():
        return False
    if Path(sys.prefix).resolve() == environment_folder().resolve():
        return False
    in_an_environment = sys.prefix != sys.base_prefix
    return not (in_an_environment and all(importlib.util.find_spec(name) for name in _EVIDENCE[locks]))


def environment_folder() -> Path:
    """`.venv` in the checkout, or where FIELDAPP_VENV says (for a checkout on a read-only medium)."""
    return Path(os.environ.get("FIELDAPP_VENV") or ROOT / ".venv").absolute()


def start(module: str, arguments: Sequence[str], locks: str = RUNNING) -> NoReturn:
    """Set everything up that is not there yet, then become `python -m module arguments` in the environment, with its exit code.

    `locks` is RUNNING or TESTING. Tests and benchmarks never open a window; the application does if a display answers.
    """
    _require_python()
    folder = environment_folder()
    kind = screen.display() if locks == RUNNING else None
    try:
        with _alone(folder):
            make_ready(folder, locks)
            if locks == TESTING or (kind and draws(arguments)):
                _complete_qt(folder, kind)
    except KeyboardInterrupt:
        sys.exit(130)
    _become([str(python_of(folder)), "-m", module, *arguments], _child_environment(folder, kind))


def draws(arguments: Sequence[str]) -> bool:
    """Whether the application's command line opens the window: no command is given."""
    return not arguments or arguments[0].startswith("-")


def python_of(folder: Path) -> Path:
    """The interpreter of an environment."""
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def packages_of(folder: Path) -> Path:
    """The folder of an environment's packages."""
    return Path(sysconfig.get_path("platlib", "venv", {"base": str(folder), "platbase": str(folder)}))


def lock_file(locks: str, old_glibc: bool) -> Path:
    """The lock file to install; systems older than glibc 2.34 have their own with Qt 6.9."""
    return ROOT / "resources" / f"{locks}{'-glibc2.28' if old_glibc else ''}.txt"


def wheelhouse() -> Path | None:
    """The folder of downloaded packages, in the checkout or beside it; if there is one, no network is used."""
    named = os.environ.get("FIELDAPP_WHEELHOUSE")
    candidates = [Path(named)] if named else [ROOT / "wheelhouse", ROOT.parent / "wheelhouse"]
    return next((folder for folder in candidates if folder.is_dir()), None)


def make_ready(folder: Path, locks: str) -> None:
    """Install a lock file into the environment, unless a complete install of it or of the larger test lock is there."""
    old = screen.old_glibc()
    stamp = packages_of(folder) / ".fieldapp-ready"
    held = stamp.read_text(encoding="utf-8") if stamp.is_file() and python_of(folder).exists() else ""
    if held in [_stamp(folder, lock_file(name, old)) for name in (locks, TESTING)]:
        return
    if held.partition("\n")[0] != _place(folder):
        held = ""
        _make_environment(folder)
    stamp.unlink(missing_ok=True)
    lock = lock_file(locks, old)
    code = _install(folder, lock)
    if code:
        # With 1 pip gave up by itself and took its half-done work back, so what was there before still serves; a killed pip did not.
        if held and code == 1 and os.name == "posix":
            stamp.write_text(held, encoding="utf-8")
        _stop(
            f"软件包没有装好，原因见上。联网后再运行一次，或把 wheelhouse 文件夹放到 {ROOT} 里。",
            f"the packages could not be installed, see above; run again with a network, or put a wheelhouse folder into {ROOT}.",
        )
    stamp.write_text(_stamp(folder, lock), encoding="utf-8")


def _place(folder: Path) -> str:
    return f"{sys.implementation.cache_tag} {folder}"


def _stamp(folder: Path, lock: Path) -> str:
    return f"{_place(folder)}\n{lock.name} {hashlib.sha256(lock.read_bytes()).hexdigest()}\n"


def _require_python() -> None:
    if sys.version_info < NEEDS_PYTHON:
        wanted, here = (".".join(map(str, version)) for version in (NEEDS_PYTHON, sys.version_info[:3]))
        _stop(
            f"需要 Python {wanted} 或更新版本，当前是 {here}。", f"Python {wanted} or later is needed; this is {here} ({sys.executable})."
        )


def _make_environment(folder: Path) -> None:
    """An empty environment with pip, by venv, else uv, else after installing Debian's venv package."""
    _remove_old(folder)
    _say(f"正在建立运行环境 {folder}", "making the environment")
    command = [sys.executable, "-m", "venv", str(folder)]
    if _quietly(command):
        return
    if shutil.which("uv") and _quietly(["uv", "venv", "--seed", "--clear", "--python", sys.executable, str(folder)]):
        return
    if _apt_install(("python3-venv",)) and _quietly([*command, "--clear"]):
        return
    shutil.rmtree(folder, ignore_errors=True)
    _stop(
        f"这个 Python 不能建立虚拟环境。请先运行：{_apt_command(('python3-venv',))}",
        f"this Python has no working venv module; run: {_apt_command(('python3-venv',))}",
    )


def _remove_old(folder: Path) -> None:
    """Take away what is left of an environment; a folder that does not look like one is never touched."""
    if not folder.exists():
        return
    if folder != ROOT / ".venv" and not (folder / "pyvenv.cfg").is_file() and any(folder.iterdir()):
        _stop(f"{folder} 不是运行环境，不会改动它。", f"{folder} is not an environment and is left alone; see FIELDAPP_VENV.")
    shutil.rmtree(folder)


def _install(folder: Path, lock: Path) -> int:
    """pip's exit code."""
    command = [str(python_of(folder)), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--no-warn-script-location"]
    command += ["--require-hashes", "--only-binary", ":all:", "-r", str(lock)]
    if not sys.stderr.isatty():
        command.append("-qq")
    wheels = wheelhouse()
    if wheels:
        command += ["--no-index", "--find-links", str(wheels)]
        _say(f"正在从 {wheels} 安装软件包（不用网络）", "installing packages from the wheelhouse, without network")
    else:
        _say("正在下载并安装软件包（首次约 200 MB）", "downloading and installing packages (about 200 MB the first time)")
    environment = {name: value for name, value in os.environ.items() if name not in _MISLEADING}
    return subprocess.run(command, env=environment, stdout=sys.stderr, check=False).returncode


def _complete_qt(folder: Path, kind: str | None) -> None:
    """See that the system libraries of Qt are there; asked once for each kind of display, then remembered in the environment."""
    marker = packages_of(folder) / f".fieldapp-qt-{kind or 'offscreen'}"
    if marker.exists():
        return
    pyside = packages_of(folder) / "PySide6"
    lacking = screen.missing_libraries(pyside, kind)
    if lacking and _apt_install(screen.packages_for(lacking)):
        lacking = screen.missing_libraries(pyside, kind)
    if lacking:
        names, command = " ".join(lacking), _apt_command(screen.packages_for(lacking))
        _stop(f"系统缺少图形库 {names}。请先运行：{command}", f"Qt lacks the system libraries above; run: {command}")
    marker.touch()


def _apt_command(packages: Sequence[str]) -> str:
    return " ".join(["sudo apt-get install -y", *packages])


def _apt_install(packages: Sequence[str]) -> bool:
    """Install Debian packages where that needs no question: as root, or by a sudo that asks for no password."""
    if not packages or not shutil.which("apt-get"):
        return False
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    if not is_root and not (shutil.which("sudo") and _quietly(["sudo", "-n", "true"])):
        return False
    prefix = [] if is_root else ["sudo", "-n"]
    # sudo clears the environment, so the setting goes through env(1).
    prefix += ["env", "DEBIAN_FRONTEND=noninteractive"]
    _say(f"正在安装系统软件包：{' '.join(packages)}", "installing system packages")
    if _quietly([*prefix, *_APT, *packages]):
        return True
    return _quietly([*prefix, "apt-get", "update", "-q"]) and _quietly([*prefix, *_APT, *packages])


def _quietly(command: Sequence[str]) -> bool:
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode == 0


def _child_environment(folder: Path, kind: str | None) -> dict[str, str]:
    """The variables of the program: this checkout's modules only, UTF-8 everywhere, and the display that was found."""
    environment = {name: value for name, value in os.environ.items() if name not in _MISLEADING}
    environment["PYTHONPATH"] = str(ROOT)
    environment.setdefault("PYTHONUTF8", "1")
    screen.settle(environment, kind, packages_of(folder) / "PySide6")
    return environment


def _become(command: list[str], environment: Mapping[str, str]) -> NoReturn:
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name == "nt":
        sys.exit(subprocess.call(command, env=environment))
    os.execve(command[0], command, environment)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the lock file beside the environment; a second start waits until the first is through."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        file = folder.with_name(folder.name + ".lock").open("a+b")
    except OSError as refused:
        _stop(
            f"不能在 {folder.parent} 写入。请把环境变量 FIELDAPP_VENV 设为可写的文件夹。",
            f"cannot write in {folder.parent} ({refused}); set FIELDAPP_VENV to a folder that can be written.",
        )
    with file:
        if not _seize(file, wait=False):
            _say("另一个启动正在准备，请稍候。", "another start is setting up; waiting for it.")
            while not _seize(file, wait=True):
                continue
        yield


if sys.platform == "win32":

    def _seize(file: IO[bytes], *, wait: bool) -> bool:
        """Windows gives up waiting after ten seconds."""
        import msvcrt

        file.seek(0)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:

    def _seize(file: IO[bytes], *, wait: bool) -> bool:
        import fcntl

        try:
            fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def _say(chinese: str, english: str) -> None:
    """One line on standard error, where it cannot spoil a command's JSON; characters that a console lacks become question marks."""
    line = f"[fieldapp] {chinese} / {english}"
    encoding = getattr(sys.stderr, "encoding", None) or "utf-8"
    print(line.encode(encoding, "replace").decode(encoding), file=sys.stderr, flush=True)


def _stop(chinese: str, english: str) -> NoReturn:
    _say(chinese, english)
    sys.exit(1)
