"""Characters that arrive under a private-use code although GB 18030 names a real one: no other machine shows the private code."""

from __future__ import annotations

import re

# What Python's gb18030 codec, as old spreadsheets do, makes of 24 codes of GB 18030-2005 and -2022, and the real characters.
REAL = {
    0xE81E: 0x9FB4, 0xE826: 0x9FB5, 0xE82B: 0x9FB6, 0xE82C: 0x9FB7, 0xE832: 0x9FB8, 0xE843: 0x9FB9, 0xE854: 0x9FBA, 0xE864: 0x9FBB,
    0xE816: 0x20087, 0xE817: 0x20089, 0xE818: 0x200CC, 0xE831: 0x215D7, 0xE83B: 0x2298F, 0xE855: 0x241FE,
    0xE78D: 0xFE10, 0xE78E: 0xFE12, 0xE78F: 0xFE11, **{0xE790 + step: 0xFE13 + step for step in range(7)},
}  # fmt: skip
_SUSPECT = re.compile("[\ue78d-\ue864]")


def normalised(text: str) -> str:
    """Text with the private-use characters of the gb18030 codec replaced by the real ones."""
    return text.translate(REAL) if _SUSPECT.search(text) else text
