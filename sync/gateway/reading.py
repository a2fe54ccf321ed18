"""A submission as a phone sends it (OpenRosa XML), read along its form into answers by stable path.

Sources: ODK XForms specification 1.0 (submissions, metadata), OpenRosa metadata schema.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError, fromstring

from ..errors import Refused

MAX_XML = 4 << 20
"""Bytes of a submission without its files."""
_MAX_ANSWERS = 100_000
_MAX_DEPTH = 40
INSTANCE_ID = "meta/instanceID"
DEPRECATED_ID = "meta/deprecatedID"
_FORBIDDEN = re.compile(r"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
_ENTITY = frozenset({"id", "create", "update", "baseVersion", "trunkVersion", "branchId"})
"""Attributes of `meta/entity` that are answers."""
_ROW_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class FormShape:
    """What reading needs to know of a form: the XPaths of its repeats and of its uploads, and the name of its root."""

    root: str
    repeats: frozenset[str]
    uploads: frozenset[str]


@dataclass(frozen=True, slots=True)
class Sent:
    """One submission as it came; rows are named by their place, `row/1`, until somebody knows better."""

    form: str
    version: str
    instance: str
    """instanceID as the phone made it."""
    deprecated: str
    """The instanceID that this one replaces, or empty."""
    answers: Mapping[str, str]
    uploads: Mapping[str, str]
    """Stable path → name of the file."""


def shape_of(xform: str) -> FormShape:
    """The shape of a published XForm. Raises Refused(garbled)."""
    document = _parsed(xform, "form")
    repeats = frozenset(_path(found.get("nodeset", "")) for found in document.iter() if _local(found) == "repeat")
    uploads = frozenset(_path(found.get("ref", "")) for found in document.iter() if _local(found) == "upload")
    for model in document.iter():
        if _local(model) == "instance" and len(model):
            return FormShape(_local(model[0]), repeats, uploads)
    raise Refused(reason="garbled", what="form")


def identity(xml: bytes) -> tuple[str, str]:
    """(form, version) that a submission names. Raises Refused(garbled)."""
    root = _root(xml)
    return root.get("id", "") or _local(root), root.get("version", "") or root.get("uiVersion", "")


def read(xml: bytes, shape: FormShape) -> Sent:
    """The submission. Raises Refused(garbled) when it is no XML, of another form, without an instanceID, too large or too deep."""
    root = _root(xml)
    if _local(root) != shape.root:
        raise Refused(reason="garbled", what="submission")
    form, version = identity(xml)
    answers: dict[str, str] = {}
    uploads: dict[str, str] = {}
    for path, place, value in _leaves(root, "", f"/{shape.root}", shape.repeats, 0):
        if path in answers or len(answers) >= _MAX_ANSWERS:
            raise Refused(reason="garbled", what=path[:200])
        answers[path] = value
        if place in shape.uploads:
            uploads[path] = value
    instance = (answers.get(INSTANCE_ID) or root.get("instanceID") or "").strip()
    if not instance:
        raise Refused(reason="garbled", what=INSTANCE_ID)
    return Sent(form, version, instance, answers.get(DEPRECATED_ID, "").strip(), answers | {INSTANCE_ID: instance}, uploads)


def record_of(instance: str) -> str:
    """The record id that a submission's instanceID stands for: its UUID, else the half of its hash; 32 hex digits."""
    plain = instance.removeprefix("uuid:").replace("-", "").lower()
    return plain if _ROW_ID.fullmatch(plain) else _row_id(instance)


def renamed(answers: Mapping[str, str], rows: Mapping[str, str]) -> dict[str, str]:
    """The answers with other names for their rows; `rows`: provisional path of a row (`member/1`) → row id. Outer rows come first."""
    return {_renamed(path, rows): value for path, value in answers.items()}


def row_ids(sent: Sent, record: str, kept: Container[str] = ()) -> dict[str, str]:
    """An id for every row, the same whenever this submission comes again and no other submission's.

    `kept`: the paths of the submission that this one edits; a row at a place that has none there is a new row, not one that was taken out.
    """
    rows = sorted((path for path in sent.answers if path.rpartition("/")[2].isdigit()), key=lambda path: path.count("/"))
    found: dict[str, str] = {}
    for path in rows:
        found[path] = _row_id(f"{record}/{path}")
        if sent.deprecated and _renamed(path, found) not in kept:
            found[path] = _row_id(f"{record}/{sent.instance}/{path}")
    return found


def _row_id(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _renamed(path: str, rows: Mapping[str, str]) -> str:
    parts = path.split("/")
    return "/".join(rows.get("/".join(parts[: at + 1]), part) if part.isdigit() else part for at, part in enumerate(parts))


def _leaves(element: Element, path: str, place: str, repeats: frozenset[str], depth: int) -> Iterator[tuple[str, str, str]]:
    """(stable path, place in the form, text) of every answer and every row below an element."""
    if depth > _MAX_DEPTH:
        raise Refused(reason="garbled", what="depth")
    counted: dict[str, int] = {}
    for child in element:
        name = _local(child)
        below, inner = (f"{path}/{name}" if path else name), f"{place}/{name}"
        if any(_local_name(key) == "template" for key in child.attrib):
            continue
        if inner in repeats:
            counted[name] = counted.get(name, 0) + 1
            below = f"{below}/{counted[name]}"
            yield below, inner, str(counted[name])
        elif not len(child) and (child.text or "").strip():
            yield below, inner, unicodedata.normalize("NFC", child.text or "")
        if below == "meta/entity":
            for key, value in child.attrib.items():
                if key in _ENTITY and value:
                    yield f"{below}/@{key}", f"{inner}/@{key}", unicodedata.normalize("NFC", value)
        yield from _leaves(child, below, inner, repeats, depth + 1)


def _root(xml: bytes) -> Element:
    if len(xml) > MAX_XML:
        raise Refused(reason="too-large")
    try:
        text = xml.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise Refused(reason="garbled", what="utf-8") from wrong
    return _parsed(text, "submission")


def _parsed(text: str, what: str) -> Element:
    if _FORBIDDEN.search(text):
        raise Refused(reason="garbled", what="DOCTYPE")
    try:
        return fromstring(text)
    except (ParseError, ValueError, RecursionError) as wrong:
        raise Refused(reason="garbled", what=what) from wrong


def _local(element: Element) -> str:
    return _local_name(element.tag)


def _local_name(tag: str) -> str:
    return tag.rpartition("}")[2]


def _path(nodeset: str) -> str:
    return "".join(f"/{part.strip().rpartition(':')[2]}" for part in nodeset.strip("/ ").split("/"))
