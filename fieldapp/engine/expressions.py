"""Reads the expressions of a form: parsed, checked against the form's paths, and brought to the row that they stand in.

An absolute path inside a repeat means the same row (as ODK Collect reads it), so `/hf/m/age` in a bind of `/hf/m/adult` becomes `../age`;
as an argument of a function over many nodes (`sum(/hf/m/inc)`) it means all rows and stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from fieldapp.errors import ExpressionError

from .definition import Expression
from .xpath.ast import ANY_NODE, Axis, Call, Expr, Filtered, NameTest, Negation, Operation, Origin, Path, Step, Union, walk
from .xpath.compile import compile_expression
from .xpath.errors import ExpressionFault
from .xpath.parser import parse
from .xpath.prune import prune

OVER_MANY = frozenset(
    [
        "sum",
        "count",
        "count-non-empty",
        "min",
        "max",
        "join",
        "position",
        "indexed-repeat",
        "randomize",
        "area",
        "distance",
        "enclosed-area",
    ]
)
"""Functions whose arguments are nodesets: a path in them means every row."""

_WIDE = frozenset((Axis.DESCENDANT, Axis.DESCENDANT_OR_SELF, Axis.FOLLOWING, Axis.PRECEDING))

MOST_SEARCHES = 2
"""Steps of one expression that search the whole form (`//`): each may multiply the time by the number of nodes."""

_UP = Step(Axis.PARENT, ANY_NODE)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an expression stands: names from the root down, and how many of them lead to the innermost repeat around it."""

    path: str
    names: tuple[str, ...]
    repeats: tuple[int, ...] = ()
    """Depths (1-based counts of names) of the repeats around the node, outermost first."""


class ExpressionReader:
    """Reads expressions of one form; equal texts at equal places are read once."""

    def __init__(self, paths: Iterable[str], repeats: Iterable[str], prefixes: Mapping[str, str]) -> None:
        self._paths = frozenset(paths)
        self._repeats = frozenset(repeats)
        self._prefixes = prefixes
        self._parsed: dict[str, Expr] = {}
        self._plain: dict[str, Expression] = {}
        self._homed: dict[Expression, Expression] = {}

    def read(self, text: str, path: str, up: int = 0) -> Expression:
        """The expression `text` of the node at `path`; equal ones are one object, so that each is compiled once.

        Raises ExpressionError(path, expression, detail).
        """
        expr = self._parse(text, path)
        place = self._place(path)
        if not place.repeats:
            return self._plain.setdefault(text, Expression(text, expr))
        if up:
            place = replace(place, names=place.names[:-up])
        made = Expression(text, self._home(expr, place, inside=False))
        return self._homed.setdefault(made, made)

    def _parse(self, text: str, path: str) -> Expr:
        known = self._parsed.get(text)
        if known is not None:
            return known
        try:
            expr = prune(parse(text))
            compile_expression(expr)
        except ExpressionFault as fault:
            raise ExpressionError(path=path, expression=text, detail=str(fault), fault=fault.code) from fault
        except RecursionError as fault:
            raise ExpressionError(path=path, expression=text, detail="too-deep", fault="syntax") from fault
        if searches(expr) > MOST_SEARCHES:
            raise ExpressionError(path=path, expression=text, detail=str(MOST_SEARCHES), fault="too-costly")
        self._check_paths(expr, text, path)
        self._parsed[text] = expr
        return expr

    def _check_paths(self, expr: Expr, text: str, path: str) -> None:
        """An absolute path of plain names must lead somewhere."""
        for here in walk(expr):
            if isinstance(here, Path) and here.start is Origin.ROOT:
                names = _plain_names(here.steps)
                if names and names[0] != "*" and "*" not in names and "/" + "/".join(names) not in self._paths:
                    raise ExpressionError(path=path, expression=text, detail="/" + "/".join(names), fault="missing-path")

    def _place(self, path: str) -> Place:
        names = tuple(path.strip("/").split("/"))
        depths = tuple(depth for depth in range(1, len(names) + 1) if "/" + "/".join(names[:depth]) in self._repeats)
        return Place(path, names, depths)

    def _home(self, expr: Expr, place: Place, inside: bool, many: bool = False) -> Expr:
        """The expression with its absolute paths brought to the row; `inside` a predicate the row is that of current()."""

        def again(part: Expr) -> Expr:
            return self._home(part, place, inside)

        match expr:
            case Path():
                return self._home_path(expr, place, inside, many)
            case Negation(operand):
                return Negation(again(operand))
            case Operation(operator, left, right):
                return Operation(operator, again(left), again(right))
            case Union(members):
                return Union(tuple(self._home(member, place, inside, many) for member in members))
            case Call(name, arguments):
                over = name in OVER_MANY
                return replace(expr, arguments=tuple(self._home(argument, place, inside, over) for argument in arguments))
            case Filtered(base, predicates):
                base = self._home(base, place, inside, many)
                return Filtered(base, tuple(self._home(predicate, place, True) for predicate in predicates))
            case _:
                return expr

    def _home_path(self, path: Path, place: Place, inside: bool, many: bool) -> Path:
        steps = tuple(
            replace(step, predicates=tuple(self._home(predicate, place, True) for predicate in step.predicates))
            if step.predicates
            else step
            for step in path.steps
        )
        if path.start is not Origin.ROOT:
            start = path.start if isinstance(path.start, Origin) else self._home(path.start, place, inside, many)
            return Path(start, steps)
        depth = 0 if many else self._shared(steps, place)
        if not depth:
            return Path(Origin.ROOT, steps)
        up = (_UP,) * (len(place.names) - depth)
        return Path(Call("current") if inside else Origin.HERE, up + steps[depth:])

    def _shared(self, steps: tuple[Step, ...], place: Place) -> int:
        """How many steps lead to the innermost repeat that the path shares with the place; 0 for none."""
        found = 0
        for depth in place.repeats:
            if depth >= len(steps) or len(_plain_names(steps[:depth])) < depth:
                break
            if tuple(_plain_names(steps[:depth])) != place.names[:depth]:
                break
            found = depth
        return found


def searches(expr: Expr) -> int:
    """How many steps of an expression search the whole form."""
    return sum(step.axis in _WIDE for part in walk(expr) if isinstance(part, Path) for step in part.steps)


def _plain_names(steps: tuple[Step, ...]) -> list[str]:
    """The names of steps that are plain children or attributes without predicates; `*` for every other one ends the list."""
    names: list[str] = []
    for step in steps:
        if not isinstance(step.test, NameTest) or step.predicates or step.axis not in (Axis.CHILD, Axis.ATTRIBUTE):
            names.append("*")
            break
        names.append("@" + step.test.name if step.axis is Axis.ATTRIBUTE else step.test.name)
    return names
