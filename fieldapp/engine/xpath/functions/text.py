"""Functions of text. A character is a code point, white space is what XPath calls so."""

from __future__ import annotations

import math
import re
from typing import Any

from fieldapp.engine.xpath.code import Type, text_of
from fieldapp.engine.xpath.context import EvalContext
from fieldapp.engine.xpath.functions.function import Function, asking, plain, reading
from fieldapp.engine.xpath.regex import matches
from fieldapp.engine.xpath.tree import XNode
from fieldapp.engine.xpath.values import INFINITY, SPACE

_BLANKS = re.compile(r"[ \t\r\n]+")


def words(text: str) -> list[str]:
    """The text cut at XPath white space: the choices of a select multiple."""
    return [word for word in _BLANKS.split(text) if word]


def _normalize(text: str) -> str:
    return _BLANKS.sub(" ", text).strip(SPACE)


def _before(text: str, mark: str) -> str:
    at = text.find(mark)
    return text[:at] if at >= 0 else ""


def _after(text: str, mark: str) -> str:
    at = text.find(mark)
    return text[at + len(mark) :] if at >= 0 else ""


def _translate(text: str, old: str, new: str) -> str:
    table: dict[int, str | None] = {}
    for place, char in enumerate(old):
        table.setdefault(ord(char), new[place] if place < len(new) else None)
    return text.translate(table)


def _substring(text: str, start: float, length: float | None = None) -> str:
    first = _half_up(start)
    end = INFINITY if length is None else first + _half_up(length)
    return "".join([char for place, char in enumerate(text, 1) if first <= place < end])


def _half_up(number: float) -> float:
    return number if number != number or math.isinf(number) else float(math.floor(number + 0.5))


def _substr(text: str, start: float, end: float = INFINITY) -> str:
    """ODK's substr: 0-based, end exclusive, negative counts from the end."""
    size = len(text)
    return text[_clipped(start, size) : _clipped(end, size)]


def _clipped(at: float, size: int) -> int:
    if at != at:
        return 0
    at = math.trunc(max(min(at, 1e9), -1e9))
    return max(size + at, 0) if at < 0 else min(at, size)


def _texts(values: tuple[Any, ...], context: EvalContext, skip_blank: bool) -> list[str]:
    found: list[str] = []
    for value in values:
        if type(value) is list:
            found.extend(text for node in value if node.relevant and ((text := node.text()) or not skip_blank))
        else:
            found.append(text_of(value, context))
    return found


def _concat(context: EvalContext, *values: Any) -> str:
    return "".join(_texts(values, context, skip_blank=False))


def _join(context: EvalContext, glue: str, *values: Any) -> str:
    return glue.join(_texts(values, context, skip_blank=True))


def _name(nodes: list[XNode]) -> str:
    if not nodes:
        return ""
    return f"{nodes[0].prefix}:{nodes[0].name}" if nodes[0].prefix else nodes[0].name


def _selected(chosen: str, name: str) -> bool:
    """Blank is selected exactly when nothing is."""
    name = name.strip(SPACE)
    return name in words(chosen) if name else not words(chosen)


def _selected_at(chosen: str, at: float) -> str:
    names = words(chosen)
    return names[int(at)] if at == at and 0 <= at < len(names) else ""


TEXT: dict[str, Function] = {
    "string": reading("t", Type.TEXT, lambda text: text),
    "concat": asking("w", Type.TEXT, _concat, least=0, most=None),
    "join": asking("tw", Type.TEXT, _join, least=1, most=None),
    "contains": plain("tt", Type.BOOLEAN, lambda text, part: part in text),
    "starts-with": plain("tt", Type.BOOLEAN, str.startswith),
    "ends-with": plain("tt", Type.BOOLEAN, str.endswith),
    "substring": plain("tnn", Type.TEXT, _substring, least=2),
    "substr": plain("tnn", Type.TEXT, _substr, least=2),
    "substring-before": plain("tt", Type.TEXT, _before),
    "substring-after": plain("tt", Type.TEXT, _after),
    "translate": plain("ttt", Type.TEXT, _translate),
    "normalize-space": reading("t", Type.TEXT, _normalize),
    "string-length": reading("t", Type.NUMBER, lambda text: float(len(text))),
    "regex": plain("tt", Type.BOOLEAN, matches),
    "name": reading("N", Type.TEXT, _name),
    "local-name": reading("N", Type.TEXT, lambda nodes: nodes[0].name if nodes else ""),
    "namespace-uri": reading("N", Type.TEXT, lambda nodes: nodes[0].namespace if nodes else ""),
    "selected": plain("tt", Type.BOOLEAN, _selected),
    "selected-at": plain("tn", Type.TEXT, _selected_at),
    "count-selected": plain("t", Type.NUMBER, lambda chosen: float(len(words(chosen)))),
}
