"""Reads the texts of an XForm: itext translations, labels, hints and messages with their outputs."""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.etree.ElementTree import Element

from .definition import Expression, Text

XF = "{http://www.w3.org/2002/xforms}"
JR = "{http://openrosa.org/javarosa}"

MEDIA = ("image", "big-image", "audio", "video")
"""The forms of a text that name a file."""

_ITEXT_REF = re.compile(r"""^\s*jr:itext\(\s*(['"])(.*?)\1\s*\)\s*$""")

_ITEXT_BY = re.compile(r"""^\s*jr:itext\((.*)\)\s*$""", re.DOTALL)

ReadExpression = Callable[[str], Expression]
"""Reads an expression at the place of the text."""


def local(tag: str) -> str:
    """The name without its namespace."""
    return tag.rsplit("}", 1)[-1]


def namespace(tag: str) -> str:
    """The namespace URI of a name, empty if none."""
    return tag[1:].split("}", 1)[0] if tag.startswith("{") else ""


def mixed(element: Element, read: ReadExpression) -> tuple[str | Expression, ...]:
    """Literal pieces and outputs in order; other markup counts with its text."""
    parts: list[str | Expression] = []

    def add(text: str | None) -> None:
        if text:
            if parts and isinstance(parts[-1], str):
                parts[-1] += text
            else:
                parts.append(text)

    def descend(inner: Element) -> None:
        add(inner.text)
        for child in inner:
            if local(child.tag) == "output":
                value = child.get("value") or child.get("ref") or ""
                if value.strip():
                    parts.append(read(value))
            else:
                descend(child)
            add(child.tail)

    descend(element)
    return _trimmed(parts)


def _trimmed(parts: list[str | Expression]) -> tuple[str | Expression, ...]:
    if parts and isinstance(parts[0], str):
        parts[0] = parts[0].lstrip()
    if parts and isinstance(parts[-1], str):
        parts[-1] = parts[-1].rstrip()
    return tuple(part for part in parts if part != "")


def shown_text(element: Element | None, read: ReadExpression) -> Text | None:
    """A `label` or `hint` of the body: by itext id, by an expression, or as it stands there."""
    if element is None:
        return None
    ref = element.get("ref")
    if ref is None:
        return Text(mixed(element, read))
    return referred(ref, read)


def referred(ref: str, read: ReadExpression) -> Text:
    """A text given by `jr:itext('id')` or by any other expression."""
    match = _ITEXT_REF.match(ref)
    return Text(itext=match.group(2)) if match else Text((read(ref),))


def itext_id(ref: str) -> str:
    """The expression of the text id in `jr:itext(itextId)`; empty for another label."""
    match = _ITEXT_BY.match(ref)
    return match.group(1).strip() if match else ""


def has_media(model: Element) -> bool:
    """Whether any text of the form comes with an image, a sound or a film."""
    itext = model.find(XF + "itext")
    return itext is not None and any(value.get("form") in MEDIA for value in itext.iter(XF + "value"))


def message(value: str | None, read: ReadExpression) -> Text | None:
    """A message attribute: `jr:itext('id')` or the words themselves."""
    if value is None or not value.strip():
        return None
    match = _ITEXT_REF.match(value)
    if match:
        return Text(itext=match.group(2))
    return Text((read(value),)) if value.strip().startswith("jr:itext(") else _with_outputs(value, read)


def own_message(value: str | None, read: ReadExpression, known: Callable[[str], bool]) -> Text | None:
    """A message of our own columns: pyxform writes `${age}` there as a bare path between two blanks, which speaks its answer."""
    if value is None or not value.strip():
        return None
    parts: list[str | Expression] = []
    end = 0
    for match in _BARE_PATH.finditer(value):
        if known(match.group(1)):
            parts += [value[end : match.start()], read(match.group(1))]
            end = match.end()
    return Text(_trimmed([*parts, value[end:]]))


_BARE_PATH = re.compile(r" ((?:\.\.(?=/))?(?:/(?:\.\.|[^\W\d][\w.-]*))+) ")
_OUTPUT = re.compile(r"""<output\s+value=(["'])(.*?)\1\s*/>""")


def _with_outputs(value: str, read: ReadExpression) -> Text:
    """A message that pyxform wrote with `<output value="…"/>` inside the attribute."""
    parts: list[str | Expression] = []
    end = 0
    for match in _OUTPUT.finditer(value):
        parts += [value[end : match.start()], read(match.group(2))]
        end = match.end()
    parts.append(value[end:])
    return Text(_trimmed(parts))


def translations(model: Element, read_at: Callable[[str], ReadExpression]) -> tuple[tuple[str, ...], dict[str, dict[str, Text]]]:
    """Languages (default first) and language → text id → text. A form of a text (`guidance`, `image`) stands behind a semicolon."""
    itext = model.find(XF + "itext")
    if itext is None:
        return (), {}
    languages: list[str] = []
    texts: dict[str, dict[str, Text]] = {}
    for translation in itext.findall(XF + "translation"):
        language = translation.get("lang", "")
        if "default" in translation.attrib:
            languages.insert(0, language)
        else:
            languages.append(language)
        mine = texts.setdefault(language, {})
        for text in translation.findall(XF + "text"):
            name = text.get("id", "")
            read = read_at(name)
            for value in text.findall(XF + "value"):
                form = value.get("form", "")
                mine[f"{name};{form}" if form else name] = Text(mixed(value, read))
            other = mine.get(f"{name};long", mine.get(f"{name};short", Text()))
            mine.setdefault(name, other)
    return tuple(languages), texts
