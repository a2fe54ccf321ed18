"""Archives as files in a folder: of one household, a village or all; one a household, or all in one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING

from fieldapp.domain.ids import HouseholdId
from fieldapp.errors import BadInput
from fieldapp.words import say

from . import printing_facts
from .printing import HOLDERS, Archive, keep, make_archive

if TYPE_CHECKING:
    from fieldapp.archive.sheet import ArchiveSheet
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
    if one_file and ready:
        files = _bound(workspace, ready, copies, out / "archives.pdf", report)
    else:
        files = tuple(_singles(workspace, ready, copies, out, report))
    with workspace.begin() as tx:
        audit.record(tx, "print-to-file", village or household or "all", str(len(files)))
    report(len(ready), len(ready), "")
    return MadeFiles(files, tuple((one, "not-finalized") for one in chosen if one not in done))


def _singles(workspace: Workspace, ready: Sequence[HouseholdId], copies: Sequence[str], out: Path, report: Report) -> Iterator[MadeFile]:
    for place, one in enumerate(ready):
        report(place, len(ready), "")
        archive = make_archive(workspace, one, _quiet, copies)
        yield _made(archive, _write(out, archive))


def _bound(workspace: Workspace, ready: Sequence[HouseholdId], copies: Sequence[str], file: Path, report: Report) -> tuple[MadeFile, ...]:
    """Keep the archive of every household and write all into one file, one after the other; nothing is left there when it ends early."""
    from fieldapp.archive.copies import copies_of
    from fieldapp.archive.village import VillageLabels, bind_village
    from fieldapp.store import areas, households

    with workspace.read() as tx:
        villages = {households.get(tx, one).village for one in ready}
        places, now = _shared([areas.names(tx, village) for village in villages]), tx.now()
    made: list[MadeFile] = []

    def sheets() -> Iterator[ArchiveSheet]:
        for one in ready:
            prepared = printing_facts.prepared(workspace, one, copies)
            made.append(_made(keep(workspace, prepared, copies), file))
            yield prepared.sheet

    area = "".join(places[-2:])
    title = say("archive-village-title", area=area, households=len(ready))
    started = file.with_name(f"{file.name}.part")
    try:
        with started.open("wb") as out:
            bind_village(sheets(), len(ready), out, workspace.device, VillageLabels(title, area, now), copies_of(copies), report=report)
        started.replace(file)
    finally:
        started.unlink(missing_ok=True)
    return tuple(made)


def _shared(places: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """The divisions that all lie in, from the top."""
    return tuple(level[0] for level in takewhile(lambda level: len(set(level)) == 1, zip(*places, strict=False)))


def _made(archive: Archive, file: Path) -> MadeFile:
    return MadeFile(
        archive.household, file, archive.pages, archive.digest, archive.missing, archive.findings, tuple(gap.text for gap in archive.gaps)
    )


def _write(out: Path, archive: Archive) -> Path:
    """`<head>-<first 8 of the id>.pdf`; a file of an earlier revision is replaced, since this one supersedes it."""
    head = "".join(char for char in archive.head_name if char.isalnum() or char in "·-") or "household"
    file = out / f"{head}-{archive.household[:8]}.pdf"
    file.write_bytes(archive.pdf)
    return file


def _quiet(done: int, total: int, text: str) -> None:
    """No progress to show."""
