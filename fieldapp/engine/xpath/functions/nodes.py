"""Functions that look around in the form: places, rows, instances, choices, labels."""

from __future__ import annotations

import hashlib
import math
from typing import Any

from fieldapp.engine.xpath.code import Code, Run, Type, as_nodes, as_number, as_text, as_truth, number_of, text_of
from fieldapp.engine.xpath.context import EvalContext
from fieldapp.engine.xpath.functions.function import Function, asking
from fieldapp.engine.xpath.predicates import table
from fieldapp.engine.xpath.tree import Document, NodeKind, XNode
from fieldapp.engine.xpath.values import NAN, SPACE

_MODULUS = 2_147_483_647


def _if(arguments: tuple[Code, ...]) -> Run:
    test, yes, no = as_truth(arguments[0]), arguments[1].run, arguments[2].run
    return lambda node, place, size, context: (
        yes(node, place, size, context) if test(node, place, size, context) else no(node, place, size, context)
    )


def _coalesce(arguments: tuple[Code, ...]) -> Run:
    """The first value that is neither blank nor not-a-number."""
    runs = [argument.run for argument in arguments]

    def run(node: XNode, place: int, size: int, context: EvalContext) -> str:
        for one in runs:
            value = one(node, place, size, context)
            if value == value and (found := text_of(value, context)) != "":
                return found
        return ""

    return run


def _once(arguments: tuple[Code, ...]) -> Run:
    text = as_text(arguments[0])
    return lambda node, place, size, context: node.text() or text(node, place, size, context)


def _position(arguments: tuple[Code, ...]) -> Run:
    if not arguments:
        return lambda node, place, size, context: float(place)
    nodes = arguments[0].run

    def run(node: XNode, place: int, size: int, context: EvalContext) -> float:
        found = nodes(node, place, size, context)
        return float(found[0].place()) if found else NAN

    return run


def _current(_arguments: tuple[Code, ...]) -> Run:
    return lambda node, place, size, context: [context.current]


def _last(_arguments: tuple[Code, ...]) -> Run:
    return lambda node, place, size, context: float(size)


def _instance(context: EvalContext, name: str) -> list[XNode]:
    document = context.instances.get(name)
    return [document] if document is not None else []


def _pulldata(context: EvalContext, name: str, wanted: str, column: str, key: str) -> str:
    document = context.instances.get(name)
    if not isinstance(document, Document):
        return ""
    for root in document.children:
        if root.kind is not NodeKind.ELEMENT:
            continue
        for row in _matching(document, root, column, key):
            for cell in row.named(wanted):
                return cell.text()
    return ""


def _matching(document: Document, root: XNode, column: str, key: str) -> list[XNode]:
    if document.static:
        return table(document, (root.name, "item"), column).get(key, [])
    return [row for row in root.named("item") for cell in row.named(column) if cell.text() == key]


def _indexed_repeat(arguments: tuple[Code, ...]) -> Run:
    target = as_nodes(arguments[0])
    pairs = [(as_nodes(arguments[at]), as_number(arguments[at + 1])) for at in range(1, len(arguments), 2)]

    def run(node: XNode, place: int, size: int, context: EvalContext) -> list[XNode]:
        chosen: list[tuple[list[XNode], float]] = []
        for rows, index in pairs:
            found = rows(node, place, size, context)
            number = index(node, place, size, context)
            if not found or number != number:
                return []
            chosen.append((found, number))
        chosen.sort(key=lambda pair: _depth(pair[0][0]))
        within: XNode | None = None
        for rows_found, number in chosen:
            inside = rows_found if within is None else [row for row in rows_found if _is_within(row, within)]
            at = int(number)
            if not 1 <= at <= len(inside):
                return []
            within = inside[at - 1]
        return [found for found in target(node, place, size, context) if within is not None and _is_within(found, within)]

    return run


def _depth(node: XNode) -> int:
    depth = 0
    while node.parent is not None:
        node = node.parent
        depth += 1
    return depth


def _is_within(node: XNode, row: XNode) -> bool:
    here: XNode | None = node
    while here is not None:
        if here is row:
            return True
        here = here.parent
    return False


def _randomize(context: EvalContext, nodes: list[XNode], seed: Any = None) -> list[XNode]:
    """Fisher–Yates from the inside out, as the specification's reference implementations do it."""
    chance = context.chance.random if seed is None else _park_miller(_seed(context, seed))
    shuffled: list[XNode] = []
    for size, node in enumerate(nodes):
        at = int(chance() * (size + 1))
        shuffled.append(node)
        shuffled[size], shuffled[at] = shuffled[at], node
    return shuffled


def _seed(context: EvalContext, seed: Any) -> int:
    """A number without its fraction, 0 for blank, the first 64 bits of SHA-256 of any other text."""
    number = number_of(seed, context)
    if number == number:
        return int(number) if math.isfinite(number) else (2**63 - 1 if number > 0 else -(2**63))
    text = text_of(seed, context)
    if text == "":
        return 0
    digest = hashlib.sha256(text.encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def _park_miller(seed: int) -> Any:
    """The generator of the ODK XForms specification, so that a seeded order is the same on every device."""
    state = int(abs(seed) % _MODULUS) * (-1 if seed < 0 else 1)
    if state <= 0:
        state += _MODULUS - 1

    def step() -> float:
        nonlocal state
        state = state * 16807 % _MODULUS
        return (state - 1) / (_MODULUS - 1)

    return step


def _version(context: EvalContext) -> str:
    for root in context.root.children:
        for attribute in root.attributes:
            if attribute.name == "version":
                return attribute.text()
    return ""


def _choice_name(arguments: tuple[Code, ...]) -> Run:
    value, path = as_text(arguments[0]), as_text(arguments[1])
    return lambda node, place, size, context: context.choice_label(
        value(node, place, size, context), path(node, place, size, context).strip(SPACE), context.current
    )


def _random(context: EvalContext) -> float:
    return context.chance.random()


def _uuid(context: EvalContext, length: float = 0.0) -> str:
    if length >= 1:
        return "".join(context.chance.choice(_ALPHABET) for _ in range(int(min(length, 4096))))
    return context.new_uuid()


_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

NODES: dict[str, Function] = {
    "if": Function("bvv", 3, 3, Type.ANY, _if),
    "coalesce": Function("v", 2, None, Type.TEXT, _coalesce),
    "once": Function("t", 1, 1, Type.TEXT, _once, pure=False),
    "position": Function("N", 0, 1, Type.NUMBER, _position, own_node=True),
    "last": Function("", 0, 0, Type.NUMBER, _last, own_node=True),
    "current": Function("", 0, 0, Type.NODES, _current),
    "instance": asking("t", Type.NODES, _instance),
    "pulldata": asking("tttt", Type.TEXT, _pulldata),
    "indexed-repeat": Function("NNn", 3, None, Type.NODES, _indexed_repeat, pairs=True),
    "randomize": asking("Nv", Type.NODES, _randomize, least=1, pure=False),
    "jr:itext": asking("t", Type.TEXT, lambda context, name: context.itext(name)),
    "jr:choice-name": Function("tt", 2, 2, Type.TEXT, _choice_name),
    "random": asking("", Type.NUMBER, _random, pure=False),
    "uuid": asking("n", Type.TEXT, _uuid, least=0, pure=False),
    "version": asking("", Type.TEXT, _version),
}
