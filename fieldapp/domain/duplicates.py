"""Households that may have been entered twice, and members of two households who are one person: advice, a person decides."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

from . import citizen_id, person_name
from .household import Household, Member
from .ids import AreaCode, HouseholdId, MemberId

_CROWD = 8
"""What more households than these have in common is a default value of somebody's list and no sign of a duplicate."""


@dataclass(frozen=True, slots=True)
class Person:
    """Of a member what persons are recognised by."""

    id: MemberId
    name: str
    birth: str
    citizen_id: str


@dataclass(frozen=True, slots=True)
class Entry:
    """Of a household what duplicates are recognised by; `people` are its active members."""

    id: HouseholdId
    village: AreaCode
    head_name: str
    address: str
    national_code: str
    people: tuple[Person, ...] = ()


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing that two households have in common: citizen-id, national-code, name-birth, head-address; and what it is."""

    rule: str
    value: str


@dataclass(frozen=True, slots=True)
class Pair:
    """Two households that may be one, the smaller id first; the signs in the order of their weight."""

    first: HouseholdId
    second: HouseholdId
    signs: tuple[Sign, ...]


RULES = ("citizen-id", "national-code", "name-birth", "head-address")
"""The heaviest first."""


def possible(entries: Iterable[Entry]) -> tuple[Pair, ...]:
    """Pairs of households that have a sign in common, those with the heaviest signs first.

    An identity number counts wherever the households are; the rest within one village. Two persons with different identity numbers are no
    sign, however alike their names; of two with the same number, the number is the sign.
    """
    holders: dict[tuple[str, ...], dict[HouseholdId, tuple[str, str]]] = {}
    for entry in entries:
        for key, value, number in _signs(entry):
            holders.setdefault(key, {}).setdefault(entry.id, (value, number))
    found: dict[tuple[HouseholdId, HouseholdId], set[Sign]] = {}
    for key, held in holders.items():
        if not 1 < len(held) <= _CROWD:
            continue
        for one, other in combinations(sorted(held), 2):
            (value, number), (_, another) = held[one], held[other]
            if not (number and another) or (number == another and key[0] != "name-birth"):
                found.setdefault((one, other), set()).add(Sign(key[0], value))
    pairs = [Pair(one, other, tuple(sorted(signs, key=_weight))) for (one, other), signs in found.items()]
    return tuple(sorted(pairs, key=lambda pair: (_weight(pair.signs[0]), -len(pair.signs), pair.first, pair.second)))


def same_people(own: Iterable[Member], other: Iterable[Member]) -> tuple[tuple[MemberId, MemberId], ...]:
    """Pairs (own, other) of active members who are one person: by identity number, else by name and birth. Everybody at most once."""
    left = [member for member in other if member.active]
    found = []
    for one in (member for member in own if member.active):
        twin = next((member for member in left if is_same_person(one, member)), None)
        if twin is not None:
            left.remove(twin)
            found.append((one.id, twin.id))
    return tuple(found)


def is_same_person(one: Member | Person, other: Member | Person) -> bool:
    """The same identity number; where one has none, the same name and birth."""
    number, another = _number(one.citizen_id), _number(other.citizen_id)
    if number and another:
        return number == another
    born = _birth(one)
    return bool(born) and (person_name.normalise(one.name), born) == (person_name.normalise(other.name), _birth(other))


def entry_of(household: Household) -> Entry:
    """What a household is recognised by."""
    people = tuple(Person(one.id, one.name, one.birth, one.citizen_id) for one in household.members if one.active)
    return Entry(household.id, household.village, household.head_name, household.address, household.national_code, people)


def _signs(entry: Entry) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """Key, what is shown of it, and the person's identity number where there is one."""
    if code := _plain(entry.national_code):
        yield ("national-code", entry.village, code), entry.national_code, ""
    head = person_name.normalise(entry.head_name)
    if head and (address := _plain(entry.address)):
        number = next((_number(one.citizen_id) for one in entry.people if person_name.normalise(one.name) == head), "")
        yield ("head-address", entry.village, head, address), f"{entry.head_name} {entry.address}", number
    for one in entry.people:
        number, born = _number(one.citizen_id), _birth(one)
        if number:
            yield ("citizen-id", number), one.name, number
        if one.name and born:
            yield ("name-birth", entry.village, person_name.normalise(one.name), born), f"{one.name} {born}", number


def _number(text: str) -> str:
    """The identity number in normal form; empty for what stands for none."""
    if not text:
        return ""
    number = citizen_id.normalise(text)
    return "" if number.startswith(citizen_id.PLACEHOLDER) else number


def _birth(one: Member | Person) -> str:
    born = None if one.birth else citizen_id.birth(_number(one.citizen_id))
    return born.isoformat() if born else one.birth


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).lower()


def _weight(sign: Sign) -> int:
    return RULES.index(sign.rule)
