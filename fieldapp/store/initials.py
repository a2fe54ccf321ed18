"""First letters of the pinyin of a name, so that typing `wxm` finds 王小明."""

from __future__ import annotations

_STARTS = (
    ("a", 0xB0A1), ("b", 0xB0C5), ("c", 0xB2C1), ("d", 0xB4EE), ("e", 0xB6EA), ("f", 0xB7A2), ("g", 0xB8C1), ("h", 0xB9FE),
    ("j", 0xBBF7), ("k", 0xBFA6), ("l", 0xC0AC), ("m", 0xC2E8), ("n", 0xC4C3), ("o", 0xC5B6), ("p", 0xC5BE), ("q", 0xC6DA),
    ("r", 0xC8BB), ("s", 0xC8F6), ("t", 0xCBFA), ("w", 0xCDDA), ("x", 0xCEF4), ("y", 0xD1B9), ("z", 0xD4D1),
)  # fmt: skip
"""GB/T 2312 level 1 stands in pinyin order: where each letter begins."""
_END = 0xD7F9
_SURNAMES = {
    "曾": "z", "单": "s", "解": "x", "仇": "q", "查": "z", "覃": "q", "区": "o", "朴": "p", "任": "r", "华": "h", "尹": "y",
    "盖": "g", "翟": "z", "乐": "y", "冼": "x", "缪": "m", "宓": "m", "秘": "b", "召": "s", "谌": "c", "隗": "w",
}  # fmt: skip
"""Characters read otherwise as a surname, and frequent surnames outside level 1."""
_OUTSIDE = {
    "闫": "y", "邹": "z", "瞿": "q", "邵": "s", "郝": "h", "阎": "y", "荀": "x", "芮": "r", "晏": "y", "婷": "t", "琪": "q",
    "雯": "w", "昊": "h", "晖": "h", "娅": "y", "妍": "y", "珺": "j", "瑾": "j", "睿": "r", "炜": "w", "钰": "y", "璐": "l",
    "嫣": "y", "茜": "q", "萱": "x", "轩": "x", "涵": "h", "宸": "c", "梓": "z", "馨": "x", "琳": "l", "莹": "y", "薇": "w",
}  # fmt: skip


def initials(name: str) -> str:
    """Lower-case letters, one a character; characters whose reading is not known here are left out.

    >>> initials("王小明")
    'wxm'
    """
    return "".join(_initial(character, place) for place, character in enumerate(name))


def _initial(character: str, place: int) -> str:
    if character.isascii():
        return character.lower() if character.isalnum() else ""
    if place == 0 and character in _SURNAMES:
        return _SURNAMES[character]
    code = int.from_bytes(character.encode("gb2312", "ignore") or b"\0", "big")
    if not _STARTS[0][1] <= code <= _END:
        return _OUTSIDE.get(character, _SURNAMES.get(character, ""))
    found = ""
    for letter, start in _STARTS:
        if code < start:
            break
        found = letter
    return found
