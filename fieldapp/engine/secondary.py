"""Secondary instances as trees for expressions: from the form itself or from its media (CSV, XML, GeoJSON), read when first asked for."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

from fieldapp.domain.private_use import normalised
from fieldapp.errors import FormInvalid

from .definition import Internal, SecondaryDef
from .limits import MEDIA_ELEMENTS
from .pause import nothing_to_collect
from .xform_document import read_document
from .xform_model import EXTERNAL, internal
from .xpath.tree import Document, NodeKind, XNode

_MEDIA = 8
"""So many media are kept ready; a laptop opens one household after the other with the same ones."""

LAST_SAVED = "jr://instance/last-saved"
ITEMSETS = "itemsets.csv"
"""The media file of all external choices: `list_name`, `name`, `label` and the columns that filters ask for."""


class Secondaries(Mapping[str, XNode]):
    """Id → document. A medium that is not there or cannot be read is an empty list, so that the form still opens.

    Documents never change, so sessions share them: `own` keeps those that the form itself holds, media are known by their content.
    """

    def __init__(self, definitions: tuple[SecondaryDef, ...], files: Mapping[str, bytes | str], own: dict[str, Document]) -> None:
        self._definitions = {definition.id: definition for definition in definitions}
        self._files = files
        self._own = own
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
        if definition.root is not None:
            if definition.id not in self._own:
                self._own[definition.id] = _document(_tree(definition.root))
            return self._own[definition.id]
        return self._medium(definition.source) if definition.source else Document(static=True)

    def _medium(self, source: str) -> Document:
        items = source.removeprefix(EXTERNAL) if source.startswith(EXTERNAL) else ""
        name = ITEMSETS if items else "last-saved" if source == LAST_SAVED else source.rsplit("/", 1)[-1]
        body = self._files.get(name, self._files.get(source))
        if body is None:
            return _document(XNode("root"))
        lower = name.lower()
        if lower.endswith(".csv") or source.startswith("jr://file-csv/"):
            return _read(from_csv, body, items)
        if lower.endswith((".geojson", ".json")):
            return _read(from_geojson, body)
        return _read(from_xml, body)


@lru_cache(maxsize=_MEDIA)
def _read(reader: Callable[[str], XNode], body: bytes | str, items: str = "") -> Document:
    """A medium, or of the external choices those of one list."""
    with nothing_to_collect():
        text = body.decode("utf-8-sig", errors="replace") if isinstance(body, bytes) else body.removeprefix("\ufeff")
        root = reader(normalised(text))
        return _document(_of_list(root, items) if items else root)


def _document(root: XNode) -> Document:
    document = Document(static=True)
    document.append(root)
    return document


def _tree(element: Internal) -> XNode:
    node = XNode(element.name, element.text)
    for name, value in element.attributes:
        node.attach(XNode(name, value, NodeKind.ATTRIBUTE))
    if element.children:
        node.fill([_tree(child) for child in element.children])
    return node


def from_csv(text: str) -> XNode:
    """`root/item/<column>`; the separator is a comma, or what the first line has instead."""
    first = text.split("\n", 1)[0]
    separator = "," if "," in first else next((mark for mark in ";\t" if mark in first), ",")
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    header = [name.strip() for name in next(lines, [])]
    columns = [(place, name) for place, name in enumerate(header) if name]
    root = XNode("root")
    for line in lines:
        if not any(line):
            continue
        line += [""] * (len(header) - len(line))
        item = XNode("item")
        item.fill([XNode(name, line[place]) for place, name in columns])
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
    try:
        element, _ = read_document(text, MEDIA_ELEMENTS)
    except FormInvalid:
        return XNode("root")
    return _tree(internal(element))


def from_geojson(text: str) -> XNode:
    """`root/item` for each feature: its properties, `id` and `geometry` as ODK writes places (`lat lon alt acc`)."""
    root = XNode("root")
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
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
