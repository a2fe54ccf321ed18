"""One program at a time in a workspace folder, by a lock of the operating system that dies with its holder."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from fieldapp.errors import AlreadyOpen

FILE = "lock"


class FolderLock:
    """Held from construction to `release`; raises AlreadyOpen. The file stays, the lock on it does not."""

    def __init__(self, folder: Path) -> None:
        self.released = False
        self._handle = os.open(folder / FILE, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _take(self._handle)
        except OSError:
            os.close(self._handle)
            raise AlreadyOpen(folder=str(folder)) from None

    def release(self) -> None:
        """Let others in; a second time does nothing."""
        if not self.released:
            self.released = True
            os.close(self._handle)


if sys.platform == "win32":
    import msvcrt

    def _take(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _take(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
