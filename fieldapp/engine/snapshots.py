"""Answers in and out of a live form: flat, by stable path, rows by id (`domain.submission.Answers`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fieldapp.domain.submission import Answers

from .definition import Bind, FormDefinition
from .instance import Node, Tree, stable_path_of
from .views import Kind

INSTANCE_ID = "meta/instanceID"
DEPRECATED_ID = "meta/deprecatedID"
"""Stable paths of the identity of a submission and, once it was edited, of the one that it replaces."""

EXPLANATION = "/@why"
"""Behind a question's stable path: what the person wrote about its warning."""

REMOVED = "@removed/"
"""Before the stable path of everything in a row that was removed, once for every removed row on the way: such a row is no row of the
answers for anybody who does not know this mark."""

PARKED = "@parked/"
"""The same for rows that a smaller jr:count took away."""


def silent(definition: FormDefinition) -> frozenset[int]:
    """Attributes that belong to the form and not to the answers (id, version, dataset …)."""
    targets = {action.target for action in definition.actions}
    bound = {node.index for node in definition.nodes if node.bind != _NO_BIND}
    return frozenset(node.index for node in definition.nodes if node.is_attribute and node.index not in targets | bound)


def answers_of(tree: Tree, quiet: frozenset[int]) -> Iterator[tuple[str, str]]:
    """Every stored value that is not blank and every row, relevant or not; removed rows below REMOVED, parked ones below PARKED."""
    for node, mark in _all(tree, tree.root, ""):
        if node.row_id:
            yield mark + stable_path_of(node), order_text(node.order)
        elif node.node.is_leaf and node.raw and node.node.index not in quiet:
            yield mark + stable_path_of(node), node.raw


def relevant_answers_of(tree: Tree, quiet: frozenset[int]) -> Iterator[tuple[str, str]]:
    """Every value that counts now, and the relevant rows."""
    for node in tree.root.subtree():
        if not node.relevant:
            continue
        if node.row_id:
            yield stable_path_of(node), order_text(node.order)
        elif node.node.is_leaf and node.value and node.node.index not in quiet:
            yield stable_path_of(node), node.value


def explanations_of(tree: Tree, explanations: Mapping[Node, str]) -> Iterator[tuple[str, str]]:
    """Every explanation that is kept, those of removed rows below REMOVED."""
    for node, text in explanations.items():
        yield _mark_of(tree, node) + stable_path_of(node) + EXPLANATION, text


def _all(tree: Tree, top: Node, mark: str) -> Iterator[tuple[Node, str]]:
    for node in top.subtree():
        yield node, mark
        for row in node.parked:
            yield from _all(tree, row, mark + PARKED)
        for row in tree.removed.get(node, ()):
            yield from _all(tree, row, mark + REMOVED)


def _mark_of(tree: Tree, node: Node) -> str:
    mark = ""
    here: Node | None = node
    while here is not None:
        if here.row_id:
            range_ = tree.range_of(here)
            mark = (REMOVED if here in tree.removed.get(range_, ()) else PARKED if here in range_.parked else "") + mark
        here = here.above
    return mark


def order_text(order: float) -> str:
    """A row's place as text: `3`, or `2.5` between two."""
    return str(int(order)) if order == int(order) else repr(order)


class Filler:
    """Puts answers into a tree whose rules have not run yet, or lays them over one that is running."""

    def __init__(self, tree: Tree, answers: Answers) -> None:
        self._tree = tree
        self._answers = answers
        self._rows = _row_table(answers)
        self._used: set[str] = set()
        self.explanations: dict[Node, str] = {}
        """Why the answers to these questions stand although their warning speaks."""

    @property
    def unused(self) -> dict[str, str]:
        """Answers for which this form has no question; they are carried along."""
        return {path: text for path, text in self._answers.items() if path not in self._used}

    def rows_of(self, range_: Node, mark: str = "") -> list[tuple[str, float]]:
        """Ids and orders of the rows that the answers name for a range."""
        assert range_.above is not None
        above = stable_path_of(range_.above)
        prefix = f"{above}/{range_.name}" if above else range_.name
        found = self._rows.get(mark + prefix, {})
        return sorted(found.items(), key=lambda row: (row[1], row[0]))

    def restore(self, quiet: frozenset[int], fresh: frozenset[int] = frozenset()) -> None:
        """Make the tree hold exactly these answers: rows, values, blanks; definitions in `fresh` keep the form's own first values."""
        deprecated = self._tree.definition.meta("deprecatedID")
        if deprecated is not None and not self._tree.instances[deprecated.index] and DEPRECATED_ID in self._answers:
            self._tree.grow_last(deprecated)
        self._fill(self._tree.root, "", quiet, fresh)

    def _fill(self, top: Node, mark: str, quiet: frozenset[int], fresh: frozenset[int]) -> None:
        self._fill_rows(top, mark, quiet, fresh)
        for node in top.subtree():
            path = mark + stable_path_of(node)
            if path in self._answers:
                self._used.add(path)
            elif node.node.index in fresh:
                continue
            if node.node.is_leaf and node.node.index not in quiet:
                node.raw = node.value = self._answers.get(path, "")
                if path in self._answers:
                    node.calculated = node.raw if node.node.bind.calculate is not None else None
                self._explain(node, path)

    def _fill_rows(self, top: Node, mark: str, quiet: frozenset[int], fresh: frozenset[int]) -> None:
        tree = self._tree
        for range_ in list(top.ranges.values()):
            wanted = self.rows_of(range_, mark)
            if wanted or range_.node.index not in fresh:
                for row in range_.rows():
                    tree.take(range_, row)
            for index, (row_id, order) in enumerate(wanted):
                row = tree.new_row(range_, row_id)
                row.order = order
                tree.put(range_, row, index)
            for away, kept in ((REMOVED, tree.removed.setdefault(range_, [])), (PARKED, range_.parked)):
                for row_id, order in self.rows_of(range_, mark + away):
                    row = tree.new_row(range_, row_id)
                    row.order = order
                    tree.put(range_, row, len(range_.rows()))
                    self._fill(row, mark + away, quiet, fresh)
                    tree.take(range_, row)
                    kept.append(row)
        for inner in top.inner():
            if inner.node.kind in (Kind.GROUP, Kind.REPEAT):
                self._fill_rows(inner, mark, quiet, fresh)

    def values(self) -> Iterator[tuple[Node, str]]:
        """Nodes and the answers laid over them; calculations of the model are left to their rules."""
        for node in self._tree.root.subtree():
            path = stable_path_of(node)
            if path in self._answers and node.node.is_leaf:
                self._used.add(path)
                self._explain(node, path)
                if node.node.control is not None or node.node.bind.calculate is None:
                    yield node, self._answers[path]

    def _explain(self, node: Node, path: str) -> None:
        text = self._answers.get(path + EXPLANATION, "")
        if text:
            self._used.add(path + EXPLANATION)
            self.explanations[node] = text


def _row_table(answers: Answers) -> dict[str, dict[str, float]]:
    """Stable path of a repeat → row id → order (with other numeric answers, which nobody asks for)."""
    table: dict[str, dict[str, float]] = {}
    for path, text in answers.items():
        repeat, _, row_id = path.rpartition("/")
        if repeat and _is_order(text) and not path.endswith(EXPLANATION):
            table.setdefault(repeat, {})[row_id] = float(text)
    return table


def _is_order(text: str) -> bool:
    return text.replace(".", "", 1).isascii() and text.replace(".", "", 1).isdigit()


_NO_BIND = Bind()
