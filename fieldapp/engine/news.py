"""What one operation changed, gathered while it runs."""

from __future__ import annotations

from .instance import Node


class News:
    """Nodes that may look different since the last `forget`."""

    __slots__ = ("changed", "gone", "rows")

    def __init__(self) -> None:
        self.changed: dict[Node, None] = {}
        """Nodes whose view may differ; the same object for the whole session."""
        self.gone: list[str] = []
        """Paths that are no more."""
        self.rows = False
        """Rows came, went or moved."""

    def forget(self) -> None:
        """A new operation begins."""
        self.changed.clear()
        self.gone.clear()
        self.rows = False
