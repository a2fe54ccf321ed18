"""What an appearance says about the places of choices on the page; no Qt."""

from __future__ import annotations

import re
from dataclasses import dataclass

from fieldapp.engine.views import NodeView

_COLUMNS = re.compile(r"(?:columns|compact|quickcompact)-([0-9]{1,2})$")


@dataclass(frozen=True, slots=True)
class Arrangement:
    """How the choices of one question stand."""

    columns: int = 0
    """Equal columns; 0 for as many as there is room for."""
    packed: bool = False
    """As many on a line as fit, each as wide as its words."""
    signs: bool = True
    """Radio and check signs are shown."""
    words: bool = True
    centred: bool = False
    """The words stand below the sign."""


def words_of(appearance: str) -> frozenset[str]:
    """The words of an appearance, in lower case."""
    return frozenset(appearance.lower().split())


def arrangement_of(view: NodeView) -> Arrangement:
    """Where the choices of a question stand, after its appearance."""
    words = words_of(view.appearance)
    signs = not any(word == "no-buttons" or word.startswith(("compact", "quickcompact")) for word in words)
    if "list-nolabel" in words:
        return Arrangement(columns=len(view.choices), words=False, centred=True)
    if words & {"likert", "list"}:
        return Arrangement(columns=len(view.choices), centred=True)
    counted = next((found for word in words if (found := _COLUMNS.match(word))), None)
    if counted is not None:
        return Arrangement(columns=max(int(counted[1]), 1), signs=signs)
    if words & {"vertical", "full"}:
        return Arrangement(columns=1, signs=signs)
    if words & {"columns-pack", "horizontal-compact", "columns-flex", "compact", "quickcompact"}:
        return Arrangement(packed=True, signs=signs)
    return Arrangement(signs=signs)
