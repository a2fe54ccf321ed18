"""Writes an expression back as text: for messages, and so that equal expressions look alike."""

from __future__ import annotations

from fieldapp.engine.xpath.ast import (
    ANY_NODE,
    AnyTest,
    Axis,
    Call,
    Expr,
    Filtered,
    KindTest,
    NameTest,
    Negation,
    Number,
    Operation,
    Origin,
    Path,
    Step,
    Text,
    Union,
    Variable,
)
from fieldapp.engine.xpath.parser import PRECEDENCE
from fieldapp.engine.xpath.values import text_of_number

_UNARY = 7
_UNION = 8
_PATH = 9


def to_text(expr: Expr) -> str:
    """The expression as text that reads back as the same tree, with no more brackets than it needs."""
    return _within(expr, 0)


def _within(expr: Expr, binding: int) -> str:
    text, strength = _written(expr)
    return f"({text})" if strength < binding else text


def _written(expr: Expr) -> tuple[str, int]:
    """Text and how tightly its outermost operator binds."""
    match expr:
        case Text(value):
            return _quoted(value)
        case Number(value):
            return text_of_number(value), _PATH
        case Variable(name):
            return f"${name}", _PATH
        case Negation(operand):
            return f"-{_within(operand, _UNARY)}", _UNARY
        case Operation():
            return _chain(expr), PRECEDENCE[expr.operator]
        case Union(members):
            return " | ".join(_within(member, _PATH) for member in members), _UNION
        case Call(name, arguments):
            return f"{name}({', '.join(to_text(argument) for argument in arguments)})", _PATH
        case Filtered(base, predicates):
            return f"{_primary(base)}{_predicates(predicates)}", _PATH
        case Path():
            return _path(expr), _PATH


def _chain(expr: Operation) -> str:
    """A left-leaning run of operators, written in a loop because such runs get long."""
    pieces: list[str] = []
    left: Expr = expr
    binding = PRECEDENCE[expr.operator]
    while isinstance(left, Operation) and PRECEDENCE[left.operator] == binding:
        pieces += [_within(left.right, binding + 1), left.operator.value]
        left = left.left
    pieces.append(_within(left, binding))
    return " ".join(reversed(pieces))


def _quoted(value: str) -> tuple[str, int]:
    if "'" not in value:
        return f"'{value}'", _PATH
    if '"' not in value:
        return f'"{value}"', _PATH
    pieces = ', "\'", '.join(f"'{piece}'" for piece in value.split("'"))
    return f"concat({pieces})", _PATH


def _primary(base: Expr) -> str:
    """What may stand before `[` or `/`: a path in brackets, or its predicates would join its last step."""
    if isinstance(base, Path | Filtered):
        return f"({to_text(base)})"
    return _within(base, _PATH)


def _predicates(predicates: tuple[Expr, ...]) -> str:
    return "".join(f"[{to_text(predicate)}]" for predicate in predicates)


def _path(path: Path) -> str:
    steps = "/".join(_step(step) for step in path.steps)
    if path.start is Origin.HERE:
        return steps
    if path.start is Origin.ROOT:
        return f"/{steps}"
    start = _within(path.start, _PATH) if isinstance(path.start, Call | Filtered) else _primary(path.start)
    return f"{start}/{steps}"


def _step(step: Step) -> str:
    predicates = _predicates(step.predicates)
    if step.axis is Axis.SELF and step.test == ANY_NODE:
        return f".{predicates}"
    if step.axis is Axis.PARENT and step.test == ANY_NODE:
        return f"..{predicates}"
    prefix = {Axis.CHILD: "", Axis.ATTRIBUTE: "@"}.get(step.axis, f"{step.axis.value}::")
    match step.test:
        case NameTest(name, ""):
            return f"{prefix}{name}{predicates}"
        case NameTest(name, space):
            return f"{prefix}{space}:{name}{predicates}"
        case AnyTest(""):
            return f"{prefix}*{predicates}"
        case AnyTest(space):
            return f"{prefix}{space}:*{predicates}"
        case KindTest(kind, name):
            argument = _quoted(name)[0] if name else ""
            return f"{prefix}{kind}({argument}){predicates}"
