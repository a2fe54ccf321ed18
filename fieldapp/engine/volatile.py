"""Expressions whose result is not decided by the answers alone: chance and time."""

from __future__ import annotations

from .xpath.ast import Expr, calls

_CHANCE = frozenset(("random", "uuid"))
_TIME = frozenset(("now", "today"))


def has_chance(expr: Expr) -> bool:
    """Whether two evaluations may differ although nothing changed."""
    return any(call.name in _CHANCE or (call.name == "randomize" and len(call.arguments) < 2) for call in calls(expr))


def is_volatile(expr: Expr) -> bool:
    """Whether the result must be kept when a draft is opened again."""
    return has_chance(expr) or any(call.name in _TIME for call in calls(expr))
