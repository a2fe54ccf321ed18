"""Keeps the live tree true: works off the agenda; whoever reads a value is woken only when it really changed."""

from __future__ import annotations

import math
from collections.abc import Callable

from .agenda import Agenda
from .closures import Closures
from .definition import FormDefinition
from .flaws import Flaws
from .graph import Graph, Role, Rule
from .instance import Node, Tree
from .news import News
from .rows import Rows
from .speech import Speech
from .stored import Stored
from .tally import Tally
from .values import calculated


class Recompute:
    """The rules of one session at work, one method for each property of a node."""

    def __init__(self, definition: FormDefinition, graph: Graph, tree: Tree, closures: Closures, speech: Speech) -> None:
        self.graph = graph
        self.tree = tree
        self.closures = closures
        self.speech = speech
        self.news = News()
        self.agenda = Agenda(definition, graph, tree)
        self.flaws = Flaws(graph, closures, self.news)
        self.stored = Stored(definition, graph, speech, self.agenda, self.flaws, self.news)
        self.tally = Tally()
        self.rows = Rows(graph, tree, self.stored, self.agenda, self.flaws, self.news, self.tally)
        self.resuming = False
        """While a draft is opened: calculations on editable questions leave what was typed."""
        self.replaying = False
        """While a step is undone or done again: what chance or time drew stays as the step left it."""
        self._handlers: dict[Role, Callable[[Rule, Node], None]] = {
            Role.COUNT: self._count,
            Role.RELEVANT: self._relevant,
            Role.CALCULATE: self._calculate,
            Role.ITEMS: self._items,
            Role.READONLY: self._readonly,
            Role.REQUIRED: self._required,
            Role.CONSTRAINT: self._doubt,
            Role.WARNING: self._doubt,
            Role.TEXTS: self._texts,
        }

    def store(self, node: Node, raw: str) -> None:
        """Keep a value at a node; its readers are woken if what counts has changed."""
        self.stored.store(node, raw)

    def run(self) -> None:
        """Work the agenda empty, then settle flaws and counts."""
        for rule, nodes in self.agenda.work():
            handler = self._handlers[rule.role]
            for node in nodes:
                if node.held:
                    handler(rule, node)
        self.flaws.settle()
        self.tally.settle(self.news.changed)

    def _count(self, rule: Rule, range_: Node) -> None:
        if not range_.relevant:
            return
        number = self.closures.number(rule.expressions[0], range_)
        if number != number and (self.resuming or range_.wanted >= 0):
            # A blank count says nothing about the rows that are there, as in the reference engines.
            if range_.wanted < 0:
                range_.wanted = len(range_.rows())
            return
        wanted = min(int(number), self.rows.room(range_)) if 0 < number < math.inf else 0
        if wanted != range_.wanted:
            self.rows.count(range_, wanted)

    def _relevant(self, rule: Rule, node: Node) -> None:
        own = self.closures.true(rule.expressions[0], node, True)
        if own != node.own_relevant:
            node.own_relevant = own
            self._spread_relevance(node)

    def _spread_relevance(self, node: Node) -> None:
        above = node.above
        relevant = node.own_relevant and (above is None or above.relevant)
        if relevant == node.relevant:
            return
        node.relevant = relevant
        self.news.changed[node] = None
        self.flaws.doubt(node)
        rules = self.graph.of_node[node.node.index]
        if node.node.is_leaf:
            self.stored.wake_readers(node)
        else:
            self.agenda.wake_structure(node)
        if relevant:
            for role in (Role.CALCULATE, Role.COUNT):
                if role in rules and (role is Role.COUNT) == node.is_range:
                    self.agenda.mark(rules[role], node)
        for inner in [*node.inner(), *node.ranges.values()]:
            self._spread_relevance(inner)

    def _readonly(self, rule: Rule, node: Node) -> None:
        own = self.closures.true(rule.expressions[0], node, False)
        if own != node.own_readonly:
            node.own_readonly = own
            self._spread_readonly(node)

    def _spread_readonly(self, node: Node) -> None:
        above = node.above
        readonly = node.own_readonly or (above is not None and above.readonly)
        if readonly != node.readonly:
            node.readonly = readonly
            self.news.changed[node] = None
            for inner in [*node.inner(), *node.ranges.values()]:
                self._spread_readonly(inner)

    def _required(self, rule: Rule, node: Node) -> None:
        required = self.closures.true(rule.expressions[0], node, False)
        if required != node.required:
            node.required = required
            self.news.changed[node] = None
            self.flaws.doubt(node)

    def _calculate(self, rule: Rule, node: Node) -> None:
        if not node.relevant or not node.node.is_leaf or (rule.volatile and self._stays(node)):
            return
        text = calculated(node.node, self.closures.text(rule.expressions[0], node))
        if text == node.calculated:
            return
        if self.stored.on_store is not None:
            self.stored.on_store(node, node.raw, node.calculated)
        node.calculated = text
        if not (self.resuming and node.node.control is not None):
            self.stored.store(node, text)

    def _stays(self, node: Node) -> bool:
        """Whether a drawn result is not drawn again now."""
        return (self.resuming and node.raw != "") or (self.replaying and node.calculated is not None)

    def rethink(self, node: Node) -> None:
        """The calculation of a node whose stored result was put back must be worked out again."""
        rule = self.graph.of_node[node.node.index].get(Role.CALCULATE)
        if rule is not None:
            self.agenda.mark(rule, node)

    def _items(self, _rule: Rule, node: Node) -> None:
        node.choices = None
        self.news.changed[node] = None
        self.stored.refresh(node)

    def _texts(self, _rule: Rule, node: Node) -> None:
        self.news.changed[node] = None
        if node.node.control is not None and node.node.control.items:
            node.choices = None

    def _doubt(self, _rule: Rule, node: Node) -> None:
        self.flaws.doubt(node)

    def language_changed(self) -> None:
        """Texts and choices are spoken anew; rules that read labels are worked out again."""
        self.speech.language_changed()
        for rule in self.graph.rules:
            if rule.depends_on_language:
                self.agenda.mark_everywhere(rule)
        for node in self.tree.root.subtree():
            node.choices = None
            self.news.changed[node] = None
