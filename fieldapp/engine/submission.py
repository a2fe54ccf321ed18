"""A submission as OpenRosa XML: out for exchange with other ODK servers, in from them."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from xml.etree.ElementTree import Element, ParseError, fromstring
from xml.sax.saxutils import escape, quoteattr

from fieldapp.domain.submission import Answers
from fieldapp.errors import BadInput

from .definition import FormDefinition, NodeDef
from .instance import Node
from .session import FormSession
from .snapshots import order_text, silent
from .views import Kind
from .xform_model import ORX
from .xform_text import JR, local


def write(session: FormSession) -> str:
    """The relevant answers as one XML element without declaration; non-relevant nodes are left out."""
    return write_tree(session.definition, session.live.tree.root)


def write_tree(definition: FormDefinition, root: Node) -> str:
    """The primary instance as it would be submitted now."""
    prefixes = {uri: prefix for prefix, uri in definition.namespaces if prefix}
    prefixes.setdefault(ORX, "orx")
    used = {node.namespace for node in definition.nodes if node.namespace in prefixes}
    declared = "".join(f" xmlns:{prefixes[uri]}={quoteattr(uri)}" for uri in sorted(used))
    return "".join(_element(root, prefixes, declared))


def _element(node: Node, prefixes: dict[str, str], declared: str = "") -> Iterator[str]:
    name = _name(node, prefixes)
    attributes = "".join(
        f" {_name(found, prefixes)}={quoteattr(found.value)}" for found in node.attributes if isinstance(found, Node) and found.relevant
    )
    if node.node.is_leaf:
        yield f"<{name}{declared}{attributes}>{escape(node.value)}</{name}>" if node.value else f"<{name}{declared}{attributes}/>"
        return
    inner = [child for child in node.children if isinstance(child, Node) and child.relevant]
    if not inner:
        yield f"<{name}{declared}{attributes}/>"
        return
    yield f"<{name}{declared}{attributes}>"
    for child in inner:
        yield from _element(child, prefixes)
    yield f"</{name}>"


def _name(node: Node, prefixes: dict[str, str]) -> str:
    prefix = prefixes.get(node.namespace, "")
    return f"{prefix}:{node.name}" if prefix else node.name


def read(definition: FormDefinition, xml: str) -> Answers:
    """Answers of a submission in XML; a row's id is its `rowId` attribute if it has one, else its path and place.

    Raises BadInput(what=submission) when it is no XML or of another form.
    """
    if "<!ENTITY" in xml:
        raise BadInput(what="submission", value="<!ENTITY")
    try:
        root = fromstring(xml)
    except ParseError as fault:
        raise BadInput(what="submission", value=str(fault)) from fault
    if local(root.tag) != definition.root.name:
        raise BadInput(what="submission", value=local(root.tag))
    quiet = {definition.nodes[index].path for index in silent(definition)}
    return dict(_answers(definition, definition.root, root, "", quiet))


def _answers(definition: FormDefinition, node: NodeDef, element: Element, path: str, quiet: set[str]) -> Iterator[tuple[str, str]]:
    inner = {definition.nodes[index].name: definition.nodes[index] for index in node.children}
    before = f"{path}/" if path else ""
    if path:
        for key, value in element.attrib.items():
            attribute = inner.get("@" + local(key))
            if attribute is not None and value and attribute.path not in quiet:
                yield f"{before}{attribute.name}", value
    if node.is_leaf:
        if element.text:
            yield path, element.text
        return
    count: dict[str, int] = {}
    for child in element:
        name = local(child.tag)
        found = inner.get(name)
        if found is None or child.get(JR + "template") is not None:
            continue
        below = f"{before}{name}"
        if found.kind is Kind.REPEAT:
            count[name] = count.get(name, 0) + 1
            below = f"{below}/{child.get('rowId') or _row_id(below, count[name])}"
            yield below, order_text(float(count[name]))
        yield from _answers(definition, found, child, below, quiet)


def _row_id(path: str, place: int) -> str:
    """A row id that is the same whenever the same file is read."""

    return sha256(f"{path}/{place}".encode()).hexdigest()[:32]
