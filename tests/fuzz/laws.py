"""What holds for every input, however bad: it is refused with a code, or it gives a form that opens, is answered and finishes."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from random import Random
from typing import Any

from fieldapp.engine import submission
from fieldapp.engine.compiled import dump, load
from fieldapp.engine.definition import FormDefinition
from fieldapp.engine.lint import Severity, lint
from fieldapp.engine.play import play_lines
from fieldapp.engine.session import FormSession
from fieldapp.engine.views import Kind
from fieldapp.engine.xform import parse
from fieldapp.engine.xlsform import convert, to_xform
from fieldapp.errors import BadInput, FieldAppError, FormError
from tests.engine.scenario import NOW, surroundings

ANSWERS = (
    "",
    "0",
    "-1",
    "7",
    "1e9",
    "2020-02-30",
    "2026-11-22",
    "10:00",
    "yes",
    "a b c",
    "１２",
    "是",
    "1 2 3 4",
    "OK",
    "x" * 999,
    "\t",
    "'",
)
STEPS = 12


def keeps_xform_law(text: str, chance: Random) -> str:
    """Play a form from XForm text; the outcome in one word."""
    try:
        definition = parse(text)
    except FormError as fault:
        assert any(one.severity is Severity.ERROR for one in lint(text)), "refused, but the linter finds nothing"
        return f"refused {fault.values.get('fault', fault.code)}"
    lint(text)
    return plays(definition, chance)


def keeps_sheet_law(content: bytes, kind: str, chance: Random) -> str:
    """Play a form from sheets; the outcome in one word."""
    try:
        converted = convert(content, kind)
    except FormError as fault:
        if not {"sheet", "row"} <= fault.values.keys():
            raise AssertionError(fault.values) from fault
        with contextlib.suppress(FormError):
            assert any(one.severity is Severity.ERROR for one in lint(to_xform(content, kind))), "refused, but the linter finds nothing"
        return f"refused {fault.values.get('fault', fault.code)}"
    lint(converted)
    return plays(converted.definition, chance)


def plays(definition: FormDefinition, chance: Random) -> str:
    """Open, answer at random, finish, write and read again."""
    again = load(dump(definition))
    assert again == definition
    session = FormSession.start(again, surroundings())
    refs = [node.path for node in definition.nodes if node.kind in (Kind.QUESTION, Kind.REPEAT)]
    for _ in range(min(STEPS, len(refs))):
        with contextlib.suppress(FieldAppError):
            _step(session, chance.choice(refs), chance)
    session.problems()
    session.finish()
    written = submission.write(session)
    submission.read(definition, written)
    return "played"


def _step(session: FormSession, ref: str, chance: Random) -> None:
    match chance.randrange(5):
        case 0:
            session.add_repeat(ref)
        case 1:
            session.remove_repeat(ref, 0)
        case _:
            session.answer(_first_rows(session, ref), chance.choice(ANSWERS))


def _first_rows(session: FormSession, path: str) -> str:
    """The ref of a node in the first row of each repeat around it."""
    definition = session.definition
    node = definition.find(path)
    assert node is not None
    names = [
        f"{above.name}[1]" if above.kind is Kind.REPEAT and above is not node else above.name for above in definition.above(node.index)
    ]
    return "/" + "/".join(reversed(names))


def keeps_cache_law(data: bytes, before: FormDefinition) -> str:
    """Bytes of a cache are refused, or are the form itself."""
    try:
        assert load(data) == before
    except FormError:
        return "refused"
    return "loaded"


def keeps_submission_law(definition: FormDefinition, xml: str) -> str:
    """A submission is refused, or its answers can be opened."""
    try:
        answers = submission.read(definition, xml)
    except FieldAppError:
        return "refused"
    with contextlib.suppress(FieldAppError):
        FormSession.resume(definition, surroundings(), answers).finish()
    return "read"


def keeps_play_law(line: str) -> str:
    """A line is refused as a whole, or answered by a line that another program can read."""
    try:
        said = list(play_lines([line], now=NOW, zone="Asia/Shanghai"))
    except BadInput:
        return "refused"
    answers = [_as_read(text) for text in said]
    return "load error" if any("load_error" in answer for answer in answers) else "played"


def _as_read(text: str) -> dict[str, Any]:
    answer = json.loads(text.encode("utf-8"))
    assert isinstance(answer, dict)
    assert isinstance(answer["states"], list)
    return answer


def pieces(text: str, chance: Random, count: int = 3) -> Iterator[str]:
    """The text with some of it cut, doubled or replaced."""
    for _ in range(count):
        start = chance.randrange(len(text) + 1)
        end = min(len(text), start + chance.choice((1, 1, 2, 5, 40)))
        put = chance.choice(("", text[start:end] * 2, chance.choice(JUNK)))
        text = text[:start] + put + text[end:]
        yield text


JUNK = (
    "\x00",
    "\x0b",
    "\ud800",
    "￾",
    "𠮷",
    "<",
    "&",
    "&#0;",
    "&x;",
    "]]>",
    "-->",
    "'",
    '"',
    "{",
    "[",
    "[" * 500,
    "1e999",
    "null",
    "-1",
    "\u202e",
    "[]",
)
