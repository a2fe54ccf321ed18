"""Regular expressions as ODK forms write them: found anywhere in the text, never stuck.

A pattern becomes a small tree. From it comes the same pattern in Python's dialect; a pattern that could make a backtracking engine take
forever (`(a+)+$`) is instead walked state by state in linear time.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from fieldapp.engine.xpath.errors import EvaluationFault
from fieldapp.engine.xpath.regex_tree import Again, Edge, Either, Group, Look, One, Piece, Row, Times, read
from fieldapp.engine.xpath.regex_walk import walker


def matches(text: str, pattern: str) -> bool:
    """Whether the pattern is found anywhere in the text. Raises EvaluationFault for a pattern that is none."""
    return _searcher(pattern)(text)


@lru_cache(512)
def _searcher(pattern: str) -> Callable[[str], bool]:
    piece, ignore_case = read(pattern)
    if is_costly(piece):
        return walker(piece, ignore_case)
    try:
        found = re.compile(written(piece), re.ASCII | (re.IGNORECASE if ignore_case else 0))
    except (re.error, OverflowError) as error:
        raise EvaluationFault(pattern, getattr(error, "pos", None) or 0, "regex") from error
    return lambda text: found.search(text) is not None


def is_costly(piece: Piece) -> bool:
    """Whether a backtracking engine may need exponential time, or a high power of the text's length."""
    match piece:
        case Times(item, _, most):
            loops = most is None or most > 8
            return (loops and _varies(item)) or is_costly(item)
        case Row(items):
            return sum(1 for item in items if isinstance(item, Times) and item.most is None) > 3 or any(is_costly(item) for item in items)
        case Either(items):
            return any(is_costly(item) for item in items)
        case Group(item) | Look(_, item):
            return is_costly(item)
        case _:
            return False


def _varies(piece: Piece) -> bool:
    """Whether the same text may be matched in more than one way."""
    match piece:
        case Times(item, least, most):
            return least != most or _varies(item)
        case Row(items):
            return any(_varies(item) for item in items)
        case Either(items):
            return len(items) > 1
        case Group(item) | Look(_, item):
            return _varies(item)
        case _:
            return False


def written(piece: Piece) -> str:
    """The pattern in Python's dialect."""
    match piece:
        case One(text):
            return text
        case Edge(kind):
            return {"^": r"\A", "$": r"\Z"}.get(kind, kind)
        case Row(items):
            return "".join(written(item) for item in items)
        case Either(items):
            return f"(?:{'|'.join(written(item) for item in items)})"
        case Times(item, least, most, possessive):
            return f"(?:{written(item)}){{{least},{'' if most is None else most}}}{'+' if possessive else ''}"
        case Group(item):
            return f"({written(item)})"
        case Look(kind, item):
            return f"({kind}{written(item)})"
        case Again(number):
            return f"(?:\\{number})"
