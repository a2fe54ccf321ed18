"""Expressions that hurt: deep, long, circular, half written."""

from __future__ import annotations

from random import Random

_TOKENS = (
    "1",
    "0",
    "''",
    "'yes'",
    ".",
    "..",
    "/",
    "//",
    "*",
    "@",
    "(",
    ")",
    "[",
    "]",
    ",",
    "+",
    "-",
    "div",
    "mod",
    "and",
    "or",
    "=",
    "!=",
    "<",
    "|",
    "current()",
    "instance('x')",
    "position(..)",
    "last()",
    "sum(",
    "count(",
    "if(",
    "now()",
    "today()",
    "random()",
    "once(",
    "uuid()",
    "$v",
    "pulldata('f', 'a', 'b', 'c')",
    "indexed-repeat(",
    "jr:choice-name(",
    "coalesce(",
    "regex(., '(a+)+$')",
    "a",
    "node()",
    "::",
    "ancestor::*",
    "randomize(",
    "selected(",
    "string(",
    "date(",
    "format-date(",
    "1e9",
    "99999999999999999999",
    "concat(",
    "jr:itext('x')",
    "not(",
    "true()",
)


def bombs() -> tuple[str, ...]:
    """Expressions that are too much in one way each."""
    return (
        "(" * 500 + "1" + ")" * 500,
        "-" * 500 + "1",
        "if(1," * 300 + "1" + ",0)" * 300,
        "(1 or 1 and 1 = 1 < 1 + 1 * " * 100 + "1" + ")" * 100,
        "a[" * 100 + "1" + "]" * 100,
        "../" * 2_000 + "a",
        " + ".join(["1"] * 5_000),
        " and ".join(["."] * 900),
        " | ".join(["."] * 900),
        "concat(" + ",".join(["."] * 900) + ")",
        "regex(., '" + "(" * 300 + "a" + ")" * 300 + "')",
        "regex('" + "a" * 200 + "!', '^(a|aa)+$')",
        "regex(., '" + "(a{0,9}){0,9}" * 9 + "')",
        "regex(., '" + "((a{1,999}){1,999}){1,999}" + "')",
        "string-length(" + "concat(" * 40 + ".,." + ")" * 40 + ")",
        "count(//*[count(//*[count(//*) > 0]) > 0])",
        "//*//*//*//*",
        "." * 40_000,
        "substr('a', -99999999999, 99999999999)",
        "round(1.5, 999999999)",
        "pow(9, 99999)",
        "int('9' * 400)",
        "format-date(9e99, '%Y')",
        "date(99999999999)",
        "join(' ', //*)",
    )


def mutated(text: str, chance: Random) -> str:
    """The expression with something wrong about it."""
    match chance.randrange(8):
        case 0:
            return chance.choice(bombs())
        case 1:
            return "".join(chance.choice(_TOKENS) + chance.choice(("", " ")) for _ in range(chance.randrange(1, 12)))
        case 2:
            place = chance.randrange(len(text) + 1)
            return text[:place] + chance.choice(_TOKENS) + text[place:]
        case 3 if text:
            place = chance.randrange(len(text))
            return text[:place] + text[place + 1 :]
        case 4:
            return f"{chance.choice(('not', 'sum', 'count', 'string', 'number', 'selected', 'max', 'nosuch', 'once', 'date'))}({text})"
        case 5:
            return f"{text}[{chance.choice(_TOKENS)}]"
        case 6:
            return f"{text} {chance.choice(('+', '=', 'and', '|', '<', 'div'))} {text}"
    return chance.choice(("", " ", ".", "..", "/", "current()", "true()", "false()", "''", "０", "1e9", "./@x"))
