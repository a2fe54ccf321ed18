"""XML text → element tree and prefixes, within limits: no document types (so no entities), not too large, not too deep."""

from __future__ import annotations

import io
import re
from xml.etree.ElementTree import Element, ParseError, iterparse

from fieldapp.errors import FormInvalid

from .limits import ELEMENTS, ELEMENTS_DEEP, FILE_BYTES

_DECLARATION = re.compile(r"\ufeff?<\?xml[^>]*\?>")
_PROLOGUE = re.compile(r"(?:\s+|<!--(?:(?!--).)*-->|<\?(?:(?!\?>).)*\?>)*", re.DOTALL)


def read_document(xform: str, most: int = ELEMENTS) -> tuple[Element, dict[str, str]]:
    """The root element and the prefixes that are declared anywhere in it.

    Raises FormInvalid(fault=xml, doctype, too-large or too-deep). The text is read already, whatever encoding its declaration names.
    """
    if len(xform) > FILE_BYTES and most <= ELEMENTS:
        raise FormInvalid(detail=f"{len(xform)} > {FILE_BYTES}", fault="too-large")
    text = undeclared(xform)
    refuse_doctype(text)
    prefixes: dict[str, str] = {}
    root: Element | None = None
    count = depth = 0
    try:
        for event, item in iterparse(io.BytesIO(text.encode("utf-8")), events=("start", "end", "start-ns")):
            if event == "start":
                root = item if root is None else root
                count += 1
                depth += 1
                if count > most:
                    raise FormInvalid(detail=str(most), fault="too-large")
                if depth > ELEMENTS_DEEP:
                    raise FormInvalid(detail=str(ELEMENTS_DEEP), fault="too-deep")
            elif event == "end":
                depth -= 1
            else:
                prefixes.setdefault(item[0], item[1])
    except (ParseError, UnicodeEncodeError) as fault:
        raise FormInvalid(detail=str(fault), fault="xml", line=fault.position[0] if isinstance(fault, ParseError) else 0) from fault
    if root is None:
        raise FormInvalid(detail="", fault="xml")
    return root, prefixes


def undeclared(xform: str) -> str:
    """The text without the declaration that names an encoding; its lines keep their numbers."""
    declaration = _DECLARATION.match(xform)
    if declaration is None:
        return xform.removeprefix("\ufeff")
    return "\n" * declaration.group().count("\n") + xform[declaration.end() :]


def refuse_doctype(text: str) -> None:
    """A document type can only stand before the root element; entities need one. Raises FormInvalid(fault=doctype)."""
    prologue = _PROLOGUE.match(text)
    if prologue is not None and text.startswith("<!", prologue.end()):
        raise FormInvalid(detail="<!DOCTYPE", fault="doctype")
