"""What can be undone: every step keeps the stored values and rows that it replaced."""

from __future__ import annotations

from dataclasses import dataclass, field

from .instance import Node


@dataclass(frozen=True, slots=True)
class Write:
    """A stored value that was replaced."""

    node: Node
    before: tuple[str, str | None]
    """raw, calculated."""
    after: tuple[str, str | None]


@dataclass(frozen=True, slots=True)
class RowMove:
    """A row that came (`put`) or went."""

    range: Node
    row: Node
    index: int
    put: bool
    kept: bool = False
    """The row went to, or came from, the rows that were removed and can be restored."""


@dataclass(frozen=True, slots=True)
class RowShift:
    """A row that changed its place among the rows."""

    range: Node
    at: int
    to: int
    before: tuple[tuple[Node, float], ...]
    """Orders of the rows that changed theirs."""
    after: tuple[tuple[Node, float], ...]


@dataclass(frozen=True, slots=True)
class Count:
    """Which rows a counted repeat has."""

    wanted: int
    rows: tuple[Node, ...]
    parked: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """A count that changed its rows."""

    range: Node
    before: Count
    after: Count


@dataclass(frozen=True, slots=True)
class Explained:
    """An explanation that was replaced."""

    node: Node
    before: str
    after: str


Entry = Write | RowMove | RowShift | Counted | Explained


@dataclass(slots=True)
class Step:
    """One thing that the person did, with everything that followed."""

    entries: list[Entry] = field(default_factory=list)


class History:
    """The steps done and the steps undone."""

    def __init__(self) -> None:
        self._done: list[Step] = []
        self._undone: list[Step] = []
        self._open: Step | None = None

    def begin(self) -> None:
        """A step starts."""
        self._open = Step()

    def keep(self, entry: Entry) -> None:
        """Something was replaced; outside a step it cannot be undone."""
        if self._open is not None:
            self._open.entries.append(entry)

    def end(self) -> None:
        """The step is over; steps that changed nothing are not kept."""
        step, self._open = self._open, None
        if step is not None and step.entries:
            self._done.append(step)
            self._undone.clear()

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to take back."""
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        """Whether there is a step to do again."""
        return bool(self._undone)

    def back(self) -> Step | None:
        """The step to undo, now among the undone."""
        if not self._done:
            return None
        step = self._done.pop()
        self._undone.append(step)
        return step

    def forth(self) -> Step | None:
        """The step to do again, now among the done."""
        if not self._undone:
            return None
        step = self._undone.pop()
        self._done.append(step)
        return step
