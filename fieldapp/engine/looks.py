"""A node of a live form as the screen sees it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from .definition import ControlDef, Text
from .instance import Node, path_of
from .live import Live
from .speech import SELECTS
from .views import Control, Flaw, Kind, NodeView, Problem


def look(live: Live, node: Node) -> NodeView:
    """The view of a node as it is now."""
    definition = node.node
    control = definition.control or _NOTHING
    kind = _kind(node)
    bind = definition.bind
    offers = control.control in SELECTS or control.itemset is not None
    choices = live.speech.choices(node, live.rules.stored.is_shared(node)) if offers else ()
    if any(not choice.name for choice in choices):
        choices = tuple(choice for choice in choices if choice.name)
    return NodeView(
        path=path_of(node),
        kind=kind,
        name=definition.name,
        label=live.speech.say(control.label, node),
        hint=live.speech.say(control.hint, node),
        guidance=live.speech.say_form(control.hint, "guidance", node),
        control=control.control,
        type=bind.type,
        appearance=control.appearance,
        relevant=node.relevant,
        readonly=node.readonly,
        required=node.required,
        value=node.value if node.relevant else "",
        choices=choices,
        problem=problem_of(live, node),
        mediatype=control.mediatype,
        parameters=control.parameters,
        pii=bind.pii,
        tier=bind.tier,
        row_id=node.row_id,
        number=definition.number,
        national_ref=bind.national_ref,
        media=live.speech.media(control.label, node),
    )


def _kind(node: Node) -> Kind:
    if node.node.kind is Kind.REPEAT:
        return Kind.ROW if node.row_id else Kind.REPEAT
    return node.node.kind


def problem_of(live: Live, node: Node) -> Problem | None:
    """What is wrong with the answer, the gravest first."""
    if not node.flaws:
        return None
    flaw = next(flaw for flaw in (Flaw.REQUIRED, Flaw.CONSTRAINT, Flaw.WARNING) if flaw in node.flaws)
    bind = node.node.bind
    texts: dict[Flaw, Text | None] = {
        Flaw.REQUIRED: bind.required_message,
        Flaw.CONSTRAINT: bind.constraint_message,
        Flaw.WARNING: bind.warning_message,
    }
    control = node.node.control
    return Problem(
        path=path_of(node),
        flaw=flaw,
        message=live.speech.say(texts[flaw], node),
        label=live.speech.say(control.label, node) if control is not None else node.name,
        section=_section(live, node),
        row=_row(node),
        explanation=live.explanations.get(node, "") if flaw is Flaw.WARNING else "",
    )


def _section(live: Live, node: Node) -> str:
    """The label of the top-level group or repeat around a node; the form's title for ungrouped questions."""
    here = node
    while (above := here.above) is not None and above.above is not None:
        here = above
    if here is node or here.node.control is None:
        return live.definition.title
    return live.speech.say(here.node.control.label, here)


def _row(node: Node) -> int:
    here: Node | None = node
    while here is not None:
        if here.row_id:
            return here.place()
        here = here.above
    return 0


def inner_nodes(live: Live, node: Node) -> list[Node]:
    """What is shown directly below: rows of a range, otherwise the body's order with one range for each repeat."""
    if node.is_range:
        return node.rows()
    found: list[Node] = []
    for index in node.node.shown:
        definition = live.definition.nodes[index]
        if definition.kind is Kind.REPEAT:
            found.append(node.ranges[index])
        else:
            found += [child for child in node.named(definition.name) if isinstance(child, Node)]
    return found


def with_all_below(live: Live, node: Node) -> Iterator[Node]:
    """A node and everything that is shown below it; nothing if it is not relevant."""
    if not node.relevant:
        return
    yield node
    for inner in inner_nodes(live, node):
        yield from with_all_below(live, inner)


def is_sensitive(node: Node) -> bool:
    """Whether the form calls a node's answer sensitive."""
    return node.node.bind.pii >= _SENSITIVE


def title_of(live: Live, row: Node) -> str:
    """The first answers of a row in words, at most three, without sensitive ones and files; for a row that is not shown too."""
    told = [node for node in row.subtree() if node.raw and node.node.kind is Kind.QUESTION and not is_sensitive(node)]
    words = (words_of(live, node)[1] for node in told if node.node.control is not None and node.node.control.control is not Control.UPLOAD)
    return " · ".join(itertools.islice(words, _MOST_IN_A_TITLE))


def words_of(live: Live, node: Node) -> tuple[str, str]:
    """The label of a question and its stored answer in words, whether it is relevant or not."""
    control = node.node.control or _NOTHING
    label = live.speech.say(control.label, node) or node.name
    if control.control not in SELECTS:
        return label, node.raw
    labels = {choice.name: choice.label for choice in live.speech.choices(node, live.rules.stored.is_shared(node))}
    return label, " ".join(labels.get(name, name) for name in node.raw.split())


_SENSITIVE = 2
_MOST_IN_A_TITLE = 3
_NOTHING = ControlDef(Control.NONE)
