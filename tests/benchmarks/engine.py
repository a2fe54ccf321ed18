"""The form engine beside the reference engines in one run: the same form, the same plan, processes in turn; and its absolute limits.

Times are wall times of one step until values, relevance, readonly, required, violations, labels and the choices of what is shown stand;
of each step counts the least of the rounds, on all sides alike, because a busy machine only ever adds to it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fieldapp.engine import compiled, play, xform
from tests.engine.scenario import convert, surroundings

from . import form, peers, villages
from .measure import Figure, median, milliseconds, percentile
from .peers import Run, Step

_NODE, _JAVA = "ODK Web Forms", "JavaRosa"
_ROUNDS, _LOADS = 3, 3
_ANSWER_LIMIT_MS, _ROW_LIMIT_MS, _LARGE_LIMIT_MS, _LARGEST_LIMIT_MS = 16.0, 30.0, 1500.0, 3000.0
_LARGEST = "getodk+javarosa/src/jmh/resources/whova_form.xml"

_FLAT = ("flat answer, few members", "flat answer, 40 members")
_ROWS = ("repeat answer, 1-10 members", "repeat answer, 11-30 members", "repeat answer, 31-40 members")
_USED, _SUMMED, _GATE = "question used by all members", "member amount into aggregates", "gate of a 20-question group"
_ADD, _REMOVE, _CASCADE = "add member", "remove member", "county cascade"


def figures(folder: Path, households: int) -> Iterator[Figure | str]:
    """Beside the peers where they are at hand, otherwise our own form against its limits; then the limits that need no peer."""
    missing = peers.missing()
    if missing:
        yield f"not beside the reference engines, for want of: {missing}"
        yield from form.figures(folder, households)
    else:
        yield from _large(folder)
        yield from _small(folder)
    yield from _largest()
    yield from villages.figures()


def _large(folder: Path) -> Iterator[Figure | str]:
    text, plan = peers.large()
    xform_file, cache = folder / "large.xml", folder / "large.form"
    xform_file.write_text(text, encoding="utf-8")
    cache.write_bytes(compiled.dump(xform.parse(text)))
    no_java = peers.missing_java()
    node, ours, cached, java = Run(), Run(), Run(), Run()
    for _ in range(_ROUNDS):
        told = _own("plan", xform_file, plan, _LOADS)
        ours.add(told["loads"], told["times"])
        loads, times, _size = peers.node(folder, xform_file, plan, _LOADS)
        node.add(loads, times)
        cached.add(_own("cached", cache, [], _LOADS)["loads"], {})
        if not no_java:
            java.add(*peers.java(folder, xform_file, plan))
    yield from _loads("large form", node, ours, cached)
    yield from _steps(node, ours)
    yield _memory(folder, xform_file, plan)
    if no_java:
        yield f"not beside JavaRosa, for want of: {no_java}"
    else:
        yield from _answers(java, ours)


def _loads(name: str, node: Run, ours: Run, cached: Run | None = None) -> Iterator[Figure]:
    """First in a process, and again when the machinery is warm."""
    for name_of, mine, most in (("load", ours, 1 / 4), ("open from cache", cached, 1 / 6)):
        if mine is not None:
            count = len(mine.loads)
            yield Figure(f"{name_of}, first: {name}", mine.first, "ms", count, _NODE, node.first, most=most)
            yield Figure(f"{name_of}, again: {name}", mine.again, "ms", count, _NODE, node.again, most=most)


def _steps(node: Run, ours: Run) -> Iterator[Figure]:
    for name, tags, share, most in (
        ("flat answer p95", _FLAT, 0.95, 1 / 5),
        ("answer in a row p95", _ROWS, 0.95, None),
        ("add member", (_ADD,), 0.5, 1 / 20),
        ("remove member", (_REMOVE,), 0.5, 1 / 20),
        ("member amount into aggregates", (_SUMMED,), 0.5, 1 / 20),
        ("answer that all members use", (_USED,), 0.5, None),
        ("county to village cascade", (_CASCADE,), 0.5, 1 / 10),
        ("gate of a group", (_GATE,), 0.5, None),
    ):
        mine, theirs = ours.of(*tags), node.of(*tags)
        yield Figure(name, percentile(mine, share), "ms", len(mine), _NODE, percentile(theirs, share), most=most)
    for name, tags, limit in (
        ("answer p95", (*_FLAT, *_ROWS, _USED, _SUMMED), _ANSWER_LIMIT_MS),
        ("add member p95", (_ADD,), _ROW_LIMIT_MS),
    ):
        yield Figure(name, percentile(ours.of(*tags), 0.95), "ms", len(ours.of(*tags)), "limit", limit)
    yield Figure("load of the large form", ours.first, "ms", len(ours.loads), "limit", _LARGE_LIMIT_MS)


def _answers(java: Run, ours: Run) -> Iterator[Figure]:
    """Medians; JavaRosa's are of the values alone, without choices and labels."""
    for name, tags in (
        ("flat answer", _FLAT),
        ("answer in a row", _ROWS),
        ("member amount into aggregates", (_SUMMED,)),
        ("answer that all members use", (_USED,)),
    ):
        mine, theirs = ours.of(*tags), java.of(*tags)
        yield Figure(f"{name} p50", median(mine), "ms", len(mine), _JAVA, median(theirs), most=3)


def _memory(folder: Path, xform_file: Path, plan: list[Step]) -> Figure:
    """The process that holds the form and its 40 members."""
    rows = [step for step in plan if step["op"] == "add"]
    mine = float(_own("memory", xform_file, rows, 1)["rss_mb"])
    return Figure("memory, form with 40 members", mine, "MB", 1, _NODE, peers.node(folder, xform_file, rows, 1)[2], most=1 / 4)


_SMALL = """
    | survey |
    |  | type | name | label | relevant | calculation | choice_filter |
    |  | date | visit | 日期 |
    |  | select_one town | town | 乡镇 |
    |  | select_one village | village | 村 |  |  | town=${town} |
    |  | text | head | 户主 |
    |  | begin repeat | member | 成员 |
    |  | text | name | 姓名 |
    |  | date | born | 出生 |
    |  | select_one yn | works | 务工 |
    |  | integer | months | 月数 | ${works} = 'yes' |
    |  | decimal | wage | 月工资 | ${works} = 'yes' |
    |  | calculate | days |  |  | decimal-date-time(${visit}) - decimal-date-time(${born}) |
    |  | calculate | age |  |  | int(${days} div 365.25) |
    |  | calculate | income |  |  | coalesce(${months}, 0) * coalesce(${wage}, 0) |
    |  | end repeat |
    |  | begin group | econ | 收入 |
    |  | decimal | crops | 种植 |
    |  | decimal | stock | 养殖 |
    |  | calculate | people |  |  | count(${member}) |
    |  | calculate | total |  |  | coalesce(${crops}, 0) + coalesce(${stock}, 0) + sum(${income}) |
    |  | calculate | each |  |  | ${total} div ${people} |
    |  | note | shown | 人均 ${each} |
    |  | end group |
    | choices |
    |  | list_name | name | label | town |
    |  | yn | yes | 是 |
    |  | yn | no | 否 |
"""


def _small(folder: Path) -> Iterator[Figure | str]:
    """A form as a village might write it: 20 rows, five towns of eight villages, nine members."""
    towns = [f"    | | town | t{town} | 镇{town} | |\n" for town in range(5)]
    places = [f"    | | village | t{n // 8}v{n % 8} | 村{n} | t{n // 8} |\n" for n in range(40)]
    xform_file = folder / "small.xml"
    made = convert(_SMALL + "".join(towns + places), "md")
    xform_file.write_text(made.xform, encoding="utf-8")
    plan = list(_small_plan(made.definition.root.path))
    node, ours = Run(), Run()
    for _ in range(_ROUNDS):
        told = _own("plan", xform_file, plan, _LOADS)
        ours.add(told["loads"], told["times"])
        loads, times, _size = peers.node(folder, xform_file, plan, _LOADS)
        node.add(loads, times)
    yield from _loads("small form", node, ours)
    for tag, most in (("add", 1 / 20), ("remove", 1 / 20), ("row", None), ("amount", 1 / 5), ("visit", 1 / 5)):
        mine, theirs = ours.of(tag), node.of(tag)
        yield Figure(f"small form: {tag}", median(mine), "ms", len(mine), _NODE, median(theirs), most=most)


def _small_plan(root: str) -> Iterator[Step]:
    def answer(tag: str, path: str, value: str) -> Step:
        return {"op": "set", "ref": f"{root}/{path}", "value": value, "tag": tag}

    yield from (answer("flat", "visit", "2026-11-20"), answer("flat", "town", "t3"), answer("flat", "village", "t3v5"))
    for row in range(1, 10):
        if row > 1:
            yield {"op": "add", "ref": f"{root}/member", "tag": "add"}
        for name, value in (("name", f"人{row}"), ("born", f"19{50 + 5 * row}-03-04"), ("works", "yes"), ("months", "9"), ("wage", "2500")):
            yield answer("row", f"member[{row}]/{name}", value)
    for number in range(20):
        yield answer("amount", "econ/crops", str(100 * number))
        yield answer("amount", f"member[{1 + number % 9}]/wage", str(3000 + number))
        yield answer("visit", "visit", f"20{10 + number // 2}-0{1 + number % 2}-15")
    yield from ({"op": "remove", "ref": f"{root}/member", "index": place, "tag": "remove"} for place in (0, 3, 5, 1, 0))


def _largest() -> Iterator[Figure | str]:
    """The largest real form of the reference cases."""
    file = peers.SHARED / "conformance" / "forms" / _LARGEST
    if not file.is_file():
        yield f"no largest form, for want of: {file.name} beside the checkout"
        return
    text = file.read_text(encoding="utf-8")
    taken = [milliseconds(lambda: play.time_start(text, surroundings())) for _ in range(_ROUNDS)]
    yield Figure("load of a form of 1.5 MB", min(taken), "ms", len(taken), "limit", _LARGEST_LIMIT_MS, "WHO verbal autopsy")


def _own(kind: str, file: Path, plan: list[Step], loads: int) -> Any:
    plan_file = file.with_suffix(".plan.json")
    plan_file.write_text(json.dumps(plan), encoding="utf-8")
    command = [sys.executable, "-m", "tests.benchmarks.own", kind, str(file), str(plan_file), str(loads)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
