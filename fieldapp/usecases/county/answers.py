"""One family's whole answer sheet for the household form: values, rows of the repeats, and the names of its pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from . import pictures as drawn
from .families import Family
from .household_answers import household_answers
from .member_answers import Values, member_answers

_PHOTOS = ("hukou_photo", "house_photo_out", "house_photo_in", "water_photo", "rl_evidence")
_SIGNATURES = ("sign_respondent", "sign_interviewer", "sign_guide")
EXTRA = "extra_photo"


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a family answers; an upload's value is the name of one of its pictures."""

    values: Values
    """Outside the repeats; also answers of questions that are not asked of this family."""
    rows: Mapping[str, tuple[Values, ...]]
    """Repeat → its rows in order."""
    remark: str
    """What the interviewer writes where a soft rule asks for an explanation."""


def answers(family: Family, day: date) -> Sheet:
    """The answer sheet on the day of the survey, which lies on or after 2026-01-01."""
    members = tuple(member_answers(family, person, day) for person in family.members)
    values = household_answers(family, members, day)
    values |= {question: f"{question}.jpg" for question in _PHOTOS}
    values |= {question: f"{question}.png" for question in _SIGNATURES}
    extra: tuple[Values, ...] = ({"extra_title": "一卡通流水", EXTRA: f"{EXTRA}.jpg"},) if family.index % 6 == 0 else ()
    return Sheet(values, {"member": members, "extra": extra}, "已现场核实，情况属实")


def pictures(seed: int, family: Family) -> dict[str, bytes]:
    """File name → bytes of every photo and signature the family may be asked for."""
    caption = f"{family.village} {seed}/{family.index}"
    found = {f"{question}.jpg": drawn.picture(question, caption) for question in (*_PHOTOS, EXTRA)}
    return found | {f"{question}.png": drawn.signature(f"{question}/{caption}") for question in _SIGNATURES}
