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


@dataclass(frozen=True, slots=True)
class Explained:
    """An explanation that was replaced."""

    node: Node
    before: str
    after: str


@dataclass(slots=True)
class Step:
    """One thing that the person did, with everything that followed."""

    entries: list[Write | RowMove | Explained] = field(default_factory=list)


class History:
    """The steps done and the steps undone."""

    def __init__(self) -> None:
        self._done: list[Step] = []
        self._undone: list[Step] = []
        self._open: Step | None = None

    def begin(self) -> None:
        """A step starts."""
        self._open = Step()

    def keep(self, entry: Write | RowMove | Explained) -> None:
        """Something was replaced; outside a step it cannot be undone."""
        if self._open is not None:
            self._open.entries.append(entry)

    def end(self) -> None:
        """The step is over; steps that changed nothing are not kept."""
        step, self._open = self._open, None
        if step is not None and step.entries:
            self._done.append(step)
            self._undone.clear()

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
