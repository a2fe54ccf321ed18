"""The words of a form version as a dictionary for the compressor, worked out of the form itself, so that both sides have it with the form.

A form never changes once it is published and this recipe never changes either (a better one is a new number beside it), so the
dictionaries of old forms are there for ever without being kept or sent; who has not got the form asks for plain compression.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from xml.etree import ElementTree

RECIPE = 1
NONE = b"\x00" * 8
_X = "{http://www.w3.org/2002/xforms}"
_RECORDS = (
    "\nactive\nbirth\ncitizen_id\nethnic\nhousehold\nname\norder\nphone\nrelation\nsex\x1d",
    "\naddress\ngroup\nhead_name\nhousehold_type\nmonitor_type\nnational_code\nnatural_village\nnote\nphone\nvillage\x1d",
    "\ncaption\nhousehold\nmime\nname\npath\nsha\nsize\nsubmission\ntaken_at\x1d",
    "\ncopies\ndigest\nhousehold\nmade_at\nnumber\npages\nrevision\nsha\nsubmission\x1d",
    "\x1cimage/jpeg\x1d\x1c\x7f+.jpg\x1d\x1c\x7f0\x1d\x1cfinalized\x1dhousehold\x1dmember\x1dsubmission\x1dattachment\x1d",
)
_BODY = (
    '{"areas":"","cursors":{},"epoch":"","forms":[],"limit":65536}',
    '{"areas":[],"authors":[],"digests":{},"epoch":"","files":[],"forms":[],"more":false,"pages":[],"quarantined":[],"receipts":[],'
    '"scope":[],"time":"+00:00"}',
)
_ANSWERS = "@finalized_at\n@household\n@revision\n@state"
_MOST = 200_000
"""Bytes of a dictionary; what is past them is left out from the front, where the rarest stands."""


def words(xform: str) -> bytes:
    """The dictionary of a form; of what is not a form only the words that every exchange uses."""
    told = [*_BODY, *_RECORDS, *_form_words(xform)]
    return "\x1e".join(told).encode("utf-8", "replace")[-_MOST:]


def name(dictionary: bytes) -> bytes:
    """By which a body says what it was packed with: eight bytes."""
    return hashlib.sha256(b"fieldapp dictionary %d\n" % RECIPE + dictionary).digest()[:8]


def _form_words(xform: str) -> Iterator[str]:
    """As `compact` writes them: the labels of photos, then the paths of each repeat's rows, then the other paths."""
    if re.search(r"<!(DOCTYPE|ENTITY)", xform):
        return
    try:
        root = ElementTree.fromstring(xform)
    except (ElementTree.ParseError, ValueError):
        return
    instance = root.find(f".//{_X}model/{_X}instance")
    if instance is None or len(instance) == 0:
        return
    top = f"/{_plain(instance[0].tag)}"
    repeats = {element.get("nodeset", "").removeprefix(top + "/") for element in root.iter(f"{_X}repeat")}
    classes: dict[str, set[str]] = {"": set(_ANSWERS.split("\n"))}
    for bind in root.iter(f"{_X}bind"):
        if not bind.get("type"):
            continue  # a group or a repeat
        path = bind.get("nodeset", "").removeprefix(top + "/")
        prefix, rest = _split(path, repeats)
        classes.setdefault(prefix, {""} if prefix else set()).add(rest)
    yield "\n".join(_labels(root))
    for prefix in sorted(classes, reverse=True):
        yield "\x1d".join(("\n".join((prefix, *sorted(classes[prefix]))), "1\x1d"))


def _split(path: str, repeats: set[str]) -> tuple[str, str]:
    """The rows that a path belongs to, and what is left of it."""
    parts = path.split("/")
    told, cut = [], 0
    for at, part in enumerate(parts):
        told.append(part)
        if "/".join(parts[: at + 1]) in repeats:
            told.append("#")
            cut = len(told)
    return "/".join(told[:cut]), "/" * bool(cut) + "/".join(told[cut:])


def _labels(root: ElementTree.Element) -> Iterator[str]:
    """What stands beside the questions for files: it becomes their captions."""
    texts = {text.get("id", ""): text.findtext(f"{_X}value") or "" for text in root.iter(f"{_X}text")}
    for upload in root.iter(f"{_X}upload"):
        label = upload.find(f"{_X}label")
        if label is not None:
            found = re.search(r"jr:itext\('([^']+)'\)", label.get("ref", ""))
            yield (texts.get(found.group(1), "") if found else label.text) or ""


def _plain(tag: str) -> str:
    return tag.rpartition("}")[2]
