"""Reads the model of an XForm: the primary instance as definitions and seeds, secondary instances, binds' attributes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from .definition import NO_NODE, Internal, SecondaryDef, Seed
from .xform_text import JR, local, namespace

ORX = "http://openrosa.org/xforms"
ENTITIES = "{http://www.opendatakit.org/xforms/entities}"
ODK = "{http://www.opendatakit.org/xforms}"
FA = "{urn:fieldapp:form}"

_HIDDEN_ATTRIBUTES = (JR + "template", ODK + "xforms-version")


@dataclass(slots=True)
class Draft:
    """A node definition while it is being read."""

    name: str
    path: str
    parent: Draft | None
    namespace: str = ""
    children: list[Draft] = field(default_factory=list)
    index: int = NO_NODE
    is_repeat: bool = False
    template: Element | None = None
    sample: Element | None = None

    def child(self, name: str) -> Draft | None:
        return next((child for child in self.children if child.name == name), None)


class Skeleton:
    """The tree of node definitions of a primary instance, in document order, and its seeds."""

    def __init__(self, root: Element, repeats: Iterable[str]) -> None:
        self._repeats = frozenset(repeats)
        self.drafts: list[Draft] = []
        self.by_path: dict[str, Draft] = {}
        self._element = root
        self.root = self._merge(root, None)
        self._may_be_edited()
        self._number(self.root)

    def _merge(self, element: Element, parent: Draft | None) -> Draft:
        name = local(element.tag)
        draft = parent.child(name) if parent is not None else None
        if draft is None:
            path = f"{parent.path if parent else ''}/{name}"
            draft = Draft(name, path, parent, namespace(element.tag), is_repeat=path in self._repeats)
            self.by_path[path] = draft
            if parent is not None:
                parent.children.append(draft)
        if element.get(JR + "template") is not None:
            draft.template = element if draft.template is None else draft.template
        elif draft.sample is None:
            draft.sample = element
        for key in element.attrib:
            self._attribute(key, draft)
        for child in element:
            self._merge(child, draft)
        return draft

    def _may_be_edited(self) -> None:
        """Room for `meta/deprecatedID`, which only an edited submission holds: a definition that no seed fills."""
        meta = self.root.child("meta")
        if meta is not None and meta.child("deprecatedID") is None:
            draft = Draft("deprecatedID", f"{meta.path}/deprecatedID", meta, meta.namespace)
            self.by_path[draft.path] = draft
            meta.children.append(draft)

    def _attribute(self, key: str, draft: Draft) -> None:
        name = "@" + local(key)
        if key in _HIDDEN_ATTRIBUTES or draft.child(name) is not None:
            return
        attribute = Draft(name, f"{draft.path}/{name}", draft, namespace(key))
        self.by_path[attribute.path] = attribute
        place = sum(1 for child in draft.children if child.name.startswith("@"))
        draft.children.insert(place, attribute)

    def _number(self, draft: Draft) -> None:
        draft.index = len(self.drafts)
        self.drafts.append(draft)
        for child in draft.children:
            self._number(child)

    def first(self) -> Seed:
        """The live tree of a new submission: the rows that stand in the instance, none from templates."""
        return self._seed(self._element, self.root)

    def template(self, draft: Draft) -> Seed:
        """What a new row of the repeat holds: its template; without one the first row with its answers blank.

        A template's attributes stand in it or, as pyxform writes them, only in the first row.
        """
        if draft.template is None:
            assert draft.sample is not None
            return _blank(self._seed(draft.sample, draft), self.drafts)
        seed = self._seed(draft.template, draft)
        if draft.sample is None:
            return seed
        given = {inner.node for inner in seed.children}
        more = [
            inner
            for inner in self._seed(draft.sample, draft).children
            if inner.node not in given and self.drafts[inner.node].name[0] == "@"
        ]
        return Seed(seed.node, seed.value, tuple(sorted((*more, *seed.children), key=lambda inner: inner.node)))

    def _seed(self, element: Element, draft: Draft) -> Seed:
        seeds: list[Seed] = []
        done: set[str] = set()
        for key, value in element.attrib.items():
            attribute = draft.child("@" + local(key))
            if attribute is not None and key not in _HIDDEN_ATTRIBUTES:
                seeds.append(Seed(attribute.index, value))
        for child in element:
            inner = draft.child(local(child.tag))
            assert inner is not None
            if inner.is_repeat and child.get(JR + "template") is not None:
                continue
            if not inner.is_repeat and inner.name in done:
                continue
            done.add(inner.name)
            seeds.append(self._seed(child, inner))
        leaf = not any(not child.name.startswith("@") for child in draft.children)
        seeds.sort(key=lambda seed: seed.node)
        return Seed(draft.index, (element.text or "") if leaf else "", tuple(seeds))


def _blank(seed: Seed, drafts: list[Draft]) -> Seed:
    """The same nodes without the answers of elements."""
    value = seed.value if drafts[seed.node].name.startswith("@") else ""
    return Seed(seed.node, value, tuple(_blank(child, drafts) for child in seed.children))


EXTERNAL = "jr://itemsets/"
"""The source of a list of `itemsets.csv`, the file of all external choices (XLSForm `select_one_external`); the list's name follows."""

_QUERIED = re.compile(r"""instance\(\s*['"]([^'"]+)['"]\s*\)""")


def secondary(model: Element, body: Element | None = None) -> tuple[SecondaryDef, ...]:
    """Every instance of the model but the first, and the external lists that the body asks for."""
    found: list[SecondaryDef] = []
    for instance in model.findall("{*}instance")[1:]:
        name = instance.get("id", "")
        inner = next(iter(instance), None)
        source = instance.get("src", "")
        found.append(SecondaryDef(name, source, None if source or inner is None else internal(inner)))
    queries = [query for element in body.iter() if (query := element.get("query"))] if body is not None else []
    lists = dict.fromkeys(name for query in queries for name in _QUERIED.findall(query))
    known = {definition.id for definition in found}
    return (*found, *(SecondaryDef(name, EXTERNAL + name) for name in lists if name not in known))


def internal(element: Element) -> Internal:
    """An element as a value."""
    if not len(element) and not element.attrib:
        return Internal(local(element.tag), element.text or "")
    children = tuple([internal(child) for child in element])
    text = "" if children else element.text or ""
    return Internal(local(element.tag), text, children, tuple((local(key), value) for key, value in element.attrib.items()))


def add_meta(root: Element) -> None:
    """Give the instance the `meta/instanceID` that every submission carries (OpenRosa), if the form has none."""
    meta = next((child for child in root if local(child.tag) == "meta"), None)
    if meta is None:
        meta = Element(f"{{{ORX}}}meta")
        root.append(meta)
    if not any(local(child.tag) == "instanceID" for child in meta):
        meta.append(Element(f"{{{namespace(meta.tag)}}}instanceID" if namespace(meta.tag) else "instanceID"))
