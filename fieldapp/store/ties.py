"""Which households and members were joined, and what each then counts as: a cache of what their records say of one another.

Few records are tied, so what counts as what is worked out of all ties together (`sync.joining`) whenever one of them changes.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping

from sync import joining
from sync.driver import Connection

FIELD = joining.FIELD
UNLIKE = "unlike/"
"""Beginning of a household's field that names another household: a person looked and they are two; 1, or taken away."""
HOUSEHOLD, MEMBER, NOT_SAME = "household", "member", "unlike"

Tie = tuple[str, str]
"""Kind and target."""


def of_values(record: str, kind: str, values: Mapping[str, str | None]) -> frozenset[Tie]:
    """What a record says of others; itself it cannot be joined to."""
    target = values.get(FIELD)
    found = {(kind, target)} if target and target != record else set()
    if kind == HOUSEHOLD:
        found |= {(NOT_SAME, path.removeprefix(UNLIKE)) for path, value in values.items() if value and path.startswith(UNLIKE)}
    return frozenset(found)


def note(connection: Connection, record: str, ties: Collection[Tie]) -> bool:
    """Keep what a record says now; whether that, or the coming or going of the record itself, may change what counts as what."""
    kept = {(kind, target) for kind, target in connection.execute("SELECT kind, target FROM tie WHERE record = ?", (record,))}
    if kept != set(ties):
        loosen(connection, (record,))
        for kind, target in sorted(ties):
            _keep(connection, record, kind, target)
        return True
    return bool(kept) or connection.execute("SELECT 1 FROM tie WHERE target = ? LIMIT 1", (record,)).fetchone() is not None


def loosen(connection: Connection, records: Iterable[str]) -> None:
    """Forget what records say; what they counted as is remembered until `settle`, which has to tell it."""
    named = json.dumps(list(records))
    connection.execute("DELETE FROM tie WHERE kind = ? AND record IN (SELECT value FROM json_each(?))", (NOT_SAME, named))
    connection.execute("UPDATE tie SET target = '' WHERE record IN (SELECT value FROM json_each(?))", (named,))


def settle(connection: Connection) -> set[str]:
    """Write down what every joined record counts as; the households that this touches."""
    touched: set[str] = set()
    members: set[str] = set()
    for kind, changed in ((HOUSEHOLD, touched), (MEMBER, members)):
        rows = connection.execute("SELECT record, target, stays FROM tie WHERE kind = ?", (kind,)).fetchall()
        joins = {record: target for record, target, _ in rows if target}
        found = joining.stays(joins, _alive(connection, kind, joins.items()))
        for record, _, before in rows:
            now = found.get(record, "")
            if now != before:
                connection.execute("UPDATE tie SET stays = ? WHERE record = ? AND kind = ?", (now, record, kind))
                changed |= {record, now, before} - {""}
    connection.execute("DELETE FROM tie WHERE target = ''")
    homes = "SELECT DISTINCT household FROM member WHERE id IN (SELECT value FROM json_each(?))"
    return touched | {home for (home,) in connection.execute(homes, (json.dumps(sorted(members)),))}


def staying(connection: Connection, households: Iterable[str]) -> dict[str, str]:
    """Of these records those that were joined → the one that each counts as."""
    listed = "SELECT record, stays FROM tie WHERE stays <> '' AND record IN (SELECT value FROM json_each(?))"
    return dict(connection.execute(listed, (json.dumps(list(households)),)).fetchall())


def joined(connection: Connection, households: Iterable[str]) -> dict[str, list[str]]:
    """Record that stays → those that count as it, for these records; a record without any is left out."""
    listed = "SELECT stays, record FROM tie WHERE stays <> '' AND stays IN (SELECT value FROM json_each(?)) ORDER BY record"
    found: dict[str, list[str]] = {}
    for stays, record in connection.execute(listed, (json.dumps(list(households)),)):
        found.setdefault(stays, []).append(record)
    return found


def hidden(connection: Connection) -> dict[str, str]:
    """Every household that counts as another → that one."""
    return dict(connection.execute("SELECT record, stays FROM tie WHERE stays <> '' AND kind = ?", (HOUSEHOLD,)).fetchall())


def unlike(connection: Connection) -> set[frozenset[str]]:
    """Pairs of households of which a person said that they are two."""
    return {frozenset(pair) for pair in connection.execute("SELECT record, target FROM tie WHERE kind = ?", (NOT_SAME,))}


def every(connection: Connection) -> set[tuple[str, str, str, str]]:
    """All rows: record, kind, target, stays."""
    return {(*row,) for row in connection.execute("SELECT record, kind, target, stays FROM tie")}


def should_be(connection: Connection, ties: Mapping[str, Collection[Tie]]) -> set[tuple[str, str, str, str]]:
    """All rows as they follow from what each record says; households and members are as the cache has them."""
    listed = [(record, kind, target) for record, said in ties.items() for kind, target in said]
    made = {(record, kind, target, "") for record, kind, target in listed if kind == NOT_SAME}
    for kind in (HOUSEHOLD, MEMBER):
        joins = {record: target for record, of, target in listed if of == kind}
        found = joining.stays(joins, _alive(connection, kind, joins.items()))
        made |= {(record, kind, target, found.get(record, "")) for record, target in joins.items()}
    return made


def _keep(connection: Connection, record: str, kind: str, target: str) -> None:
    loosened = connection.execute("SELECT 1 FROM tie WHERE record = ? AND kind = ? AND target = ''", (record, kind)).fetchone()
    if loosened:
        connection.execute("UPDATE tie SET target = ? WHERE record = ? AND kind = ? AND target = ''", (target, record, kind))
    else:
        connection.execute("INSERT INTO tie (record, kind, target, stays) VALUES (?, ?, ?, '')", (record, kind, target))


def _alive(connection: Connection, kind: str, joins: Iterable[tuple[str, str]]) -> set[str]:
    named = sorted({record for join in joins for record in join})
    listed = f"SELECT id FROM {kind} WHERE NOT deleted AND id IN (SELECT value FROM json_each(?))"
    return {identity for (identity,) in connection.execute(listed, (json.dumps(named),))}
