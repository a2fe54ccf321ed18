"""Expressions whose result is not decided by the answers alone: chance and time."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .definition import Expression
from .xpath.ast import Call, calls

_CHANCE = frozenset(("random", "uuid"))
_TIME = frozenset(("now", "today"))


_PERHAPS = re.compile("rand|uuid|now|today")
"""Most expressions need not be searched."""


def has_chance(expression: Expression) -> bool:
    """Whether two evaluations may differ although nothing changed."""
    return any(_is_chance(call) for call in _calls(expression))


def is_volatile(expression: Expression) -> bool:
    """Whether the result must be kept when a draft is opened again."""
    return any(_is_chance(call) or call.name in _TIME for call in _calls(expression))


def _calls(expression: Expression) -> Iterable[Call]:
    return calls(expression.ast) if _PERHAPS.search(expression.text) else ()


def _is_chance(call: Call) -> bool:
    return call.name in _CHANCE or (call.name == "randomize" and len(call.arguments) < 2)
