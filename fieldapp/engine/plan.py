"""What is worked out of a form once for all its sessions: the graph of its rules and its compiled expressions."""

from __future__ import annotations

from functools import lru_cache

from .definition import FormDefinition
from .graph import build
from .xpath.compile import Compiled
from .xpath.tree import Document

_FORMS = 8
"""So many forms are kept ready; a laptop works with one or two at a time."""


class Plan:
    """Of one definition. Nothing in it depends on answers; expressions are compiled when the first session needs them."""

    def __init__(self, definition: FormDefinition) -> None:
        self.definition = definition
        self.graph = build(definition)
        self.compiled: dict[int, Compiled] = {}
        """By the identity of an Expression of this definition."""
        self.documents: dict[str, Document] = {}
        """The secondary instances that the form itself holds, once somebody asked for them."""


class _Same:
    """A definition as a key: the same object, not an equal one, since hashing a whole form costs more than its graph."""

    __slots__ = ("definition",)

    def __init__(self, definition: FormDefinition) -> None:
        self.definition = definition

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.definition is other.definition

    def __hash__(self) -> int:
        return id(self.definition)


def plan_of(definition: FormDefinition) -> Plan:
    """The plan of a definition, the same for every session of it."""
    return _made(_Same(definition))


@lru_cache(maxsize=_FORMS)
def _made(key: _Same) -> Plan:
    return Plan(key.definition)
