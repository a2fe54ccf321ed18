"""What goes on the paper of a household: the answered form, its facts, photos and number, and what the rules noticed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from fieldapp.domain.area import is_fictitious
from fieldapp.domain.ids import HouseholdId
from fieldapp.domain.submission import Submission
from fieldapp.errors import NotAllowed
from fieldapp.words import say

from . import publishing
from .interview import every_answer

if TYPE_CHECKING:
    from fieldapp.archive.matrix import Matrix
    from fieldapp.archive.sheet import ArchiveFacts, ArchiveSheet, Before, Photo
    from fieldapp.engine.views import FilledForm
    from fieldapp.store.database import Database as Workspace
    from fieldapp.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Prepared:
    """What goes on paper, and what it was made from."""

    sheet: ArchiveSheet
    submission: Submission
    findings: tuple[str, ...]


def prepared(workspace: Workspace, household: HouseholdId, copies: Sequence[str], duplex: bool | None = None) -> Prepared:
    """The sheet of the newest finalized survey, not drawn yet; for both sides of the paper as asked, else as the matrix says.

    Raises NotAllowed (not-finalized).
    """
    from fieldapp.archive.compose import compose
    from fieldapp.engine.filled import fill
    from fieldapp.engine.session import FormSession
    from fieldapp.quality import rules
    from fieldapp.store import households

    with workspace.read() as tx:
        submission = finalized(tx, household)
    definition, around = publishing.open_form(workspace, submission.form, submission.form_version)
    filled = fill(FormSession.resume(definition, around, submission.answers))
    before = _before(workspace, submission)
    with workspace.read() as tx:
        facts = replace(_facts(tx, submission, filled, copies), before=before)
        sheet = compose(filled, facts if duplex is None else replace(facts, duplex=duplex))
        held = households.get(tx, household)
    found = (*rules.household(held, fictitious=is_fictitious(held.village)), *rules.filled(filled))
    return Prepared(sheet, submission, tuple(say(one.message, **dict(one.values)) for one in found))


def matrix_of(tx: Transaction, submission: Submission) -> Matrix:
    """The archive's parameters that were published with the submission's form version, over our own. Raises MatrixInvalid."""
    from fieldapp.archive import matrix
    from fieldapp.store import forms

    given = forms.files(tx, submission.form, submission.form_version).get(matrix.FILE_NAME)
    return matrix.default() if given is None else matrix.read(given, f"{submission.form} {submission.form_version} {matrix.FILE_NAME}")


def _before(workspace: Workspace, submission: Submission) -> Before | None:
    """The revision before this one as it was filled in then; None for the first."""
    from fieldapp.archive.sheet import Before
    from fieldapp.engine.filled import fill
    from fieldapp.engine.session import FormSession
    from fieldapp.store import submissions

    with workspace.read() as tx:
        made = submissions.revisions(tx, submission.id)
        earlier = [one for one in made if one.number < submission.revision]
        if not earlier:
            return None
        kept = submissions.load_finalized(tx, submission.id, earlier[-1].number)
    why = next((one.why for one in made if one.number == submission.revision), "")
    definition, around = publishing.open_form(workspace, kept.form, kept.form_version)
    day = datetime.fromisoformat(earlier[-1].at).astimezone(submission.changed_at.tzinfo).date()
    return Before(fill(FormSession.resume(definition, around, kept.answers)), kept.revision, day, why)


def finalized(tx: Transaction, household: HouseholdId) -> Submission:
    """The household's newest finalized submission. Raises NotAllowed (not-finalized)."""
    from fieldapp.store import submissions

    for one in submissions.of_household(tx, household):
        if one.revision > 0:
            return submissions.load_finalized(tx, one.id)
    raise NotAllowed(reason="not-finalized")


def _facts(tx: Transaction, submission: Submission, filled: FilledForm, copies: Sequence[str]) -> ArchiveFacts:
    from fieldapp.archive import numbers
    from fieldapp.archive.copies import copies_of
    from fieldapp.archive.sheet import ArchiveFacts, Numbering
    from fieldapp.store import areas, households, scans

    held = households.get(tx, submission.household)
    answers = {answer.name: answer.raw for answer in every_answer(filled)}
    surveyed = _date(answers.get("survey_date", "")) or submission.changed_at.date()
    places = areas.names(tx, submission.village)
    matrix = matrix_of(tx, submission)
    fonds = matrix.fonds_of(submission.village)
    return ArchiveFacts(
        household=submission.household,
        head_name=held.head_name,
        places=places,
        revision=submission.revision,
        surveyed_on=surveyed,
        archived_at=tx.now(),
        numbering=Numbering(
            fonds_no=fonds.number,
            village=submission.village,
            volume=numbers.volume_number(held.id, held.national_code, matrix),
            year=surveyed.year,
        ),
        fonds=fonds.name or say("archive-fonds-of", area="".join(places[2:4]) or submission.village[:9]),
        maker=answers.get("interviewer_name", "") or submission.user,
        checker=answers.get("second_interviewer", ""),
        photos=photos(tx, submission, "".join(places[-1:]) + held.address),
        left_out=matrix.left_out,
        copies=copies_of(copies),
        duplex=matrix.duplex,
        matrix=matrix,
        signed_on_paper=any(scans.signed_copies(tx, submission.household, submission.revision).values()),
    )


def photos(tx: Transaction, submission: Submission, place: str = "") -> dict[str, Photo]:
    """The pictures of a submission whose bytes are here, by attachment: when and where they were taken, and by whom (DA/T 50)."""
    from fieldapp.archive.sheet import Photo
    from fieldapp.store import attachments, operations

    return {
        one.id: Photo(
            attachments.get(tx, one.id),
            one.caption,
            one.taken_at[:16].replace("T", " "),
            place,
            next((made.user for made in operations.of_record(tx, one.record)), ""),
        )
        for one in attachments.of_submission(tx, submission.id)
        if one.here and one.mime.startswith("image/")
    }


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
