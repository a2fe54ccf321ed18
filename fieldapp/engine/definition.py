"""The immutable form: what is asked, in which order, under which rules; made by `xform.parse`, kept by `compiled`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from .views import Control, Kind
from .xpath.ast import Expr

NO_NODE = -1
"""The parent of the root."""

_LEAVES = (Kind.QUESTION, Kind.NOTE, Kind.CALCULATE)


@dataclass(frozen=True, slots=True)
class Expression:
    """One XPath expression as written and as parsed."""

    text: str
    ast: Expr


@dataclass(frozen=True, slots=True)
class Text:
    """A label, hint or message: literal pieces and outputs in order, or a text of the form's itext by id."""

    parts: tuple[str | Expression, ...] = ()
    itext: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """A choice that stands in the body itself."""

    value: str
    label: Text


@dataclass(frozen=True, slots=True)
class Itemset:
    """Choices from a nodeset, as the items of `instance('towns')` with `[county = ../county]`.

    `value` and `label` are read at each item; `seed` shuffles when `randomize` is asked for (already part of `nodeset`).
    """

    nodeset: Expression
    value: Expression
    label: Expression | None
    label_id: Expression | None = None
    """The itext id of the label, if the choices have media or outputs; read at each item."""
    outputs: tuple[tuple[str, Expression], ...] = ()
    """The outputs inside the labels of its choices, as written and as read at this question, in its row."""


@dataclass(frozen=True, slots=True)
class ControlDef:
    """How a node is shown (body side)."""

    control: Control
    label: Text | None = None
    hint: Text | None = None
    appearance: str = ""
    mediatype: str = ""
    parameters: tuple[tuple[str, str], ...] = ()
    items: tuple[Item, ...] = ()
    itemset: Itemset | None = None


@dataclass(frozen=True, slots=True)
class Bind:
    """What holds for a node (model side). `readonly` and `required` that are constant are expressions like the others."""

    type: str = "string"
    calculate: Expression | None = None
    relevant: Expression | None = None
    readonly: Expression | None = None
    required: Expression | None = None
    constraint: Expression | None = None
    warning: Expression | None = None
    """`fa:warning`: a constraint that asks for an explanation and does not block."""
    constraint_message: Text | None = None
    required_message: Text | None = None
    warning_message: Text | None = None
    preload: str = ""
    preload_parameter: str = ""
    save_to: str = ""
    pii: int = 0
    tier: str = "core"
    national_ref: str = ""
    capital: bool = False
    """`fa:capital`: an amount of money that paper also writes out (大写)."""
    was: str = ""
    """`fa:was`: paths below the root that the question had in earlier versions of the form, with blanks between."""


@dataclass(frozen=True, slots=True)
class Seed:
    """The first content of a node of the live tree: definition index, default text, children (rows and attributes included)."""

    node: int
    value: str = ""
    children: tuple[Seed, ...] = ()


@dataclass(frozen=True, slots=True)
class RepeatDef:
    """A repeat: what a new row holds, and how many rows there are if the form says so."""

    template: Seed
    count: Expression | None = None
    fixed: bool = False
    """Rows are neither added nor removed by the person."""


@dataclass(frozen=True, slots=True)
class NodeDef:
    """One element or attribute of the primary instance, whatever the number of rows it lives in."""

    index: int
    name: str
    """Local name; attributes keep their @, as `@id`."""
    path: str
    parent: int
    kind: Kind
    children: tuple[int, ...] = ()
    """Elements and attributes below, in instance order (attributes first)."""
    shown: tuple[int, ...] = ()
    """Elements below in the order of the body, those without a control left out; groups that only hold others are kept."""
    bind: Bind = field(default_factory=Bind)
    control: ControlDef | None = None
    repeat: RepeatDef | None = None
    namespace: str = ""
    number: str = ""

    @property
    def is_leaf(self) -> bool:
        """Whether it holds a value."""
        return self.kind in _LEAVES

    @property
    def is_attribute(self) -> bool:
        return self.name.startswith("@")


@dataclass(frozen=True, slots=True)
class Action:
    """A setvalue or setgeopoint: on `events` the target gets the value of the expression, or where we are.

    `owner` is the node whose control holds the action (its value changes), or the repeat whose new row it is, or -1 in the model.
    """

    events: tuple[str, ...]
    target: int
    value: Expression | None
    owner: int = NO_NODE
    which: Expression | None = None
    """Which of the target's instances, if a predicate says so."""
    place: bool = False
    """A setgeopoint: the position that `Surroundings.properties` knows as `geopoint`; without one what stands there stays."""


@dataclass(frozen=True, slots=True)
class Internal:
    """An element of a secondary instance written in the form itself."""

    name: str
    text: str
    children: tuple[Internal, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class SecondaryDef:
    """A secondary instance: its content, or the media file it comes from (`jr://file-csv/divisions.csv`)."""

    id: str
    source: str = ""
    root: Internal | None = None


@dataclass(frozen=True, slots=True)
class EntityDef:
    """An entity declaration of the form: which list, at which `meta/entity` node."""

    dataset: str
    node: int


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

    # Looked up at every step of every rule; Enum's own hash is that of the name, worked out in Python each time.
    __hash__ = object.__hash__


@dataclass(frozen=True, slots=True)
class Reading:
    """One definition that an expression reads. `pin` is the repeat whose row it shares with the reader, None for every row."""

    node: int
    pin: int | None
    structural: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """One expression of one definition (of TEXTS all of its outputs)."""

    index: int
    role: Role
    node: int
    expressions: tuple[Expression, ...]
    readings: tuple[Reading, ...]
    rank: int = 0
    """Rules of lower rank are worked out before it."""
    depends_on_language: bool = False
    volatile: bool = False
    """Chance or time has a part in the result."""


@dataclass(frozen=True, slots=True)
class FormDefinition:
    """A whole form."""

    form: str
    """The form id."""
    version: str
    title: str
    nodes: tuple[NodeDef, ...]
    """In document order; the root first; a parent before its children."""
    first: Seed
    """The live tree of a new submission."""
    languages: tuple[str, ...]
    """As named in itext; the default first. Empty if the form has none."""
    texts: Mapping[str, Mapping[str, Text]]
    """Language → itext id (with `;guidance` and other forms behind a semicolon) → text."""
    secondary: tuple[SecondaryDef, ...]
    actions: tuple[Action, ...]
    entities: tuple[EntityDef, ...] = ()
    namespaces: tuple[tuple[str, str], ...] = ()
    """(prefix, URI) of the primary instance, for writing."""
    passed_over: tuple[tuple[str, str], ...] = ()
    """(what, path of the question) of what the form asks for and this program does not do: `recordaudio`, `audit`."""
    public_key: str = ""
    """The key for which the form wants its submissions encrypted; we never do, so that nobody is locked out (docs/forms.md)."""
    rules: tuple[Rule, ...] = ()
    """Which rule reads what, and in which order they are worked out; made by `graph` when the form is read."""

    @property
    def root(self) -> NodeDef:
        return self.nodes[0]

    @property
    def questions(self) -> int:
        """How many questions the form asks, each counted once whatever the rows."""
        return sum(1 for node in self.nodes if node.kind is Kind.QUESTION)

    def meta(self, name: str) -> NodeDef | None:
        """A node of the form's own `meta`, as `instanceID`; `deprecatedID` is there for every form, its element only after an edit."""
        return self.find(f"{self.root.path}/meta/{name}")

    def find(self, path: str) -> NodeDef | None:
        """The node of a path without row numbers, as `/hf/member/m_name` or `/hf/meta/entity/@id`."""
        return next((node for node in self.nodes if node.path == path), None)

    def above(self, index: int) -> Iterator[NodeDef]:
        """The node itself and its ancestors, innermost first."""
        while index != NO_NODE:
            node = self.nodes[index]
            yield node
            index = node.parent

    def repeats_of(self, index: int) -> tuple[int, ...]:
        """The repeats that hold the node, outermost first; a repeat holds itself."""
        return tuple(node.index for node in self.above(index) if node.kind is Kind.REPEAT)[::-1]
