"""Which rule must be worked out again when what changes: rules over definitions, their readers, their ranks, circles.

A rule is one expression of one definition (value, relevance, choices …). It reads definitions; a *pin* says that it reads them only in its
own row of a repeat, so that an answer in row 7 wakes the rules of row 7. A *structural* reading wakes when rows come and go or their
relevance changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from fieldapp.errors import FormInvalid

from .definition import NO_NODE, Expression, FormDefinition, NodeDef, Reading, Role, Rule, Text
from .readings import Outline, readings
from .volatile import is_volatile
from .xform_text import MEDIA
from .xpath.ast import Expr


@dataclass(slots=True)
class Graph:
    """All rules of a form and who reads what."""

    rules: tuple[Rule, ...]
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
    """The graph of the form's rules."""
    of_node: list[dict[Role, Rule]] = [{} for _ in definition.nodes]
    values: list[dict[tuple[int, int | None], Rule]] = [{} for _ in definition.nodes]
    structure: list[dict[tuple[int, int | None], Rule]] = [{} for _ in definition.nodes]
    for rule in definition.rules:
        of_node[rule.node][rule.role] = rule
        for reading in rule.readings:
            table = structure if reading.structural else values
            table[reading.node][rule.index, reading.pin] = rule
    return Graph(definition.rules, of_node, _readers(values), _readers(structure))


def _readers(table: list[dict[tuple[int, int | None], Rule]]) -> list[list[tuple[Rule, int | None]]]:
    return [[(rule, pin) for (_, pin), rule in readers.items()] for readers in table]


def rules_of(definition: FormDefinition) -> tuple[Rule, ...]:
    """The rules with their ranks. Raises FormInvalid(fault=circle) naming the paths of a circle."""
    outline = Outline(definition)
    rules = tuple(_rules(outline))
    ranks = _ranks(outline, rules)
    return tuple([replace(rule, rank=rank) for rule, rank in zip(rules, ranks, strict=True)])


def _rules(outline: Outline) -> Iterator[Rule]:
    index = 0
    for node in outline.definition.nodes:
        for role, expressions in _expressions(outline.definition, node):
            found: dict[Reading, None] = {}
            for place, expression in enumerate(expressions):
                items = _item_expressions(node) if role is Role.ITEMS and place == 0 else ()
                found.update(dict.fromkeys(readings(outline, expression.ast, node, *items)))
            speaks = any("jr:" in expression.text for expression in expressions)
            volatile = any(is_volatile(expression) for expression in expressions)
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
    itemset = node.control.itemset if node.control is not None else None
    for role, expression in (
        (Role.COUNT, node.repeat.count if node.repeat is not None else None),
        (Role.RELEVANT, bind.relevant),
        (Role.CALCULATE, bind.calculate),
        (Role.ITEMS, itemset.nodeset if itemset is not None else None),
        (Role.READONLY, bind.readonly),
        (Role.REQUIRED, bind.required),
        (Role.CONSTRAINT, bind.constraint),
        (Role.WARNING, bind.warning),
    ):
        if expression is not None:
            spoken = [said for _, said in itemset.outputs] if role is Role.ITEMS and itemset is not None else []
            yield role, (expression, *spoken)
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


def _ranks(outline: Outline, rules: tuple[Rule, ...]) -> list[int]:
    links = _links(outline, rules)
    components = _components([before | across for before, across in zip(links.before, links.across, strict=True)])
    ranks = [0] * len(rules)
    order = (index for component in components for index in _inside(outline.definition, rules, component, links))
    for rank, index in enumerate(order):
        ranks[index] = rank
    return ranks


_GATED = frozenset((Role.CALCULATE, Role.ITEMS, Role.CONSTRAINT, Role.WARNING, Role.REQUIRED))
"""Roles that look at the relevance of their own node."""


def _links(outline: Outline, rules: tuple[Rule, ...]) -> _Links:
    links = _Links([set() for _ in rules], [set() for _ in rules])
    makers = _Makers(outline, rules)
    for rule in rules:
        own = outline.repeats[rule.node]
        before, across = links.before[rule.index], links.across[rule.index]
        if rule.role in _GATED:
            before |= makers.gates[rule.node]
        for reading in rule.readings:
            other_row = reading.pin is None and any(repeat in own for repeat in outline.repeats[reading.node])
            target = across if other_row else before
            target |= makers.presence[reading.node]
            if not reading.structural:
                target |= makers.content[reading.node]
        before.discard(rule.index)
        across -= before
        across.discard(rule.index)
    return links


class _Makers:
    """By definition index, the rules (by index) whose outcome a reading of it can see."""

    def __init__(self, outline: Outline, rules: tuple[Rule, ...]) -> None:
        of_node: list[dict[Role, int]] = [{} for _ in outline.definition.nodes]
        for rule in rules:
            of_node[rule.node][rule.role] = rule.index
        self.gates: list[frozenset[int]] = []
        """Relevance of the node and of all above it."""
        self.presence: list[frozenset[int]] = []
        """The same, and how many rows there are."""
        self.content: list[frozenset[int]] = []
        """Its value."""
        nothing: frozenset[int] = frozenset()
        for node in outline.definition.nodes:
            own = of_node[node.index]
            top = node.parent == NO_NODE
            self.gates.append(_with(nothing if top else self.gates[node.parent], own, (Role.RELEVANT,)))
            self.presence.append(_with(nothing if top else self.presence[node.parent], own, (Role.RELEVANT, Role.COUNT)))
            self.content.append(_with(nothing, own, (Role.CALCULATE, Role.ITEMS)))


def _with(known: frozenset[int], own: Mapping[Role, int], roles: tuple[Role, ...]) -> frozenset[int]:
    found = [own[role] for role in roles if role in own]
    return known.union(found) if found else known


def _inside(definition: FormDefinition, rules: tuple[Rule, ...], component: list[int], links: _Links) -> list[int]:
    """The order inside a strongly connected part, once readings of other rows, choice filters and counts are left out.

    Two questions may close each other (relevance alone); a calculation in a circle has no meaning and is refused.
    """
    if len(component) == 1:
        return component
    members = set(component)
    soft = {index for index in members if rules[index].role in (Role.ITEMS, Role.COUNT)}
    edges = {index: (links.before[index] & members) - soft - {index} for index in component}
    for index in soft:
        edges[index] = set()
    order = [found for part in components_of(edges) for found in part]
    for part in components_of(edges):
        if len(part) > 1 and any(rules[index].role is Role.CALCULATE for index in part):
            names = sorted({definition.nodes[rules[index].node].path for index in part})
            raise FormInvalid(detail=" → ".join(names), fault="circle")
    return order


def _components(before: list[set[int]]) -> list[list[int]]:
    return components_of(dict(enumerate(before)))


def components_of(before: dict[int, set[int]]) -> list[list[int]]:
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


__all__ = ["Graph", "Role", "Rule", "build", "rules_of"]
