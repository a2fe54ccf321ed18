"""A checkout makes its own environment with real venv and real pip from a wheelhouse, and heals whatever happened to it."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from fieldapp import bootstrap

from .tree import ROOT

_CLI = '''"""The command line of a checkout that has one package only."""
import json, sys
def main():
    import probe_thing
    print(json.dumps({"arguments": sys.argv[1:], "prefix": sys.prefix, "version": probe_thing.VERSION}))
    return 7
'''


def _wheel(folder: Path, version: str) -> str:
    """Write the wheel of a one-line package; its lock line."""
    info, body = f"probe_thing-{version}.dist-info", f'VERSION = "{version}"\n'
    meta = f"Metadata-Version: 2.1\nName: probe-thing\nVersion: {version}\n"
    files = {
        "probe_thing.py": body,
        f"{info}/METADATA": meta,
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: proof\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{name},sha256={_urlsafe(text)},{len(text)}\n" for name, text in files.items())
    file = folder / f"probe_thing-{version}-py3-none-any.whl"
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in (files | {f"{info}/RECORD": record + f"{info}/RECORD,,\n"}).items():
            archive.writestr(name, text)
    return f"probe-thing=={version} \\\n    --hash=sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}\n"


def _urlsafe(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


def _lock(checkout: Path, line: str) -> None:
    for name in ("requirements", "requirements-test"):
        for old in (False, True):
            (checkout / "resources" / bootstrap.lock_file(name, old).name).write_text(line, encoding="utf-8")


def _start(checkout: Path, *arguments: str, python: str = "") -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "FIELDAPP", "VIRTUAL_ENV"))}
    command = [python or _plain_python(), "-m", "fieldapp", *arguments]
    return subprocess.Popen(command, cwd=checkout, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def _plain_python() -> str:
    """The interpreter below the environment that runs these tests."""
    base = Path(sys.base_prefix)
    return str(base / "python.exe" if os.name == "nt" else base / "bin" / "python3")


def _run(checkout: Path, *arguments: str) -> tuple[int, dict[str, object], str]:
    process = _start(checkout, *arguments)
    out, told = process.communicate(timeout=120)
    return process.returncode, json.loads(out) if out else {}, told


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small checkout with the real bootstrap, started twice at once."""
    folder = tmp_path_factory.mktemp("stick") / "checkout"
    (folder / "resources").mkdir(parents=True)
    (folder / "fieldapp").mkdir()
    (folder / "wheelhouse").mkdir()
    for name in ("__init__", "__main__", "bootstrap", "screen"):
        shutil.copy(ROOT / "fieldapp" / f"{name}.py", folder / "fieldapp")
    (folder / "fieldapp" / "cli.py").write_text(_CLI, encoding="utf-8")
    (folder / "pyproject.toml").touch()
    _lock(folder, _wheel(folder / "wheelhouse", "1.0"))
    both = [_start(folder, "status", name) for name in ("one", "two")]
    told = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [7, 7], told
    assert sum("making the environment" in err for _, err in told) == 1
    assert sum("waiting for it" in err for _, err in told) == 1
    return folder


def test_a_start_passes_arguments_and_exit_code_through(checkout: Path) -> None:
    code, said, told = _run(checkout, "status", "a b", "王")
    assert (code, told) == (7, "")
    assert said == {"arguments": ["status", "a b", "王"], "prefix": str(checkout / ".venv"), "version": "1.0"}


def test_an_install_that_was_cut_short_is_made_anew(checkout: Path) -> None:
    packages = bootstrap.packages_of(checkout / ".venv")
    (packages / ".fieldapp-ready").unlink()
    (packages / "probe_thing.py").write_text("half a fi", encoding="utf-8")
    code, said, told = _run(checkout, "status")
    assert (code, said["version"]) == (7, "1.0")
    assert "making the environment" in told


def test_a_changed_lock_installs_into_the_same_environment(checkout: Path) -> None:
    _lock(checkout, _wheel(checkout / "wheelhouse", "2.0"))
    code, said, told = _run(checkout, "status")
    assert (code, said["version"]) == (7, "2.0")
    assert "making the environment" not in told


def test_a_package_with_another_hash_is_refused_and_mends_with_the_right_one(checkout: Path) -> None:
    right = _wheel(checkout / "wheelhouse", "3.0")
    _lock(checkout, right[:-6] + "00000\n")
    code, _, told = _run(checkout, "status")
    assert code == 1
    assert "HASHES" in told
    assert "could not be installed" in told
    _lock(checkout, right)
    assert _run(checkout, "status")[1]["version"] == "3.0"


def test_a_moved_checkout_gets_an_environment_of_its_own_place(checkout: Path) -> None:
    moved = checkout.rename(checkout.with_name("elsewhere"))
    try:
        code, said, _ = _run(moved, "status")
        assert (code, said["prefix"]) == (7, str(moved / ".venv"))
    finally:
        moved.rename(checkout)


def test_a_folder_that_is_no_environment_is_never_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "letters.txt").touch()
    monkeypatch.setenv("FIELDAPP_VENV", str(tmp_path))
    with pytest.raises(SystemExit):
        bootstrap.make_ready(bootstrap.environment_folder(), bootstrap.RUNNING)
    assert (tmp_path / "letters.txt").exists()


def test_old_systems_get_the_lock_with_the_older_qt() -> None:
    assert bootstrap.lock_file(bootstrap.RUNNING, old_glibc=True).name == "requirements-glibc2.28.txt"
    assert bootstrap.lock_file(bootstrap.TESTING, old_glibc=False).name == "requirements-test.txt"
    assert all(bootstrap.lock_file(name, old).is_file() for name in (bootstrap.RUNNING, bootstrap.TESTING) for old in (False, True))


@pytest.mark.parametrize(
    ("arguments", "drawn"), [([], True), (["--workspace", "x"], True), (["demo"], False), (["form", "lint", "x"], False)]
)
def test_only_the_window_needs_qt(arguments: list[str], drawn: bool) -> None:
    assert bootstrap.draws(arguments) is drawn


def test_an_old_python_reads_the_start_and_can_say_what_it_needs() -> None:
    import ast

    for name in (
        "fieldapp/__init__.py",
        "fieldapp/__main__.py",
        "fieldapp/bootstrap.py",
        "fieldapp/screen.py",
        "tests/__init__.py",
        "tests/__main__.py",
    ):
        ast.parse((ROOT / name).read_text(encoding="utf-8"), feature_version=(3, 7))
