"""Backups of the district: every table, every attachment, and the keys beside them, in one sealed file.

The file is a bundle (`sync.bundle`) of the district for itself: written beside its place and moved there whole, signed, encrypted, and
checked before anything of it is believed. The district's key opens it, and the recovery sheet of that time (`sheets`). It is the same
whichever database is below, so it also carries a district from one to the other. Putting one back begins a new epoch, after which the
laptops bring again what the backup does not have; they know the authority again that they pinned, so none has to enrol anew.
"""

from __future__ import annotations

import base64
import os
import re
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, delete, select

from .. import bundle
from ..keys import DeviceKey, sealing_key
from ..wire import unpack
from . import attachments, audit, certificates, dump, examine, joined, sheets, signing, vault
from .district import District, epoch_of, init, new_epoch
from .dump import Written
from .errors import BackupUnfit, DistrictThere, KeyUnfit, NotKnown, SheetUnfit
from .tables import SCHEMA, Base, Fact, File

KEYS = ("authority.key", "authority.crt", "server.pem", signing.FILE)
"""What lies beside the district's own key, which is not in the file but for the recovery sheet."""
_DATED = re.compile(rf"district-[0-9]{{8}}T[0-9]{{6}}{re.escape(dump.SUFFIX)}")


@dataclass(frozen=True, slots=True)
class PutBack:
    """What was put back, and the epoch that began with it."""

    file: str
    created: str
    rows: int
    operations: int
    files: int
    previews: int
    keys: int
    missing: int
    """Files that were not in the backup: laptops that have them send them again."""
    digest: str
    pin: str
    """Of the authority that laptops know; empty without one."""
    epoch: str
    kept: str
    """Where what was there before lies, empty if nothing was."""


@dataclass(frozen=True, slots=True)
class Drill:
    """What a rehearsal found: the backup was opened, put back elsewhere and everything in it verified."""

    file: str
    created: str
    rows: int
    operations: int
    records: int
    files: int
    previews: int
    keys: int
    missing: int
    digest: str
    opened_by: str
    """`sheet` if the code was tried, else `key`."""
    seconds: float
    wrong: tuple[str, ...]


def write(district: District, file: Path, *, files: bool = True) -> Written:
    """Back up while others work; one moment of the database. Raises BundleUnwritable."""
    there = {name: (district.folder / name).read_bytes() for name in KEYS if (district.folder / name).is_file()}
    beside = dump.Beside(lambda sha: attachments.read(district, sha), lambda sha: attachments.preview(district, sha), there, files)
    return dump.write(district.engine, district.key, district.now(), file, beside)


def write_dated(district: District, folder: Path, keep: int, *, files: bool = True) -> Written:
    """Back up under a name of now; with `keep` the oldest of more than so many dated backups go once the new one is whole."""
    written = write(district, folder / f"district-{district.now():%Y%m%dT%H%M%S}{dump.SUFFIX}", files=files)
    dated = sorted(file for file in folder.iterdir() if _DATED.fullmatch(file.name))
    for old in dated[:-keep] if keep > 0 else ():
        old.unlink()
    return written


def put_back(district: District, file: Path) -> PutBack:
    """Replace all that the database says by a backup, in one transaction; what was there is backed up beside it first.

    Raises NotKnown(file), BackupUnfit, BundleDamaged, BundleForeign.
    """
    header = check(district.key, file)
    kept = district.folder / f"before-restore-{district.now():%Y%m%dT%H%M%S}{dump.SUFFIX}"
    write(district, kept, files=False)
    counts: Counter[str] = Counter()
    with district.writing() as session:
        before = epoch_of(session)
        for table in reversed(Base.metadata.sorted_tables):
            session.execute(table.delete())
        told = _fill(district, session, file, counts)
        missing = _forget_missing(district, session)
        digest = dump.digest(session.connection())
        if told and not missing and told != digest:
            raise BackupUnfit(file=file.name, reason="contents")
        joined.fill(session)  # a backup of an older program has none
        session.merge(Fact(name="schema", value=str(SCHEMA)))
        epoch = new_epoch(session, district.now(), after=before)
        audit.record(session, district.stamp(), "", "restore", file.name, header.created)
    held = certificates.current(district.folder)
    return PutBack(
        file=str(file),
        created=header.created,
        rows=sum(number for name, number in counts.items() if not name.startswith("@")),
        operations=counts["op"],
        files=counts["@file"],
        previews=counts["@preview"],
        keys=counts["@key"],
        missing=missing,
        digest=digest,
        pin=held.pin if held else "",
        epoch=epoch,
        kept=str(kept),
    )


def rehearse(district: District, file: Path, code: str = "") -> Drill:
    """Put a backup back in a place of its own, verify every operation, feed, record, file and key in it, and take it away again.

    With a code also that the recovery sheet opens it. Raises as `put_back`, SheetUnfit.
    """
    began = time.monotonic()
    header = check(district.key, file)
    if code and sheets.open_slot(file, code).device != district.key.device:
        raise SheetUnfit(file=file.name, reason="wrong-code")
    with tempfile.TemporaryDirectory(dir=district.folder, prefix="drill-") as folder:
        other = init(Path(folder), now=district.now, key=district.key)
        try:
            done = put_back(other, file)
            found = examine.examine(other)
            wrong = (*found.wrong, *_wrong_keys(other, district))
        finally:
            other.close()
    return Drill(
        file=str(file),
        created=header.created,
        rows=done.rows,
        operations=done.operations,
        records=found.records,
        files=done.files,
        previews=done.previews,
        keys=done.keys,
        missing=done.missing,
        digest=found.digest,
        opened_by="sheet" if code else "key",
        seconds=round(time.monotonic() - began, 2),
        wrong=wrong,
    )


def key_of(file: Path) -> DeviceKey:
    """The district's key as it was kept apart. Raises NotKnown(file), KeyUnfit."""
    try:
        return DeviceKey(bytes.fromhex(file.read_text(encoding="ascii")))
    except OSError as wrong:
        raise NotKnown(what="file", name=str(file)) from wrong
    except ValueError as wrong:
        raise KeyUnfit(file=file.name) from wrong


@contextmanager
def on_a_new_machine(folder: Path, key: DeviceKey, file: Path, url: str = "") -> Iterator[District]:
    """An empty district under a known key, to put a backup back in that it opens. Raises as `check`, DistrictThere."""
    config = folder / "district.json"
    if config.exists():
        raise DistrictThere(folder=str(folder))
    check(key, file)
    district, is_done = init(folder, url, key=key), False
    try:
        yield district
        is_done = True
    finally:
        district.close()
        if not is_done:
            # So that it can be tried again: what is there without this is no district.
            config.unlink()


def check(key: DeviceKey, file: Path) -> bundle.Header:
    """That a file is a whole backup of the district with the key. Raises NotKnown(file), BackupUnfit, BundleDamaged, BundleForeign."""
    if not file.is_file():
        raise NotKnown(what="file", name=str(file))
    header = bundle.check(file, {key.device: key.public_key})
    kind, payload = next(bundle.unsealed(file, sealing_key(key)), (b"", b""))
    about = unpack(payload) if kind == bundle.BODY else None
    if not isinstance(about, dict) or not isinstance(about.get("schema"), int) or about.get("v") not in (1, dump.VERSION):
        raise BackupUnfit(file=file.name, reason="contents")
    if about["schema"] > SCHEMA:
        raise BackupUnfit(file=file.name, reason="schema")
    return header


def _fill(district: District, session: Session, file: Path, counts: Counter[str]) -> str:
    """Take in every entry; returns the digest that the end tells, empty for a backup of version 1. Raises BackupUnfit(contents)."""
    keep, told, version = attachments.vault_of(district), "", 0
    for number, (kind, payload) in enumerate(bundle.unsealed(file, district.seal_key)):
        if kind == bundle.FILE:
            sha, data = bundle.split_file(file, payload)
            keep.put(vault.FILE, sha, (data,))
            counts["@file"] += 1
            continue
        part = unpack(payload)
        if not isinstance(part, dict):
            raise BackupUnfit(file=file.name, reason="contents")
        if number == 0:
            version = part["v"]
        elif "table" in part:
            _fill_table(session, file, part, counts)
        elif part.get("key") in KEYS:
            _put_key(district.folder / part["key"], dump.plain(part["data"]))
            counts["@key"] += 1
        elif "preview" in part:
            keep.put(vault.PREVIEW, part["preview"], (base64.b64decode(part["data"]["b64"]),), is_hash=False)
            counts["@preview"] += 1
        elif "end" in part and part["end"] == {name: count for name, count in counts.items() if not name.startswith("@")}:
            told = str(part["digest"])
        else:
            raise BackupUnfit(file=file.name, reason="contents")
    if version > 1 and not told:
        raise BackupUnfit(file=file.name, reason="contents")
    return told


def _fill_table(session: Session, file: Path, part: dict[str, Any], counts: Counter[str]) -> None:
    table = Base.metadata.tables.get(str(part["table"]))
    if table is None:
        raise BackupUnfit(file=file.name, reason="contents")
    defaults = {column.name: column.default.arg for column in table.columns if column.default is not None and column.default.is_scalar}  # type: ignore[attr-defined]
    rows = [defaults | {name: dump.plain(value) for name, value in row.items()} for row in part["rows"]]
    if rows:
        session.execute(table.insert(), rows)
    counts[table.name] += len(rows)


def _put_key(file: Path, data: object) -> None:
    """For the owner's eyes only, and whole or not at all."""
    fresh = file.with_name(file.name + ".new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(data if isinstance(data, bytes) else b"")
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(file)
    vault.sync_folder(file.parent)


def _forget_missing(district: District, session: Session) -> int:
    """Files whose bytes are nowhere are not said to be here, so that laptops send them again; returns how many."""
    missing = [sha for sha in session.exec(select(File.sha)).all() if not attachments.path_of(district, sha).is_file()]
    for at in range(0, len(missing), 500):
        session.execute(delete(File).where(col(File.sha).in_(missing[at : at + 500])))
    return len(missing)


def _wrong_keys(other: District, district: District) -> list[str]:
    """What laptops or readers of signed archives would notice after a restore."""
    wrong = []
    here, there = certificates.current(district.folder), certificates.current(other.folder)
    if (here.pin if here else "") != (there.pin if there else ""):
        wrong.append("authority")
    elif there is not None and not certificates.is_whole(other.folder):
        wrong.append("certificate")
    if (district.folder / signing.FILE).is_file():
        try:
            if not (other.folder / signing.FILE).is_file() or signing.kept(other) is None:
                wrong.append("archive-signing")
        except KeyUnfit:
            wrong.append("archive-signing")
    return wrong
