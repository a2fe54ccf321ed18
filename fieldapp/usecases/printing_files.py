"""Archives as files in a folder: of one household, a village or all; one a household, or all in one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from fieldapp.domain.ids import HouseholdId
from fieldapp.errors import BadInput

from .printing import HOLDERS, Archive, make_archive

if TYPE_CHECKING:
    from fieldapp.store.database import Database as Workspace

Report = Callable[[int, int, str], None]


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


def _quiet(done: int, total: int, text: str) -> None:
    """No progress to show."""
