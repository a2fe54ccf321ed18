"""Compiles location paths: plain child and parent paths walk an index by name, everything else goes step by step."""

from __future__ import annotations

from collections.abc import Callable
from itertools import takewhile

from fieldapp.engine.xpath.ast import AnyTest, Axis, KindTest, NameTest, NodeTest, Origin, Path, Step
from fieldapp.engine.xpath.axes import AXES, BACKWARD
from fieldapp.engine.xpath.code import Code, Run, Type, as_whole
from fieldapp.engine.xpath.context import EvalContext
from fieldapp.engine.xpath.predicates import ColumnFilter, Filter, Lookup, lookup
from fieldapp.engine.xpath.tree import NodeKind, XNode, in_document_order

Predicates = Callable[[Step], list[Filter]]
"""Compiles the predicates of a step."""


def here_or_root(path: Path) -> Run:
    """The run of a start that is no expression."""
    if path.start is Origin.ROOT:
        return lambda node, place, size, context: [context.root]
    return lambda node, place, size, context: [node]


def compile_path(path: Path, start: Code | None, predicates: Predicates) -> Code:
    """Compile a path; `start` is the code of its start when that is an expression."""
    free = path.start is Origin.ROOT if start is None else start.free
    plain = _plain(path.steps)
    if plain is not None and (start is None or path.from_current):
        ups, names = plain
        origin = path.start if isinstance(path.start, Origin) else None
        return _plain_code(origin, ups, names, free)
    head = here_or_root(path) if start is None else as_whole(start)
    if path.instance is not None and (indexed := _indexed(path, head, predicates)) is not None:
        return Code(indexed, Type.NODES, free)
    whole = _general(head, _steps(path.steps, predicates))
    if path.start is Origin.ROOT:
        return Code(_kept_to_row(whole), Type.NODES, free, whole)
    return Code(whole, Type.NODES, free)


def _plain(steps: tuple[Step, ...]) -> tuple[int, tuple[str, ...]] | None:
    """(levels up, names down) of a path without predicates and without other axes."""
    ups = 0
    names: list[str] = []
    for step in steps:
        if step.predicates:
            return None
        match step:
            case Step(Axis.SELF, KindTest("node")):
                continue
            case Step(Axis.PARENT, KindTest("node")) if not names:
                ups += 1
            case Step(Axis.CHILD, NameTest(name, "")):
                names.append(name)
            case _:
                return None
    return ups, tuple(names)


def _plain_code(origin: Origin | None, ups: int, names: tuple[str, ...], free: bool) -> Code:
    if origin is Origin.ROOT:
        if ups:
            return Code(lambda node, place, size, context: [], Type.NODES, free)
        return Code(_down_own_row(names), Type.NODES, free, _down_from_root(names))
    if origin is None:
        climb = _climb(ups, names)
        return Code(lambda node, place, size, context: climb(context.current), Type.NODES, free)
    climb = _climb(ups, names)
    return Code(lambda node, place, size, context: climb(node), Type.NODES, free)


def _climb(ups: int, names: tuple[str, ...]) -> Callable[[XNode], list[XNode]]:
    if len(names) == 1 and ups == 1:
        only = names[0]

        def sibling(node: XNode) -> list[XNode]:
            return node.parent.named(only) if node.parent is not None else []

        return sibling
    if len(names) == 1 and ups == 0:
        only = names[0]
        return lambda node: node.named(only)

    def climb(node: XNode) -> list[XNode]:
        here: XNode | None = node
        for _ in range(ups):
            here = here.parent if here is not None else None
        return down([here], names) if here is not None else []

    return climb


def down(nodes: list[XNode], names: tuple[str, ...]) -> list[XNode]:
    """The children of these names, level by level."""
    for name in names:
        if len(nodes) == 1:
            nodes = nodes[0].named(name)
        else:
            nodes = [child for node in nodes for child in node.named(name)]
    return nodes


def _down_from_root(names: tuple[str, ...]) -> Run:
    return lambda node, place, size, context: down([context.root], names)


def _down_own_row(names: tuple[str, ...]) -> Run:
    def run(node: XNode, place: int, size: int, context: EvalContext) -> list[XNode]:
        nodes = [context.root]
        for name in names:
            if len(nodes) == 1:
                nodes = nodes[0].named(name)
            else:
                nodes = [child for node in nodes for child in node.named(name)]
            if len(nodes) > 1 and nodes[0].row:
                nodes = _own(nodes, context.current)
        return nodes

    return run


def _own(nodes: list[XNode], current: XNode) -> list[XNode]:
    """The one among these rows that `current` stands in, else all."""
    above: XNode | None = current
    while above is not None:
        if above.row:
            for row in nodes:
                if row is above:
                    return [row]
        above = above.parent
    return nodes


def _kept_to_row(whole: Run) -> Run:
    """Of several nodes, those in the innermost row that also holds the current node."""

    def run(node: XNode, place: int, size: int, context: EvalContext) -> list[XNode]:
        nodes: list[XNode] = whole(node, place, size, context)
        if len(nodes) < 2:
            return nodes
        rows = [above for above in _upwards(context.current) if above.row]
        for row in rows:
            own = [found for found in nodes if any(above is row for above in _upwards(found))]
            if own:
                return own
        return nodes

    return run


def _upwards(node: XNode) -> list[XNode]:
    chain: list[XNode] = []
    here: XNode | None = node
    while here is not None:
        chain.append(here)
        here = here.parent
    return chain


OneStep = Callable[[list[XNode], EvalContext], list[XNode]]


def _general(head: Run, steps: list[OneStep]) -> Run:
    def run(node: XNode, place: int, size: int, context: EvalContext) -> list[XNode]:
        nodes: list[XNode] = head(node, place, size, context)
        if type(nodes) is not list:
            return []
        for step in steps:
            nodes = step(nodes, context)
        return nodes

    return run


_LEVEL = (Axis.CHILD, Axis.ATTRIBUTE, Axis.SELF)
"""Axes that keep nodes of one level in document order without sorting."""


def _steps(steps: tuple[Step, ...], predicates: Predicates) -> list[OneStep]:
    made: list[OneStep] = []
    level = True
    for step in steps:
        made.append(_step(step, predicates(step), level))
        level = level and step.axis in _LEVEL
    return made


def _step(step: Step, filters: list[Filter], level: bool) -> OneStep:
    if level and step.axis is Axis.CHILD and isinstance(step.test, NameTest) and not step.test.prefix:
        return _child_step(step.test.name, filters)
    axis = AXES[step.axis]
    passes = node_test(step.test, NodeKind.ATTRIBUTE if step.axis is Axis.ATTRIBUTE else NodeKind.ELEMENT)
    reorder = not level or step.axis not in _LEVEL
    backward = step.axis in BACKWARD

    def run(nodes: list[XNode], context: EvalContext) -> list[XNode]:
        found: list[XNode] = []
        for node in nodes:
            here = [other for other in axis(node) if passes(other, context)]
            for keep in filters:
                here = keep(here, context)
            found.extend(here)
        return in_document_order(found) if reorder and (len(nodes) > 1 or backward) else found

    return run


def _child_step(name: str, filters: list[Filter]) -> OneStep:
    def run(nodes: list[XNode], context: EvalContext) -> list[XNode]:
        found: list[XNode] = []
        for node in nodes:
            here = node.named(name)
            for keep in filters:
                here = keep(here, context)
            found.extend(here)
        return found

    def only(nodes: list[XNode], context: EvalContext) -> list[XNode]:
        return down(nodes, (name,))

    return run if filters else only


def node_test(test: NodeTest, principal: NodeKind) -> Callable[[XNode, EvalContext], bool]:
    """Whether a node passes; a prefix without known namespace is ignored."""
    match test:
        case NameTest(name, ""):
            return lambda node, context: node.name == name and node.kind is principal
        case NameTest(name, prefix):
            return lambda node, context: node.name == name and node.kind is principal and _in_namespace(node, prefix, context)
        case AnyTest(""):
            return lambda node, context: node.kind is principal
        case AnyTest(prefix):
            return lambda node, context: node.kind is principal and _in_namespace(node, prefix, context)
        case KindTest("node"):
            return lambda node, context: True
        case KindTest("processing-instruction", name) if name:
            return lambda node, context: node.kind is NodeKind.INSTRUCTION and node.name == name
        case KindTest(word):
            kind = NodeKind(word)
            return lambda node, context: node.kind is kind
    raise TypeError(test)


def _in_namespace(node: XNode, prefix: str, context: EvalContext) -> bool:
    wanted = context.namespaces.get(prefix)
    return wanted is None or node.namespace == wanted


def _indexed(path: Path, head: Run, predicates: Predicates) -> Run | None:
    """`instance('x')/list/item[column = value]…`: the rows come from a hash table if the instance never changes."""
    names: list[str] = []
    for step in path.steps:
        if step.axis is not Axis.CHILD or not isinstance(step.test, NameTest) or step.test.prefix:
            return None
        names.append(step.test.name)
        if step.predicates:
            break
    else:
        return None
    filters = predicates(step)
    columns = list(takewhile(lambda keep: isinstance(keep, ColumnFilter), filters))
    lookups = [(keep, found) for keep in columns if (found := lookup(keep, tuple(names))) is not None]
    if not lookups:
        return None
    above = _general(head, [_child_step(name, []) for name in names[:-1]] + [_child_step(names[-1], filters)])
    after = _steps(path.steps[len(names) :], predicates)

    def run(node: XNode, place: int, size: int, context: EvalContext) -> list[XNode]:
        nodes = _shortest(lookups, filters, head(node, place, size, context), context)
        if nodes is None:
            nodes = above(node, place, size, context)
        for step in after:
            nodes = step(nodes, context)
        return nodes

    return run


def _shortest(lookups: list[tuple[Filter, Lookup]], filters: list[Filter], heads: list[XNode], context: EvalContext) -> list[XNode] | None:
    """Begin with the table of fewest rows (of `[level = 4 and parent = x]` that of the parent); the other filters see only those."""
    best: tuple[Filter, list[XNode]] | None = None
    for keep, find in lookups:
        rows = find(heads, context)
        if rows is not None and (best is None or len(rows) < len(best[1])):
            best = keep, rows
    if best is None:
        return None
    chosen, nodes = best
    for keep in filters:
        if keep is not chosen:
            nodes = keep(nodes, context)
    return nodes
