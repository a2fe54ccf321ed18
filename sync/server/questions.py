"""What the questions of a published form are called, for whoever looks at answers on the district's page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from xml.etree import ElementTree

from sqlmodel import Session

from ..survey import MEMBER_FIELDS
from .tables import Form

_ROW = re.compile(r"/[0-9a-f]{32}(?=/|$)")
_ITEXT = re.compile(r"jr:itext\('([^']*)'\)")
_MARKS = re.compile(r"^(?:@removed/|@parked/|@unfit/)+")
_NAME = next(question for question, field in MEMBER_FIELDS.items() if field == "name")
_SPOKEN = {"zh_CN": ("(zh)", "中文"), "en": ("(en)", "English")}
_CONTROLS = {"input", "select", "select1", "upload", "trigger", "range", "rank", "group", "repeat"}


def labels(session: Session, form: str, version: str, values: Mapping[str, str], paths: list[str], language: str) -> dict[str, str]:
    """Path → label, with the name of the member whose row it is in; paths that the form does not know are left out."""
    published = session.get(Form, (form, version))
    if published is None:
        return {}
    known = _labels(published.xform, language)
    found = {}
    for path in paths:
        plain = _MARKS.sub("", path).removesuffix("/@why")
        label = known.get(_ROW.sub("", plain), "")
        if label:
            found[path] = " · ".join(filter(None, (_row_name(plain, values), label)))
    return found


def _row_name(path: str, values: Mapping[str, str]) -> str:
    row = next((found for found in reversed(list(_ROW.finditer(path)))), None)
    if row is None:
        return ""
    inside = path[: row.end()] + "/"
    return next((value for other, value in values.items() if other.startswith(inside) and other.endswith("/" + _NAME)), "")


@lru_cache(8)
def _labels(xform: str, language: str) -> dict[str, str]:
    """Path below the form's root → label in a language, else in the form's own."""
    try:
        document = ElementTree.fromstring(xform)
    except ElementTree.ParseError:
        return {}
    texts = _texts(document, language)
    found: dict[str, str] = {}
    for control in document.iter():
        ref = control.get("ref") or control.get("nodeset") or ""
        if _local(control) not in _CONTROLS or not ref.startswith("/"):
            continue
        label = next((child for child in control if _local(child) == "label"), None)
        if label is not None:
            spoken = _ITEXT.fullmatch(label.get("ref", ""))
            text = texts.get(spoken[1], "") if spoken else "".join(label.itertext())
            found.setdefault("/".join(ref.split("/")[2:]), " ".join(text.split()))
    return found


def _texts(document: ElementTree.Element, language: str) -> dict[str, str]:
    translations = [one for one in document.iter() if _local(one) == "translation"]
    spoken = next((one for one in translations if any(sign in one.get("lang", "") for sign in _SPOKEN.get(language, ()))), None)
    own = next((one for one in translations if one.get("default")), translations[0] if translations else None)
    chosen = spoken if spoken is not None else own
    texts: dict[str, str] = {}
    for text in chosen if chosen is not None else ():
        plain = next((value for value in text if _local(value) == "value" and not value.get("form")), None)
        if plain is not None:
            texts[text.get("id", "")] = "".join(plain.itertext())
    return texts


def _local(element: ElementTree.Element) -> str:
    return str(element.tag).rpartition("}")[2]
