"""Households that were entered twice (合并重复户): listed, compared, joined by a person, taken back; nothing is deleted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fieldapp.domain import codes
from fieldapp.domain.household import Household, HouseholdLine, Member
from fieldapp.domain.ids import HouseholdId, MemberId
from fieldapp.errors import NotAllowed, NotFound
from fieldapp.words import say

if TYPE_CHECKING:
    from fieldapp.domain.duplicates import Entry
    from fieldapp.store.database import Database as Workspace
    from fieldapp.store.transaction import Transaction

Report = Callable[[int, int, str], None]
_A_LOOK = 200
"""So many households are gone through between two looks at whether the person gave up."""
_STATES = ("", "draft", "returned", "finalized", "accepted")
"""How far a household is surveyed, the farthest last."""


@dataclass(frozen=True, slots=True)
class Suspects:
    """Two households that may be one; `signs` say in words what they have in common, `rules` are their codes."""

    first: HouseholdLine
    second: HouseholdLine
    first_village: str
    second_village: str
    rules: tuple[str, ...]
    signs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Marked:
    """Households that may have been entered twice, as of the operation that was `written` last."""

    households: frozenset[str]
    written: int


@dataclass(frozen=True, slots=True)
class Compared:
    """One field of two households, in words."""

    field: str
    label: str
    first: str
    second: str

    @property
    def differs(self) -> bool:
        """Whether both say something, and not the same."""
        return self.first != self.second


@dataclass(frozen=True, slots=True)
class TwoPeople:
    """A member of the first household and the member of the second who seems to be the same person; one of them may be missing."""

    first: Member | None
    second: Member | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two households side by side; `better` is the one that is further surveyed and knows more."""

    first: HouseholdLine
    second: HouseholdLine
    fields: tuple[Compared, ...]
    people: tuple[TwoPeople, ...]
    better: HouseholdId


@dataclass(frozen=True, slots=True)
class Joined:
    """A household that counts as another one: who decided it, when, why."""

    household: HouseholdLine
    stays: HouseholdLine
    who: str
    when: str
    why: str


def unseen(_done: int, _total: int, _text: str) -> None:
    """Nobody looks at the progress."""


def possible(workspace: Workspace, village: str = "") -> tuple[Suspects, ...]:
    """Pairs that may be one household, the surest first; `village` is a division of any level that one of them is in.

    Left out are those that were joined, and those of which a person said that they are two.
    """
    from fieldapp.domain import duplicates
    from fieldapp.store import areas, doubles, households

    with workspace.read() as tx:
        apart = doubles.unlike(tx)
        found = []
        names: dict[str, str] = {}
        for pair in duplicates.possible(doubles.entries(tx)):
            if frozenset((pair.first, pair.second)) in apart:
                continue
            first, second = households.line(tx, pair.first), households.line(tx, pair.second)
            if not any(one.village.startswith(village) for one in (first, second)):
                continue
            for one in (first, second):
                names.setdefault(one.village, areas.path_name(tx, one.village).rpartition("/")[2])
            signs = tuple(say(f"duplicates-sign-{sign.rule}", value=sign.value) for sign in pair.signs)
            rules = tuple(sign.rule for sign in pair.signs)
            found.append(Suspects(first, second, names[first.village], names[second.village], rules, signs))
    return tuple(found)


def marked(workspace: Workspace, known: Marked | None = None, report: Report = unseen) -> Marked:
    """The households that `possible` names, for a mark in the roster; `known` again if nothing was written since. `report` may raise."""
    from fieldapp.domain import duplicates
    from fieldapp.store import doubles

    with workspace.read() as tx:
        written = doubles.written(tx)
        if known is not None and known.written == written:
            return known
        apart = doubles.unlike(tx)
        pairs = [(pair.first, pair.second) for pair in duplicates.possible(_looked_at(doubles.entries(tx), report))]
    return Marked(frozenset(one for pair in pairs if frozenset(pair) not in apart for one in pair), written)


def _looked_at(entries: Iterable[Entry], report: Report) -> Iterator[Entry]:
    for number, entry in enumerate(entries):
        if number % _A_LOOK == 0:
            report(number, 0, "")
        yield entry


def compare(workspace: Workspace, first: HouseholdId, second: HouseholdId) -> Comparison:
    """Two households field by field, and who of their members seems to be one person. Raises NotFound."""
    from fieldapp.domain.duplicates import same_people
    from fieldapp.store import areas, doubles, households

    with workspace.read() as tx:
        apart = doubles.stays(tx, first) != doubles.stays(tx, second)
        held = [households.whole(tx, one) if apart else households.get(tx, one) for one in (first, second)]
        lines = [households.line(tx, one) for one in (first, second)]
        told = [_told(one, line, areas.path_name(tx, one.village)) for one, line in zip(held, lines, strict=True)]
    fields = tuple(Compared(name, say(f"field-{name.replace('_', '-')}"), told[0][name], told[1][name]) for name in told[0])
    pairs = dict(same_people(held[0].members, held[1].members))
    others = {member.id: member for member in held[1].members}
    people = [TwoPeople(one, others.pop(pairs[one.id]) if one.id in pairs else None) for one in held[0].members]
    people += [TwoPeople(None, one) for one in others.values()]
    better = max((0, 1), key=lambda at: (_STATES.index(lines[at].state), sum(map(bool, told[at].values())), lines[at].members, -at))
    return Comparison(lines[0], lines[1], fields, tuple(people), held[better].id)


def join(
    workspace: Workspace,
    duplicate: HouseholdId,
    stays: HouseholdId,
    why: str,
    people: Sequence[tuple[MemberId, MemberId]] | None = None,
) -> int:
    """Let a household count as another one, and members of both who are one person as one; how many members.

    `people` are pairs (member of the duplicate, member who stays); without them those are joined who are recognised. Nothing is deleted,
    and `take_back` brings everything back. Raises NotFound, NotAllowed (reason-missing, same-household, joined-already, scope).
    """
    from fieldapp.domain.duplicates import same_people
    from fieldapp.store import audit, doubles, households

    with workspace.begin() as tx:
        _require_reason(why)
        stays = doubles.stays(tx, stays)
        gone, kept = households.whole(tx, duplicate), households.whole(tx, stays)
        if stays in doubles.parts(tx, doubles.stays(tx, duplicate)):
            raise NotAllowed(reason="same-household")
        if doubles.stays(tx, duplicate) != duplicate:
            raise NotAllowed(reason="joined-already")
        _require_scope(tx, (gone.village, kept.village))
        pairs = same_people(gone.members, kept.members) if people is None else people
        _require_members(pairs, gone, kept)
        _write(tx, "household", duplicate, gone.village, {doubles.FIELD: stays}, why)
        homes = doubles.villages(tx, [member for member, _ in pairs])
        for member, same in pairs:
            _write(tx, "member", member, homes[member], {doubles.FIELD: same}, why)
        audit.record(tx, "join-household", duplicate, f"{stays} members {len(pairs)}")
    return len(pairs)


def take_back(workspace: Workspace, household: HouseholdId, why: str) -> int:
    """Let a household that was joined to another count as itself again, with its members; how many members.

    Raises NotFound (household, join), NotAllowed (reason-missing, scope).
    """
    from fieldapp.store import audit, doubles, households

    with workspace.begin() as tx:
        _require_reason(why)
        held = households.get(tx, household)
        if not doubles.is_joined(tx, household):
            raise NotFound(what="join", id=household)
        before = households.get(tx, doubles.stays(tx, household))
        _require_scope(tx, (held.village,))
        _write(tx, "household", household, held.village, {doubles.FIELD: None}, why)
        if before.id != household and doubles.stays(tx, before.id) == doubles.stays(tx, household):
            # Two laptops joined them the other way round at the same time: both joins go.
            _require_scope(tx, (before.village,))
            _write(tx, "household", before.id, before.village, {doubles.FIELD: None}, why)
        members = doubles.torn(tx, household)
        for member, village in members:
            _write(tx, "member", member, village, {doubles.FIELD: None}, why)
        audit.record(tx, "unjoin-household", household, f"members {len(members)}")
    return len(members)


def set_apart(workspace: Workspace, first: HouseholdId, second: HouseholdId, why: str, same: bool = False) -> None:
    """Note that a person looked at two households and they are two, so that nobody is asked again; `same` takes that back.

    Raises NotFound, NotAllowed (reason-missing, same-household, scope).
    """
    from fieldapp.store import audit, doubles, households

    with workspace.begin() as tx:
        _require_reason(why)
        one, other = sorted((first, second))
        if one == other:
            raise NotAllowed(reason="same-household")
        held, _ = households.get(tx, one), households.get(tx, other)
        _require_scope(tx, (held.village,))
        _write(tx, "household", one, held.village, {f"{doubles.UNLIKE}{other}": None if same else "1"}, why)
        audit.record(tx, "households-alike" if same else "households-differ", one, other)


def joined(workspace: Workspace, household: str = "") -> tuple[Joined, ...]:
    """What was joined, the newest decision first; to one household only, if it is named."""
    from fieldapp.store import doubles, households

    with workspace.read() as tx:
        return tuple(
            Joined(households.line(tx, one.household), households.line(tx, one.stays), one.user, one.at, one.why)
            for one in doubles.joins(tx, household)
        )


def _told(one: Household, line: HouseholdLine, village: str) -> dict[str, str]:
    """By field, in the order of the screen."""
    return {
        "head_name": one.head_name,
        "state": say(f"duplicates-state-{line.state or 'none'}", revision=line.revision),
        "archived": say("duplicates-archived") if line.archived else "",
        "village": village,
        "group": one.group,
        "natural_village": one.natural_village,
        "address": one.address,
        "national_code": one.national_code,
        "phone": one.phone,
        "household_type": codes.HOUSEHOLD_TYPE.get(one.household_type, one.household_type),
        "monitor_type": codes.MONITOR_TYPE.get(one.monitor_type, one.monitor_type),
    }


def _require_reason(why: str) -> None:
    if not why.strip():
        raise NotAllowed(reason="reason-missing", count=0)


def _require_scope(tx: Transaction, villages: Iterable[str]) -> None:
    """The district would set apart what is written outside the villages of an enrolled laptop; a join has to be seen from both sides."""
    from fieldapp.store import areas

    for village in villages:
        if not areas.in_scope(tx, village):
            raise NotAllowed(reason="scope", detail=village)


def _require_members(pairs: Iterable[tuple[MemberId, MemberId]], gone: Household, kept: Household) -> None:
    sides = {member.id for member in gone.members}, {member.id for member in kept.members}
    for pair in pairs:
        for member, side in zip(pair, sides, strict=True):
            if member not in side:
                raise NotFound(what="member", id=member)


def _write(tx: Transaction, kind: str, record: str, village: str, changes: dict[str, str | None], why: str) -> None:
    from fieldapp.store import operations

    operations.write(tx, kind, record, village, changes, why=why.strip())
