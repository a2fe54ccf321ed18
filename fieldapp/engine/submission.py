"""A submission as OpenRosa XML: out for exchange with other ODK servers, in from them; what is written and read again is the same.

Sources: ODK XForms specification 1.0 (submissions, metadata), OpenRosa metadata schema, ODK entities specification 2025.1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import sha256
from xml.etree.ElementTree import Element, ParseError, fromstring
from xml.sax.saxutils import escape, quoteattr

from fieldapp.domain.submission import Answers
from fieldapp.errors import BadInput

from .definition import FormDefinition, NodeDef
from .instance import Node
from .session import FormSession
from .snapshots import DEPRECATED_ID, INSTANCE_ID, order_text, silent
from .views import Kind
from .xform_model import FA, ORX
from .xform_text import JR, XF, local

ROW = FA + "row"
"""The attribute that keeps a row's id in a file of our own; other programs pass over it."""

_FA_PREFIX = "fa"
_IN_TEXT = {"\r": "&#13;"}
_IN_ATTRIBUTE = {"\r": "&#13;", "\n": "&#10;", "\t": "&#9;"}


def write(session: FormSession, row_ids: bool = False) -> str:
    """The relevant answers as one XML element without declaration; non-relevant nodes are left out.

    `row_ids` keeps the ids of rows in attributes of our own namespace, so that rows read again are the same rows.
    """
    return write_tree(session.definition, session.live.tree.root, row_ids)


def write_tree(definition: FormDefinition, root: Node, row_ids: bool = False) -> str:
    """The primary instance as it would be submitted now."""
    return _Writer(definition, row_ids).write(root)


class _Writer:
    """Writes one submission."""

    def __init__(self, definition: FormDefinition, row_ids: bool) -> None:
        self._prefixes = {uri: prefix for prefix, uri in definition.namespaces if prefix}
        self._prefixes.setdefault(ORX, "orx")
        used = {node.namespace for node in definition.nodes if node.namespace in self._prefixes}
        self._declared = "".join(f" xmlns:{self._prefixes[uri]}={quoteattr(uri)}" for uri in sorted(used))
        plain = definition.root.namespace
        if plain and f"{{{plain}}}" != XF and plain not in self._prefixes:
            self._declared = f" xmlns={quoteattr(plain)}{self._declared}"
        self._row_ids = row_ids and any(node.kind is Kind.REPEAT for node in definition.nodes)
        if self._row_ids:
            self._declared += f" xmlns:{_FA_PREFIX}={quoteattr(FA[1:-1])}"

    def write(self, root: Node) -> str:
        return "".join(self._element(root, self._declared))

    def _element(self, node: Node, declared: str = "") -> Iterator[str]:
        name = self._name(node)
        opening = f"{name}{declared}{self._attributes(node)}"
        inner = [child for child in node.children if isinstance(child, Node) and child.relevant]
        if node.node.is_leaf and node.value:
            yield f"<{opening}>{escape(node.value, _IN_TEXT)}</{name}>"
        elif node.node.is_leaf or not inner:
            yield f"<{opening}/>"
        else:
            yield f"<{opening}>"
            for child in inner:
                yield from self._element(child)
            yield f"</{name}>"

    def _attributes(self, node: Node) -> str:
        found = [
            f" {self._name(inner)}={quoteattr(inner.value, _IN_ATTRIBUTE)}"
            for inner in node.attributes
            if isinstance(inner, Node) and inner.relevant
        ]
        if node.row_id and self._row_ids:
            found.append(f" {_FA_PREFIX}:{local(ROW)}={quoteattr(node.row_id)}")
        return "".join(found)

    def _name(self, node: Node) -> str:
        prefix = self._prefixes.get(node.namespace, "")
        return f"{prefix}:{node.name}" if prefix else node.name


def revised(answers: Answers, uuid: Callable[[], str]) -> Answers:
    """The answers of a sent submission as the start of its edit: a new instanceID, the old one as deprecatedID (ODK XForms, Metadata).

    `FormSession.resume` opens them; the first-load actions do not run again.
    """
    before = answers.get(INSTANCE_ID, "")
    now = {**answers, INSTANCE_ID: f"uuid:{uuid()}"}
    if before:
        now[DEPRECATED_ID] = before
    return now


def read(definition: FormDefinition, xml: str | bytes) -> Answers:
    """Answers of a submission in XML; a row's id is the one that was written with it, else made of its path and place.

    Raises BadInput(what=submission) when it is no XML or of another form.
    """
    if ("<!ENTITY" if isinstance(xml, str) else b"<!ENTITY") in xml:  # type: ignore[operator]
        raise BadInput(what="submission", value="<!ENTITY")
    try:
        root = fromstring(xml)
    except (ParseError, ValueError) as fault:
        raise BadInput(what="submission", value=str(fault)) from fault
    if local(root.tag) != definition.root.name:
        raise BadInput(what="submission", value=local(root.tag))
    stated = root.get("id")
    if stated and definition.form and stated != definition.form:
        raise BadInput(what="submission", value=stated)
    quiet = {definition.nodes[index].path for index in silent(definition)}
    return dict(_answers(definition, definition.root, root, "", quiet))


def _answers(definition: FormDefinition, node: NodeDef, element: Element, path: str, quiet: set[str]) -> Iterator[tuple[str, str]]:
    inner = {definition.nodes[index].name: definition.nodes[index] for index in node.children}
    before = f"{path}/" if path else ""
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
            below = f"{below}/{child.get(ROW) or child.get('rowId') or _row_id(below, count[name])}"
            yield below, order_text(float(count[name]))
        yield from _answers(definition, found, child, below, quiet)


def _row_id(path: str, place: int) -> str:
    """A row id that is the same whenever the same file is read."""
    return sha256(f"{path}/{place}".encode()).hexdigest()[:32]
