"""Clears this laptop of what the district has safely: households that nobody touched for a while, with everything of theirs.

Nothing goes that waits for a receipt, is being filled, or waits for a decision. The ids of the operations stay (they tell nothing),
so that both sides still agree on what was exchanged; when somebody else changes a household that was cleared away, its village
is fetched anew and the household is back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from fieldapp.errors import BadInput
from sync.operation import Operation

from . import audit, cache, facts, households, outbox, ties
from .tables import ArchiveRow, AttachmentRow, CopyMadeRow, CopyTakenRow, MemberRow, ScanRow, SubmissionRow
from .transaction import Transaction

_CHUNK = 400
_LAST = "SELECT household, max(json_extract(body, '$.hlc')) FROM operation WHERE household <> '' GROUP BY household"
_FILES_UNSENT = (
    "SELECT DISTINCT a.household FROM attachment a JOIN file f ON f.sha = a.sha"
    " LEFT JOIN file_receipt r ON r.sha = a.sha AND r.peer = ? WHERE r.sha IS NULL AND NOT a.deleted"
)
_FREE_FILES = (
    "SELECT sha, size FROM file WHERE sha IN (SELECT sha FROM attachment WHERE household IN ({0})"
    " UNION SELECT sha FROM archive WHERE household IN ({0}))"
    " AND sha NOT IN (SELECT sha FROM attachment WHERE household NOT IN ({0}))"
    " AND sha NOT IN (SELECT sha FROM archive WHERE household NOT IN ({0}))"
    " AND sha NOT IN (SELECT source FROM scan WHERE household NOT IN ({0}) AND state <> 'discarded')"
    " UNION SELECT sha, size FROM file WHERE sha IN (SELECT source FROM scan WHERE household IN ({0}))"
    " AND sha NOT IN (SELECT source FROM scan WHERE household NOT IN ({0}) AND state <> 'discarded')"
    " AND sha NOT IN (SELECT sha FROM attachment WHERE household NOT IN ({0}))"
)
"""A scanned file goes with the last household that it has a page of."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What may go, and why the rest stays: unsent, draft, conflict, scans (in the review tray), files-unsent, recent."""

    households: tuple[str, ...]
    kept: dict[str, int]


@dataclass(frozen=True, slots=True)
class Purged:
    """What went."""

    households: int
    operations: int
    files: int
    bytes: int
    """Of the files, plain."""


def plan(tx: Transaction, older_than_days: float, peer: str = outbox.DISTRICT) -> Plan:
    """Which households may be cleared away: everything receipted, and nothing changed for so many days; raises BadInput."""
    if older_than_days < 0:
        raise BadInput(what="older-than", value=older_than_days)
    everything = tx.column("SELECT id FROM household")
    last = dict(tx.sql(_LAST).fetchall())
    limit = f"{int((tx.now() - timedelta(days=older_than_days)).timestamp() * 1000):013d}-999999"
    reasons: dict[str, set[str]] = {
        "unsent": {one for part in _parts(everything) for one in outbox.unsent_by_household(tx, peer, part)},
        "draft": set(tx.column("SELECT DISTINCT household FROM draft")),
        "conflict": set(households.in_conflict(tx)),
        "scans": set(tx.column("SELECT DISTINCT household FROM scan WHERE state = 'tray'")),
        "files-unsent": set(tx.column(_FILES_UNSENT, peer)),
        "recent": {one for one in everything if last.get(one, "9") > limit},
    }
    going, kept = [], Counter[str]()
    stays = ties.hidden(tx.connection)
    together = ties.joined(tx.connection, set(stays.values()))
    for one in everything:
        end = stays.get(one, one)
        group = {end, *together.get(end, ())}  # what was joined goes together
        reason = next((name for name, those in reasons.items() if not group.isdisjoint(those)), None)
        if reason is None:
            going.append(one)
        else:
            kept[reason] += 1
    return Plan(tuple(going), dict(kept))


def purge(tx: Transaction, going: Sequence[str]) -> Purged:
    """Take planned households away; the encrypted files go once this is committed and `attachments.sweep` ran."""
    operations = files = size = 0
    for part in _parts(going):
        marks = ",".join("?" * len(part))
        rows = tx.sql(f"SELECT seq, id, vil FROM operation WHERE household IN ({marks})", *part).fetchall()
        _remember(tx, [(village, identity) for _, identity, village in rows])
        free = tx.sql(_FREE_FILES.format(marks), *(list(part) * 8)).fetchall()
        for sha, _ in free:
            tx.sql("DELETE FROM file WHERE sha = ?", sha)
            tx.sql("DELETE FROM file_receipt WHERE sha = ?", sha)
        for seq, _, _ in rows:
            tx.sql("DELETE FROM receipt WHERE seq = ?", seq)
        tx.sql(f"DELETE FROM operation WHERE household IN ({marks})", *part)
        ties.loosen(tx.connection, [*part, *tx.column(f"SELECT id FROM member WHERE household IN ({marks})", *part)])
        tx.sql(f"DELETE FROM household WHERE id IN ({marks})", *part)
        for table in (MemberRow, SubmissionRow, AttachmentRow, ArchiveRow, CopyMadeRow, CopyTakenRow, ScanRow):
            tx.sql(f"DELETE FROM {cache.name_of(table)} WHERE household IN ({marks})", *part)
        operations, files, size = operations + len(rows), files + len(free), size + sum(bytes_ for _, bytes_ in free)
    tx.stale.update(dict.fromkeys(going))
    tx.loose = True
    tx.session.expire_all()
    for peer in {outbox.DISTRICT, *tx.column("SELECT DISTINCT peer FROM receipt")}:
        outbox.settle(tx, peer)
    facts.put(tx, facts.PURGED, tx.stamp())
    audit.record(tx, "purge", "", f"households {len(going)} operations {operations} files {files}")
    return Purged(len(going), operations, files, size)


def gone(tx: Transaction, village: str) -> frozenset[str]:
    """Ids of a village's operations that were here and were cleared away."""
    return frozenset(facts.get(tx, _fact(village)).split())


def passed_over(tx: Transaction, incoming: Iterable[Operation]) -> set[str]:
    """Ids of incoming operations that were cleared away here and need not come again.

    An operation that was written on top of such a one brings its village back: the cursors are taken back, so everything comes again.
    """
    known: dict[str, frozenset[str]] = {}
    for operation in incoming:
        if operation.vil not in known:
            known[operation.vil] = gone(tx, operation.vil)
    fresh = [one for one in incoming if one.id not in known[one.vil]]
    for village in {one.vil for one in fresh if not known[one.vil].isdisjoint(one.par)}:
        facts.put(tx, _fact(village), "")
        tx.sql("DELETE FROM cursor WHERE village = ?", village)
        known[village] = frozenset()
    return {one.id for one in incoming if one.id in known[one.vil]}


def _remember(tx: Transaction, ids: Collection[tuple[str, str]]) -> None:
    for village in {village for village, _ in ids}:
        mine = gone(tx, village) | {identity for place, identity in ids if place == village}
        facts.put(tx, _fact(village), "\n".join(sorted(mine)))


def _fact(village: str) -> str:
    return f"purged/{village}"


def _parts(whole: Sequence[str]) -> list[Sequence[str]]:
    return [whole[at : at + _CHUNK] for at in range(0, len(whole), _CHUNK)]
