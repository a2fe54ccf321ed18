"""What is left of personal data where others may read it: identity numbers, phones, bank accounts, names (L-04)."""

from __future__ import annotations

from .person_name import DOT, surname

STAR = "*"


def citizen_id(number: str) -> str:
    """610602196402290077 → 610***********0077: three and four signs stay."""
    return _middle(number, 3, 4)


def phone(number: str) -> str:
    """13800000001 → 138****0001; a landline keeps its last two digits."""
    return _middle(number, 3, 4) if len(number) == 11 else _middle(number, 0, 2)


def bank_account(number: str) -> str:
    """Only the last four digits stay."""
    return _middle(number, 0, 4)


def name(full: str) -> str:
    """王建国 → 王**, 欧阳锋 → 欧阳*; of a name with separators the first part stays."""
    first, dot, rest = full.partition(DOT)
    if dot:
        return first + dot + "".join(sign if sign == DOT else STAR for sign in rest)
    kept = surname(full)
    return kept + STAR * (len(full) - len(kept)) if len(full) > 1 else STAR * len(full)


def _middle(text: str, head: int, tail: int) -> str:
    """Stars between the first and the last signs; all stars if nothing would be hidden."""
    hidden = len(text) - head - tail
    if hidden <= 0:
        return STAR * len(text)
    return text[:head] + STAR * hidden + text[len(text) - tail :]
