"""What goes on the paper of a household: the answered form, its facts, photos and number, and what the rules noticed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from fieldapp.domain.area import is_fictitious
from fieldapp.domain.ids import HouseholdId
from fieldapp.domain.submission import Submission
from fieldapp.errors import NotAllowed
from fieldapp.words import say

from . import publishing
from .interview import every_answer

if TYPE_CHECKING:
    from fieldapp.archive.sheet import ArchiveFacts, ArchiveSheet, Photo
    from fieldapp.engine.views import FilledForm
    from fieldapp.store.database import Database as Workspace
    from fieldapp.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Prepared:
    """What goes on paper, and what it was made from."""

    sheet: ArchiveSheet
    submission: Submission
    findings: tuple[str, ...]


def prepared(workspace: Workspace, household: HouseholdId, copies: Sequence[str]) -> Prepared:
    """The sheet of the newest finalized survey, not drawn yet. Raises NotAllowed (not-finalized)."""
    from fieldapp.archive.compose import compose
    from fieldapp.engine.filled import fill
    from fieldapp.engine.session import FormSession
    from fieldapp.quality import rules
    from fieldapp.store import households

    with workspace.read() as tx:
        submission = finalized(tx, household)
    definition, around = publishing.open_form(workspace, submission.form, submission.form_version)
    filled = fill(FormSession.resume(definition, around, submission.answers))
    with workspace.begin() as tx:
        sheet = compose(filled, _facts(tx, submission, filled, copies))
        held = households.get(tx, household)
    found = (*rules.household(held, fictitious=is_fictitious(held.village)), *rules.filled(filled))
    return Prepared(sheet, submission, tuple(say(one.message, **dict(one.values)) for one in found))


def finalized(tx: Transaction, household: HouseholdId) -> Submission:
    """The household's newest finalized submission. Raises NotAllowed (not-finalized)."""
    from fieldapp.store import submissions

    for one in submissions.of_household(tx, household):
        if one.revision > 0:
            return submissions.load_finalized(tx, one.id)
    raise NotAllowed(reason="not-finalized")


def _facts(tx: Transaction, submission: Submission, filled: FilledForm, copies: Sequence[str]) -> ArchiveFacts:
    from fieldapp.archive.copies import copies_of
    from fieldapp.archive.sheet import ArchiveFacts, Numbering
    from fieldapp.store import areas, households

    held = households.get(tx, submission.household)
    answers = {answer.name: answer.raw for answer in every_answer(filled)}
    surveyed = _date(answers.get("survey_date", "")) or submission.changed_at.date()
    places = areas.names(tx, submission.village)
    return ArchiveFacts(
        household=submission.household,
        head_name=held.head_name,
        places=places,
        revision=submission.revision,
        surveyed_on=surveyed,
        archived_at=tx.now(),
        numbering=Numbering(
            fonds_no=submission.village[:6], village=submission.village, volume=_volume(tx, submission), year=surveyed.year
        ),
        fonds=say("archive-fonds-of", area="".join(places[:3]) or submission.village[:6]),
        maker=answers.get("interviewer_name", "") or submission.user,
        checker=answers.get("second_interviewer", ""),
        photos=photos(tx, submission),
        copies=copies_of(copies),
    )


def _volume(tx: Transaction, submission: Submission) -> int:
    """The household's number among the archives of its village: the one it has, else the next one free here."""
    from fieldapp.store import attachments, facts, operations

    taken = f"volume/{submission.household}"
    if held := facts.get(tx, taken):
        return int(held)
    for one in attachments.archives(tx, submission.household):
        number = operations.state(tx, one.record).values().get("number", "")
        if (tail := number.rpartition("-")[2]).isdigit():
            return int(tail)
    last = f"volumes/{submission.village}"
    volume = int(facts.get(tx, last, "0")) + 1
    facts.put(tx, last, str(volume))
    facts.put(tx, taken, str(volume))
    return volume


def photos(tx: Transaction, submission: Submission) -> dict[str, Photo]:
    """The pictures of a submission whose bytes are here, by attachment."""
    from fieldapp.archive.sheet import Photo
    from fieldapp.store import attachments

    return {
        one.id: Photo(attachments.get(tx, one.id), taken=one.taken_at[:16].replace("T", " "))
        for one in attachments.of_submission(tx, submission.id)
        if one.here and one.mime.startswith("image/")
    }


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
