"""Rules of the linter about the form as a whole: what this program passes over, and what makes ODK Collect refuse to open the form."""

from __future__ import annotations

from collections.abc import Iterator

from .definition import FormDefinition, Role
from .graph import components_of

Found = tuple[str, str, str, tuple[tuple[str, str], ...]]
"""Code, path, role, values."""

_SPREADING = (Role.RELEVANT, Role.READONLY)
_ORDERED = (*_SPREADING, Role.CALCULATE, Role.REQUIRED)


def about_clients(definition: FormDefinition) -> Iterator[Found]:
    """What the author should know of the whole form."""
    if definition.public_key:
        yield "encryption-passed-over", definition.root.path, "form", ()
    for what, path in definition.passed_over:
        yield "passed-over", path, "type", (("name", what),)
    yield from _circles(definition)


def _circles(definition: FormDefinition) -> Iterator[Found]:
    """Questions that decide about each other, be it only whether they are required: JavaRosa takes that for a circle."""
    before: dict[int, set[int]] = {node.index: set() for node in definition.nodes}
    for rule in definition.rules:
        if rule.role in _ORDERED:
            targets = _below(definition, rule.node) if rule.role in _SPREADING else (rule.node,)
            for target in targets:
                before[target].update(reading.node for reading in rule.readings)
    for circle in components_of(before):
        if len(circle) > 1:
            first = definition.nodes[circle[0]]
            names = ", ".join(sorted(definition.nodes[index].name for index in circle))
            yield "circle-in-collect", first.path, "required", (("detail", names),)


def _below(definition: FormDefinition, index: int) -> Iterator[int]:
    yield index
    for child in definition.nodes[index].children:
        yield from _below(definition, child)
