"""The rules of the linter: every expression of a form is walked once, knowing for each path where it leads."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator

from .definition import Expression, FormDefinition, NodeDef
from .definition import Text as FormText
from .lint_answers import choices_of, holds_no_date, holds_number, holds_words, is_number, is_select, is_select_multiple, literal_of
from .lint_clients import about_clients
from .lint_portable import portability
from .lint_remark import Remark
from .lint_shapes import TOP, Place, Shape, Unknown, along, shape_of
from .views import Kind
from .xpath.ast import (
    Axis,
    Call,
    Expr,
    Filtered,
    NameTest,
    Number,
    Operation,
    Operator,
    Origin,
    Path,
    Step,
    Text,
    Union,
    instance_id,
    parts,
    walk,
)
from .xpath.code import Type
from .xpath.errors import EvaluationFault
from .xpath.printer import to_text
from .xpath.regex import is_costly
from .xpath.regex_tree import read
from .xpath.types import ARITHMETIC, static_type

MANY_ROWS = 300
"""From so many rows on, a filter that looks at each of them is felt."""

_ORDER = frozenset((Operator.LT, Operator.LE, Operator.GT, Operator.GE))
_SAME = frozenset((Operator.EQ, Operator.NE))
_OVER_ROWS = frozenset(("sum", "count", "count-non-empty", "min", "max", "join"))
_SPOILED_BY_BLANKS = frozenset(("sum", "min", "max", "join"))
_TAKES_NUMBERS = frozenset(("round", "int", "abs", "floor", "ceiling", "sqrt", "pow", "number", "sum", "min", "max"))
_TAKES_DATES = frozenset(("date", "format-date", "format-date-time", "decimal-date-time", "date-time"))
_TAKES_SELECTS = frozenset(("selected", "count-selected", "selected-at"))


def remarks(definition: FormDefinition) -> list[Remark]:
    """Everything that the rules find in a form that opens."""
    checker = _Checker(definition)
    for node, role, expression in _expressions(definition):
        checker.check(node, role, expression)
    checker.found += [Remark(*found) for found in about_clients(definition)]
    return checker.found


def _expressions(definition: FormDefinition) -> Iterator[tuple[NodeDef, str, Expression]]:
    """(node, what for, expression); the value and label of an itemset are read at its items and come with its nodeset."""
    for node in definition.nodes:
        bind = node.bind
        named = (
            ("relevant", bind.relevant),
            ("calculate", bind.calculate),
            ("constraint", bind.constraint),
            ("required", bind.required),
            ("readonly", bind.readonly),
            ("warning", bind.warning),
            ("count", node.repeat.count if node.repeat is not None else None),
            ("itemset", node.control.itemset.nodeset if node.control is not None and node.control.itemset is not None else None),
        )
        for role, expression in named:
            if expression is not None:
                yield node, role, expression
        for text in _texts(definition, node):
            for part in text.parts:
                if isinstance(part, Expression):
                    yield node, "text", part
    for action in definition.actions:
        if action.value is not None:
            yield definition.nodes[action.target], "setvalue", action.value


def _texts(definition: FormDefinition, node: NodeDef) -> Iterator[FormText]:
    control, bind = node.control, node.bind
    own = [bind.constraint_message, bind.required_message, bind.warning_message]
    if control is not None:
        own += [control.label, control.hint]
    for text in own:
        if text is None:
            continue
        yield text
        for translated in definition.texts.values():
            if text.itext in translated:
                yield translated[text.itext]


class _Checker:
    """Walks expressions and keeps what it finds."""

    def __init__(self, definition: FormDefinition) -> None:
        self._definition = definition
        self._instances: dict[str, Place] = {one.id: shape_of(one) for one in definition.secondary}
        self._node = definition.root
        self._role = ""
        self.found: list[Remark] = []

    def check(self, node: NodeDef, role: str, expression: Expression) -> None:
        """Walk one expression of a node."""
        self._node, self._role = node, role
        self._walk(expression.ast, [node])
        for code, values in portability(expression.ast, own=node.name, role=role):
            self._say(code, *values)
        self._about_source(node, role, expression)
        if role == "itemset" and node.control is not None and node.control.itemset is not None:
            rows = self._places(expression.ast, [node], quiet=True)
            for column in (node.control.itemset.value, node.control.itemset.label):
                if column is not None:
                    self._walk(column.ast, rows)

    def _about_source(self, node: NodeDef, role: str, expression: Expression) -> None:
        """What only the text as written shows: an absolute path that means the own row, the own name in a constraint."""
        rows = [self._definition.nodes[index].path for index in self._definition.repeats_of(node.index)]
        paths = re.findall(r"(?<![\w.\])/@-])/[\w./-]+", expression.text) if rows else ()
        kept = {to_text(part) for part in walk(expression.ast) if isinstance(part, Path) and part.start is Origin.ROOT}
        for found in paths:
            if any(found.startswith(row + "/") for row in rows) and found not in kept:
                self._say("own-row-in-web-forms", ("expression", found))
        if role == "constraint" and any(self._is_own(part) for part in walk(expression.ast)):
            self._say("constraint-by-name", ("name", node.name), ("expression", expression.text))

    def _is_own(self, part: Expr) -> bool:
        """Whether a path leads from the question back to itself, other than by `.`."""
        if not isinstance(part, Path) or not part.steps or any(step.predicates for step in part.steps):
            return False
        named = any(step.axis is Axis.CHILD for step in part.steps)
        places = self._places(part, [self._node], quiet=True) if part.start is not Origin.HERE or named else []
        return named and places == [self._node]

    def _say(self, code: str, *values: tuple[str, str]) -> None:
        remark = Remark(code, self._node.path, self._role, values)
        if remark not in self.found:
            self.found.append(remark)

    def _walk(self, expr: Expr, here: list[Place]) -> None:
        """Look at the expression and everything in it; a loop, because sums get long."""
        waiting = [expr]
        while waiting:
            part = waiting.pop()
            match part:
                case Path() | Filtered() | Union():
                    self._places(part, here)
                    continue
                case Operation(operator, left, right):
                    self._operation(operator, left, right, here)
                case Call():
                    self._call(part, here)
            waiting.extend(reversed(parts(part)))

    def _places(self, expr: Expr, here: list[Place], quiet: bool = False) -> list[Place]:
        """Where an expression of nodes leads; what is wrong on the way is told unless `quiet`."""
        match expr:
            case Path(start, steps):
                return self._path(expr, self._start(start, here, quiet), steps, quiet)
            case Filtered(base, predicates):
                places = self._places(base, here, quiet)
                for predicate in predicates:
                    if not quiet:
                        self._walk(predicate, places)
                return places
            case Union(members):
                return [place for member in members for place in self._places(member, here, quiet)]
            case Call(("randomize" | "indexed-repeat"), (first, *_)):
                return self._places(first, here, quiet=True)
            case Call("current"):
                return [self._node]
            case Call("instance"):
                return self._instance(instance_id(expr))
        return [Unknown()]

    def _start(self, start: Origin | Expr, here: list[Place], quiet: bool) -> list[Place]:
        if start is Origin.HERE:
            return here
        if start is Origin.ROOT:
            return [TOP]
        assert not isinstance(start, Origin)
        if isinstance(start, Call) and not quiet:
            self._walk(start, here)
        return self._places(start, here, quiet)

    def _instance(self, name: str | None) -> list[Place]:
        return [self._instances.get(name, Unknown()) if name is not None else Unknown()]

    def _path(self, path: Path, places: list[Place], steps: tuple[Step, ...], quiet: bool) -> list[Place]:
        for step in steps:
            if step.axis in (Axis.DESCENDANT, Axis.DESCENDANT_OR_SELF, Axis.FOLLOWING, Axis.PRECEDING) and not quiet:
                self._say("whole-tree", ("expression", to_text(path)))
            before = places
            places = [found for place in places for found in along(self._definition, place, step)]
            if before and not places and not quiet:
                self._dead_end(path, before, step)
            if step.predicates and not quiet:
                self._filter(path, step, places)
                for predicate in step.predicates:
                    self._walk(predicate, places)
        return places

    def _dead_end(self, path: Path, before: list[Place], step: Step) -> None:
        name = step.test.name if isinstance(step.test, NameTest) else "*"
        code = "missing-column" if isinstance(before[0], Shape) else "dead-path"
        self._say(code, ("name", name), ("expression", to_text(path)))

    def _filter(self, path: Path, step: Step, places: list[Place]) -> None:
        """A choice filter over many rows should begin with `column = value`."""
        rows = sum(place.rows for place in places if isinstance(place, Shape))
        if path.instance is None or rows < MANY_ROWS or _begins_with_equality(step.predicates[0]):
            return
        self._say("slow-filter", ("rows", str(rows)), ("expression", to_text(step.predicates[0])))

    def _operation(self, operator: Operator, left: Expr, right: Expr, here: list[Place]) -> None:
        if operator in ARITHMETIC or operator in _ORDER:
            for side, other in ((left, right), (right, left)):
                if operator in ARITHMETIC or static_type(other) is Type.NUMBER:
                    self._as_number(side, here)
        elif operator in _SAME:
            self._same(left, right, here)
            self._same(right, left, here)

    def _as_number(self, side: Expr, here: list[Place]) -> None:
        if isinstance(side, Path):
            for place in self._places(side, here, quiet=True):
                if isinstance(place, NodeDef) and holds_words(place, self._definition):
                    self._say("text-as-number", ("name", place.name), ("expression", to_text(side)))
        elif isinstance(side, Text) and side.value and not is_number(side.value) and not _is_date(side.value):
            self._say("text-as-number", ("name", side.value), ("expression", to_text(side)))

    def _same(self, side: Expr, other: Expr, here: list[Place]) -> None:
        if not isinstance(side, Path) or not isinstance(other, Text | Number):
            return
        for place in self._places(side, here, quiet=True):
            if not isinstance(place, NodeDef):
                continue
            if isinstance(other, Text):
                self._choice(place, other.value)
                if other.value and not is_number(other.value) and holds_number(place):
                    self._say("number-as-text", ("name", place.name), ("expression", to_text(other)))
            if is_select_multiple(place) and literal_of(other) != "":
                self._say("select-multiple-compared", ("name", place.name), ("expression", to_text(other)))
            calculate = place.bind.calculate
            boolean = calculate is not None and static_type(calculate.ast) is Type.BOOLEAN
            if boolean and literal_of(other) != "":
                code = "boolean-in-collect" if literal_of(other) in ("true", "false") else "boolean-compared"
                self._say(code, ("name", place.name), ("expression", to_text(other)))

    def _choice(self, node: NodeDef, value: str) -> None:
        """A literal that is compared with a select must be one of its choices."""
        if value == "":
            return
        names = choices_of(node, self._definition)
        if names is not None and value not in names:
            self._say("not-a-choice", ("name", node.name), ("value", value))

    def _call(self, call: Call, here: list[Place]) -> None:
        self._takes(call, here)
        match call:
            case Call("selected", (Path() as path, Text(value))):
                for place in self._places(path, here, quiet=True):
                    if isinstance(place, NodeDef):
                        self._choice(place, value.strip())
            case Call("regex", (_, Text(pattern))):
                self._regex(pattern)
            case Call("instance" | "pulldata", (Text(name), *_)):
                if name not in self._instances:
                    self._say("missing-instance", ("name", name))
            case Call("date" | "date-time", (Text(value),)) if not _is_date(value):
                self._say("bad-date", ("value", value), ("expression", to_text(call)))
            case Call("jr:choice-name", (_, Text(path))):
                if path.strip().startswith("/") and self._definition.find(path.strip()) is None:
                    self._say("dead-path", ("name", path.strip()), ("expression", to_text(call)))
            case Call("join", (_, Path() as rows)) | Call(_, (Path() as rows, *_)) if call.name in _OVER_ROWS:
                self._over_rows(call.name, rows, here)

    def _takes(self, call: Call, here: list[Place]) -> None:
        """Arguments of the wrong kind."""
        if call.name in _TAKES_NUMBERS:
            for argument in call.arguments:
                self._as_number(argument, here)
        if not call.arguments or not isinstance(call.arguments[0], Path):
            return
        for place in self._places(call.arguments[0], here, quiet=True):
            if not isinstance(place, NodeDef) or place.bind.calculate is not None:
                continue
            if call.name in _TAKES_DATES and holds_no_date(place, self._definition):
                self._say("text-as-date", ("name", place.name), ("expression", to_text(call)))
            if call.name in _TAKES_SELECTS and place.kind is Kind.QUESTION and not is_select(place):
                self._say("not-a-select", ("name", place.name), ("expression", to_text(call)))

    def _over_rows(self, name: str, rows: Path, here: list[Place]) -> None:
        own = set(self._definition.repeats_of(self._node.index))
        if self._node.kind is Kind.REPEAT:
            own.discard(self._node.index)
        for place in self._places(rows, here, quiet=True):
            if not isinstance(place, NodeDef):
                continue
            if own & set(self._definition.repeats_of(place.index)) and rows.start is Origin.ROOT:
                self._say("rows-in-rows", ("expression", to_text(rows)))
            if name in _SPOILED_BY_BLANKS and place.bind.calculate is None:
                self._say("blanks-in-web-forms", ("name", name), ("expression", to_text(rows)))
            if name in ("count", "join") and _may_vanish(self._definition, place, self._node):
                self._say("count-in-web-forms", ("name", name), ("expression", to_text(rows)))

    def _regex(self, pattern: str) -> None:
        try:
            piece, _ = read(pattern)
        except EvaluationFault as fault:
            self._say("bad-regex", ("pattern", pattern), ("position", str(fault.position + 1)))
            return
        if is_costly(piece):
            self._say("costly-regex", ("pattern", pattern))
        if not (pattern.startswith(("^", ".*")) and pattern.endswith(("$", ".*"))):
            self._say("regex-not-anchored", ("pattern", pattern))


def _may_vanish(definition: FormDefinition, place: NodeDef, around: NodeDef) -> bool:
    """Whether the place or what holds it can be not relevant while the node `around` is."""
    own = {above.index for above in definition.above(around.index)}
    return any(above.bind.relevant is not None and above.index not in own for above in definition.above(place.index))


def _is_date(value: str) -> bool:
    """Whether the language reads a literal as a date: blank and anything with a time of day are let pass."""
    if not value or "T" in value:
        return True
    try:
        datetime.date.fromisoformat(value)
    except ValueError:
        return False
    return len(value) == 10


def _begins_with_equality(predicate: Expr) -> bool:
    while isinstance(predicate, Operation) and predicate.operator is Operator.AND:
        predicate = predicate.left
    if not isinstance(predicate, Operation) or predicate.operator is not Operator.EQ:
        return False
    return any(
        _is_column(side) and _is_outside(other) for side, other in ((predicate.left, predicate.right), (predicate.right, predicate.left))
    )


def _is_column(expr: Expr) -> bool:
    return isinstance(expr, Path) and expr.start is Origin.HERE and len(expr.steps) == 1 and expr.steps[0].axis is Axis.CHILD


def _is_outside(expr: Expr) -> bool:
    """Whether it is the same for every row."""
    return not any(isinstance(part, Path) and part.start is Origin.HERE for part in walk(expr))
