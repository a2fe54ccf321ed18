"""A real, encrypted workspace of the fictitious county for the window's tests and pictures."""

from __future__ import annotations

from pathlib import Path

from fieldapp.domain.clock import Clock
from fieldapp.store import areas
from fieldapp.usecases import county, interview, roster, workspaces
from fieldapp.usecases.workspaces import Workspace

USER, PASSPHRASE = "李秀英", "kou-ling-2026"


def build(folder: Path, clock: Clock, households: int, surveyed: int = 0) -> Workspace:
    """A workspace with households of one town; the first `surveyed` of them are finalized."""
    workspace = workspaces.create(folder, USER, PASSPHRASE, "demo", clock)
    with workspace.begin() as tx:
        areas.learn(tx, county.divisions())
    for at, family in enumerate(county.families(1, households)):
        roster.add(workspace, family.household)
        if at < surveyed:
            survey(workspace, family)
    return workspace


def survey(workspace: Workspace, family: county.Family) -> None:
    """One household answered and finalized through the use cases."""
    opened = interview.start(workspace, family.household.id)
    pictures = county.pictures(1, family)

    def take(path: str, name: str) -> str:
        return interview.attach(workspace, opened.draft, path, name, pictures[name])

    county.fill(opened.session, family, take)
    interview.save_draft(workspace, opened.draft, opened.session.snapshot())
    interview.finalize(workspace, opened)
