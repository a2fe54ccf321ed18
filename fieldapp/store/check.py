"""Everything in a workspace that can be verified, and what was found wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from fieldapp.errors import AttachmentMissing, CodedError, WorkspaceDamaged
from sync import driver

from . import audit, forms, keys, recount, search, submissions
from .damage import Damage
from .engine import coded
from .tables import DraftRow, FileRow
from .transaction import Transaction

__all__ = ["Damage", "Report", "examine", "unseen"]

Report = Callable[[int, int, str], None]
"""How far a part is: done, of how many, which part (pages, records, search, attachments); raises to break off."""
_STEPS = 100_000
"""Steps of SQLite's machine between two looks at whether the person gave up."""


def unseen(_done: int, _total: int, _part: str) -> None:
    """Nobody looks at the progress."""


def examine(tx: Transaction, report: Report = unseen) -> tuple[Damage, ...]:
    """All damages of a workspace; an examination that itself breaks off is one, and the others go on. What `report` raises goes through."""
    found: list[Damage] = []
    for examination in (_key_file, recount.records, _search, _files, _audit, _drafts, _forms, _pages):
        found.extend(_guarded(tx, examination, report))
    return tuple(dict.fromkeys(found))


def _guarded(tx: Transaction, examination: Callable[[Transaction, Report], Iterator[Damage]], report: Report) -> list[Damage]:
    found: list[Damage] = []
    try:
        found.extend(examination(tx, report))
    except (DBAPIError, driver.Error) as error:
        known = coded(error, tx.place.folder)
        if known is None:
            raise
        found.append(_damage(known))
        tx.look_again()
    except WorkspaceDamaged as error:
        found.append(_damage(error))
    return found


def _damage(error: CodedError) -> Damage:
    return Damage(str(error.values.get("part", error.code)), str(error.values.get("detail", "")), error.code)


def _key_file(tx: Transaction, _: Report) -> Iterator[Damage]:
    for name in keys.damaged(tx.place.folder):
        yield Damage("key-file", name)


def _pages(tx: Transaction, report: Report) -> Iterator[Damage]:
    with driver.watched(tx.connection, _STEPS, lambda: report(0, 1, "pages")):
        lines = tx.column("PRAGMA integrity_check")
    for line in lines:
        if line != "ok":
            yield Damage("database", line.splitlines()[0][:200], "pages")


def _search(tx: Transaction, report: Report) -> Iterator[Damage]:
    """Every line says what its household is found by, and the index has each piece as often as the lines do."""
    kept = {household: (text, shown) for household, text, shown in tx.sql("SELECT household, text, shown FROM search")}
    total = len(kept)
    pieces: Counter[str] = Counter()
    for number, line in enumerate(search.lines(tx.connection)):
        if number % 500 == 0:
            report(min(number, total), total, "search")
        pieces.update(line.pieces)
        if kept.pop(line.household, None) != (line.text, line.shown):
            yield Damage("cache", line.household, "search")
    if kept or dict(tx.sql("SELECT term, doc FROM search_word").fetchall()) != pieces:
        yield Damage("cache", "search", "rows")


def _files(tx: Transaction, report: Report) -> Iterator[Damage]:
    vault = tx.place.vault
    files = tx.session.exec(select(FileRow.sha)).all()
    for number, sha in enumerate(files):
        report(number, len(files), "attachments")
        try:
            vault.get(sha)
        except AttachmentMissing:
            yield Damage("attachment", sha, "missing")
        except WorkspaceDamaged:
            yield Damage("attachment", sha, "altered")


def _audit(tx: Transaction, _: Report) -> Iterator[Damage]:
    broken = audit.first_broken(tx)
    if broken is not None:
        yield Damage("audit", str(broken))


def _drafts(tx: Transaction, _: Report) -> Iterator[Damage]:
    for draft in tx.session.exec(select(DraftRow.id)).all():
        try:
            submissions.draft_answers(tx, draft)
        except WorkspaceDamaged:
            yield Damage("draft", draft)
    for draft in submissions.headless(tx):
        yield Damage("draft", draft, "headless")


def _forms(tx: Transaction, _: Report) -> Iterator[Damage]:
    for form, version, _number in forms.versions(tx):
        try:
            forms.get(tx, form, version)
        except WorkspaceDamaged as error:
            yield Damage("form", str(error.values["detail"]))
