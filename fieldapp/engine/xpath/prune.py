"""Leaves out what no answer can ever reach: the rest of `false() and …`, of `true() or …`, the other branch of `if(true(), …)`.

The reference engines never look at such parts, so a call in them that does not exist harms nobody; everywhere else it is refused when
the form is loaded. Both sides of `and` and `or` are asked from left to right (XPath 1.0, section 3.4).
"""

from __future__ import annotations

from dataclasses import replace

from fieldapp.engine.xpath.ast import Call, Expr, Filtered, Negation, Number, Operation, Operator, Origin, Path, Step, Text, Union, walk

_LOGIC = frozenset((Operator.AND, Operator.OR))


def prune(expr: Expr) -> Expr:
    """The expression without what is never asked; the same object if there is nothing of the kind."""
    return _pruned(expr) if any(_decides(part) for part in walk(expr)) else expr


def known_truth(expr: Expr) -> bool | None:
    """The truth of an expression that no answer has a part in; None where only evaluation can tell."""
    match expr:
        case Number(value):
            return value == value and value != 0
        case Text(value):
            return value != ""
        case Call("true", ()):
            return True
        case Call("false", ()):
            return False
        case Operation(operator, left, right) if operator in _LOGIC:
            decisive = operator is Operator.OR
            first = known_truth(left)
            if first is None or first is decisive:
                return first
            return known_truth(right)
    return None


def _decides(expr: Expr) -> bool:
    match expr:
        case Operation(Operator.AND, left, _):
            return known_truth(left) is False
        case Operation(Operator.OR, left, _):
            return known_truth(left) is True
        case Call("if", (condition, _, _)):
            return known_truth(condition) is not None
    return False


def _pruned(expr: Expr) -> Expr:
    match expr:
        case Operation():
            return _operation(expr)
        case Negation(operand):
            return Negation(_pruned(operand))
        case Union(members):
            return Union(tuple(_pruned(member) for member in members))
        case Call("if", (condition, yes, no)) if (known := known_truth(condition)) is not None:
            return _pruned(yes if known else no)
        case Call(_, arguments):
            return replace(expr, arguments=tuple(_pruned(argument) for argument in arguments))
        case Filtered(base, predicates):
            return Filtered(_pruned(base), tuple(_pruned(predicate) for predicate in predicates))
        case Path(start, steps):
            return Path(start if isinstance(start, Origin) else _pruned(start), tuple(_step(step) for step in steps))
    return expr


def _step(step: Step) -> Step:
    return replace(step, predicates=tuple(_pruned(predicate) for predicate in step.predicates)) if step.predicates else step


def _operation(expr: Operation) -> Expr:
    """A chain of operators, left to right; a loop, because such chains get long."""
    chain: list[tuple[Operator, Expr]] = []
    first: Expr = expr
    while isinstance(first, Operation):
        chain.append((first.operator, first.right))
        first = first.left
    made = _pruned(first)
    for operator, right in reversed(chain):
        if operator in _LOGIC and known_truth(made) is (operator is Operator.OR):
            made = Call("true" if operator is Operator.OR else "false")
        else:
            made = Operation(operator, made, _pruned(right))
    return made
