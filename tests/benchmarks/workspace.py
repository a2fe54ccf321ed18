"""The encrypted workspace: unlocking, autosave beside an unencrypted file, searching the roster."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from fieldapp.domain.clock import FixedClock
from fieldapp.store import households
from fieldapp.usecases import county, interview, roster, workspaces
from fieldapp.usecases.workspaces import Workspace
from tests.world import MORNING, laptop

from .measure import Figure, in_turn, median, percentile

_UNLOCK_LIMIT_MS, _SEARCH_LIMIT_MS = 1000.0, 100.0
_SAVES = 200
_BATCH = 200


def figures(folder: Path, size: int) -> Iterator[Figure]:
    """Unlock, autosave, search."""
    yield _unlock(folder)
    with laptop(folder / "laptop") as workspace:
        yield from _autosave(workspace, folder / "plain.db")
        yield from _search(workspace, size)


def _unlock(folder: Path) -> Figure:
    """With the real cost of the passphrase, not the quick one of the tests."""
    workspaces.create(folder / "locked", "demo", "correct horse", "demo", FixedClock(MORNING)).close()
    taken = in_turn(3, lambda: workspaces.unlock(folder / "locked", "demo", "correct horse", FixedClock(MORNING)).close())[0]
    return Figure("unlock and lock", median(taken), "ms", len(taken), "limit", _UNLOCK_LIMIT_MS)


def _autosave(workspace: Workspace, plain: Path) -> Iterator[Figure]:
    """One changed answer, safe on disk, against the same row in plain SQLite with the same durability (WAL, synchronous FULL)."""
    family = county.families(1, 1)[0]
    opened = interview.start(workspace, roster.add(workspace, family.household))
    interview.save_draft(workspace, opened.draft, opened.session.snapshot())
    path = f"{opened.session.root}/a_visit/visit_result_note"
    numbers, others = itertools.count(), itertools.count()
    with sqlite3.connect(plain, isolation_level=None) as peer:
        peer.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE answer (path TEXT PRIMARY KEY, value TEXT)")
        ours, theirs = in_turn(
            _SAVES,
            lambda: interview.save_draft(workspace, opened.draft, {path: f"门锁着 {next(numbers)}"}),
            lambda: peer.execute("INSERT OR REPLACE INTO answer VALUES (?, ?)", (path, f"门锁着 {next(others)}")),
        )
    peer.close()
    yield Figure("autosave commit p50", median(ours), "ms", _SAVES, "plain sqlite3", median(theirs), "encrypted, through SQLModel")
    yield Figure("autosave commit p95", percentile(ours, 0.95), "ms", _SAVES, "plain sqlite3", percentile(theirs, 0.95))


def _search(workspace: Workspace, size: int) -> Iterator[Figure]:
    families = county.families(2, size)
    for start in range(0, size, _BATCH):
        with workspace.begin() as tx:
            for family in families[start : start + _BATCH]:
                households.save(tx, family.household)
    some = families[size // 2]
    for name, query in (("name", some.head_name), ("initials", "zj"), ("nothing matches", "不存在的人"), ("everything", "")):
        taken = in_turn(15, lambda query=query: roster.search(workspace, query))[0]
        found = roster.search(workspace, query).total
        note = f"{found} of {roster.search(workspace).total} households"
        yield Figure(f"roster search: {name}", median(taken), "ms", len(taken), "limit", _SEARCH_LIMIT_MS, note)
