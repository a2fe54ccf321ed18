"""The forms that are mutated: small ones that use everything, the form of the trade, and the reference forms if they lie beside."""

from __future__ import annotations

import csv
import json
from functools import cache
from pathlib import Path

from fieldapp.engine.xlsform import to_xform
from fieldapp.words import forms

from .workbooks import Table, as_markdown

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "conformance" / "forms"

_SURVEY: tuple[dict[str, str], ...] = (
    {"type": "start", "name": "start"},
    {"type": "text", "name": "head", "label": "户主", "constraint": "string-length(.) <= 50", "constraint_message": "太长",
     "required": "yes", "bind::fa:pii": "1", "save_to": "head"},
    {"type": "date", "name": "day", "label": "日期", "constraint": ". <= today()", "default": "today()"},
    {"type": "select_one county", "name": "county", "label": "县", "appearance": "minimal"},
    {"type": "select_one town", "name": "town", "label": "乡镇", "choice_filter": "county = ${county}"},
    {"type": "select_multiple yn", "name": "many", "label": "多选", "constraint": "count-selected(.) <= 2", "parameters": "randomize=true"},
    {"type": "integer", "name": "n", "label": "人数", "constraint": ". >= 0 and . <= 9", "default": "2", "bind::fa:warning": ". < 8",
     "bind::fa:warning_message": "偏多"},
    {"type": "begin repeat", "name": "m", "label": "成员", "relevant": "${n} > 0", "repeat_count": "${n}"},
    {"type": "text", "name": "name", "label": "姓名", "constraint": "regex(., '^[A-Z]+$')", "bind::fa:pii": "2"},
    {"type": "integer", "name": "age", "label": "年龄", "constraint": ". < 150"},
    {"type": "calculate", "name": "adult", "calculation": "if(${age} >= 18 and position(..) < 99, 1, 0)"},
    {"type": "decimal", "name": "income", "label": "${name}的收入", "relevant": "${adult} = 1"},
    {"type": "begin repeat", "name": "plot", "label": "地块"},
    {"type": "decimal", "name": "mu", "label": "亩", "default": "1.5"},
    {"type": "end repeat"},
    {"type": "end repeat"},
    {"type": "calculate", "name": "total", "calculation": "sum(${income})"},
    {"type": "calculate", "name": "per", "calculation": "round(${total} div count(${m}), 2)"},
    {"type": "calculate", "name": "first", "calculation": "indexed-repeat(${name}, ${m}, 1)"},
    {"type": "calculate", "name": "stamp", "calculation": "once(now())"},
    {"type": "text", "name": "copy", "label": "抄", "calculation": "${head}", "trigger": "${head}"},
    {"type": "select_one ${name}", "name": "chief", "label": "谁", "choice_filter": "${age} > 17"},
    {"type": "note", "name": "told", "label": "人均 ${per}", "label::English(en)": "Per head ${per}", "relevant": "${total} > 0"},
    {"type": "rank yn", "name": "order", "label": "排序"},
    {"type": "geopoint", "name": "place", "label": "位置"},
    {"type": "image", "name": "photo", "label": "照片", "parameters": "max-pixels=640"},
)  # fmt: skip

_CHOICES = """
list_name,name,label,label::English(en),county
yn,yes,是,Yes,
yn,no,否,No,
county,c1,甲县,C1,
county,c2,乙县,C2,
town,t1,一乡,T1,c1
town,t2,二乡,T2,c2
""".strip()


def tables() -> list[Table]:
    """Forms as sheets."""
    columns = list(dict.fromkeys(column for row in _SURVEY for column in row))
    full: Table = {
        "survey": [columns, *([row.get(column, "") for column in columns] for row in _SURVEY)],
        "choices": list(csv.reader(_CHOICES.splitlines())),
        "settings": [["form_id", "version", "namespaces"], ["hf", "1", 'fa="urn:fieldapp:form"']],
        "entities": [["list_name", "label"], ["households", "${head}"]],
    }
    small: Table = {"survey": [["type", "name", "label"], ["text", "a", "A"], ["integer", "b", "B"]], "settings": [["form_id"], ["s"]]}
    return [full, full, small]


@cache
def xforms() -> tuple[str, ...]:
    """XForms as text: ours, and the reference forms that are small enough to be played often."""
    found = [to_xform(as_markdown(table), "md").xform for table in tables()]
    if FOLDER.is_dir():
        for path in sorted(FOLDER.rglob("*.xml")):
            if path.stat().st_size < 12_000 and b"<model" in path.read_bytes():
                found.append(path.read_text(encoding="utf-8-sig"))
    return tuple(found)


@cache
def workbooks() -> tuple[bytes, ...]:
    """Excel files of people, new and old format, if the reference forms lie beside."""
    found = sorted(FOLDER.rglob("*.xls*")) if FOLDER.is_dir() else []
    return tuple(path.read_bytes() for path in found if path.stat().st_size < 30_000)


def large_table() -> Table:
    """The form of the trade as sheets."""
    found: Table = {}
    rows: list[list[str]] = []
    with (forms() / "household_survey" / "household_survey.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.reader(file):
            if row and row[0]:
                rows = found.setdefault(row[0], [])
            if any(row[1:]):
                rows.append(row[1:])
    return found


def lines() -> list[str]:
    """Cases of a scripted session."""
    steps = [
        {"op": "set", "ref": "/hf/head", "value": "A"},
        {"op": "set", "ref": "/hf/n", "value": "3"},
        {"op": "add", "ref": "/hf/m[1]/plot"},
        {"op": "remove", "ref": "/hf/m[1]/plot", "index": 0},
        {"op": "lang", "lang": "English (en)"},
    ]
    case = {
        "id": 1,
        "xml": xforms()[0],
        "attachments": {"x.csv": {"body": "a,b\n1,2", "type": "text/csv"}},
        "steps": steps,
        "now": "2026-11-22T10:00:00+08:00",
    }
    return [
        json.dumps(case, ensure_ascii=False),
        json.dumps({"id": "b", "file": "nowhere.xml", "steps": []}),
        json.dumps({**case, "tz": "Mars"}),
    ]
