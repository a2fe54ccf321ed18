"""Households, submissions and archives by division: a village is counted again only after something came into its feed."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from sqlmodel import Session, col, func, select

from . import joined
from .areas import prefix
from .tables import Area, Quarantine, Record, VillageCounter

_AT_ONCE = 400


@dataclass(frozen=True, slots=True)
class Tally:
    """Numbers of one division; deleted records are not counted."""

    households: int = 0
    """One that was entered twice and joined counts once."""
    submissions: int = 0
    """Finalized ones; others never leave a laptop."""
    archives: int = 0
    conflicts: int = 0
    quarantined: int = 0
    last_seen: str = ""
    """When something last came in, ISO 8601 in UTC."""

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.households + other.households,
            self.submissions + other.submissions,
            self.archives + other.archives,
            self.conflicts + other.conflicts,
            self.quarantined + other.quarantined,
            max(self.last_seen, other.last_seen),
        )


@dataclass(frozen=True, slots=True)
class Line:
    """A division below the one that is looked at."""

    code: str
    name: str
    is_village: bool
    tally: Tally


@dataclass(slots=True)
class Counts:
    """What was counted, by village, with the state of the feed that it was counted at."""

    held: dict[str, tuple[str, Tally]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def villages(self, session: Session, area: str) -> dict[str, Tally]:
        """Every village of the area that something came from."""
        low, high = span(area)
        chosen = select(VillageCounter.vil, VillageCounter.xor, VillageCounter.last_seen)
        counters = session.exec(chosen.where(VillageCounter.n > 0, col(VillageCounter.vil).between(low, high))).all()
        # The XOR of all ids tells one content of a feed from every other, also after a backup was put back.
        stale = [village for village, xor, _ in counters if self.held.get(village, ("",))[0] != xor]
        fresh = {village: tally for at in range(0, len(stale), _AT_ONCE) for village, tally in _counted(session, stale[at : at + _AT_ONCE])}
        doubles = joined.doubles(session, stale)
        with self.lock:
            for village, xor, last_seen in counters:
                if village in fresh:
                    once = fresh[village].households - doubles.by_village[village]
                    known_at = "" if village in doubles.outward else xor  # what another village may change is counted each time
                    self.held[village] = (known_at, replace(fresh[village], households=once, last_seen=last_seen))
            found = {village: self.held[village][1] for village, _, _ in counters}
        apart = select(Quarantine.vil, func.count()).where(Quarantine.decision == "", col(Quarantine.vil).between(low, high))
        for village, number in session.exec(apart.group_by(col(Quarantine.vil))).all():
            found[village] = found.get(village, Tally()) + Tally(quarantined=number)
        return found

    def lines(self, session: Session, area: str) -> list[Line]:
        """The divisions right below an area with the sums of their villages, and villages that no listed division holds."""
        tallies = self.villages(session, area)
        children = {row.code: row.name for row in _children(session, area)}
        by_prefix = {prefix(code): code for code in children}
        lengths = sorted({len(one) for one in by_prefix}, reverse=True)
        sums: dict[str, Tally] = dict.fromkeys(children, Tally())
        for village, tally in tallies.items():
            code = next((by_prefix[village[:length]] for length in lengths if village[:length] in by_prefix), village)
            sums[code] = sums.get(code, Tally()) + tally
        return [Line(code, children.get(code, ""), is_village(code), sums[code]) for code in sorted(sums)]


def span(area: str) -> tuple[str, str]:
    """The first and the last code that a village of the area can have; every village for the empty area."""
    inside = prefix(area) if area else ""
    return inside.ljust(12, "0"), inside.ljust(12, "9")


def is_village(code: str) -> bool:
    """Whether a code is that of a village and not of what holds villages."""
    return len(code) == 12 and prefix(code) == code


def total(lines: Iterable[Line]) -> Tally:
    """The sum."""
    return sum((line.tally for line in lines), Tally())


def path_to(session: Session, area: str, top: str) -> list[tuple[str, str]]:
    """Code and name of the divisions from `top` down to an area, as far as they are listed."""
    found: list[tuple[str, str]] = []
    code = area
    while code and code.startswith(prefix(top)) and len(found) < 8:
        row = session.get(Area, code)
        if row is None:
            break
        found.append((row.code, row.name))
        if code == top:
            break
        code = row.parent
    return found[::-1]


def _children(session: Session, area: str) -> list[Area]:
    below = session.exec(select(Area).where(Area.parent == area)).all()
    # A list that has no parents is one level.
    return list(below) if below or is_village(area) else _inside(session, area)


def _inside(session: Session, area: str) -> list[Area]:
    low, high = span(area)
    rows = session.exec(select(Area).where(col(Area.code).between(low, high), Area.parent == "")).all()
    return [row for row in rows if row.code != area]


def _counted(session: Session, villages: list[str]) -> list[tuple[str, Tally]]:
    wanted = (
        select(Record.vil, Record.kind, Record.in_conflict, func.count())
        .where(col(Record.vil).in_(villages), col(Record.deleted).is_(False))
        .group_by(col(Record.vil), col(Record.kind), col(Record.in_conflict))
    )
    sums = dict.fromkeys(villages, Tally())
    for village, kind, in_conflict, number in session.exec(wanted).all():
        sums[village] += Tally(
            households=number if kind == "household" else 0,
            submissions=number if kind == "submission" else 0,
            archives=number if kind == "archive" else 0,
            conflicts=number if in_conflict else 0,
        )
    return list(sums.items())
