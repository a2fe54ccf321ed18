"""Regular expressions as ODK forms write them (Java's and ECMAScript's dialect) on Python's engine."""

from __future__ import annotations

import re
from functools import lru_cache

from fieldapp.engine.xpath.errors import EvaluationFault


@lru_cache(512)
def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(translated(pattern), re.ASCII)
    except re.error as error:
        raise EvaluationFault(f"regular expression {pattern}: {error}") from error


def matches(text: str, pattern: str) -> bool:
    """Whether the pattern is found anywhere in the text."""
    return _compiled(pattern).search(text) is not None


def translated(pattern: str) -> str:
    """The pattern in Python's dialect."""
    return pattern
