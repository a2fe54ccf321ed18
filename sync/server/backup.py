"""Backups of the district: every table and every attachment in one sealed file that only the district's own key opens.

The file is a bundle (`sync.bundle`) of the district for itself: written beside its place and moved there whole, signed, encrypted, and
checked before anything of it is believed. It is the same whichever database is below, so it also carries a district from one to the
other. Putting one back begins a new epoch, after which the laptops bring again what the backup does not have.
"""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlmodel import Session

from .. import bundle
from ..keys import DeviceKey
from ..wire import unpack
from . import attachments, audit, dump, examine
from .district import District, epoch_of, init, new_epoch
from .dump import Written
from .errors import BackupUnfit, KeyUnfit, NotKnown
from .tables import SCHEMA, Base, Fact


@dataclass(frozen=True, slots=True)
class PutBack:
    """What was put back, and the epoch that began with it."""

    file: str
    created: str
    rows: int
    operations: int
    files: int
    epoch: str
    kept: str
    """Where what was there before lies, empty if nothing was."""


@dataclass(frozen=True, slots=True)
class Drill:
    """What a rehearsal found: the backup was opened, put back elsewhere and everything in it verified."""

    file: str
    created: str
    operations: int
    records: int
    files: int
    seconds: float
    wrong: tuple[str, ...]


def write(district: District, file: Path, *, files: bool = True) -> Written:
    """Back up while others work; one moment of the database. Raises BundleUnwritable."""
    places = (lambda sha: attachments.path_of(district, sha)) if files else None
    return dump.write(district.engine, district.key, district.now(), file, places)


def put_back(district: District, file: Path) -> PutBack:
    """Replace all that the database says by a backup, in one transaction; what was there is backed up beside it first.

    Raises NotKnown(file), BackupUnfit, BundleDamaged, BundleForeign.
    """
    header = check(district, file)
    kept = district.folder / f"before-restore-{district.now():%Y%m%dT%H%M%S}{dump.SUFFIX}"
    write(district, kept, files=False)
    counts: Counter[str] = Counter()
    with district.writing() as session:
        before = epoch_of(session)
        for table in reversed(Base.metadata.sorted_tables):
            session.execute(table.delete())
        _fill(district, session, file, counts)
        session.merge(Fact(name="schema", value=str(SCHEMA)))
        epoch = new_epoch(session, district.now(), after=before)
        audit.record(session, district.stamp(), "", "restore", file.name, header.created)
    return PutBack(str(file), header.created, sum(counts.values()) - counts["files"], counts["op"], counts["files"], epoch, str(kept))


def rehearse(district: District, file: Path) -> Drill:
    """Put a backup back in a place of its own, verify every operation, feed, record and file in it, and take it away again."""
    began = time.monotonic()
    header = check(district, file)
    with tempfile.TemporaryDirectory(dir=district.folder, prefix="drill-") as folder:
        other = init(Path(folder), now=district.now, key=district.key)
        try:
            done = put_back(other, file)
            found = examine.examine(other)
        finally:
            other.close()
    return Drill(str(file), header.created, done.operations, found.records, done.files, round(time.monotonic() - began, 2), found.wrong)


@contextmanager
def on_a_new_machine(folder: Path, key: Path, url: str = "") -> Iterator[District]:
    """An empty district under a kept key file, to put a backup back in. Raises NotKnown(file), KeyUnfit, DistrictThere."""
    try:
        private = DeviceKey(bytes.fromhex(key.read_text(encoding="ascii")))
    except OSError as wrong:
        raise NotKnown(what="file", name=str(key)) from wrong
    except ValueError as wrong:
        raise KeyUnfit(file=key.name) from wrong
    district = init(folder, url, key=private)
    try:
        yield district
    finally:
        district.close()


def check(district: District, file: Path) -> bundle.Header:
    """That a file is a whole backup of this district. Raises NotKnown(file), BackupUnfit, BundleDamaged, BundleForeign, GarbledReply."""
    if not file.is_file():
        raise NotKnown(what="file", name=str(file))
    header = bundle.check(file, {district.key.device: district.key.public_key})
    kind, payload = next(bundle.unsealed(file, district.seal_key), (b"", b""))
    about = unpack(payload) if kind == bundle.BODY else None
    if not isinstance(about, dict) or not isinstance(about.get("schema"), int) or about.get("v") != 1:
        raise BackupUnfit(file=file.name, reason="contents")
    if about["schema"] > SCHEMA:
        raise BackupUnfit(file=file.name, reason="schema")
    return header


def _fill(district: District, session: Session, file: Path, counts: Counter[str]) -> None:
    tables = Base.metadata.tables
    for number, (kind, payload) in enumerate(bundle.unsealed(file, district.seal_key)):
        if kind == bundle.FILE:
            sha, data = bundle.split_file(file, payload)
            attachments.place(district, sha, data)
            counts["files"] += 1
            continue
        part = unpack(payload)
        if number == 0 or not isinstance(part, dict):
            continue
        table = tables.get(str(part.get("table")))
        if table is None:
            raise BackupUnfit(file=file.name, reason="contents")
        defaults = {column.name: column.default.arg for column in table.columns if column.default is not None and column.default.is_scalar}  # type: ignore[attr-defined]
        rows = [defaults | {name: dump.plain(value) for name, value in row.items()} for row in part["rows"]]
        if rows:
            session.execute(table.insert(), rows)
            counts[table.name] += len(rows)
