"""The archive of a household: compose, render, keep, save, verify; nothing is on disk in the clear unless a person asks for a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from fieldapp.domain.area import is_fictitious
from fieldapp.domain.ids import HouseholdId
from fieldapp.domain.submission import Submission
from fieldapp.errors import AlreadyThere, BadInput, NotAllowed, NotFound
from fieldapp.words import say

from . import publishing
from .interview import every_answer

if TYPE_CHECKING:
    from fieldapp.archive.sheet import ArchiveFacts, ArchiveSheet, Photo
    from fieldapp.archive.verify import Verdict
    from fieldapp.engine.views import FilledForm
    from fieldapp.store.database import Database as Workspace
    from fieldapp.store.transaction import Transaction

Report = Callable[[int, int, str], None]
HOLDERS = ("township", "village", "household")


@dataclass(frozen=True, slots=True)
class Archive:
    """One archive as made: the PDF with its copies."""

    household: HouseholdId
    head_name: str
    revision: int
    pdf: bytes
    pages: int
    digest: str
    missing: tuple[str, ...]
    """Characters that no bundled font has, each with where it stands."""
    findings: tuple[str, ...] = ()
    """What the rules noticed about the household, in words: a person looks before printing."""


@dataclass(frozen=True, slots=True)
class _Prepared:
    """What goes on paper, and what it was made from."""

    sheet: ArchiveSheet
    submission: Submission
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MadeFile:
    """One archive that was written to a file."""

    household: HouseholdId
    file: Path
    pages: int
    digest: str
    missing: tuple[str, ...]
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MadeFiles:
    """What `make_files` wrote, and the households without a finalized submission."""

    archives: tuple[MadeFile, ...]
    skipped: tuple[tuple[HouseholdId, str], ...]


def preview(workspace: Workspace, household: HouseholdId, report: Report, copies: Sequence[str] = HOLDERS) -> Archive:
    """The archive as it would be made now; kept nowhere. Raises NotAllowed (not-finalized)."""
    from fieldapp.store import audit

    prepared = _prepared(workspace, household, copies)
    with workspace.begin() as tx:
        audit.once_a_day(tx, "view", household)
    report(0, 1, prepared.sheet.facts.head_name)
    made = _rendered(workspace, prepared)
    report(1, 1, made.head_name)
    return made


def make_archive(workspace: Workspace, household: HouseholdId, report: Report, copies: Sequence[str] = HOLDERS) -> Archive:
    """Make the archive and keep it: the PDF encrypted in the workspace, an archive record, an audit line."""
    from fieldapp.store import attachments, audit, operations

    prepared = _prepared(workspace, household, copies)
    submission = prepared.submission
    report(0, 1, prepared.sheet.facts.head_name)
    made = _rendered(workspace, prepared)
    with workspace.begin() as tx:
        identity = attachments.put(tx, made.pdf, "application/pdf")
        fields: dict[str, str | None] = {
            "household": household,
            "submission": submission.id,
            "revision": str(submission.revision),
            "sha": identity,
            "digest": made.digest,
            "number": prepared.sheet.number,
            "pages": str(made.pages),
            "copies": ",".join(copies),
            "made_at": tx.now().isoformat(timespec="seconds"),
        }
        operations.write(tx, "archive", uuid4().hex, submission.village, fields)
        audit.record(tx, "archive", household, f"revision {submission.revision} {made.digest[:12]} {','.join(copies)}")
    report(1, 1, made.head_name)
    return made


def kept_archive(workspace: Workspace, household: HouseholdId) -> Archive | None:
    """The newest archive that was kept on this laptop, None if there is none."""
    from fieldapp.store import attachments, households

    with workspace.read() as tx:
        for one in attachments.archives(tx, household):
            if attachments.is_here(tx, one.id):
                head = households.get(tx, household).head_name
                return Archive(household, head, one.revision, attachments.get(tx, one.id), one.pages, one.digest, ())
    return None


def save_copy(workspace: Workspace, archive: Archive, file: Path) -> Path:
    """Write the PDF where the person wants it, readable by everybody; an existing other file is never overwritten."""
    from fieldapp.store import audit

    if file.exists() and file.read_bytes() != archive.pdf:
        raise AlreadyThere(what="file", id=str(file))
    with workspace.begin() as tx:
        audit.record(tx, "save-copy", archive.household, f"revision {archive.revision} {archive.digest[:12]} {file.name}")
    file.write_bytes(archive.pdf)
    return file


def printed(workspace: Workspace, archive: Archive) -> int:
    """Note that the archive went to a printer; which time it is for this household."""
    from fieldapp.store import audit, facts

    with workspace.begin() as tx:
        name = f"printed/{archive.household}"
        number = int(facts.get(tx, name, "0")) + 1
        facts.put(tx, name, str(number))
        audit.record(tx, "print", archive.household, f"number {number} revision {archive.revision} {archive.digest[:12]}")
    return number


def make_files(
    workspace: Workspace,
    out: Path,
    *,
    household: str | None,
    village: str | None,
    copies: Sequence[str],
    one_file: bool,
    report: Report,
) -> MadeFiles:
    """Archives of one household, a village or all, as files in a folder: one a household, or all in one.

    Households without a finalized submission are skipped and named.
    """
    from fieldapp.store import audit, households, submissions

    if unknown := [name for name in copies if name not in HOLDERS]:
        raise BadInput(what="copies", value=",".join(unknown))
    with workspace.read() as tx:
        chosen = (households.get(tx, household).id,) if household else households.ids(tx, village or "")
        done = {one.household for one in submissions.finalized(tx)}
    out.mkdir(parents=True, exist_ok=True)
    ready = [one for one in chosen if one in done]
    made = []
    for place, one in enumerate(ready):
        report(place, len(ready), "")
        archive = make_archive(workspace, one, _quiet, copies)
        made.append((archive, _write(out, archive)))
    files = tuple(MadeFile(one.household, file, one.pages, one.digest, one.missing, one.findings) for one, file in made)
    if one_file and files:
        whole = _join([file.file for file in files], out / "archives.pdf")
        files = tuple(replace(one, file=whole) for one in files)
    with workspace.begin() as tx:
        audit.record(tx, "print-to-file", village or household or "all", str(len(files)))
    report(len(ready), len(ready), "")
    return MadeFiles(files, tuple((one, "not-finalized") for one in chosen if one not in done))


def verify_files(files: Iterable[Path], workspace: Workspace | None) -> tuple[tuple[Path, Verdict], ...]:
    """What each PDF says of itself; with a workspace also whose signature it is and whether a newer revision exists."""
    from fieldapp.archive.verify import verify

    keys = _known_keys(workspace)
    verdicts = []
    for file in files:
        if not file.is_file():
            raise NotFound(what="file", id=str(file))
        verdicts.append((file, verify(file.read_bytes(), keys, lambda household: _newest_revision(workspace, household))))
    return tuple(verdicts)


def _prepared(workspace: Workspace, household: HouseholdId, copies: Sequence[str]) -> _Prepared:
    from fieldapp.archive.compose import compose
    from fieldapp.engine.filled import fill
    from fieldapp.engine.session import FormSession
    from fieldapp.quality import rules
    from fieldapp.store import households

    with workspace.read() as tx:
        submission = _finalized(tx, household)
    definition, around = publishing.open_form(workspace, submission.form, submission.form_version)
    filled = fill(FormSession.resume(definition, around, submission.answers))
    with workspace.begin() as tx:
        sheet = compose(filled, _facts(tx, submission, filled, copies))
        held = households.get(tx, household)
    found = (*rules.household(held, fictitious=is_fictitious(held.village)), *rules.filled(filled))
    return _Prepared(sheet, submission, tuple(say(one.message, **dict(one.values)) for one in found))


def _finalized(tx: Transaction, household: HouseholdId) -> Submission:
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
        photos=_photos(tx, submission),
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


def _photos(tx: Transaction, submission: Submission) -> dict[str, Photo]:
    from fieldapp.archive.sheet import Photo
    from fieldapp.store import attachments

    return {
        one.id: Photo(attachments.get(tx, one.id), taken=one.taken_at[:16].replace("T", " "))
        for one in attachments.of_submission(tx, submission.id)
        if one.here and one.mime.startswith("image/")
    }


def _rendered(workspace: Workspace, prepared: _Prepared) -> Archive:
    from fieldapp.archive.render import render

    done = render(prepared.sheet, workspace.device)
    facts, missing = prepared.sheet.facts, tuple(map(str, done.missing))
    return Archive(facts.household, facts.head_name, facts.revision, done.pdf, done.pages, done.digest, missing, prepared.findings)


def _write(out: Path, archive: Archive) -> Path:
    """`<head>-<first 8 of the id>.pdf`; a file of an earlier revision is replaced, since this one supersedes it."""
    head = "".join(char for char in archive.head_name if char.isalnum() or char in "·-") or "household"
    file = out / f"{head}-{archive.household[:8]}.pdf"
    file.write_bytes(archive.pdf)
    return file


def _join(files: Sequence[Path], whole: Path) -> Path:
    """All volumes in one file, in order; the single files are removed once the whole is written."""
    from pypdf import PdfWriter

    with PdfWriter() as writer:
        for file in files:
            writer.append(file)
        writer.write(whole)
    for file in files:
        file.unlink()
    return whole


def _known_keys(workspace: Workspace | None) -> dict[str, bytes] | None:
    from fieldapp.store import authors

    if workspace is None:
        return None
    with workspace.read() as tx:
        return authors.keys(tx)


def _newest_revision(workspace: Workspace | None, household: str) -> int | None:
    from fieldapp.store import submissions

    if workspace is None:
        return None
    with workspace.read() as tx:
        return max((one.revision for one in submissions.of_household(tx, household)), default=None)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _quiet(done: int, total: int, text: str) -> None:
    """No progress to show."""
