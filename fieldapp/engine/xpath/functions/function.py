"""What a function of the language is: how many arguments of which kinds, what it gives, and how a call is compiled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fieldapp.engine.xpath.code import Code, Run, Type, as_nodes, as_number, as_text, as_truth, as_whole
from fieldapp.engine.xpath.context import EvalContext
from fieldapp.engine.xpath.tree import XNode

Build = Callable[[tuple[Code, ...]], Run]


@dataclass(frozen=True, slots=True)
class Function:
    """`kinds`: one letter an argument, the last one repeats: t text, n number, b truth, N nodes, v one value, w a value with all rows.

    `most` is None for any number. `pure`: the same arguments give the same result. `own_node`: without argument it reads the context node.
    `pairs`: after the first `least - 2` arguments the rest comes in twos.
    """

    kinds: str
    least: int
    most: int | None
    result: Type
    build: Build
    pure: bool = True
    own_node: bool = False
    pairs: bool = False

    def takes(self, count: int) -> bool:
        """Whether so many arguments are right."""
        if count < self.least or (self.most is not None and count > self.most):
            return False
        return not self.pairs or (count - self.least) % 2 == 0

    def kinds_of(self, count: int) -> str:
        """The kind of each of so many arguments."""
        if count <= len(self.kinds):
            return self.kinds[:count]
        if self.pairs:
            return (self.kinds + self.kinds[-2:] * count)[:count]
        return self.kinds + self.kinds[-1] * (count - len(self.kinds))

    def result_of(self, arguments: tuple[Code, ...]) -> Type:
        """The type of a call: `if` and the like take it from their branches."""
        if self.result is not Type.ANY or not arguments:
            return self.result
        branches = {argument.type for argument in arguments[1:]}
        return branches.pop() if len(branches) == 1 and self.kinds == "bvv" else Type.ANY


CONVERT: dict[str, Callable[[Code], Run]] = {
    "t": as_text,
    "n": as_number,
    "b": as_truth,
    "N": as_nodes,
    "v": lambda code: code.run,
    "w": as_whole,
}


def converted(kinds: str, arguments: tuple[Code, ...]) -> list[Run]:
    """Each argument as the kind says; the last kind repeats."""
    padded = kinds + kinds[-1:] * (len(arguments) - len(kinds))
    return [CONVERT[kind](argument) for kind, argument in zip(padded, arguments, strict=False)]


def plain(kinds: str, result: Type, work: Callable[..., Any], least: int | None = None, most: int | None = -1) -> Function:
    """A function of its converted arguments and nothing else."""

    def build(arguments: tuple[Code, ...]) -> Run:
        runs = converted(kinds, arguments)
        match runs:
            case [one]:
                return lambda node, place, size, context: work(one(node, place, size, context))
            case [one, two]:
                return lambda node, place, size, context: work(one(node, place, size, context), two(node, place, size, context))
            case _:
                return lambda node, place, size, context: work(*[run(node, place, size, context) for run in runs])

    return Function(kinds, len(kinds) if least is None else least, len(kinds) if most == -1 else most, result, build)


def asking(
    kinds: str, result: Type, work: Callable[..., Any], least: int | None = None, most: int | None = -1, pure: bool = True
) -> Function:
    """A function that also needs the surroundings, given first."""

    def build(arguments: tuple[Code, ...]) -> Run:
        runs = converted(kinds, arguments)
        return lambda node, place, size, context: work(context, *[run(node, place, size, context) for run in runs])

    return Function(kinds, len(kinds) if least is None else least, len(kinds) if most == -1 else most, result, build, pure)


def reading(kind: str, result: Type, work: Callable[[Any], Any]) -> Function:
    """A function of one argument that stands for the context node when left out."""

    def build(arguments: tuple[Code, ...]) -> Run:
        argument = arguments[0] if arguments else Code(_context_node, Type.NODES)
        run = CONVERT[kind](argument)
        return lambda node, place, size, context: work(run(node, place, size, context))

    return Function(kind, 0, 1, result, build, own_node=True)


def _context_node(node: XNode, _place: int, _size: int, _context: EvalContext) -> list[XNode]:
    return [node]
