"""Runs the expressions of a form: each is compiled when it is first needed; one that fails with these answers gives nothing.

What cannot be read or compiled is refused when the form is read. What fails only with certain answers (a pattern put together from an
answer that is no pattern) must not stop an interview: its text is blank, its number not-a-number, its truth what the caller says.
"""

from __future__ import annotations

from .definition import Expression
from .xpath.compile import Compiled, compile_expression
from .xpath.context import EvalContext
from .xpath.errors import ExpressionFault
from .xpath.tree import XNode


class Closures:
    """The expressions of a form as one session runs them; what is compiled is shared with the form's other sessions."""

    def __init__(self, context: EvalContext, compiled: dict[int, Compiled]) -> None:
        self._context = context
        self._compiled = compiled

    def _of(self, expression: Expression) -> Compiled:
        found = self._compiled.get(id(expression))
        if found is None:
            found = self._compiled[id(expression)] = compile_expression(expression.ast)
        return found

    def text(self, expression: Expression, node: XNode) -> str:
        """The text of an expression at a node."""
        try:
            return self._of(expression).text(node, self._context)
        except ExpressionFault:
            return ""

    def number(self, expression: Expression, node: XNode) -> float:
        """The number of an expression at a node."""
        try:
            return self._of(expression).number(node, self._context)
        except ExpressionFault:
            return float("nan")

    def true(self, expression: Expression, node: XNode, otherwise: bool) -> bool:
        """Whether an expression holds at a node."""
        try:
            return self._of(expression).true(node, self._context)
        except ExpressionFault:
            return otherwise

    def nodes(self, expression: Expression, node: XNode) -> list[XNode]:
        """The nodes that an expression finds."""
        try:
            return self._of(expression).nodes(node, self._context)
        except ExpressionFault:
            return []
