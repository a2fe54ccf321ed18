"""Households, members and answers for the store's tests."""

from __future__ import annotations

import uuid

from fieldapp.domain.household import Household, Member
from fieldapp.domain.ids import AreaCode, HouseholdId, MemberId
from fieldapp.store import households, submissions
from fieldapp.store.database import Database

VILLAGE = AreaCode("990101001001")
OTHER_VILLAGE = AreaCode("990101001002")


def new_id() -> str:
    return uuid.uuid4().hex


def member(name: str, **more: str) -> Member:
    return Member(id=MemberId(new_id()), name=name, **more)  # type: ignore[arg-type]


def household(head: str = "王小明", *others: Member, village: str = VILLAGE, **more: str) -> Household:
    people = (member(head, relation="01", citizen_id="990101198001011236"), *others)
    return Household(id=HouseholdId(new_id()), village=AreaCode(village), head_name=head, members=people, **more)


def keep(database: Database, *values: Household) -> None:
    with database.begin() as tx:
        for value in values:
            households.save(tx, value)


def draft_of(database: Database, value: Household, **answers: str) -> str:
    submission = new_id()
    with database.begin() as tx:
        submissions.start_draft(tx, submission, value.id, value.village, "household_survey", "1", answers)
    return submission
