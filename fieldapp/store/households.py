"""Households (户) and their members: found fast, read as values, changed by operations."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace

from sqlmodel import col, select

from fieldapp.domain.household import Household, HouseholdLine, Member
from fieldapp.domain.ids import AreaCode, HouseholdId, MemberId
from fieldapp.errors import NotFound

from . import cache, operations, ties
from . import search as search_index
from .outbox import DISTRICT, unsent_by_household
from .tables import HouseholdRow, MemberRow, Row, SubmissionRow
from .transaction import Transaction

_HOUSEHOLD_FIELDS = tuple(field.name for field in fields(Household) if field.name not in ("id", "members"))
_MEMBER_FIELDS = tuple(field.name for field in fields(Member) if field.name not in ("id", "active"))


@dataclass(frozen=True, slots=True)
class Marks:
    """By what the households here are recognised in a list from elsewhere; the village first in each."""

    codes: frozenset[tuple[str, str]]
    citizen_ids: frozenset[tuple[str, str]]
    heads: frozenset[tuple[str, str, str]]
    """Village, head, address."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some lines of the roster; `more` is where the next page begins, empty on the last."""

    lines: tuple[HouseholdLine, ...]
    more: str


def get(tx: Transaction, household: str) -> Household:
    """One household with its members in order; raises NotFound."""
    row = tx.session.get(HouseholdRow, household, populate_existing=True)
    if row is None or row.deleted:
        raise NotFound(what="household", id=household)
    return _value(row, _members(tx, household))


def whole(tx: Transaction, household: str) -> Household:
    """As `get`, with the members of the households that were joined to it behind its own; who was joined to another member is left out."""
    cache.settle_ties(tx)
    others = ties.joined(tx.connection, [household]).get(household, [])
    own = get(tx, household)
    if not others:
        return own
    members = [member for other in others for member in get(tx, other).members]
    doubled = ties.staying(tx.connection, [member.id for member in (*own.members, *members)])
    return replace(own, members=tuple(member for member in (*own.members, *members) if member.id not in doubled))


def save(tx: Transaction, household: Household, why: str = "", user: str = "") -> int:
    """Write the operations that turn what is kept into this value; members that it does not list stay. Returns how many."""
    known = operations.known(tx, [household.id, *(member.id for member in household.members)])
    changes = {name: str(getattr(household, name)) for name in _HOUSEHOLD_FIELDS}
    kept = _kept(tx, HouseholdRow, household.id) if household.id in known else None
    written = _write(tx, "household", household.id, household.village, changes, kept, why, user)
    for place, member in enumerate(household.members, 1):
        changes = {name: getattr(member, name) for name in _MEMBER_FIELDS}
        changes |= {"active": "1" if member.active else "0", "household": household.id, "order": str(place)}
        kept = _kept_member(tx, member.id) if member.id in known else None
        written += _write(tx, "member", member.id, household.village, changes, kept, why, user)
    return written


def find(tx: Transaction, query: str = "", village: str = "", near: str = "", limit: int = 50, after: str = "") -> Page:
    """One page of the roster; `village` is a division code of any level, `after` the `more` of the page before.

    Every word of `query` has to stand in a name (head or member), pinyin initials, address, phone, identity number or national
    code; of numbers four signs or more, or the first or last three. Exact names come first, then beginnings, then the rest
    (`search.find`), of each the village `near` first. Without a query: by village, group and id.
    """
    if query.split():
        found = _found(tx, query, village, near, limit, after)
        return Page(_lines(tx, found.households, dict(found.lines)), found.more)
    chosen = _listed(tx, village, limit + 1, after)
    return Page(_lines(tx, chosen[:limit]), chosen[limit - 1] if len(chosen) > limit else "")


def search(tx: Transaction, query: str = "", village: str = "", limit: int = 50, offset: int = 0) -> tuple[HouseholdLine, ...]:
    """Lines of the roster as `find` orders them, from a place on."""
    if query.split():
        found = _found(tx, query, village, "", offset + limit)
        return _lines(tx, found.households[offset:], dict(found.lines))
    return _lines(tx, _listed(tx, village, offset + limit)[offset:])


def count(tx: Transaction, query: str = "", village: str = "") -> int:
    """How many households `find` would list in all, as far as `tally` counts."""
    return tally(tx, query, village)[0]


def tally(tx: Transaction, query: str = "", village: str = "", at_most: int = 10_000) -> tuple[int, bool]:
    """As `count`, and whether there are no more: with a query counting ends where it would be felt."""
    if query.split():
        return search_index.count(tx.connection, query, village, at_most)
    cache.settle_ties(tx)
    return int(tx.value(f"SELECT count(*) FROM household WHERE {_IN_DIVISION}", *_division(village))), True


def count_by_village(tx: Transaction) -> dict[str, int]:
    """How many households each village has here; villages without any are left out."""
    cache.settle_ties(tx)
    return dict(tx.sql(f"SELECT village, count(*) FROM household WHERE {_COUNTS} GROUP BY village").fetchall())


def ids(tx: Transaction, village: str = "") -> tuple[HouseholdId, ...]:
    """Ids of all households of a division (any level) in the roster's order."""
    return tuple(map(HouseholdId, _listed(tx, village, -1)))


def line(tx: Transaction, household: str) -> HouseholdLine:
    """One line of the roster, also of a household that counts as another; raises NotFound."""
    row = tx.session.get(HouseholdRow, household, populate_existing=True)
    if row is None or row.deleted:
        raise NotFound(what="household", id=household)
    cache.refresh_search(tx)
    joined = ties.staying(tx.connection, [row.id])
    return _lines(tx, [row.id], {row.id: search_index.alone(tx.connection, row.id)} if joined else None)[0]


def of_record(tx: Transaction, record: str) -> str:
    """Id of the household that a record is of, empty if nothing says so."""
    return str(tx.value("SELECT household FROM operation WHERE rec = ? AND household <> '' LIMIT 1", record) or "")


def heads(tx: Transaction, wanted: Collection[str]) -> dict[str, str]:
    """Names of the heads of households that are here."""
    listed = "SELECT id, head_name FROM household WHERE id IN (SELECT value FROM json_each(?))"
    return dict(tx.sql(listed, json.dumps(sorted(wanted))).fetchall())


def by_citizen_id(tx: Transaction, citizen_id: str) -> tuple[HouseholdId, ...]:
    """Households that have a member with this identity number; advice for spotting duplicates, never a constraint."""
    listed = "SELECT DISTINCT household FROM member WHERE citizen_id = ? AND citizen_id <> '' AND NOT deleted"
    cache.settle_ties(tx)
    found = tx.column(listed, citizen_id)
    stays = ties.staying(tx.connection, found)
    return tuple(dict.fromkeys(HouseholdId(stays.get(one, one)) for one in found))


def marks(tx: Transaction) -> Marks:
    """The marks of all households in three readings, for comparing a long list."""
    codes = tx.sql("SELECT village, national_code FROM household WHERE NOT deleted AND national_code <> ''")
    numbers = tx.sql(
        "SELECT village, citizen_id FROM member JOIN household ON household.id = member.household"
        " WHERE NOT member.deleted AND NOT household.deleted AND citizen_id <> ''"
    )
    heads = tx.sql("SELECT village, head_name, address FROM household WHERE NOT deleted")
    return Marks(
        frozenset((village, code) for village, code in codes),
        frozenset((village, number) for village, number in numbers),
        frozenset((village, head, address) for village, head, address in heads),
    )


def twin(tx: Transaction, village: str, head_name: str, address: str) -> HouseholdId | None:
    """A household of the same head and address in the village; where it was joined to another, that one."""
    listed = "SELECT id FROM household WHERE village = ? AND NOT deleted AND head_name = ? AND address = ? ORDER BY id"
    cache.settle_ties(tx)
    found = tx.column(listed, village, head_name, address)
    stays = ties.staying(tx.connection, found)
    return next((HouseholdId(stays.get(one, one)) for one in found), None)


def in_conflict(tx: Transaction) -> dict[str, list[str]]:
    """Records that wait for a decision, by household."""
    found: dict[str, list[str]] = {}
    for household in tx.session.exec(select(HouseholdRow).where(HouseholdRow.conflicts > 0).order_by(HouseholdRow.id)):
        found.setdefault(household.id, []).append(household.id)
    for member in tx.session.exec(select(MemberRow).where(MemberRow.conflicts > 0).order_by(MemberRow.id)):
        found.setdefault(member.household, []).append(member.id)
    for submission in tx.session.exec(select(SubmissionRow).where(SubmissionRow.conflicts > 0).order_by(SubmissionRow.id)):
        found.setdefault(submission.household, []).append(submission.id)
    return dict(sorted(found.items()))


def _write(
    tx: Transaction, kind: str, record: str, village: str, wanted: dict[str, str], kept: dict[str, str] | None, why: str, user: str
) -> int:
    """`kept` is None for a record without operations."""
    changes = {name: value for name, value in wanted.items() if value != (kept or {}).get(name, "")}
    if kept and not changes:
        return 0
    operations.write(tx, kind, record, village, dict(changes), why=why, user=user, fresh=kept is None)
    return 1


def _kept(tx: Transaction, table: type[Row], key: str) -> dict[str, str]:
    line = cache.kept_line(tx, table, key)
    return {} if line is None else {name: str(value) for name, value in zip(cache.columns(table), line.values, strict=True)}


def _kept_member(tx: Transaction, member: str) -> dict[str, str]:
    kept = _kept(tx, MemberRow, member)
    return kept and {**kept, "order": f"{float(kept['place']):g}"}


_COUNTS = "NOT deleted AND id NOT IN (SELECT record FROM tie WHERE stays <> '')"
"""Households that count as themselves: those that were joined to another one are found and counted with it."""
_IN_DIVISION = f"{_COUNTS} AND village >= ? AND village < ?"


def _division(village: str) -> tuple[str, str]:
    return village, f"{village}:"


def _listed(tx: Transaction, village: str, limit: int, after: str = "") -> list[str]:
    """Ids in the roster's order, behind the household `after`."""
    cache.settle_ties(tx)
    condition, values = _IN_DIVISION, _division(village)
    if after:
        condition += " AND (village, group_key, id) > (SELECT village, group_key, id FROM household WHERE id = ?)"
        values = (*values, after)  # type: ignore[assignment]
    return tx.column(f"SELECT id FROM household WHERE {condition} ORDER BY village, group_key, id LIMIT ?", *values, limit)


def _found(tx: Transaction, query: str, village: str, near: str, limit: int, after: str = "") -> search_index.Found:
    cache.refresh_search(tx)
    return search_index.find(tx.connection, query, village, near, limit, after)


def _shown(tx: Transaction, households: Sequence[str]) -> dict[str, search_index.Shown]:
    """What is shown of some households; a cache that lost a line is no reason to show nothing."""
    cache.refresh_search(tx)
    found = search_index.shown(tx.connection, households)
    lost = (search_index.of(tx.connection, household) for household in households if household not in found)
    return found | {made.household: search_index.read(made.shown) for made in lost if made}


def _lines(tx: Transaction, households: Sequence[str], known: Mapping[str, search_index.Shown] | None = None) -> tuple[HouseholdLine, ...]:
    """Lines in the order of the ids; `known` is what is shown of them, if that was read already."""
    joined = ties.joined(tx.connection, households)
    owners = {other: one for one in households for other in (one, *joined.get(one, ()))}
    wanted = json.dumps(list(owners))
    shown = _shown(tx, households) if known is None else known
    forms: dict[str, list[tuple[str, str, int, str, int]]] = {}
    for household, identity, state, revision, changed_at, conflicts in tx.sql(_FORMS, wanted):
        forms.setdefault(owners[household], []).append((identity, state, revision, changed_at, conflicts))
    archives = {(submission, revision) for submission, revision in tx.sql(_ARCHIVES, wanted)}
    drafts: dict[str, str] = {}
    for household, changed_at in tx.sql(_DRAFTS, wanted):
        drafts[owners[household]] = max(changed_at, drafts.get(owners[household], ""))
    unsent = Counter[str]()
    for household, number in unsent_by_household(tx, DISTRICT, list(owners)).items():
        unsent[owners[household]] += number
    lines = []
    for identity in households:
        told = shown[identity]
        held = forms.get(identity, [])
        newest = max(held, key=lambda one: (one[3], one[0])) if held else None
        changed = drafts.get(identity, "")
        lines.append(
            HouseholdLine(
                id=HouseholdId(identity),
                village=AreaCode(told.village),
                head_name=told.head_name,
                address=told.address,
                group=told.group,
                national_code=told.national_code,
                phone=told.phone,
                household_type=told.household_type,
                monitor_type=told.monitor_type,
                members=told.members,
                state="draft" if changed and (newest is None or changed >= newest[3]) else newest[1] if newest else "",
                revision=newest[2] if newest else 0,
                unsent=unsent[identity],
                conflicts=told.conflicts + sum(one[4] for one in held),
                archived=newest is not None and (newest[0], newest[2]) in archives,
                joined=len(joined.get(identity, ())),
            )
        )
    return tuple(lines)


_AMONG = "IN (SELECT value FROM json_each(?))"
_FORMS = f"SELECT household, id, state, revision, changed_at, conflicts FROM submission WHERE household {_AMONG} AND NOT deleted"
_ARCHIVES = f"SELECT submission, revision FROM archive WHERE household {_AMONG} AND NOT deleted"
_DRAFTS = f"SELECT household, max(changed_at) FROM draft WHERE household {_AMONG} GROUP BY household"


def _members(tx: Transaction, household: str) -> Sequence[MemberRow]:
    wanted = select(MemberRow).where(MemberRow.household == household, col(MemberRow.deleted).is_(False))
    return tx.session.exec(wanted.order_by(col(MemberRow.place), col(MemberRow.id))).all()


def _value(row: HouseholdRow, members: Sequence[MemberRow]) -> Household:
    return Household(
        id=HouseholdId(row.id),
        village=AreaCode(row.village),
        head_name=row.head_name,
        address=row.address,
        group=row.group,
        natural_village=row.natural_village,
        national_code=row.national_code,
        phone=row.phone,
        household_type=row.household_type,
        monitor_type=row.monitor_type,
        members=tuple(
            Member(
                id=MemberId(member.id),
                name=member.name,
                relation=member.relation,
                sex=member.sex,
                birth=member.birth,
                citizen_id=member.citizen_id,
                ethnic=member.ethnic,
                phone=member.phone,
                active=member.active,
            )
            for member in members
        ),
    )
