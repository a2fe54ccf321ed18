"""Reading every record of a workspace once: is each operation what its author signed, and does the cache say what they add up to?

Operations are read record by record some thousand at a time, each body is hashed once, and own signatures are compared with the one this
laptop would make again (Ed25519 is deterministic, and signing takes a third of the time of verifying).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from sync import driver
from sync.errors import BadOperation
from sync.operation import Operation, content_id, from_plain, verify

from . import authors, cache, operations, tables, ties
from .damage import Damage
from .transaction import Transaction

Report = Callable[[int, int, str], None]
_PAGE = 2000
Row = tuple[int, str, str, str, str, str]
"""seq, id, rec, household, body, sum."""


def records(tx: Transaction, report: Report) -> Iterator[Damage]:
    """Every operation and every cache row; unreadable operations are damages of their record, and the others go on."""
    examiner = _Examiner(tx)
    total = tx.value("SELECT count(*) FROM operation")
    done = 0
    for page in _pages(tx, examiner.lost):
        report(done, total, "records")
        done += len(page)
        yield from examiner.examine(page)
    yield from examiner.lost
    report(total, total, "records")
    for table, expected in examiner.lines.items():
        if tx.value(f"SELECT count(*) FROM {cache.name_of(table)}") != expected and examiner.whole and not examiner.lost:
            yield Damage("cache", cache.name_of(table), "rows")
    if examiner.whole and not examiner.lost:
        for record in sorted({row[0] for row in ties.every(tx.connection) ^ ties.should_be(tx.connection, examiner.ties)}):
            yield Damage("cache", record, "tie")


def _pages(tx: Transaction, lost: list[Damage]) -> Iterator[list[Row]]:
    """Whole records, about 2,000 operations at a time; what cannot be read is listed in `lost`."""
    places = tx.sql("SELECT rec, seq FROM operation ORDER BY rec, seq").fetchall()
    start = 0
    while start < len(places):
        end = min(start + _PAGE, len(places))
        while end < len(places) and places[end][0] == places[end - 1][0]:
            end += 1
        yield _read(tx, places[start:end], lost)
        start = end


def _read(tx: Transaction, places: Sequence[tuple[str, int]], lost: list[Damage]) -> list[Row]:
    try:
        return _rows(tx, [seq for _, seq in places])
    except driver.Error:
        tx.look_again()
        if len(places) == 1:
            lost.append(Damage("record", places[0][0], "unreadable"))
            return []
        middle = len(places) // 2
        return _read(tx, places[:middle], lost) + _read(tx, places[middle:], lost)


def _rows(tx: Transaction, numbers: list[int]) -> list[Row]:
    listed = "SELECT seq, id, rec, household, body, sum FROM operation WHERE seq IN (SELECT value FROM json_each(?)) ORDER BY rec, seq"
    return [(seq, identity, rec, home, body, kept) for seq, identity, rec, home, body, kept in tx.sql(listed, json.dumps(numbers))]


class _Examiner:
    """Holds what is the same for all records: the authors' keys, and how many rows each cache should have."""

    def __init__(self, tx: Transaction) -> None:
        self.tx = tx
        self.keys = authors.keys(tx)
        self.lines = dict.fromkeys(cache.CACHES, 0)
        self.ties: dict[str, frozenset[ties.Tie]] = {}
        self.lost: list[Damage] = []
        self.whole = True

    def examine(self, page: Sequence[Row]) -> Iterator[Damage]:
        """The damages of some whole records."""
        wanted: list[cache.Line] = []
        for rec, rows in groupby(page, key=lambda row: row[2]):
            held = []
            number = 0
            for seq, identity, _, home, body, kept in rows:
                number = number or seq
                found = self._operation(identity, rec, body, kept)
                if isinstance(found, Damage):
                    self.whole = False
                    yield found
                else:
                    held.append((home, found))
            if not held:
                continue
            made = cache.add_up(rec, [operation for _, operation in held], number)
            if any(home != made.household for home, _ in held):
                yield Damage("cache", rec, "household")
            if made.kind in (ties.HOUSEHOLD, ties.MEMBER) and (said := ties.of_values(rec, made.kind, made.values)):
                self.ties[rec] = said
            line = cache.line_of(made)
            if line is not None:
                self.lines[line.table] += 1
                wanted.append(line)
        yield from self._compare(wanted)

    def _operation(self, identity: str, rec: str, body: str, kept: str) -> Operation | Damage:
        operation = read(identity, rec, body, kept)
        if operation is None:
            return Damage("record", rec, "body")
        try:
            self._signature(operation, body)
        except BadOperation as error:
            return Damage("record", rec, str(error.values["reason"]))
        return operation

    def _signature(self, operation: Operation, body: str) -> None:
        """Raises BadOperation; only what does not fit at first sight is gone through in full."""
        device = self.tx.place.device
        if operation.dev != device.device:
            verify(operation, self.keys.get(operation.dev, b""))
        elif _content_hash(operation, body) != operation.id or device.sign(bytes.fromhex(operation.id)).hex() != operation.sig:
            from_plain(json.loads(body))
            verify(operation, device.public_key)

    def _compare(self, wanted: Sequence[cache.Line]) -> Iterator[Damage]:
        by_table: dict[type[tables.Row], dict[object, cache.Line]] = {}
        for line in wanted:
            by_table.setdefault(line.table, {})[line.values[0]] = line
        for table, lines in by_table.items():
            kept = cache.kept_lines(self.tx, table, [str(key) for key in lines])
            for key, line in lines.items():
                if kept.get(str(key)) != line:
                    yield Damage("cache", str(key), cache.name_of(table))


def read(identity: str, rec: str, body: str, kept: str) -> Operation | None:
    """The operation of a row whose body is what was written; None when it is not."""
    if hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest() != kept:
        return None
    try:
        operation = operations.from_body(body)
    except (ValueError, TypeError, KeyError):
        return None
    return operation if (operation.id, operation.rec) == (identity, rec) else None


def _content_hash(operation: Operation, body: str) -> str:
    """The id of a body in canonical form, read out of its text: `id` is the first key of that name, `sig` the last."""
    before, mark, rest = body.partition(f'"id":"{operation.id}",')
    content, other, after = rest.rpartition(f'"sig":"{operation.sig}",')
    if not mark or not other:
        return content_id(operation)
    return hashlib.sha256((before + content + after).encode("utf-8", "surrogatepass")).hexdigest()
