"""The form as it is kept on a laptop: definition and parsed expressions as JSON bytes; opening needs neither pyxform nor the parser.

Only the value classes listed here are ever made from the bytes and nothing in them is executed (never pickle). Equal expressions are
kept once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from enum import Enum
from typing import Any

from fieldapp.errors import FormInvalid

from . import definition as forms
from .definition import Expression, FormDefinition
from .views import Control, Kind
from .xpath import ast

FORMAT = 2
"""Counts up when the classes change; an older cache is then compiled again from the XForm."""

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
    forms.Internal,
    forms.SecondaryDef,
    forms.EntityDef,
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
_ENUMS: tuple[type[Enum], ...] = (Kind, Control, ast.Operator, ast.Axis, ast.Origin)


def dump(definition: FormDefinition) -> bytes:
    """The definition as bytes."""
    writer = _Writer()
    root = writer.value(definition)
    content = {"format": FORMAT, "expressions": writer.expressions, "form": root}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def load(data: bytes) -> FormDefinition:
    """The definition that `dump` wrote. Raises FormInvalid if the bytes are not such a form or of another format."""
    try:
        content = json.loads(data)
        if content["format"] != FORMAT:
            raise FormInvalid(detail=str(content["format"]), fault="compiled-format")
        found = _Reader(content["expressions"]).value(content["form"])
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as fault:
        raise FormInvalid(detail=str(fault), fault="compiled") from fault
    if not isinstance(found, FormDefinition):
        raise FormInvalid(detail="", fault="compiled")
    return found


class _Writer:
    """Tuples become lists, values {"c": class, "f": fields}, enums {"e": [class, name]}, mappings {"m": pairs}, expressions {"x": …}."""

    def __init__(self) -> None:
        self._classes = {known: place for place, known in enumerate(_CLASSES)}
        self._enums = {known: place for place, known in enumerate(_ENUMS)}
        self._known: dict[Expression, int] = {}
        self.expressions: list[list[Any]] = []

    def value(self, value: object) -> Any:
        if value is None or isinstance(value, str | int | float):
            return value
        if isinstance(value, tuple):
            return [self.value(part) for part in value]
        if isinstance(value, Enum):
            return {"e": [self._enums[type(value)], value.value]}
        if isinstance(value, Expression):
            return {"x": self._expression(value)}
        if isinstance(value, Mapping):
            return {"m": [[key, self.value(inner)] for key, inner in value.items()]}
        return {"c": self._classes[type(value)], "f": [self.value(getattr(value, field.name)) for field in fields(value)]}  # type: ignore[arg-type]

    def _expression(self, expression: Expression) -> int:
        known = self._known.get(expression)
        if known is None:
            known = self._known[expression] = len(self.expressions)
            self.expressions.append([expression.text, self.value(expression.ast)])
        return known


class _Reader:
    def __init__(self, expressions: list[list[Any]]) -> None:
        self._expressions = [Expression(text, self.value(tree)) for text, tree in expressions]

    def value(self, value: Any) -> Any:
        if isinstance(value, list):
            return tuple([self.value(part) for part in value])
        if isinstance(value, dict):
            if "c" in value:
                return _CLASSES[value["c"]](*[self.value(part) for part in value["f"]])
            if "x" in value:
                return self._expressions[value["x"]]
            if "e" in value:
                known, name = value["e"]
                return _ENUMS[known](name)
            return {key: self.value(inner) for key, inner in value["m"]}
        return value
