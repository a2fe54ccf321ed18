"""Which answers of a household survey are fields of the records of household and members; laptop and district read it alike."""

from __future__ import annotations

from collections.abc import Mapping

MEMBER = "member"
"""The repeat whose rows are members."""
HEAD = "02"
"""与户主关系 = 户主 (GB/T 4761)."""

HOUSEHOLD_FIELDS: Mapping[str, str] = {
    "village_code": "village",
    "natural_village": "natural_village",
    "group_no": "group",
    "house_no": "address",
    "household_code": "national_code",
    "household_phone": "phone",
    "household_type": "household_type",
    "monitor_type": "monitor_type",
}
"""Name of the question → field of the household."""

MEMBER_FIELDS: Mapping[str, str] = {
    "m_name": "name",
    "m_relation": "relation",
    "m_sex": "sex",
    "m_birth": "birth",
    "m_id_no": "citizen_id",
    "m_ethnic": "ethnic",
    "m_phone": "phone",
}
"""Name of the question → field of the member."""

MEMBER_CHANGE = "m_change"
_FIRST_DEPARTURE = 20


def has_left(change: str) -> bool:
    """Whether a 人员变动 code says that the person is no longer of the household; blank or no code of ours says nothing of the kind."""
    return change.isascii() and change.isdigit() and int(change) >= _FIRST_DEPARTURE


def household_fields(answers: Mapping[str, str]) -> dict[str, str]:
    """The household's fields that the answers tell (stable path → value, inside a group of the form)."""
    return {field: answers[path] for path in answers if (field := HOUSEHOLD_FIELDS.get(path.rpartition("/")[2])) and "/" in path}


def member_rows(answers: Mapping[str, str]) -> list[tuple[str, dict[str, str]]]:
    """Row id and answers (question name → value) of every member with a name, in the order of the rows."""
    rows: dict[str, dict[str, str]] = {}
    order: dict[str, float] = {}
    for path, value in answers.items():
        head, _, rest = path.partition(f"{MEMBER}/")
        if (head and not head.endswith("/")) or not rest:
            continue
        row, _, question = rest.partition("/")
        if not question:
            order[row] = float(value)
        rows.setdefault(row, {})[question.rpartition("/")[2]] = value
    return [(row, rows[row]) for row in sorted(order, key=lambda row: (order[row], row)) if rows[row].get("m_name")]


def member_fields(row: Mapping[str, str]) -> dict[str, str]:
    """The member's fields of a row's answers, `active` (1, 0) among them; what was not asked is empty."""
    fields = {field: row.get(question, "") for question, field in MEMBER_FIELDS.items()}
    return fields | {"active": "0" if has_left(row.get(MEMBER_CHANGE, "")) else "1"}
