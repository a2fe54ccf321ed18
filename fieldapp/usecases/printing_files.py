"""Archives as files in a folder: of one household, a village or all; one a household, or all in one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fieldapp.domain.ids import HouseholdId

from . import printing, printing_runs
from .printing_archive import Archive

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
    gaps: tuple[str, ...] = ()
    """What the archive lacks, in words; it is marked 待补."""


@dataclass(frozen=True, slots=True)
class MadeFiles:
    """What `make_files` wrote, and the households that were set aside with the reason: not-finalized, or why it failed."""

    archives: tuple[MadeFile, ...]
    skipped: tuple[tuple[HouseholdId, str], ...]
    resumed: int = 0
    """How many of the archives an earlier round had written."""


def make_files(
    workspace: Workspace,
    out: Path,
    *,
    household: str | None,
    village: str | None,
    copies: Sequence[str],
    one_file: bool,
    report: Report,
    resume: bool = False,
) -> MadeFiles:
    """Archives of one household, a village or all, as files in a folder: one a household, or all in one.

    Households without a finalized submission are skipped and named. With `resume` a run that wanted the same and was broken off goes on.
    """
    from fieldapp.store import audit, households

    with workspace.read() as tx:
        one = (households.get(tx, household).id,) if household else ()
    wanted = printing_runs.Wanted(village=village or "", copies=tuple(copies), out=out, one_file=one_file, households=one)
    begun = printing_runs.like(workspace, wanted) if resume else None
    run = begun or printing_runs.begin(workspace, wanted)
    earlier = _earlier(workspace, run.id, out)
    made: list[MadeFile] = []
    over = printing_runs.go_on(workspace, run.id, report, told=lambda step: made.append(_made(step.archive, step.file or out)))
    files = (*earlier, *made)
    with workspace.begin() as tx:
        audit.record(tx, "print-to-file", village or household or "all", str(len(files)))
    return MadeFiles(files, tuple((home, reason) for home, _, reason in over.skipped), len(earlier))


def _earlier(workspace: Workspace, run: str, out: Path) -> tuple[MadeFile, ...]:
    """What was written before the run was broken off."""
    from fieldapp.store import runs

    with workspace.read() as tx:
        lines = [line for line in runs.get(tx, run).lines if line.state == runs.OUT]
    found = [printing.kept_archive(workspace, HouseholdId(line.household), line.archive) for line in lines]
    return tuple(_made(archive, out / printing_runs.file_name(archive)) for archive in found if archive is not None)


def _made(archive: Archive, file: Path) -> MadeFile:
    gaps = tuple(gap.text for gap in archive.gaps)
    return MadeFile(archive.household, file, archive.pages, archive.digest, archive.missing, archive.findings, gaps)
