"""Everything in a workspace that can be verified, and what was found wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from fieldapp.errors import AttachmentMissing, CodedError, WorkspaceDamaged
from sync.errors import BadOperation
from sync.operation import verify

from . import audit, cache, driver, forms, keys, operations, submissions
from .engine import coded
from .tables import AuthorRow, DraftRow, FileRow, OperationRow, SearchRow
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
    for examination in (_key_file, _pages, _operations, _files, _audit, _caches, _drafts, _forms):
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
    expected = {table.__name__: 0 for table in cache.CACHES}
    for record in tx.session.exec(select(OperationRow.rec).distinct()).all():
        row = cache.row_of(operations.add_up(tx, record))
        if row is None:
            continue
        expected[type(row).__name__] += 1
        kept = tx.session.get(type(row), record)
        if kept is None or kept.model_dump() != row.model_dump():
            yield Damage("cache", record, str(type(row).__tablename__))
        tx.session.expunge_all()
    yield from _search_lines(tx, expected)
    for table in cache.CACHES:
        count = len(tx.session.connection().exec_driver_sql(f"SELECT 1 FROM {table.__tablename__}").all())
        if count != expected[table.__name__]:
            yield Damage("cache", str(table.__tablename__), "rows")


def _search_lines(tx: Transaction, expected: dict[str, int]) -> Iterator[Damage]:
    for household in tx.session.connection().exec_driver_sql("SELECT id FROM household").scalars().all():
        line = cache.search_row(tx, household)
        kept = tx.session.get(SearchRow, household)
        expected["SearchRow"] += 1
        if line is None or kept is None or kept.text != line.text:
            yield Damage("cache", household, "search")
        tx.session.expunge_all()


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
