"""Deletions that came in a flood wait until a person says whether they are meant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fieldapp.errors import NotFound
from fieldapp.words import say

if TYPE_CHECKING:
    from fieldapp.store.database import Database as Workspace


@dataclass(frozen=True, slots=True)
class HeldDeletions:
    """One village: so many households and members would be deleted, of so many that are here, by these people."""

    village: str
    village_name: str
    records: int
    of: int
    who: str
    since: str


def waiting(workspace: Workspace) -> tuple[HeldDeletions, ...]:
    """What is held, by village."""
    from fieldapp.store import areas, held

    with workspace.read() as tx:
        return tuple(
            HeldDeletions(one.village, areas.path_name(tx, one.village) or one.village, one.records, one.of, "、".join(one.who), one.since)
            for one in held.waiting(tx)
        )


def confirm(workspace: Workspace, village: str) -> int:
    """They are meant. Returns how many records are deleted by it. Raises NotFound."""
    from fieldapp.store import held

    with workspace.begin() as tx:
        done = held.let_in(tx, village)
        if not done:
            raise NotFound(what="held", id=village)
        return done


def keep(workspace: Workspace, village: str) -> int:
    """They are a mistake: the records stay here and come back everywhere. Returns how many. Raises NotFound."""
    from fieldapp.store import held

    with workspace.begin() as tx:
        done = held.refuse(tx, village, say("held-refused"))
        if not done:
            raise NotFound(what="held", id=village)
        return done
