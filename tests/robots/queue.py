"""A fake printer: programs `lp` and `lpstat` on the path that keep what they are given, as CUPS would be called."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

import pytest

_LP = """#!/bin/sh
n=$(ls "{0}" | grep -c '^job')
printf '%s\\n' "$@" > "{0}/words-$n"
cat > "{0}/job-$n"
if [ -e "{0}/jam" ]; then echo "no paper" >&2; exit 1; fi
"""
_LPSTAT = """#!/bin/sh
case "$1" in -e) printf 'HP-1\\nCanon\\n';; -d) echo 'system default destination: HP-1';; esac
"""


@dataclass(frozen=True, slots=True)
class Queue:
    """What was printed."""

    folder: Path

    @property
    def jobs(self) -> list[bytes]:
        """The bytes of every job, in order."""
        return [(self.folder / f"job-{at}").read_bytes() for at in range(len(list(self.folder.glob("job-*"))))]

    def words(self, job: int) -> list[str]:
        """How `lp` was called for a job."""
        return (self.folder / f"words-{job}").read_text(encoding="utf-8").split("\n")[:-1]

    def jam(self) -> None:
        """No job is taken from now on."""
        (self.folder / "jam").touch()


def put_up(place: Path, monkeypatch: pytest.MonkeyPatch) -> Queue:
    """Put the fake printer on the path."""
    folder = place / "queue"
    folder.mkdir()
    for name, text in (("lp", _LP.format(folder)), ("lpstat", _LPSTAT)):
        program = place / name
        program.write_text(text, encoding="utf-8")
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{place}{os.pathsep}{os.environ['PATH']}")
    return Queue(folder)
