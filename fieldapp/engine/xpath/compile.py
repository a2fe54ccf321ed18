"""Turns the tree of an expression into closures, once per expression of a form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fieldapp.engine.xpath.ast import (
    Call,
    Expr,
    Filtered,
    Negation,
    Number,
    Operation,
    Operator,
    Origin,
    Path,
    Step,
    Text,
    Union,
    Variable,
)
from fieldapp.engine.xpath.code import Code, Run, Type, as_number, as_text, as_truth, as_whole
from fieldapp.engine.xpath.context import EvalContext
from fieldapp.engine.xpath.errors import EvaluationFault, UnknownFunction, WrongArguments
from fieldapp.engine.xpath.functions import FUNCTIONS
from fieldapp.engine.xpath.functions.function import Function
from fieldapp.engine.xpath.operators import arithmetic, comparison
from fieldapp.engine.xpath.paths import compile_path
from fieldapp.engine.xpath.predicates import Filter, compile_predicate
from fieldapp.engine.xpath.prune import prune
from fieldapp.engine.xpath.tree import XNode, in_document_order
from fieldapp.engine.xpath.values import Value


class Compiled:
    """A compiled expression. Call it with the node it belongs to; `current()` is that node."""

    __slots__ = ("_code", "_number", "_text", "_truth", "_whole", "expr")

    def __init__(self, expr: Expr, code: Code) -> None:
        self.expr = expr
        self._code = code
        self._text = as_text(code)
        self._number = as_number(code)
        self._truth = as_truth(code)
        self._whole = as_whole(code)

    @property
    def type(self) -> Type:
        """What it gives, as far as the text tells."""
        return self._code.type

    def __call__(self, node: XNode, context: EvalContext) -> Value:
        """Evaluate. Raises EvaluationFault."""
        return self._evaluate(self._code.run, node, context)  # type: ignore[no-any-return]

    def text(self, node: XNode, context: EvalContext) -> str:
        """As string()."""
        value: str = self._evaluate(self._text, node, context)
        return value

    def number(self, node: XNode, context: EvalContext) -> float:
        """As number()."""
        value: float = self._evaluate(self._number, node, context)
        return value

    def true(self, node: XNode, context: EvalContext) -> bool:
        """As boolean(), nodes by their value."""
        value: bool = self._evaluate(self._truth, node, context)
        return value

    def nodes(self, node: XNode, context: EvalContext) -> list[XNode]:
        """All nodes, rows of the own repeat and of others alike. Raises EvaluationFault if the value is no node-set."""
        value = self._evaluate(self._whole, node, context)
        if type(value) is not list:
            raise EvaluationFault("nodes()", reason="node-set")
        return value

    @staticmethod
    def _evaluate(run: Run, node: XNode, context: EvalContext) -> Any:
        before = context.current
        context.current = node
        try:
            return run(node, 1, 1, context)
        finally:
            context.current = before


def compile_expression(expr: Expr, functions: Mapping[str, Function] = FUNCTIONS) -> Compiled:
    """Compile once, evaluate often. Raises UnknownFunction, WrongArguments."""
    reachable = prune(expr)
    return Compiled(reachable, _Compiler(functions).code(reachable))


_ADDITIVE = frozenset((Operator.ADD, Operator.SUB))
_MULTIPLICATIVE = frozenset((Operator.MUL, Operator.DIV, Operator.MOD))


class _Compiler:
    """Walks the tree; holds the functions that may be called."""

    def __init__(self, functions: Mapping[str, Function]) -> None:
        self._functions = functions

    def code(self, expr: Expr) -> Code:
        match expr:
            case Text(value):
                return Code(lambda node, place, size, context: value, Type.TEXT, free=True)
            case Number(number):
                return Code(lambda node, place, size, context: number, Type.NUMBER, free=True)
            case Path():
                return self._path(expr)
            case Call():
                return self._call(expr)
            case Operation():
                return self._operation(expr)
            case Negation(operand):
                return self._negation(self.code(operand))
            case Union(members):
                return self._union([self.code(member) for member in members])
            case Filtered(base, predicates):
                return self._filtered(self.code(base), predicates)
            case Variable(name):
                raise UnknownFunction(f"${name}")

    def _path(self, path: Path) -> Code:
        start = None if isinstance(path.start, Origin) else self.code(path.start)
        if start is not None and start.type not in (Type.NODES, Type.ANY):
            raise WrongArguments("/")
        return compile_path(path, start, self._predicates_of)

    def _predicates_of(self, step: Step) -> list[Filter]:
        return self._filters(step.predicates)

    def _filters(self, predicates: tuple[Expr, ...]) -> list[Filter]:
        return [made for predicate in predicates for made in compile_predicate(predicate, self.code)]

    def _filtered(self, base: Code, predicates: tuple[Expr, ...]) -> Code:
        if base.type not in (Type.NODES, Type.ANY):
            raise WrongArguments("[]")
        filters = self._filters(predicates)
        whole = as_whole(base)

        def run(node: XNode, place: int, size: int, context: EvalContext) -> list[XNode]:
            nodes = whole(node, place, size, context)
            for keep in filters:
                nodes = keep(nodes, context)
            return nodes  # type: ignore[no-any-return]

        return Code(run, Type.NODES, base.free)

    def _union(self, members: list[Code]) -> Code:
        if any(member.type not in (Type.NODES, Type.ANY) for member in members):
            raise WrongArguments("|")
        runs = [as_whole(member) for member in members]

        def run(node: XNode, place: int, size: int, context: EvalContext) -> list[XNode]:
            return in_document_order([found for member in runs for found in member(node, place, size, context)])

        return Code(run, Type.NODES, all(member.free for member in members))

    def _negation(self, operand: Code) -> Code:
        number = as_number(operand)
        return Code(lambda node, place, size, context: -number(node, place, size, context), Type.NUMBER, operand.free)

    def _operation(self, expr: Operation) -> Code:
        operator = expr.operator
        if operator in _ADDITIVE:
            return arithmetic(*self._chain(expr, _ADDITIVE))
        if operator in _MULTIPLICATIVE:
            return arithmetic(*self._chain(expr, _MULTIPLICATIVE))
        if operator is Operator.AND or operator is Operator.OR:
            first, rest = self._chain(expr, frozenset((operator,)))
            return _logic(operator, [first, *(code for _, code in rest)])
        return comparison(operator, self.code(expr.left), self.code(expr.right))

    def _chain(self, expr: Operation, operators: frozenset[Operator]) -> tuple[Code, list[tuple[Operator, Code]]]:
        """The operands of `a + b - c …` left to right; a loop, because such chains get long."""
        rest: list[tuple[Operator, Code]] = []
        left: Expr = expr
        while isinstance(left, Operation) and left.operator in operators:
            rest.append((left.operator, self.code(left.right)))
            left = left.left
        rest.reverse()
        return self.code(left), rest

    def _call(self, call: Call) -> Code:
        function = self._functions.get(call.name)
        if function is None:
            raise UnknownFunction(call.name, call.at)
        count = len(call.arguments)
        if not function.takes(count):
            raise WrongArguments(call.name, call.at)
        arguments = tuple(self.code(argument) for argument in call.arguments)
        free = function.pure and all(argument.free for argument in arguments) and (count > 0 or not function.own_node)
        for kind, argument in zip(function.kinds_of(count), arguments, strict=True):
            if kind == "N" and argument.type not in (Type.NODES, Type.ANY):
                raise WrongArguments(call.name, call.at)
        return Code(function.build(arguments), function.result_of(arguments), free)


def _logic(operator: Operator, operands: list[Code]) -> Code:
    runs = [as_truth(code) for code in operands]
    free = all(code.free for code in operands)
    if len(runs) == 2:
        left, right = runs
        if operator is Operator.AND:
            return Code(
                lambda node, place, size, context: left(node, place, size, context) and right(node, place, size, context),
                Type.BOOLEAN,
                free,
            )
        return Code(
            lambda node, place, size, context: left(node, place, size, context) or right(node, place, size, context), Type.BOOLEAN, free
        )
    decisive: bool = operator is Operator.OR

    def run(node: XNode, place: int, size: int, context: EvalContext) -> bool:
        for operand in runs:
            if bool(operand(node, place, size, context)) is decisive:
                return decisive
        return not decisive

    return Code(run, Type.BOOLEAN, free)
