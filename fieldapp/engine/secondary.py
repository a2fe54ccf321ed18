"""Secondary instances as trees for expressions: from the form itself or from its media (CSV, XML, GeoJSON), read when first asked for."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element, ParseError, fromstring

from .definition import Internal, SecondaryDef
from .xform_model import EXTERNAL, internal
from .xpath.tree import Document, NodeKind, XNode

LAST_SAVED = "jr://instance/last-saved"
ITEMSETS = "itemsets.csv"
"""The media file of all external choices: `list_name`, `name`, `label` and the columns that filters ask for."""


class Secondaries(Mapping[str, XNode]):
    """Id → document. A medium that is not there or cannot be read is an empty list, so that the form still opens."""

    def __init__(self, definitions: tuple[SecondaryDef, ...], files: Mapping[str, bytes | str]) -> None:
        self._definitions = {definition.id: definition for definition in definitions}
        self._files = files
        self._read: dict[str, Document] = {}

    def __getitem__(self, name: str) -> XNode:
        found = self._read.get(name)
        if found is None:
            found = self._read[name] = self._document(self._definitions[name])
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._definitions)

    def __len__(self) -> int:
        return len(self._definitions)

    def __contains__(self, name: object) -> bool:
        return name in self._definitions

    def _document(self, definition: SecondaryDef) -> Document:
        document = Document(static=True)
        if definition.root is not None:
            document.append(_tree(definition.root))
        elif definition.source:
            document.append(self._medium(definition.source))
        return document

    def _medium(self, source: str) -> XNode:
        if source.startswith(EXTERNAL):
            return _of_list(self._medium(f"jr://file-csv/{ITEMSETS}"), source.removeprefix(EXTERNAL))
        name = "last-saved" if source == LAST_SAVED else source.rsplit("/", 1)[-1]
        body = self._files.get(name, self._files.get(source))
        if body is None:
            return XNode("root")
        text = body.decode("utf-8-sig", errors="replace") if isinstance(body, bytes) else body.removeprefix("\ufeff")
        lower = name.lower()
        if lower.endswith(".csv") or source.startswith("jr://file-csv/"):
            return from_csv(text)
        if lower.endswith((".geojson", ".json")):
            return from_geojson(text)
        return from_xml(text)


def _tree(element: Internal) -> XNode:
    node = XNode(element.name, element.text)
    for name, value in element.attributes:
        node.attach(XNode(name, value, NodeKind.ATTRIBUTE))
    for child in element.children:
        node.append(_tree(child))
    return node


def from_csv(text: str) -> XNode:
    """`root/item/<column>`; the separator is a comma, or what the first line has instead."""
    first = text.split("\n", 1)[0]
    separator = "," if "," in first else next((mark for mark in ";\t" if mark in first), ",")
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    header = [name.strip() for name in next(lines, [])]
    root = XNode("root")
    for line in lines:
        if not any(line):
            continue
        item = XNode("item")
        for place, name in enumerate(header):
            if name:
                item.append(XNode(name, line[place] if place < len(line) else ""))
        root.append(item)
    return root


def _of_list(everything: XNode, name: str) -> XNode:
    """The items of one list; the first column of labels counts where none is called just `label`."""
    root = XNode("root")
    for item in everything.children:
        if _cell(item, "list_name") != name:
            continue
        if not item.named("label"):
            label = next((cell.value for cell in item.children if cell.name.startswith("label")), "")
            item.append(XNode("label", label))
        root.append(item)
    return root


def _cell(item: XNode, name: str) -> str:
    return next((cell.value for cell in item.named(name)), "")


def from_xml(text: str) -> XNode:
    """The document's own root; empty if it is no XML."""
    if "<!ENTITY" in text:
        return XNode("root")
    try:
        element: Element = fromstring(text)
    except ParseError:
        return XNode("root")
    return _tree(internal(element))


def from_geojson(text: str) -> XNode:
    """`root/item` for each feature: its properties, `id` and `geometry` as ODK writes places (`lat lon alt acc`)."""
    root = XNode("root")
    try:
        content = json.loads(text)
    except json.JSONDecodeError:
        return root
    features = content.get("features") if isinstance(content, dict) else None
    for feature in features if isinstance(features, list) else []:
        if not isinstance(feature, dict):
            continue
        item = XNode("item")
        fields: dict[str, object] = {}
        if isinstance(feature.get("properties"), dict):
            fields.update(feature["properties"])
        if feature.get("id") is not None:
            fields["id"] = feature["id"]
        fields["geometry"] = _geometry(feature.get("geometry"))
        for name, value in fields.items():
            item.append(XNode(str(name), _plain(value)))
        root.append(item)
    return root


def _plain(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _geometry(geometry: object) -> str:
    if not isinstance(geometry, dict):
        return ""
    places = geometry.get("coordinates")
    if geometry.get("type") == "Polygon" and isinstance(places, list) and places:
        places = places[0]
    if geometry.get("type") == "Point":
        places = [places]
    if not isinstance(places, list):
        return ""
    return "; ".join(_place(place) for place in places if isinstance(place, list) and len(place) >= 2)


def _place(place: list[object]) -> str:
    height = place[2] if len(place) > 2 else 0
    return f"{place[1]} {place[0]} {height} 0"
