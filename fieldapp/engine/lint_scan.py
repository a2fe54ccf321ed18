"""Finds every broken expression and dead absolute path of an XForm, where reading the form would stop at the first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from fieldapp.errors import FormInvalid

from .expressions import MOST_SEARCHES, searches
from .xform_body import plain_path
from .xform_document import read_document
from .xform_text import JR, local
from .xpath.ast import Axis, NameTest, Origin, Path, walk
from .xpath.compile import compile_expression
from .xpath.errors import ExpressionFault
from .xpath.parser import parse
from .xpath.prune import prune

_BIND = ("relevant", "calculate", "constraint", "required", "readonly", "warning")


CONTROLS = ("input", "select", "select1", "rank", "range", "upload", "trigger", "group", "repeat")


@dataclass(frozen=True, slots=True)
class Broken:
    """An expression that cannot be read or compiled, or that names a node that is not there."""

    path: str
    role: str
    expression: str
    code: str
    detail: str
    reason: str
    position: int

    def values(self) -> tuple[tuple[str, str], ...]:
        """What the message names."""
        return (
            ("name", self.detail),
            ("detail", self.detail),
            ("reason", self.reason),
            ("expression", self.expression),
            ("position", str(self.position + 1)),
        )


def scan(xform: str) -> tuple[Broken, ...]:
    """All broken expressions in document order; none if the text is not XML (reading the form says so)."""
    try:
        document, _ = read_document(xform)
    except FormInvalid:
        return ()
    instance = document.find(".//{*}model/{*}instance")
    known = frozenset(_paths(instance, "")) if instance is not None else frozenset()
    found = [broken for path, role, text in _expressions(document) if (broken := _broken(path, role, text, known)) is not None]
    return (*found, *_homeless(document, known))


def _homeless(document: Element, known: frozenset[str]) -> Iterator[Broken]:
    """Binds and controls whose node the instance does not have: they are left out without a word."""
    for element in document.iter():
        name = local(str(element.tag))
        ref = element.get("nodeset") or element.get("ref") or ""
        path = plain_path(ref) if ref.startswith("/") and "[" not in ref else ""
        if name not in (*CONTROLS, "bind") or not path or path in known or "/@" in path or path.split("/")[2:3] == ["meta"]:
            continue
        yield Broken(path, "name", ref, "bind-without-node" if name == "bind" else "control-without-node", path, "", 0)


def _broken(path: str, role: str, text: str, known: frozenset[str]) -> Broken | None:
    if not text.strip():
        return None
    try:
        expr = prune(parse(text))
        compile_expression(expr)
    except ExpressionFault as fault:
        return Broken(path, role, text, fault.code, fault.detail, fault.reason, fault.position)
    except RecursionError:
        return Broken(path, role, text, "syntax", "", "too-deep", 0)
    if searches(expr) > MOST_SEARCHES:
        return Broken(path, role, text, "too-costly", str(MOST_SEARCHES), "", 0)
    for here in walk(expr):
        if isinstance(here, Path) and here.start is Origin.ROOT and (plain := _plain(here)) and plain not in known:
            return Broken(path, role, text, "missing-path", plain, "", here.steps[0].at)
    return None


def _plain(path: Path) -> str:
    """An absolute path of names only, as text; '' for any other, which is judged when the form is read."""
    names: list[str] = []
    for step in path.steps:
        if not isinstance(step.test, NameTest) or step.predicates or step.axis is not Axis.CHILD:
            return ""
        names.append(step.test.name)
    return "/" + "/".join(names) if names and names[-1] not in ("meta", "instanceID") else ""


def _paths(element: Element, above: str) -> Iterator[str]:
    for child in element:
        path = f"{above}/{local(child.tag)}"
        yield path
        yield from _paths(child, path)


def _expressions(document: Element) -> Iterator[tuple[str, str, str]]:
    """(path of the node, what the expression is for, its text)."""
    for element, around in _walk(document, ""):
        match local(element.tag):
            case "bind":
                for name, text in element.attrib.items():
                    if local(name) in _BIND:
                        yield element.get("nodeset", ""), local(name), text
            case "itemset":
                yield around, "itemset", element.get("nodeset", "")
            case "repeat":
                yield element.get("nodeset", ""), "count", element.get(JR + "count", "")
            case "setvalue":
                yield element.get("ref", around), "setvalue", element.get("value", "")
            case "output":
                yield around, "text", element.get("value") or element.get("ref") or ""


def _walk(element: Element, around: str) -> Iterator[tuple[Element, str]]:
    """Every element with the path that it belongs to: the nearest control, or the node that an itext id names."""
    if local(element.tag) == "text":
        around = element.get("id", "").split(":", 1)[0]
    elif local(element.tag) not in ("bind", "itemset", "setvalue", "output"):
        around = element.get("ref") or element.get("nodeset") or around
    yield element, around
    for child in element:
        yield from _walk(child, around)
