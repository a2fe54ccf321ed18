"""Households (户) and their members: found fast, read as values, changed by operations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import TypeVar

from sqlmodel import col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from fieldapp.domain.household import Household, HouseholdLine, Member
from fieldapp.domain.ids import AreaCode, HouseholdId, MemberId
from fieldapp.errors import NotFound

from . import cache, operations
from .outbox import DISTRICT, unsent_by_household
from .tables import ArchiveRow, DraftRow, HouseholdRow, MemberRow, Row, SearchRow, SubmissionRow
from .transaction import Transaction

T = TypeVar("T", MemberRow, SubmissionRow, ArchiveRow)
_HOUSEHOLD_FIELDS = tuple(field.name for field in fields(Household) if field.name not in ("id", "members"))
_MEMBER_FIELDS = tuple(field.name for field in fields(Member) if field.name not in ("id", "active"))


def get(tx: Transaction, household: str) -> Household:
    """One household with its members in order; raises NotFound."""
    row = tx.session.get(HouseholdRow, household, populate_existing=True)
    if row is None or row.deleted:
        raise NotFound(what="household", id=household)
    return _value(row, _members(tx, [household]).get(household, ()))


def save(tx: Transaction, household: Household, why: str = "", user: str = "") -> int:
    """Write the operations that turn what is kept into this value; members that it does not list stay. Returns how many."""
    written = 0
    kept = _kept(tx, HouseholdRow, household.id)
    changes = {name: str(getattr(household, name)) for name in _HOUSEHOLD_FIELDS}
    written += _write(tx, "household", household.id, household.village, changes, kept, why, user)
    for place, member in enumerate(household.members, 1):
        changes = {name: getattr(member, name) for name in _MEMBER_FIELDS}
        changes |= {"active": "1" if member.active else "0", "household": household.id, "order": str(place)}
        written += _write(tx, "member", member.id, household.village, changes, _kept_member(tx, member.id), why, user)
    return written


def search(tx: Transaction, query: str = "", village: str = "", limit: int = 50, offset: int = 0) -> tuple[HouseholdLine, ...]:
    """Lines of the roster by village, group and id.

    Every word of `query` has to stand in a name (head or member), pinyin initials, address, phone, identity number (any part) or national
    code; `village` is a division code of any level.
    """
    chosen = _matching(query, village).order_by(col(HouseholdRow.village), col(HouseholdRow.group_key), col(HouseholdRow.id))
    return _lines(tx, tx.session.exec(chosen.limit(limit).offset(offset)).all())


def count(tx: Transaction, query: str = "", village: str = "") -> int:
    """How many households `search` would list in all."""
    return tx.session.exec(select(func.count()).select_from(_matching(query, village).subquery())).one()


def count_by_village(tx: Transaction) -> dict[str, int]:
    """How many households each village has here; villages without any are left out."""
    rows = tx.session.exec(
        select(HouseholdRow.village, func.count()).where(col(HouseholdRow.deleted).is_(False)).group_by(HouseholdRow.village)
    )
    return dict(rows.all())


def ids(tx: Transaction, village: str = "") -> tuple[HouseholdId, ...]:
    """Ids of all households of a division (any level) in the roster's order."""
    chosen = _matching("", village).order_by(col(HouseholdRow.village), col(HouseholdRow.group_key), col(HouseholdRow.id))
    return tuple(HouseholdId(row.id) for row in tx.session.exec(chosen))


def line(tx: Transaction, household: str) -> HouseholdLine:
    """One line of the roster; raises NotFound."""
    row = tx.session.get(HouseholdRow, household, populate_existing=True)
    if row is None or row.deleted:
        raise NotFound(what="household", id=household)
    return _lines(tx, [row])[0]


def by_citizen_id(tx: Transaction, citizen_id: str) -> tuple[HouseholdId, ...]:
    """Households that have a member with this identity number; advice for spotting duplicates, never a constraint."""
    rows = tx.session.exec(
        select(MemberRow.household).where(MemberRow.citizen_id == citizen_id, col(MemberRow.deleted).is_(False)).distinct()
    )
    return tuple(HouseholdId(household) for household in rows)


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


def _write(tx: Transaction, kind: str, record: str, village: str, wanted: dict[str, str], kept: dict[str, str], why: str, user: str) -> int:
    changes = {name: value for name, value in wanted.items() if value != kept.get(name, "")}
    if kept and not changes:
        return 0
    operations.write(tx, kind, record, village, dict(changes), why=why, user=user)
    return 1


def _kept(tx: Transaction, table: type[Row], key: str) -> dict[str, str]:
    line = cache.kept_line(tx, table, key)
    return {} if line is None else {name: str(value) for name, value in zip(cache.columns(table), line.values, strict=True)}


def _kept_member(tx: Transaction, member: str) -> dict[str, str]:
    kept = _kept(tx, MemberRow, member)
    return kept and {**kept, "order": f"{float(kept['place']):g}"}


def _matching(query: str, village: str) -> SelectOfScalar[HouseholdRow]:
    chosen = select(HouseholdRow).where(col(HouseholdRow.deleted).is_(False))
    if village:
        chosen = chosen.where(col(HouseholdRow.village) >= village, col(HouseholdRow.village) < village + ":")
    words = query.lower().split()
    if words:
        found = select(SearchRow.household)
        for word in words:
            found = found.where(func.instr(SearchRow.text, word) > 0)
        chosen = chosen.where(col(HouseholdRow.id).in_(found))
    return chosen


def _lines(tx: Transaction, rows: Sequence[HouseholdRow]) -> tuple[HouseholdLine, ...]:
    households = [row.id for row in rows]
    members = _grouped(tx, MemberRow, households)
    submissions = _grouped(tx, SubmissionRow, households)
    archives = _grouped(tx, ArchiveRow, households)
    drafts: dict[str, list[DraftRow]] = {}
    for draft in tx.session.exec(select(DraftRow).where(col(DraftRow.household).in_(households))):
        drafts.setdefault(draft.household, []).append(draft)
    unsent = unsent_by_household(tx, DISTRICT, households)
    lines = []
    for row in rows:
        forms = sorted(submissions.get(row.id, ()), key=lambda one: (one.changed_at, one.id))
        newest = forms[-1] if forms else None
        open_drafts = drafts.get(row.id, [])
        latest_draft = max((one.changed_at for one in open_drafts), default="")
        people = members.get(row.id, ())
        lines.append(
            HouseholdLine(
                id=HouseholdId(row.id),
                village=AreaCode(row.village),
                head_name=row.head_name,
                address=row.address,
                group=row.group,
                national_code=row.national_code,
                phone=row.phone,
                household_type=row.household_type,
                monitor_type=row.monitor_type,
                members=sum(member.active for member in people),
                state="draft" if latest_draft and (newest is None or latest_draft >= newest.changed_at) else newest.state if newest else "",
                revision=newest.revision if newest else 0,
                unsent=unsent.get(row.id, 0),
                conflicts=row.conflicts + sum(one.conflicts for one in [*people, *forms]),
                archived=newest is not None
                and any((made.submission, made.revision) == (newest.id, newest.revision) for made in archives.get(row.id, ())),
            )
        )
    return tuple(lines)


def _grouped(tx: Transaction, table: type[T], households: Sequence[str]) -> dict[str, list[T]]:
    found: dict[str, list[T]] = {}
    for row in tx.session.exec(select(table).where(col(table.household).in_(households), col(table.deleted).is_(False))):
        found.setdefault(row.household, []).append(row)
    return found


def _members(tx: Transaction, households: Sequence[str]) -> dict[str, list[MemberRow]]:
    found = _grouped(tx, MemberRow, households)
    for rows in found.values():
        rows.sort(key=lambda row: (row.place, row.id))
    return found


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
