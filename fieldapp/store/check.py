"""Everything in a workspace that can be verified, and what was found wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from fieldapp.errors import AttachmentMissing, CodedError, WorkspaceDamaged
from sync.errors import BadOperation
from sync.operation import verify

from . import audit, cache, driver, forms, keys, operations, search, submissions
from .engine import coded
from .tables import AuthorRow, DraftRow, FileRow
from .transaction import Transaction


@dataclass(frozen=True, slots=True)
class Damage:
    """One thing that is not as it was written; `part`: key-file, database, record, attachment, audit, cache, draft, form."""

    part: str
    subject: str
    detail: str = ""


def examine(tx: Transaction) -> tuple[Damage, ...]:
    """All damages of a workspace; an examination that itself breaks off is one, and the others go on."""
    found: list[Damage] = []
    for examination in (_key_file, _pages, _operations, _files, _audit, _caches, _search, _drafts, _forms):
        found.extend(_guarded(tx, examination))
    return tuple(dict.fromkeys(found))


def _guarded(tx: Transaction, examination: Callable[[Transaction], Iterator[Damage]]) -> list[Damage]:
    found: list[Damage] = []
    try:
        found.extend(examination(tx))
    except (DBAPIError, driver.Error) as error:
        known = coded(error, tx.place.folder)
        if known is None:
            raise
        found.append(_damage(known))
    except WorkspaceDamaged as error:
        found.append(_damage(error))
    return found


def _damage(error: CodedError) -> Damage:
    return Damage(str(error.values.get("part", error.code)), str(error.values.get("detail", "")), error.code)


def _key_file(tx: Transaction) -> Iterator[Damage]:
    for name in keys.damaged(tx.place.folder):
        yield Damage("key-file", name)


def _pages(tx: Transaction) -> Iterator[Damage]:
    for (line,) in tx.session.connection().exec_driver_sql("PRAGMA integrity_check").all():
        if line != "ok":
            yield Damage("database", line)


def _operations(tx: Transaction) -> Iterator[Damage]:
    authors = {row.device: bytes.fromhex(row.public_key) for row in tx.session.exec(select(AuthorRow))}
    for row in operations.every(tx):
        try:
            operation = operations.read_strictly(row)
            verify(operation, authors.get(operation.dev, b""))
        except BadOperation as error:
            yield Damage("record", row.rec, str(error.values["reason"]))
        except WorkspaceDamaged:
            yield Damage("record", row.rec, "body")


def _files(tx: Transaction) -> Iterator[Damage]:
    vault = tx.place.vault
    for row in tx.session.exec(select(FileRow)).all():
        try:
            vault.get(row.sha)
        except AttachmentMissing:
            yield Damage("attachment", row.sha, "missing")
        except WorkspaceDamaged:
            yield Damage("attachment", row.sha, "altered")


def _audit(tx: Transaction) -> Iterator[Damage]:
    broken = audit.first_broken(tx)
    if broken is not None:
        yield Damage("audit", str(broken))


def _caches(tx: Transaction) -> Iterator[Damage]:
    """The cache says what the operations add up to, and nothing besides."""
    expected = dict.fromkeys(cache.CACHES, 0)
    for record in tx.column("SELECT DISTINCT rec FROM operation"):
        line = cache.line_of(operations.add_up(tx, record))
        if line is None:
            continue
        expected[line.table] += 1
        if cache.kept_line(tx, line.table, record) != line:
            yield Damage("cache", record, cache.name_of(line.table))
    for table, rows in expected.items():
        if tx.value(f"SELECT count(*) FROM {cache.name_of(table)}") != rows:
            yield Damage("cache", cache.name_of(table), "rows")


def _search(tx: Transaction) -> Iterator[Damage]:
    """Every line says what its household is found by, and the index has each piece as often as the lines do."""
    kept: dict[str, str] = dict(tx.sql("SELECT household, text FROM search").fetchall())
    pieces: Counter[str] = Counter()
    for line in search.lines(tx.connection):
        pieces.update(line.pieces)
        if kept.pop(line.household, None) != line.text:
            yield Damage("cache", line.household, "search")
    if kept or dict(tx.sql("SELECT term, doc FROM search_word").fetchall()) != pieces:
        yield Damage("cache", "search", "rows")


def _drafts(tx: Transaction) -> Iterator[Damage]:
    for draft in tx.session.exec(select(DraftRow.id)).all():
        try:
            submissions.draft_answers(tx, draft)
        except WorkspaceDamaged:
            yield Damage("draft", draft)


def _forms(tx: Transaction) -> Iterator[Damage]:
    for form, version, _ in forms.versions(tx):
        try:
            forms.get(tx, form, version)
        except WorkspaceDamaged as error:
            yield Damage("form", str(error.values["detail"]))
