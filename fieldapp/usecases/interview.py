"""Asking a household: open, keep every answer, finalize; the same for the window, the demo and the command line."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from fieldapp.domain.household import Household
from fieldapp.domain.ids import FormId, HouseholdId, SubmissionId
from fieldapp.domain.submission import Answers, State, Submission
from fieldapp.engine.views import FilledAnswer, FilledForm, Flaw, Problem
from fieldapp.errors import NotAllowed, UsageError
from fieldapp.words import say

from . import media_files, publishing, records

if TYPE_CHECKING:
    from fieldapp.engine.session import FormSession
    from fieldapp.store.database import Database as Workspace
    from fieldapp.store.transaction import Transaction

HOUSEHOLD_SURVEY = FormId("household_survey")


@dataclass(frozen=True, slots=True)
class Interview:
    """A household being asked: the draft that keeps the answers and the live form."""

    draft: SubmissionId
    session: FormSession
    household: Household
    resumed: bool
    """The draft was there already: its answers are back."""
    revision: int
    """0 for a first survey; n while the n-th finalized revision is being changed, which needs a reason."""
    newer: str = ""
    """A version of the form that came to this laptop after the draft's own; `versions.move_over` takes the draft there."""
    joined: str = ""
    """In words: what household this one was joined to, or how many were joined to it."""


@dataclass(frozen=True, slots=True)
class Finalized:
    """What finalizing wrote."""

    submission: SubmissionId
    revision: int
    operations: int


@dataclass(frozen=True, slots=True)
class Played:
    """What playing a script did."""

    submission: SubmissionId
    state: str
    revision: int
    steps: int
    refused: tuple[tuple[int, str], ...]
    """(number of the step from 1, error code)."""
    problems: tuple[Problem, ...]


def start(workspace: Workspace, household: HouseholdId, form: FormId = HOUSEHOLD_SURVEY) -> Interview:
    """Open a household's form: the draft that was left, else a new revision of the finalized one, else a new one with what is known."""
    from fieldapp.engine.session import FormSession
    from fieldapp.store import audit, forms, households, submissions

    with workspace.read() as tx:
        held, whole, joined = households.get(tx, household), households.whole(tx, household), _joined(tx, household)
        before = _newest(submissions.of_household(tx, household), form)
        newest = forms.newest(tx, form)
        version = before.form_version if before else newest
    definition, around = publishing.open_form(workspace, form, version)
    if before is None:
        session = FormSession.start(definition, around, prefill=records.prefill(whole, _today(workspace), workspace.user, around.new_id))
        with workspace.begin() as tx:
            draft = submissions.start_draft(tx, uuid4().hex, household, held.village, form, version, session.snapshot())
            audit.once_a_day(tx, "view", household)
        return Interview(draft.id, session, held, resumed=False, revision=0, joined=joined)
    resumed = before.state is State.DRAFT
    with workspace.begin() as tx:
        draft = submissions.load(tx, before.id) if resumed else submissions.reopen(tx, before.id, "")
        audit.once_a_day(tx, "view", household)
    return Interview(
        draft.id, FormSession.resume(definition, around, draft.answers), held, resumed, draft.revision, _newer(version, newest), joined
    )


def _joined(tx: Transaction, household: HouseholdId) -> str:
    from fieldapp.store import doubles, households

    stays = doubles.stays(tx, household)
    if stays != household:
        return say("interview-joined-to", head=households.get(tx, stays).head_name)
    others = len(doubles.parts(tx, household)) - 1
    return say("interview-joined", count=others) if others else ""


def save_draft(workspace: Workspace, draft: SubmissionId, changes: Mapping[str, str | None]) -> datetime:
    """Keep what changed since the last save, None for what is gone; safe on disk when this returns. The moment of saving."""
    from fieldapp.store import audit, submissions

    with workspace.begin() as tx:
        submissions.save_answers(tx, draft, changes)
        audit.once_a_day(tx, "edit", draft)
    return workspace.place.clock.now()


def looked_at(workspace: Workspace, household: HouseholdId, section: str, names: Iterable[str]) -> None:
    """Note that a person was shown sensitive answers of a section; once a day for each section of a household."""
    from fieldapp.store import audit

    with workspace.begin() as tx:
        audit.once_a_day(tx, "view-sensitive", f"{household}/{section}", " ".join(names))


def discard(workspace: Workspace, draft: SubmissionId) -> None:
    """Throw a draft away; what was finalized before stays."""
    from fieldapp.store import audit, submissions

    with workspace.begin() as tx:
        submissions.discard(tx, draft)
        audit.record(tx, "discard", draft)


def attach(
    workspace: Workspace, draft: SubmissionId, path: str, name: str, data: bytes, mediatype: str = "image/*", longest_px: int = 0
) -> str:
    """Take a file in: checked, cleaned of metadata, a picture at most 1600 (or `longest_px`) pixels a side, encrypted; the answer value.

    `draft` and `path` say where it belongs, for the audit trail. Raises AttachmentUnreadable, AttachmentTooLarge, AttachmentUnfit; then
    nothing is kept.
    """
    from fieldapp.store import attachments, audit

    clean, extension = media_files.clean(name, data, mediatype, longest_px or media_files.LONGEST_SIDE_PX)
    with workspace.begin() as tx:
        identity = attachments.put(tx, clean, media_files.mime_of(extension))
        audit.record(tx, "attach", draft, path)
    return f"{identity}.{extension}"


def picture(workspace: Workspace, value: str) -> bytes:
    """The bytes behind an upload's answer."""
    from fieldapp.store import attachments

    with workspace.read() as tx:
        return attachments.get(tx, PurePath(value).stem)


def finalize(workspace: Workspace, interview: Interview, reason: str = "") -> Finalized:
    """Finalize in one transaction: submission, household, members and attachments as signed operations, and an audit line.

    Raises NotAllowed with reason `problems` (required or constraint), `unexplained-warnings`, or `reason-missing` for a later revision.
    """
    from fieldapp.store import audit, households, submissions

    _check(interview, reason)
    answers = interview.session.finish()
    with workspace.begin() as tx:
        submissions.save_snapshot(tx, interview.draft, interview.session.snapshot())
        kept = submissions.finalize(tx, interview.draft, answers, why=reason)
        written = 1 + households.save(tx, records.household_of(households.get(tx, kept.household), answers), why=reason)
        written += _attachment_operations(tx, interview, kept, answers)
        audit.record(tx, "finalize", kept.id, f"revision {kept.revision}")
    return Finalized(kept.id, kept.revision, written)


def play(workspace: Workspace, household: HouseholdId, form: FormId, steps: Iterable[Mapping[str, Any]], finalize: bool) -> Played:
    """Play steps of `form play` against a household's draft and keep the answers; a refused step changes nothing."""
    from fieldapp.engine.play import take_step

    interview = start(workspace, household, form)
    count, refused = 0, []
    for count, step in enumerate(steps, start=1):
        try:
            take_step(interview.session, step)
        except UsageError as error:
            refused.append((count, error.code))
    _keep_all(workspace, interview)
    state, revision = State.DRAFT.value, interview.revision
    if finalize and not _blocking(interview.session.problems()):
        done = _finalize(workspace, interview)
        state, revision = State.FINALIZED.value, done.revision
    return Played(interview.draft, state, revision, count, tuple(refused), interview.session.problems())


_finalize = finalize
"""The use case, where a parameter has its name."""


def _keep_all(workspace: Workspace, interview: Interview) -> None:
    from fieldapp.store import submissions

    with workspace.begin() as tx:
        submissions.save_snapshot(tx, interview.draft, interview.session.snapshot())


def _newest(held: Iterable[Submission], form: FormId) -> Submission | None:
    """The draft if there is one, else the submission changed last."""
    mine = [one for one in held if one.form == form]
    return next((one for one in mine if one.state is State.DRAFT), mine[0] if mine else None)


def _newer(version: str, newest: str) -> str:
    return newest if newest != version else ""


def _today(workspace: Workspace) -> str:
    return workspace.place.clock.now().date().isoformat()


def _check(interview: Interview, reason: str) -> None:
    problems = interview.session.problems()
    if _blocking(problems):
        raise NotAllowed(reason="problems", count=len(_blocking(problems)))
    if unexplained := [one for one in problems if one.flaw is Flaw.WARNING and not one.explanation.strip()]:
        raise NotAllowed(reason="unexplained-warnings", count=len(unexplained))
    if interview.revision > 0 and not reason.strip():
        raise NotAllowed(reason="reason-missing", count=0)


def _blocking(problems: Iterable[Problem]) -> list[Problem]:
    return [one for one in problems if one.flaw is not Flaw.WARNING]


def _attachment_operations(tx: Transaction, interview: Interview, kept: Submission, answers: Answers) -> int:
    """One record for each new file that the answers name; how many."""
    from fieldapp.engine.filled import fill
    from fieldapp.store import attachments, operations

    labels = {answer.raw: answer.label for answer in every_answer(fill(interview.session)) if answer.attachment}
    known = {(one.path, one.id) for one in attachments.of_submission(tx, kept.id)}
    new = {path: value for path, value in answers.items() if value in labels and (path, PurePath(value).stem) not in known}
    for path, value in new.items():
        identity = PurePath(value).stem
        fields: dict[str, str | None] = {
            "name": value,
            "mime": mimetypes.guess_type(value)[0] or "application/octet-stream",
            "size": str(len(attachments.get(tx, identity))),
            "sha": identity,
            "submission": kept.id,
            "path": path,
            "household": kept.household,
            "caption": labels[value],
            "taken_at": tx.now().isoformat(timespec="seconds"),
        }
        operations.write(tx, "attachment", uuid4().hex, kept.village, fields)
    return len(new)


def every_answer(form: FilledForm) -> Iterator[FilledAnswer]:
    """All answers of a filled form, those of repeat rows too."""
    for section in form.sections:
        yield from section.answers
        for table in section.tables:
            for row in table.rows:
                yield from row


def finalized_answers(workspace: Workspace, household: HouseholdId, form: FormId = HOUSEHOLD_SURVEY) -> Answers:
    """What counts of a household's finalized survey; empty while there is none."""
    from fieldapp.store import submissions

    with workspace.read() as tx:
        held = [one for one in submissions.of_household(tx, household) if one.form == form and one.revision > 0]
        return submissions.load_finalized(tx, held[0].id).answers if held else {}
