"""Functions of numbers. round() goes half up; its two-argument form works on the decimal digits that a person sees."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import ROUND_FLOOR, Decimal, localcontext
from typing import Any

from fieldapp.engine.xpath.code import Code, Run, Type, number_of, truth_of, truth_of_node
from fieldapp.engine.xpath.context import EvalContext
from fieldapp.engine.xpath.functions.function import Function, asking, plain, reading
from fieldapp.engine.xpath.tree import XNode
from fieldapp.engine.xpath.values import INFINITY, NAN


def _whole(work: Callable[[float], int]) -> Callable[[float], float]:
    return lambda number: number if number != number or math.isinf(number) else float(work(number))


def _round(number: float, digits: float = 0.0) -> float:
    if number != number or math.isinf(number):
        return number
    if digits != digits or math.isinf(digits):
        return NAN
    places = max(min(math.trunc(digits), 400), -400)
    if places == 0:
        return float(math.floor(Decimal(repr(number)) + Decimal("0.5")))
    with localcontext() as exact:
        exact.prec = 1200
        shifted = Decimal(repr(number)).scaleb(places) + Decimal("0.5")
        return float(shifted.to_integral_value(ROUND_FLOOR).scaleb(-places))


def _tame(work: Callable[..., float]) -> Callable[..., float]:
    """Where Python raises, IEEE 754 gives not-a-number or an infinity."""

    def tamed(*numbers: float) -> float:
        try:
            return float(work(*numbers))
        except ValueError:
            return NAN
        except OverflowError:
            return INFINITY

    return tamed


def _log(work: Callable[[float], float]) -> Callable[[float], float]:
    return lambda number: -INFINITY if number == 0 else _tame(work)(number)


def _pow(base: float, exponent: float) -> float:
    if exponent != exponent or (abs(base) == 1.0 and math.isinf(exponent)):
        return NAN
    try:
        return math.pow(base, exponent)
    except ValueError:
        return INFINITY if base == 0.0 else NAN
    except OverflowError:
        return -INFINITY if base < 0 and exponent % 2 == 1 else INFINITY


def _values(context: EvalContext, values: tuple[Any, ...]) -> list[float]:
    """Numbers of all values; blank and non-relevant nodes are left out."""
    numbers: list[float] = []
    for value in values:
        if type(value) is list:
            numbers.extend(context.number(text) for node in value if node.relevant and (text := node.text()))
        else:
            numbers.append(number_of(value, context))
    return numbers


def _max(context: EvalContext, *values: Any) -> float:
    numbers = _values(context, values)
    return NAN if not numbers or any(number != number for number in numbers) else max(numbers)


def _min(context: EvalContext, *values: Any) -> float:
    numbers = _values(context, values)
    return NAN if not numbers or any(number != number for number in numbers) else min(numbers)


def _sum(context: EvalContext, nodes: list[XNode]) -> float:
    """0.1 + 0.2 is 0.3 to a person who adds up money: fractions are added as they are written, not as their binary shadows."""
    number_of_text = context.number
    numbers = [number_of_text(text) for node in nodes if node.relevant and (text := node.text())]
    total = sum(numbers, 0.0)
    if total.is_integer() and abs(total) < _EXACT and all(map(float.is_integer, numbers)):
        return total
    if not math.isfinite(total):
        return total
    with localcontext() as exact:
        exact.prec = 60
        return float(sum((Decimal(repr(number)) for number in numbers), Decimal(0)))


_EXACT = 2.0**53
"""Below it, sums of whole numbers have no error."""


def _checked(values: tuple[Any, ...]) -> int:
    count = 0
    for value in values:
        if type(value) is list:
            count += sum(1 for node in value if truth_of_node(node))
        else:
            count += truth_of(value)
    return count


def _between(count: float, least: float, most: float) -> bool:
    return (least < 0 or count >= least) and (most < 0 or count <= most)


def _checklist(least: float, most: float, *values: Any) -> bool:
    return _between(_checked(values), least, most)


def _weighted(context: EvalContext, least: float, most: float, *values: Any) -> bool:
    total = 0.0
    for answer, weight in zip(values[::2], values[1::2], strict=True):
        if type(answer) is list and type(weight) is list and len(answer) > 1:
            total += sum(context.number(heavy.text()) for node, heavy in zip(answer, weight, strict=False) if truth_of_node(node))
        elif truth_of(answer):
            total += number_of(weight, context)
    return _between(total, least, most)


def _constant(value: float | bool, kind: Type) -> Function:
    def build(_arguments: tuple[Code, ...]) -> Run:
        return lambda node, place, size, context: value

    return Function("", 0, 0, kind, build)


NUMBERS: dict[str, Function] = {
    "number": reading("n", Type.NUMBER, lambda number: number),
    "int": plain("n", Type.NUMBER, _whole(math.trunc)),
    "round": plain("nn", Type.NUMBER, _round, least=1),
    "floor": plain("n", Type.NUMBER, _whole(math.floor)),
    "ceiling": plain("n", Type.NUMBER, _whole(math.ceil)),
    "abs": plain("n", Type.NUMBER, abs),
    "pow": plain("nn", Type.NUMBER, _pow),
    "sqrt": plain("n", Type.NUMBER, _tame(math.sqrt)),
    "exp": plain("n", Type.NUMBER, _tame(math.exp)),
    "exp10": plain("n", Type.NUMBER, lambda number: _pow(10.0, number)),
    "log": plain("n", Type.NUMBER, _log(math.log)),
    "log10": plain("n", Type.NUMBER, _log(math.log10)),
    "sin": plain("n", Type.NUMBER, _tame(math.sin)),
    "cos": plain("n", Type.NUMBER, _tame(math.cos)),
    "tan": plain("n", Type.NUMBER, _tame(math.tan)),
    "asin": plain("n", Type.NUMBER, _tame(math.asin)),
    "acos": plain("n", Type.NUMBER, _tame(math.acos)),
    "atan": plain("n", Type.NUMBER, _tame(math.atan)),
    "atan2": plain("nn", Type.NUMBER, _tame(math.atan2)),
    "pi": _constant(math.pi, Type.NUMBER),
    "true": _constant(True, Type.BOOLEAN),
    "false": _constant(False, Type.BOOLEAN),
    "not": plain("b", Type.BOOLEAN, lambda truth: not truth),
    "boolean": plain("b", Type.BOOLEAN, lambda truth: truth),
    "boolean-from-string": plain("t", Type.BOOLEAN, lambda text: text in ("1", "true")),
    "sum": asking("N", Type.NUMBER, _sum),
    "max": asking("w", Type.NUMBER, _max, least=1, most=None),
    "min": asking("w", Type.NUMBER, _min, least=1, most=None),
    "count": plain("N", Type.NUMBER, lambda nodes: float(sum(1 for node in nodes if node.relevant))),
    "count-non-empty": plain("N", Type.NUMBER, lambda nodes: float(sum(1 for node in nodes if node.text() != ""))),
    "checklist": plain("nnw", Type.BOOLEAN, _checklist, least=2, most=None),
    "weighted-checklist": Function(
        "nnwv", 2, None, Type.BOOLEAN, asking("nnw", Type.BOOLEAN, _weighted, least=2, most=None).build, pairs=True
    ),
}
