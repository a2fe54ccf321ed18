"""A submission as OpenRosa XML: out for exchange with other ODK servers, in from them; what is written and read again is the same.

Sources: ODK XForms specification 1.0 (submissions, metadata), OpenRosa metadata schema, ODK entities specification 2025.1.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from hashlib import sha256
from xml.etree.ElementTree import Element, ParseError, fromstring
from xml.sax.saxutils import escape, quoteattr

from fieldapp.domain.submission import Answers
from fieldapp.errors import BadInput

from .definition import FormDefinition, NodeDef, Seed
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
        self._prefixes.setdefault(ORX, _unlike("orx", self._prefixes.values()))
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


def _unlike(prefix: str, taken: Collection[str]) -> str:
    """The prefix, longer while the form uses it for another namespace."""
    while prefix in taken:
        prefix += "_"
    return prefix


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
    return dict(_Reader(definition).answers(definition.first, root, ""))


class _Reader:
    """Reads one submission along the form. What the file leaves out (it was not relevant) is as the form has it at first."""

    def __init__(self, definition: FormDefinition) -> None:
        self._nodes = definition.nodes
        self._quiet = silent(definition)

    def answers(self, seed: Seed, element: Element | None, path: str) -> Iterator[tuple[str, str]]:
        """The answers at a node and below; `element` is None where the file leaves it out."""
        node = self._nodes[seed.node]
        given = {} if element is None else {"@" + local(key): value for key, value in element.attrib.items()}
        if node.is_leaf:
            text = seed.value if element is None else element.text or ""
            if text and node.index not in self._quiet:
                yield path, text
        before = f"{path}/" if path else ""
        for index in node.children:
            child = self._nodes[index]
            seeds = [inner for inner in seed.children if inner.node == index]
            if child.is_attribute:
                text = given.get(child.name) or next((known.value for known in seeds), "")
                if text and index not in self._quiet:
                    yield f"{before}{child.name}", text
                continue
            found = _named(element, child.name)
            if child.repeat is not None:
                yield from self._rows(child, found, seeds, element is None, before)
            elif seeds or found:
                yield from self.answers(seeds[0] if seeds else Seed(index), found[0] if found else None, f"{before}{child.name}")

    def _rows(self, repeat: NodeDef, found: list[Element], seeds: list[Seed], omitted: bool, before: str) -> Iterator[tuple[str, str]]:
        """The rows of the file; of a repeat whose rows are fixed, and inside what is left out, the rows that the form begins with."""
        assert repeat.repeat is not None
        fixed = repeat.repeat.fixed and repeat.repeat.count is None
        rows: list[tuple[Seed, Element | None]] = [(repeat.repeat.template, row) for row in found]
        if omitted or fixed:
            rows = [*rows, *((seed, None) for seed in seeds[len(rows) :])][: len(seeds)]
        path = f"{before}{repeat.name}"
        for place, (seed, row) in enumerate(rows, 1):
            named = (row.get(ROW) or row.get("rowId")) if row is not None else None
            below = f"{path}/{named or _row_id(path, place)}"
            yield below, order_text(float(place))
            yield from self.answers(seed, row, below)


def _named(element: Element | None, name: str) -> list[Element]:
    """The elements of a name below, templates left out."""
    if element is None:
        return []
    return [inner for inner in element if local(inner.tag) == name and inner.get(JR + "template") is None]


def _row_id(path: str, place: int) -> str:
    """A row id that is the same whenever the same file is read."""
    return sha256(f"{path}/{place}".encode()).hexdigest()[:32]
