"""Compares what two engines tell of a case, node by node and state by state."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

FIELDS = ("rel", "ro", "req", "v", "label", "opts", "viol")
_PREFIX = re.compile(r"/(@?)[A-Za-z]+:")
State = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of one node in one state: what the peer says and what we say."""

    case: str
    step: int
    ref: str
    field: str
    theirs: Any
    ours: Any
    peer: str
    refused: bool = False
    """Whether we refused a step at this node before."""


@dataclass(slots=True)
class Tally:
    """Node states that were compared, and how many of them are the same in every field."""

    compared: int = 0
    agreed: int = 0


def states(answer: dict[str, Any]) -> Iterator[State]:
    """The whole form after each state, put together from what changed; refs without prefixes, without the id of the submission."""
    now: State = {}
    for state in answer["states"]:
        for ref in state.get("del", ()):
            now.pop(_PREFIX.sub(r"/\1", ref), None)
        for node in state.get("set", ()):
            ref = _PREFIX.sub(r"/\1", node["ref"])
            if "instanceID" not in ref:
                now[ref] = node
        yield dict(now)


def differences(case: str, ours: dict[str, Any], theirs: dict[str, Any], peer: str, tally: Tally) -> Iterator[Difference]:
    """Every field that differs in a node that is new or changed in either engine."""
    if any(state.get("error") == "no form" for state in theirs["states"]):
        return
    before: tuple[State, State] = ({}, {})
    unfit: set[str] = set()
    for step, (mine, other) in enumerate(zip(states(ours), states(theirs), strict=False)):
        told, other_told = ours["states"][step].get("error"), theirs["states"][step].get("error")
        at = str(ours["states"][step].get("ref", ""))
        if told and "bad-input" in told:
            unfit.add(at)
        for ref in mine.keys() | other.keys():
            mine_now, other_now = mine.get(ref), other.get(ref)
            if mine_now is before[0].get(ref) and other_now is before[1].get(ref):
                continue
            found = [replace(one, refused=ref in unfit) for one in _node(case, step, ref, mine_now, other_now, peer)]
            tally.compared += 1
            tally.agreed += not found
            yield from found
        if (told is None) != (other_told is None):
            yield Difference(case, step, at, "error", other_told, told, peer, at in unfit)
        before = (mine, other)


def _node(case: str, step: int, ref: str, mine: dict[str, Any] | None, other: dict[str, Any] | None, peer: str) -> Iterator[Difference]:
    if mine is None or other is None:
        if not (peer == "javarosa" and mine is not None and mine["t"] in ("root", "repeat-range")):
            yield Difference(case, step, ref, "node", other is not None, mine is not None, peer)
        return
    for field in FIELDS:
        if field not in other or field not in mine:
            if field == "viol" and (field in other) != (field in mine):
                yield Difference(case, step, ref, field, other.get(field), mine.get(field), peer)
            continue
        if field == "v" and not (mine["rel"] and other["rel"]):
            continue
        if not same(field, other[field], mine[field], peer):
            yield Difference(case, step, ref, field, other[field], mine[field], peer)


def same(field: str, theirs: Any, ours: Any, peer: str) -> bool:
    """Whether two values say the same."""
    if field == "opts":
        return [[value, words(label)] for value, label in theirs] == [[value, words(label)] for value, label in ours]
    if field == "viol" and peer == "javarosa":
        return bool(theirs[0] == ours[0])
    if field == "viol":
        return theirs[0] == ours[0] and words(theirs[1]) == words(ours[1])
    if field == "v" and same_value(theirs, ours, peer):
        return True
    return words(theirs) == words(ours)


def same_value(theirs: str, ours: str, peer: str) -> bool:
    """Numbers as numbers; JavaRosa stores what is true as 1."""
    if peer == "javarosa" and {"true": "1", "false": "0"}.get(ours) == theirs:
        return True
    try:
        one, other = float(theirs), float(ours)
    except ValueError:
        return [number(part) for part in theirs.split()] == [number(part) for part in ours.split()]
    return abs(one - other) <= 1e-9 * max(1.0, abs(one))


def number(text: str) -> float | str:
    """A coordinate as a number."""
    try:
        return float(text.rstrip(";"))
    except ValueError:
        return text


def words(text: Any) -> Any:
    """White space does not count; a label without text is none."""
    return (" ".join(text.split()) or None) if isinstance(text, str) else text
