"""Rows that come and go: the tree, the numbers of those after them, and the rules that look at which rows there are."""

from __future__ import annotations

import math
from collections.abc import Callable

from .agenda import Agenda
from .definition import Seed
from .flaws import Flaws
from .graph import Graph, Role, Rule
from .history import Count
from .instance import Node, Tree, paths_of
from .limits import COUNT_NODES, COUNT_ROWS
from .news import News
from .stored import Stored
from .tally import Tally
from .views import Kind
from .volatile import has_chance


class Rows:
    """The rows of one session."""

    def __init__(self, graph: Graph, tree: Tree, stored: Stored, agenda: Agenda, flaws: Flaws, news: News, tally: Tally) -> None:
        self._graph = graph
        self._tree = tree
        self._stored = stored
        self._agenda = agenda
        self._flaws = flaws
        self._news = news
        self._tally = tally
        nodes = tree.definition.nodes
        self._holding_rows = {
            outer for node in nodes if node.kind is Kind.REPEAT for outer in tree.definition.repeats_of(node.index) if outer != node.index
        }
        """Repeats with repeats inside."""
        self.added: list[Node] = []
        """New rows whose new-repeat actions have not run."""
        self.counted: dict[Node, Count] = {}
        """What the ranges that jr:count changed in this operation had before."""

    def put(self, range_: Node, row: Node, index: int, again: bool = False) -> None:
        """A row comes into the tree; `again` after it had been taken out."""
        self._leaving(range_.rows()[index:])
        self._tree.put(range_, row, index)
        self._renumbered(range_.rows()[index + 1 :])
        self._news.rows = True
        self._news.changed[range_] = None
        self.enter(row, _drawn if again else None)
        self._agenda.wake_structure(row)

    def take(self, range_: Node, row: Node) -> None:
        """A row goes out of the tree; those after it renumber."""
        rows = range_.rows()
        index = rows.index(row)
        self._news.gone += paths_of(rows[-1].subtree())
        self._leaving(rows[index:-1])
        self._tally.leave(row)
        self._tree.take(range_, row)
        self._news.rows = True
        self._news.changed[range_] = None
        for node in row.subtree():
            self._flaws.flawed.pop(node, None)
            self._news.changed.pop(node, None)
        self._renumbered(rows[index + 1 :])
        self._agenda.wake_structure(row)

    def move(self, range_: Node, at: int, to: int) -> None:
        """Row `at` becomes row `to`; those between renumber."""
        rows = range_.rows()
        between = rows[min(at, to) : max(at, to) + 1]
        self._leaving(between)
        self._tree.move(range_, at, to)
        self._news.rows = True
        self._news.changed[range_] = None
        self._renumbered(between)
        self._agenda.wake_structure(rows[at])

    def remove(self, range_: Node, row: Node) -> None:
        """The person takes a row away; it can be restored."""
        self.take(range_, row)
        self._tree.removed.setdefault(range_, []).append(row)

    def restore(self, range_: Node, row: Node, index: int) -> None:
        """A removed row comes back as row `index`."""
        self._tree.removed[range_].remove(row)
        self.put(range_, row, index, again=True)

    def count(self, range_: Node, wanted: int) -> None:
        """As many rows as jr:count asks for: those too many are parked, parked ones come back first."""
        self.counted.setdefault(range_, count_of(range_))
        range_.wanted = wanted
        rows = range_.rows()
        for row in reversed(rows[wanted:]):
            self.take(range_, row)
            range_.parked.insert(0, row)
        for place in range(len(rows), wanted):
            if range_.parked:
                self.put(range_, range_.parked.pop(0), place, again=True)
            else:
                row = self._tree.new_row(range_)
                self.put(range_, row, place)
                self.added.append(row)

    def recount(self, range_: Node, count: Count) -> None:
        """Exactly these rows again, in the tree and parked."""
        for row in [row for row in range_.rows() if row not in count.rows]:
            self.take(range_, row)
        for place, row in enumerate(count.rows):
            if not row.held:
                self.put(range_, row, place, again=True)
        range_.parked[:] = count.parked
        range_.wanted = count.wanted

    def room(self, range_: Node) -> int:
        """How many rows a count may ask for here: a slip of a finger must not fill the memory."""
        repeat = range_.node.repeat
        size = _size(repeat.template) if repeat is not None else 1
        others = len(self._tree.instances[range_.node.index]) - len(range_.rows())
        return max(0, min(COUNT_ROWS, COUNT_NODES // size) - others)

    def enter(self, top: Node, keep: Callable[[Rule, Node], bool] | None = None) -> None:
        """All rules of new nodes, which start as relevant as their parent; `keep` names those that hold already.

        What the nodes know from an earlier time in the tree, choices in a language and flaws, is worked out anew.
        """
        for node in top.subtree():
            if keep is not None:
                node.choices = None
                self._flaws.doubt(node)
            above = node.above
            if above is not None:
                node.relevant = above.relevant and node.own_relevant
                node.readonly = above.readonly or node.own_readonly
            self._news.changed[node] = None
            for rule in self._graph.of_node[node.node.index].values():
                if (rule.role is Role.COUNT) > node.is_range or (keep is not None and keep(rule, node)):
                    continue
                self._agenda.mark(rule, node)
            self._stored.refresh(node)

    def _leaving(self, rows: list[Node]) -> None:
        """These rows will have other paths: what is below their inner rows may have no successor there."""
        for row in rows:
            if row.node.index not in self._holding_rows:
                return
            for node in row.subtree():
                if node.is_range:
                    self._news.gone += paths_of(inner for nested in node.rows() for inner in nested.subtree())

    def _renumbered(self, rows: list[Node]) -> None:
        """Everything in these rows has a new path."""
        for row in rows:
            self._news.changed.update(dict.fromkeys(row.subtree()))


def _size(seed: Seed) -> int:
    """How many nodes a row begins with."""
    return 1 + sum(_size(child) for child in seed.children)


def count_of(range_: Node) -> Count:
    """Which rows a counted range has now."""
    return Count(range_.wanted, tuple(range_.rows()), tuple(range_.parked))


def place_of(range_: Node, row: Node) -> int:
    """Where a row that is not among the rows belongs, by its order."""
    return sum(1 for other in range_.rows() if (other.order, other.row_id) < (row.order, row.row_id))


def orders_for(rows: list[Node], at: int, to: int) -> dict[Node, float]:
    """New orders that make row `at` row `to`: only its own, unless there is no number between its new neighbours."""
    row = rows[at]
    others = rows[:at] + rows[at + 1 :]
    before = others[to - 1].order if to else 0.0
    after = others[to].order if to < len(others) else math.floor(before) + 2.0
    middle = (before + after) / 2
    if after - before >= _NARROWEST:
        return {row: middle}
    others.insert(to, row)
    return {other: float(place) for place, other in enumerate(others, 1) if other.order != place}


_NARROWEST = 1 / 1024


def _drawn(rule: Rule, node: Node) -> bool:
    """A calculation of chance that has its result."""
    return rule.volatile and rule.role is Role.CALCULATE and node.calculated is not None and has_chance(rule.expressions[0])
