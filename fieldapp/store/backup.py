"""A whole workspace in one file, and back: the encrypted database, the key file and the encrypted attachments as they lie on the disk.

The file is a plain tar whose members are all encrypted already; its manifest names every member's SHA-256. It opens with the
passphrases that the workspace had at that moment.
"""

from __future__ import annotations

import functools
import hashlib
import io
import json
import operator
import os
import re
import secrets
import shutil
import tarfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from fieldapp.errors import AlreadyThere, NotAllowed, NotFound, WorkspaceDamaged
from sync import driver

from . import audit, engine, keys, siblings
from .database import Database
from .keyfile import DATABASE, FILES
from .lock import FolderLock
from .safely import sync_folder, write_safely

SUFFIX = ".fieldbackup"
OWN = "backups"
"""The folder inside the workspace where the automatic ones lie."""
_MANIFEST = "manifest.json"
_FORMAT = 1
_NAMES = re.compile(rf"{keys.FILE}|{re.escape(DATABASE)}|{FILES}/[0-9a-f]{{64}}")
"""In a backup the names are always those of the first generation."""
_MANIFEST_BYTES = 64 << 20


@dataclass(frozen=True, slots=True)
class Contents:
    """What a backup holds; `digest` is the XOR of the operation ids as 64 hex digits."""

    workspace: str
    made_at: str
    operations: int
    digest: str
    attachments: int
    files: bool = True
    """Whether the attachments' bytes are in it; those of every day leave them where they lie, they never change."""


def backup(database: Database, file: Path, files: bool = True) -> Contents:
    """Write a backup while work goes on, read it back and compare; raises AlreadyThere, DiskFull, WorkspaceDamaged (backup)."""
    if file.exists():
        raise AlreadyThere(what="file", id=str(file))
    snapshot = database.folder / f"snapshot-{secrets.token_hex(4)}.part"
    unfinished = file.with_name(file.name + ".part")
    unfinished.unlink(missing_ok=True)
    try:
        with engine.coding(database.folder):
            database.snapshot(snapshot)
            contents = _contents(database, snapshot, files)
            _write(database, snapshot, unfinished, contents)
        verify(unfinished)
        os.replace(unfinished, file)
        sync_folder(file.parent)
    finally:
        unfinished.unlink(missing_ok=True)
        for left in database.folder.glob(f"{snapshot.name}*"):
            left.unlink()
    with database.begin() as tx:
        audit.record(tx, "backup", contents.digest, str(contents.operations))
    return contents


def verify(file: Path) -> Contents:
    """That a backup is whole, without any passphrase; raises WorkspaceDamaged (backup)."""
    with _opened(file) as archive:
        contents, sums = _manifest(archive)
        found = {name: _sum(stream) for name, stream in _members(archive)}
    if found != sums:
        raise WorkspaceDamaged(part="backup", detail=file.name)
    return contents


def restore(file: Path, folder: Path, beside: Path | None = None) -> Contents:
    """Lay a backup out as a workspace in a new or empty folder; raises AlreadyThere, DiskFull, WorkspaceDamaged (backup).

    Attachments that are not in the backup are taken from the workspace `beside`.
    """
    if folder.exists() and any(folder.iterdir()):
        raise AlreadyThere(what="workspace", id=str(folder))
    contents = verify(file)
    unfinished = siblings.unfinished(folder)
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        (unfinished / FILES).mkdir(parents=True, mode=0o700)
        with engine.room(unfinished), _opened(file) as archive:
            _manifest(archive)
            for name, stream in _members(archive):
                _lay_out(unfinished / name, stream)
        named = keys.read(unfinished)
        os.rename(unfinished / DATABASE, unfinished / named.database)
        os.rename(unfinished / FILES, unfinished / named.files)
        if beside is not None:
            # Files of another generation are under another key.
            _take_along(beside / named.files, unfinished / named.files)
        write_safely(unfinished / keys.COPY, (unfinished / keys.FILE).read_bytes())
        sync_folder(unfinished / named.files)
        sync_folder(unfinished)
        if folder.exists():
            folder.rmdir()
        os.replace(unfinished, folder)
        sync_folder(folder.parent)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return contents


def replace(file: Path, folder: Path, stamp: str) -> Path:
    """Put a backup in the place of a closed workspace; what is there now stays whole in the folder beside it that is returned.

    Raises AlreadyOpen, DiskFull, WorkspaceDamaged (backup).
    """
    FolderLock(folder).release()
    fresh, aside = siblings.restored(folder), siblings.before(folder, stamp)
    shutil.rmtree(fresh, ignore_errors=True)
    restore(file, fresh, beside=folder)
    if (folder / OWN).is_dir():
        _take_along(folder / OWN, fresh / OWN)
    os.replace(folder, aside)
    siblings.settle(folder)
    return aside


def _take_along(source: Path, target: Path) -> None:
    """The files of a folder in another one as well, without a second copy of their bytes where the disk can do that."""
    target.mkdir(exist_ok=True, mode=0o700)
    for file in source.iterdir() if source.is_dir() else ():
        wanted = target / file.name
        if wanted.exists() or file.suffix == ".part":
            continue
        try:
            os.link(file, wanted)
        except OSError:
            shutil.copyfile(file, wanted)


@contextmanager
def opened_database(file: Path, folder: Path, key: bytes | bytearray) -> Iterator[driver.Connection]:
    """The database inside a backup, laid out encrypted in `folder` meanwhile; raises WorkspaceDamaged (backup), NotAllowed (other-key)."""
    place = folder / f"look-{secrets.token_hex(4)}.part"
    try:
        with engine.room(folder), _opened(file) as archive:
            _manifest(archive)
            for name, stream in _members(archive):
                if name == DATABASE:
                    _lay_out(place, stream)
        try:
            connection = driver.connect(str(place), key)
            connection.execute("SELECT count(*) FROM fact")
        except driver.Error as error:
            raise NotAllowed(reason="other-key", detail=file.name) from error
        try:
            yield connection
        finally:
            connection.close()
    finally:
        for left in folder.glob(f"{place.name}*"):
            left.unlink()


def key_file(file: Path, folder: Path) -> None:
    """Lay out the key file of a backup in a folder."""
    with _opened(file) as archive:
        _manifest(archive)
        for name, stream in _members(archive):
            if name == keys.FILE:
                _lay_out(folder / name, stream)


def attachments(file: Path, wanted: Collection[str], folder: Path) -> Iterator[Path]:
    """Those of the encrypted attachment files that a backup has, laid out one after the other; `wanted` are names as on the disk."""
    place = folder / "attachment.part"
    with _opened(file) as archive:
        _manifest(archive)
        for name, stream in _members(archive):
            if name.startswith(f"{FILES}/") and name.removeprefix(f"{FILES}/") in wanted:
                place.unlink(missing_ok=True)
                _lay_out(place, stream)
                found = place.with_name(name.removeprefix(f"{FILES}/") + ".part")
                os.replace(place, found)
                yield found


def _contents(database: Database, snapshot: Path, files: bool) -> Contents:
    connection = driver.connect(str(snapshot), database.database_key())
    try:
        if connection.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
            raise WorkspaceDamaged(part="backup", detail="snapshot")
        ids = [int(identity, 16) for (identity,) in connection.execute("SELECT id FROM operation")]
        count = connection.execute("SELECT count(*) FROM file").fetchone()
        newest = connection.execute("SELECT max(seq) FROM operation").fetchone()
    finally:
        connection.close()
    together = functools.reduce(operator.xor, ids, 0)
    with database.read() as tx:
        there = tx.column("SELECT id FROM operation WHERE seq <= ?", (newest and newest[0]) or 0)
    if functools.reduce(operator.xor, (int(identity, 16) for identity in there), 0) != together:
        raise WorkspaceDamaged(part="backup", detail="digest")
    now = database.place.clock.now().isoformat(timespec="seconds")
    return Contents(keys.read(database.folder).workspace, now, len(ids), f"{together:064x}", count[0] if count else 0, files)


def _write(database: Database, snapshot: Path, target: Path, contents: Contents) -> None:
    members = {keys.FILE: database.folder / keys.FILE, DATABASE: snapshot}
    if contents.files:
        members |= {f"{FILES}/{file.name}": file for file in sorted(database.place.vault.folder.glob("[0-9a-f]" * 64))}
    sums = {}
    for name, path in members.items():
        with path.open("rb") as stream:
            sums[name] = _sum(stream)
    manifest = json.dumps({"format": _FORMAT, "contents": asdict(contents), "sums": sums}, ensure_ascii=False).encode()
    with engine.room(target.parent), target.open("xb") as out:
        with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
            _add(archive, _MANIFEST, io.BytesIO(manifest), len(manifest))
            for name, path in members.items():
                with path.open("rb") as stream:
                    _add(archive, name, stream, path.stat().st_size)
        out.flush()
        os.fsync(out.fileno())


def _add(archive: tarfile.TarFile, name: str, stream: IO[bytes], size: int) -> None:
    told = tarfile.TarInfo(name)
    told.size, told.mode = size, 0o600
    archive.addfile(told, stream)


@contextmanager
def _opened(file: Path) -> Iterator[tarfile.TarFile]:
    """The tar of a backup; whatever is wrong with its bytes is damage."""
    if not file.is_file():
        raise NotFound(what="file", id=str(file))
    try:
        with tarfile.open(file, "r:") as archive:
            yield archive
    except (tarfile.TarError, EOFError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise WorkspaceDamaged(part="backup", detail=file.name) from error


def _manifest(archive: tarfile.TarFile) -> tuple[Contents, dict[str, str]]:
    first = archive.next()
    stream = archive.extractfile(first) if first is not None and first.name == _MANIFEST else None
    if first is None or stream is None or first.size > _MANIFEST_BYTES:
        raise WorkspaceDamaged(part="backup", detail=_MANIFEST)
    plain = json.loads(stream.read())
    if plain["format"] != _FORMAT or not {keys.FILE, DATABASE} <= plain["sums"].keys():
        raise WorkspaceDamaged(part="backup", detail=_MANIFEST)
    return Contents(**plain["contents"]), dict(plain["sums"])


def _members(archive: tarfile.TarFile) -> Iterator[tuple[str, IO[bytes]]]:
    """The members after the manifest; only plain files with the names that a workspace has, each once."""
    seen = set()
    while (told := archive.next()) is not None:
        stream = archive.extractfile(told) if _is_plain(told) and told.name not in seen else None
        if stream is None:
            raise WorkspaceDamaged(part="backup", detail=told.name[:100])
        seen.add(told.name)
        yield told.name, stream


def _is_plain(told: tarfile.TarInfo) -> bool:
    """A file of a workspace as it lies on the disk; a sparse one could claim any size."""
    return told.isreg() and told.sparse is None and _NAMES.fullmatch(told.name) is not None


def _sum(stream: IO[bytes]) -> str:
    return hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]


def _lay_out(target: Path, stream: IO[bytes]) -> None:
    with target.open("xb") as out:
        shutil.copyfileobj(stream, out)
        out.flush()
        os.fsync(out.fileno())
