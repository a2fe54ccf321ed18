"""Reads plain XML into the tree that expressions walk, and finds nodes by the paths that the reference cases were recorded with."""

from __future__ import annotations

import re
from xml.dom import Node, minidom

from fieldapp.engine.xpath.ast import Axis
from fieldapp.engine.xpath.axes import AXES
from fieldapp.engine.xpath.tree import Document, NodeKind, XNode

_KINDS = {Node.TEXT_NODE: NodeKind.TEXT, Node.CDATA_SECTION_NODE: NodeKind.TEXT, Node.COMMENT_NODE: NodeKind.COMMENT}
_STEP = re.compile(r"node\(\)\[(\d+)\]|@\{(.*?)\}([^/]+)")


class XmlTree:
    """A document and the way from recorded paths (`/node()[1]/node()[2]/@{}id`, counted as a DOM counts) to its nodes."""

    def __init__(self, xml: str) -> None:
        self.document = Document()
        self._by_path: dict[str, XNode] = {"/": self.document}
        self._children(minidom.parseString(xml.encode()), self.document, "")

    def at(self, path: str) -> XNode:
        """The node at a recorded path."""
        return self._by_path[path]

    def _children(self, parent: Node, node: XNode, path: str) -> None:
        children = list(parent.childNodes)
        if node.kind is NodeKind.ELEMENT and len(children) == 1 and children[0].nodeType in (Node.TEXT_NODE, Node.CDATA_SECTION_NODE):
            node.value = children[0].data
            self._by_path[f"{path}/node()[1]"] = AXES[Axis.CHILD](node)[0]
            return
        for place, child in enumerate(children, 1):
            here = f"{path}/node()[{place}]"
            if child.nodeType == Node.ELEMENT_NODE:
                made = XNode(child.localName, "", NodeKind.ELEMENT, child.namespaceURI or "", child.prefix or "")
                self._attributes(child, made, here)
                self._children(child, made, here)
            elif child.nodeType == Node.PROCESSING_INSTRUCTION_NODE:
                made = XNode(child.target, child.data, NodeKind.INSTRUCTION)
            elif child.nodeType in _KINDS:
                made = XNode("", child.data, _KINDS[child.nodeType])
            else:
                continue
            node.append(made)
            self._by_path[here] = made

    def _attributes(self, element: minidom.Element, node: XNode, path: str) -> None:
        for attribute in element.attributes.values():
            if attribute.name == "xmlns" or attribute.prefix == "xmlns":
                continue
            made = XNode(
                attribute.localName or attribute.name,
                attribute.value,
                NodeKind.ATTRIBUTE,
                attribute.namespaceURI or "",
                attribute.prefix or "",
            )
            node.attach(made)
            self._by_path[f"{path}/@{{{attribute.namespaceURI or ''}}}{made.name}"] = made
