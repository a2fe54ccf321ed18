"""What an expression of a form reads: definitions, and whether only in its own row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .definition import NO_NODE, FormDefinition, NodeDef, Reading
from .views import Kind
from .xpath.ast import AnyTest, Axis, Call, Expr, Filtered, NameTest, Origin, Path, Step, Text, Union, parts

_DOCUMENT = NO_NODE
_ROW_FUNCTIONS = frozenset(("position", "last", "indexed-repeat"))


@dataclass(frozen=True, slots=True)
class _Spot:
    """A definition on the way along a path; `low` is the highest ancestor it went through, None once rows are no longer shared."""

    node: int
    low: int | None


class Outline:
    """What is asked of a form again and again while its expressions are followed, by definition index."""

    def __init__(self, definition: FormDefinition) -> None:
        self.definition = definition
        self.names: list[dict[str, int]] = [{definition.nodes[child].name: child for child in node.children} for node in definition.nodes]
        """Name of a child → its index."""
        self.repeats: list[tuple[int, ...]] = []
        """The repeats that hold the node, outermost first; a repeat holds itself."""
        for node in definition.nodes:
            outer = self.repeats[node.parent] if node.parent != NO_NODE else ()
            self.repeats.append((*outer, node.index) if node.kind is Kind.REPEAT else outer)


def readings(outline: Outline, expr: Expr, node: NodeDef, *items: Expr) -> Iterator[Reading]:
    """Every reading of an expression that stands at `node`; some may come more than once.

    `items` are expressions at the nodes that `expr` finds (value and label of an itemset).
    """
    collector = _Collector(outline, node)
    spots = collector.expression(expr, (_Spot(node.index, node.index),))
    for item in items:
        collector.expression(item, _all_rows(spots))
    yield from collector.found


class _Collector:
    def __init__(self, outline: Outline, node: NodeDef) -> None:
        self._definition = outline.definition
        self._nodes = outline.definition.nodes
        self._names = outline.names
        self._repeats = outline.repeats
        self._node = node
        self.found: list[Reading] = []

    def expression(self, expr: Expr, here: tuple[_Spot, ...]) -> tuple[_Spot, ...]:
        """Collect what an expression reads whose context is at one of `here`; the definitions that it finds, if it finds nodes."""
        match expr:
            case Path() | Filtered() | Union() | Call():
                spots = self._spots(expr, here)
                for spot in spots:
                    self._read(spot)
                return spots
            case _:
                for part in parts(expr):
                    self.expression(part, here)
                return ()

    def _call(self, name: str, arguments: tuple[Expr, ...], here: tuple[_Spot, ...]) -> None:
        if name in _ROW_FUNCTIONS:
            for repeat in self._repeats[self._node.index]:
                self.found.append(Reading(repeat, None, True))
        if name == "jr:choice-name" and len(arguments) == 2 and isinstance(arguments[1], Text):
            target = self._definition.find(arguments[1].value.strip())
            if target is not None and target.index != self._node.index:
                self.found.append(Reading(target.index, None, False))
        for argument in arguments:
            self.expression(argument, here)

    def _spots(self, expr: Expr, here: tuple[_Spot, ...]) -> tuple[_Spot, ...]:
        """The definitions that an expression of nodes leads to; predicates on the way are collected."""
        match expr:
            case Path(start, steps):
                spots = self._start(start, here)
                for step in steps:
                    spots = self._step(step, spots)
                return spots
            case Filtered(base, predicates):
                spots = self._spots(base, here)
                for predicate in predicates:
                    self.expression(predicate, _all_rows(spots))
                return _all_rows(spots)
            case Union(members):
                return tuple(spot for member in members for spot in self._spots(member, here))
            case Call(name, arguments):
                self._call(name, arguments, here)
                if name in ("randomize", "indexed-repeat") and arguments:
                    return _all_rows(self._spots(arguments[0], here))
                return ()
            case _:
                self.expression(expr, here)
                return ()

    def _start(self, start: Origin | Expr, here: tuple[_Spot, ...]) -> tuple[_Spot, ...]:
        if start is Origin.HERE:
            return here
        if start is Origin.ROOT:
            return (_Spot(_DOCUMENT, None),)
        assert not isinstance(start, Origin)
        if isinstance(start, Call) and start.name == "current":
            return (_Spot(self._node.index, self._node.index),)
        return self._spots(start, here)

    def _step(self, step: Step, spots: tuple[_Spot, ...]) -> tuple[_Spot, ...]:
        found = tuple(dict.fromkeys(next_ for spot in spots for next_ in self._along(step, spot)))
        if step.predicates:
            found = _all_rows(found)
            for predicate in step.predicates:
                self.expression(predicate, found)
        if step.axis is Axis.CHILD:
            for spot in found:
                self._rows_on_the_way(spot)
        return found

    def _rows_on_the_way(self, spot: _Spot) -> None:
        """A path that goes down through a repeat depends on which rows there are."""
        if self._nodes[spot.node].kind is Kind.REPEAT:
            self.found.append(Reading(spot.node, self._pin(spot), True))

    def _along(self, step: Step, spot: _Spot) -> Iterator[_Spot]:
        match step.axis:
            case Axis.PARENT:
                yield from self._up(spot)
            case Axis.SELF:
                yield spot
            case Axis.CHILD | Axis.ATTRIBUTE:
                yield from self._down(step, spot)
            case Axis.ANCESTOR | Axis.ANCESTOR_OR_SELF:
                above = list(self._definition.above(spot.node)) if spot.node != _DOCUMENT else []
                yield from (_Spot(node.index, node.index if spot.low is not None else None) for node in above)
            case _:
                yield from self._everything_below(spot)

    def _up(self, spot: _Spot) -> Iterator[_Spot]:
        if spot.node == _DOCUMENT:
            return
        parent = self._nodes[spot.node].parent
        low = spot.low
        if low is not None and spot.node == low:
            low = parent
        yield _Spot(parent, low)

    def _down(self, step: Step, spot: _Spot) -> Iterator[_Spot]:
        low = spot.low if spot.low != _DOCUMENT else None
        if isinstance(step.test, NameTest) and spot.node != _DOCUMENT:
            name = "@" + step.test.name if step.axis is Axis.ATTRIBUTE else step.test.name
            known = self._names[spot.node].get(name)
            if known is not None:
                yield _Spot(known, low)
            return
        for child in self._children(spot.node):
            if _fits(step, self._nodes[child]):
                yield _Spot(child, low)

    def _everything_below(self, spot: _Spot) -> Iterator[_Spot]:
        """Other axes are rare: they read everything of the same part of the form."""
        top = spot.node
        if top != _DOCUMENT:
            yield _Spot(top, None)
        for child in self._children(top):
            yield from self._everything_below(_Spot(child, None))

    def _children(self, node: int) -> tuple[int, ...]:
        return (0,) if node == _DOCUMENT else self._nodes[node].children

    def _read(self, spot: _Spot) -> None:
        if spot.node == _DOCUMENT:
            return
        node = self._nodes[spot.node]
        pin = self._pin(spot)
        self.found.append(Reading(node.index, pin, not node.is_leaf))
        if not node.is_leaf and node.kind is not Kind.REPEAT:
            for child in node.children:
                self._read(_Spot(child, spot.low))

    def _pin(self, spot: _Spot) -> int | None:
        if spot.low is None or spot.low == _DOCUMENT:
            return None
        repeats = self._repeats[spot.low]
        return repeats[-1] if repeats else None


def _all_rows(spots: tuple[_Spot, ...]) -> tuple[_Spot, ...]:
    return tuple(dict.fromkeys(_Spot(spot.node, None) for spot in spots))


def _fits(step: Step, node: NodeDef) -> bool:
    if (step.axis is Axis.ATTRIBUTE) != node.is_attribute:
        return False
    test = step.test
    if isinstance(test, NameTest):
        return node.name.lstrip("@") == test.name
    return isinstance(test, AnyTest) or test.kind == "node"
