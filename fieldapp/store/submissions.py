"""Submissions (调查记录): drafts that are journalled answer by answer, and finalized ones that are sums of operations."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import col, delete, select

from fieldapp.domain.ids import AreaCode, FormId, HouseholdId, SubmissionId, UserName
from fieldapp.domain.private_use import normalised
from fieldapp.domain.submission import Answers, State, Submission, may_move
from fieldapp.errors import AlreadyThere, NotAllowed, NotFound, WorkspaceDamaged
from sync.merge import merge
from sync.operation import Operation, canonical

from . import areas, cache, operations
from .tables import DraftAnswerRow, DraftRow, JournalRow, SubmissionRow
from .transaction import Transaction


@dataclass(frozen=True, slots=True)
class Revision:
    """One finalization; `operation` is its id, `at` ISO text."""

    number: int
    at: str
    user: str
    device: str
    why: str
    operation: str


_HEAD = "@draft"
"""In the journal: everything that the draft's own row says."""
_SET_ANSWER = (
    "INSERT INTO draft_answer (draft, path, value, sum) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (draft, path) DO UPDATE SET value = excluded.value, sum = excluded.sum"
)


def start_draft(
    tx: Transaction,
    submission: str,
    household: str,
    village: str,
    form: str,
    form_version: str,
    answers: Answers | None = None,
    user: str = "",
) -> Submission:
    """Begin a submission; raises WrongRealm, AlreadyThere."""
    areas.guard(tx, village)
    if tx.session.get(DraftRow, submission) is not None or tx.session.get(SubmissionRow, submission) is not None:
        raise AlreadyThere(what="submission", id=submission)
    now = tx.stamp()
    _begin(tx, DraftRow(
        id=submission, household=household, village=village, form=form, form_version=form_version,
        user=user or tx.user, revision=0, why="", started_at=now, changed_at=now,
    ), answers or {})  # fmt: skip
    return load(tx, submission)


def reopen(tx: Transaction, submission: str, why: str, user: str = "") -> Submission:
    """Begin a new revision of a finalized submission from its answers; raises NotFound, AlreadyThere, NotAllowed."""
    if tx.session.get(DraftRow, submission) is not None:
        raise AlreadyThere(what="draft", id=submission)
    kept = load_finalized(tx, submission)
    if not may_move(kept.state, State.DRAFT):
        raise NotAllowed(reason="not-finalized")
    now = tx.stamp()
    _begin(tx, DraftRow(
        id=submission, household=kept.household, village=kept.village, form=kept.form, form_version=kept.form_version,
        user=user or tx.user, revision=kept.revision, why=why, started_at=now, changed_at=now,
    ), kept.answers)  # fmt: skip
    return load(tx, submission)


def save_answers(tx: Transaction, submission: str, changes: Mapping[str, str | None]) -> int:
    """Autosave: keep the answers that differ from what is kept (None takes one away), and journal them; returns how many."""
    if tx.value("SELECT 1 FROM draft WHERE id = ?", submission) is None:
        raise NotFound(what="draft", id=submission)
    kept = _kept(tx, submission, changes)
    journal = {path: [kept.get(path), value] for path, value in changes.items() if value != kept.get(path)}
    for path, (_, value) in journal.items():
        if value is None:
            tx.sql("DELETE FROM draft_answer WHERE draft = ? AND path = ?", submission, path)
        else:
            tx.sql(_SET_ANSWER, submission, path, value, _sum(submission, path, value))
    if journal:
        now = tx.stamp()
        tx.sql("UPDATE draft SET changed_at = ? WHERE id = ?", now, submission)
        _journal(tx, submission, now, journal)
    return len(journal)


def save_snapshot(tx: Transaction, submission: str, answers: Answers) -> int:
    """Autosave from all answers of a form: what is no longer there is taken away; returns how many changed."""
    gone = {path: None for path in draft_answers(tx, submission) if path not in answers}
    return save_answers(tx, submission, {**answers, **gone})


def change_version(tx: Transaction, submission: str, form_version: str, answers: Answers) -> Submission:
    """Put a draft under another version of its form, with its answers as that version has them; raises NotFound."""
    draft = _draft(tx, submission)
    draft.form_version = form_version
    tx.session.add(draft)
    tx.session.flush()
    _journal(tx, submission, tx.stamp(), _head_of(draft))
    save_snapshot(tx, submission, answers)
    return load(tx, submission)


def finalize(tx: Transaction, submission: str, answers: Answers | None = None, user: str = "", why: str = "") -> Submission:
    """Turn the draft into the next revision: one operation of what changed; raises NotAllowed (not-a-draft).

    `answers` are those that count (only what is relevant); without them all of the draft's.
    """
    row = tx.session.get(DraftRow, submission, populate_existing=True)
    if row is None:
        raise NotAllowed(reason="not-a-draft")
    final = dict(draft_answers(tx, submission) if answers is None else answers)
    state = operations.state(tx, submission)
    live = {path for path, field in state.fields.items() if field.value is not None or field.conflict}
    changes: dict[str, str | None] = {path: None for path in live if not path.startswith("@") and path not in final}
    values = state.values()
    changes.update({path: value for path, value in final.items() if values.get(path) != value or path in state.conflicts})
    changes |= {
        "@household": row.household,
        "@state": State.FINALIZED.value,
        "@revision": str(max(row.revision, _whole(values.get("@revision", ""))) + 1),
        "@finalized_at": tx.now().isoformat(timespec="seconds"),
    }
    operations.write(
        tx, "submission", submission, row.village, changes,
        user=user or tx.user, form=row.form, form_version=row.form_version, why=why or row.why,
    )  # fmt: skip
    discard(tx, submission)
    return load_finalized(tx, submission)


def discard(tx: Transaction, submission: str) -> None:
    """Throw a draft away; what was finalized before stays. Raises NotFound."""
    draft = _draft(tx, submission)
    tx.session.exec(delete(DraftAnswerRow).where(col(DraftAnswerRow.draft) == submission))
    tx.session.exec(delete(JournalRow).where(col(JournalRow.draft) == submission))
    tx.session.delete(draft)
    tx.session.flush()


def load(tx: Transaction, submission: str) -> Submission:
    """A submission with its answers: the draft if there is one, else what was finalized; raises NotFound, WorkspaceDamaged."""
    row = tx.session.get(DraftRow, submission, populate_existing=True)
    if row is None:
        return load_finalized(tx, submission)
    return replace(_of_draft(row), answers=draft_answers(tx, submission))


def load_finalized(tx: Transaction, submission: str, revision: int | None = None) -> Submission:
    """What was finalized, whatever the draft says, or one of its revisions; raises NotFound, WorkspaceDamaged."""
    row = tx.session.get(SubmissionRow, submission, populate_existing=True)
    if row is None or row.deleted:
        raise NotFound(what="submission", id=submission)
    all_of_it = operations.of_record(tx, submission)
    if revision is not None and revision != row.revision:
        found = _finalization(all_of_it, revision)
        all_of_it = operations.ancestors(all_of_it, [found.id])
        line = cache.line_of(cache.add_up(submission, all_of_it, 0))
        assert line is not None
        row = SubmissionRow.model_validate(dict(zip(cache.columns(SubmissionRow), line.values, strict=True)))
    values = merge(all_of_it).values()
    return replace(_of_row(row), answers={path: value and normalised(value) for path, value in values.items() if not path.startswith("@")})


def revisions(tx: Transaction, submission: str) -> tuple[Revision, ...]:
    """Every finalization, the first one first; two laptops may have made the same number."""
    found = [
        Revision(_whole(one.set["@revision"] or ""), cache.instant(one.hlc), one.user, one.dev, one.why, one.id)
        for one in operations.of_record(tx, submission)
        if "@revision" in one.set
    ]
    return tuple(sorted(found, key=lambda revision: (revision.number, revision.at, revision.operation)))


def drafts(tx: Transaction, household: str = "") -> tuple[Submission, ...]:
    """Drafts without their answers, the latest changed first."""
    query = select(DraftRow).order_by(col(DraftRow.changed_at).desc(), col(DraftRow.id)).execution_options(populate_existing=True)
    if household:
        query = query.where(DraftRow.household == household)
    return tuple(_of_draft(row) for row in tx.session.exec(query))


def of_household(tx: Transaction, household: str) -> tuple[Submission, ...]:
    """All submissions of a household without their answers, the latest changed first; one that is being revised counts as draft."""
    being_filled = drafts(tx, household)
    open_ids = {draft.id for draft in being_filled}
    rows = tx.session.exec(select(SubmissionRow).where(SubmissionRow.household == household, col(SubmissionRow.deleted).is_(False)))
    finalized = [_of_row(row) for row in rows if row.id not in open_ids]
    return tuple(sorted([*being_filled, *finalized], key=lambda one: (one.changed_at, one.id), reverse=True))


def form_of(tx: Transaction, submission: str) -> tuple[str, str] | None:
    """Form and version that a submission was finalized with; None for what is no submission."""
    row = tx.sql("SELECT form, form_version FROM submission WHERE id = ?", submission).fetchone()
    return None if row is None else (row[0], row[1])


def finalized(tx: Transaction, village: str = "", form: str = "") -> tuple[Submission, ...]:
    """Everything that was finalized, without answers, by household; optionally of a division (any level) or a form."""
    query = select(SubmissionRow).where(col(SubmissionRow.deleted).is_(False)).order_by(SubmissionRow.household, SubmissionRow.id)
    if village:
        query = query.where(col(SubmissionRow.village).startswith(village))
    if form:
        query = query.where(SubmissionRow.form == form)
    return tuple(_of_row(row) for row in tx.session.exec(query))


def draft_answers(tx: Transaction, submission: str) -> dict[str, str]:
    """The answers of a draft; raises WorkspaceDamaged (draft)."""
    rows = tx.sql("SELECT path, value, sum FROM draft_answer WHERE draft = ?", submission).fetchall()
    for path, value, kept in rows:
        if _sum(submission, path, value) != kept:
            raise WorkspaceDamaged(part="draft", detail=submission)
    return {path: value for path, value, _ in rows}


def headless(tx: Transaction) -> tuple[str, ...]:
    """Ids of drafts of which only answers or journal are left."""
    return tuple(tx.column("SELECT draft FROM draft_answer UNION SELECT draft FROM draft_journal EXCEPT SELECT id FROM draft"))


def mend_from_journal(tx: Transaction) -> int:
    """Give back what the journal has and the rows do not: drafts that lost their head, and answers; how many answers and drafts."""
    revived = 0
    for draft in headless(tx):
        for changes in tx.column(f"SELECT changes FROM draft_journal WHERE draft = ? AND changes LIKE '%\"{_HEAD}\"%' ORDER BY seq", draft):
            tx.session.merge(DraftRow.model_validate(json.loads(changes)[_HEAD][1]))
            revived += 1
    tx.session.flush()
    return revived + _mend_answers(tx)


def _mend_answers(tx: Transaction) -> int:
    newest: dict[tuple[str, str], str | None] = {}
    for draft, changes in tx.sql("SELECT draft, changes FROM draft_journal WHERE draft IN (SELECT id FROM draft) ORDER BY seq"):
        newest |= {(draft, path): value for path, (_, value) in json.loads(changes).items() if path != _HEAD}
    mended = 0
    for (draft, path), value in newest.items():
        if value is None:
            tx.sql("DELETE FROM draft_answer WHERE draft = ? AND path = ?", draft, path)
            continue
        row = tx.sql("SELECT value, sum FROM draft_answer WHERE draft = ? AND path = ?", draft, path).fetchone()
        if row != (value, _sum(draft, path, value)):
            tx.sql(_SET_ANSWER, draft, path, value, _sum(draft, path, value))
            mended += 1
    return mended


def _kept(tx: Transaction, submission: str, paths: Collection[str]) -> dict[str, str]:
    """What the draft has under these paths, at least; few are looked up one by one."""
    if len(paths) > 20:
        return draft_answers(tx, submission)
    found = ((path, tx.value("SELECT value FROM draft_answer WHERE draft = ? AND path = ?", submission, path)) for path in paths)
    return {path: value for path, value in found if value is not None}


def _begin(tx: Transaction, row: DraftRow, answers: Answers) -> None:
    tx.session.add(row)
    tx.session.flush()
    for path, value in answers.items():
        tx.sql(_SET_ANSWER, row.id, path, value, _sum(row.id, path, value))
    _journal(tx, row.id, row.started_at, _head_of(row) | {path: [None, value] for path, value in answers.items()})


def _head_of(row: DraftRow) -> dict[str, object]:
    return {_HEAD: [None, row.model_dump()]}


def _journal(tx: Transaction, submission: str, now: str, changes: Mapping[str, object]) -> None:
    told = canonical(changes).decode()
    tx.sql("INSERT INTO draft_journal (draft, at, user, changes) VALUES (?, ?, ?, ?)", submission, now, tx.user, told)


def _draft(tx: Transaction, submission: str) -> DraftRow:
    row = tx.session.get(DraftRow, submission, populate_existing=True)
    if row is None:
        raise NotFound(what="draft", id=submission)
    return row


def _finalization(all_of_it: Sequence[Operation], revision: int) -> Operation:
    found = [one for one in all_of_it if one.set.get("@revision") == str(revision)]
    if not found:
        raise NotFound(what="revision", id=str(revision))
    return max(found, key=lambda one: (one.hlc, one.id))


def _of_draft(row: DraftRow) -> Submission:
    return Submission(
        id=SubmissionId(row.id),
        household=HouseholdId(row.household),
        village=AreaCode(row.village),
        form=FormId(row.form),
        form_version=row.form_version,
        state=State.DRAFT,
        revision=row.revision,
        user=UserName(row.user),
        changed_at=datetime.fromisoformat(row.changed_at),
    )


def _of_row(row: SubmissionRow) -> Submission:
    return Submission(
        id=SubmissionId(row.id),
        household=HouseholdId(row.household),
        village=AreaCode(row.village),
        form=FormId(row.form),
        form_version=row.form_version,
        state=_state(row.state),
        revision=row.revision,
        user=UserName(row.user),
        changed_at=datetime.fromisoformat(row.changed_at),
        finalized_at=_instant(row.finalized_at),
    )


def _state(text: str) -> State:
    """An unknown word from a newer program counts as finalized."""
    return State(text) if text in {state.value for state in State} else State.FINALIZED


def _instant(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _sum(draft: str, path: str, value: str) -> str:
    """Half a SHA-256: enough against damage."""
    return hashlib.sha256(f"{draft}\0{path}\0{value}".encode("utf-8", "surrogatepass")).hexdigest()[:32]
