"""One thing that a rule of the linter found at a node."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Remark:
    """Something found at a node; `role` says in which of its expressions or columns."""

    code: str
    path: str
    role: str
    values: tuple[tuple[str, str], ...] = ()
