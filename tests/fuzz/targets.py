"""One case of each kind of bad input, made from chance alone, so that a number brings it back."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from random import Random
from typing import Any

from fieldapp.engine import submission
from fieldapp.engine.compiled import dump
from fieldapp.engine.definition import FormDefinition
from fieldapp.engine.session import FormSession
from fieldapp.engine.xform import parse
from tests.engine.scenario import surroundings

from . import corpus, laws, workbooks, xforms


def an_xform(chance: Random) -> str:
    """A mutated XForm."""
    return laws.keeps_xform_law(xforms.mutate(chance.choice(corpus.xforms()), chance), chance)


def a_table(chance: Random) -> str:
    """Mutated sheets in one of the formats."""
    table = workbooks.mutate(chance.choice(corpus.tables()), chance)
    kind = chance.choice(("md", "csv", "xlsx"))
    return laws.keeps_sheet_law(_written(table, kind, chance), kind, chance)


def a_damaged_file(chance: Random) -> str:
    """Sheets whose bytes are damaged."""
    real = corpus.workbooks()
    if real and chance.random() < 0.3:
        return laws.keeps_sheet_law(workbooks.damaged(chance.choice(real), chance), "xlsx", chance)
    kind = chance.choice(("md", "csv", "xlsx", "xlsx"))
    content = _written(chance.choice(corpus.tables()), kind, chance)
    if kind != "xlsx" and chance.random() < 0.3:
        content = content.decode().encode(chance.choice(("gb18030", "utf-16", "utf-8-sig", "utf-32")))
    return laws.keeps_sheet_law(workbooks.damaged(content, chance), chance.choice((kind, kind, "xls", "md", "")), chance)


def a_large_form(chance: Random) -> str:
    """The form of the trade with something wrong."""
    return laws.keeps_sheet_law(workbooks.as_commas(workbooks.mutate(corpus.large_table(), chance)), "csv", chance)


def a_cache(chance: Random) -> str:
    """A damaged compiled form."""
    definition, data, _ = _prepared()
    return laws.keeps_cache_law(workbooks.damaged(data, chance), definition)


def a_submission(chance: Random) -> str:
    """A mutated submission."""
    definition, _, written = _prepared()
    text = xforms.mutate(written, chance)
    return laws.keeps_submission_law(definition, text)


def a_line(chance: Random) -> str:
    """A mutated line for `form play`."""
    line = chance.choice(corpus.lines())
    if chance.random() < 0.3:
        return laws.keeps_play_law(list(laws.pieces(line, chance))[-1])
    case = json.loads(line)
    for _ in range(chance.randrange(1, 4)):
        _change(case, chance)
    return laws.keeps_play_law(json.dumps(case, ensure_ascii=chance.random() < 0.5))


def _change(value: Any, chance: Random) -> None:
    """Something inside becomes something else."""
    junk: tuple[Any, ...] = (None, 0, -1, 1e308, True, [], {}, "", "\ud800", "\x00", [None], {"a": {}}, "2026", "x" * 5_000, 10**30)
    while isinstance(value, dict | list) and value:
        key = chance.choice(list(value) if isinstance(value, dict) else range(len(value)))
        if chance.random() < 0.5 or not isinstance(value[key], dict | list):
            value[key] = chance.choice(junk)
            return
        value = value[key]


@cache
def _prepared() -> tuple[FormDefinition, bytes, str]:
    definition = parse(corpus.xforms()[0])
    session = FormSession.start(definition, surroundings())
    session.answer("/hf/head", "A")
    session.answer("/hf/m[1]/name", "B")
    return definition, dump(definition), submission.write(session)


def _written(table: workbooks.Table, kind: str, chance: Random) -> bytes:
    if kind == "xlsx":
        return workbooks.as_excel(table, chance)
    return workbooks.as_markdown(table) if kind == "md" else workbooks.as_commas(table)


TARGETS: dict[str, Callable[[Random], str]] = {
    "xform": an_xform,
    "sheets": a_table,
    "file": a_damaged_file,
    "large": a_large_form,
    "cache": a_cache,
    "submission": a_submission,
    "play": a_line,
}
