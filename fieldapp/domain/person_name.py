"""Names of people: one separator dot, no stray spaces, how long they may be (民委发〔2016〕33号)."""

from __future__ import annotations

from enum import Enum

DOT = "\u00b7"
"""The only separator of a name, GB 18030 A1A4."""
LONGEST = 50
UNUSUAL_LENGTH = 15
_DOTS = "\u2022\u30fb\uff0e\u2027\u2219\u22c5\uff65"
"""What keyboards and old files put in its place."""
_COMPOUND = [
    "欧阳",
    "太史",
    "端木",
    "上官",
    "司马",
    "东方",
    "独孤",
    "南宫",
    "万俟",
    "闻人",
    "夏侯",
    "诸葛",
    "尉迟",
    "公羊",
    "赫连",
    "皇甫",
    "宇文",
    "长孙",
    "慕容",
    "司徒",
    "令狐",
    "申屠",
    "轩辕",
]


class NameFlaw(Enum):
    """Why a text is no name, or an unusual one."""

    EMPTY = "empty"
    TOO_LONG = "too-long"
    SPACE = "space"
    DOT = "dot"
    PRIVATE_CHARACTER = "private-character"
    """A private-use code point: no other machine shows the same sign."""
    UNUSUAL = "unusual"
    """One character or more than fifteen: allowed, but worth a look."""


def normalise(text: str) -> str:
    """Without spaces around or inside Han names, every look-alike dot made U+00B7; a point between two signs counts as a dot."""
    name = text.strip().replace("\u3000", " ")
    for dot in _DOTS:
        name = name.replace(dot, DOT)
    parts = [part.strip() for part in name.replace(".", DOT).split(DOT)]
    name = DOT.join(part for part in parts if part)
    return name if name.isascii() else "".join(name.split())


def flaw(name: str) -> NameFlaw | None:
    """The first thing wrong with a name as it stands, None if nothing."""
    if not name:
        return NameFlaw.EMPTY
    if len(name) > LONGEST:
        return NameFlaw.TOO_LONG
    if any(sign.isspace() for sign in name):
        return NameFlaw.SPACE
    if any(sign in _DOTS or sign == "." for sign in name):
        return NameFlaw.DOT
    if any(_is_private(sign) for sign in name):
        return NameFlaw.PRIVATE_CHARACTER
    return NameFlaw.UNUSUAL if len(name) == 1 or len(name) > UNUSUAL_LENGTH else None


def surname(name: str) -> str:
    """The surname of a Han name, two signs for compound ones; empty for names with a separator."""
    if DOT in name or not name:
        return ""
    return name[:2] if name[:2] in _COMPOUND and len(name) > 2 else name[:1]


def _is_private(sign: str) -> bool:
    code = ord(sign)
    return 0xE000 <= code <= 0xF8FF or code >= 0xF0000
