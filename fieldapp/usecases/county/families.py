"""Families of the fictitious county: who lives together, how old, with which names and numbers; a pure function of (seed, index)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from random import Random

from fieldapp.domain.citizen_id import compose
from fieldapp.domain.household import Household, Member
from fieldapp.domain.ids import AreaCode, HouseholdId, MemberId
from sync.survey import has_left

from . import names
from .names import HAN, LONG_NAMES, MINORITIES, MONGOL, RARE_SURNAMES, People

REFERENCE = date(2026, 1, 1)
"""Ages are drawn for this day; surveys of these families lie on or after it."""
_PLACES = 16
"""Room for the members of one family in numbers that must be unique."""
_LONG = 3
"""Of every sixty families the one whose head has a very long name: a Uyghur couple with children."""


class Kind(Enum):
    """Household types of domain notes 6.3 with their weights."""

    LONE_ELDER = "lone_elder"
    ELDER_COUPLE = "elder_couple"
    NUCLEAR = "nuclear"
    THREE_GENERATIONS = "three_generations"
    SKIPPED_GENERATION = "skipped_generation"
    SINGLE_PARENT = "single_parent"
    SINGLE_MAN = "single_man"
    HARDSHIP = "hardship"


_WEIGHTS = {
    Kind.LONE_ELDER: 17,
    Kind.ELDER_COUPLE: 15,
    Kind.NUCLEAR: 25,
    Kind.THREE_GENERATIONS: 20,
    Kind.SKIPPED_GENERATION: 8,
    Kind.SINGLE_PARENT: 5,
    Kind.SINGLE_MAN: 6,
    Kind.HARDSHIP: 4,
}


@dataclass(frozen=True, slots=True)
class Person:
    """One member; codes are those of the form's lists."""

    id: MemberId
    name: str
    sex: str
    birth: date
    relation: str
    ethnic: str
    citizen_id: str
    phone: str
    marital: str
    change: str = "00"
    change_date: str = ""

    @property
    def active(self) -> bool:
        """Still of the household: changes from 20 on are departures."""
        return not has_left(self.change)

    def age(self, day: date) -> int:
        """Completed years on a day."""
        return day.year - self.birth.year - ((day.month, day.day) < (self.birth.month, self.birth.day))


@dataclass(frozen=True, slots=True)
class Family:
    """One household before anybody has asked it anything."""

    seed: int
    index: int
    id: HouseholdId
    kind: Kind
    village: AreaCode
    group: int
    house_no: str
    national_code: str
    household_type: str
    monitor_type: str
    members: tuple[Person, ...]

    @property
    def head(self) -> Person:
        """The one with relation 02."""
        return self.members[0]

    @property
    def head_name(self) -> str:
        """The head's name."""
        return self.head.name

    @property
    def household(self) -> Household:
        """The household as a roster knows it."""
        return Household(
            id=self.id,
            village=self.village,
            head_name=self.head.name,
            address=self.house_no,
            group=str(self.group),
            national_code=self.national_code,
            phone=self.head.phone,
            household_type=self.household_type,
            monitor_type=self.monitor_type,
            members=tuple(_member(person) for person in self.members),
        )


def families(seed: int, count: int, villages: Sequence[str]) -> tuple[Family, ...]:
    """The first `count` families of a seed, spread over the villages in turn."""
    return tuple(family(seed, index, villages[index % len(villages)]) for index in range(count))


def family(seed: int, index: int, village: str) -> Family:
    """One family; the same for the same arguments, on every machine."""
    rng = Random(f"family/{seed}/{index}")
    drawn = rng.choices(tuple(_WEIGHTS), tuple(_WEIGHTS.values()))[0]
    kind = Kind.NUCLEAR if index % 60 == _LONG else drawn
    people = _people(index, village, rng)
    members = _Builder(seed, index, village, people, rng).build(kind)
    household_type = rng.choices("1235", (58, 27, 12, 3))[0]
    group = rng.randint(1, 6)
    return Family(
        seed=seed,
        index=index,
        id=HouseholdId(_hex(seed, index, "household")),
        kind=kind,
        village=AreaCode(village),
        group=group,
        house_no=f"{group}组{index + 1}号",
        national_code=f"{village[:6]}{index + 1:08d}",
        household_type=household_type,
        monitor_type=_monitor_type(household_type, kind, rng),
        members=members,
    )


def _monitor_type(household_type: str, kind: Kind, rng: Random) -> str:
    chance = rng.random() * (0.4 if kind is Kind.HARDSHIP else 1)
    if household_type in "23":
        return "1" if chance < 0.15 else "0"
    return "2" if chance < 0.05 else "3" if chance < 0.08 and household_type == "1" else "0"


def _people(index: int, village: str, rng: Random) -> People:
    if village.startswith("990122") and rng.random() < 0.5:
        return MONGOL
    if index % 4 != 1 and (index % 5 == 3 or index % 15 == 14):
        return MINORITIES[(index // 5) % len(MINORITIES)]
    return HAN


def _hex(*parts: object) -> str:
    return hashlib.sha256("/".join(map(str, parts)).encode()).hexdigest()[:32]


def _member(person: Person) -> Member:
    return Member(
        id=person.id,
        name=person.name,
        relation=person.relation,
        sex=person.sex,
        birth=person.birth.isoformat(),
        citizen_id=person.citizen_id,
        ethnic=person.ethnic,
        phone=person.phone,
        active=person.active,
    )


class _Builder:
    """Puts the members of one family together, the head first."""

    def __init__(self, seed: int, index: int, village: str, people: People, rng: Random) -> None:
        self.seed, self.index, self.village, self.people, self.rng = seed, index, village, people, rng
        self.surname = names.surname(people, rng)
        if people is HAN and index % 6 == 2:
            self.surname = RARE_SURNAMES[(index // 6) % len(RARE_SURNAMES)]
        self.members: list[Person] = []

    def build(self, kind: Kind) -> tuple[Person, ...]:
        getattr(self, f"_{kind.value}")()
        return tuple(self.members)

    def _lone_elder(self) -> None:
        self._head(self.rng.choice("12"), self.rng.randint(63, 88), marital=self.rng.choices(("30", "10"), (85, 15))[0])

    def _elder_couple(self) -> None:
        self._couple(self.rng.randint(62, 84))

    def _nuclear(self) -> None:
        mother = self._couple(self.rng.randint(30, 52))
        self._children(mother, self.rng.choices((1, 2, 3), (40, 45, 15))[0])

    def _three_generations(self) -> None:
        head_age = self.rng.randint(36, 54)
        mother = self._couple(head_age)
        self._children(mother, self.rng.choices((1, 2), (45, 55))[0])
        gap = self.rng.randint(21, 34)
        if self.rng.random() < 0.85:
            self._add("2", min(head_age + gap, 90), "52", marital="30")
        if self.rng.random() < 0.6:
            dead = self.index % 9 == 4
            change = ("21", f"2025-{self.rng.randint(1, 12):02d}-{self.rng.randint(1, 28):02d}") if dead else ("00", "")
            self._add("1", min(head_age + gap + self.rng.randint(0, 4), 92), "51", marital="20", change=change)

    def _skipped_generation(self) -> None:
        age = self.rng.randint(56, 70)
        self._couple(age)
        for _ in range(self.rng.choices((1, 2), (55, 45))[0]):
            sex = self.rng.choice("12")
            self._add(sex, self.rng.randint(4, min(14, age - 42)), {"1": "41", "2": "42"}[sex], marital="")

    def _single_parent(self) -> None:
        age = self.rng.randint(30, 46)
        self._head(self.rng.choice("12"), age, marital=self.rng.choice(("40", "30")))
        self._children(age, self.rng.choice((1, 2)))

    def _single_man(self) -> None:
        self._head("1", self.rng.randint(42, 59), marital="10")

    def _hardship(self) -> None:
        mother = self._couple(self.rng.randint(40, 57))
        self._children(mother, 1)

    def _couple(self, age: int) -> int:
        """Head and spouse; the wife's age."""
        self._head("1", age, marital="20")
        hers = age - self.rng.randint(0, min(5, age - 28))
        self._add("2", hers, "10", marital="20", family=names.surname(self.people, self.rng))
        return hers

    def _children(self, parent: int, count: int) -> None:
        """Unmarried children, 20 to 38 years younger than the mother, the eldest first."""
        ages = sorted({max(1, min(parent - self.rng.randint(20, 38), 24)) for _ in range(count)}, reverse=True)
        for age in ages:
            sex = self.rng.choices("12", (52, 48))[0]
            self._add(sex, age, {"1": "20", "2": "30"}[sex], marital="10" if age >= 15 else "")

    def _head(self, sex: str, age: int, marital: str) -> None:
        self._add(sex, age, "02", marital=marital)

    def _add(self, sex: str, age: int, relation: str, *, marital: str, family: str = "", change: tuple[str, str] = ("00", "")) -> None:
        place = len(self.members)
        born = REFERENCE - timedelta(days=1) - timedelta(days=self.rng.randint(0, 364))
        born = born.replace(year=born.year - age, day=min(born.day, 28))
        key = self.index * _PLACES + place
        self.members.append(
            Person(
                id=MemberId(_hex(self.seed, self.index, place)),
                name=self._name(sex, age, family, relation, place),
                sex=sex,
                birth=born,
                relation=relation,
                ethnic=self.people.code,
                citizen_id=compose(_region(self.village, key), born, key % 499 * 2 + (1 if sex == "1" else 2)),
                phone=f"154{key:08d}",
                marital=marital,
                change=change[0],
                change_date=change[1],
            )
        )

    def _name(self, sex: str, age: int, family: str, relation: str, place: int) -> str:
        taken = {person.name for person in self.members}
        if place == 0 and self.index % 60 == _LONG:
            return LONG_NAMES[sex]
        father = self.members[0].name if self.members and relation in ("20", "30", "41", "42") else ""
        own = family or (self.surname if relation not in ("52", "56") else names.surname(self.people, self.rng))
        for _ in range(9):
            full = names.name(self.people, sex, age, self.rng, own, father)
            if place == 0 and self.index % 4 == 1 and self.people is HAN:
                return names.with_rare_character(full, own, self.index // 4)
            if full not in taken:
                break
        return full


def _region(village: str, key: int) -> str:
    """The county at first, other codes of region 99 later, so that no two people of a seed ever share a number."""
    turn = key // 499
    return village[:6] if turn == 0 else f"99{10 + turn // 90:02d}{10 + turn % 90:02d}"
