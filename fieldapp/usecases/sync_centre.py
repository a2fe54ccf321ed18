"""Everything that the sync centre shows, read at one go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import apart, decisions, exchange, held, rounds

if TYPE_CHECKING:
    from fieldapp.store.database import Database as Workspace


@dataclass(frozen=True, slots=True)
class Centre:
    """Where the exchange stands, and everything that waits for a person."""

    status: exchange.ExchangeStatus
    plan: rounds.Plan
    conflicts: tuple[exchange.ConflictLine, ...]
    held: tuple[held.HeldDeletions, ...]
    apart: tuple[apart.ApartLine, ...]
    decided: tuple[decisions.Decision, ...]


def read(workspace: Workspace) -> Centre:
    """Read it all."""
    return Centre(
        status=exchange.status(workspace),
        plan=rounds.plan(workspace),
        conflicts=exchange.conflicts(workspace),
        held=held.waiting(workspace),
        apart=apart.listed(workspace),
        decided=decisions.made(workspace),
    )
