"""What duplicates among the households are recognised by, and what was decided of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fieldapp.domain.duplicates import Entry, Person
from fieldapp.domain.ids import AreaCode, HouseholdId, MemberId

from . import cache, operations, ties
from .transaction import Transaction

FIELD, UNLIKE = ties.FIELD, ties.UNLIKE


@dataclass(frozen=True, slots=True)
class Join:
    """A household that counts as another one: who said so, when (ISO text), why."""

    household: str
    stays: str
    user: str
    at: str
    why: str


def entries(tx: Transaction) -> Iterator[Entry]:
    """Every household that counts as itself, with its active members and those of the households that were joined to it."""
    hidden = ties.hidden(tx.connection)
    people: dict[str, list[Person]] = {}
    listed = (
        "SELECT household, id, name, birth, citizen_id FROM member WHERE active AND NOT deleted"
        " AND id NOT IN (SELECT record FROM tie WHERE stays <> '') ORDER BY household, place, id"
    )
    for home, identity, name, birth, citizen_id in tx.sql(listed):
        people.setdefault(hidden.get(home, home), []).append(Person(MemberId(identity), name, birth, citizen_id))
    for identity, village, head, address, code in tx.sql(
        "SELECT id, village, head_name, address, national_code FROM household WHERE NOT deleted"
    ):
        if identity not in hidden:
            yield Entry(HouseholdId(identity), AreaCode(village), head, address, code, tuple(people.get(identity, ())))


def written(tx: Transaction) -> int:
    """The place of the newest operation: while it stands, nothing changed."""
    return int(tx.value("SELECT max(seq) FROM operation") or 0)


def unlike(tx: Transaction) -> set[frozenset[str]]:
    """Pairs of households of which a person said that they are two; what was joined to one of a pair counts as it."""
    hidden = ties.hidden(tx.connection)
    return {frozenset(hidden.get(one, one) for one in pair) for pair in ties.unlike(tx.connection)}


def stays(tx: Transaction, household: str) -> HouseholdId:
    """The household that this one counts as; itself unless it was joined to another."""
    cache.settle_ties(tx)
    return HouseholdId(ties.staying(tx.connection, [household]).get(household, household))


def parts(tx: Transaction, household: str) -> tuple[HouseholdId, ...]:
    """A household that counts as itself, and behind it those that were joined to it."""
    return tuple(map(HouseholdId, (household, *ties.joined(tx.connection, [household]).get(household, ()))))


def joins(tx: Transaction, household: str = "") -> tuple[Join, ...]:
    """Every household that counts as another, or those that count as `household`; the newest decision first."""
    found = []
    for record, stays in ties.hidden(tx.connection).items():
        if household not in ("", stays):
            continue
        written = [one for one in operations.history(tx, record, FIELD) if one.value]
        last = written[-1]
        found.append(Join(record, stays, last.user, last.at, last.why))
    return tuple(sorted(found, key=lambda one: (one.at, one.household), reverse=True))


def is_joined(tx: Transaction, household: str) -> bool:
    """Whether its record says that it is another one."""
    return bool(tx.value("SELECT 1 FROM tie WHERE record = ? AND kind = ?", household, ties.HOUSEHOLD))


def villages(tx: Transaction, members: Sequence[MemberId]) -> dict[MemberId, AreaCode]:
    """Member → the village of the household that it is entered in."""
    listed = (
        "SELECT member.id, household.village FROM member JOIN household ON household.id = member.household"
        " WHERE member.id IN (SELECT value FROM json_each(?))"
    )
    return {MemberId(member): AreaCode(village) for member, village in tx.sql(listed, json.dumps(members))}


def torn(tx: Transaction, household: str) -> tuple[tuple[MemberId, AreaCode], ...]:
    """Members, with the village to write in, that are joined to a member of a household that no longer counts as the same.

    Only those between this household and others, after what is joined was changed in this transaction.
    """
    cache.settle_ties(tx)
    hidden = ties.hidden(tx.connection)
    listed = (
        "SELECT tie.record, home.id, home.village, kept.household FROM tie JOIN member ON member.id = tie.record"
        " JOIN household AS home ON home.id = member.household JOIN member AS kept ON kept.id = tie.target WHERE tie.kind = ?"
    )
    found = []
    for record, home, village, other in tx.sql(listed, ties.MEMBER):
        ends = hidden.get(home, home), hidden.get(other, other)
        if ends[0] != ends[1] and hidden.get(household, household) in ends:
            found.append((MemberId(record), AreaCode(village)))
    return tuple(found)
