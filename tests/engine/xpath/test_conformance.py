"""The peers' own cases: everything that is not in the table of exceptions gives the recorded answer."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from tests.engine.xpath.exceptions import CASES, IN_THE_TABLE, UNUSABLE, Reason
from tests.engine.xpath.reference import agrees
from tests.engine.xpath.xml_tree import XmlTree

pytestmark = pytest.mark.conformance

AGREED = 2464
"""Cases that give the recorded answer: may only grow."""


def _loader() -> Any:
    folder = Path(__file__).resolve().parents[4] / "shared" / "conformance"
    spec = importlib.util.spec_from_file_location("reference_loader", folder / "loader.py")
    assert spec is not None
    assert spec.loader is not None
    loader = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loader)
    return loader


def load_cases() -> list[dict[str, Any]]:
    """The core cases, with their documents."""
    return list(_loader().xpath_cases())


@pytest.fixture(scope="module")
def cases() -> list[dict[str, Any]]:
    return load_cases()


@pytest.fixture(scope="module")
def differing(cases: list[dict[str, Any]]) -> set[int]:
    trees: dict[str, XmlTree] = {}
    return {case["id"] for case in cases if not _answer(case, trees)}


def _answer(case: dict[str, Any], trees: dict[str, XmlTree]) -> bool:
    try:
        return agrees(case, trees)
    except KeyError:
        assert case["id"] in CASES[Reason.OTHER_DOCUMENT]
        return False


def test_exactly_the_listed_cases_differ(differing: set[int]) -> None:
    listed = {number for numbers in CASES.values() for number in numbers}
    assert differing - listed == set(), "not listed"
    assert listed - differing == set(), "listed, but agree"


def test_number_of_agreeing_cases_is_pinned(cases: list[dict[str, Any]], differing: set[int]) -> None:
    assert len(cases) - len(differing) == AGREED


def test_at_least_99_percent_agree_after_the_dialect_table(cases: list[dict[str, Any]], differing: set[int]) -> None:
    usable = len(cases) - sum(len(CASES[reason]) for reason in UNUSABLE)
    decided = sum(len(CASES[reason]) for reason in IN_THE_TABLE)
    agreed = len(cases) - len(differing)
    assert (agreed + decided) / usable >= 0.99


def test_cases_of_that_day_agree_with_the_frozen_clock() -> None:
    """Not among the core cases because they hold on one day only."""
    trees: dict[str, XmlTree] = {}
    of_today = [case for case in _loader().xpath_cases(core=False) if "today()" in case["expression"] and _is_sound(case)]
    assert len(of_today) > 40
    assert [case["expression"] for case in of_today if not _answer(case, trees)] == []


def _is_sound(case: dict[str, Any]) -> bool:
    spoiled = {"dom-only", "peer-does-not-pass", "no-expected", "needs-custom-function"}
    return not spoiled & set(case["flags"]) and case["kind"] not in ("iterator", "java", "evaluate_nodeset")
