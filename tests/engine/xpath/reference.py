"""Runs one reference case: builds its document, evaluates its expression, says whether the answer is the recorded one."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from fieldapp.engine.xpath.compile import compile_expression
from fieldapp.engine.xpath.context import EvalContext
from fieldapp.engine.xpath.errors import ExpressionFault, ExpressionSyntax
from fieldapp.engine.xpath.parser import parse
from fieldapp.engine.xpath.tree import NodeKind, XNode
from tests.engine.xpath.xml_tree import XmlTree

NOW = datetime(2026, 11, 22, 0, 20, 8, 266_000, tzinfo=UTC)
"""When the cases were recorded; their today is 2026-11-21 in America/Phoenix."""
_NUMBERS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf, "-0": -0.0}
_DOCTYPE = 10


def agrees(case: dict[str, Any], trees: dict[str, XmlTree]) -> bool:
    """Whether the case gives what was recorded; trees remembers documents. Raises KeyError if its context is not in its document."""
    kind, text = case["kind"], case["expression"]
    if kind in ("parses", "syntax-error"):
        return _parses(text) is (kind == "parses")
    xml = case["xml"] or "<root/>"
    tree = trees.setdefault(xml, XmlTree(xml)) if xml not in trees else trees[xml]
    context = _context(case, tree)
    node = tree.at(case["context"])
    try:
        expression = compile_expression(parse(text))
        if kind in ("nodeset", "first_node"):
            found = expression.nodes(node, context)
            return _same_nodes(found[:1] if kind == "first_node" else found, case["expected"], tree)
        return _same_value(kind, case, expression, node, context)
    except ExpressionFault:
        return bool(kind == "throws")


def _parses(text: str) -> bool:
    try:
        parse(text)
    except ExpressionSyntax:
        return False
    return True


def _same_value(kind: str, case: dict[str, Any], expression: Any, node: XNode, context: EvalContext) -> bool:
    expected = case["expected"]
    match kind:
        case "boolean":
            return expression.true(node, context) is expected
        case "number" | "number_rounded":
            digits = 2 if case["expression"].startswith(("area", "distance")) else 15
            return _same_number(expression.number(node, context), _NUMBERS.get(expected, expected), case.get("factor"), digits)
        case "string" | "date":
            return bool(expression.text(node, context) == expected)
        case "string_matches":
            return re.search(expected, expression.text(node, context)) is not None
    expression(node, context)
    return False


def _same_number(found: float, expected: float, factor: float | None, digits: int) -> bool:
    if math.isnan(expected) or math.isnan(found):
        return math.isnan(expected) and math.isnan(found)
    if math.isclose(found, expected, rel_tol=1e-12, abs_tol=1e-12) or round(found, digits) == expected:
        return True
    return factor is not None and round(found * factor) == round(expected * factor)


def _same_nodes(found: list[XNode], expected: list[dict[str, Any]], tree: XmlTree) -> bool:
    wanted = [tree.at(node["path"]) for node in expected if node["type"] != _DOCTYPE]
    return len(found) == len(wanted) and all(_same_node(one, other) for one, other in zip(found, wanted, strict=True))


def _same_node(one: XNode, other: XNode) -> bool:
    return one is other or (one.kind is NodeKind.TEXT and one.parent is other.parent and one.value == other.value)


def _context(case: dict[str, Any], tree: XmlTree) -> EvalContext:
    every = list(_everything(tree.document))
    return EvalContext(
        tree.at(case["root"]) if case["root"] else tree.document,
        ZoneInfo(case["tz"] or "GMT"),
        lambda: NOW,
        instances={_attribute(node, "id"): node for node in every if node.name == "instance"},
        language=case.get("lang") or "",
        itext=lambda name: _translated(every, case.get("lang"), name),
        chance=random.Random(1),
        namespaces=case["ns"] or {},
    )


def _translated(nodes: list[XNode], language: str | None, name: str) -> str:
    languages = [node for node in nodes if node.name == "translation"]
    languages.sort(key=lambda node: (_attribute(node, "lang") != language, not any(item.name == "default" for item in node.attributes)))
    for text in languages[0].named("text"):
        if _attribute(text, "id") == name:
            return text.named("value")[0].text()
    return ""


def _attribute(node: XNode, name: str) -> str:
    return next((item.value for item in node.attributes if item.name == name), "")


def _everything(node: XNode) -> Iterator[XNode]:
    for child in node.children:
        yield child
        yield from _everything(child)
