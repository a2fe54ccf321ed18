"""The archive of a household: compose, render, keep, save, verify; nothing is on disk in the clear unless a person asks for a file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from fieldapp.domain.ids import HouseholdId
from fieldapp.errors import AlreadyThere, NotFound

from . import exchange, printing_facts, printing_ledger
from .printing_archive import HOLDERS, Archive

if TYPE_CHECKING:
    from fieldapp.archive.gap import Gap
    from fieldapp.archive.sheet import ArchiveSheet
    from fieldapp.archive.verify import Verdict
    from fieldapp.store.database import Database as Workspace

__all__ = ["HOLDERS", "Archive", "keep", "kept_archive", "make_archive", "preview", "printed", "save_copy", "verify_files"]
Report = Callable[[int, int, str], None]


def preview(
    workspace: Workspace, household: HouseholdId, report: Report, copies: Sequence[str] = HOLDERS, duplex: bool | None = None
) -> Archive:
    """The archive as it would be made now; kept nowhere. Raises NotAllowed (not-finalized)."""
    from fieldapp.store import audit

    prepared = printing_facts.prepared(workspace, household, copies, duplex)
    with workspace.begin() as tx:
        audit.once_a_day(tx, "view", household)
    report(0, 1, prepared.sheet.facts.head_name)
    made = _rendered(workspace, prepared)
    report(1, 1, made.head_name)
    return made


def make_archive(
    workspace: Workspace, household: HouseholdId, report: Report, copies: Sequence[str] = HOLDERS, duplex: bool | None = None
) -> Archive:
    """Make the archive and keep it: the PDF encrypted in the workspace, an archive record, an audit line."""
    prepared = printing_facts.prepared(workspace, household, copies, duplex)
    report(0, 1, prepared.sheet.facts.head_name)
    made = keep(workspace, prepared, copies)
    report(1, 1, made.head_name)
    return made


def keep(workspace: Workspace, prepared: printing_facts.Prepared, copies: Sequence[str]) -> Archive:
    """The same for what has been prepared."""
    from fieldapp.archive import pagemarks
    from fieldapp.store import attachments, audit, operations

    submission, household, duplex = prepared.submission, prepared.sheet.facts.household, prepared.sheet.facts.duplex
    made = _rendered(workspace, prepared)
    marks = pagemarks.written(made.copies, pagemarks.volumes(made.pdf))
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
            "duplex": "1" if duplex else "0",
            **_label(prepared.sheet),
            "marks": marks,
            "gaps": _gaps_written(made.gaps),
        }
        written = operations.write(tx, "archive", uuid4().hex, submission.village, fields)
        audit.record(tx, "archive", household, f"revision {submission.revision} {made.digest[:12]} {','.join(copies)}")
    return replace(made, record=written.rec)


def kept_archive(workspace: Workspace, household: HouseholdId, record: str = "") -> Archive | None:
    """The newest archive that was kept on this laptop, or that of a record; None if there is none."""
    from fieldapp.store import attachments, households, ledger, operations

    with workspace.read() as tx:
        newest = ledger.newest_revisions(tx, household).get(household, 0)
        for one in attachments.archives(tx, household):
            if record in ("", one.record) and attachments.is_here(tx, one.id):
                fields = operations.state(tx, one.record).values()
                return Archive(
                    household,
                    households.get(tx, household).head_name,
                    one.revision,
                    attachments.get(tx, one.id),
                    one.pages,
                    one.digest,
                    (),
                    copies=tuple(holder for holder in one.copies.split(",") if holder),
                    gaps=_gaps_read(fields.get("gaps", "")),
                    duplex=fields.get("duplex") == "1",
                    record=one.record,
                    newest=newest,
                )
    return None


def save_copy(workspace: Workspace, archive: Archive, file: Path, reason: str = "") -> Path:
    """Write the PDF where the person wants it, readable by everybody; an existing other file is never overwritten. Stands in the ledger."""
    if file.exists() and file.read_bytes() != archive.pdf:
        raise AlreadyThere(what="file", id=str(file))
    printing_ledger.note(workspace, archive, printing_ledger.FILE, file.name, reason)
    file.write_bytes(archive.pdf)
    return file


def printed(workspace: Workspace, archive: Archive, printer: str = "", reason: str = "") -> int:
    """Note that the archive went to a printer; which time it is for this household."""
    return printing_ledger.note(workspace, archive, printing_ledger.PRINT, printer, reason).number


def verify_files(files: Iterable[Path], workspace: Workspace | None) -> tuple[tuple[Path, Verdict], ...]:
    """What each PDF, scan or photo says of itself; with a workspace also whose signature it is and whether a newer revision exists."""
    from fieldapp.archive.verify import verify

    keys, authority = _known_keys(workspace), exchange.authority(workspace) if workspace else ""
    verdicts = []
    for file in files:
        if not file.is_file():
            raise NotFound(what="file", id=str(file))
        newest, made = partial(_newest_revision, workspace), partial(_made_digests, workspace)
        verdicts.append((file, verify(file.read_bytes(), keys, newest, made, authority)))
    return tuple(verdicts)


def _rendered(workspace: Workspace, prepared: printing_facts.Prepared) -> Archive:
    from fieldapp.archive.render import render

    done = render(prepared.sheet, workspace.device)
    facts, missing = prepared.sheet.facts, tuple(map(str, done.missing))
    archive = Archive(
        facts.household, facts.head_name, facts.revision, done.pdf, done.pages, done.digest, missing, prepared.findings, done.gaps
    )
    return replace(
        archive, copies=tuple(copy.holder.value for copy in facts.copies), duplex=facts.duplex, newest=prepared.submission.revision
    )


def _label(sheet: ArchiveSheet) -> dict[str, str]:
    """What the cover says, for the list of volumes and the box."""
    from fieldapp.archive.numbers import volume_term
    from fieldapp.archive.render import volume_title

    facts = sheet.facts
    return {
        "title": volume_title(sheet),
        "fonds": facts.fonds,
        "fonds_no": facts.numbering.fonds_no,
        "category": facts.category or facts.matrix.category,
        "retention": facts.retention or facts.matrix.terms[volume_term(facts.matrix)],
        "begun_on": f"{facts.begun_on or facts.surveyed_on:%Y%m%d}",
    }


def _gaps_written(gaps: Sequence[Gap]) -> str:
    return json.dumps([[gap.code, gap.what, gap.is_internal] for gap in gaps], ensure_ascii=False) if gaps else ""


def _gaps_read(text: str) -> tuple[Gap, ...]:
    from fieldapp.archive.gap import Gap

    return tuple(Gap(code, what, is_internal) for code, what, is_internal in json.loads(text or "[]"))


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


def _made_digests(workspace: Workspace | None, household: str, revision: int) -> frozenset[str]:
    """Digests of the archives that are known here to have been made of a household's revision."""
    from fieldapp.store import attachments, ledger

    if workspace is None:
        return frozenset()
    with workspace.read() as tx:
        kept = {one.digest for one in attachments.archives(tx, household) if one.revision == revision}
        return frozenset(kept | {one.digest for one in ledger.made(tx, household) if one.revision == revision})
