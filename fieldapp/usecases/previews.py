"""Small pictures of the photos that wait, sent before them: on a weak line the office sees them days before the photos."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from fieldapp.errors import AttachmentMissing, GarbledReply, Refused, WorkspaceDamaged

if TYPE_CHECKING:
    from fieldapp.store.database import Database as Workspace
    from sync.client.http import HttpPeer

_AT_ONCE = 4
"""Previews in one request: at 64 kbit/s some four seconds, and no more than that is lost when the line breaks."""


def send(workspace: Workspace, peer: HttpPeer, report: Callable[[int, int, str], None]) -> int:
    """Send the previews of all photos that the district has not got; how many went. What is no picture is passed over for good."""
    from fieldapp.store import attachments, outbox

    with workspace.read() as tx:
        waiting = set(attachments.to_send(tx, outbox.DISTRICT))
        shas = [sha for sha in attachments.to_send(tx, outbox.PREVIEWS) if sha in waiting]
    done = 0
    for start in range(0, len(shas), _AT_ONCE):
        part = shas[start : start + _AT_ONCE]
        report(start, len(shas), "exchange-previews")
        made = {sha: small for sha in part if (small := _made(workspace, sha)) is not None}
        if made and not _sent(peer, made):
            return done
        done += len(made)
        with workspace.begin() as tx:
            for sha in part:
                attachments.sent(tx, outbox.PREVIEWS, sha)
    return done


def _made(workspace: Workspace, sha: str) -> bytes | None:
    from fieldapp.store import attachments
    from sync.previews import MOST

    from .media_files import preview

    try:
        with workspace.read() as tx:
            data = attachments.get(tx, sha)
    except (AttachmentMissing, WorkspaceDamaged):
        return None
    return preview(data, MOST)


def _sent(peer: HttpPeer, made: dict[str, bytes]) -> bool:
    """Whether the district takes previews at all; an older one does not, and loses nothing by it."""
    try:
        return set(peer.send_previews(made)) == set(made)
    except (GarbledReply, Refused):
        return False
