"""The log: a rotating file beside the workspace, with identity, phone and bank numbers taken out before anything is written."""

import logging
import logging.handlers
import re
from pathlib import Path

_LONG_NUMBER = re.compile(r"(?<!\d)\d{6,22}[0-9Xx](?!\d)")
_MAX_BYTES = 1_000_000


def redact(text: str) -> str:
    """Every run of seven or more digits (identity, phone, bank, certificate number) becomes its first two digits and stars."""
    return _LONG_NUMBER.sub(lambda found: found.group()[:2] + "*" * (len(found.group()) - 2), text)


class _Redacted(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


def start(folder: Path, level: int = logging.INFO) -> None:
    """Write the program's log to `folder/fieldapp.log`, three files of 1 MB; answers are never logged.

    Of other packages only warnings are kept, whatever the level: their chatter holds content (Pillow tells a photo's metadata).
    """
    folder.mkdir(parents=True, exist_ok=True)
    handler = logging.handlers.RotatingFileHandler(folder / "fieldapp.log", maxBytes=_MAX_BYTES, backupCount=2, encoding="utf-8")
    handler.setFormatter(_Redacted("%(asctime)s %(levelname)s %(name)s %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    for own in ("fieldapp", "sync"):
        logging.getLogger(own).setLevel(level)
