"""What is wrong with a question as a whole: it can never be asked or never be answered, has no label, changes by itself."""

from __future__ import annotations

from collections.abc import Iterator

from .definition import FormDefinition, NodeDef, Role, Text
from .lint_remark import Remark
from .views import Control, Kind
from .xpath.ast import Call, Expr, Operation, Operator, Path, calls, walk
from .xpath.ast import Text as Literal
from .xpath.printer import to_text
from .xpath.prune import known_truth

TIERS = ("core", "extended")
_MOVING = frozenset(("now", "random", "uuid"))


def about_questions(definition: FormDefinition) -> Iterator[Remark]:
    """Remarks that need no more than one question and what it refers to."""
    filled = {action.target for action in definition.actions} | _defaults(definition)
    for node in definition.nodes:
        yield from _name(node)
        yield from _label(definition, node)
        yield from _required(node, node.index in filled)
        yield from _relevance(definition, node)
        yield from _rules(node)


def _defaults(definition: FormDefinition) -> set[int]:
    """The nodes that begin with a value, in the form or in a new row."""
    seeds = [definition.first, *(node.repeat.template for node in definition.nodes if node.repeat is not None)]
    found: set[int] = set()
    while seeds:
        seed = seeds.pop()
        seeds.extend(seed.children)
        if seed.value.strip():
            found.add(seed.node)
    return found


def _name(node: NodeDef) -> Iterator[Remark]:
    if any(char.isalpha() and not (char.isupper() or char.islower()) for char in node.name):
        yield Remark("name-not-in-collect", node.path, "name", (("name", node.name),))


def _label(definition: FormDefinition, node: NodeDef) -> Iterator[Remark]:
    control = node.control
    if node.kind not in (Kind.QUESTION, Kind.NOTE) or control is None:
        return
    if not _says_something(definition, control.label) and not _says_something(definition, control.hint):
        yield Remark("missing-label", node.path, "text", (("name", node.name),))


def _says_something(definition: FormDefinition, text: Text | None) -> bool:
    if text is None:
        return False
    if not text.itext:
        return bool(text.parts)
    forms = (text.itext, f"{text.itext};image", f"{text.itext};audio", f"{text.itext};video")
    return any(form in texts and texts[form].parts for texts in definition.texts.values() for form in forms)


def _required(node: NodeDef, is_set: bool) -> Iterator[Remark]:
    """Required and read-only, with nothing to fill it: the interview can never be finished."""
    bind = node.bind
    filled = bind.calculate is not None or is_set or bind.preload or (node.control is not None and node.control.control is Control.NONE)
    if bind.required is None or bind.readonly is None or filled or node.kind not in (Kind.QUESTION, Kind.NOTE):
        return
    if known_truth(bind.required.ast) and known_truth(bind.readonly.ast):
        yield Remark("required-read-only", node.path, "required", (("name", node.name),))


def _relevance(definition: FormDefinition, node: NodeDef) -> Iterator[Remark]:
    relevant = node.bind.relevant
    if relevant is None:
        return
    own = {inner.index for inner in definition.nodes if inner.path == node.path or inner.path.startswith(node.path + "/")}
    rules = (rule for rule in definition.rules if rule.node == node.index and rule.role is Role.RELEVANT)
    read = {reading.node for rule in rules for reading in rule.readings if not reading.structural}
    inside = next((definition.nodes[index] for index in sorted(own & read) if definition.nodes[index].bind.calculate is None), None)
    if inside is not None and node.kind is not Kind.CALCULATE:
        yield Remark("relevance-of-itself", node.path, Role.RELEVANT.value, (("name", inside.name),))
    if _contradicts(relevant.ast):
        yield Remark("never-relevant", node.path, Role.RELEVANT.value, (("expression", relevant.text),))


def _contradicts(expr: Expr) -> bool:
    """One question would have to equal two things at once, in a chain of `and`."""
    wanted: dict[str, str] = {}
    waiting = [expr]
    while waiting:
        match waiting.pop():
            case Operation(Operator.AND, left, right):
                waiting += [left, right]
            case Operation(Operator.EQ, Path() as path, Literal(value)) | Operation(Operator.EQ, Literal(value), Path() as path):
                if wanted.setdefault(to_text(path), value) != value:
                    return True
    return False


def _rules(node: NodeDef) -> Iterator[Remark]:
    bind = node.bind
    moving = _moving(bind.calculate.ast) if bind.calculate is not None else ""
    if moving:
        yield Remark("changes-by-itself", node.path, "calculate", (("name", moving),))
    if bind.tier not in TIERS:
        yield Remark("bad-tier", node.path, "tier", (("value", bind.tier),))
    if bind.warning is not None and bind.warning_message is None:
        yield Remark("warning-without-message", node.path, "warning", (("name", node.name),))
    if bind.warning is None and bind.warning_message is not None:
        yield Remark("message-without-warning", node.path, "warning_message", (("name", node.name),))


def _moving(expr: Expr) -> str:
    """The first function of time or chance that is not kept by once()."""
    kept = {id(inner) for call in calls(expr) if call.name == "once" for inner in walk(call)}
    return next((call.name for call in calls(expr) if call.name in _MOVING and id(call) not in kept and not _is_seed(call)), "")


def _is_seed(call: Call) -> bool:
    return bool(call.arguments)
