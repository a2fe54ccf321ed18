"""Where ODK Collect or ODK Web Forms would answer otherwise than this program (the table in docs/dialect.md)."""

from __future__ import annotations

from collections.abc import Iterator

from .xpath.ast import ANY_NODE, Axis, Call, Expr, Filtered, NameTest, Number, Operation, Operator, Origin, Path, Step, Text, Union, walk
from .xpath.code import Type
from .xpath.printer import to_text
from .xpath.types import static_type

Said = tuple[str, tuple[tuple[str, str], ...]]
"""Code of the note, values for its sentence."""

NOT_IN_COLLECT = frozenset(("last", "floor", "ceiling", "substring", "name", "local-name", "namespace-uri"))
"""Functions that ODK Collect does not know."""

_COLLECT_AXES = frozenset((Axis.CHILD, Axis.PARENT, Axis.SELF, Axis.ATTRIBUTE))
_LOGIC = frozenset((Operator.AND, Operator.OR))


def portability(expr: Expr, own: str, role: str) -> Iterator[Said]:
    """Notes about one expression of the node named `own`."""
    if role == "calculate" and _reads_itself(expr, own):
        yield "self-not-in-collect", ()
    for here in walk(expr):
        match here:
            case Call(name) if name in NOT_IN_COLLECT:
                yield "function-not-in-collect", (("name", name),)
            case Union() | Filtered():
                yield "construct-not-in-collect", (("expression", to_text(here)),)
            case Path(_, steps):
                yield from _path(here, steps)
            case Call():
                yield from _call(here)
        for condition in _conditions(here):
            if isinstance(condition, Path):
                yield "path-as-condition", (("expression", to_text(condition)),)


def _call(call: Call) -> Iterator[Said]:
    """Functions that the others know, and answer otherwise."""
    said = (("name", call.name), ("expression", to_text(call)))
    match call:
        case Call("indexed-repeat", (_, _, *indexes)) if not all(isinstance(index, Number | Path) for index in indexes[::2]):
            yield "index-in-collect", said
        case Call("coalesce", arguments) if len(arguments) > 2:
            yield "coalesce-in-collect", said
        case Call("round", (_, _)):
            yield "round-in-web-forms", said
        case Call("area" | "distance" | "enclosed-area"):
            yield "distance-in-web-forms", said
        case Call("date", (argument,)) if static_type(argument) is Type.NUMBER:
            yield "date-in-web-forms", said
        case Call("format-date" | "format-date-time", (_, Text(pattern))) if "%a" in pattern:
            yield "weekday-in-web-forms", said
        case Call("boolean-from-string"):
            yield "truth-in-web-forms", said


def _path(path: Path, steps: tuple[Step, ...]) -> Iterator[Said]:
    numbered = any(isinstance(predicate, Number) for step in steps for predicate in step.predicates)
    if numbered or any(step.axis not in _COLLECT_AXES for step in steps):
        yield "construct-not-in-collect", (("expression", to_text(path)),)


def _conditions(expr: Expr) -> tuple[Expr, ...]:
    """The parts whose truth is asked for."""
    match expr:
        case Operation(operator, left, right) if operator in _LOGIC:
            return (left, right)
        case Call(("not" | "boolean"), (condition,)) | Call("if", (condition, _, _)):
            return (condition,)
    return ()


def _reads_itself(expr: Expr, own: str) -> bool:
    itself = (Step(Axis.SELF, ANY_NODE),), (Step(Axis.PARENT, ANY_NODE), Step(Axis.CHILD, NameTest(own)))
    return any(isinstance(here, Path) and here.start is Origin.HERE and here.steps in itself for here in walk(expr))
