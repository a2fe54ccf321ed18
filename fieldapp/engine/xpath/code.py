"""A compiled piece of an expression, and how its result is turned into what the piece around it needs without asking twice what it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from fieldapp.engine.xpath.context import EvalContext
from fieldapp.engine.xpath.tree import XNode
from fieldapp.engine.xpath.values import NAN, text_of_number


class Type(Enum):
    """What an expression gives, as far as its text tells."""

    BOOLEAN = "boolean"
    NUMBER = "number"
    TEXT = "text"
    MOMENT = "moment"
    NODES = "nodes"
    ANY = "any"


Run = Callable[[XNode, int, int, EvalContext], Any]
"""(context node, its position, how many there are, surroundings) → value."""


@dataclass(frozen=True, slots=True)
class Code:
    """`free`: the same for every node that a predicate tests. `whole`: the run that gives all rows where `run` keeps to the own row."""

    run: Run
    type: Type
    free: bool = False
    whole: Run | None = None


def number_of(value: Any, context: EvalContext) -> float:
    """XPath's number() with dates as days."""
    if isinstance(value, float):
        return value
    if isinstance(value, str):
        return context.number(value)
    if isinstance(value, list):
        return context.number(value[0].text()) if value else NAN
    if isinstance(value, bool):
        return 1.0 if value else 0.0
    return value.days()  # type: ignore[no-any-return]


def text_of(value: Any, context: EvalContext) -> str:
    """XPath's string()."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return value[0].text() if value else ""
    if isinstance(value, float):
        return text_of_number(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.text(context.zone)  # type: ignore[no-any-return]


def truth_of(value: Any) -> bool:
    """XPath's boolean(), except that nodes are true by their value and not by being there (docs/dialect.md)."""
    if isinstance(value, bool):
        return value
    if isinstance(value, list):
        return bool(value) and truth_of_node(value[0])
    if isinstance(value, str):
        return value != ""
    if isinstance(value, float):
        return value == value and value != 0.0
    return value.at is not None


def truth_of_node(node: XNode) -> bool:
    """False for blank, `false` and zero: what a calculation stored as false, and a number question answered 0, stay false."""
    text = node.text()
    if text == "" or text == "false":
        return False
    return text[0] not in "0.-" or bool(node.children) or text.lstrip("-").strip("0") not in ("", ".")


def as_number(code: Code) -> Run:
    """Run that gives a float."""
    run = code.run
    match code.type:
        case Type.NUMBER:
            return run
        case Type.NODES:

            def first(node: XNode, place: int, size: int, context: EvalContext) -> float:
                nodes = run(node, place, size, context)
                return context.number(nodes[0].text()) if nodes else NAN

            return first
        case Type.TEXT:
            return lambda node, place, size, context: context.number(run(node, place, size, context))
        case Type.BOOLEAN:
            return lambda node, place, size, context: 1.0 if run(node, place, size, context) else 0.0
    return lambda node, place, size, context: number_of(run(node, place, size, context), context)


def as_text(code: Code) -> Run:
    """Run that gives a str."""
    run = code.run
    match code.type:
        case Type.TEXT:
            return run
        case Type.NODES:

            def first(node: XNode, place: int, size: int, context: EvalContext) -> str:
                nodes = run(node, place, size, context)
                return nodes[0].text() if nodes else ""

            return first
        case Type.NUMBER:
            return lambda node, place, size, context: text_of_number(run(node, place, size, context))
    return lambda node, place, size, context: text_of(run(node, place, size, context), context)


def as_truth(code: Code) -> Run:
    """Run that gives a bool."""
    run = code.run
    match code.type:
        case Type.BOOLEAN:
            return run
        case Type.NODES:

            def first(node: XNode, place: int, size: int, context: EvalContext) -> bool:
                nodes = run(node, place, size, context)
                return bool(nodes) and truth_of_node(nodes[0])

            return first
    return lambda node, place, size, context: truth_of(run(node, place, size, context))


def as_whole(code: Code) -> Run:
    """Run that gives the value with all rows of a repeat."""
    return code.whole if code.whole is not None else code.run


def as_nodes(code: Code) -> Run:
    """Run that gives all nodes; a value that is no node-set gives none."""
    run = as_whole(code)
    if code.type is Type.NODES:
        return run

    def nodes(node: XNode, place: int, size: int, context: EvalContext) -> list[XNode]:
        value = run(node, place, size, context)
        return value if type(value) is list else []

    return nodes
