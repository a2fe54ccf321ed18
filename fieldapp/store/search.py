"""Finding households while somebody types: an index of all short pieces of what a household is known by.

`search` holds one line a household: its text, and what the roster shows of it, so that a result is one page of the file and not six.
`search_index` holds the pieces of that text (FTS5, contentless, inside the encrypted file); both are a cache, written in the transaction of
the rows that it is made from. Pieces of one to three signs are indexed as they are, so one character
of a name finds as fast as a whole one; longer words are found by the pieces that cover them and then compared with the text. Of numbers any
four signs or more are found, and the first and the last three.

A line's number is its village's code followed by the place of arrival in the village: reading in the order of numbers is reading village by
village, and a division of any level is one stretch of numbers. The first page of many thousand matches costs as little as that of a few.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fieldapp.domain.private_use import normalised
from sync.driver import Connection

from . import ties
from .initials import initials

_PLACES = 1 << 22
"""Households of one village that a number has room for."""
_SHORT, _NUMBER = 3, 4
"""Signs of the longest piece of a text, and of a piece of a number."""
_EXACT_HEAD, _EXACT, _BEGINS = "¹", "²", "³"
"""Marks of pieces that are a whole name or its beginning; the normal form of a text never has these signs."""
_LONGEST_BEGINNING = 8
_SIGNS = {code: code + 0xFEE0 for code in range(0x21, 0x7F) if not chr(code).isalnum()} | dict.fromkeys(map(ord, "·•・‧."), None)
"""What becomes of signs; those between the parts of one name are typed or not, and go."""
_LOOKED_AT = 1_000
"""So many lines are compared at most to count what matches a long word."""

Row = tuple[str, str, str, str, str, str, str, str, str, str, int]
"""Household, village, head, address, natural village, phone, national code, group, household type, monitor type, conflicts."""
Person = tuple[str, str, str, int, int]
"""Name, phone, identity number, whether active, conflicts."""


@dataclass(frozen=True, slots=True)
class Line:
    """What one household is found by: its text (a part a line, in normal form) and the pieces of it; and what is shown of it."""

    household: str
    village: str
    text: str
    shown: str
    pieces: frozenset[str]


@dataclass(frozen=True, slots=True)
class Shown:
    """What the roster tells of a household from its rows and those of its members."""

    village: str
    head_name: str
    address: str
    group: str
    national_code: str
    phone: str
    household_type: str
    monitor_type: str
    members: int
    conflicts: int


@dataclass(frozen=True, slots=True)
class Found:
    """Households in the order of the answer with what is shown of them; `more` is where to go on, empty at the end."""

    lines: tuple[tuple[str, Shown], ...]
    more: str

    @property
    def households(self) -> tuple[str, ...]:
        """Their ids."""
        return tuple(household for household, _ in self.lines)


def normal(text: str) -> str:
    """Lower case, full width as half width, no blanks and no signs between the parts of a name.

    Plain signs that are no letters or digits would part a word of the index: they stand in full width.
    """
    return "".join(unicodedata.normalize("NFKC", normalised(text)).lower().split()).translate(_SIGNS)


def line(row: Row, people: Sequence[Person], joined: Sequence[Row] = ()) -> Line:
    """The line of a household from its cache rows; `people` are its members in order.

    Households that were `joined` to it are found by what they were called: theirs are the line and the members of this one.
    """
    household, village, head, address, _, phone, code, group, household_type, monitor_type, conflicts = row
    names = list(dict.fromkeys(filter(None, map(normal, (head, *(other[2] for other in joined), *(name for name, *_ in people))))))
    letters = list(dict.fromkeys(filter(None, map(initials, names))))
    places = [normal(place) for one in (row, *joined) for place in (one[3], one[4])]
    own = (number for one in (row, *joined) for number in (one[5], one[6]))
    numbers = [normal(number) for number in (*own, *(number for _, *both, _, _ in people for number in both))]
    pieces: set[str] = set()
    for part in (*names, *letters, *places):
        pieces |= _pieces(part)
    for part in numbers:
        pieces |= _pieces_of_number(part)
    pieces |= {_EXACT + name for name in (*names, *letters)}
    if first := normal(head):
        for whole in filter(None, (first, initials(first))):
            pieces |= {_EXACT_HEAD + whole, *(_BEGINS + whole[:size] for size in range(1, min(len(whole), _LONGEST_BEGINNING) + 1))}
    parts = dict.fromkeys(filter(None, (*names, *letters, *places, *numbers)))
    active, waiting = sum(one[3] for one in people), conflicts + sum(one[10] for one in joined) + sum(one[4] for one in people)
    shown = (village, head, address, group, code, phone, household_type, monitor_type, active, waiting)
    return Line(household, village, "\n".join(parts), json.dumps(shown, ensure_ascii=False, separators=(",", ":")), frozenset(pieces))


def refresh(connection: Connection, household: str) -> None:
    """Write the line of one household anew if it says something else than before; one that was deleted has none."""
    made = of(connection, household)
    kept = connection.execute("SELECT number, text, shown FROM search WHERE household = ?", (household,)).fetchone()
    if kept is not None and made is not None and kept[1] == made.text and kept[0] // _PLACES == _village_number(made.village):
        if kept[2] != made.shown:
            connection.execute("UPDATE search SET shown = ? WHERE number = ?", (made.shown, kept[0]))
        return
    if kept is not None:
        connection.execute("DELETE FROM search WHERE number = ?", (kept[0],))
        connection.execute("DELETE FROM search_index WHERE rowid = ?", (kept[0],))
    if made is not None:
        _write(connection, _next_number(connection, made.village), made)


def rebuild(connection: Connection) -> None:
    """All lines anew from the cache's households and members."""
    connection.execute("DELETE FROM search")
    connection.execute("INSERT INTO search_index (search_index) VALUES ('delete-all')")
    village, number = "", 0
    for made in lines(connection):
        number = number + 1 if made.village == village else _village_number(made.village) * _PLACES + 1
        village = made.village
        _write(connection, number, made)


def lines(connection: Connection) -> Iterator[Line]:
    """The lines of all households as they should be, village by village in the roster's order."""
    hidden = ties.hidden(connection)
    ids = connection.execute("SELECT id FROM household WHERE NOT deleted ORDER BY village, group_key, id").fetchall()
    listed = [identity for (identity,) in ids if identity not in hidden]
    for start in range(0, len(listed), 500):
        yield from _made(connection, listed[start : start + 500])


def of(connection: Connection, household: str) -> Line | None:
    """The line of one household as it should be; None while it is not here, deleted, or counts as another."""
    row = connection.execute("SELECT 1 FROM household WHERE id = ? AND NOT deleted", (household,)).fetchone()
    if row is None or ties.staying(connection, [household]):
        return None
    return next(_made(connection, [household]))


def alone(connection: Connection, household: str) -> Shown:
    """What is to be shown of a household by itself, though it may count as another."""
    return read(next(_made(connection, [household], together=False)).shown)


def _made(connection: Connection, households: Sequence[str], together: bool = True) -> Iterator[Line]:
    joined = ties.joined(connection, households) if together else {}
    everyone = json.dumps([*households, *(other for others in joined.values() for other in others)])
    people: dict[str, list[Person]] = {}
    listed = f"SELECT household, {_PERSON} FROM member WHERE household {_AMONG} AND NOT deleted ORDER BY place, id"
    for household, *person in connection.execute(listed, (everyone,)):
        people.setdefault(household, []).append((*person,))
    rows = {row[0]: (*row,) for row in connection.execute(f"{_ROW} WHERE id {_AMONG}", (everyone,))}
    for household in households:
        others = joined.get(household, [])
        crowd = [person for one in (household, *others) for person in people.get(one, ())]
        yield line(rows[household], crowd, [rows[other] for other in others])


def read(shown: str) -> Shown:
    """What `Line.shown` says."""
    return Shown(*json.loads(shown))


def shown(connection: Connection, households: Sequence[str]) -> dict[str, Shown]:
    """What is shown of some households."""
    listed = "SELECT household, shown FROM search WHERE household IN (SELECT value FROM json_each(?))"
    return {household: read(told) for household, told in connection.execute(listed, (json.dumps(list(households)),))}


def find(connection: Connection, query: str, village: str = "", near: str = "", limit: int = 50, after: str = "") -> Found:
    """Households in which every word of `query` stands, at least one word.

    First those whose head has the first word as name or initials, then any member, then heads whose name or initials begin with it,
    then the rest; within each the village `near`, then the others by code and order of arrival. `village` is a division of any
    level, `after` the `more` of the page before.
    """
    words = [normal(word) for word in query.split()]
    words = [word for word in words if word]
    if not words:
        return Found((), "")
    at, beyond = (int(part) for part in after.split(":")) if after else (0, -1)
    found: list[tuple[str, Shown]] = []
    steps = _steps(words, village, near)
    while at < len(steps):
        expression, first, last = steps[at]
        wanted = limit - len(found)
        rows = _matching(connection, expression, words, max(first, beyond + 1), last, wanted + 1)
        found += [(household, read(shown)) for _, household, shown in rows[:wanted]]
        if len(rows) > wanted:
            return Found(tuple(found), f"{at}:{rows[wanted - 1][0] if wanted else max(first, beyond + 1) - 1}")
        at, beyond = at + 1, -1
    return Found(tuple(found), "")


def count(connection: Connection, query: str, village: str = "", at_most: int = 10_000) -> tuple[int, bool]:
    """How many households `find` would list in all, and whether there are no more.

    Counting ends at `at_most`; words that have to be compared with the lines are counted in the first 1,000 that may have them.
    """
    words = [word for word in map(normal, query.split()) if word]
    if not words:
        return 0, True
    first, last = stretch(village)
    long = [word for word in words if not _is_piece(word)]
    looked_at = _LOOKED_AT if long else at_most
    told = "SELECT rowid AS number FROM search_index WHERE search_index MATCH ? AND rowid BETWEEN ? AND ? LIMIT ?"
    compared = f"sum({_compared(long)})" if long else "count(*)"
    join = "CROSS JOIN search USING (number)" if long else ""
    values = (*long, _expression(words), first, last, looked_at + 1)
    row = connection.execute(f"SELECT count(*), {compared} FROM ({told}) {join}", values).fetchone()
    seen, found = (row[0], row[1] or 0) if row else (0, 0)
    return min(found, at_most), seen <= looked_at and found <= at_most


def stretch(village: str) -> tuple[int, int]:
    """The first and last number of a division's households; everything for the empty code."""
    if not village.isdecimal() or not village.isascii():
        return (0, 1 << 62) if not village else (1, 0)
    whole = 10 ** (12 - min(len(village), 12))
    return int(village) * whole * _PLACES, (int(village) + 1) * whole * _PLACES - 1


_ROW = (
    'SELECT id, village, head_name, address, natural_village, phone, national_code, "group", household_type, monitor_type, conflicts'
    " FROM household"
)
_AMONG = "IN (SELECT value FROM json_each(?))"
_PERSON = "name, phone, citizen_id, active AND id NOT IN (SELECT record FROM tie WHERE stays <> ''), conflicts"


def _write(connection: Connection, number: int, made: Line) -> None:
    told = (number, made.household, made.text, made.shown)
    connection.execute("INSERT INTO search (number, household, text, shown) VALUES (?, ?, ?, ?)", told)
    connection.execute("INSERT INTO search_index (rowid, pieces) VALUES (?, ?)", (number, " ".join(made.pieces)))


def _next_number(connection: Connection, village: str) -> int:
    first = _village_number(village) * _PLACES
    newest = connection.execute("SELECT max(number) FROM search WHERE number BETWEEN ? AND ?", (first, first + _PLACES - 1)).fetchone()
    return (newest[0] if newest and newest[0] is not None else first) + 1


def _village_number(village: str) -> int:
    """Other laptops write what they like; what is no village's code comes before all villages."""
    return int(village) if len(village) == 12 and village.isascii() and village.isdecimal() else 0


def _pieces(part: str) -> set[str]:
    pieces = {part[start : start + size] for size in range(1, _SHORT + 1) for start in range(len(part) - size + 1)}
    return pieces | _pieces_of_four(part)


def _pieces_of_number(part: str) -> set[str]:
    """Of a number any four signs are found, and the first and the last three."""
    if len(part) < _NUMBER or not part.isascii():
        return _pieces(part)
    return _pieces_of_four(part) | {part[:_SHORT], part[-_SHORT:]}


def _pieces_of_four(part: str) -> set[str]:
    fours = (part[start : start + _NUMBER] for start in range(len(part) - _NUMBER + 1))
    return {four for four in fours if four.isascii()}


def _is_piece(word: str) -> bool:
    """Whether the index alone knows where a word stands."""
    return len(word) <= (_NUMBER if word.isascii() else _SHORT)


def _steps(words: Sequence[str], village: str, near: str) -> list[tuple[str, int, int]]:
    """What is looked for one after the other: an expression and a stretch of numbers each."""
    rest = "".join(f" AND {_word(word)}" for word in words[1:])
    marks = [_quoted(mark + words[0]) for mark in (_EXACT_HEAD, _EXACT, _BEGINS)]
    # A marked piece says that the word stands in the line, so the word itself is asked for only in the end.
    tiers = [
        f"{marks[0]}{rest}",
        f"({marks[1]}{rest}) NOT {marks[0]}",
        f"({marks[2]}{rest}) NOT ({marks[0]} OR {marks[1]})",
        f"({_expression(words)}) NOT ({' OR '.join(marks)})",
    ]
    return [(tier, first, last) for tier in tiers for first, last in _stretches(village, near)]


def _stretches(village: str, near: str) -> list[tuple[int, int]]:
    first, last = stretch(village)
    middle = stretch(near)
    if not near or middle[0] <= first or middle[1] >= last:
        return [(first, last)]
    return [middle, (first, middle[0] - 1), (middle[1] + 1, last)]


def _matching(
    connection: Connection, expression: str, words: Sequence[str], first: int, last: int, limit: int
) -> list[tuple[int, str, str]]:
    long = [word for word in words if not _is_piece(word)]
    compared = f" AND {_compared(long)}" if long else ""
    statement = (
        "SELECT number, household, shown FROM search_index CROSS JOIN search ON number = search_index.rowid"
        f" WHERE search_index MATCH ? AND search_index.rowid BETWEEN ? AND ?{compared} ORDER BY search_index.rowid LIMIT ?"
    )
    return [(*row,) for row in connection.execute(statement, (expression, first, last, *long, limit))]


def _compared(long: Sequence[str]) -> str:
    return " AND ".join("instr(text, ?) > 0" for _ in long)


def _expression(words: Sequence[str]) -> str:
    return " AND ".join(_word(word) for word in words)


def _word(word: str) -> str:
    if _is_piece(word):
        return _quoted(word)
    size = _NUMBER if word.isascii() else _SHORT
    starts = [*range(0, len(word) - size, size), len(word) - size]
    return "(" + " AND ".join(_quoted(word[start : start + size]) for start in starts) + ")"


def _quoted(piece: str) -> str:
    return f'"{piece}"'
