"""The reference engines beside ours, each in a process of its own on the same form and plan; none of their code is here.

Both lie outside the checkout: their scripts in `../shared/oracle`, what those need in the folder named by ORACLE_CACHE.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
SHARED = HERE.parents[2] / "shared"
ORACLE = SHARED / "oracle"
_JAR = "venv/lib/python*/site-packages/pyxform/validators/odk_validate/bin/ODK_Validate.jar"

Step = dict[str, Any]


@dataclass(slots=True)
class Run:
    """What one engine took, in milliseconds, over several processes that did the same.

    Of each load and each step counts the least of the rounds, for every engine alike: what other programs of the machine took is left out.
    """

    loads: list[list[float]] = field(default_factory=list)
    """Of each process: its first load and the further ones."""
    rounds: list[Mapping[str, Sequence[float]]] = field(default_factory=list)
    """Of each process: the times of the plan's steps by tag."""

    def add(self, loads: list[float], times: Mapping[str, Sequence[float]]) -> None:
        """The figures of one more process."""
        self.loads.append(loads)
        self.rounds.append(times)

    @property
    def first(self) -> float:
        """The first load in a process."""
        return min(loads[0] for loads in self.loads)

    @property
    def again(self) -> float:
        """A further load in a process."""
        return min(taken for loads in self.loads for taken in loads[1:])

    def of(self, *tags: str) -> list[float]:
        """The times of all steps with these tags."""
        return [min(taken) for tag in tags for taken in zip(*(times.get(tag, ()) for times in self.rounds), strict=True)]


def missing() -> str:
    """What is not there that the comparison needs; empty if all is."""
    wanted = {
        f"the reference engines' scripts ({ORACLE})": (ORACLE / "bench.mjs").is_file(),
        "ORACLE_CACHE, filled by setup.sh": bool(os.environ.get("ORACLE_CACHE")) and (_cache() / "node" / "node_modules").is_dir(),
        "node": shutil.which("node") is not None,
    }
    return ", ".join(name for name, there in wanted.items() if not there)


def missing_java() -> str:
    """What JavaRosa's part needs beside `missing`."""
    return ", ".join(name for name, there in {"a JDK": shutil.which("javac"), "JavaRosa's jar": _jar()}.items() if not there)


def _cache() -> Path:
    return Path(os.environ["ORACLE_CACHE"]).resolve()


def _jar() -> Path | None:
    return next(iter(sorted(_cache().glob(_JAR))), None)


def large() -> tuple[str, list[Step]]:
    """The large household form and its plan."""
    plan: list[Step] = json.loads(gzip.decompress((ORACLE / "large.plan.json.gz").read_bytes()))
    return gzip.decompress((ORACLE / "large.xml.gz").read_bytes()).decode(), plan


def node(folder: Path, xform: Path, plan: Sequence[Step], loads: int) -> tuple[list[float], dict[str, list[float]], float]:
    """ODK Web Forms' engine: loads, times by tag, resident size in MB."""
    plan_file, out = folder / "node.plan.json", folder / "node.out.json"
    plan_file.write_text(json.dumps(list(plan)), encoding="utf-8")
    command = ["node", str(ORACLE / "bench.mjs"), str(xform), str(plan_file), str(out)]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, "LOADS": str(loads)})
    told = json.loads(out.read_text(encoding="utf-8"))
    return told["loads"], told["times"], float(told["rss_mb"])


def java(folder: Path, xform: Path, plan: Sequence[Step]) -> tuple[list[float], dict[str, list[float]]]:
    """JavaRosa: its load and its times by tag."""
    plan_file, out = folder / "java.plan.tsv", folder / "java.out.tsv"
    plan_file.write_text("".join("\t".join(_fields(step)) + "\n" for step in plan), encoding="utf-8")
    command = ["java", "-Dfile.encoding=UTF-8", "-cp", str(_jar()), str(HERE / "TimeJavaRosa.java"), str(xform), str(plan_file), str(out)]
    subprocess.run(command, check=True, capture_output=True)
    times: dict[str, list[float]] = {}
    for tag, taken in _lines(out):
        times.setdefault(tag, []).append(taken)
    return times.pop("load"), times


def _fields(step: Step) -> tuple[str, str, str, str]:
    return step["op"], step["ref"], str(step.get("value", step.get("index", ""))), step["tag"]


def _lines(out: Path) -> Iterator[tuple[str, float]]:
    for line in out.read_text(encoding="utf-8").splitlines():
        tag, _, taken = line.partition("\t")
        if taken:
            yield tag, float(taken)
