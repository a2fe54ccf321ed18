"""The type of an expression as far as its text tells, without compiling it."""

from __future__ import annotations

from fieldapp.engine.xpath.ast import Call, Expr, Negation, Number, Operation, Operator, Text, Variable
from fieldapp.engine.xpath.code import Type
from fieldapp.engine.xpath.functions import FUNCTIONS

ARITHMETIC = frozenset((Operator.ADD, Operator.SUB, Operator.MUL, Operator.DIV, Operator.MOD))


def static_type(expr: Expr) -> Type:
    """What the expression gives; ANY where only evaluation can tell."""
    match expr:
        case Text():
            return Type.TEXT
        case Number() | Negation():
            return Type.NUMBER
        case Operation(operator):
            return Type.NUMBER if operator in ARITHMETIC else Type.BOOLEAN
        case Call("if", (_, yes, no)):
            kinds = {static_type(yes), static_type(no)}
            return kinds.pop() if len(kinds) == 1 else Type.ANY
        case Call(name):
            return FUNCTIONS[name].result if name in FUNCTIONS else Type.ANY
        case Variable():
            return Type.ANY
    return Type.NODES
