"""One filled form from the first keystroke (调查记录): its states and the moves that are legal."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from .ids import AreaCode, FormId, HouseholdId, SubmissionId, UserName

Answers = Mapping[str, str]
"""Every answer of one filled form as `stable path → canonical text`.

A stable path is the element path below the form's root with repeat rows named by row id, as
`b_household/house_no` or `member/4f0c…/m_name`; the entry `member/4f0c…` itself says that the row exists and
holds its place in the order (a decimal number as text). Answers that are not relevant now are kept as well.
"""


class State(Enum):
    """草稿 → 已定稿 → 已接收 / 退回."""

    DRAFT = "draft"
    FINALIZED = "finalized"
    ACCEPTED = "accepted"
    RETURNED = "returned"


_MOVES = {
    State.DRAFT: {State.FINALIZED},
    State.FINALIZED: {State.ACCEPTED, State.RETURNED, State.DRAFT},
    State.RETURNED: {State.DRAFT},
    State.ACCEPTED: {State.DRAFT},
}


def may_move(state: State, to: State) -> bool:
    """Whether a submission may go from one state to another; back to draft means a new revision with a reason."""
    return to in _MOVES[state]


@dataclass(frozen=True, slots=True)
class Submission:
    """A submission as it is kept. `revision` counts the finalizations, 0 while it is the first draft."""

    id: SubmissionId
    household: HouseholdId
    village: AreaCode
    form: FormId
    form_version: str
    state: State
    revision: int
    user: UserName
    changed_at: datetime
    finalized_at: datetime | None = None
    answers: Answers = field(default_factory=dict)
