"""A new data key for everything: database and attachments are encrypted anew beside the old ones, verified, and only then exchanged.

Until the next key file stands, complete and verified, the old key is in force and whatever lies beside is thrown away; once it
stands, the new key is, and what is not in its place yet is moved there, by whoever opens the workspace next. That file's
appearance under its name is the one instant between the two.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from fieldapp.errors import DiskFull, WorkspaceDamaged
from sync import driver

from . import engine, facts, keyfile, keys
from .keyfile import COPY, FILE, KeyFile
from .keys import Keys
from .lock import FolderLock
from .safely import make_folder, sync_folder, write_safely
from .vault import FILES, Vault

NEXT_KEYS = "keys.next.json"
NEXT_DATABASE = "workspace.next.db"
NEXT_FILES = "files.next"
_OLD_FILES = "files.old"
_SPARE_BYTES = 16 << 20
_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name"
Report = Callable[[int, int, str], None]


def settle(folder: Path) -> None:
    """Finish a rotation that had come to its turning point, undo one that had not; raises AlreadyOpen, WorkspaceDamaged (key-file)."""
    left = [name for name in (NEXT_KEYS, NEXT_DATABASE, NEXT_FILES, _OLD_FILES) if (folder / name).exists()]
    if not left:
        return
    lock = FolderLock(folder)
    try:
        if not (folder / NEXT_KEYS).exists():
            _clear(folder)
        elif keyfile.parse(folder / NEXT_KEYS) is not None:
            _go_over(folder)
        elif (folder / NEXT_DATABASE).exists():
            # Damaged before anything was moved: the old key still opens everything.
            (folder / NEXT_KEYS).unlink()
            _clear(folder)
        else:
            raise WorkspaceDamaged(part="key-file", detail="unreadable")
    finally:
        lock.release()


def prepare(folder: Path, old: Keys, fresh: Keys, proof: Callable[[KeyFile], object], report: Report, without: Iterable[str] = ()) -> int:
    """Write and verify everything under a fresh key, ending with the turning point; returns how many attachments there are.

    The workspace is open and nobody writes. `settle` has to follow once it is closed. `without` names users whose slots go.
    Raises DiskFull, WorkspaceDamaged (attachment, database), NotAllowed (slot-too-old); then the old key stays in force.
    """
    following = keys.next_file(keyfile.read(folder), fresh, without)
    try:
        _clear(folder)
        _require_room(folder)
        with engine.coding(folder), engine.room(folder):
            shas = _copy_database(folder, old, fresh)
            count = _copy_files(folder, old, fresh, shas, report)
        keyfile.write(folder, following, proof, names=(NEXT_KEYS,))
    except BaseException:
        if not (folder / NEXT_KEYS).exists():
            _clear(folder)
        raise
    return count


def _copy_database(folder: Path, old: Keys, fresh: Keys) -> list[str]:
    source, target = folder / engine.DATABASE, folder / NEXT_DATABASE
    driver.copy(str(source), str(target), old.derive("database"), fresh.derive("database"))
    before, after = driver.connect(str(source), old.derive("database")), driver.connect(str(target), fresh.derive("database"))
    try:
        if after.execute("PRAGMA integrity_check").fetchall() != [("ok",)] or _outline(before) != _outline(after):
            raise WorkspaceDamaged(part="database", detail="copy")
        after.execute("DELETE FROM fact WHERE name = ?", (facts.IN_USE,))
        shas = [sha for (sha,) in after.execute("SELECT sha FROM file ORDER BY sha")]
    finally:
        before.close()
        after.close()
    with target.open("rb") as stream:
        os.fsync(stream.fileno())
    sync_folder(folder)
    return shas


def _outline(connection: driver.Connection) -> list[object]:
    """Rows of every table, and the sums of all operations and of the audit trail."""
    tables = [name for (name,) in connection.execute(_TABLES).fetchall()]
    counts: list[object] = [(name, connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()) for name in tables]
    together = 0
    for (identity,) in connection.execute("SELECT id FROM operation"):
        together ^= int(identity, 16)
    return [*counts, together, connection.execute("SELECT sum FROM audit ORDER BY seq DESC LIMIT 1").fetchone()]


def _copy_files(folder: Path, old: Keys, fresh: Keys, shas: list[str], report: Report) -> int:
    """Every attachment under the fresh key, each read back; raises WorkspaceDamaged for one that cannot be read, AttachmentMissing."""
    source, target = Vault(folder / FILES, old), Vault(folder / NEXT_FILES, fresh)
    make_folder(folder / NEXT_FILES)
    for number, sha in enumerate(shas):
        report(number, len(shas), "")
        data = source.get(sha)
        target.put(data)
        if target.get(sha) != data:
            raise WorkspaceDamaged(part="attachment", detail=sha)
    report(len(shas), len(shas), "")
    return len(shas)


def _require_room(folder: Path) -> None:
    wanted = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    if shutil.disk_usage(folder).free < wanted + _SPARE_BYTES:
        raise DiskFull(folder=str(folder))


def _go_over(folder: Path) -> None:
    """Put what is new into its place; every step may have been done already."""
    if (folder / NEXT_DATABASE).exists():
        for tail in ("-wal", "-shm"):
            (folder / (engine.DATABASE + tail)).unlink(missing_ok=True)
        os.replace(folder / NEXT_DATABASE, folder / engine.DATABASE)
        sync_folder(folder)
    if (folder / NEXT_FILES).exists():
        if (folder / FILES).exists():
            os.replace(folder / FILES, folder / _OLD_FILES)
        os.replace(folder / NEXT_FILES, folder / FILES)
        sync_folder(folder)
    write_safely(folder / COPY, (folder / NEXT_KEYS).read_bytes())
    os.replace(folder / NEXT_KEYS, folder / FILE)
    sync_folder(folder)
    _clear(folder)


def _clear(folder: Path) -> None:
    """Take away what belongs to neither the old nor the new workspace."""
    for file in folder.glob(f"{NEXT_DATABASE}*"):
        file.unlink()
    for name in (NEXT_FILES, _OLD_FILES):
        if (folder / name).exists():
            shutil.rmtree(folder / name)
    for file in folder.glob(f"{NEXT_KEYS}.*"):
        file.unlink()
