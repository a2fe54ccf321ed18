"""The cache that a laptop opens instead of the source."""

from __future__ import annotations

import gc
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


@pytest.mark.parametrize("damage", [b"", b"{}", b"[]", b"\x80\x04", b'"3"\n[]\n{"99":[]}'])
def test_a_damaged_cache_is_refused(damage: bytes):
    with pytest.raises(FormInvalid):
        load(damage)


def test_a_cache_of_another_format_is_refused():
    kind, rest = dump(form(HOUSEHOLD)).split(b"\n", 1)
    older = json.dumps("1" + json.loads(kind)).encode()
    with pytest.raises(FormInvalid) as refused:
        load(older + b"\n" + rest)
    assert refused.value.values["fault"] == "compiled-format"


@pytest.mark.parametrize(("place", "damaged"), [(1, b"[[1]]"), (2, b'{"99":[]}'), (2, b'{"0":[],"1":[]}'), (2, b'{"x":7}'), (2, b"7")])
def test_a_cache_whose_content_is_damaged_is_refused(place: int, damaged: bytes):
    lines = dump(form(HOUSEHOLD)).split(b"\n")
    lines[place] = damaged
    with pytest.raises(FormInvalid) as refused:
        load(b"\n".join(lines))
    assert refused.value.values["fault"] == "compiled"


def test_the_collector_is_at_work_again_after_a_form_was_read():
    load(dump(form(HOUSEHOLD)))
    assert gc.isenabled()


def test_opening_needs_no_converter():
    code = "import sys, fieldapp.engine.compiled, fieldapp.engine.session; sys.exit(any(n in sys.modules for n in ('pyxform', 'openpyxl')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
