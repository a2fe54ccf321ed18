"""The peers' cases that need no document, once more as calculations of forms that `form play` plays."""

from __future__ import annotations

import math
import re
from typing import Any
from xml.sax.saxutils import quoteattr
from zoneinfo import ZoneInfo

import pytest

from fieldapp.engine.play import play
from fieldapp.engine.xpath.ast import Call, Path, walk
from fieldapp.engine.xpath.errors import ExpressionSyntax
from fieldapp.engine.xpath.parser import parse
from tests.engine.xpath.exceptions import CASES, Reason
from tests.engine.xpath.reference import NOW
from tests.engine.xpath.test_conformance import load_cases

pytestmark = pytest.mark.conformance

FORM = (
    '<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml" xmlns:jr="http://openrosa.org/javarosa">'
    '<h:head><h:title>case</h:title><model><instance><data id="case">%s</data></instance>%s</model></h:head><h:body/></h:html>'
)
TOGETHER = 60
"""Cases of one zone in one form; what might not open stands alone."""
WRAPPED = {"boolean": "boolean(%s)", "number": "number(%s)", "number_rounded": "number(%s)"}
OF_THE_NODE = ("position", "last", "normalize-space", "string-length", "string", "number", "name", "local-name", "namespace-uri")
OF_THE_DOCUMENT = ("current", "instance", "id", "lang", "jr:itext", "once", "position")
EXCEPTIONS = {
    1355: "the peer writes number(a date) as whole days",
    2573: "a form feed cannot stand in XML",
    5423: "string-length() without argument is supported",
    5442: "what is no date is blank",
}


def needs_no_document(text: str) -> bool:
    """Whether nothing in the expression looks around."""
    try:
        pieces = list(walk(parse(text)))
    except ExpressionSyntax:
        return True
    calls = [piece for piece in pieces if isinstance(piece, Call)]
    around = any(call.name in OF_THE_DOCUMENT or (not call.arguments and call.name in OF_THE_NODE) for call in calls)
    return not around and not any(isinstance(piece, Path) for piece in pieces)


def calculated(cases: list[dict[str, Any]]) -> dict[int, str]:
    """What one form with these calculations gives for each; nothing if it cannot be opened."""
    names = {case["id"]: f"r{case['id']}" for case in cases}
    binds = "".join(f'<bind nodeset="/data/{names[case["id"]]}" type="string" calculate={written(case)}/>' for case in cases)
    xml = FORM % ("".join(f"<{name}/>" for name in names.values()), binds)
    answer = play({"id": 1, "xml": xml}, NOW, ZoneInfo(cases[0].get("tz") or "GMT"))
    values = {node["ref"]: node["v"] for state in answer["states"] for node in state["set"] if "v" in node}
    return {number: values[f"/data/{name}"] for number, name in names.items() if f"/data/{name}" in values}


def written(case: dict[str, Any]) -> str:
    """The expression as an attribute."""
    return quoteattr(WRAPPED.get(case["kind"], "%s") % case["expression"])


def all_calculated(cases: list[dict[str, Any]]) -> dict[int, str]:
    """Many cases a form, those that the peers refuse alone."""
    found: dict[int, str] = {}
    groups: dict[str, list[dict[str, Any]]] = {}
    for case in cases:
        alone = case["kind"] in ("throws", "syntax-error") or case["id"] in EXCEPTIONS or case["id"] in CASES[Reason.OWN_FUNCTIONS]
        groups.setdefault(f"alone {case['id']}" if alone else case.get("tz") or "", []).append(case)
    for group in groups.values():
        for start in range(0, len(group), TOGETHER):
            found.update(calculated(group[start : start + TOGETHER]))
    return found


def is_right(case: dict[str, Any], found: str | None) -> bool:
    expected = case["expected"]
    match case["kind"]:
        case "throws" | "syntax-error":
            return found is None or found == ""
        case "boolean":
            return found == ("true" if expected else "false")
        case "number" | "number_rounded":
            return found is not None and is_number(found, expected, case)
        case "string_matches":
            return found is not None and re.search(expected, found) is not None
    return found == ("" if expected == "NaN" else expected)


def is_number(found: str, expected: float | str, case: dict[str, Any]) -> bool:
    if isinstance(expected, str):
        return found == {"NaN": "", "-0": "0"}.get(expected, expected)
    try:
        number = float(found)
    except ValueError:
        return False
    digits = 0.006 if case["kind"] == "number_rounded" or case["expression"].startswith(("area", "distance")) else 0.0
    return math.isclose(number, expected, rel_tol=1e-9, abs_tol=max(digits, 1e-9))


def test_cases_without_document_are_played_alike() -> None:
    listed = {number for numbers in CASES.values() for number in numbers} | set(EXCEPTIONS)
    kinds = ("boolean", "number", "number_rounded", "string", "date", "string_matches", "throws", "syntax-error")
    cases = [
        case for case in load_cases() if case["kind"] in kinds and case["expression"].strip() and needs_no_document(case["expression"])
    ]
    values = all_calculated(cases)
    wrong = [case for case in cases if not is_right(case, values.get(case["id"]))]
    assert len(cases) > 1700
    assert [(case["id"], case["expression"]) for case in wrong if case["id"] not in listed] == []
    assert len(wrong) / len(cases) < 0.02
