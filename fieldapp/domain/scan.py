"""A page of an archive that came back from paper: which page it is, as the path of its attachment record tells it to every laptop."""

from __future__ import annotations

import re
from dataclasses import dataclass

SCANS = "@scan/"
"""Paths of attachments that are scans begin so; no question's path does."""
SIGNATURES = "signatures"
"""The kind of page that people sign by hand."""
_PATH = re.compile(r"@scan/([0-9]{1,9})/([1-9])/([a-z]{1,20})/([0-9]{1,5})/([0-9]{1,3})/([0-9]{1,3})")


@dataclass(frozen=True, slots=True)
class PageRef:
    """One page of one copy of one revision of a household's archive."""

    revision: int
    copy: int
    kind: str
    """As signatures, cover, receipt."""
    number: int
    """Page number within the volume, 0 where none is printed."""
    part: int = 1
    """Which of its document's pages it is."""
    parts: int = 1

    @property
    def path(self) -> str:
        """What the attachment record says."""
        return f"{SCANS}{self.revision}/{self.copy}/{self.kind}/{self.number}/{self.part}/{self.parts}"


def page_of(path: str) -> PageRef | None:
    """The page that a path names, None if it is none of a scan."""
    found = _PATH.fullmatch(path)
    if found is None:
        return None
    revision, copy, kind, number, part, parts = found.groups()
    return PageRef(int(revision), int(copy), kind, int(number), int(part), int(parts))
