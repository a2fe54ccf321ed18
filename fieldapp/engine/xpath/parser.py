"""Reads the text of an expression into its tree: recursive descent for paths, precedence climbing for operators.

A hand-written parser and not a generated one: `docs/decisions/010-xpath-parser.md`.
"""

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
    NodeTest,
    Number,
    Operation,
    Operator,
    Origin,
    Path,
    Step,
    Text,
    Union,
    Variable,
    parts,
)
from fieldapp.engine.xpath.errors import ExpressionSyntax
from fieldapp.engine.xpath.lexer import Lexeme, Token, tokens

PRECEDENCE = {
    Operator.OR: 1,
    Operator.AND: 2,
    Operator.EQ: 3,
    Operator.NE: 3,
    Operator.LT: 4,
    Operator.LE: 4,
    Operator.GT: 4,
    Operator.GE: 4,
    Operator.ADD: 5,
    Operator.SUB: 5,
    Operator.MUL: 6,
    Operator.DIV: 6,
    Operator.MOD: 6,
}
"""Higher binds tighter; all lean to the left."""

DEEPEST = 60
"""Brackets inside brackets, a filter counting twice [7 in 240 published forms]: the evaluation stays far from Python's recursion limit."""

TALLEST = 200
"""Expressions inside expressions, the operands of a chain `a + b + c …` included [10]; many answers are added with sum()."""

LONGEST = 32_767
"""Characters: what one cell of Excel holds [1,200]."""

_OPERATORS = {operator.value: (operator, PRECEDENCE[operator]) for operator in Operator}
_AXES = {axis.value: axis for axis in Axis}
_DESCEND = Step(Axis.DESCENDANT_OR_SELF, ANY_NODE)


def parse(text: str) -> Expr:
    """Read one expression. Raises ExpressionSyntax with the position of the first token that does not fit."""
    if len(text) > LONGEST:
        raise ExpressionSyntax(str(len(text)), LONGEST, "too-long")
    parser = _Parser(tokens(text))
    try:
        expr = parser.expression(0)
    except RecursionError as fault:
        raise ExpressionSyntax("", 0, "too-deep") from fault
    parser.expect_end()
    if height(expr, TALLEST) > TALLEST:
        raise ExpressionSyntax("", 0, "too-deep")
    return expr


def height(expr: Expr, enough: int) -> int:
    """How many expressions stand inside one another; counting ends above `enough`."""
    level: list[Expr] = [expr]
    count = 0
    while level and count <= enough:
        count += 1
        level = [inner for here in level for inner in parts(here)]
    return count


class _Parser:
    """A cursor over the tokens."""

    __slots__ = ("_depth", "_index", "_token", "_tokens")

    def __init__(self, found: list[Token]) -> None:
        self._tokens = found
        self._index = 0
        self._token = found[0]
        self._depth = 0

    def expression(self, binding: int) -> Expr:
        """Everything whose operators bind tighter than `binding`."""
        left = self._unary()
        while self._token.kind is Lexeme.OPERATOR:
            operator, strength = _OPERATORS[self._token.text]
            if strength <= binding:
                break
            self._advance()
            left = Operation(operator, left, self.expression(strength))
        return left

    def expect_end(self) -> None:
        """Refuse anything left over."""
        if self._token.kind is not Lexeme.END:
            raise self._unexpected()

    def _unary(self) -> Expr:
        signs = 0
        while self._token.kind is Lexeme.OPERATOR and self._token.text == "-":
            self._advance()
            signs += 1
        expr = self._union()
        if signs > DEEPEST:
            raise ExpressionSyntax(self._token.text, self._token.at, "too-deep")
        for _ in range(signs):
            expr = Negation(expr)
        return expr

    def _union(self) -> Expr:
        first = self._path()
        if not self._at("|"):
            return first
        members = [first]
        while self._take("|"):
            members.append(self._path())
        return Union(tuple(members))

    def _path(self) -> Expr:
        token = self._token
        if token.kind is Lexeme.SIGN and token.text == "/":
            self._advance()
            return Path(Origin.ROOT, tuple(self._steps([])) if self._at_step() else ())
        if token.kind is Lexeme.SIGN and token.text == "//":
            self._advance()
            return Path(Origin.ROOT, tuple(self._steps([_DESCEND])))
        if self._at_step():
            return Path(Origin.HERE, tuple(self._steps([])))
        base = self._primary()
        predicates = self._predicates()
        if predicates:
            base = Filtered(base, predicates)
        if self._take("/"):
            return Path(base, tuple(self._steps([])))
        if self._take("//"):
            return Path(base, tuple(self._steps([_DESCEND])))
        return base

    def _steps(self, steps: list[Step]) -> list[Step]:
        steps.append(self._step())
        while True:
            if self._take("/"):
                steps.append(self._step())
            elif self._take("//"):
                steps.append(_DESCEND)
                steps.append(self._step())
            else:
                return steps

    def _at_step(self) -> bool:
        token = self._token
        return token.kind in (Lexeme.NAME, Lexeme.KIND, Lexeme.AXIS) or (token.kind is Lexeme.SIGN and token.text in (".", "..", "@"))

    def _step(self) -> Step:
        at = self._token.at
        if self._take(".."):
            return Step(Axis.PARENT, ANY_NODE, self._predicates(), at)
        if self._take("."):
            return Step(Axis.SELF, ANY_NODE, self._predicates(), at)
        axis = Axis.CHILD
        if self._take("@"):
            axis = Axis.ATTRIBUTE
        elif self._token.kind is Lexeme.AXIS:
            if self._token.text not in _AXES:
                raise ExpressionSyntax(self._token.text, at, "unknown-axis")
            axis = _AXES[self._token.text]
            self._advance()
        test = self._test()
        return Step(axis, test, self._predicates(), at)

    def _test(self) -> NodeTest:
        token = self._token
        if token.kind is Lexeme.NAME:
            self._advance()
            prefix, _, name = token.text.rpartition(":")
            return AnyTest(prefix) if name == "*" else NameTest(name, prefix)
        if token.kind is Lexeme.KIND:
            self._advance()
            self._expect("(")
            name = ""
            if self._token.kind is Lexeme.TEXT and token.text == "processing-instruction":
                name = self._token.text
                self._advance()
            self._expect(")")
            return KindTest(token.text, name)
        raise self._unexpected()

    def _predicates(self) -> tuple[Expr, ...]:
        if not self._at("["):
            return ()
        found: list[Expr] = []
        while self._take("["):
            found.append(self._inner(2))
            self._expect("]")
        return tuple(found)

    def _primary(self) -> Expr:
        token = self._token
        match token.kind:
            case Lexeme.NUMBER:
                self._advance()
                return Number(float(token.text))
            case Lexeme.TEXT:
                self._advance()
                return Text(token.text)
            case Lexeme.VARIABLE:
                self._advance()
                return Variable(token.text)
            case Lexeme.FUNCTION:
                return self._call(token)
        if self._take("("):
            inner = self._inner()
            self._expect(")")
            return inner
        raise self._unexpected()

    def _call(self, name: Token) -> Call:
        self._advance()
        self._expect("(")
        arguments: list[Expr] = []
        if not self._at(")"):
            arguments.append(self._inner())
            while self._take(","):
                arguments.append(self._inner())
        self._expect(")")
        return Call(name.text, tuple(arguments), name.at)

    def _inner(self, weight: int = 1) -> Expr:
        self._depth += weight
        if self._depth > DEEPEST:
            raise ExpressionSyntax(self._token.text, self._token.at, "too-deep")
        expr = self.expression(0)
        self._depth -= weight
        return expr

    def _at(self, sign: str) -> bool:
        return self._token.kind is Lexeme.SIGN and self._token.text == sign

    def _take(self, sign: str) -> bool:
        if self._token.kind is Lexeme.SIGN and self._token.text == sign:
            self._advance()
            return True
        return False

    def _expect(self, sign: str) -> None:
        if not self._take(sign):
            raise self._unexpected(sign)

    def _advance(self) -> None:
        self._index += 1
        self._token = self._tokens[self._index]

    def _unexpected(self, wanted: str = "") -> ExpressionSyntax:
        if wanted:
            return ExpressionSyntax(wanted, self._token.at, "expected")
        return ExpressionSyntax(self._token.text, self._token.at, "ended" if self._token.kind is Lexeme.END else "unexpected")
