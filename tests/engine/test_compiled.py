"""The cache that a laptop opens instead of the source."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from fieldapp.engine.compiled import dump, load
from fieldapp.engine.session import FormSession
from fieldapp.engine.xlsform import convert
from fieldapp.errors import FormInvalid
from fieldapp.words import forms
from tests.engine.scenario import form, surroundings
from tests.engine.test_session import HOUSEHOLD


def test_the_cache_is_the_definition():
    definition = form(HOUSEHOLD)
    assert load(dump(definition)) == definition


def test_the_real_form_survives_the_cache():
    definition = convert(forms() / "household_survey" / "household_survey.csv").definition
    again = load(dump(definition))
    assert again == definition
    first, second = (FormSession.start(made, surroundings()) for made in (definition, again))
    assert first.snapshot() == second.snapshot()
    assert first.problems() == second.problems()


@pytest.mark.parametrize("damage", [b"", b"{}", b"[]", b"\x80\x04", b'{"format":1,"expressions":[],"form":{"c":99,"f":[]}}'])
def test_a_damaged_cache_is_refused(damage: bytes):
    with pytest.raises(FormInvalid):
        load(damage)


def test_a_cache_of_another_format_is_refused():
    content = json.loads(dump(form(HOUSEHOLD)))
    content["format"] += 1
    with pytest.raises(FormInvalid):
        load(json.dumps(content).encode())


def test_opening_needs_no_converter():
    code = "import sys, fieldapp.engine.compiled, fieldapp.engine.session; sys.exit(any(n in sys.modules for n in ('pyxform', 'openpyxl')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
