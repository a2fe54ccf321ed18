"""One thing in a workspace that is not as it was written."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Damage:
    """`part`: key-file, database, bit, record, attachment, audit, cache, draft, form; `subject` the record, file or number, `detail` a
    code.
    """

    part: str
    subject: str
    detail: str = ""
