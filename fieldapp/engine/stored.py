"""Stored answers and what of them counts: the one place where a value is written, and where its readers are woken."""

from __future__ import annotations

from collections.abc import Callable

from .agenda import Agenda
from .definition import FormDefinition, NodeDef
from .flaws import Flaws
from .graph import Graph, Role
from .instance import Node
from .news import News
from .speech import SELECTS, Speech, allowed
from .volatile import has_chance


class Stored:
    """The values of one session."""

    def __init__(self, definition: FormDefinition, graph: Graph, speech: Speech, agenda: Agenda, flaws: Flaws, news: News) -> None:
        self._graph = graph
        self._speech = speech
        self._agenda = agenda
        self._flaws = flaws
        self._news = news
        self._shared = [self._is_shared(node) for node in definition.nodes]
        self.on_store: Callable[[Node, str, str | None], None] | None = None
        """Told of every stored value before it changes: node, old raw, old calculated."""
        self.on_value: Callable[[Node], None] | None = None
        """Told of every value that changed."""

    def _is_shared(self, node: NodeDef) -> bool:
        control = node.control
        if control is None or control.control not in SELECTS:
            return False
        rules = self._graph.of_node[node.index]
        if control.items and Role.TEXTS in rules:
            return False
        rule = rules.get(Role.ITEMS)
        return rule is None or (not rule.readings and not has_chance(rule.expressions[0]))

    def is_shared(self, node: Node) -> bool:
        """Whether the choices of this select are the same in every row and at every time."""
        return self._shared[node.node.index]

    def choices_of(self, node: Node) -> tuple[str, ...]:
        """The names that a select allows now."""
        return tuple([choice.name for choice in self._speech.choices(node, self._shared[node.node.index])])

    def store(self, node: Node, raw: str) -> None:
        """Keep a value at a node; its readers are woken if what counts has changed."""
        if raw == node.raw:
            self.refresh(node)
            return
        if self.on_store is not None:
            self.on_store(node, node.raw, node.calculated)
        node.raw = raw
        self.refresh(node)

    def refresh(self, node: Node) -> None:
        """Bring what counts in line with what is stored and what is allowed."""
        control = node.node.control
        value = node.raw
        if value and control is not None and control.control in SELECTS and node.node.is_leaf:
            value = allowed(control.control, value, self.choices_of(node))
        if value != node.value:
            node.value = value
            self._news.changed[node] = None
            self._flaws.doubt(node)
            if node.relevant:
                self.wake_readers(node)

    def wake_readers(self, node: Node) -> None:
        """What counts at a node has changed, by its value or its relevance."""
        self._agenda.wake_value(node)
        if self.on_value is not None:
            self.on_value(node)
