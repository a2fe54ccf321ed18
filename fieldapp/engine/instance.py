"""The live tree of answers: the nodes that expressions walk, with what the rules say of each now."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from .definition import FormDefinition, NodeDef, Seed
from .values import calculated
from .views import ChoiceView, Flaw, Kind
from .xpath.tree import Document, NodeKind, XNode


class Node(XNode):
    """One element or attribute of the answers.

    `raw` is what the person or a rule stored; `value` (of XNode) what counts: the same, without choices that are filtered out.
    """

    __slots__ = (
        "calculated",
        "choices",
        "flaws",
        "held",
        "looked",
        "node",
        "order",
        "own_readonly",
        "own_relevant",
        "parked",
        "ranges",
        "raw",
        "readonly",
        "required",
        "row_id",
        "wanted",
    )

    def __init__(self, node: NodeDef, raw: str = "") -> None:
        kind = NodeKind.ATTRIBUTE if node.is_attribute else NodeKind.ELEMENT
        super().__init__(node.name.lstrip("@"), raw, kind, node.namespace)
        self.node = node
        self.raw = raw
        self.own_relevant = True
        self.own_readonly = False
        self.readonly = False
        self.required = False
        self.calculated: str | None = None
        """The last outcome of the calculation, to tell a new result from a typed value."""
        self.flaws: frozenset[Flaw] = frozenset()
        self.held = False
        """Whether it is in the tree now, and not in a row that was taken out."""
        self.row_id = ""
        self.order = 0.0
        self.ranges: dict[int, Node] = {}
        """Below a node that holds repeats: definition index → all rows of that repeat there, as one node beside the tree."""
        self.parked: list[Node] = []
        """Of a range: rows taken away by a smaller jr:count, first to come back first."""
        self.wanted = -1
        """Of a range: how many rows jr:count asks for."""
        self.choices: tuple[ChoiceView, ...] | None = None
        """Allowed choices as last worked out; None when they must be worked out again."""
        self.looked = False
        """Whether somebody has seen it: only then a change of its texts is news."""

    @property
    def above(self) -> Node | None:
        """The parent within the form."""
        return self.parent if isinstance(self.parent, Node) else None

    def inner(self) -> Iterator[Node]:
        """Attributes and elements below."""
        for found in self.attributes:
            assert isinstance(found, Node)
            yield found
        for found in self.children:
            assert isinstance(found, Node)
            yield found

    def subtree(self) -> Iterator[Node]:
        """The node, everything below and the ranges, a node before what is below it."""
        waiting: list[Any] = [self]
        while waiting:
            here: Node = waiting.pop()
            yield here
            if here.ranges:
                waiting.extend(reversed(here.ranges.values()))
            waiting.extend(reversed(here.children))
            waiting.extend(reversed(here.attributes))

    def rows(self) -> list[Node]:
        """Of a range: its rows in order."""
        assert self.parent is not None
        return [row for row in self.parent.named(self.name) if isinstance(row, Node)]

    @property
    def is_range(self) -> bool:
        """All rows of a repeat, and not one of them."""
        return self.node.kind is Kind.REPEAT and not self.row_id


class Tree:
    """All nodes of one submission, found by definition."""

    def __init__(self, definition: FormDefinition, new_id: Callable[[], str]) -> None:
        self.definition = definition
        self.new_id = new_id
        self.document = Document()
        self.instances: list[dict[Node, None]] = [{} for _ in definition.nodes]
        """By definition index: elements (rows of a repeat) that are in the tree now."""
        self.ranges: list[dict[Node, None]] = [{} for _ in definition.nodes]
        self.removed: dict[Node, list[Node]] = {}
        """By range: rows that the person took away and may want back, none of them in the tree."""
        self.root = self._grow(definition.first)
        self.document.append(self.root)
        self.enter(self.root)

    def _grow(self, seed: Seed, row_id: str = "") -> Node:
        """A new subtree that is not yet in the tree."""
        nodes = self.definition.nodes
        node = Node(nodes[seed.node], self._default(seed))
        node.row_id = row_id
        for child in nodes[seed.node].children:
            if nodes[child].kind is Kind.REPEAT:
                range_ = Node(nodes[child])
                range_.parent = node
                node.ranges[child] = range_
        count: dict[int, int] = {}
        for child_seed in seed.children:
            is_row = nodes[child_seed.node].kind is Kind.REPEAT
            child_node = self._grow(child_seed, self.new_id() if is_row else "")
            if is_row:
                count[child_seed.node] = count.get(child_seed.node, 0) + 1
                child_node.order = float(count[child_seed.node])
            if child_node.node.is_attribute:
                node.attach(child_node)
            else:
                node.append(child_node)
        return node

    def _default(self, seed: Seed) -> str:
        node = self.definition.nodes[seed.node]
        return calculated(node, seed.value) if node.is_leaf else ""

    def grow_last(self, definition: NodeDef) -> None:
        """Put the element of a definition that no seed fills behind its siblings."""
        above = next(iter(self.instances[definition.parent]))
        node = Node(definition)
        above.append(node)
        self.enter(node)

    def enter(self, node: Node) -> None:
        """Register a subtree that has been put into the tree."""
        for here in node.subtree():
            table = self.ranges if here.is_range else self.instances
            table[here.node.index][here] = None
            here.held = True

    def leave(self, node: Node) -> None:
        """Forget a subtree that has been taken out of the tree."""
        for here in node.subtree():
            table = self.ranges if here.is_range else self.instances
            del table[here.node.index][here]
            here.held = False

    def new_row(self, range_: Node, row_id: str = "") -> Node:
        """A row from the repeat's template, not yet in the tree."""
        assert range_.node.repeat is not None
        row = self._grow(range_.node.repeat.template, row_id or self.new_id())
        last = [here.order for here in (*range_.rows()[-1:], *self.removed.get(range_, ()))]
        row.order = max(last) + 1 if last else 1.0
        return row

    def put(self, range_: Node, row: Node, index: int) -> None:
        """Make `row` the row at `index` of the range."""
        parent = range_.parent
        assert isinstance(parent, Node)
        rows = range_.rows()
        if rows:
            place = parent.children.index(rows[index]) if index < len(rows) else parent.children.index(rows[-1]) + 1
        else:
            place = self._place(parent, range_.node.index)
        parent.insert(place, row)
        self.enter(row)

    @staticmethod
    def _place(parent: Node, index: int) -> int:
        """Where the first row stands among its siblings: as the definitions are ordered."""
        for place, child in enumerate(parent.children):
            if isinstance(child, Node) and child.node.index > index:
                return place
        return len(parent.children)

    def take(self, range_: Node, row: Node) -> None:
        """Take a row out of the tree; it can be put back."""
        assert isinstance(range_.parent, Node)
        range_.parent.remove(row)
        self.leave(row)

    @staticmethod
    def move(range_: Node, at: int, to: int) -> None:
        """Row `at` becomes row `to`; it stays in the tree meanwhile."""
        parent = range_.parent
        assert isinstance(parent, Node)
        rows = range_.rows()
        place = parent.children.index(rows[to])
        parent.remove(rows[at])
        parent.insert(place, rows[at])

    def range_of(self, row: Node) -> Node:
        """The range that a row belongs to."""
        parent = row.above
        assert parent is not None
        return parent.ranges[row.node.index]


def path_of(node: Node) -> str:
    """The absolute ref with 1-based rows, as `/hf/member[2]/name`; a range has no number at its end."""
    names: list[str] = []
    here: Node | None = node
    while here is not None:
        if here.row_id:
            names.append(f"{here.name}[{here.place()}]")
        else:
            names.append(here.node.name)
        here = here.above
    return "/" + "/".join(reversed(names))


def paths_of(nodes: Iterable[Node]) -> list[str]:
    """As `path_of`, for many nodes: what they share is put together once, and the rows of a repeat are counted once."""
    known: dict[Node, str] = {}

    def path(node: Node) -> str:
        found = known.get(node)
        if found is not None:
            return found
        above = node.above
        start = path(above) if above is not None else ""
        if node.row_id and above is not None:
            for place, row in enumerate(above.named(node.name), 1):
                if isinstance(row, Node):
                    known[row] = f"{start}/{node.name}[{place}]"
            return known.get(node) or path_of(node)
        found = known[node] = f"{start}/{node.node.name}"
        return found

    return [path(node) for node in nodes]


def stable_path_of(node: Node) -> str:
    """The path below the root with rows by id, as `member/4f0c…/name`."""
    names: list[str] = []
    here = node
    while (above := here.above) is not None:
        names.append(f"{here.name}/{here.row_id}" if here.row_id else here.node.name)
        here = above
    return "/".join(reversed(names))
