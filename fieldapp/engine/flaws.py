"""What is wrong with the answers, kept up to date: only nodes in doubt are looked at again."""

from __future__ import annotations

from .closures import Closures
from .graph import Graph, Role
from .instance import Node
from .news import News
from .views import Flaw


class Flaws:
    """The flaws of one session."""

    def __init__(self, graph: Graph, closures: Closures, news: News) -> None:
        self._graph = graph
        self._closures = closures
        self._news = news
        self._can_fail = [not _CHECKS.isdisjoint(rules) for rules in graph.of_node]
        self._doubtful: dict[Node, None] = {}
        self.flawed: dict[Node, None] = {}
        """Nodes with a flaw, whether the person has come to them or not."""

    def doubt(self, node: Node) -> None:
        """Value, relevance or a rule changed: the flaws of this node must be worked out again."""
        if self._can_fail[node.node.index]:
            self._doubtful[node] = None

    def settle(self) -> None:
        """Work out the flaws of every node in doubt."""
        doubtful, self._doubtful = self._doubtful, {}
        for node in doubtful:
            if not node.held:
                continue
            flaws = self._of(node)
            if flaws != node.flaws:
                node.flaws = flaws
                self._news.changed[node] = None
            if flaws:
                self.flawed[node] = None
            else:
                self.flawed.pop(node, None)

    def _of(self, node: Node) -> frozenset[Flaw]:
        if not node.relevant or not node.node.is_leaf:
            return _FLAWLESS
        if node.value == "":
            return _MISSING if node.required else _FLAWLESS
        rules = self._graph.of_node[node.node.index]
        found = [
            flaw
            for role, flaw in ((Role.CONSTRAINT, Flaw.CONSTRAINT), (Role.WARNING, Flaw.WARNING))
            if role in rules and not self._closures.true(rules[role].expressions[0], node, True)
        ]
        return frozenset(found) if found else _FLAWLESS


_FLAWLESS: frozenset[Flaw] = frozenset()
_MISSING = frozenset((Flaw.REQUIRED,))
_CHECKS = frozenset((Role.REQUIRED, Role.CONSTRAINT, Role.WARNING))
