"""How wide the columns of a table are: what is in them decides, numbers are never broken, and the widest give way first."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .fonts import Typeface

_WHOLE = re.compile(r"[!-~]+")
"""Runs that must not be broken: identity numbers, dates."""
_STEPS = 24
_LONG_HEAD, _SHORT = 5, 6
"""Signs of a head that may be halved; of a text that stays in one line."""


def fitted_widths(
    heads: Sequence[str], rows: Sequence[Sequence[str]], face: Typeface, size: float, room: float, pad: float
) -> tuple[list[float], list[str]]:
    """A width for each column, `room` in all, each as wide as its content where that fits; and the heads, halved where they have to be."""
    least, content = [], []
    for place, head in enumerate(heads):
        texts = [line for row in rows for line in row[place].split("\n")]
        whole = [run for text in (head, *texts) for run in _WHOLE.findall(text)]
        short = [text for text in texts if len(text) <= _SHORT]
        least.append(max(face.width(text, size) for text in (*halves(head).split("\n"), *whole, *short)) + 2 * pad)
        content.append(max([face.width(text, size) + 2 * pad for text in texts] + least[-1:]))
    full = [max(own, face.width(head, size) + 2 * pad) for own, head in zip(content, heads, strict=True)]
    widths = _shared(full if sum(full) <= room else content, least, room)
    fits = [face.width(head, size) + 2 * pad <= width for head, width in zip(heads, widths, strict=True)]
    return widths, [head if fit else halves(head) for head, fit in zip(heads, fits, strict=True)]


def _shared(wanted: Sequence[float], least: Sequence[float], room: float) -> list[float]:
    if sum(wanted) <= room:
        spare = (room - sum(wanted)) / len(wanted)
        return [width + spare for width in wanted]
    if sum(least) >= room:
        return [width * room / sum(least) for width in least]
    low, high = 0.0, max(wanted)
    for _ in range(_STEPS):
        most = (low + high) / 2
        low, high = (most, high) if sum(_given(wanted, least, most)) <= room else (low, most)
    given = _given(wanted, least, low)
    return [width + (room - sum(given)) / len(given) for width in given]


def halves(head: str) -> str:
    """A head of five signs and more in two lines."""
    middle = (len(head) + 1) // 2
    return head if len(head) < _LONG_HEAD else f"{head[:middle]}\n{head[middle:]}"


def _given(wanted: Sequence[float], least: Sequence[float], most: float) -> list[float]:
    return [max(own, min(width, most)) for width, own in zip(wanted, least, strict=True)]
