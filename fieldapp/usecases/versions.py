"""A draft whose form has a newer version here: what would become of its answers, and taking it there.

A draft stays under the version it was begun with until somebody says otherwise: questions do not change under a person's hands in
the middle of a visit, and what was asked stays on record as it was asked.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fieldapp.domain.submission import Answers

from . import publishing
from .interview import Interview

if TYPE_CHECKING:
    from fieldapp.engine.migrate import Migrated, Report
    from fieldapp.store.database import Database as Workspace


def preview(workspace: Workspace, interview: Interview, answers: Answers) -> Report:
    """What would become of these answers (the draft's snapshot) under the newer version; nothing is kept."""
    return _migrated(workspace, interview, answers).report


def move_over(workspace: Workspace, interview: Interview) -> Interview:
    """Take the draft to the newer version in one transaction, with an audit line; answers without a place stay in the draft."""
    from fieldapp.store import audit, submissions

    made = _migrated(workspace, interview, interview.session.snapshot())
    with workspace.begin() as tx:
        submissions.change_version(tx, interview.draft, interview.newer, made.session.snapshot())
        audit.record(tx, "new-version", interview.draft, interview.newer)
    return replace(interview, session=made.session, resumed=True, newer="")


def _migrated(workspace: Workspace, interview: Interview, answers: Answers) -> Migrated:
    from fieldapp.engine.migrate import migrate

    before = interview.session.definition
    after, around = publishing.open_form(workspace, before.form, interview.newer)
    return migrate(before, after, around, answers, interview.session.language)
