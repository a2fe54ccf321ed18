"""The form as it is kept on a laptop: definition and parsed expressions as JSON bytes; opening needs neither pyxform nor the parser.

Only the value classes listed here are ever made from the bytes and nothing in them is executed (never pickle). Equal expressions are
kept once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from enum import Enum
from typing import Any

from fieldapp.errors import FormInvalid

from . import definition as forms
from .definition import Expression, FormDefinition, Internal
from .pause import nothing_to_collect
from .views import Control, Kind
from .xpath import ast

VERSION = 7
"""Counts up when the reader of forms makes something else of the same text."""

_CLASSES: tuple[type, ...] = (
    forms.FormDefinition,
    forms.NodeDef,
    forms.Bind,
    forms.ControlDef,
    forms.Itemset,
    forms.Item,
    forms.Text,
    forms.Seed,
    forms.RepeatDef,
    forms.Action,
    forms.SecondaryDef,
    forms.EntityDef,
    forms.Reading,
    forms.Rule,
    ast.NameTest,
    ast.AnyTest,
    ast.KindTest,
    ast.Text,
    ast.Number,
    ast.Variable,
    ast.Negation,
    ast.Operation,
    ast.Union,
    ast.Call,
    ast.Filtered,
    ast.Step,
    ast.Path,
)
_ENUMS: tuple[type[Enum], ...] = (Kind, Control, forms.Role, ast.Operator, ast.Axis, ast.Origin)


def _format() -> str:
    """Differs whenever VERSION or a field of the classes does; a cache of another format is compiled again from the XForm."""
    shapes = [(known.__name__, [field.name for field in fields(known)]) for known in _CLASSES]
    return f"{VERSION}-{hashlib.sha256(repr(shapes).encode()).hexdigest()[:16]}"


def dump(definition: FormDefinition) -> bytes:
    """The definition as bytes: a line of JSON each for the format, the expressions and the form, and the digest of the three."""
    writer = _Writer()
    form = writer.value(definition)
    body = b"\n".join(
        json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode("utf-8") for line in (_format(), writer.expressions, form)
    )
    return body + b"\n" + hashlib.sha256(body).hexdigest().encode()


def load(data: bytes) -> FormDefinition:
    """The definition that `dump` wrote. Raises FormInvalid if the bytes are not such a form or of another format."""
    try:
        kind, expressions, form, digest = data.decode("utf-8").split("\n")
        if json.loads(kind) != _format():
            raise FormInvalid(detail=kind, fault="compiled-format")
        if hashlib.sha256(data[: -len(digest) - 1]).hexdigest() != digest:
            raise FormInvalid(detail="sha256", fault="compiled")
        reader = _Reader()
        with nothing_to_collect():
            reader.expressions += [Expression(text, tree) for text, tree in reader.read(expressions)]
            found = reader.read(form)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as fault:
        raise FormInvalid(detail=str(fault), fault="compiled") from fault
    if not isinstance(found, FormDefinition):
        raise FormInvalid(detail="", fault="compiled")
    return found


class _Writer:
    """Tuples become lists, values {"class": fields}, enums {"e…": value}, mappings {"m": pairs}, expressions {"x": number}.

    Fields at the end that have their default are left out. Choice lists are plain lists, see `_plain`.
    """

    def __init__(self) -> None:
        self._classes = {known: str(place) for place, known in enumerate(_CLASSES)}
        self._enums = {known: f"e{place}" for place, known in enumerate(_ENUMS)}
        self._defaults = {known: [field.default for field in fields(known)] for known in _CLASSES}
        self._known: dict[Expression, int] = {}
        self.expressions: list[list[Any]] = []

    def value(self, value: object) -> Any:
        """As JSON can say it."""
        if value is None or isinstance(value, str | int | float):
            return value
        if isinstance(value, tuple):
            return [self.value(part) for part in value]
        if isinstance(value, Enum):
            return {self._enums[type(value)]: value.value}
        if isinstance(value, Expression):
            return {"x": self._expression(value)}
        if isinstance(value, Mapping):
            return {"m": [[key, self.value(inner)] for key, inner in value.items()]}
        if isinstance(value, Internal):
            return {"i": _plain(value)}
        return {self._classes[type(value)]: self._fields(value)}

    def _fields(self, value: object) -> list[Any]:
        found = [getattr(value, field.name) for field in fields(value)]  # type: ignore[arg-type]
        defaults = self._defaults[type(value)]
        while found and found[-1] == defaults[len(found) - 1]:
            found.pop()
        return [self.value(part) for part in found]

    def _expression(self, expression: Expression) -> int:
        known = self._known.get(expression)
        if known is None:
            known = self._known[expression] = len(self.expressions)
            self.expressions.append([expression.text, self.value(expression.ast)])
        return known


def _plain(element: Internal) -> list[Any]:
    """Thousands of choices: [name, text], and the inner ones and the attributes only where there are any."""
    if element.attributes:
        return [element.name, element.text, [_plain(child) for child in element.children], element.attributes]
    if element.children:
        return [element.name, element.text, [_plain(child) for child in element.children]]
    return [element.name, element.text]


def _internal(name: str, text: str, children: Sequence[Any] = (), attributes: Sequence[Any] = ()) -> Internal:
    return Internal(name, text, tuple([_internal(*child) for child in children]), _tuple(attributes))


class _Reader:
    """Makes the values while the JSON is read, innermost first."""

    def __init__(self) -> None:
        self.expressions: list[Expression] = []
        self._makers: dict[str, Callable[[Any], Any]] = {
            "x": self.expressions.__getitem__,
            "m": dict,
            "i": lambda parts: _internal(*parts),
        }
        for place, known in enumerate(_CLASSES):
            self._makers[str(place)] = _maker(known)
        for place, words in enumerate(_ENUMS):
            self._makers[f"e{place}"] = {word.value: word for word in words}.__getitem__

    def read(self, text: str) -> Any:
        """The value in a line."""
        return json.loads(text, object_hook=self._made)

    def _made(self, content: dict[str, Any]) -> Any:
        (kind,) = content
        return self._makers[kind](content[kind])


def _maker(known: type) -> Callable[[list[Any]], Any]:
    return lambda parts: known(*[_tuple(part) if type(part) is list else part for part in parts])


def _tuple(parts: Sequence[Any]) -> tuple[Any, ...]:
    return tuple([_tuple(part) if type(part) is list else part for part in parts])
