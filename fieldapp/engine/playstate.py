"""The state of a form as `form play` tells it: every node by its ref."""

from __future__ import annotations

from typing import Any

from .instance import Node
from .live import Live
from .looks import problem_of
from .speech import SELECTS
from .views import Control, Flaw, Kind

_TYPES = {
    Control.INPUT: "input",
    Control.SELECT_ONE: "select",
    Control.SELECT_MULTIPLE: "select",
    Control.RANK: "rank",
    Control.RANGE: "range",
    Control.ACKNOWLEDGE: "trigger",
    Control.UPLOAD: "upload",
}


def states_of(live: Live) -> dict[str, dict[str, Any]]:
    """Ref → node, document order, root first; a repeat stands before its rows."""
    found: dict[str, dict[str, Any]] = {}
    _collect(live, live.tree.root, f"/{live.tree.root.name}", found)
    return found


def _collect(live: Live, node: Node, ref: str, found: dict[str, dict[str, Any]]) -> None:
    found[ref] = _state(live, node, ref)
    counts: dict[int, int] = {}
    waiting = dict(node.ranges)
    for inner in node.inner():
        index = inner.node.index
        for earlier in [key for key in waiting if key <= index]:
            _collect_range(live, waiting.pop(earlier), ref, found)
        if inner.row_id:
            counts[index] = counts.get(index, 0) + 1
            _collect(live, inner, f"{ref}/{inner.name}[{counts[index]}]", found)
        else:
            _collect(live, inner, f"{ref}/{inner.node.name}", found)
    for range_ in waiting.values():
        _collect_range(live, range_, ref, found)


def _collect_range(live: Live, range_: Node, ref: str, found: dict[str, dict[str, Any]]) -> None:
    found[f"{ref}/{range_.name}"] = _state(live, range_, f"{ref}/{range_.name}")


def _state(live: Live, node: Node, ref: str) -> dict[str, Any]:
    control = node.node.control
    state: dict[str, Any] = {"ref": ref, "t": _type(node), "rel": node.relevant}
    if not node.node.is_attribute:
        state["ro"], state["req"] = node.readonly, node.required
    if node.node.is_leaf:
        state["v"] = node.value if node.relevant else ""
    if control is not None:
        state["label"] = live.speech.say(control.label, node) if control.label is not None else None
    if control is not None and control.control in SELECTS:
        state["opts"] = [[choice.name, choice.label] for choice in live.speech.choices(node, live.rules.stored.is_shared(node))]
    if Flaw.REQUIRED in node.flaws or Flaw.CONSTRAINT in node.flaws:
        problem = problem_of(live, node)
        assert problem is not None
        state["viol"] = [problem.flaw.value, problem.message or None]
    return state


def _type(node: Node) -> str:
    if node.node.is_attribute:
        return "attribute"
    match node.node.kind:
        case Kind.ROOT:
            return "root"
        case Kind.GROUP:
            return "group"
        case Kind.REPEAT:
            return "repeat-instance" if node.row_id else "repeat-range"
        case Kind.NOTE:
            return "note"
        case Kind.CALCULATE:
            return "model-value"
    control = node.node.control
    return _TYPES.get(control.control, "input") if control is not None else "model-value"
