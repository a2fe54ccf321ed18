"""`form play` line by line of its contract: kinds of refusals, canonical values, options, independence of cases."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from fieldapp.engine.play import play_lines
from tests.engine.choice_lists import ROWS

NOW = "2026-11-22T10:00:00+08:00"
HEAD = (
    '<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:jr="http://openrosa.org/javarosa" '
    'xmlns:orx="http://openrosa.org/xforms" xmlns:odk="http://www.opendatakit.org/xforms"><h:head><h:title>t</h:title><model>'
)
TYPES = ("int", "decimal", "date", "dateTime", "time", "geopoint", "geotrace", "geoshape", "barcode", "string")
ITEMS = "".join(f"<item><label>{name}</label><value>{name}</value></item>" for name in ("one", "two", "three"))
KINDS = (
    HEAD
    + '<instance><hf id="hf"><g><inside/></g><m jr:template=""><k/></m><m><k/></m><n/><c><v/></c><fixed>1</fixed>'
    + "<hint/><calc/><hidden/>"
    + "".join(f"<q_{kind}/>" for kind in TYPES)
    + '<photo/><s/><t/><r/><slider/><ok/><plot jr:template=""><crop jr:template=""><kind/></crop></plot><姓名/>'
    + '<orx:meta><orx:instanceID/><entity dataset="x" create="1"/></orx:meta></hf></instance>'
    + "".join(f'<bind nodeset="/hf/q_{kind}" type="{kind}"/>' for kind in TYPES)
    + '<bind nodeset="/hf/n" type="int"/><bind nodeset="/hf/fixed" readonly="true()" type="int"/>'
    + '<bind nodeset="/hf/hint" readonly="true()"/>'
    + '<bind nodeset="/hf/calc" calculate="/hf/q_int * 2"/><bind nodeset="/hf/hidden" relevant="/hf/q_int = 5"/>'
    + '<bind nodeset="/hf/photo" type="binary"/><bind nodeset="/hf/t" type="select"/><bind nodeset="/hf/r" type="odk:rank"/>'
    + '<bind nodeset="/hf/slider" type="decimal"/><bind nodeset="/hf/c/v" readonly="true()" type="int"/></model></h:head><h:body>'
    + '<group ref="/hf/g"><label>g</label><input ref="/hf/g/inside"><label>i</label></input></group>'
    + '<group ref="/hf/m"><label>m</label><repeat nodeset="/hf/m"><input ref="/hf/m/k"><label>k</label></input></repeat></group>'
    + '<group ref="/hf/c"><label>c</label><repeat nodeset="/hf/c" jr:count="/hf/n"><input ref="/hf/c/v"/></repeat></group>'
    + "".join(f'<input ref="/hf/{name}"><label>{name}</label></input>' for name in ("n", "fixed", "hint", "hidden", "姓名"))
    + "".join(f'<input ref="/hf/q_{kind}"><label>{kind}</label></input>' for kind in TYPES)
    + f'<upload ref="/hf/photo" mediatype="image/*"/><select1 ref="/hf/s">{ITEMS}</select1><select ref="/hf/t">{ITEMS}</select>'
    + f'<odk:rank ref="/hf/r">{ITEMS}</odk:rank><range ref="/hf/slider" start="1" end="5" step="0.5"/><trigger ref="/hf/ok"/>'
    + '<group ref="/hf/plot"><label>plot</label><repeat nodeset="/hf/plot"><group ref="/hf/plot/crop"><label>crop</label>'
    + '<repeat nodeset="/hf/plot/crop"><input ref="/hf/plot/crop/kind"/></repeat></group></repeat></group></h:body></h:html>'
)


def answered(*cases: dict[str, Any], **options: Any) -> list[dict[str, Any]]:
    lines = [json.dumps({"id": "x", **case}, ensure_ascii=False) for case in cases]
    return [json.loads(line) for line in play_lines(lines, **{"now": NOW, "zone": "Asia/Shanghai", **options})]


def states(*steps: dict[str, Any], xml: str = KINDS) -> list[dict[str, Any]]:
    answer = answered({"xml": xml, "steps": list(steps)})[0]
    assert len(answer["states"]) == len(steps) + 1
    return list(answer["states"])


def put(ref: str, value: str) -> dict[str, Any]:
    return {"op": "set", "ref": ref, "value": value}


def small(model: str, instance: str, body: str = "") -> str:
    return f'{HEAD}<instance><d id="d">{instance}</d></instance>{model}</model></h:head><h:body>{body}</h:body></h:html>'


REFUSED = (
    put("/hf/nosuch", "1"),
    put("/other/g", "1"),
    put("/hf/m/k", "1"),
    put("/hf/m[2]/k", "1"),
    put("/hf/m[0]/k", "1"),
    put("/hf/g[1]/inside", "1"),
    put("/hf/hidden", "1"),
    put("/hf/fixed", "1"),
    put("/hf/hint", "1"),
    put("/hf/g", "1"),
    put("/hf/m", "1"),
    put("/hf/m[1]", "1"),
    put("/hf", "1"),
    put("/hf/calc", "1"),
    put("/hf/@id", "1"),
    put("/hf/meta/entity/@create", "1"),
    put("/hf/photo", "a.jpg"),
    put("/hf/q_int", "abc"),
    put("/hf/q_int", "１２"),
    put("/hf/q_int", "4294967296"),
    put("/hf/q_decimal", "1,5"),
    put("/hf/q_date", "2026-02-30"),
    put("/hf/q_date", "22.11.2026"),
    put("/hf/q_time", "25:00"),
    put("/hf/q_dateTime", "2026-11-22T25:00:00.000+08:00"),
    put("/hf/q_geopoint", "91 0 0 0"),
    put("/hf/q_geotrace", "1 2 0 0"),
    put("/hf/q_geoshape", "1 2 0 0;1 3 0 0"),
    put("/hf/ok", "yes"),
    put("/hf/q_string", "\x00"),
    {"op": "set", "ref": "/hf/q_string", "value": 5},
    {"op": "set", "ref": "/hf/q_string", "value": None},
    {"op": "add", "ref": "/hf/g"},
    {"op": "add", "ref": "/hf/q_int"},
    {"op": "add", "ref": "/hf/c"},
    {"op": "add", "ref": "/hf/m[1]"},
    {"op": "add", "ref": "/hf/plot[1]/crop"},
    {"op": "remove", "ref": "/hf/c", "index": 0},
    {"op": "remove", "ref": "/hf/m", "index": 1},
    {"op": "remove", "ref": "/hf/m", "index": -1},
    {"op": "remove", "ref": "/hf/m", "index": "0"},
    {"op": "remove", "ref": "/hf/m", "index": True},
    {"op": "remove", "ref": "/hf/m"},
    {"op": "remove", "ref": "/hf/g", "index": 0},
    {"op": "lang", "lang": "Klingon"},
    {"op": "dance"},
    {"ref": "/hf/m"},
)


@pytest.mark.parametrize("step", REFUSED, ids=lambda step: json.dumps(step, ensure_ascii=False))
def test_refused_step_says_so_and_changes_nothing(step: dict[str, Any]) -> None:
    first, refused, after = states(step, put("/hf/g/inside", "x"))
    assert refused["error"]
    assert (refused["set"], refused["del"]) == ([], [])
    assert refused["xml"] == first["xml"]
    assert {key: refused[key] for key in step} == step
    assert [node["ref"] for node in after["set"]] == ["/hf/g/inside"]


@pytest.mark.parametrize(
    ("ref", "given", "kept"),
    [
        ("/hf/q_int", "007", "7"),
        ("/hf/q_int", "-0", "0"),
        ("/hf/q_int", " 12 ", "12"),
        ("/hf/q_decimal", "1.50", "1.5"),
        ("/hf/q_decimal", "1e3", "1000"),
        ("/hf/q_decimal", "-0.0", "0"),
        ("/hf/q_decimal", ".5", "0.5"),
        ("/hf/q_decimal", "100", "100"),
        ("/hf/q_date", "2026-11-22", "2026-11-22"),
        ("/hf/q_time", "08:30:00.000+08:00", "08:30:00.000+08:00"),
        ("/hf/q_dateTime", "2026-11-20T08:30:00.000+08:00", "2026-11-20T08:30:00.000+08:00"),
        ("/hf/q_geopoint", "26.5 106.7 1200 5", "26.5 106.7 1200.0 5.0"),
        ("/hf/q_barcode", "6901234567892", "6901234567892"),
        ("/hf/q_string", "  甲　乙 ", "  甲　乙 "),
        ("/hf/姓名", "阿依古丽", "阿依古丽"),
        ("/hf/s", "two", "two"),
        ("/hf/s", "four", ""),
        ("/hf/t", "three one", "one three"),
        ("/hf/t", "four one", "one"),
        ("/hf/r", "three one two", "three one two"),
        ("/hf/slider", "2.50", "2.5"),
        ("/hf/slider", "6", ""),
        ("/hf/ok", "OK", "OK"),
        ("/hf/m[1]/k", "x", "x"),
    ],
)
def test_answers_are_kept_canonically_and_cleared(ref: str, given: str, kept: str) -> None:
    _, set_, cleared = states(put(ref, given), put(ref, ""))
    assert "error" not in set_
    assert next((node["v"] for node in set_["set"] if node["ref"] == ref), "") == kept
    assert [node["v"] for node in cleared["set"] if node["ref"] == ref] == ([""] if kept else [])


def test_every_node_is_told_at_load_with_its_kind() -> None:
    load = states()[0]["set"]
    kinds = {node["ref"]: node["t"] for node in load}
    assert next(iter(kinds)) == "/hf"
    expected = {
        "/hf": "root", "/hf/@id": "attribute", "/hf/g": "group", "/hf/g/inside": "input", "/hf/m": "repeat-range",
        "/hf/m[1]": "repeat-instance", "/hf/m[1]/k": "input", "/hf/c": "repeat-range", "/hf/hint": "note", "/hf/calc": "model-value",
        "/hf/photo": "upload", "/hf/s": "select", "/hf/t": "select", "/hf/r": "rank", "/hf/slider": "range", "/hf/ok": "trigger",
        "/hf/plot": "repeat-range", "/hf/姓名": "input", "/hf/meta/entity/@create": "attribute", "/hf/meta/instanceID": "model-value",
    }  # fmt: skip
    assert {ref: kinds.get(ref) for ref in expected} == expected
    for node in load:
        assert type(node["rel"]) is bool
        assert ("ro" in node, "req" in node) == ((False, False) if node["t"] == "attribute" else (True, True))
        assert ("opts" in node) == (node["t"] in ("select", "rank"))
        assert ("v" in node) == (node["t"] not in ("root", "group", "repeat-range", "repeat-instance"))


def test_nested_rows_are_named_by_both_indexes() -> None:
    add_plot, add_crop = {"op": "add", "ref": "/hf/plot"}, {"op": "add", "ref": "/hf/plot[2]/crop"}
    found = states(add_plot, add_plot, add_crop, put("/hf/plot[2]/crop[1]/kind", "玉米"), {"op": "remove", "ref": "/hf/plot", "index": 0})
    assert [node["ref"] for node in found[1]["set"]] == ["/hf/plot[1]", "/hf/plot[1]/crop"]
    assert [node["ref"] for node in found[3]["set"]] == ["/hf/plot[2]/crop[1]", "/hf/plot[2]/crop[1]/kind"]
    assert {node["ref"]: node.get("v") for node in found[5]["set"]}["/hf/plot[1]/crop[1]/kind"] == "玉米"
    assert found[5]["del"] == ["/hf/plot[2]", "/hf/plot[2]/crop", "/hf/plot[2]/crop[1]", "/hf/plot[2]/crop[1]/kind"]


def test_counted_rows_are_parked_and_come_back() -> None:
    found = states(put("/hf/n", "2"), put("/hf/n", "0"), put("/hf/n", "2"))
    assert [node["ref"] for node in found[1]["set"] if "/c[" in node["ref"]] == ["/hf/c[1]", "/hf/c[1]/v", "/hf/c[2]", "/hf/c[2]/v"]
    assert found[2]["del"] == ["/hf/c[1]", "/hf/c[1]/v", "/hf/c[2]", "/hf/c[2]/v"]
    assert [node["ref"] for node in found[3]["set"] if node["ref"].endswith("]")] == ["/hf/c[1]", "/hf/c[2]"]


def test_blank_count_leaves_the_rows_as_they_are() -> None:
    found = states(put("/hf/n", "2"), put("/hf/n", ""), put("/hf/n", "1"))
    assert [node["ref"] for node in found[2]["set"]] == ["/hf/n"]
    assert found[3]["del"] == ["/hf/c[2]", "/hf/c[2]/v"]


def test_row_without_template_starts_blank() -> None:
    body = '<group ref="/d/m"><repeat nodeset="/d/m"><input ref="/d/m/k"/></repeat></group>'
    found = states({"op": "add", "ref": "/d/m"}, xml=small("", '<m><k b="2">5</k></m>', body))
    assert {node["ref"]: node["v"] for node in found[0]["set"] if "v" in node}["/d/m[1]/k"] == "5"
    assert {node["ref"]: node["v"] for node in found[1]["set"] if "v" in node} == {"/d/m[2]/k": "", "/d/m[2]/k/@b": "2"}


def test_default_of_a_select_multiple_keeps_its_order() -> None:
    found = states(xml=small('<bind nodeset="/d/t" type="select"/>', "<t>three one</t>", f'<select ref="/d/t">{ITEMS}</select>'))
    assert next(node["v"] for node in found[0]["set"] if node["ref"] == "/d/t") == "three one"


def test_violations_are_told_with_their_message_and_refuse_nothing() -> None:
    bind = '<bind nodeset="/d/a" type="int" required="true()" constraint=". &lt; 10" jr:constraintMsg="最多9" jr:requiredMsg="必填"/>'
    found = states(put("/d/a", "12"), put("/d/a", "3"), put("/d/a", ""), xml=small(bind, "<a/>", '<input ref="/d/a"/>'))
    told = [next(node for node in state["set"] if node["ref"] == "/d/a").get("viol") for state in found]
    assert told == [["required", "必填"], ["constraint", "最多9"], None, ["required", "必填"]]


@pytest.mark.parametrize(
    "case",
    [
        {"xml": "<a"},
        {"xml": ""},
        {"xml": 5},
        {},
        {"file": "/nowhere/form.xml"},
        {"xml": small('<bind nodeset="/d/a" calculate="nosuch(1)"/>', "<a/>")},
        {"xml": small('<bind nodeset="/d/a" calculate="/d/b + 1"/>', "<a/>")},
        {"xml": small('<bind nodeset="/d/a" calculate="1 +"/>', "<a/>")},
        {"xml": small('<bind nodeset="/d/a" calculate="$x"/>', "<a/>")},
        {"xml": small('<bind nodeset="/d/a" calculate="/d/b"/><bind nodeset="/d/b" calculate="/d/a"/>', "<a/><b/>")},
        {"xml": KINDS, "now": "yesterday"},
        {"xml": KINDS, "tz": "Mars/Phobos"},
        {"xml": KINDS, "tz": "America"},
    ],
)
def test_case_that_cannot_be_opened_has_no_states_and_the_next_goes_on(case: dict[str, Any]) -> None:
    broken, sound = answered({**case, "steps": [{"op": "add", "ref": "/hf/m"}]}, {"xml": KINDS})
    assert broken["load_error"]
    assert broken["states"] == []
    assert len(sound["states"]) == 1


def test_clock_and_zone_of_a_case_win_and_do_not_reach_the_next() -> None:
    xml = small('<bind nodeset="/d/a" calculate="now()"/><bind nodeset="/d/b" calculate="decimal-date-time(\'2020-01-05\')"/>', "<a/><b/>")
    own, other = answered({"xml": xml, "now": "2025-01-02T03:04:05Z", "tz": "America/New_York"}, {"xml": xml})
    values = [{node["ref"]: node["v"] for node in answer["states"][0]["set"] if "v" in node} for answer in (own, other)]
    assert (values[0]["/d/a"], values[1]["/d/a"]) == ("2025-01-01T22:04:05.000-05:00", "2026-11-22T10:00:00.000+08:00")
    assert (values[0]["/d/b"], values[1]["/d/b"]) == ("18266.208333333332", "18265.666666666668")


def test_language_and_chance_do_not_reach_the_next_case() -> None:
    texts = "".join(
        f'<translation lang="{lang}"><text id="a"><value>{lang}</value></text></translation>' for lang in ("中文", "English (en)")
    )
    model = f'<itext>{texts}</itext><bind nodeset="/d/r" calculate="once(random())"/>'
    case = {"xml": small(model, "<a/><r/>", '<input ref="/d/a"><label ref="jr:itext(\'a\')"/></input>')}
    first, second = answered({**case, "steps": [{"op": "lang", "lang": "English (en)", "tag": "ignored"}]}, case)
    labels = [next(node["label"] for node in state["set"] if node["ref"] == "/d/a") for state in (*first["states"], *second["states"])]
    assert labels == ["中文", "English (en)", "中文"]
    drawn = [next(node["v"] for node in answer["states"][0]["set"] if node["ref"] == "/d/r") for answer in (first, second)]
    assert drawn[0] != drawn[1]


def test_attachments_are_found_by_their_last_part_and_may_be_missing() -> None:
    model = (
        '<instance id="a" src="jr://file-csv/towns.csv"/><instance id="b" src="jr://file/geo.xml"/><instance id="c" src="jr://file-csv/none.csv"/>'
        '<instance id="s" src="jr://instance/last-saved"/>'
        "<bind nodeset=\"/d/a\" calculate=\"pulldata('a', 'label', 'name', '2')\"/>"
        f"<bind nodeset=\"/d/b\" calculate=\"instance('b')/{ROWS}[name='x']/label\"/>"
        f'<bind nodeset="/d/c" calculate="count(instance(\'c\')/{ROWS})"/><bind nodeset="/d/s" calculate="instance(\'s\')/d/a"/>'
    )
    files = {
        "towns.csv": {"body": "name,label\n1,甲\n2,乙\n", "type": "text/csv"},
        "geo.xml": "<root><item><name>x</name><label>丙</label></item></root>",
        "last-saved": "<d><a>before</a></d>",
    }
    xml = small(model, "<a/><b/><c/><s/>")
    with_files, without = answered({"xml": xml, "attachments": files}, {"xml": xml, "attachments": None, "unknown": 1})
    values = [{node["ref"]: node["v"] for node in answer["states"][0]["set"] if "v" in node} for answer in (with_files, without)]
    assert [values[0][f"/d/{name}"] for name in "abcs"] == ["乙", "丙", "0", "before"]
    assert [values[1][f"/d/{name}"] for name in "abcs"] == ["", "", "0", ""]


def test_machine_zone_knows_its_summer_time() -> None:
    code = "from fieldapp.engine.zones import SystemZone; from datetime import datetime, UTC; z = SystemZone();"
    code += "print(*[datetime(2026, m, 1, 12, tzinfo=UTC).astimezone(z).isoformat() for m in (1, 7)]);"
    code += "print(datetime(2026, 7, 1, tzinfo=z).utcoffset())"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, "TZ": "America/New_York"}, check=True
    )
    assert done.stdout.split() == ["2026-01-01T07:00:00-05:00", "2026-07-01T08:00:00-04:00", "-1", "day,", "20:00:00"]


def test_half_characters_and_marks_at_the_start_do_not_stop_the_run() -> None:
    lines = list(
        play_lines(["\ufeff" + json.dumps({"id": "\ud800", "xml": KINDS, "steps": [put("/hf/q_string", "\udfff")]}), " \n"], now=NOW)
    )
    assert len(lines) == 1
    lines[0].encode()
    assert json.loads(lines[0])["states"][1]["error"]


def test_command_answers_flushed_lines_and_its_exit_codes(tmp_path: Path) -> None:
    form = tmp_path / "form.xml"
    form.write_text(KINDS, encoding="utf-8")

    def run(text: str, *options: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "fieldapp", "form", "play", *options]
        around = {**os.environ, "TZ": "America/New_York"}
        return subprocess.run(command, input=text, capture_output=True, encoding="utf-8", env=around, check=False, timeout=120)

    day = small('<bind nodeset="/d/a" calculate="decimal-date-time(\'2026-07-01\')"/>', "<a/>")
    cases = [{"id": "甲", "file": str(form)}, {"id": 2, "xml": "<a"}, {"id": 3, "xml": day}]
    done = run("".join(json.dumps(case) + "\n" for case in cases), "--timings", "--now", NOW)
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, [answer["id"] for answer in told]) == (0, ["甲", 2, 3])
    assert type(told[0]["states"][0]["ms"]) is float
    assert next(node["v"] for node in told[2]["states"][0]["set"] if node["ref"] == "/d/a") == "20635.166666666668"
    assert run("{}").returncode == 2
    assert run('{"id": 1, "xml": "<a"}\nnonsense\n').returncode == 2
    assert run("", "--now", "soon").returncode == 2
    assert run("", "--tz", "Mars/Phobos").returncode == 2
