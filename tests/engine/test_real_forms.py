"""Every published form that lies beside the checkout opens, or is refused at the right place; the refused ones are named here one by one.

The largest are left out unless ALL_FORMS is set: `ALL_FORMS=1 python3 -m tests tests/engine/test_real_forms.py`.
"""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from fieldapp.engine.compiled import dump, load
from fieldapp.engine.definition import FormDefinition
from fieldapp.engine.lint import Severity, lint, lint_file
from fieldapp.engine.session import FormSession, Surroundings
from fieldapp.engine.xform import parse
from fieldapp.engine.xform_lines import line_of_fault
from fieldapp.engine.xlsform import convert
from fieldapp.errors import FormError
from tests.engine.scenario import counted_ids
from tests.engine.test_conformance import cases as cases

ZONE = ZoneInfo("America/Phoenix")
NOW = datetime(2026, 11, 21, 17, 29, 25, 606000, tzinfo=ZONE)
LARGE = 250_000
"""Bytes above which a form takes seconds: eleven hospital benchmarks, an autopsy and every ward of Nigeria."""

REFUSED_XFORMS: dict[str, tuple[str, int, str]] = {
    "formindex-serialization.xml": ("no-model", 0, "a submission, not a form"),
    "populate-nodes-attributes.xml": ("no-model", 0, "a submission, not a form"),
    "template-repeat.xml": ("no-model", 0, "a submission, not a form"),
    "numberInCSV.xml": ("no-model", 0, "the model stands in another namespace than that of XForms"),
    "xpath-syntax-error.xml": ("syntax", 21, "its purpose: a `?` between two operands"),
    "xpath-unknown-function.xml": ("unknown-function", 20, "its purpose: `nope(1)`"),
}
"""File → fault, line, why."""

REFUSED_XLSFORMS: dict[str, tuple[str, str, int, str]] = {
    "calculate_without_calculation.xls": ("xlsform", "survey", 34, "a calculate without a calculation"),
    "duplicate_columns.xlsx": ("duplicate-column", "survey", 1, "two columns called label"),
    "group_name_test.xls": ("xlsform", "survey", 3, "a group without a name"),
    "include.xls": ("xlsform", "survey", 3, "includes a form that is not there"),
    "include_json.xls": ("xlsform", "survey", 2, "includes a form that is not there"),
    "include_json.xlsx": ("xlsform", "survey", 2, "includes a form that is not there"),
}
"""File → fault, sheet, row, why."""


def chosen(cases: ModuleType, kind: str) -> list[dict[str, Any]]:
    return [form for form in cases.forms(kind) if "ALL_FORMS" in os.environ or form["bytes"] <= LARGE]


@pytest.mark.conformance
@pytest.mark.timeout(1200)
def test_every_published_xform_opens_or_is_refused_at_its_line(cases: ModuleType) -> None:
    refused: dict[str, tuple[str, int]] = {}
    for form in chosen(cases, "xform"):
        text = form["path"].read_text(encoding="utf-8-sig")
        try:
            definition = parse(text)
        except FormError as fault:
            refused[form["path"].name] = (str(fault.values.get("fault")), line_of_fault(text, fault.values))
            assert [one.severity for one in lint(text)][:1] == [Severity.ERROR]
            assert not (form["peer_load"] or {}).get("ok"), form["file"]
            continue
        if len(definition.nodes) < 200:
            reopen(definition)
    assert refused == {name: told[:2] for name, told in REFUSED_XFORMS.items()}


@pytest.mark.conformance
@pytest.mark.timeout(600)
def test_every_published_xlsform_converts_or_is_refused_at_its_row(cases: ModuleType) -> None:
    refused: dict[str, tuple[str, str, int]] = {}
    for form in chosen(cases, "xlsform"):
        path: Path = form["path"]
        try:
            reopen(convert(path).definition)
        except FormError as fault:
            values = fault.values
            refused[path.name] = (str(values.get("fault")), str(values.get("sheet")), int(str(values.get("row"))))
            found = [one for one in lint_file(path) if one.severity is Severity.ERROR]
            assert [(one.sheet, one.row) for one in found] == [refused[path.name][1:]]
    assert refused == {name: told[:3] for name, told in REFUSED_XLSFORMS.items()}


def reopen(definition: FormDefinition) -> None:
    around = Surroundings(lambda: NOW, ZONE, counted_ids())
    session = FormSession.start(load(dump(definition)), around)
    kept = session.snapshot()
    assert FormSession.resume(definition, around, kept).snapshot() == kept
