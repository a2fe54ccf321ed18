"""The operators: comparisons are existential over nodes, arithmetic is that of IEEE 754, dates take part as days."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable

from fieldapp.engine.xpath.ast import Operator
from fieldapp.engine.xpath.code import Code, Run, Type, as_number, as_text, number_of, truth_of
from fieldapp.engine.xpath.context import EvalContext
from fieldapp.engine.xpath.tree import XNode
from fieldapp.engine.xpath.values import INFINITY, NAN, Value

Compare = Callable[[Value, Value, EvalContext], bool]

_MIRRORED = {
    Operator.EQ: Operator.EQ,
    Operator.NE: Operator.NE,
    Operator.LT: Operator.GT,
    Operator.LE: Operator.GE,
    Operator.GT: Operator.LT,
    Operator.GE: Operator.LE,
}


def mirrored(op: Operator) -> Operator:
    """The operator that says the same with the sides exchanged."""
    return _MIRRORED[op]


def same_number(left: float, right: float) -> bool:
    """Equal up to the noise of binary fractions (1e-12, as JavaRosa): 6.1 - 7.8 = -1.7 is what people mean."""
    return left == right or abs(left - right) < 1e-12


def equal(left: Value, right: Value, context: EvalContext) -> bool:
    """`left = right`."""
    if type(left) is list:
        return _nodes_equal(left, right, context)
    if type(right) is list:
        return _nodes_equal(right, left, context)
    if type(left) is bool or type(right) is bool:
        return truth_of(left) == truth_of(right)
    if type(left) is str and type(right) is str:
        return left == right
    return same_number(number_of(left, context), number_of(right, context))


def _nodes_equal(nodes: list[XNode], other: Value, context: EvalContext) -> bool:
    if type(other) is str:
        return any(node.text() == other for node in nodes)
    if type(other) is list:
        if len(other) == 1:
            text = other[0].text()
            return any(node.text() == text for node in nodes)
        texts = {node.text() for node in other}
        return any(node.text() in texts for node in nodes)
    if type(other) is bool:
        return truth_of(nodes) == other
    wanted = number_of(other, context)
    return any(same_number(context.number(node.text()), wanted) for node in nodes)


def unequal(left: Value, right: Value, context: EvalContext) -> bool:
    """`left != right`: for nodes, some pair differs."""
    if type(left) is list:
        return _nodes_unequal(left, right, context)
    if type(right) is list:
        return _nodes_unequal(right, left, context)
    return not equal(left, right, context)


def _nodes_unequal(nodes: list[XNode], other: Value, context: EvalContext) -> bool:
    if type(other) is str:
        return any(node.text() != other for node in nodes)
    if type(other) is list:
        texts = {node.text() for node in nodes} if other else set()
        return any(node.text() != text for node in other for text in texts)
    if type(other) is bool:
        return truth_of(nodes) != other
    wanted = number_of(other, context)
    return any(not same_number(context.number(node.text()), wanted) for node in nodes)


def _relation(test: Callable[[float, float], bool]) -> Compare:
    def compare(left: Value, right: Value, context: EvalContext) -> bool:
        if type(left) is list:
            numbers = [context.number(node.text()) for node in left]
            if type(right) is list:
                others = [context.number(node.text()) for node in right]
                return any(test(one, other) for one in numbers for other in others)
            bound = number_of(right, context)
            return any(test(one, bound) for one in numbers)
        if type(right) is list:
            bound = number_of(left, context)
            return any(test(bound, context.number(node.text())) for node in right)
        return test(number_of(left, context), number_of(right, context))

    return compare


NUMERIC: dict[Operator, Callable[[float, float], bool]] = {
    Operator.EQ: same_number,
    Operator.NE: lambda left, right: not same_number(left, right),
    Operator.LT: operator.lt,
    Operator.LE: operator.le,
    Operator.GT: operator.gt,
    Operator.GE: operator.ge,
}
COMPARE: dict[Operator, Compare] = {
    Operator.EQ: equal,
    Operator.NE: unequal,
    Operator.LT: _relation(operator.lt),
    Operator.LE: _relation(operator.le),
    Operator.GT: _relation(operator.gt),
    Operator.GE: _relation(operator.ge),
}


def divide(left: float, right: float) -> float:
    """IEEE division: by zero gives an infinity or not-a-number."""
    if right == 0.0:
        if left == 0.0 or left != left:
            return NAN
        return math.copysign(INFINITY, left) * math.copysign(1.0, right)
    return left / right


def remainder(left: float, right: float) -> float:
    """`mod`: the sign of the left side, as in Java and ECMAScript."""
    if right == 0.0 or left != left or right != right or left in (INFINITY, -INFINITY):
        return NAN
    return math.fmod(left, right)


def comparison(op: Operator, left: Code, right: Code) -> Code:
    """Compile one comparison."""
    free = left.free and right.free
    kinds = (left.type, right.type)
    simple = (Type.NUMBER, Type.TEXT)
    if op not in (Operator.EQ, Operator.NE) and all(kind in simple for kind in kinds):
        return Code(_numbers(NUMERIC[op], as_number(left), as_number(right)), Type.BOOLEAN, free)
    if op in (Operator.EQ, Operator.NE) and all(kind in simple for kind in kinds):
        if kinds == (Type.TEXT, Type.TEXT):
            return Code(_texts(op, as_text(left), as_text(right)), Type.BOOLEAN, free)
        return Code(_numbers(NUMERIC[op], as_number(left), as_number(right)), Type.BOOLEAN, free)
    if kinds == (Type.NODES, Type.NUMBER):
        return Code(_node_with_number(op, left.run, right.run), Type.BOOLEAN, free)
    if kinds == (Type.NODES, Type.TEXT) and op in (Operator.EQ, Operator.NE):
        return Code(_node_with_text(op, left.run, right.run), Type.BOOLEAN, free)
    return Code(_values(COMPARE[op], left.run, right.run), Type.BOOLEAN, free)


def _numbers(test: Callable[[float, float], bool], left: Run, right: Run) -> Run:
    return lambda node, place, size, context: test(left(node, place, size, context), right(node, place, size, context))


def _texts(op: Operator, left: Run, right: Run) -> Run:
    if op is Operator.EQ:
        return lambda node, place, size, context: left(node, place, size, context) == right(node, place, size, context)
    return lambda node, place, size, context: left(node, place, size, context) != right(node, place, size, context)


def _node_with_number(op: Operator, left: Run, right: Run) -> Run:
    test, general = NUMERIC[op], COMPARE[op]

    def run(node: XNode, place: int, size: int, context: EvalContext) -> bool:
        nodes = left(node, place, size, context)
        bound = right(node, place, size, context)
        if len(nodes) == 1:
            return test(context.number(nodes[0].text()), bound)
        return general(nodes, bound, context)

    return run


def _node_with_text(op: Operator, left: Run, right: Run) -> Run:
    wanted, general = op is Operator.EQ, COMPARE[op]

    def run(node: XNode, place: int, size: int, context: EvalContext) -> bool:
        nodes = left(node, place, size, context)
        text = right(node, place, size, context)
        if len(nodes) == 1:
            return (nodes[0].text() == text) is wanted
        return general(nodes, text, context)

    return run


def _values(test: Compare, left: Run, right: Run) -> Run:
    return lambda node, place, size, context: test(left(node, place, size, context), right(node, place, size, context), context)


def arithmetic(first: Code, rest: list[tuple[Operator, Code]]) -> Code:
    """Compile a run of + and -, or of *, div and mod."""
    free = first.free and all(code.free for _, code in rest)
    head = as_number(first)
    if len(rest) == 1:
        return Code(_PAIRS[rest[0][0]](head, as_number(rest[0][1])), Type.NUMBER, free)
    tail = [(_NUMBERS[op], as_number(code)) for op, code in rest]

    def run(node: XNode, place: int, size: int, context: EvalContext) -> float:
        total: float = head(node, place, size, context)
        for combine, term in tail:
            total = combine(total, term(node, place, size, context))
        return total

    return Code(run, Type.NUMBER, free)


_NUMBERS: dict[Operator, Callable[[float, float], float]] = {
    Operator.ADD: operator.add,
    Operator.SUB: operator.sub,
    Operator.MUL: operator.mul,
    Operator.DIV: divide,
    Operator.MOD: remainder,
}


def _pair_of(combine: Callable[[float, float], float]) -> Callable[[Run, Run], Run]:
    def build(left: Run, right: Run) -> Run:
        return lambda node, place, size, context: combine(left(node, place, size, context), right(node, place, size, context))

    return build


def _sum(left: Run, right: Run) -> Run:
    return lambda node, place, size, context: left(node, place, size, context) + right(node, place, size, context)


def _difference(left: Run, right: Run) -> Run:
    return lambda node, place, size, context: left(node, place, size, context) - right(node, place, size, context)


def _product(left: Run, right: Run) -> Run:
    return lambda node, place, size, context: left(node, place, size, context) * right(node, place, size, context)


_PAIRS: dict[Operator, Callable[[Run, Run], Run]] = {
    Operator.ADD: _sum,
    Operator.SUB: _difference,
    Operator.MUL: _product,
    Operator.DIV: _pair_of(divide),
    Operator.MOD: _pair_of(remainder),
}
