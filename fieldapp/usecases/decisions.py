"""Taking back the decision of a conflict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fieldapp.errors import NotFound
from fieldapp.words import say

if TYPE_CHECKING:
    from fieldapp.store.database import Database as Workspace


def reopen(workspace: Workspace, record: str, field: str) -> None:
    """Undo a decision: all the values are there again, here and with the next exchange everywhere. Raises NotFound if none was made."""
    from fieldapp.store import audit, operations

    with workspace.begin() as tx:
        if not operations.reopen(tx, record, field, say("exchange-reopened")):
            raise NotFound(what="record", id=record)
        audit.record(tx, "reopen", record, field)
