"""A regular expression in ECMAScript's or Java's dialect as a small tree."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from fieldapp.engine.xpath.errors import EvaluationFault
from fieldapp.engine.xpath.regex_chars import any_char, escaped_char, escaped_class, property_class


@dataclass(frozen=True, slots=True)
class One:
    """One character out of a class; `text` is the class in Python's dialect."""

    text: str


@dataclass(frozen=True, slots=True)
class Edge:
    """A place between characters: `^`, `$`, `\\b` or `\\B`."""

    kind: str


@dataclass(frozen=True, slots=True)
class Row:
    """One after the other."""

    items: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """One of several."""

    items: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Times:
    """Repeated; `most` is None without limit; `possessive` never gives back."""

    item: Piece
    least: int
    most: int | None
    possessive: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """A group that can be referred to."""

    item: Piece


@dataclass(frozen=True, slots=True)
class Look:
    """Looking ahead or behind: `?=`, `?!`, `?<=`, `?<!`."""

    kind: str
    item: Piece


@dataclass(frozen=True, slots=True)
class Again:
    """What a group matched, once more."""

    number: int


Piece = One | Edge | Row | Either | Times | Group | Look | Again

_DEEPEST = 40
_COUNT = re.compile(r"\{([0-9]{1,4})(,([0-9]{0,4}))?\}")
_QUOTED = re.compile(r"\\Q(.*?)(?:\\E|$)", re.DOTALL)
_FLAGS = re.compile(r"\(\?([imsu]+)\)")


@lru_cache(512)
def read(pattern: str) -> tuple[Piece, bool]:
    """(tree of the pattern, whether case is ignored). Raises EvaluationFault."""
    plain = _QUOTED.sub(lambda match: re.sub(r"([^\w\s])", r"\\\1", match[1]), pattern)
    flags = _FLAGS.match(plain)
    reader = _Reader(plain, flags.end() if flags else 0)
    piece = reader.either(0)
    if not reader.is_done():
        raise EvaluationFault(pattern, reader.place(), "regex")
    return piece, bool(flags and "i" in flags[1])


class _Reader:
    """A cursor over the pattern."""

    def __init__(self, pattern: str, at: int) -> None:
        self._pattern = pattern
        self._at = at
        self._names: list[str] = []

    def is_done(self) -> bool:
        """Whether nothing is left."""
        return self._at >= len(self._pattern)

    def place(self) -> int:
        """How far the pattern is read."""
        return self._at

    def either(self, depth: int) -> Piece:
        """Alternatives up to `)` or the end."""
        if depth > _DEEPEST:
            raise self._fault()
        items = [self._row(depth)]
        while self._next() == "|":
            self._at += 1
            items.append(self._row(depth))
        return items[0] if len(items) == 1 else Either(tuple(items))

    def _row(self, depth: int) -> Piece:
        items: list[Piece] = []
        while self._next() not in ("", "|", ")"):
            items.append(self._times(self._one(depth)))
        return Row(tuple(items))

    def _times(self, item: Piece) -> Piece:
        sign = self._next()
        count = _COUNT.match(self._pattern, self._at) if sign == "{" else None
        if count:
            least = int(count[1])
            most: int | None = least if count[2] is None else (int(count[3]) if count[3] else None)
            self._at = count.end()
        elif sign and sign in "*+?":
            least, most = {"*": (0, None), "+": (1, None), "?": (0, 1)}[sign]
            self._at += 1
        else:
            return item
        if most is not None and most < least:
            raise self._fault()
        suffix = self._next()
        if suffix and suffix in "?+":
            self._at += 1
        made = Times(item, least, most, suffix == "+")
        if self._next() in ("*", "+", "?"):
            raise self._fault()
        return made

    def _one(self, depth: int) -> Piece:
        char = self._next()
        self._at += 1
        match char:
            case "(":
                return self._group(depth)
            case "[":
                return One(self._class())
            case "\\":
                return self._escape()
            case ".":
                return One(any_char())
            case "^" | "$":
                return Edge(char)
            case "*" | "+" | "?":
                raise self._fault()
        return One(re.escape(char))

    def _group(self, depth: int) -> Piece:
        head = re.compile(r"\?(?:<?[=!]|:|<([A-Za-z][A-Za-z0-9]*)>)|").match(self._pattern, self._at)
        kind = head[0] if head else ""
        if not kind and self._next() == "?":
            raise self._fault()
        self._at += len(kind)
        if head and (kind == "" or head[1]):
            self._names.append(head[1] or "")
        item = self.either(depth + 1)
        if self._next() != ")":
            raise self._fault()
        self._at += 1
        if kind == "?:":
            return item
        return Look(kind, item) if kind in ("?=", "?!", "?<=", "?<!") else Group(item)

    def _escape(self) -> Piece:
        char = self._next()
        self._at += 1
        if char == "":
            raise self._fault()
        if char in "bB":
            return Edge(f"\\{char}")
        if char in "AzZ":
            return Edge("^" if char == "A" else "$")
        if char in "123456789":
            return Again(int(char))
        if char == "k" and (name := re.compile(r"<(\w+)>").match(self._pattern, self._at)) and name[1] in self._names:
            self._at = name.end()
            return Again(self._names.index(name[1]) + 1)
        if char in "pP":
            return One(f"[{'^' if char == 'P' else ''}{self._property()}]")
        inside = escaped_class(char)
        if inside is not None:
            return One(f"[{inside}]")
        return One(re.escape(self._escaped(char)))

    def _property(self) -> str:
        named = re.compile(r"\{([^}]*)\}|(\w)").match(self._pattern, self._at)
        inside = property_class(named[1] or named[2]) if named else None
        if named is None or inside is None:
            raise self._fault()
        self._at = named.end()
        return inside

    def _escaped(self, char: str) -> str:
        found, used = escaped_char(char, self._pattern, self._at)
        self._at += used
        return found

    def _class(self) -> str:
        negated = self._next() == "^"
        if negated:
            self._at += 1
        pieces: list[str] = []
        while (char := self._next()) != "]":
            if char == "" or self._pattern.startswith("&&", self._at):
                raise self._fault()
            pieces.append(self._class_item())
        self._at += 1
        if not pieces:
            return r"[\s\S]" if negated else r"[^\s\S]"
        return f"[{'^' if negated else ''}{''.join(pieces)}]"

    def _class_item(self) -> str:
        first, single = self._class_char()
        if not single or self._next() != "-" or self._pattern[self._at + 1 : self._at + 2] in ("]", ""):
            return first
        self._at += 1
        last, also_single = self._class_char()
        return f"{first}-{last}" if also_single else f"{first}\\-{last}"

    def _class_char(self) -> tuple[str, bool]:
        """(text inside a class, whether it is a single character)."""
        char = self._next()
        self._at += 1
        if char != "\\":
            return re.escape(char), True
        char = self._next()
        self._at += 1
        if char in ("p", "P"):
            if char == "P":
                raise self._fault()
            return self._property(), False
        inside = escaped_class(char)
        if inside is not None and not inside.startswith("^"):
            return inside, False
        if inside is not None:
            return f"\\{char}", False
        return re.escape("\b" if char == "b" else self._escaped(char)), True

    def _next(self) -> str:
        return self._pattern[self._at : self._at + 1]

    def _fault(self) -> EvaluationFault:
        return EvaluationFault(self._pattern, self._at, "regex")
