"""Cuts an expression into tokens by XPath 1.0 section 3.7, which decides whether `*`, `div` or `and` is a name or an operator."""

from __future__ import annotations

import re
from enum import Enum
from typing import NamedTuple

from fieldapp.engine.xpath.errors import ExpressionSyntax


class Lexeme(Enum):
    """What a token is."""

    NUMBER = "number"
    TEXT = "text"
    NAME = "name"
    FUNCTION = "function"
    KIND = "kind"
    AXIS = "axis"
    OPERATOR = "operator"
    SIGN = "sign"
    VARIABLE = "variable"
    END = "end"


class Token(NamedTuple):
    """A piece of the text and where it starts."""

    kind: Lexeme
    text: str
    at: int


_NAME = r"[^\W\d][\w.\-·]*"
_PATTERN = re.compile(
    rf"""[ \t\r\n]*(?:
    (?P<number>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)
  | (?P<text>"[^"]*"|'[^']*')
  | \$(?P<variable>{_NAME}(?::{_NAME})?)
  | (?P<wild>{_NAME}:\*)
  | (?P<name>{_NAME}(?::{_NAME})?)
  | (?P<sign>::|//|\.\.|!=|<=|>=|[()\[\],@|/.=<>+*-])
  | (?P<end>$)
)""",
    re.VERBOSE,
)
_AFTER = re.compile(r"[ \t\r\n]*(\(|::)?")
_WORD = re.compile("and|or|div|mod")
"""After an operand no name can stand, so `3mod4` is read as people mean it (all engines do)."""
_KINDS = frozenset(("node", "text", "comment", "processing-instruction"))
_OPENING = frozenset(("@", "::", "(", "[", ",", "|", "/", "//", "=", "!=", "<", "<=", ">", ">=", "+", "-"))
_COMPARING = frozenset(("=", "!=", "<", "<=", ">", ">=", "+", "-"))


def tokens(text: str) -> list[Token]:
    """All tokens with END last. Raises ExpressionSyntax at the first character that starts none."""
    found: list[Token] = []
    position = 0
    operand_before = False
    while True:
        match = _PATTERN.match(text, position)
        if match is None:
            raise _stray(text, position)
        kind = match.lastgroup or ""
        piece = match[kind]
        at = match.start(kind)
        position = match.end()
        if kind == "end":
            found.append(Token(Lexeme.END, "", at))
            return found
        token = _token(kind, piece, at, operand_before, text, position)
        if token.kind is Lexeme.OPERATOR and kind == "name":
            position = at + len(token.text)
        elif token.kind is Lexeme.AXIS:
            position = _AFTER.match(text, position).end()  # type: ignore[union-attr]
        found.append(token)
        operand_before = not (token.kind in (Lexeme.OPERATOR, Lexeme.AXIS) or (token.kind is Lexeme.SIGN and token.text in _OPENING))


def _token(kind: str, piece: str, at: int, operand_before: bool, text: str, end: int) -> Token:
    match kind:
        case "number":
            return Token(Lexeme.NUMBER, piece, at)
        case "text":
            return Token(Lexeme.TEXT, piece[1:-1], at)
        case "variable":
            return Token(Lexeme.VARIABLE, piece, at)
        case "wild":
            return Token(Lexeme.NAME, piece, at)
        case "sign":
            if piece in _COMPARING or (piece == "*" and operand_before):
                return Token(Lexeme.OPERATOR, piece, at)
            return Token(Lexeme.NAME if piece == "*" else Lexeme.SIGN, piece, at)
    if operand_before and (word := _WORD.match(piece)):
        return Token(Lexeme.OPERATOR, word[0], at)
    after = _AFTER.match(text, end)
    follows = after[1] if after else None
    if follows == "(":
        return Token(Lexeme.KIND if piece in _KINDS else Lexeme.FUNCTION, piece, at)
    return Token(Lexeme.AXIS if follows == "::" else Lexeme.NAME, piece, at)


def _stray(text: str, position: int) -> ExpressionSyntax:
    while position < len(text) and text[position] in " \t\r\n":
        position += 1
    stray = text[position]
    if stray in "\"'":
        return ExpressionSyntax(stray, position, "unclosed-text")
    return ExpressionSyntax(stray, position, "unexpected")
