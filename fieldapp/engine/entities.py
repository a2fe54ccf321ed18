"""What a submission says about entities: which list, created or updated, under which id, with which properties (ODK entities 2025.1).

Our own records are typed households and members, filled by `usecases.records`; this is the reading that other ODK programs make of the
same submission.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .definition import NO_NODE, EntityDef, FormDefinition, NodeDef
from .instance import Node, path_of
from .session import FormSession

_YES = ("1", "true")


@dataclass(frozen=True, slots=True)
class EntityChange:
    """One entity that a submission creates, updates, or either (upsert: the server decides by the id)."""

    dataset: str
    id: str
    create: bool
    update: bool
    label: str
    """Blank in an update that leaves the label as it is."""
    properties: tuple[tuple[str, str], ...]
    """Names and values in the form's order; blank values of an update take the property's value away."""
    base_version: str = ""
    trunk_version: str = ""
    branch_id: str = ""
    path: str = ""
    """The group, row or form that declares it."""


def entity_changes(session: FormSession) -> tuple[EntityChange, ...]:
    """The relevant declarations that create or update something, in the form's order; an entity in a repeat is one for each row."""
    definition = session.definition
    holders = {_holder(definition, declared): declared for declared in definition.entities}
    saved = _saved(definition, frozenset(holders))
    tree = session.live.tree
    found: list[EntityChange] = []
    for holder, declared in holders.items():
        for place in tree.instances[declared.node]:
            change = _change(place, declared, saved.get(holder, ()))
            if place.relevant and (change.create or change.update):
                found.append(change)
    return tuple(found)


def _holder(definition: FormDefinition, declared: EntityDef) -> int:
    """The form, group or repeat around `meta/entity`."""
    return definition.nodes[definition.nodes[declared.node].parent].parent


def _saved(definition: FormDefinition, holders: frozenset[int]) -> dict[int, list[NodeDef]]:
    """Holder → the questions saved to its entity: those for which it is the innermost holder."""
    found: dict[int, list[NodeDef]] = {}
    for node in definition.nodes:
        if node.bind.save_to:
            holder = next((above.index for above in definition.above(node.index) if above.index in holders), NO_NODE)
            found.setdefault(holder, []).append(node)
    return found


def _change(place: Node, declared: EntityDef, saved: tuple[NodeDef, ...] | list[NodeDef]) -> EntityChange:
    said = {found.name: found.value for found in place.attributes}
    holder = place.above.above if place.above is not None else None
    assert holder is not None
    properties = [(node.bind.save_to.rsplit("#", 1)[-1], found.value) for node in saved for found in _below(holder, node) if found.relevant]
    return EntityChange(
        dataset=declared.dataset,
        id=said.get("id", ""),
        create=said.get("create", "") in _YES,
        update=said.get("update", "") in _YES,
        label=next((found.value for found in place.named("label")), ""),
        properties=tuple(properties),
        base_version=said.get("baseVersion", ""),
        trunk_version=said.get("trunkVersion", ""),
        branch_id=said.get("branchId", ""),
        path=path_of(holder),
    )


def _below(holder: Node, wanted: NodeDef) -> Iterator[Node]:
    """The nodes of a definition below a holder."""
    return (node for node in holder.subtree() if node.node is wanted)
