"""Laws that hold whatever is done in whatever order: random walks over small forms and real ones.

`FIELDAPP_WALKS=50` walks fifty times as often.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp.engine.compiled import dump, load
from fieldapp.engine.definition import FormDefinition
from fieldapp.engine.views import Kind
from fieldapp.engine.xform import parse
from fieldapp.engine.xlsform import convert
from fieldapp.errors import FieldAppError
from fieldapp.words import forms
from tests.engine.scenario import form
from tests.engine.test_conformance import FOLDER
from tests.engine.test_session import HOUSEHOLD
from tests.engine.walker import Walker

WALKS = int(os.environ.get("FIELDAPP_WALKS", "1"))
REAL_FORMS = 24
LARGE = 150_000
"""Bytes above which a form takes seconds and shows nothing new."""

GATES = """
    | survey |  |  |  |  |  |  |  |
    |  | type | name | label | relevant | calculation | choice_filter | required |
    |  | integer | a | 甲 ${sum} |  |  |  | yes |
    |  | begin group | g | 组 | ${a} > 3 |  |  |  |
    |  | select_one town | town | 乡 |  |  |  |  |
    |  | select_one vill | vill | 村 | ${town} != '' |  | town=${town} | ${a} > 5 |
    |  | begin repeat | plot | 地块 |  |  |  |  |
    |  | decimal | area | 面积 |  |  |  |  |
    |  | begin repeat | crop | 作物 | ${area} > 1 |  |  |  |
    |  | integer | yield | 产量 ${area} |  |  |  | yes |
    |  | end repeat |  |  |  |  |  |  |
    |  | calculate | total |  |  | sum(${yield}) |  |  |
    |  | calculate | place |  |  | position(..) |  |  |
    |  | end repeat |  |  |  |  |  |  |
    |  | end group |  |  |  |  |  |  |
    |  | calculate | sum |  |  | sum(${total}) |  |  |
    |  | calculate | plots |  |  | count(${plot}) |  |  |
    |  | text | told | 说明 | ${sum} > 10 | concat(${vill}, '-', ${plots}) |  |  |
    |  | integer | n | 次数 |  |  |  |  |
    |  | begin repeat | visit | 走访 |  |  |  |  |
    |  | integer | v | 值 | position(..) > 1 |  |  |  |
    |  | calculate | before |  |  | indexed-repeat(${v}, ${visit}, position(..) - 1) |  |  |
    |  | end repeat |  |  |  |  |  |  |
    | choices |  |  |  |  |  |  |  |
    |  | list_name | name | label | town |  |  |  |
    |  | town | t1 | 一 |  |  |  |  |
    |  | town | t2 | 二 |  |  |  |  |
    |  | vill | v1 | 村一 | t1 |  |  |  |
    |  | vill | v2 | 村二 | t2 |  |  |  |
    |  | vill | v3 | 村三 | t2 |  |  |  |
    """


@cache
def made(which: int) -> FormDefinition:
    if which == 2:
        folder = forms() / "household_survey"
        return load(dump(convert(folder / "household_survey.csv").definition))
    return form((HOUSEHOLD, GATES)[which])


@settings(max_examples=15 * WALKS, deadline=None)
@given(st.integers(0, 1), st.integers(1, 12), st.integers(0, 2**32))
def test_a_small_form_stays_true_to_itself_on_every_walk(which: int, steps: int, seed: int) -> None:
    Walker(made(which), seed).walk(steps)


@settings(max_examples=WALKS + 1, deadline=None)
@given(st.integers(1, 6), st.integers(0, 2**32))
def test_the_household_survey_stays_true_to_itself_on_every_walk(steps: int, seed: int) -> None:
    folder = forms() / "household_survey"
    files = {file.name: file.read_bytes() for file in folder.iterdir()}
    Walker(made(2), seed, files).walk(steps)


def real_forms(most: int = REAL_FORMS * WALKS) -> Iterator[tuple[str, FormDefinition]]:
    """Real forms with rows, languages or choices that depend on answers, one of each build, rows first."""
    files = [path for path in sorted((FOLDER / "forms").rglob("*.xml")) if path.stat().st_size < LARGE]
    texts = [(path.name, path.read_text(encoding="utf-8", errors="replace")) for path in files]
    seen: set[tuple[int, ...]] = set()
    for name, text in sorted(texts, key=lambda file: ("<repeat" not in file[1], file[0])):
        try:
            definition = parse(text)
        except FieldAppError:
            continue
        rows = sum(node.kind is Kind.REPEAT for node in definition.nodes)
        filtered = sum(node.control is not None and node.control.itemset is not None for node in definition.nodes)
        build = (len(definition.nodes), rows, filtered, len(definition.languages))
        if build not in seen and (rows or filtered or len(definition.languages) > 1):
            seen.add(build)
            yield name, definition
        if len(seen) == most:
            return


@pytest.mark.conformance
def test_real_forms_stay_true_to_themselves_on_every_walk() -> None:
    if not FOLDER.exists():
        pytest.skip("shared/conformance is not here")
    walked = 0
    for name, definition in real_forms():
        for seed in range(WALKS):
            walker = Walker(definition, seed)
            try:
                walker.walk(6 if WALKS == 1 else 25)
            except AssertionError as broken:
                raise AssertionError(f"{name} seed {seed}: {broken}") from broken
        walked += 1
    assert walked >= 20
