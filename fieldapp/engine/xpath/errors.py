"""What can be wrong with an expression; the engine wraps these into `fieldapp.errors.ExpressionError` with the path of the question."""

from __future__ import annotations


class ExpressionFault(Exception):
    """An expression cannot be read, compiled or evaluated. `position` is a 0-based offset into its text, -1 when unknown."""

    code = "expression"

    def __init__(self, detail: str, position: int = -1) -> None:
        super().__init__(f"{detail} (at {position + 1})" if position >= 0 else detail)
        self.detail = detail
        self.position = position


class ExpressionSyntax(ExpressionFault):
    """The text is not an expression."""

    code = "syntax"


class UnknownFunction(ExpressionFault):
    """The language has no function of this name; `detail` is the name."""

    code = "unknown-function"


class WrongArguments(ExpressionFault):
    """A function is called with too few, too many or the wrong kind of arguments; `detail` is the name."""

    code = "arguments"


class EvaluationFault(ExpressionFault):
    """An argument's value makes no sense, as a regular expression that does not compile."""

    code = "evaluation"
