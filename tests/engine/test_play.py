"""The scripted session: lines in, lines out, nothing carried over from case to case."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest

from fieldapp.engine.play import play_lines
from fieldapp.engine.xlsform import convert
from fieldapp.errors import BadInput
from tests.engine.scenario import CHINA

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=CHINA)
XFORM = convert(
    """
| survey |              |      |        |              |
|        | type         | name | label  | calculation  |
|        | begin repeat | m    | 成员   |              |
|        | integer      | inc  | 年收入 |              |
|        | end repeat   |      |        |              |
|        | calculate    | tot  |        | sum(${inc})  |
|        | calculate    | day  |        | today()      |
| settings |            |      |        |              |
|        | form_id      |      |        |              |
|        | hf           |      |        |              |
""",
    "md",
).xform


def played(*cases: dict[str, Any], **options: Any) -> list[dict[str, Any]]:
    lines = [json.dumps(case, ensure_ascii=False) for case in cases]
    return [json.loads(line) for line in play_lines(lines, now=NOW, zone="Asia/Shanghai", **options)]


def test_every_step_has_a_state_and_a_refused_one_changes_nothing():
    steps = [
        {"op": "set", "ref": "/hf/m[1]/inc", "value": "100"},
        {"op": "add", "ref": "/hf/m"},
        {"op": "set", "ref": "/hf/m[2]/inc", "value": "abc"},
        {"op": "remove", "ref": "/hf/m", "index": 7},
        {"op": "dance"},
        {"op": "remove", "ref": "/hf/m", "index": 0},
    ]
    answer = played({"id": "a", "xml": XFORM, "steps": steps})[0]
    states = answer["states"]
    assert len(states) == len(steps) + 1
    first = {node["ref"]: node for node in states[0]["set"]}
    assert next(iter(first)) == "/hf"
    assert (first["/hf/m"]["t"], first["/hf/m"]["label"]) == ("repeat-range", "成员")
    assert (first["/hf/tot"]["v"], first["/hf/day"]["v"]) == ("0", "2026-11-22")
    assert {node["ref"]: node["v"] for node in states[1]["set"]} == {"/hf/m[1]/inc": "100", "/hf/tot": "100"}
    assert [node["ref"] for node in states[2]["set"]] == ["/hf/m[2]", "/hf/m[2]/inc"]
    assert [("error" in state, state["set"], state["del"]) for state in states[3:6]] == [(True, [], [])] * 3
    assert states[6]["del"] == ["/hf/m[2]", "/hf/m[2]/inc"]
    assert {node["ref"]: node["v"] for node in states[6]["set"]} == {"/hf/m[1]/inc": "", "/hf/tot": "0"}
    assert states[1]["xml"].startswith('<hf id="hf"') or states[1]["xml"].startswith("<hf ")


def test_a_form_that_cannot_be_opened_is_told_and_the_next_case_goes_on():
    answers = played({"id": 1, "xml": "<html/>"}, {"id": 2, "xml": XFORM, "now": "2025-01-02T00:00:00+08:00"})
    assert answers[0]["states"] == []
    assert answers[0]["load_error"]
    day = next(node for node in answers[1]["states"][0]["set"] if node["ref"] == "/hf/day")
    assert day["v"] == "2025-01-02"


def test_times_are_told_when_asked_for():
    answer = played({"id": 1, "xml": XFORM, "steps": [{"op": "add", "ref": "/hf/m"}]}, timings=True)[0]
    assert all(state["ms"] > 0 for state in answer["states"])


@pytest.mark.parametrize("line", ["{", "[]", '{"xml": ""}'])
def test_a_line_that_is_no_case_is_an_error(line: str):
    with pytest.raises(BadInput):
        list(play_lines([line]))


def test_an_unknown_zone_is_an_error():
    with pytest.raises(BadInput):
        list(play_lines([], zone="Mars/Phobos"))
