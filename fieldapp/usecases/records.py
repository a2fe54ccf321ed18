"""How a finalized household survey becomes typed records: which answer fills which field of the household and its members."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from fieldapp.domain.household import Household, Member
from fieldapp.domain.ids import AreaCode, MemberId
from fieldapp.domain.submission import Answers
from sync.survey import HEAD, HOUSEHOLD_FIELDS, MEMBER, MEMBER_FIELDS, household_fields, member_fields, member_rows


def household_of(before: Household, answers: Answers) -> Household:
    """The household as the answers say it now; what was not asked stays as it was."""
    fields = household_fields(answers)
    members = _with_departed(before.members, members_of(answers))
    village = AreaCode(fields.pop("village", "") or before.village)
    head = next((member.name for member in members if member.relation == HEAD and member.active), "")
    held = {name: getattr(before, name) for name in HOUSEHOLD_FIELDS.values() if name != "village"}
    return Household(
        id=before.id, village=village, head_name=head or before.head_name, members=members or before.members, **{**held, **fields}
    )


def _with_departed(before: tuple[Member, ...], now: tuple[Member, ...]) -> tuple[Member, ...]:
    """Whose row was taken out stays on record, but no longer of the household; without any rows nobody was asked about members."""
    listed = {member.id for member in now}
    return now + tuple(replace(member, active=False) for member in before if now and member.id not in listed)


def members_of(answers: Answers) -> tuple[Member, ...]:
    """The members that the rows of the member table describe, in their order."""
    return tuple(_member(row, member_fields(told)) for row, told in member_rows(answers))


def _member(row: str, fields: dict[str, str]) -> Member:
    return Member(id=MemberId(row), active=fields.pop("active") == "1", **fields)


def prefill(household: Household, today: str, user: str, new_id: Callable[[], str]) -> dict[str, str]:
    """What is already known, as answers of a new submission: nothing is typed twice; the head is the first member."""
    b = "b_household"
    known = {
        "a_visit/survey_date": today,
        "a_visit/interviewer_name": user,
        f"{b}/town_code": household.village[:9],
        f"{b}/village_code": household.village,
        f"{b}/natural_village": household.natural_village,
        f"{b}/group_no": household.group,
        f"{b}/house_no": household.address,
        f"{b}/household_code": household.national_code,
        f"{b}/household_phone": household.phone,
        f"{b}/household_type": household.household_type,
        f"{b}/monitor_type": household.monitor_type,
    }
    members = [member for member in household.members if member.active] or [Member(MemberId(new_id()), household.head_name, relation=HEAD)]
    heads = [member for member in members if member.relation == HEAD]
    for place, member in enumerate(members, start=1):
        known[f"{MEMBER}/{member.id}"] = str(place)
        told = replace(member, relation="") if member in heads[1:] else member  # of a household that was joined: to whom, is asked anew
        known |= {f"{MEMBER}/{member.id}/{question}": getattr(told, field) for question, field in MEMBER_FIELDS.items()}
    return {path: value for path, value in known.items() if value}
