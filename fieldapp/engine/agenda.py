"""What must be worked out again: dirty (rule, node) by rank, and who is woken by a change."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator

from .definition import FormDefinition, NodeDef
from .graph import Graph, Role, Rule
from .instance import Node, Tree
from .views import Kind

MOST_STEPS_BACK = 20_000
"""How often one operation may go back in rank before a circle through rows is cut off."""


class Agenda:
    """The queue of one session."""

    def __init__(self, definition: FormDefinition, graph: Graph, tree: Tree) -> None:
        self._definition = definition
        self._graph = graph
        self._tree = tree
        self._dirty: dict[int, dict[Node, None]] = {}
        self._heap: list[tuple[int, int]] = []

    def mark(self, rule: Rule, node: Node) -> None:
        """A rule must be worked out again at a node."""
        nodes = self._dirty.get(rule.index)
        if nodes is None:
            nodes = self._dirty[rule.index] = {}
            heapq.heappush(self._heap, (rule.rank, rule.index))
        nodes[node] = None

    def mark_everywhere(self, rule: Rule) -> None:
        """A rule must be worked out again at all its nodes."""
        for node in self._places(rule):
            self.mark(rule, node)

    def wake_value(self, node: Node) -> None:
        """What counts at a node has changed."""
        for rule, pin in self._graph.value_readers[node.node.index]:
            self._wake(rule, pin, node)

    def wake_structure(self, node: Node) -> None:
        """Rows came or went, or a group became (not) relevant."""
        for rule, pin in self._graph.structure_readers[node.node.index]:
            self._wake(rule, pin, node)

    def work(self) -> Iterator[tuple[Rule, dict[Node, None]]]:
        """Everything dirty, lowest rank first, until nothing is; what is marked meanwhile comes too."""
        backwards = 0
        highest = -1
        while self._heap:
            rank, index = heapq.heappop(self._heap)
            nodes = self._dirty.pop(index)
            if rank <= highest:
                backwards += len(nodes)
                if backwards > MOST_STEPS_BACK:
                    self._heap.clear()
                    self._dirty.clear()
                    return
            highest = max(highest, rank)
            yield self._graph.rules[index], nodes

    def _wake(self, rule: Rule, pin: int | None, node: Node) -> None:
        if pin is None:
            for place in self._places(rule):
                if not (place is node and rule.role is Role.CALCULATE):
                    self.mark(rule, place)
            return
        row: Node | None = node
        while row is not None and (row.node.index != pin or row.is_range):
            row = row.above
        if row is None:
            return
        for place in self._below(row, rule):
            if not (place is node and rule.role is Role.CALCULATE):
                self.mark(rule, place)

    def _places(self, rule: Rule) -> Iterable[Node]:
        if self._definition.nodes[rule.node].kind is not Kind.REPEAT:
            return self._tree.instances[rule.node]
        if rule.role is Role.COUNT:
            return self._tree.ranges[rule.node]
        return [*self._tree.ranges[rule.node], *self._tree.instances[rule.node]]

    def _below(self, row: Node, rule: Rule) -> list[Node]:
        """The nodes of a rule inside one row."""
        names: list[NodeDef] = []
        for above in self._definition.above(rule.node):
            if above.index == row.node.index:
                break
            names.append(above)
        found = [row]
        for node in reversed(names):
            if node.is_attribute:
                found = [here for up in found for here in up.attributes if isinstance(here, Node) and here.node is node]
            elif node.kind is Kind.REPEAT and node.index == rule.node:
                ranges = [up.ranges[node.index] for up in found]
                rows = [] if rule.role is Role.COUNT else [here for range_ in ranges for here in range_.rows()]
                found = ranges + rows
            else:
                found = [here for up in found for here in up.named(node.name) if isinstance(here, Node)]
        return found
