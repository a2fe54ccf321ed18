"""Compiles predicates: `[column = value]` without re-evaluating the value for every row, everything else row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

from fieldapp.engine.xpath.ast import ANY_NODE, Axis, Expr, NameTest, Number, Operation, Operator, Origin, Path, Step, calls
from fieldapp.engine.xpath.code import Code, Run, Type, as_truth, number_of, truth_of
from fieldapp.engine.xpath.context import EvalContext
from fieldapp.engine.xpath.operators import COMPARE, NUMERIC, mirrored
from fieldapp.engine.xpath.tree import Document, NodeKind, XNode
from fieldapp.engine.xpath.values import Moment, Value


class Filter(Protocol):
    """Keeps the nodes for which the predicate holds."""

    def __call__(self, nodes: list[XNode], context: EvalContext, /) -> list[XNode]: ...


Compile = Callable[[Expr], Code]
_COMPARISONS = frozenset((Operator.EQ, Operator.NE, Operator.LT, Operator.LE, Operator.GT, Operator.GE))


def compile_predicate(expr: Expr, compile_: Compile, positional: bool = True) -> list[Filter]:
    """One predicate as filters that apply one after the other (`a and b` becomes two). `positional`: a number means a position."""
    if isinstance(expr, Operation) and expr.operator is Operator.AND and not counts_places(expr):
        return compile_predicate(expr.left, compile_, False) + compile_predicate(expr.right, compile_, False)
    if isinstance(expr, Number) and positional:
        return [_at(expr.value)]
    if isinstance(expr, Operation) and expr.operator in _COMPARISONS:
        column = _column(expr.left)
        if column is not None and (other := compile_(expr.right)).free:
            return [ColumnFilter(column, expr.operator, other.run)]
        column = _column(expr.right)
        if column is not None and (other := compile_(expr.left)).free:
            return [ColumnFilter(column, mirrored(expr.operator), other.run)]
    code = compile_(expr)
    if positional and code.type in (Type.NUMBER, Type.ANY):
        return [_by_value(code.run)]
    return [_by_truth(as_truth(code))]


def counts_places(expr: Expr) -> bool:
    """Whether position() or last() stands anywhere inside."""
    return any(call.name == "last" or (call.name == "position" and not call.arguments) for call in calls(expr))


def _at(number: float) -> Filter:
    index = int(number) - 1 if number == number and abs(number) < 1e9 and number == int(number) else -1

    def keep(nodes: list[XNode], context: EvalContext) -> list[XNode]:
        return [nodes[index]] if 0 <= index < len(nodes) else []

    return keep


def _by_value(run: Run) -> Filter:
    def keep(nodes: list[XNode], context: EvalContext) -> list[XNode]:
        size = len(nodes)
        found: list[XNode] = []
        for place, node in enumerate(nodes, 1):
            value = run(node, place, size, context)
            if (value == place) if type(value) is float else truth_of(value):
                found.append(node)
        return found

    return keep


def _by_truth(run: Run) -> Filter:
    def keep(nodes: list[XNode], context: EvalContext) -> list[XNode]:
        size = len(nodes)
        return [node for place, node in enumerate(nodes, 1) if run(node, place, size, context)]

    return keep


def _column(expr: Expr) -> str | None:
    """The name in a path that is one child of the tested node; '.' for the node itself."""
    match expr:
        case Path(Origin.HERE, (Step(Axis.CHILD, NameTest(name, ""), ()),)):
            return name
        case Path(Origin.HERE, (Step(Axis.SELF, test, ()),)) if test == ANY_NODE:
            return "."
        case _:
            return None


class ColumnFilter:
    """`[column op value]` where the value is the same for every row."""

    __slots__ = ("column", "operator", "value")

    def __init__(self, column: str, operator: Operator, value: Run) -> None:
        self.column = column
        self.operator = operator
        self.value = value

    def __call__(self, nodes: list[XNode], context: EvalContext, /) -> list[XNode]:
        """The rows that pass."""
        if not nodes:
            return nodes
        value = self.value(context.current, 1, 1, context)
        column = self.column
        if type(value) is list and len(value) == 1 and self.operator in (Operator.EQ, Operator.NE):
            value = value[0].text()
        if column == ".":
            return self._slow(nodes, value, context)
        if type(value) is str and self.operator is Operator.EQ:
            return [node for node in nodes if _has_text(node.named(column), value)]
        if type(value) is float:
            test, number = NUMERIC[self.operator], context.number
            return [node for node in nodes if _has_number(node.named(column), test, value, number)]
        return self._slow(nodes, value, context)

    def _slow(self, nodes: list[XNode], value: Value, context: EvalContext) -> list[XNode]:
        test, column = COMPARE[self.operator], self.column
        if column == ".":
            return [node for node in nodes if test([node], value, context)]
        return [node for node in nodes if test(node.named(column), value, context)]


def _has_text(cells: list[XNode], text: str) -> bool:
    if len(cells) == 1:
        return cells[0].text() == text
    return any(cell.text() == text for cell in cells)


def _has_number(cells: list[XNode], test: Callable[[float, float], bool], bound: float, number: Callable[[str], float]) -> bool:
    if len(cells) == 1:
        return test(number(cells[0].text()), bound)
    return any(test(number(cell.text()), bound) for cell in cells)


Lookup = Callable[[list[XNode], EvalContext], list[XNode] | None]


def lookup(first: Filter, names: tuple[str, ...]) -> Lookup | None:
    """How the first filter of the step `names[-1]` is answered from a table; the lookup gives None when the table does not apply."""
    if not isinstance(first, ColumnFilter) or first.operator is not Operator.EQ or first.column == ".":
        return None
    column, wanted = first.column, first.value

    def find(heads: list[XNode], context: EvalContext) -> list[XNode] | None:
        if len(heads) != 1 or not isinstance(heads[0], Document) or not heads[0].static:
            return None
        value = wanted(context.current, 1, 1, context)
        if type(value) is list:
            if len(value) != 1:
                return None if value else []
            value = value[0].text()
        if type(value) is str:
            return table(heads[0], names, column).get(value, [])
        if type(value) is float or type(value) is Moment:
            return number_table(heads[0], names, column, context).get(number_of(value, context), [])
        return None

    return find


def table(document: Document, names: tuple[str, ...], column: str) -> dict[object, list[XNode]]:
    """text of `column` → rows at `names`, made at the first question; whole before others see it, as sessions share documents."""
    key = ("text", names, column)
    made = document.tables.get(key)
    if made is None:
        made = {}
        for row, cell in _cells(document, names, column):
            _enter(made, cell.text(), row)
        document.tables[key] = made
    return made


def number_table(document: Document, names: tuple[str, ...], column: str, context: EvalContext) -> dict[object, list[XNode]]:
    """number in `column` → rows; the zone is part of the key because dates are numbers too."""
    key = ("number", names, column, str(context.zone))
    made = document.tables.get(key)
    if made is None:
        made = {}
        for row, cell in _cells(document, names, column):
            number = context.number(cell.text())
            if number == number:
                _enter(made, number, row)
        document.tables[key] = made
    return made


def _enter(made: dict[object, list[XNode]], value: object, row: XNode) -> None:
    """Each row once, although it may have two cells of the same value."""
    rows = made.get(value)
    if rows is None:
        made[value] = [row]
    elif rows[-1] is not row:
        rows.append(row)


def _cells(document: Document, names: tuple[str, ...], column: str) -> Iterator[tuple[XNode, XNode]]:
    element = NodeKind.ELEMENT
    for row in _rows(document, names):
        for cell in row.children:
            if cell.name == column and cell.kind is element:
                yield row, cell


def _rows(document: Document, names: tuple[str, ...]) -> list[XNode]:
    rows: list[XNode] = [document]
    for name in names:
        rows = [child for row in rows for child in row.named(name)]
    return rows
