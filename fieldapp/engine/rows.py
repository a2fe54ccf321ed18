"""Rows that come and go: the tree, the numbers of those after them, and the rules that look at which rows there are."""

from __future__ import annotations

from collections.abc import Callable

from .agenda import Agenda
from .definition import Seed
from .flaws import Flaws
from .graph import Graph, Role, Rule
from .instance import Node, Tree, paths_of
from .limits import COUNT_NODES, COUNT_ROWS
from .news import News
from .stored import Stored


class Rows:
    """The rows of one session."""

    def __init__(self, graph: Graph, tree: Tree, stored: Stored, agenda: Agenda, flaws: Flaws, news: News) -> None:
        self._graph = graph
        self._tree = tree
        self._stored = stored
        self._agenda = agenda
        self._flaws = flaws
        self._news = news
        self.added: list[Node] = []
        """New rows whose new-repeat actions have not run."""

    def put(self, range_: Node, row: Node, index: int, again: bool = False) -> None:
        """A row comes into the tree; `again` after it had been taken out."""
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
        self._tree.take(range_, row)
        self._news.rows = True
        self._news.changed[range_] = None
        for node in row.subtree():
            self._flaws.flawed.pop(node, None)
            self._news.changed.pop(node, None)
        self._renumbered(rows[index + 1 :])
        self._agenda.wake_structure(row)

    def count(self, range_: Node, wanted: int) -> None:
        """As many rows as jr:count asks for: those too many are parked, parked ones come back first."""
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

    def room(self, range_: Node) -> int:
        """How many rows a count may ask for here: a slip of a finger must not fill the memory."""
        repeat = range_.node.repeat
        size = _size(repeat.template) if repeat is not None else 1
        others = len(self._tree.instances[range_.node.index]) - len(range_.rows())
        return max(0, min(COUNT_ROWS, COUNT_NODES // size) - others)

    def enter(self, top: Node, keep: Callable[[Rule, Node], bool] | None = None) -> None:
        """All rules of new nodes, which start as relevant as their parent; `keep` names those that hold already."""
        for node in top.subtree():
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

    def _renumbered(self, rows: list[Node]) -> None:
        """Everything in these rows has a new path."""
        for row in rows:
            self._news.changed.update(dict.fromkeys(row.subtree()))


def _size(seed: Seed) -> int:
    """How many nodes a row begins with."""
    return 1 + sum(_size(child) for child in seed.children)


def _drawn(rule: Rule, node: Node) -> bool:
    """A calculation of chance or time that has its result."""
    return rule.role is Role.CALCULATE and node.calculated is not None and rule.volatile
