"""Runs the expressions of a form: each is compiled when it is first needed, faults of evaluation become coded errors."""

from __future__ import annotations

from fieldapp.errors import ExpressionError

from .definition import Expression
from .xpath.compile import Compiled, compile_expression
from .xpath.context import EvalContext
from .xpath.errors import ExpressionFault
from .xpath.tree import XNode


class Closures:
    """The compiled expressions of one session."""

    def __init__(self, context: EvalContext) -> None:
        self._context = context
        self._compiled: dict[int, Compiled] = {}

    def _of(self, expression: Expression) -> Compiled:
        found = self._compiled.get(id(expression))
        if found is None:
            found = self._compiled[id(expression)] = compile_expression(expression.ast)
        return found

    def text(self, expression: Expression, node: XNode) -> str:
        """The text of an expression at a node. Raises ExpressionError."""
        try:
            return self._of(expression).text(node, self._context)
        except ExpressionFault as fault:
            raise _error(expression, fault) from fault

    def number(self, expression: Expression, node: XNode) -> float:
        """The number of an expression at a node. Raises ExpressionError."""
        try:
            return self._of(expression).number(node, self._context)
        except ExpressionFault as fault:
            raise _error(expression, fault) from fault

    def true(self, expression: Expression, node: XNode) -> bool:
        """Whether an expression holds at a node. Raises ExpressionError."""
        try:
            return self._of(expression).true(node, self._context)
        except ExpressionFault as fault:
            raise _error(expression, fault) from fault

    def nodes(self, expression: Expression, node: XNode) -> list[XNode]:
        """The nodes that an expression finds. Raises ExpressionError."""
        try:
            return self._of(expression).nodes(node, self._context)
        except ExpressionFault as fault:
            raise _error(expression, fault) from fault


def _error(expression: Expression, fault: ExpressionFault) -> ExpressionError:
    return ExpressionError(path="", expression=expression.text, detail=str(fault), fault=fault.code)
