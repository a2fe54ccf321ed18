"""Lays what is known over a new submission: rows by id, then values; calculations are left to their rules."""

from __future__ import annotations

from fieldapp.domain.submission import Answers

from .instance import Node
from .live import Live
from .snapshots import Filler


def lay_over(live: Live, answers: Answers) -> None:
    """Rows named by the answers take the place of the form's own first rows. Runs inside the first transaction."""
    filler = Filler(live.tree, answers)
    _rows(live, filler, live.tree.root)
    live.settle(fire=False)
    for node, text in filler.values():
        live.rules.store(node, text)
    live.explanations.update(filler.explanations)


def _rows(live: Live, filler: Filler, top: Node) -> None:
    rows = live.rules.rows
    for range_ in list(top.ranges.values()):
        wanted = filler.rows_of(range_)
        if not wanted:
            continue
        for row in range_.rows():
            rows.take(range_, row)
        for index, (row_id, order) in enumerate(wanted):
            row = live.tree.new_row(range_, row_id)
            row.order = order
            rows.put(range_, row, index)
            rows.added.append(row)
    for inner in top.inner():
        if not inner.node.is_leaf:
            _rows(live, filler, inner)
