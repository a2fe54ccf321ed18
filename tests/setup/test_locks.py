"""The lock files hold every dependency, with hashes, without an address, and agree with one another."""

import re
import tomllib

import pytest

from .tree import ROOT

_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)
_RUNNING = ("requirements.txt", "requirements-glibc2.28.txt")
_TESTING = ("requirements-test.txt", "requirements-test-glibc2.28.txt")


def _name(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found
    return re.sub(r"[-_.]+", "-", found.group()).lower()


def _pins(lock: str) -> dict[str, str]:
    text = (ROOT / "resources" / lock).read_text(encoding="utf-8")
    return {_name(name): version for name, version in _PIN.findall(text)}


def _asked(*extras: str) -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *(line for extra in extras for line in project["optional-dependencies"][extra])]
    return {_name(line) for line in asked}


@pytest.mark.parametrize("lock", _RUNNING)
def test_the_lock_for_running_holds_every_dependency(lock: str) -> None:
    assert _asked("desktop", "server") <= set(_pins(lock))


@pytest.mark.parametrize("lock", _TESTING)
def test_the_lock_for_tests_holds_every_dependency(lock: str) -> None:
    assert _asked("desktop", "server", "test") <= set(_pins(lock))


@pytest.mark.parametrize(("smaller", "larger"), list(zip(_RUNNING, _TESTING, strict=True)))
def test_the_lock_for_tests_serves_running_too(smaller: str, larger: str) -> None:
    assert _pins(smaller).items() <= _pins(larger).items()


def test_the_locks_for_old_systems_differ_in_qt_alone() -> None:
    new, old = _pins(_TESTING[0]), _pins(_TESTING[1])
    assert {name for name in new if new[name] != old.get(name)} == {"pyside6-essentials", "shiboken6"}
    assert new.keys() == old.keys()
    assert old["pyside6-essentials"].startswith("6.9.")


@pytest.mark.parametrize("lock", [*_RUNNING, *_TESTING])
def test_every_pin_has_a_hash_and_no_line_has_an_option(lock: str) -> None:
    text = (ROOT / "resources" / lock).read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=\S)", text.strip())
    assert all("--hash=sha256:" in block for block in blocks)
    assert not re.search(r"^\s*(-i|-f|--index|--extra-index|--find-links|--trusted)", text, re.MULTILINE)
