"""A small household as expressions see it, for the tests of the language."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from fieldapp.engine.xpath.compile import compile_expression
from fieldapp.engine.xpath.context import EvalContext
from fieldapp.engine.xpath.parser import parse
from fieldapp.engine.xpath.tree import Document, NodeKind, XNode
from fieldapp.engine.xpath.values import Value

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


class Household:
    """`/hf` with blank, three members (名, age, inc), and the static instance `towns`."""

    def __init__(self) -> None:
        self.document = Document()
        self.root = XNode("hf")
        version = XNode("version", "2026.1", NodeKind.ATTRIBUTE)
        self.root.attach(version)
        self.document.append(self.root)
        self.blank = self.leaf(self.root, "blank", "")
        self.visit = self.leaf(self.root, "visit", "2026-11-20")
        self.members = [self.member(*row) for row in (("王芳", "34", "100"), ("李雷", "8", ""), ("𠮷田", "61", "300.5"))]
        self.towns = Document(static=True)
        table = XNode("root")
        self.towns.append(table)
        for code, name, county in (("1", "甲镇", "a"), ("2", "乙镇", "a"), ("3", "丙镇", "b")):
            item = XNode("item")
            table.append(item)
            for column, text in (("name", code), ("label", name), ("county", county)):
                self.leaf(item, column, text)
        self.context = EvalContext(
            self.document,
            SHANGHAI,
            lambda: NOW,
            instances={"towns": self.towns},
            chance=random.Random(7),
            choice_label=_label,
            itext=_itext,
        )

    @staticmethod
    def leaf(parent: XNode, name: str, text: str) -> XNode:
        node = XNode(name, text)
        parent.append(node)
        return node

    def member(self, name: str, age: str, inc: str) -> XNode:
        row = XNode("m")
        row.row = True
        self.root.append(row)
        for column, text in (("名", name), ("age", age), ("inc", inc)):
            self.leaf(row, column, text)
        return row

    def value(self, text: str, at: XNode | None = None) -> Value:
        """The expression's value at a node, the root element if none is given."""
        return compile_expression(parse(text))(at or self.root, self.context)

    def text(self, text: str, at: XNode | None = None) -> str:
        return compile_expression(parse(text)).text(at or self.root, self.context)

    def true(self, text: str, at: XNode | None = None) -> bool:
        return compile_expression(parse(text)).true(at or self.root, self.context)


def _label(value: str, path: str, _node: XNode) -> str:
    return f"{path}={value}"


def _itext(name: str) -> str:
    return f"[{name}]"
