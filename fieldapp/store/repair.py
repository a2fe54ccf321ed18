"""Mending a workspace: what is a cache is made anew, what is truth comes from backups, and what the district has is fetched again.

Nothing is thrown away that somebody could still need: an operation or a file that neither a backup nor the district has stays where it is
and is named.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fieldapp.errors import FieldAppError, NotAllowed, WorkspaceDamaged
from sync import driver

from . import audit, backup, facts, operations, outbox, recount, submissions
from .check import Damage, Report, unseen
from .database import Database
from .transaction import Transaction

_COLUMNS = "seq, id, rec, kind, vil, household, user, body, sum"
_HEADS = "SELECT * FROM draft WHERE id IN (SELECT value FROM json_each(?))"
_PUT_BACK = f"INSERT INTO operation ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
_WHOLE = (
    "draft",
    "draft_answer",
    "draft_journal",
    "form",
    "form_file",
    "author",
    "area",
    "scope",
    "quarantine",
    "print_run",
    "print_run_line",
    "scan",
)
"""Tables of which a backup gives back every row that is not here."""
_FORMS = {"form", "form_file"}
_DRAFTS = {"draft_answer", "draft_journal"}
"""Each of the two has what the other lost."""
Row = tuple[int, str, str, str, str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class Repaired:
    """What was done; `lost` is what nobody here could give back."""

    caches: int
    """Records whose rows were made anew."""
    operations: int
    """Put back from backups."""
    files: int
    """Attachments put back from backups."""
    awaited: int
    """Operations that the district has and the next exchange brings."""
    files_awaited: int
    answers: int
    """Of drafts, put back from their journal, and drafts themselves."""
    lost: tuple[Damage, ...]
    remaining: tuple[Damage, ...] = ()
    """What a check still finds."""


@dataclass(slots=True)
class _Work:
    """What is still missing while the backups are gone through."""

    numbers: set[int] = field(default_factory=set)
    """Places of operations that are damaged or not there."""
    files: set[str] = field(default_factory=set)
    drafts: set[str] = field(default_factory=set)
    """Of which only answers are left."""
    tables: list[str] = field(default_factory=list)
    """Tables that a salvage could not read whole."""
    operations: int = 0
    files_back: int = 0


def repair(database: Database, backups: Sequence[Path] = (), report: Report = unseen, missing: Iterable[int] = ()) -> Repaired:
    """Mend an open workspace with the help of backups, the newest first; `missing` are places of operations that a salvage could not read.

    Raises DiskFull, WorkspaceDamaged (database) while pages are unreadable: salvage comes first.
    """
    with database.read() as tx:
        unreadable: dict[str, list[int]] = json.loads(facts.get(tx, facts.SALVAGED, "{}"))
        work = _Work(_bad_places(tx, report) | set(missing) | set(unreadable.get("operation", ())), _bad_files(tx))
        work.tables = [table for table in _WHOLE if table in unreadable]
    with database.begin() as tx:
        answers = submissions.mend_from_journal(tx)
        work.drafts |= set(submissions.headless(tx))
    for number, file in enumerate(backups):
        report(number, len(backups), "backups")
        if work.numbers or work.files or work.drafts or work.tables:
            _from_backup(database, file, work)
    lost: list[Damage] = []
    with database.begin() as tx:
        awaited = _await_operations(tx, work.numbers, lost)
        files_awaited = _await_files(tx, work.files, lost)
        answers += submissions.mend_from_journal(tx)
        lost += [Damage("draft", one, "gone") for one in submissions.headless(tx)]
        caches = operations.rebuild(tx, spare={one.subject for one in lost if one.part == "record"})
        _know_files(tx)
        lost += [
            Damage("form" if table in _FORMS else "database", table, "rows") for table in work.tables if table not in {*_DRAFTS, "draft"}
        ]
        lost += [Damage("draft", "", "rows")] if set(work.tables) >= _DRAFTS else []
        if "area" in work.tables:
            facts.put(tx, facts.AREAS_DIGEST, "")
        facts.put(tx, facts.SALVAGED, "")
        audit.record(tx, "repair", "", json.dumps([work.operations, work.files_back, awaited, files_awaited, len(lost)]))
    return Repaired(caches, work.operations, work.files_back, awaited, files_awaited, answers, tuple(lost), database.check(report))


def _bad_places(tx: Transaction, report: Report) -> set[int]:
    """Places whose operation is not what was written."""
    rows = tx.sql("SELECT seq, id, rec, body, sum FROM operation")
    bad = {seq for seq, identity, rec, body, kept in rows if recount.read(identity, rec, body, kept) is None}
    report(1, 1, "records")
    return bad


def _bad_files(tx: Transaction) -> set[str]:
    bad = set()
    for sha in tx.column("SELECT sha FROM file"):
        try:
            tx.place.vault.get(sha)
        except FieldAppError:
            bad.add(sha)
    return bad


def _from_backup(database: Database, file: Path, work: _Work) -> None:
    """Take from one backup what it has of what is missing; one that cannot be read or has another key is passed over."""
    try:
        backup.verify(file)
        with backup.opened_database(file, database.folder, database.database_key()) as then:
            rows = _wanted_rows(then, work.numbers)
            heads = [(*row,) for row in then.execute(_HEADS, (json.dumps(sorted(work.drafts)),))]
            # A backup of an older schema does not know every table.
            known = {name for (name,) in then.execute("SELECT name FROM sqlite_master")}
            tables = {table: then.execute(f"SELECT * FROM {table}").fetchall() for table in work.tables if table in known}
            last = then.execute("SELECT max(seq) FROM operation").fetchone()
        with database.begin() as tx:
            for head in heads:
                tx.sql(f"INSERT INTO draft VALUES ({', '.join('?' for _ in head)})", *head)
                work.drafts.discard(head[0])
            for row in rows:
                if _put_back(tx, row):
                    work.numbers.discard(row[0])
                    work.operations += 1
            for table, held in tables.items():
                _rows_back(tx, table, held, (last and last[0]) or 0)
        work.tables = [table for table in work.tables if table not in tables]
        _files_back(database, file, work)
    except (WorkspaceDamaged, NotAllowed):
        return


def _wanted_rows(then: driver.Connection, numbers: Iterable[int]) -> list[Row]:
    listed = f"SELECT {_COLUMNS} FROM operation WHERE seq IN (SELECT value FROM json_each(?))"
    return [(*row,) for row in then.execute(listed, (json.dumps(sorted(numbers)),))]


def _put_back(tx: Transaction, row: Row) -> bool:
    """A row of a backup at its place, if it is whole and the same operation, and not here at another place."""
    seq, identity, rec, _, _, _, _, body, kept = row
    if recount.read(identity, rec, body, kept) is None:
        return False
    if tx.value("SELECT 1 FROM operation WHERE (id = ? AND seq <> ?) OR (seq = ? AND id <> ?)", identity, seq, seq, identity):
        return False
    tx.sql("DELETE FROM operation WHERE seq = ?", seq)
    tx.sql(_PUT_BACK, *row)
    return True


def _rows_back(tx: Transaction, table: str, rows: Sequence[tuple[object, ...]], last: int) -> None:
    """Rows of a backup that are not here; drafts only if they were not finalized or taken further since."""
    for row in rows:
        if table == "draft" and tx.value("SELECT 1 FROM operation WHERE rec = ? AND seq > ?", row[0], last):
            continue
        if table in ("draft_answer", "draft_journal"):
            draft = row[0] if table == "draft_answer" else row[1]
            if tx.value("SELECT 1 FROM draft WHERE id = ?", draft) is None:
                continue
        tx.sql(f"INSERT OR IGNORE INTO {table} VALUES ({', '.join('?' * len(row))})", *row)


def _know_files(tx: Transaction) -> None:
    """Files that records name and that lie here whole, though their rows were lost."""
    named = tx.column("SELECT sha FROM attachment WHERE NOT deleted UNION SELECT sha FROM archive WHERE NOT deleted")
    known = set(tx.column("SELECT sha FROM file"))
    for sha in named:
        if len(sha) != 64 or sha in known:
            continue
        try:
            data = tx.place.vault.get(sha)
        except FieldAppError:
            continue
        mime = tx.value("SELECT mime FROM attachment WHERE sha = ?", sha) or ""
        tx.sql("INSERT INTO file (sha, size, mime, stored_at) VALUES (?, ?, ?, ?)", sha, len(data), mime, tx.stamp())


def _files_back(database: Database, file: Path, work: _Work) -> None:
    vault = database.place.vault
    names = {vault.path(sha).name: sha for sha in work.files}
    for laid_out in backup.attachments(file, names, vault.folder) if names else ():
        sha = names[laid_out.name.removesuffix(".part")]
        laid_out.replace(vault.path(sha))
        try:
            vault.get(sha)
        except FieldAppError:
            continue
        work.files.discard(sha)
        work.files_back += 1


def _await_operations(tx: Transaction, numbers: Iterable[int], lost: list[Damage]) -> int:
    """What the district confirmed is taken out, so that the next exchange brings it again; the rest stays and is named."""
    awaited = 0
    for seq in sorted(numbers):
        record = tx.value("SELECT rec FROM operation WHERE seq = ?", seq)
        if tx.value("SELECT 1 FROM receipt WHERE peer = ? AND seq = ?", outbox.DISTRICT, seq) is None:
            lost.append(Damage("record", record or str(seq), "body" if record else "gone"))
            continue
        tx.sql("DELETE FROM operation WHERE seq = ?", seq)
        tx.sql("DELETE FROM receipt WHERE seq = ?", seq)
        awaited += 1
    if awaited:
        tx.sql("DELETE FROM cursor WHERE peer = ?", outbox.DISTRICT)
        facts.put(tx, facts.AWAITED, str(int(facts.get(tx, facts.AWAITED, "0")) + awaited))
    return awaited


def _await_files(tx: Transaction, shas: Iterable[str], lost: list[Damage]) -> int:
    awaited = 0
    for sha in sorted(shas):
        if tx.value("SELECT 1 FROM file_receipt WHERE peer = ? AND sha = ?", outbox.DISTRICT, sha) is None:
            lost.append(Damage("attachment", sha, "lost"))
            continue
        tx.sql("DELETE FROM file WHERE sha = ?", sha)
        tx.sql("DELETE FROM file_receipt WHERE sha = ?", sha)
        awaited += 1
    return awaited
