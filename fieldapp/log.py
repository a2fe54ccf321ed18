"""The log: a rotating file beside the workspace, with identity, phone and bank numbers taken out before anything is written."""

from __future__ import annotations

import logging
import logging.handlers
import re
import sys
import traceback
from pathlib import Path
from typing import Any

_LONG_NUMBER = re.compile(r"(?<!\d)\d{6,22}[0-9Xx](?!\d)")
_MAX_BYTES = 1_000_000
_MAX_CHAIN = 10


def redact(text: str) -> str:
    """Every run of seven or more digits (identity, phone, bank, certificate number) becomes its first two digits and stars."""
    return _LONG_NUMBER.sub(lambda found: found.group()[:2] + "*" * (len(found.group()) - 2), text)


class _Redacted(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))

    def formatException(self, ei: Any) -> str:
        """Where it happened and what kind it was: an exception's own words may hold somebody's name."""
        chain = [traceback.TracebackException(*ei)]
        while (before := chain[0].__cause__ or chain[0].__context__) is not None and len(chain) < _MAX_CHAIN:
            chain.insert(0, before)
        return "".join(line for one in chain for line in (*one.stack.format(), _kind(one.exc_type), "\n")).rstrip()


def _kind(kind: type[BaseException] | None) -> str:
    return f"{kind.__module__}.{kind.__qualname__}" if kind is not None else "?"


def formatter() -> logging.Formatter:
    """How a line of the log is written: without long numbers, and without the words of exceptions."""
    return _Redacted("%(asctime)s %(levelname)s %(name)s %(message)s")


def start(folder: Path, level: int = logging.INFO) -> None:
    """Write the program's log to `folder/fieldapp.log`, three files of 1 MB; answers are never logged.

    Of other packages only warnings are kept, whatever the level: their chatter holds content (Pillow tells a photo's metadata).
    """
    folder.mkdir(parents=True, exist_ok=True)
    handler = logging.handlers.RotatingFileHandler(folder / "fieldapp.log", maxBytes=_MAX_BYTES, backupCount=2, encoding="utf-8")
    handler.setFormatter(formatter())
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    for own in ("fieldapp", "sync"):
        logging.getLogger(own).setLevel(level)


def forbid_dumps() -> None:
    """A crash leaves no image of the memory on the disk, where keys and answers would be readable."""
    if sys.platform == "win32":
        import ctypes

        # SEM_FAILCRITICALERRORS, SEM_NOGPFAULTERRORBOX: no report by the system.
        ctypes.windll.kernel32.SetErrorMode(0x0001 | 0x0002)
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
