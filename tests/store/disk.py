"""A disk whose power can fail: what was not flushed survives in part, in torn sectors, or not at all.

Two views of one folder. Under SQLite lies an APSW virtual file system that records every unsynced write. Beside it the calls of `os` that
make files and names durable are watched, for the key file, the attachments and the backups: a file's bytes are sure after its `fsync`, a
name is sure after the `fsync` of its folder.
"""

from __future__ import annotations

import errno
import os
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import apsw

SECTOR = 512
PLENTY = 1 << 60
_SQLITE = ("workspace.db", "workspace.db-wal", "workspace.db-shm")


class PowerCut(BaseException):
    """The machine is off; no handler of the program runs any more."""


def cut_for_sqlite() -> Exception:
    """What SQLite hears of its file when the power goes."""
    return apsw.IOError("power cut")


def full_for_sqlite() -> Exception:
    """What SQLite hears of its file when the disk is full."""
    return apsw.FullError("disk full")


def full_for_system() -> Exception:
    """What a call of the operating system says when the disk is full."""
    return OSError(errno.ENOSPC, "No space left on device")


class Mains:
    """The supply, of power or of space: ends after a number of writes."""

    def __init__(
        self, for_sqlite: Callable[[], BaseException] = cut_for_sqlite, for_system: Callable[[], BaseException] = PowerCut
    ) -> None:
        self.left = PLENTY
        self.files: dict[str, Recorded] = {}
        self.when_dark: Callable[[], None] | None = None
        self._for_sqlite, self._for_system = for_sqlite, for_system

    @property
    def dark(self) -> bool:
        """Whether it has ended."""
        return self.left < 0

    def use_by_sqlite(self) -> None:
        """One more write below SQLite; raises from the end on."""
        self._use(self._for_sqlite)

    def use_by_system(self) -> None:
        """One more call that makes something durable; raises from the end on."""
        self._use(self._for_system)

    def _use(self, fault: Callable[[], BaseException]) -> None:
        self.left -= 1
        if self.left == -1 and self.when_dark is not None:
            self.when_dark()
        if self.dark:
            raise fault()


@dataclass
class Recorded:
    """One file of SQLite: what is surely on the disk, and what was written since."""

    durable: bytes
    since: list[tuple[int, bytes | None]] = field(default_factory=list)
    """(offset, bytes), or (size, None) for a truncation."""


class RecordingFile(apsw.VFSFile):
    def __init__(self, mains: Mains, name: Any, flags: list[int]) -> None:
        super().__init__("", name, flags)
        self._mains = mains
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        kept = Path(path).read_bytes() if path and Path(path).exists() else b""
        self._file = mains.files.setdefault(path, Recorded(kept)) if path else Recorded(b"")

    def xWrite(self, data: bytes, offset: int) -> None:
        self._mains.use_by_sqlite()
        super().xWrite(data, offset)
        self._file.since.append((offset, bytes(data)))

    def xTruncate(self, size: int) -> None:
        self._mains.use_by_sqlite()
        super().xTruncate(size)
        self._file.since.append((size, None))

    def xSync(self, flags: int) -> None:
        self._mains.use_by_sqlite()
        super().xSync(flags)
        self._file.durable = bytes(image(self._file, None))
        self._file.since = []


class RecordingDisk(apsw.VFS):
    """SQLite's view of the disk."""

    def __init__(self, name: str, mains: Mains) -> None:
        super().__init__(name, "")
        self.name = name
        self._mains = mains

    def xOpen(self, name: Any, flags: list[int]) -> RecordingFile:
        return RecordingFile(self._mains, name, flags)

    def xDelete(self, name: str, sync: bool) -> None:
        self._mains.use_by_sqlite()
        super().xDelete(name, sync)
        self._mains.files.pop(name, None)


def image(file: Recorded, chance: random.Random | None) -> bytearray:
    """The bytes after the cut; without chance, everything that was written."""
    made = bytearray(file.durable)
    for offset, data in file.since:
        if chance is not None and chance.random() < 0.5:
            continue
        if data is None:
            del made[offset:]
            continue
        torn = chance is not None and chance.random() < 0.3
        for start in range(0, len(data), SECTOR):
            if torn and chance is not None and chance.random() < 0.4:
                continue
            end = offset + start + len(data[start : start + SECTOR])
            made.extend(bytes(max(0, end - len(made))))
            made[offset + start : end] = data[start : start + SECTOR]
    return made


@dataclass
class _Seen:
    """A folder tree by inode."""

    names: dict[int, dict[str, int]] = field(default_factory=dict)
    content: dict[int, bytes] = field(default_factory=dict)


class WatchedFolder:
    """Everything below one folder that is not SQLite's: what is sure, and at the cut what was there besides."""

    def __init__(self, top: Path, mains: Mains) -> None:
        self.top = top
        self._mains = mains
        self._aside: tuple[str, ...] = _SQLITE
        self._sure = self._look()
        self._last: _Seen | None = None
        self._held: list[int] = []
        """Open handles of what was removed, so that its inode number is not given to another file."""

    def _look(self) -> _Seen:
        seen = _Seen()
        waiting = [self.top]
        while waiting:
            folder = waiting.pop()
            names = seen.names[folder.stat().st_ino] = {}
            for entry in folder.iterdir():
                if entry.name in self._aside:
                    continue
                names[entry.name] = entry.stat().st_ino
                if entry.is_dir():
                    waiting.append(entry)
                else:
                    seen.content[entry.stat().st_ino] = entry.read_bytes()
        return seen

    def take_over(self) -> None:
        """SQLite has closed and flushed its files; from now on they are files like all others."""
        self._aside = ()
        self._mains.files.clear()
        seen = self._look()
        for inode, names in seen.names.items():
            for name in names.keys() & set(_SQLITE):
                self._sure.names.setdefault(inode, {})[name] = names[name]
                self._sure.content[names[name]] = seen.content[names[name]]

    @contextmanager
    def watched(self) -> Iterator[None]:
        """While open, the calls of `os` count as writes and are remembered."""
        real = os.fsync, os.replace, os.rename, os.unlink, os.rmdir, os.mkdir
        self._mains.when_dark = self._freeze

        def fsync(handle: int) -> None:
            self._mains.use_by_system()
            real[0](handle)
            self._sync(handle)

        def moved(move: Callable[..., None]) -> Callable[..., None]:
            def moving(old: Any, new: Any, **rest: Any) -> None:
                self._mains.use_by_system()
                self._hold(new)
                move(old, new, **rest)

            return moving

        def unlink(path: Any, **rest: Any) -> None:
            self._mains.use_by_system()
            if not rest:
                self._hold(path)
            real[3](path, **rest)

        def made(act: Callable[..., None]) -> Callable[..., None]:
            def acting(*given: Any, **rest: Any) -> None:
                self._mains.use_by_system()
                act(*given, **rest)

            return acting

        os.fsync, os.replace, os.rename, os.unlink = fsync, moved(real[1]), moved(real[2]), unlink  # type: ignore[assignment]
        os.rmdir, os.mkdir = made(real[4]), made(real[5])
        try:
            yield
        finally:
            os.fsync, os.replace, os.rename, os.unlink, os.rmdir, os.mkdir = real
            self._mains.when_dark = None
            for handle in self._held:
                os.close(handle)
            self._held.clear()

    def _hold(self, path: Any) -> None:
        if os.path.isfile(path):
            self._held.append(os.open(path, os.O_RDONLY))

    def _sync(self, handle: int) -> None:
        place = Path(f"/proc/self/fd/{handle}").resolve()
        if not place.is_relative_to(self.top):
            return
        if place.is_dir():
            names = {entry.name: entry.stat().st_ino for entry in place.iterdir() if entry.name not in self._aside}
            self._sure.names[place.stat().st_ino] = names
        else:
            self._sure.content[os.fstat(handle).st_ino] = place.read_bytes()

    def _freeze(self) -> None:
        self._last = self._look()

    def rebuild(self, chance: random.Random) -> None:
        """Make the folder what a disk would hold after the cut; SQLite's files stay to be written by their own view."""
        last = self._last or self._look()
        top = self.top.stat().st_ino
        kept = {file: file.read_bytes() for file in self.top.rglob("*") if file.name in self._aside}
        for entry in list(self.top.iterdir()):
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        self._lay_out(self.top, top, last, chance)
        for file, data in kept.items():
            if file.parent.exists():
                file.write_bytes(data)

    def _lay_out(self, folder: Path, inode: int, last: _Seen, chance: random.Random) -> None:
        sure, written = self._sure.names.get(inode, {}), last.names.get(inode, {})
        for name in sorted(sure.keys() | written.keys()):
            chosen = chance.choice((sure.get(name), written.get(name)))
            if chosen is None:
                continue
            if chosen in self._sure.names or chosen in last.names:
                (folder / name).mkdir()
                self._lay_out(folder / name, chosen, last, chance)
            else:
                (folder / name).write_bytes(_torn(self._sure.content.get(chosen, b""), last.content.get(chosen), chance))


def _torn(sure: bytes, written: bytes | None, chance: random.Random) -> bytes:
    """Each sector from before or after; the length is one of the two."""
    if written is None or written == sure:
        return sure
    size = chance.choice((len(sure), len(written)))
    made = bytearray()
    for start in range(0, size, SECTOR):
        part = chance.choice((sure, written))[start : start + SECTOR]
        made += part + bytes(min(SECTOR, size - start) - len(part))
    return bytes(made)
