"""Where a path can lead: nodes of the form, elements of a secondary instance, or somewhere that cannot be known beforehand."""

from __future__ import annotations

from dataclasses import dataclass, field

from .definition import NO_NODE, FormDefinition, Internal, NodeDef, SecondaryDef
from .xpath.ast import AnyTest, Axis, KindTest, NameTest, Step


@dataclass(slots=True)
class Shape:
    """All elements of one name at one place of a secondary instance, taken together."""

    name: str
    rows: int = 0
    children: dict[str, Shape] = field(default_factory=dict)
    above: Shape | None = None

    def add(self, element: Internal) -> None:
        """Count one more element in."""
        self.rows += 1
        for name, _ in element.attributes:
            self.children.setdefault("@" + name, Shape("@" + name, above=self))
        for child in element.children:
            self.children.setdefault(child.name, Shape(child.name, above=self)).add(child)


class Unknown:
    """A place that only the attached file could tell about."""


class Top:
    """The document of the primary instance."""


Place = NodeDef | Shape | Unknown | Top
UNKNOWN = Unknown()
TOP = Top()


def shape_of(secondary: SecondaryDef) -> Place:
    """The document of a secondary instance; unknown when it comes from a file."""
    if secondary.root is None:
        return UNKNOWN
    document = Shape("")
    root = document.children.setdefault(secondary.root.name, Shape(secondary.root.name, above=document))
    root.add(secondary.root)
    return document


def along(definition: FormDefinition, place: Place, step: Step) -> list[Place]:
    """The places that one step leads to, predicates aside."""
    if isinstance(place, Unknown):
        return [place]
    match step.axis, step.test:
        case Axis.SELF, _:
            return [place]
        case Axis.PARENT, _:
            return _parent(definition, place)
        case ((Axis.CHILD | Axis.ATTRIBUTE), (NameTest() | AnyTest())):
            return _children(definition, place, step)
        case Axis.CHILD, KindTest("text"):
            return [place]
    return [UNKNOWN]


def _parent(definition: FormDefinition, place: Place) -> list[Place]:
    if isinstance(place, NodeDef):
        return [TOP if place.parent == NO_NODE else definition.nodes[place.parent]]
    if isinstance(place, Shape) and place.above is not None:
        return [place.above]
    return []


def _children(definition: FormDefinition, place: Place, step: Step) -> list[Place]:
    if isinstance(place, Shape):
        below: dict[str, Place] = dict(place.children)
    elif isinstance(place, NodeDef):
        below = {definition.nodes[index].name: definition.nodes[index] for index in place.children}
    else:
        below = {definition.root.name: definition.root}
    mark = "@" if step.axis is Axis.ATTRIBUTE else ""
    if isinstance(step.test, NameTest):
        found = below.get(mark + step.test.name)
        return [found] if found is not None else []
    return [child for name, child in below.items() if name.startswith("@") == bool(mark)]
