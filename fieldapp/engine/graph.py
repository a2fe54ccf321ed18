"""Which rule must be worked out again when what changes: rules over definitions, their readers, their ranks, circles.

A rule is one expression of one definition (value, relevance, choices …). It reads definitions; a *pin* says that it reads them only in its
own row of a repeat, so that an answer in row 7 wakes the rules of row 7. A *structural* reading wakes when rows come and go or their
relevance changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum

from fieldapp.errors import FormInvalid

from .definition import Expression, FormDefinition, NodeDef, Text
from .readings import Reading, names_of, readings
from .views import Kind
from .volatile import is_volatile
from .xform_text import MEDIA
from .xpath.ast import Expr


class Role(Enum):
    """What a rule decides about its node."""

    COUNT = "count"
    RELEVANT = "relevant"
    CALCULATE = "calculate"
    ITEMS = "items"
    READONLY = "readonly"
    REQUIRED = "required"
    CONSTRAINT = "constraint"
    WARNING = "warning"
    TEXTS = "texts"
    """Label, hint and messages with outputs; nothing is computed, what was shown is thrown away."""


PRODUCERS = (Role.COUNT, Role.RELEVANT, Role.CALCULATE, Role.ITEMS)
"""The roles whose outcome other expressions can see."""


@dataclass(slots=True)
class Rule:
    """One expression of one definition."""

    index: int
    role: Role
    node: int
    expressions: tuple[Expression, ...]
    readings: tuple[Reading, ...]
    rank: int = 0
    depends_on_language: bool = False
    volatile: bool = False
    """Chance or time has a part in the result."""


@dataclass(slots=True)
class Graph:
    """All rules of a form and who reads what."""

    rules: list[Rule]
    of_node: list[dict[Role, Rule]]
    """By definition index."""
    value_readers: list[list[tuple[Rule, int | None]]]
    """By definition index: rules that read its value, with the pin (index of a repeat, None for all rows)."""
    structure_readers: list[list[tuple[Rule, int | None]]]
    """By definition index: rules that read which instances exist and are relevant."""


@dataclass(slots=True)
class _Links:
    """Rank building: producers by definition, and for each rule the rules that it must follow."""

    before: list[set[int]] = field(default_factory=list)
    across: list[set[int]] = field(default_factory=list)
    """Those of `before` that are read in other rows of the same repeat: a running total reads the row above."""


def build(definition: FormDefinition) -> Graph:
    """The graph with ranks. Raises FormInvalid(fault=circle) naming the paths of a circle."""
    rules = list(_rules(definition))
    of_node: list[dict[Role, Rule]] = [{} for _ in definition.nodes]
    for rule in rules:
        of_node[rule.node][rule.role] = rule
    values: list[list[tuple[Rule, int | None]]] = [[] for _ in definition.nodes]
    structure: list[list[tuple[Rule, int | None]]] = [[] for _ in definition.nodes]
    for rule in rules:
        for reading in rule.readings:
            table = structure if reading.structural else values
            if (rule, reading.pin) not in table[reading.node]:
                table[reading.node].append((rule, reading.pin))
    graph = Graph(rules, of_node, values, structure)
    _rank(definition, graph)
    return graph


def check_circles(definition: FormDefinition) -> None:
    """Refuse a form whose rules wait for each other."""
    build(definition)


def _rules(definition: FormDefinition) -> Iterator[Rule]:
    index = 0
    names = names_of(definition)
    for node in definition.nodes:
        for role, expressions in _expressions(definition, node):
            found: dict[Reading, None] = {}
            items = _item_expressions(node) if role is Role.ITEMS else ()
            for expression in expressions:
                found.update(dict.fromkeys(readings(definition, names, expression.ast, node, *items)))
            speaks = any("jr:" in expression.text for expression in expressions)
            volatile = any(is_volatile(expression.ast) for expression in expressions)
            yield Rule(index, role, node.index, expressions, tuple(found), depends_on_language=speaks, volatile=volatile)
            index += 1


def _item_expressions(node: NodeDef) -> tuple[Expr, ...]:
    """What is read at each item of a select's nodeset."""
    itemset = node.control.itemset if node.control is not None else None
    if itemset is None:
        return ()
    return (itemset.value.ast, itemset.label.ast) if itemset.label is not None else (itemset.value.ast,)


def _expressions(definition: FormDefinition, node: NodeDef) -> Iterator[tuple[Role, tuple[Expression, ...]]]:
    bind = node.bind
    for role, expression in (
        (Role.COUNT, node.repeat.count if node.repeat is not None else None),
        (Role.RELEVANT, bind.relevant),
        (Role.CALCULATE, bind.calculate),
        (Role.ITEMS, node.control.itemset.nodeset if node.control is not None and node.control.itemset is not None else None),
        (Role.READONLY, bind.readonly),
        (Role.REQUIRED, bind.required),
        (Role.CONSTRAINT, bind.constraint),
        (Role.WARNING, bind.warning),
    ):
        if expression is not None:
            yield role, (expression,)
    outputs = tuple(_outputs(definition, node))
    if outputs:
        yield Role.TEXTS, outputs


def _outputs(definition: FormDefinition, node: NodeDef) -> Iterator[Expression]:
    """Every expression inside the texts of a node, in all languages."""
    control, bind = node.control, node.bind
    texts: list[Text | None] = [bind.constraint_message, bind.required_message, bind.warning_message]
    if control is not None:
        texts += [control.label, control.hint, *(item.label for item in control.items)]
    for text in texts:
        if text is None:
            continue
        yield from _spoken(text)
        if text.itext:
            for translated in definition.texts.values():
                for name in (text.itext, *(f"{text.itext};{form}" for form in ("guidance", *MEDIA))):
                    if name in translated:
                        yield from _spoken(translated[name])


def _spoken(text: Text) -> Iterator[Expression]:
    return (part for part in text.parts if isinstance(part, Expression))


def _rank(definition: FormDefinition, graph: Graph) -> None:
    links = _links(definition, graph)
    components = _components([before | across for before, across in zip(links.before, links.across, strict=True)])
    rank = 0
    for component in components:
        for index in _inside(definition, graph, component, links):
            graph.rules[index].rank = rank
            rank += 1


def _links(definition: FormDefinition, graph: Graph) -> _Links:
    links = _Links([set() for _ in graph.rules], [set() for _ in graph.rules])
    for rule in graph.rules:
        own = definition.repeats_of(rule.node)
        for above in definition.above(rule.node):
            gate = graph.of_node[above.index].get(Role.RELEVANT)
            if gate is not None and rule.role in (Role.CALCULATE, Role.ITEMS, Role.CONSTRAINT, Role.WARNING, Role.REQUIRED):
                links.before[rule.index].add(gate.index)
        for reading in rule.readings:
            shared = [repeat for repeat in definition.repeats_of(reading.node) if repeat in own]
            other_row = bool(shared) and reading.pin is None
            target = links.across if other_row else links.before
            for producer in _producers(definition, graph, reading):
                if producer is not rule:
                    target[rule.index].add(producer.index)
    for before, across in zip(links.before, links.across, strict=True):
        across -= before
    return links


def _producers(definition: FormDefinition, graph: Graph, reading: Reading) -> Iterator[Rule]:
    """The rules whose outcome a reading can see."""
    mine = graph.of_node[reading.node]
    if not reading.structural:
        yield from (mine[role] for role in (Role.CALCULATE, Role.ITEMS) if role in mine)
    for above in definition.above(reading.node):
        rules = graph.of_node[above.index]
        yield from (rules[role] for role in (Role.RELEVANT, Role.COUNT) if role in rules)


def _inside(definition: FormDefinition, graph: Graph, component: list[int], links: _Links) -> list[int]:
    """The order inside a strongly connected part, once readings of other rows, choice filters and counts are left out.

    Two questions may close each other (relevance alone); a calculation in a circle has no meaning and is refused.
    """
    if len(component) == 1:
        return component
    members = set(component)
    soft = {index for index in members if graph.rules[index].role in (Role.ITEMS, Role.COUNT)}
    edges = {index: (links.before[index] & members) - soft - {index} for index in component}
    for index in soft:
        edges[index] = set()
    order = [found for part in _components_of(edges) for found in part]
    for part in _components_of(edges):
        if len(part) > 1 and any(graph.rules[index].role is Role.CALCULATE for index in part):
            names = sorted({definition.nodes[graph.rules[index].node].path for index in part})
            raise FormInvalid(detail=" → ".join(names), fault="circle")
    return order


def _components(before: list[set[int]]) -> list[list[int]]:
    return _components_of(dict(enumerate(before)))


def _components_of(before: dict[int, set[int]]) -> list[list[int]]:
    """Strongly connected parts, each after the parts that it must follow (Tarjan, without recursion)."""
    number: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: list[int] = []
    on_stack: set[int] = set()
    found: list[list[int]] = []
    for start in before:
        if start in number:
            continue
        work: list[tuple[int, Iterator[int]]] = [(start, iter(_sorted(before[start])))]
        number[start] = low[start] = len(number)
        stack.append(start)
        on_stack.add(start)
        while work:
            here, following = work[-1]
            nearer = next(following, None)
            if nearer is not None:
                if nearer not in number:
                    number[nearer] = low[nearer] = len(number)
                    stack.append(nearer)
                    on_stack.add(nearer)
                    work.append((nearer, iter(_sorted(before[nearer]))))
                elif nearer in on_stack:
                    low[here] = min(low[here], number[nearer])
                continue
            work.pop()
            if work:
                low[work[-1][0]] = min(low[work[-1][0]], low[here])
            if low[here] == number[here]:
                part: list[int] = []
                while not part or part[-1] != here:
                    part.append(stack.pop())
                    on_stack.discard(part[-1])
                found.append(sorted(part))
    return found


def _sorted(indexes: Iterable[int]) -> list[int]:
    return sorted(indexes)


__all__ = ["PRODUCERS", "Graph", "Kind", "Role", "Rule", "build", "check_circles"]
