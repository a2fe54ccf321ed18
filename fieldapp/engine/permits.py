"""What a person may do to a node now; refusals are raised here."""

from __future__ import annotations

from fieldapp.errors import BadInput, NotAllowed

from .instance import Node, path_of
from .speech import SELECTS, picked
from .stored import Stored
from .values import Unfit, canonical, within
from .views import Control, Kind


def fitted(stored: Stored, node: Node, value: str) -> str:
    """The text that an answer stores. Raises NotAllowed(not-a-question, not-relevant, readonly), BadInput."""
    if node.node.kind is not Kind.QUESTION:
        raise NotAllowed(reason="not-a-question", path=path_of(node))
    _check_open(node)
    try:
        text = canonical(node.node, value)
    except Unfit as fault:
        raise BadInput(what=node.node.bind.type, value=value, path=path_of(node)) from fault
    control = node.node.control
    if control is not None and control.control in SELECTS:
        text = picked(control.control, text, stored.choices_of(node))
    if control is not None and control.control is Control.RANGE:
        text = within(control.parameters, text)
    return text


def check_range(range_: Node) -> None:
    """The person may change which rows there are. Raises NotAllowed(not-a-repeat, counted, not-relevant, readonly)."""
    if not range_.is_range or range_.node.repeat is None:
        raise NotAllowed(reason="not-a-repeat", path=path_of(range_))
    if range_.node.repeat.fixed:
        raise NotAllowed(reason="counted", path=path_of(range_))
    _check_open(range_)


def row_at(range_: Node, index: int) -> Node:
    """Row `index` (0-based) of a range that may be changed. Raises NotAllowed as check_range, BadInput(index)."""
    check_range(range_)
    rows = range_.rows()
    if not 0 <= index < len(rows):
        raise BadInput(what="index", value=str(index), path=path_of(range_))
    return rows[index]


def _check_open(node: Node) -> None:
    if not node.relevant:
        raise NotAllowed(reason="not-relevant", path=path_of(node))
    if node.readonly:
        raise NotAllowed(reason="readonly", path=path_of(node))
