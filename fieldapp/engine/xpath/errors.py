"""What can be wrong with an expression; the engine wraps these into `fieldapp.errors.ExpressionError` with the path of the question."""

from __future__ import annotations


class ExpressionFault(Exception):
    """An expression cannot be read, compiled or evaluated.

    `detail` is the name, token or value in question, `reason` a word for what is wrong with it where the class does not say enough,
    `position` a 0-based offset into the text, -1 when unknown. Sentences for people are made from these in words/<language>/lint.ftl.
    """

    code = "expression"

    def __init__(self, detail: str, position: int = -1, reason: str = "") -> None:
        said = f"{reason} {detail}".strip()
        super().__init__(f"{said} (at {position + 1})" if position >= 0 else said)
        self.detail = detail
        self.position = position
        self.reason = reason


class ExpressionSyntax(ExpressionFault):
    """The text is not an expression. Reasons: unexpected, expected, ended, unclosed-text, too-deep, too-long, unknown-axis."""

    code = "syntax"


class UnknownFunction(ExpressionFault):
    """The language has no function of this name; `detail` is the name."""

    code = "unknown-function"


class WrongArguments(ExpressionFault):
    """A function or one of `/`, `[]`, `|` has too few, too many or the wrong kind of arguments; `detail` is its name."""

    code = "arguments"


class EvaluationFault(ExpressionFault):
    """An argument's value makes no sense. Reasons: regex, costly-regex, digest-algorithm, digest-encoding, node-set."""

    code = "evaluation"
