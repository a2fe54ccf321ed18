"""Walks a regular expression state by state: time grows with the text, whatever the pattern (Thompson's construction)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from fieldapp.engine.xpath.errors import EvaluationFault
from fieldapp.engine.xpath.regex_tree import Edge, Either, Group, One, Piece, Row, Times

_MOST_STATES = 20_000


@dataclass(slots=True)
class _State:
    """`test` eats one character, `edge` is a condition on the place, neither is a free way on."""

    ways: list[int] = field(default_factory=list)
    test: re.Pattern[str] | None = None
    edge: str = ""


def walker(piece: Piece, ignore_case: bool) -> Callable[[str], bool]:
    """A search for the pattern. Raises EvaluationFault for look-around, back-references and patterns of enormous size."""
    machine = _Machine(re.IGNORECASE if ignore_case else 0)
    start = machine.add(_State())
    end = machine.build(piece, start)
    return lambda text: machine.finds(text, start, end)


class _Machine:
    """The states of one pattern."""

    def __init__(self, flags: int) -> None:
        self._states: list[_State] = []
        self._flags = flags
        self._tests: dict[str, re.Pattern[str]] = {}

    def add(self, state: _State) -> int:
        """Number of the new state."""
        if len(self._states) >= _MOST_STATES:
            raise EvaluationFault("{}", reason="costly-regex")
        self._states.append(state)
        return len(self._states) - 1

    def build(self, piece: Piece, start: int) -> int:
        """Add the states for a piece that begins at `start`; gives the state after it."""
        match piece:
            case One(text):
                if text not in self._tests:
                    self._tests[text] = re.compile(text, re.ASCII | self._flags)
                return self._after(start, _State(test=self._tests[text]))
            case Edge(kind):
                return self._after(start, _State(edge=kind))
            case Row(items):
                for item in items:
                    start = self.build(item, start)
                return start
            case Either(items):
                end = self.add(_State())
                for item in items:
                    self._join(self.build(item, self._branch(start)), end)
                return end
            case Group(item):
                return self.build(item, start)
            case Times(item, least, most, possessive) if not possessive:
                return self._repeat(item, least, most, start)
        raise EvaluationFault("()", reason="costly-regex")

    def _repeat(self, item: Piece, least: int, most: int | None, start: int) -> int:
        for _ in range(least):
            start = self.build(item, start)
        if most is None:
            loop = self._branch(start)
            self._join(self.build(item, self._branch(loop)), loop)
            return self._branch(loop)
        end = self.add(_State())
        for _ in range(most - least):
            self._join(start, end)
            start = self.build(item, self._branch(start))
        self._join(start, end)
        return end

    def _after(self, start: int, state: _State) -> int:
        middle = self.add(state)
        self._join(start, middle)
        end = self.add(_State())
        self._join(middle, end)
        return end

    def _branch(self, start: int) -> int:
        made = self.add(_State())
        self._join(start, made)
        return made

    def _join(self, start: int, end: int) -> None:
        self._states[start].ways.append(end)

    def finds(self, text: str, start: int, end: int) -> bool:
        """Whether some part of the text leads from start to end."""
        waiting: list[int] = []
        for at in range(len(text) + 1):
            waiting.append(start)
            eating = self._closure(waiting, text, at)
            if end in eating:
                return True
            if at == len(text):
                return False
            char = text[at]
            waiting = [
                way for number in eating if (test := self._states[number].test) and test.match(char) for way in self._states[number].ways
            ]
        return False

    def _closure(self, numbers: list[int], text: str, at: int) -> set[int]:
        """Everything that can be reached without eating a character."""
        seen: set[int] = set()
        waiting = list(numbers)
        while waiting:
            number = waiting.pop()
            if number in seen:
                continue
            seen.add(number)
            state = self._states[number]
            if state.test is None and (not state.edge or _holds(state.edge, text, at)):
                waiting.extend(state.ways)
        return seen


def _holds(edge: str, text: str, at: int) -> bool:
    match edge:
        case "^":
            return at == 0
        case "$":
            return at == len(text)
    border = _is_word(text[at - 1 : at]) != _is_word(text[at : at + 1])
    return border if edge == "\\b" else not border


def _is_word(char: str) -> bool:
    return char.isascii() and (char.isalnum() or char == "_")
