"""How many questions are asked and answered below every group, row and repeat; kept with each change instead of counted anew."""

from __future__ import annotations

from collections.abc import Iterable

from .instance import Node
from .views import Kind


class Tally:
    """The counts of one session. A question is asked while it is relevant and can be answered."""

    def __init__(self) -> None:
        self._counted: dict[Node, bool] = {}
        """Question that is asked → whether it is answered."""
        self._asked: dict[Node, int] = {}
        self._answered: dict[Node, int] = {}
        """By group and row, with everything below."""

    def below(self, node: Node) -> tuple[int, int]:
        """(answered, asked) below a node; of all rows if it stands for a whole repeat."""
        inner = node.rows() if node.is_range else (node,)
        return sum(self._answered.get(one, 0) for one in inner), sum(self._asked.get(one, 0) for one in inner)

    def settle(self, changed: Iterable[Node]) -> None:
        """Take in nodes that may have changed; all of them are in the tree."""
        for node in changed:
            if node.node.kind is Kind.QUESTION:
                now = node.value != "" if node.relevant and not node.readonly else None
                if now is not self._counted.get(node):
                    self._count(node, now)

    def leave(self, row: Node) -> None:
        """A row is about to go out of the tree."""
        for node in row.subtree():
            if node in self._counted:
                self._count(node, None)

    def _count(self, node: Node, now: bool | None) -> None:
        before = self._counted.pop(node, None)
        if now is not None:
            self._counted[node] = now
        more_asked = (now is not None) - (before is not None)
        more_answered = bool(now) - bool(before)
        above = node.above
        while above is not None:
            self._asked[above] = self._asked.get(above, 0) + more_asked
            self._answered[above] = self._answered.get(above, 0) + more_answered
            above = above.above
