"""The axes of XPath 1.0; backward ones give the nearest node first, as positions in predicates count."""

from __future__ import annotations

from collections.abc import Callable

from fieldapp.engine.xpath.ast import Axis
from fieldapp.engine.xpath.tree import NodeKind, XNode

BACKWARD = frozenset((Axis.ANCESTOR, Axis.ANCESTOR_OR_SELF, Axis.PRECEDING, Axis.PRECEDING_SIBLING, Axis.PARENT))


def _child(node: XNode) -> list[XNode]:
    if node.children or not node.value or node.kind is not NodeKind.ELEMENT:
        return node.children
    return [_own_text(node)]


def _own_text(node: XNode) -> XNode:
    """The text node of a leaf, made when somebody asks for it: leaves of a form hold their text as `value`."""
    text = XNode("", node.text(), NodeKind.TEXT)
    text.parent = node
    return text


def _parent(node: XNode) -> list[XNode]:
    return [node.parent] if node.parent is not None else []


def _descendant(node: XNode) -> list[XNode]:
    found: list[XNode] = []
    waiting = list(reversed(_child(node)))
    while waiting:
        here = waiting.pop()
        found.append(here)
        waiting.extend(reversed(_child(here)))
    return found


def _descendant_or_self(node: XNode) -> list[XNode]:
    return [node, *_descendant(node)]


def _ancestor(node: XNode) -> list[XNode]:
    found: list[XNode] = []
    while node.parent is not None:
        node = node.parent
        found.append(node)
    return found


def _ancestor_or_self(node: XNode) -> list[XNode]:
    return [node, *_ancestor(node)]


def _split(node: XNode) -> tuple[list[XNode], list[XNode]]:
    """Siblings before and after; an attribute has none."""
    if node.parent is None or node.kind is NodeKind.ATTRIBUTE:
        return [], []
    siblings = node.parent.children
    for index, other in enumerate(siblings):
        if other is node:
            return siblings[:index], siblings[index + 1 :]
    return [], []


def _following_sibling(node: XNode) -> list[XNode]:
    return _split(node)[1]


def _preceding_sibling(node: XNode) -> list[XNode]:
    return _split(node)[0][::-1]


def _following(node: XNode) -> list[XNode]:
    found: list[XNode] = []
    here: XNode | None = node
    if node.kind is NodeKind.ATTRIBUTE and node.parent is not None:
        found.extend(_descendant(node.parent))
        here = node.parent
    while here is not None:
        for sibling in _following_sibling(here):
            found.extend(_descendant_or_self(sibling))
        here = here.parent
    return found


def _preceding(node: XNode) -> list[XNode]:
    found: list[XNode] = []
    here: XNode | None = node.parent if node.kind is NodeKind.ATTRIBUTE else node
    while here is not None:
        for sibling in _preceding_sibling(here):
            found.extend(reversed(_descendant_or_self(sibling)))
        here = here.parent
    return found


AXES: dict[Axis, Callable[[XNode], list[XNode]]] = {
    Axis.CHILD: _child,
    Axis.PARENT: _parent,
    Axis.SELF: lambda node: [node],
    Axis.ATTRIBUTE: lambda node: node.attributes,
    Axis.DESCENDANT: _descendant,
    Axis.DESCENDANT_OR_SELF: _descendant_or_self,
    Axis.ANCESTOR: _ancestor,
    Axis.ANCESTOR_OR_SELF: _ancestor_or_self,
    Axis.FOLLOWING_SIBLING: _following_sibling,
    Axis.PRECEDING_SIBLING: _preceding_sibling,
    Axis.FOLLOWING: _following,
    Axis.PRECEDING: _preceding,
    Axis.NAMESPACE: lambda node: [],
}
"""Nodes of each axis, nearest first. Declarations of namespaces are no nodes here: forms do not ask for them."""
