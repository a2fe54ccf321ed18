"""Marks in the columns of a batch: what stands for a hash, a record id or a word that came before, written and read by the same rules."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from .errors import GarbledReply

PLACE, PART, LINE, SAME, MARK = "\x1e", "\x1d", "\x1f", "\x1c", "\x7f"
"""Between sections, between parts, for a line break within a value, before a cell that fills its column, before a mark."""
_NEW32, _NEW16, _AT, ABSENT, NULL, _DASHED, _AGAIN = "+", "-", "~", ".", "!", "*", "'"
_RANKS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_TOKEN = re.compile(r"(?<![0-9a-f])(?:[0-9a-f]{64}|[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?![0-9a-f])")
_MARKED = re.compile(r"\x7f(\*?)(?:~([0-9]{1,7});|(.))", re.DOTALL)
_HEARD, _NOT_THERE, _NOTHING = MARK + _AGAIN, MARK + ABSENT, MARK + NULL
_WORD = 4
"""Characters from which on a value that comes again within a household (a name, a number) is worth a mark."""
_MOST_CHARACTERS = 64 << 20


@dataclass(slots=True)
class Tokens:
    """The hashes and record ids of a batch, the last used in front; both sides keep the same list."""

    recent: list[str] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)
    every: list[str] = field(default_factory=list)
    words: dict[str, None] = field(default_factory=dict)
    """Cells as they were before their marks, the last used at the end."""

    def learn(self, token: str) -> None:
        recent = self.recent
        if token not in self.places:
            self.places[token] = len(self.every)
            self.every.append(token)
        elif recent[0] == token:
            return
        elif token in recent:
            recent.remove(token)
        recent.insert(0, token)
        if len(recent) > len(_RANKS):
            recent.pop()

    def hear(self, word: str) -> None:
        """Put a value in front."""
        if len(word) < _WORD:
            return
        words = self.words
        words.pop(word, None)
        words[word] = None
        if len(words) > len(_RANKS):
            del words[next(iter(words))]

    def word_rank(self, word: str) -> int:
        """How many values were heard since this one."""
        return list(reversed(self.words)).index(word)

    def word(self, rank: int) -> str:
        """The value of that rank. Raises IndexError."""
        return list(self.words)[-1 - rank]


class Writing:
    """Marks for tokens; new ones go to the raw bytes."""

    def __init__(self) -> None:
        self.tokens = Tokens()
        self.raw = bytearray()

    def mark(self, token: str) -> str:
        if token in self.tokens.recent:
            told = _RANKS[self.tokens.recent.index(token)]
        elif token in self.tokens.places:
            told = f"{_AT}{self.tokens.places[token]};"
        else:
            self.raw += bytes.fromhex(token)
            told = _NEW32 if len(token) == 64 else _NEW16
        self.tokens.learn(token)
        return MARK + told

    def cell(self, value: str | None, above: str | None) -> str:
        """A value as it stands in its column, below another."""
        if value is None:
            return MARK + NULL
        told = _TOKEN.sub(self._marked, value).replace("\n", LINE)
        if MARK in told:
            return told
        if told != above and told in self.tokens.words:
            told = MARK + _AGAIN + _RANKS[self.tokens.word_rank(told)]
        self.tokens.hear(value)
        return told

    def _marked(self, found: re.Match[str]) -> str:
        token = found.group()
        plain = token.replace("-", "")
        return self.mark(token) if plain == token else MARK + _DASHED + self.mark(plain)[1:]


class Reading:
    """Tokens for marks, within a limit on all that is unfolded."""

    def __init__(self, raw: bytes) -> None:
        self.tokens = Tokens()
        self._raw, self._at, self._left = raw, 0, _MOST_CHARACTERS

    def take(self, count: int) -> bytes:
        piece = self._raw[self._at : self._at + count]
        if len(piece) != count:
            raise ValueError("raw bytes end")
        self._at += count
        return piece

    def is_at_end(self) -> bool:
        return self._at == len(self._raw)

    def token(self, found: re.Match[str]) -> str:
        dashed, number, told = found.groups()
        if number is not None:
            token = self.tokens.every[int(number)]
        elif told in (_NEW32, _NEW16):
            token = self.take(32 if told == _NEW32 else 16).hex()
        else:
            token = self.tokens.recent[_RANKS.index(told)]
        self.tokens.learn(token)
        return f"{token[:8]}-{token[8:12]}-{token[12:16]}-{token[16:20]}-{token[20:]}" if dashed else token

    def fields(self, start: str, paths: Sequence[str], cells: Sequence[str]) -> Iterator[tuple[str, str | None]]:
        """Path and value of each cell of a group that is not empty. Raises GarbledReply when all that was read is too much."""
        tokens, hear = self.tokens, self.tokens.hear
        for path, cell in zip(paths, cells, strict=True):
            if MARK not in cell:
                told = cell.replace(LINE, "\n") if LINE in cell else cell
                hear(told)
            elif cell == _NOT_THERE:
                continue
            elif cell == _NOTHING:
                yield start + path, None
                continue
            elif cell.startswith(_HEARD):
                told = tokens.word(_RANKS.index(cell[2:]))
                hear(told)
            else:
                told = _MARKED.sub(self.token, cell).replace(LINE, "\n")
            self._left -= len(told) + 32
            if self._left < 0:
                raise GarbledReply(what="too-large")
            yield start + path, told

    def marks(self, told: str) -> list[str]:
        found = [self.token(one) for one in _MARKED.finditer(told)]
        self._left -= 64 * len(found)
        if self._left < 0:
            raise GarbledReply(what="too-large")
        return found


@dataclass(slots=True)
class Class:
    """Groups of fields that belong to the same kind of thing: a record's own fields, or those of one repeat's rows."""

    paths: dict[str, int] = field(default_factory=dict)
    groups: list[dict[str, str]] = field(default_factory=list)
    above: dict[str, str | None] = field(default_factory=dict)

    def write(self, fields: Mapping[str, str | None], writing: Writing) -> None:
        """Add one group."""
        for path in fields:
            self.paths.setdefault(path, len(self.paths))
        self.groups.append({path: writing.cell(fields[path], self.above.get(path)) for path in sorted(fields)})
        self.above.update(fields)
