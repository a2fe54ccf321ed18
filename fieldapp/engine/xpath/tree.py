"""The tree that expressions walk: the engine's answers, secondary instances and plain XML all look like this.

What the engine relies on:

* `children` and `attributes` hold what exists for expressions. A parked row is simply not in `children`. Change the list only through
  `append`, `insert` and `remove`: they keep the index by name right.
* `text()` is the string value as expressions see it: of a leaf its `value`, '' while `relevant` is false; else the texts below, joined.
* `relevant` is the *effective* relevance (own and all ancestors'). The engine sets it (or overrides it with a property). Aggregates (sum,
  count, min, max, join …) leave out nodes that are not relevant; paths still find them and read ''.
* `row` marks the rows of a repeat. An absolute path used as *one* value (compared, calculated with, shown) means the own row where it
  passes through a repeat that the current node stands in; where a set is asked for (sum, count, indexed-repeat …) it means all rows.
* A tree hangs on a `Document`; `/` is the document, its one element child is the root element. `static` says that it never changes after
  loading (secondary instances): predicates of the form `[column = value]` are then answered from a hash table.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum


class NodeKind(Enum):
    """What a node is in the XPath data model."""

    DOCUMENT = "document"
    ELEMENT = "element"
    ATTRIBUTE = "attribute"
    TEXT = "text"
    COMMENT = "comment"
    INSTRUCTION = "processing-instruction"


_NOTHING: list[XNode] = []
"""What every leaf has below it: one list for all, since a list of 100,000 entities has a million leaves. It stays empty."""


class XNode:
    """One node. `name` is the local name, `namespace` its URI or ''; `value` is the text of a leaf."""

    __slots__ = ("_named", "attributes", "children", "kind", "name", "namespace", "parent", "prefix", "relevant", "row", "value")

    def __init__(self, name: str, value: str = "", kind: NodeKind = NodeKind.ELEMENT, namespace: str = "", prefix: str = "") -> None:
        self.name = name
        self.value = value
        self.kind = kind
        self.namespace = namespace
        self.prefix = prefix
        self.parent: XNode | None = None
        self.children: list[XNode] = _NOTHING
        self.attributes: list[XNode] = _NOTHING
        self.relevant: bool = True
        self.row = False
        self._named: dict[str, list[XNode]] | None = None

    def append(self, child: XNode) -> None:
        """Put `child` last."""
        child.parent = self
        if self.children is _NOTHING:
            self.children = [child]
        else:
            self.children.append(child)
        self._named = None

    def fill(self, children: list[XNode]) -> None:
        """Take a list of children that it had none of before; quicker than one by one."""
        for child in children:
            child.parent = self
        self.children = children
        self._named = None

    def insert(self, index: int, child: XNode) -> None:
        """Put `child` before the child at `index`."""
        child.parent = self
        if self.children is _NOTHING:
            self.children = []
        self.children.insert(index, child)
        self._named = None

    def remove(self, child: XNode) -> None:
        """Take `child` out; it keeps its `parent`, so that a parked row can still evaluate."""
        self.children.remove(child)
        self._named = None

    def attach(self, attribute: XNode) -> None:
        """Give the element one more attribute."""
        attribute.parent = self
        if self.attributes is _NOTHING:
            self.attributes = []
        self.attributes.append(attribute)

    def named(self, name: str) -> list[XNode]:
        """The element children of this local name in document order; never change the list."""
        index = self._named
        if index is None:
            index = {}
            for child in self.children:
                if child.kind is NodeKind.ELEMENT:
                    index.setdefault(child.name, []).append(child)
            self._named = index
        return index.get(name, _NOTHING)

    def text(self) -> str:
        """The string value as expressions see it."""
        if not self.children:
            return self.value if self.relevant else ""
        return "".join([child.text() for child in self.children if child.kind not in _SILENT])

    def place(self) -> int:
        """1-based position among the siblings of the same name: what `position(..)` means for a row."""
        if self.parent is None:
            return 1
        return _index(self.parent.named(self.name), self) + 1

    def document(self) -> XNode:
        """The top of the tree."""
        node = self
        while node.parent is not None:
            node = node.parent
        return node


_SILENT = (NodeKind.COMMENT, NodeKind.INSTRUCTION)


class Document(XNode):
    """The top of a tree. `static`: it never changes after loading; `tables` then keeps the lookups that expressions made of it."""

    __slots__ = ("static", "tables")

    def __init__(self, static: bool = False) -> None:
        super().__init__("", kind=NodeKind.DOCUMENT)
        self.static = static
        self.tables: dict[object, dict[object, list[XNode]]] = {}


def _index(nodes: Sequence[XNode], node: XNode) -> int:
    """Position by identity."""
    for index, other in enumerate(nodes):
        if other is node:
            return index
    return -1


def in_document_order(nodes: Sequence[XNode]) -> list[XNode]:
    """Each node once, in document order; attributes stand before children."""
    unique = list({id(node): node for node in nodes}.values())
    if len(unique) < 2:
        return unique
    places: dict[int, dict[int, int]] = {}
    return sorted(unique, key=lambda node: _order_key(node, places))


def _order_key(node: XNode, places: dict[int, dict[int, int]]) -> tuple[int, ...]:
    key: list[int] = []
    while node.parent is not None:
        parent = node.parent
        known = places.get(id(parent))
        if known is None:
            known = places[id(parent)] = {id(child): place for place, child in enumerate([*parent.attributes, *parent.children])}
        key.append(known.get(id(node), -1))
        node = parent
    key.reverse()
    return tuple(key)
