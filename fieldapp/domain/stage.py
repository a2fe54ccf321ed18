"""The four stages of a household's file (精准确认 → 精准施策 → 精准退出 → 巩固提高) and what each must hold.

环节不能少，程序不能缺，举证材料必须齐全.
The materials are those of the archive matrix (domain notes 1.15); which of them apply to a household is for the caller to say.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum


class Stage(Enum):
    """In the only order they come in."""

    IDENTIFIED = "S"
    HELPED = "B"
    EXITED = "T"
    CONSOLIDATED = "G"


class Signer(Enum):
    """Whose signature or seal a material needs."""

    HEAD = "head"
    INTERVIEWERS = "interviewers"
    HELPER = "helper"
    MEETING = "meeting"
    SEAL = "seal"


@dataclass(frozen=True, slots=True)
class Material:
    """One kind of document of a household's file."""

    code: str
    stage: Stage
    signers: frozenset[Signer] = frozenset()
    not_before: str = ""
    """Code of the material whose date this one's may not precede."""
    notice_days: int = 0
    """At least so many days between the notice's first and last day."""
    always: bool = True
    """False: only where the household's circumstances call for it."""


def _material(code: str, signers: str = "", not_before: str = "", notice_days: int = 0, *, always: bool = True) -> Material:
    return Material(code, Stage(code[0]), frozenset(Signer(one) for one in signers.split()), not_before, notice_days, always)


MATRIX = (
    _material("S1", "head"),
    _material("S2", "head interviewers", "S1"),
    _material("S3"),
    _material("S4", "seal", "S2"),
    _material("S5", "meeting", "S2"),
    _material("S6", "seal", "S5", notice_days=5),
    _material("S7", "seal", "S6"),
    _material("S8", "head seal", "S7"),
    _material("B1", "head helper", "S8"),
    _material("B2", "head helper"),
    _material("B3"),
    _material("B4", always=False),
    _material("T1", "head"),
    _material("T2", "head interviewers", "T1"),
    _material("T3", "meeting", "T2"),
    _material("T4", "seal", "T3", notice_days=7),
    _material("T5", "seal", "T4"),
    _material("T6", "head seal", "T5"),
    _material("G1", "head"),
    _material("G2", "head seal", always=False),
    _material("G3", always=False),
)


@dataclass(frozen=True, slots=True)
class Held:
    """A material that a household's file holds."""

    code: str
    day: date | None
    signed_by: frozenset[Signer] = frozenset()
    last_day: date | None = None
    """Of a notice."""


class Gap(Enum):
    """Why a stage is not complete."""

    MISSING = "missing"
    UNDATED = "undated"
    UNSIGNED = "unsigned"
    TOO_EARLY = "too-early"
    NOTICE_TOO_SHORT = "notice-too-short"


def gaps(
    stage: Stage, held: Collection[Held], also: Collection[str] = (), materials: Collection[Material] = MATRIX
) -> tuple[tuple[str, Gap], ...]:
    """What a stage still lacks as (material code, gap), in the order of the matrix; `also` names conditional materials that apply."""
    by_code = {one.code: one for one in held}
    needed = [one for one in materials if one.stage is stage and (one.always or one.code in also)]
    return tuple((one.code, gap) for one in needed for gap in _gaps_of(one, by_code))


def is_complete(stage: Stage, held: Collection[Held], also: Collection[str] = ()) -> bool:
    """Whether everything is there, signed, dated and in order."""
    return not gaps(stage, held, also)


def _gaps_of(material: Material, held: Mapping[str, Held]) -> list[Gap]:
    one = held.get(material.code)
    if one is None:
        return [Gap.MISSING]
    found = [] if material.signers <= one.signed_by else [Gap.UNSIGNED]
    if one.day is None:
        return [*found, Gap.UNDATED] if material.signers or material.not_before else found
    before = held.get(material.not_before)
    earliest = (before.last_day or before.day) if before else None
    if earliest and one.day < earliest:
        found.append(Gap.TOO_EARLY)
    if material.notice_days and (one.last_day is None or (one.last_day - one.day).days < material.notice_days):
        found.append(Gap.NOTICE_TOO_SHORT)
    return found
