"""A new data key for everything: database and attachments are encrypted anew beside the old ones, verified, and only then exchanged.

Every data key has files of its own, whose names follow from the key file. So the key file is the one thing that is exchanged: until
the next one stands the old files are in force, from then on the new ones are, and nothing is moved. What is not in force is taken
away later, when both copies of the key file agree and the workspace was opened with them.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from fieldapp.errors import DiskFull, WorkspaceDamaged
from sync import driver

from . import engine, facts, keyfile, keys
from .keyfile import DATABASE, FILES, KeyFile
from .keys import Keys
from .lock import FolderLock
from .safely import make_folder, sync_folder
from .vault import Vault

_SPARE_BYTES = 16 << 20
_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name"
_OF_A_GENERATION = re.compile(rf"({re.escape(Path(DATABASE).stem)}(-\d+)?\.db)(-wal|-shm)?|({FILES}(-\d+)?)")
Report = Callable[[int, int, str], None]


def prepare(folder: Path, old: Keys, fresh: Keys, proof: Callable[[KeyFile], object], report: Report, without: Iterable[str] = ()) -> int:
    """Write and verify everything under a fresh key, then the key file, the turning point; returns how many attachments there are.

    The workspace is open; whatever is written to it afterwards is lost, so it is to be closed. `without` names users whose slots go.
    Raises DiskFull, WorkspaceDamaged (attachment, database, key-file), NotAllowed (slot-too-old); then the old key stays in force.
    """
    present = keyfile.read(folder)
    keys.prove(present, old)
    following = keys.next_file(present, fresh, without)
    try:
        clear(folder)
        _require_room(folder)
        with engine.coding(folder), engine.room(folder):
            shas = _copy_database(folder / present.database, folder / following.database, old, fresh)
            vaults = Vault(folder / present.files, old), Vault(folder / following.files, fresh)
            count = _copy_files(*vaults, shas, report)
        keyfile.write(folder, following, proof)
    except BaseException:
        clear(folder)
        raise
    return count


def settle(folder: Path) -> None:
    """Take away what an exchange left of a closed workspace; raises AlreadyOpen."""
    lock = FolderLock(folder)
    try:
        clear(folder)
    finally:
        lock.release()


def clear(folder: Path) -> None:
    """Take away the files of every generation but the one in force; nothing while the two key files differ, as it is not sure then."""
    if keyfile.damaged(folder):
        return
    # A name that can be read may not be sure yet: no old file goes before the new key file is.
    sync_folder(folder)
    file = keyfile.read(folder)
    for place in folder.iterdir():
        told = _OF_A_GENERATION.fullmatch(place.name)
        if told is None or (told[1] or told[4]) in (file.database, file.files):
            continue
        if place.is_dir():
            shutil.rmtree(place)
        else:
            place.unlink()


def _copy_database(source: Path, target: Path, old: Keys, fresh: Keys) -> list[str]:
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
    sync_folder(target.parent)
    return shas


def _outline(connection: driver.Connection) -> list[object]:
    """Rows of every table, and the sums of all operations and of the audit trail."""
    tables = [name for (name,) in connection.execute(_TABLES).fetchall()]
    counts: list[object] = [(name, connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()) for name in tables]
    together = 0
    for (identity,) in connection.execute("SELECT id FROM operation"):
        together ^= int(identity, 16)
    return [*counts, together, connection.execute("SELECT sum FROM audit ORDER BY seq DESC LIMIT 1").fetchone()]


def _copy_files(source: Vault, target: Vault, shas: list[str], report: Report) -> int:
    """Every attachment under the fresh key, each read back; raises WorkspaceDamaged for one that cannot be read, AttachmentMissing."""
    make_folder(target.folder)
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
