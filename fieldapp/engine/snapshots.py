"""Answers in and out of a live form: flat, by stable path, rows by id (`domain.submission.Answers`)."""

from __future__ import annotations

from collections.abc import Iterator

from fieldapp.domain.submission import Answers

from .definition import Bind, FormDefinition
from .instance import Node, Tree, stable_path_of
from .views import Kind

INSTANCE_ID = "meta/instanceID"
DEPRECATED_ID = "meta/deprecatedID"
"""Stable paths of the identity of a submission and, once it was edited, of the one that it replaces."""

EXPLANATION = "/@why"
"""Behind a question's stable path: what the person wrote about its warning."""


def silent(definition: FormDefinition) -> frozenset[int]:
    """Attributes that belong to the form and not to the answers (id, version, dataset …)."""
    targets = {action.target for action in definition.actions}
    bound = {node.index for node in definition.nodes if node.bind != _NO_BIND}
    return frozenset(node.index for node in definition.nodes if node.is_attribute and node.index not in targets | bound)


def answers_of(tree: Tree, quiet: frozenset[int]) -> Iterator[tuple[str, str]]:
    """Every stored value that is not blank and every row, relevant or not, parked rows too."""
    for node in _all(tree.root):
        if node.row_id:
            yield stable_path_of(node), order_text(node.order)
        elif node.node.is_leaf and node.raw and node.node.index not in quiet:
            yield stable_path_of(node), node.raw


def relevant_answers_of(tree: Tree, quiet: frozenset[int]) -> Iterator[tuple[str, str]]:
    """Every value that counts now, and the relevant rows."""
    for node in tree.root.subtree():
        if not node.relevant:
            continue
        if node.row_id:
            yield stable_path_of(node), order_text(node.order)
        elif node.node.is_leaf and node.value and node.node.index not in quiet:
            yield stable_path_of(node), node.value


def _all(top: Node) -> Iterator[Node]:
    for node in top.subtree():
        yield node
        for row in node.parked:
            yield from _all(row)


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

    @property
    def unused(self) -> dict[str, str]:
        """Answers for which this form has no question; they are carried along."""
        return {path: text for path, text in self._answers.items() if path not in self._used and not path.endswith(EXPLANATION)}

    def rows_of(self, range_: Node) -> list[tuple[str, float]]:
        """Ids and orders of the rows that the answers name for a range."""
        assert range_.above is not None
        above = stable_path_of(range_.above)
        prefix = f"{above}/{range_.name}" if above else range_.name
        found = self._rows.get(prefix, {})
        return sorted(found.items(), key=lambda row: (row[1], row[0]))

    def restore(self, quiet: frozenset[int]) -> None:
        """Make the tree hold exactly these answers: rows, values, blanks."""
        self._restore_rows(self._tree.root)
        deprecated = self._tree.definition.meta("deprecatedID")
        if deprecated is not None and not self._tree.instances[deprecated.index] and DEPRECATED_ID in self._answers:
            self._tree.grow_last(deprecated)
        for node in self._tree.root.subtree():
            path = stable_path_of(node)
            self._used.add(path)
            if node.node.is_leaf and node.node.index not in quiet:
                node.raw = node.value = self._answers.get(path, "")
                if path in self._answers:
                    node.calculated = node.raw if node.node.bind.calculate is not None else None

    def _restore_rows(self, top: Node) -> None:
        for range_ in list(top.ranges.values()):
            for row in range_.rows():
                self._tree.take(range_, row)
            for index, (row_id, order) in enumerate(self.rows_of(range_)):
                row = self._tree.new_row(range_, row_id)
                row.order = order
                self._tree.put(range_, row, index)
        for inner in top.inner():
            if inner.node.kind in (Kind.GROUP, Kind.REPEAT):
                self._restore_rows(inner)

    def values(self) -> Iterator[tuple[Node, str]]:
        """Nodes and the answers laid over them; calculations of the model are left to their rules."""
        for node in self._tree.root.subtree():
            path = stable_path_of(node)
            if path in self._answers and node.node.is_leaf:
                self._used.add(path)
                if node.node.control is not None or node.node.bind.calculate is None:
                    yield node, self._answers[path]

    def explanations(self) -> Iterator[tuple[Node, str]]:
        """Questions whose warning was explained."""
        wanted = {path.removesuffix(EXPLANATION): text for path, text in self._answers.items() if path.endswith(EXPLANATION)}
        if wanted:
            for node in self._tree.root.subtree():
                text = wanted.get(stable_path_of(node), "")
                if text:
                    yield node, text


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
