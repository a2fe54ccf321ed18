"""Rules within one household (rule catalogue, domain notes 3.5): what a record contradicts in itself.

`household` looks at the typed record as the roster keeps it, `filled` at a whole filled form. Rules that the form itself enforces
while somebody types are here for records that came another way: a roster, an older form version, another laptop.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from fieldapp.domain import citizen_id, person_name
from fieldapp.domain.finding import Finding, Weight
from fieldapp.domain.household import Household, Member
from fieldapp.engine.views import FilledForm, FilledState
from sync.survey import HEAD, has_left

SPOUSE = "10"
_MEN = frozenset(["20", "28", "41", "43", "47", "51", "53", "55", "61", "63", "71", "73", "93"])
_WOMEN = frozenset(["30", "38", "42", "44", "48", "52", "54", "56", "62", "64", "75", "77", "94"])
_YOUNGER = {"20": 14, "30": 14, "41": 30, "42": 30, "43": 30, "44": 30}
"""Relation → how many years younger than the head at least."""
_OLDER = {"51": 14, "52": 14, "61": 30, "62": 30, "63": 30, "64": 30}

Row = Mapping[str, str]
"""Question name → raw answer, only what was answered."""


def household(one: Household, *, fictitious: bool) -> tuple[Finding, ...]:
    """Findings of a household's typed record; `fictitious` accepts identity numbers of region 99."""
    active = [member for member in one.members if member.active]
    return (
        *_heads(active),
        *_same_number_twice(active),
        *(finding for member in active for finding in _person(member, fictitious=fictitious)),
        *_relations(active),
    )


def filled(form: FilledForm) -> tuple[Finding, ...]:
    """Findings of a filled household form: counts and amounts that must agree with the members."""
    answers = _answers(form)
    members = [row for row in _rows(form, "member") if not has_left(row.get("m_change", ""))]
    if not members:
        return ()
    return (*_count(answers, members), *_relief(answers, members), *_account(answers, members), *_risk(answers, members))


def _heads(active: list[Member]) -> Iterator[Finding]:
    heads = sum(member.relation == HEAD for member in active)
    if active and heads != 1:
        yield Finding("H001", Weight.BLOCKS, "国网规则3_02_011/012", field="m_relation", values=(("count", str(heads)),))


def _same_number_twice(active: list[Member]) -> Iterator[Finding]:
    seen = Counter(member.citizen_id for member in active if member.citizen_id)
    for member in active:
        if seen[member.citizen_id] > 1:
            yield Finding("P004", Weight.BLOCKS, "国网规则1_01_002", member.id, "m_id_no", (("name", member.name),))


def _person(member: Member, *, fictitious: bool) -> Iterator[Finding]:
    about = ("name", member.name)
    number = member.citizen_id
    flaw = citizen_id.flaw(number, fictitious=fictitious)
    if not number or flaw is citizen_id.IdFlaw.PLACEHOLDER:
        yield Finding("P003", Weight.ASKS, "国网规则4_01_003", member.id, "m_id_no", (about,))
    elif flaw:
        yield Finding("P001", Weight.BLOCKS, "国网规则1_01_002/003", member.id, "m_id_no", (about, ("flaw", flaw.value)))
    else:
        yield from _number_against_record(member)
    if (member.relation in _MEN and member.sex == "2") or (member.relation in _WOMEN and member.sex == "1"):
        yield Finding("P006", Weight.BLOCKS, "国网规则2_01_004", member.id, "m_relation", (about,))
    if wrong := person_name.flaw(member.name):
        yield Finding("P035", Weight.ASKS, "民委发〔2016〕33号", member.id, "m_name", (about, ("flaw", wrong.value)))


def _number_against_record(member: Member) -> Iterator[Finding]:
    born = citizen_id.birth(member.citizen_id)
    same_birth = not member.birth or born is None or member.birth == born.isoformat()
    same_sex = not member.sex or member.sex == citizen_id.sex(member.citizen_id)
    if not (same_birth and same_sex):
        yield Finding("P005", Weight.BLOCKS, "GB 11643", member.id, "m_sex" if same_birth else "m_birth", (("name", member.name),))


def _relations(active: list[Member]) -> Iterator[Finding]:
    head = next((member for member in active if member.relation == HEAD), None)
    if head is None:
        return
    for member in active:
        about = (("name", member.name), ("head", head.name))
        if member.relation == SPOUSE and member.sex and member.sex == head.sex:
            yield Finding("P007", Weight.ASKS, "国网规则2_02_001", member.id, "m_sex", about)
        least = _YOUNGER.get(member.relation) or _OLDER.get(member.relation)
        elder, younger = (head, member) if member.relation in _YOUNGER else (member, head)
        gap = _years(elder.birth, younger.birth)
        if least is not None and gap is not None and gap < least:
            yield Finding("P008", Weight.ASKS, "", member.id, "m_birth", (*about, ("least", str(least))))


def _years(earlier: str, later: str) -> int | None:
    """Completed years from one date to another; None if one is missing or no date."""
    try:
        first, second = date.fromisoformat(earlier), date.fromisoformat(later)
    except ValueError:
        return None
    return second.year - first.year - ((second.month, second.day) < (first.month, first.day))


def _count(answers: Row, members: list[Row]) -> Iterator[Finding]:
    told = answers.get("registered_count", "")
    if told and told != str(len(members)):
        values = (("told", told), ("count", str(len(members))))
        yield Finding("H001", Weight.BLOCKS, "国网规则3_11_002", field="registered_count", values=values)


def _relief(answers: Row, members: list[Row]) -> Iterator[Finding]:
    for amount, question in (("t_dibao", "m_dibao"), ("t_tekun", "m_tekun")):
        persons = sum(row.get(question, "0") != "0" for row in members)
        if amount in answers and (float(answers[amount]) > 0) != (persons > 0):
            values = (("amount", answers[amount]), ("count", str(persons)))
            yield Finding("H015", Weight.BLOCKS, "表内勾稽", field=amount, values=values)


def _account(answers: Row, members: list[Row]) -> Iterator[Finding]:
    holder = answers.get("account_holder", "")
    if holder and holder not in {row.get("m_name") for row in members}:
        yield Finding("H017", Weight.ASKS, "", field="account_holder", values=(("name", holder),))


def _risk(answers: Row, members: list[Row]) -> Iterator[Finding]:
    risks = answers.get("risks", "").split()
    if answers.get("monitor_type", "0") != "0" and not risks:
        yield Finding("M001", Weight.BLOCKS, "国网规则1_11_001", field="risks")
    disabled = any("4" in row.get("m_health", "").split() for row in members)
    sick = any({"2", "3"} & set(row.get("m_health", "").split()) for row in members)
    if ("03" in risks and not disabled) or ("01" in risks and not sick):
        yield Finding("M002", Weight.ASKS, "国网规则2_11_001、5_15_015", field="risks")


def _answers(form: FilledForm) -> dict[str, str]:
    cells = (cell for section in form.sections for cell in section.answers)
    return {cell.name: cell.raw for cell in cells if cell.state is FilledState.ANSWERED}


def _rows(form: FilledForm, name: str) -> Iterable[Row]:
    tables = (table for section in form.sections for table in section.tables if table.name == name)
    return [{cell.name: cell.raw for cell in row if cell.state is FilledState.ANSWERED} for table in tables for row in table.rows]
