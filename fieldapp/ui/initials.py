"""Pinyin initials of Chinese text for searching: 脱贫户 is `tph`; standard library only.

The level-1 characters of GB 2312 stand in the order of their pinyin, so the first letter follows from the code.
Rarer characters stay as they are.
"""

from bisect import bisect_right

_FIRST_HALF = (0xB0A1, 0xB0C5, 0xB2C1, 0xB4EE, 0xB6EA, 0xB7A2, 0xB8C1, 0xB9FE, 0xBBF7, 0xBFA6, 0xC0AC, 0xC2E8, 0xC4C3)
_STARTS = (*_FIRST_HALF, 0xC5B6, 0xC5BE, 0xC6DA, 0xC8BB, 0xC8F6, 0xCBFA, 0xCDDA, 0xCEF4, 0xD1B9, 0xD4D1)
_LETTERS = "abcdefghjklmnopqrstwxyz"
_LAST = 0xD7F9


def initials(text: str) -> str:
    """One letter for each level-1 character, anything else in lower case."""
    return "".join(_initial(char) for char in text)


def _initial(char: str) -> str:
    try:
        code = int.from_bytes(char.encode("gb2312"), "big")
    except UnicodeEncodeError:
        return char.lower()
    if not _STARTS[0] <= code <= _LAST:
        return char.lower()
    return _LETTERS[bisect_right(_STARTS, code) - 1]
