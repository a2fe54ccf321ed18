"""Money on paper: grouped by thousands, with its unit, and written out (大写) where the form or the matrix asks."""

from __future__ import annotations

import re
from decimal import Decimal

from fieldapp.domain import amounts
from fieldapp.engine.views import FilledAnswer
from fieldapp.errors import BadInput
from fieldapp.words import say

from .matrix import Matrix

_NUMBERS = {"int", "integer", "decimal"}
_MONEY = re.compile("元|(收入|支出|损失|补贴|补助|补偿|资助|分红|租金|金|费|奖补)(（[^）]*）)?$")
"""Labels of numbers that are money."""


def is_money(answer: FilledAnswer) -> bool:
    """Whether an answer is an amount of money in 元."""
    return answer.type in _NUMBERS and (answer.capital or bool(_MONEY.search(answer.label)))


def shown(answer: FilledAnswer, matrix: Matrix) -> str:
    """As 12,000.5 元, and （大写：壹万贰仟元伍角整） where it is asked for; what is no plain number stays."""
    told = _grouped(answer.text, answer.label)
    written = _written_out(answer.raw) if told and (answer.capital or answer.name in matrix.checks.capital) else ""
    return f"{told}\n{written}" if written else told


def _grouped(text: str, label: str) -> str:
    """12000.5 as 12,000.5, with 元 if the label does not say it."""
    whole, dot, rest = text.partition(".")
    plain = whole.removeprefix("-")
    if not (plain.isascii() and plain.isdigit()) or (dot and not rest.isdigit()):
        return text
    grouped = f"{'-' if whole.startswith('-') else ''}{int(plain):,}{dot}{rest}"
    return grouped if "元" in label else f"{grouped} 元"


def _written_out(raw: str) -> str:
    """大写; empty for what cannot be written so (below 0, no number)."""
    try:
        return say("archive-capital", amount=amounts.capital(Decimal(raw)))
    except (BadInput, ArithmeticError):
        return ""
