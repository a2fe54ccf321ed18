"""Characters and classes of characters in regular expressions: escapes and Unicode properties, written for Python's `re`."""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import lru_cache

_CLASSES = {
    "d": "0-9",
    "D": "^0-9",
    "w": "A-Za-z0-9_",
    "W": "^A-Za-z0-9_",
    "s": r" \t\n\x0b\f\r\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff",
    "S": r"^ \t\n\x0b\f\r\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff",
    "h": r" \t\u00a0\u1680\u180e\u2000-\u200a\u202f\u205f\u3000",
}
_CHARS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v", "0": "\0", "a": "\a", "e": "\x1b"}
_CODE = {"x": re.compile(r"\{([0-9A-Fa-f]{1,6})\}|([0-9A-Fa-f]{2})"), "u": re.compile(r"\{([0-9A-Fa-f]{1,6})\}|([0-9A-Fa-f]{4})")}
_SURROGATES = re.compile(r"([dD][89abAB][0-9A-Fa-f]{2})\\u([dD][c-fC-F][0-9A-Fa-f]{2})")
_HAN = (
    r"\u2e80-\u2e99\u2e9b-\u2ef3\u2f00-\u2fd5\u3005\u3007\u3021-\u3029\u3038-\u303b\u3400-\u4dbf\u4e00-\u9fff"
    r"\uf900-\ufa6d\ufa70-\ufad9\U00020000-\U0002fa1f\U00030000-\U000323af"
)
_NAMED = {
    "Alpha": "A-Za-z",
    "Digit": "0-9",
    "Alnum": "A-Za-z0-9",
    "Upper": "A-Z",
    "Lower": "a-z",
    "Punct": r"!-/:-@\[-`{-~",
    "Space": r" \t\n\x0b\f\r",
    "ASCII": r"\x00-\x7f",
    "Han": _HAN,
}
_ASSIGNED = 0x32500
_LATE = 0xE0000
_CATEGORIES = re.compile("L[ultmo]?|M[nce]?|N[dlo]?|P[cdseifo]?|S[mcko]?|Z[slp]?|C[cf]?")


def any_char() -> str:
    """What `.` stands for: anything but the end of a line."""
    return r"[^\n\r\u2028\u2029]"


def escaped_class(letter: str) -> str | None:
    """The inside of the class that `\\letter` stands for, None if it stands for a character."""
    return _CLASSES.get(letter)


def escaped_char(letter: str, pattern: str, at: int) -> tuple[str, int]:
    """(the character that `\\letter` stands for, how much of the pattern after the letter belongs to it)."""
    if letter == "u" and (pair := _SURROGATES.match(pattern, at)):
        high, low = int(pair[1], 16), int(pair[2], 16)
        return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)), pair.end() - at
    if letter in _CODE and (code := _CODE[letter].match(pattern, at)):
        number = int(code[1] or code[2], 16)
        return (chr(number) if number <= sys.maxunicode else "\ufffd"), code.end() - at
    return _CHARS.get(letter, letter), 0


@lru_cache(64)
def property_class(name: str) -> str | None:
    """The inside of the class for `\\p{name}`, None if the name is unknown."""
    for prefix in ("Script=", "sc=", "script=", "General_Category=", "gc=", "Is", "In"):
        name = name.removeprefix(prefix)
    if name in ("CJKUnifiedIdeographs", "CJK_Unified_Ideographs"):
        return r"\u4e00-\u9fff"
    if name in _NAMED:
        return _NAMED[name]
    return _ranges(name) if _CATEGORIES.fullmatch(name) else None


def _ranges(category: str) -> str:
    """All characters of a general category as ranges; planes that hold no characters are left out."""
    pieces: list[str] = []
    start = -1
    for code in (*range(_ASSIGNED), *range(_LATE, _LATE + 0x200)):
        inside = unicodedata.category(chr(code)).startswith(category)
        if inside and start < 0:
            start = code
        elif not inside and start >= 0:
            pieces.append(f"\\U{start:08x}-\\U{code - 1:08x}" if code - 1 > start else f"\\U{start:08x}")
            start = -1
    if start >= 0:
        pieces.append(f"\\U{start:08x}-\\U{sys.maxunicode:08x}")
    return "".join(pieces)
