"""Keeps the live tree true: a queue of dirty (rule, node) by rank; whoever reads a value is woken only when it really changed."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable

from .closures import Closures
from .definition import FormDefinition, NodeDef
from .graph import Graph, Role, Rule
from .instance import Node, Tree, path_of
from .speech import SELECTS, Speech, allowed
from .values import calculated
from .views import Flaw, Kind
from .volatile import has_chance

MOST_STEPS_BACK = 20_000
"""How often one operation may go back in rank before a circle through rows is cut off."""


class Recompute:
    """The rules of one session at work. Every write of a stored value goes through `store`."""

    def __init__(self, definition: FormDefinition, graph: Graph, tree: Tree, closures: Closures, speech: Speech) -> None:
        self.definition = definition
        self.graph = graph
        self.tree = tree
        self.closures = closures
        self.speech = speech
        self.changed: dict[Node, None] = {}
        """Nodes whose view may differ since the last `forget`."""
        self.added: list[Node] = []
        """Rows that jr:count made and whose new-repeat actions have not run."""
        self.gone: list[str] = []
        """Paths that are no more since the last `forget`."""
        self.rows_changed = False
        self.flawed: dict[Node, None] = {}
        """Nodes with a flaw, whether the person has come to them or not."""
        self.on_store: Callable[[Node, str, str | None], None] | None = None
        """Told of every stored value before it changes: node, old raw, old calculated."""
        self.on_value: Callable[[Node], None] | None = None
        """Told of every value that changed."""
        self.resuming = False
        """While a draft is opened: calculations on editable questions leave what was typed."""
        self._dirty: dict[int, dict[Node, None]] = {}
        self._heap: list[tuple[int, int]] = []
        self._unsettled: dict[Node, None] = {}
        self._shared = [self._is_shared(node) for node in definition.nodes]
        self._handlers: dict[Role, Callable[[Rule, Node], None]] = {
            Role.COUNT: self._count,
            Role.RELEVANT: self._relevant,
            Role.CALCULATE: self._calculate,
            Role.ITEMS: self._items,
            Role.READONLY: self._readonly,
            Role.REQUIRED: self._required,
            Role.CONSTRAINT: self._unsettle,
            Role.WARNING: self._unsettle,
            Role.TEXTS: self._texts,
        }

    def _is_shared(self, node: NodeDef) -> bool:
        """Whether the choices of a select are the same in every row and at every time."""
        control = node.control
        if control is None or control.control not in SELECTS:
            return False
        rule = self.graph.of_node[node.index].get(Role.ITEMS)
        return rule is None or (not rule.readings and not has_chance(rule.expressions[0].ast))

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

    def _places(self, rule: Rule) -> Iterable[Node]:
        if self.definition.nodes[rule.node].kind is not Kind.REPEAT:
            return self.tree.instances[rule.node]
        if rule.role is Role.COUNT:
            return self.tree.ranges[rule.node]
        return [*self.tree.ranges[rule.node], *self.tree.instances[rule.node]]

    def mark_subtree(self, top: Node, keep: Callable[[Rule, Node], bool] | None = None) -> None:
        """All rules of new nodes, which start as relevant as their parent; `keep` names those that hold already."""
        for node in top.subtree():
            above = node.above
            if above is not None:
                node.relevant = above.relevant and node.own_relevant
                node.readonly = above.readonly or node.own_readonly
            self.changed[node] = None
            for rule in self.graph.of_node[node.node.index].values():
                if (rule.role is Role.COUNT) > node.is_range or (keep is not None and keep(rule, node)):
                    continue
                self.mark(rule, node)
            self._refresh(node)

    def store(self, node: Node, raw: str) -> None:
        """Keep a value at a node; its readers are woken if what counts has changed."""
        if raw == node.raw:
            self._refresh(node)
            return
        if self.on_store is not None:
            self.on_store(node, node.raw, node.calculated)
        node.raw = raw
        self._refresh(node)

    def _refresh(self, node: Node) -> None:
        """Bring what counts in line with what is stored and what is allowed."""
        control = node.node.control
        value = node.raw
        if value and control is not None and control.control in SELECTS and node.node.is_leaf:
            names = tuple([choice.name for choice in self.speech.choices(node, self._shared[node.node.index])])
            value = allowed(control.control, value, names)
        if value != node.value:
            node.value = value
            self.changed[node] = None
            self._unsettled[node] = None
            if node.relevant:
                self._wake_readers(node)

    def _wake_readers(self, node: Node) -> None:
        for rule, pin in self.graph.value_readers[node.node.index]:
            self._wake(rule, pin, node)
        if self.on_value is not None:
            self.on_value(node)

    def wake_structure(self, node: Node) -> None:
        """Rows came or went, or a group became (not) relevant."""
        for rule, pin in self.graph.structure_readers[node.node.index]:
            self._wake(rule, pin, node)

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

    def _below(self, row: Node, rule: Rule) -> list[Node]:
        """The nodes of a rule inside one row."""
        names: list[NodeDef] = []
        for above in self.definition.above(rule.node):
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

    def run(self) -> None:
        """Work the queue empty, then settle flaws."""
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
                    break
            highest = max(highest, rank)
            rule = self.graph.rules[index]
            handler = self._handlers[rule.role]
            for node in nodes:
                if self.tree.holds(node):
                    handler(rule, node)
        self._settle()

    def _count(self, rule: Rule, range_: Node) -> None:
        if not range_.relevant:
            return
        number = self.closures.number(rule.expressions[0], range_)
        wanted = int(number) if number == number and 0 < number < 1e6 else 0
        if wanted == range_.wanted:
            return
        range_.wanted = wanted
        rows = range_.rows()
        for row in reversed(rows[wanted:]):
            self.take(range_, row)
            range_.parked.insert(0, row)
        for place in range(len(rows), wanted):
            if range_.parked:
                self.put(range_, range_.parked.pop(0), place, again=True)
            else:
                row = self.tree.new_row(range_)
                self.put(range_, row, place)
                self.added.append(row)

    def put(self, range_: Node, row: Node, index: int, again: bool = False) -> None:
        """A row comes into the tree; `again` after it had been taken out."""
        self.tree.put(range_, row, index)
        self._renumbered(range_.rows()[index + 1 :])
        self.rows_changed = True
        self.changed[range_] = None
        self.mark_subtree(row, _drawn if again else None)
        self.wake_structure(row)

    def take(self, range_: Node, row: Node) -> None:
        """A row goes out of the tree; those after it renumber."""
        rows = range_.rows()
        index = rows.index(row)
        self.gone += [path_of(node) for node in rows[-1].subtree()]
        self.tree.take(range_, row)
        self.rows_changed = True
        self.changed[range_] = None
        for node in row.subtree():
            self.flawed.pop(node, None)
            self.changed.pop(node, None)
        self._renumbered(rows[index + 1 :])
        self.wake_structure(row)

    def _renumbered(self, rows: list[Node]) -> None:
        """Everything in these rows has a new path."""
        for row in rows:
            self.changed.update(dict.fromkeys(row.subtree()))

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
        self.changed[node] = None
        self._unsettled[node] = None
        rules = self.graph.of_node[node.node.index]
        if node.node.is_leaf:
            self._wake_readers(node)
        else:
            self.wake_structure(node)
        if relevant:
            for role in (Role.CALCULATE, Role.COUNT):
                if role in rules and (role is Role.COUNT) == node.is_range:
                    self.mark(rules[role], node)
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
            self.changed[node] = None
            for inner in [*node.inner(), *node.ranges.values()]:
                self._spread_readonly(inner)

    def _required(self, rule: Rule, node: Node) -> None:
        required = self.closures.true(rule.expressions[0], node, False)
        if required != node.required:
            node.required = required
            self.changed[node] = None
            self._unsettled[node] = None

    def _calculate(self, rule: Rule, node: Node) -> None:
        if not node.relevant or not node.node.is_leaf or (self.resuming and rule.volatile and node.raw):
            return
        text = calculated(node.node, self.closures.text(rule.expressions[0], node))
        if text == node.calculated:
            return
        if self.on_store is not None:
            self.on_store(node, node.raw, node.calculated)
        node.calculated = text
        if not (self.resuming and node.node.control is not None):
            self.store(node, text)

    def _items(self, _rule: Rule, node: Node) -> None:
        node.choices = None
        self.changed[node] = None
        self._refresh(node)

    def _texts(self, _rule: Rule, node: Node) -> None:
        self.changed[node] = None
        if node.node.control is not None and node.node.control.items:
            node.choices = None

    def _unsettle(self, _rule: Rule, node: Node) -> None:
        self._unsettled[node] = None

    def _settle(self) -> None:
        """Work out the flaws of nodes whose value, relevance or rules changed."""
        unsettled, self._unsettled = self._unsettled, {}
        for node in unsettled:
            if not self.tree.holds(node):
                continue
            flaws = self._flaws(node)
            if flaws != node.flaws:
                node.flaws = flaws
                self.changed[node] = None
            if flaws:
                self.flawed[node] = None
            else:
                self.flawed.pop(node, None)

    def _flaws(self, node: Node) -> frozenset[Flaw]:
        if not node.relevant or not node.node.is_leaf:
            return _FLAWLESS
        if node.value == "":
            return _MISSING if node.required else _FLAWLESS
        rules = self.graph.of_node[node.node.index]
        found = [
            flaw
            for role, flaw in ((Role.CONSTRAINT, Flaw.CONSTRAINT), (Role.WARNING, Flaw.WARNING))
            if role in rules and not self.closures.true(rules[role].expressions[0], node, True)
        ]
        return frozenset(found) if found else _FLAWLESS

    def language_changed(self) -> None:
        """Texts and choices are spoken anew; rules that read labels are worked out again."""
        self.speech.language_changed()
        for rule in self.graph.rules:
            if rule.depends_on_language:
                self.mark_everywhere(rule)
        for node in self.tree.root.subtree():
            node.choices = None
            self.changed[node] = None

    def choices_of(self, node: Node) -> tuple[str, ...]:
        """The names that a select allows now."""
        return tuple([choice.name for choice in self.speech.choices(node, self._shared[node.node.index])])

    def is_shared(self, node: Node) -> bool:
        """Whether the choices of this select are the same in every row."""
        return self._shared[node.node.index]


def _drawn(rule: Rule, node: Node) -> bool:
    """A calculation of chance or time that has its result."""
    return rule.role is Role.CALCULATE and node.calculated is not None and rule.volatile


_FLAWLESS: frozenset[Flaw] = frozenset()
_MISSING = frozenset((Flaw.REQUIRED,))
