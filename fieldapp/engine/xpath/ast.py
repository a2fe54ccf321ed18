"""The expression as a tree of frozen values: what the parser makes, the compiler, the dependency graph and the linter read.

Paths are typed steps. `//` is written out as `descendant-or-self::node()`, `.` as `self::node()`, `..` as `parent::node()`, `@x` as
`attribute::x`. The four kinds of paths that a form uses:

    ../age            Path(Origin.HERE, (Step(PARENT, node()), Step(CHILD, age)))
    /data/age         Path(Origin.ROOT, (Step(CHILD, data), Step(CHILD, age)))
    current()/../x    Path(Call("current", ()), (Step(PARENT, node()), Step(CHILD, x)))
    instance('c')/list/item[a = 1]
                      Path(Call("instance", (Text("c"),)), (Step(CHILD, list), Step(CHILD, item, (predicate,))))

Inside a predicate, HERE is the node that is tested; `current()` stays the node that the whole expression belongs to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum


class Operator(Enum):
    """The binary operators."""

    OR = "or"
    AND = "and"
    EQ = "="
    NE = "!="
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="
    ADD = "+"
    SUB = "-"
    MUL = "*"
    DIV = "div"
    MOD = "mod"


class Axis(Enum):
    """The axes of XPath 1.0."""

    CHILD = "child"
    PARENT = "parent"
    SELF = "self"
    ATTRIBUTE = "attribute"
    DESCENDANT = "descendant"
    DESCENDANT_OR_SELF = "descendant-or-self"
    ANCESTOR = "ancestor"
    ANCESTOR_OR_SELF = "ancestor-or-self"
    FOLLOWING_SIBLING = "following-sibling"
    PRECEDING_SIBLING = "preceding-sibling"
    FOLLOWING = "following"
    PRECEDING = "preceding"
    NAMESPACE = "namespace"


class Origin(Enum):
    """Where a path starts, when not at an expression."""

    HERE = "here"
    """At the context node."""
    ROOT = "root"
    """At the document of the primary instance."""


@dataclass(frozen=True, slots=True)
class NameTest:
    """`name` or `prefix:name`."""

    name: str
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class AnyTest:
    """`*` or `prefix:*`."""

    prefix: str = ""


@dataclass(frozen=True, slots=True)
class KindTest:
    """`node()`, `text()`, `comment()`, `processing-instruction('name')`."""

    kind: str
    name: str = ""


NodeTest = NameTest | AnyTest | KindTest
ANY_NODE = KindTest("node")


@dataclass(frozen=True, slots=True)
class Text:
    """A string literal."""

    value: str


@dataclass(frozen=True, slots=True)
class Number:
    """A number literal."""

    value: float


@dataclass(frozen=True, slots=True)
class Variable:
    """`$name`: read, but nothing in a form gives it a value."""

    name: str


@dataclass(frozen=True, slots=True)
class Negation:
    """`-operand`."""

    operand: Expr


@dataclass(frozen=True, slots=True)
class Operation:
    """`left operator right`; chains lean to the left."""

    operator: Operator
    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Union:
    """`a | b | c`."""

    members: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A function call; `at` is the offset of the name in the text."""

    name: str
    arguments: tuple[Expr, ...] = ()
    at: int = field(default=-1, compare=False)


@dataclass(frozen=True, slots=True)
class Filtered:
    """`base[predicate]…` where base is not a step."""

    base: Expr
    predicates: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a path; `at` is its offset in the text."""

    axis: Axis
    test: NodeTest
    predicates: tuple[Expr, ...] = ()
    at: int = field(default=-1, compare=False)


@dataclass(frozen=True, slots=True)
class Path:
    """A location path from `start`; no steps and Origin.ROOT is `/`."""

    start: Origin | Expr
    steps: tuple[Step, ...]

    @property
    def instance(self) -> str | None:
        """The id if the path starts at `instance('id')` with a literal id."""
        return instance_id(self.start)

    @property
    def from_current(self) -> bool:
        """Whether the path starts at `current()`."""
        return isinstance(self.start, Call) and self.start.name == "current"


Expr = Text | Number | Variable | Negation | Operation | Union | Call | Filtered | Path


def instance_id(expr: Origin | Expr) -> str | None:
    """The id in `instance('id')`, None for anything else."""
    if isinstance(expr, Call) and expr.name == "instance" and len(expr.arguments) == 1 and isinstance(expr.arguments[0], Text):
        return expr.arguments[0].value
    return None


def parts(expr: Expr) -> tuple[Expr, ...]:
    """The expressions directly inside, predicates included."""
    match expr:
        case Negation(operand):
            return (operand,)
        case Operation(_, left, right):
            return (left, right)
        case Union(members):
            return members
        case Call(_, arguments):
            return arguments
        case Filtered(base, predicates):
            return (base, *predicates)
        case Path(start, steps):
            inner = tuple(predicate for step in steps for predicate in step.predicates)
            return inner if isinstance(start, Origin) else (start, *inner)
        case _:
            return ()


def walk(expr: Expr) -> Iterator[Expr]:
    """The expression and everything inside it, outermost first, left to right; safe for chains of any length."""
    waiting = [expr]
    while waiting:
        here = waiting.pop()
        yield here
        waiting.extend(reversed(parts(here)))


def calls(expr: Expr) -> Iterator[Call]:
    """Every function call inside."""
    for here in walk(expr):
        if isinstance(here, Call):
            yield here
