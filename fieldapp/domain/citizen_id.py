"""Citizen identity numbers (公民身份号码, GB 11643): check digit, birth, sex, and what is wrong with a typed one.

An unknown region is no flaw: numbers keep the code of a county that may be long gone. Region 99 is unassigned, so a number there is
fictitious and accepted only where that is asked for; the prefix 999999 stands in national data for “no number” and is never one.
"""

from __future__ import annotations

from datetime import date
from enum import Enum

from .digits import halfwidth

PLACEHOLDER = "999999"
FICTITIOUS_REGION = "99"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


class IdFlaw(Enum):
    """Why a text is no citizen identity number."""

    LENGTH = "length"
    CHARACTERS = "characters"
    PLACEHOLDER = "placeholder"
    FICTITIOUS = "fictitious"
    DATE = "date"
    CHECK_DIGIT = "check-digit"


def normalise(text: str) -> str:
    """Half-width, without spaces, with a capital X: as the number is kept."""
    return "".join(halfwidth(text).split()).upper()


def check_digit(first17: str) -> str:
    """The eighteenth character to seventeen digits (ISO 7064 MOD 11-2)."""
    return _CHECKS[sum(int(digit) * weight for digit, weight in zip(first17, _WEIGHTS, strict=True)) % 11]


def flaw(number: str, *, fictitious: bool = False) -> IdFlaw | None:
    """What is wrong with a normalised number, None if nothing; `fictitious` accepts region 99 as well."""
    if len(number) != 18:
        return IdFlaw.LENGTH
    body, last = number[:17], number[17]
    if not (body.isascii() and body.isdigit()) or last not in "0123456789X" or body[0] == "0":
        return IdFlaw.CHARACTERS
    if number.startswith(PLACEHOLDER):
        return IdFlaw.PLACEHOLDER
    if number.startswith(FICTITIOUS_REGION) and not fictitious:
        return IdFlaw.FICTITIOUS
    if birth(number) is None:
        return IdFlaw.DATE
    return None if last == check_digit(body) else IdFlaw.CHECK_DIGIT


def is_valid(number: str, *, fictitious: bool = False) -> bool:
    """Whether a normalised number has no flaw."""
    return flaw(number, fictitious=fictitious) is None


def birth(number: str) -> date | None:
    """The date in digits 7 to 14, from 1800 on; None if it is no date."""
    digits = number[6:14]
    if len(digits) != 8 or not (digits.isascii() and digits.isdigit()) or not 1800 <= int(digits[:4]) <= 2099:
        return None
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def sex(number: str) -> str:
    """ "1" man or "2" woman (GB/T 2261.1) by the parity of digit 17; empty if there is none."""
    digit = number[16:17]
    if not (digit.isascii() and digit.isdigit()):
        return ""
    return "1" if int(digit) % 2 else "2"


def compose(region: str, born: date, order: int) -> str:
    """The number of a region (six digits), a birth date and an order number of 1 to 999, odd for men."""
    body = f"{region}{born:%Y%m%d}{order:03d}"
    return body + check_digit(body)


def is_disability_certificate(number: str, citizen_id: str = "") -> bool:
    """Whether a text is a disability certificate (identity number, class 1–7, level 1–4, reissue B1–B9) and of this person if named."""
    tail = number[18:]
    well_formed = (
        len(tail) in (2, 4)
        and tail[0] in "1234567"
        and tail[1] in "1234"
        and (len(tail) == 2 or (tail[2] == "B" and tail[3] in "123456789"))
    )
    body = number[:17]
    return (
        well_formed
        and body.isascii()
        and body.isdigit()
        and number[17] in "0123456789X"
        and (not citizen_id or number.startswith(citizen_id))
    )
